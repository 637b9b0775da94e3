//! The handle on a running simulator, for tests and for the command line.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::Platform;
use crate::clock::now_ms;
use crate::config::{Club, Config, LeadSource, Staff};
use crate::dice::Dice;
use crate::faults::Faults;
use crate::ledger::Call;
use crate::people::Search;
use crate::person::{Kind, Person, field};
use crate::room::{NewPerson, Room};
use crate::server::{Gate, Shared, serve};
use crate::tally::{Count, Tally};
use crate::text::fold;
use crate::watch::Violation;

/// A running simulator. Dropping it ends it; its state ends with it.
#[derive(Debug)]
pub struct Simulator {
    platform: Platform,
    at: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Simulator {
    /// Starts a platform on 127.0.0.1.
    pub async fn start(platform: Platform, config: Config) -> io::Result<Simulator> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).await?;
        let at = listener.local_addr()?;
        let shared = Arc::new(Shared::new(Room::new(platform, config)));
        let task = tokio::spawn(serve(listener, at, Arc::clone(&shared)));
        Ok(Simulator { platform, at, shared, task })
    }

    /// Which platform it plays.
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// `http://127.0.0.1:<port>`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.at)
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.at
    }

    /// Ends it; the port is free when this returns.
    pub async fn stop(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }

    /// The calls that arrived, oldest first.
    pub fn ledger(&self) -> Vec<Call> {
        self.shared.room().ledger.after(0)
    }

    /// The records it holds, in the order in which they were created.
    pub fn people(&self) -> Vec<Person> {
        self.shared.room().people.all().to_vec()
    }

    /// One record by its number.
    pub fn person(&self, id: &str) -> Option<Person> {
        self.shared.room().people.get(id).cloned()
    }

    /// What it noticed that must not happen.
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.room().watch.all().to_vec()
    }

    /// Its staff.
    pub fn staff(&self) -> Vec<Staff> {
        self.shared.room().staff.clone()
    }

    /// Its lead sources.
    pub fn lead_sources(&self) -> Vec<LeadSource> {
        self.shared.room().lead_sources.clone()
    }

    /// Replaces what shall go wrong.
    pub fn set_faults(&self, faults: Faults) {
        set_faults(&self.shared, faults);
    }

    /// Nothing shall go wrong any more.
    pub fn clear_faults(&self) {
        self.set_faults(Faults::default());
    }

    /// What shall go wrong; counted faults have run down.
    pub fn faults(&self) -> Faults {
        self.shared.room().faults.clone()
    }

    /// The platform's people change the password or key that a caller must show.
    pub fn change_secret(&self, secret: &str) {
        secret.clone_into(&mut self.shared.room().config.credentials.secret);
    }

    /// The platform's people add or change a staff member; says the number.
    pub fn add_staff(&self, staff: Staff) -> String {
        self.shared.room().add_staff(staff)
    }

    /// The platform's people add or change a lead source; says the number.
    pub fn add_lead_source(&self, source: LeadSource) -> String {
        self.shared.room().add_lead_source(source)
    }

    /// The platform gets another club.
    pub fn add_club(&self, club: Club) {
        add_club(&mut self.shared.room(), club);
    }

    /// The platform's people type in a person; says the number. Unknown field names are left out.
    pub fn add_person(&self, club: &str, kind: Kind, fields: &[(&str, &str)]) -> String {
        let mut room = self.shared.room();
        room.now_ms = now_ms();
        let changes = fields
            .iter()
            .filter_map(|(name, value)| Some((field(name)?, Some((*value).to_owned()))))
            .collect();
        room.create(NewPerson { club, kind, external_ref: None, changes, own: true })
    }

    /// The platform's people keep a person under a number of their choice: new, or changed (an empty value empties).
    pub fn put_person(&self, id: &str, club: &str, kind: Kind, fields: &[(&str, &str)]) {
        let changes = fields
            .iter()
            .filter_map(|(name, value)| Some((field(name)?, Some((*value).to_owned()))))
            .collect();
        let mut room = self.shared.room();
        room.now_ms = now_ms();
        room.keep(id, club, kind, &changes);
    }

    /// The platform's people say what a person is from now on; false if there is no such person.
    pub fn set_kind(&self, id: &str, kind: Kind) -> bool {
        let mut room = self.shared.room();
        let now_ms = now_ms();
        room.people.change(id, |person| {
            person.kind = kind;
            person.updated_ms = now_ms;
        })
    }

    /// The records of a club with this name and e-mail, compared without case; an empty e-mail finds all of that name.
    pub fn find(&self, club: &str, name: (&str, &str), email: &str) -> Vec<Person> {
        let room = self.shared.room();
        let email = Some(email).filter(|email| !email.is_empty());
        let search = Search { last_name: Some(name.1), email, created_by_ms: u64::MAX, ..Search::default() };
        let found = room.people.find(club, &search).into_iter();
        found.filter(|person| fold(person.get("first_name")) == fold(name.0)).cloned().collect()
    }

    /// The platform's people remove a person; calls then find nothing, or `gone`.
    pub fn remove_person(&self, id: &str) -> bool {
        self.shared.room().people.change(id, |person| person.gone = true)
    }

    /// Every token given out is worthless from now on.
    pub fn expire_tokens(&self) {
        self.shared.room().tokens.clear();
    }

    /// GymMaster: every answer that is given again for a while is forgotten.
    pub fn expire_cache(&self) {
        self.shared.room().cached.clear();
    }

    /// Magicline: the studio's people approve every change that waits.
    pub fn approve_changes(&self) {
        let mut room = self.shared.room();
        room.now_ms = now_ms();
        room.approve_changes();
    }

    /// MoSoClub: the next of the four files of the day is sent now.
    pub fn send_file(&self) {
        let mut room = self.shared.room();
        room.now_ms = now_ms();
        crate::mosoclub::send_file(&mut room);
    }

    /// A sink's totals.
    pub fn tally(&self) -> Tally {
        self.shared.room().counts.total()
    }

    /// What a sink counted for one external id.
    pub fn count(&self, external_id: &str) -> Option<Count> {
        self.shared.room().counts.of(external_id)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn set_faults(shared: &Shared, faults: Faults) {
    let gate = faults.refuse_connections_ms.map_or(Gate::Open, Gate::Shut);
    let mut room = shared.room();
    if let Some(seed) = faults.seed {
        room.dice = Dice::new(seed);
    }
    room.faults = faults;
    drop(room);
    shared.gate.send_if_modified(|now| std::mem::replace(now, gate) != gate);
}

pub(crate) fn add_club(room: &mut Room, club: Club) {
    room.clubs.retain(|known| known.id != club.id);
    room.clubs.push(club);
}
