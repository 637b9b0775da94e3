//! The room: everything one simulated platform knows, behind one lock.

use std::collections::{BTreeMap, HashMap};

use crate::config::{Club, Config, LeadSource, Staff};
use crate::dice::Dice;
use crate::faults::{Faults, Refuse, Trouble};
use crate::http_call::{Incoming, Reply};
use crate::ledger::Ledger;
use crate::people::{People, Search};
use crate::person::{Changes, Fields, Kind, Person, human};
use crate::tally::Counts;
use crate::watch::{Watch, Wrong};
use crate::{
    Platform, abc, club_planner, clubready, gymmaster, hubspot, i4, intouch, magicline, mindbody, mosoclub,
    on_premises, paramount, spoke, vfp,
};

/// A platform's state.
#[derive(Debug)]
pub(crate) struct Room {
    pub platform: Platform,
    pub config: Config,
    pub clubs: Vec<Club>,
    pub staff: Vec<Staff>,
    pub lead_sources: Vec<LeadSource>,
    pub people: People,
    pub ledger: Ledger,
    pub faults: Faults,
    pub watch: Watch,
    pub counts: Counts,
    /// Tokens given out and when each expires, in milliseconds since 1970.
    pub tokens: HashMap<String, u64>,
    /// Answers to reads that the platform gives again for a while: since when, and the body.
    pub cached: HashMap<String, (u64, String)>,
    /// What the platform keeps of a record in fields of its own, by the record's number.
    pub extras: HashMap<String, BTreeMap<String, String>>,
    /// Calls of the minute that runs, by what they are counted under: which minute, how many.
    pub minutes: HashMap<String, (u64, u32)>,
    /// The file that was sent last: when, and who was in it.
    pub file: (u64, Vec<Person>),
    /// Changes that wait for approval, by the record's number and the part of it that they concern.
    pub waiting: BTreeMap<(String, String), Changes>,
    pub dice: Dice,
    numbers: u64,
    /// The instant of the call being carried out.
    pub now_ms: u64,
}

/// A record about to be created.
#[derive(Debug)]
pub(crate) struct NewPerson<'a> {
    pub club: &'a str,
    pub kind: Kind,
    pub external_ref: Option<&'a str>,
    pub changes: Changes,
    /// Whether the platform's own people make it.
    pub own: bool,
}

impl Room {
    pub(crate) fn new(platform: Platform, config: Config) -> Self {
        let mut room = Room {
            platform,
            clubs: config.clubs.clone(),
            staff: Vec::new(),
            lead_sources: Vec::new(),
            people: People::default(),
            ledger: Ledger::new(config.ledger_capacity, config.ledger_bodies),
            faults: Faults::default(),
            watch: Watch::default(),
            counts: Counts::default(),
            tokens: HashMap::new(),
            cached: HashMap::new(),
            extras: HashMap::new(),
            minutes: HashMap::new(),
            file: (0, Vec::new()),
            waiting: BTreeMap::new(),
            dice: Dice::new(config.seed),
            numbers: config.seed % 1000,
            now_ms: 0,
            config,
        };
        for staff in room.config.staff.clone() {
            room.add_staff(staff);
        }
        for source in room.config.lead_sources.clone() {
            room.add_lead_source(source);
        }
        room
    }

    /// Carries out one call.
    pub(crate) fn answer(&mut self, call: &Incoming) -> Reply {
        match self.platform {
            Platform::InTouch => intouch::answer(self, call),
            Platform::JonasI4 => i4::answer(self, call),
            Platform::Vfp => vfp::answer(self, call),
            Platform::AbcDatatrak => abc::answer(self, call),
            Platform::Mindbody => mindbody::answer(self, call),
            Platform::ClubReady => clubready::answer(self, call),
            Platform::Paramount => paramount::answer(self, call),
            Platform::OpenSpoke => spoke::answer(self, call),
            Platform::ClubPlanner => club_planner::answer(self, call),
            Platform::OnPremisesSoap => on_premises::answer(self, call),
            Platform::HubSpot => hubspot::answer(self, call),
            Platform::Magicline => magicline::answer(self, call),
            Platform::GymMaster => gymmaster::answer(self, call),
            Platform::MoSoClub => mosoclub::answer(self, call),
        }
    }

    /// Turns a call away.
    pub(crate) fn trouble(&self, trouble: Trouble, call: &Incoming) -> Reply {
        match self.platform {
            Platform::InTouch => intouch::trouble(trouble),
            Platform::JonasI4 => i4::trouble(trouble),
            Platform::Vfp => vfp::trouble(trouble),
            Platform::AbcDatatrak => abc::trouble(trouble),
            Platform::Mindbody => mindbody::trouble(trouble, call),
            Platform::ClubReady => clubready::trouble(trouble),
            Platform::Paramount => paramount::trouble(trouble),
            Platform::OpenSpoke => spoke::trouble(trouble, call),
            Platform::ClubPlanner => club_planner::trouble(trouble, call),
            Platform::OnPremisesSoap => on_premises::trouble(trouble),
            Platform::HubSpot => hubspot::trouble(trouble, call),
            Platform::Magicline => magicline::trouble(trouble, call),
            Platform::GymMaster => gymmaster::trouble(trouble, call),
            Platform::MoSoClub => mosoclub::trouble(trouble, call),
        }
    }

    /// Who a call is about, if it writes a person: two such calls must not be under way at once.
    pub(crate) fn subject(&self, call: &Incoming) -> Option<String> {
        match self.platform {
            Platform::InTouch => intouch::subject(call),
            Platform::JonasI4 => i4::subject(call),
            Platform::Vfp => vfp::subject(call),
            Platform::AbcDatatrak => abc::subject(call),
            Platform::Mindbody => mindbody::subject(call),
            Platform::ClubReady => clubready::subject(call),
            Platform::Paramount => paramount::subject(call),
            Platform::OpenSpoke => spoke::subject(call),
            Platform::ClubPlanner => club_planner::subject(call),
            Platform::OnPremisesSoap => on_premises::subject(call),
            Platform::HubSpot => hubspot::subject(call),
            Platform::Magicline => magicline::subject(call),
            Platform::GymMaster => gymmaster::subject(call),
            Platform::MoSoClub => mosoclub::subject(call),
        }
    }

    pub(crate) fn club(&self, id: &str) -> Option<&Club> {
        self.clubs.iter().find(|club| club.id == id)
    }

    pub(crate) fn staff_of<'a>(&'a self, club: &'a str) -> impl Iterator<Item = &'a Staff> {
        self.staff.iter().filter(move |staff| staff.club.as_deref().is_none_or(|at| at == club))
    }

    pub(crate) fn lead_sources_of<'a>(&'a self, club: &'a str) -> impl Iterator<Item = &'a LeadSource> {
        self.lead_sources.iter().filter(move |source| source.club.as_deref().is_none_or(|at| at == club))
    }

    pub(crate) fn knows_staff(&self, club: &str, id: &str) -> bool {
        self.staff_of(club).any(|staff| staff.id == id)
    }

    pub(crate) fn knows_lead_source(&self, club: &str, id: &str) -> bool {
        self.lead_sources_of(club).any(|source| source.id == id)
    }

    pub(crate) fn add_staff(&mut self, mut staff: Staff) -> String {
        if staff.id.is_empty() {
            let number = self.number();
            staff.id = match self.platform {
                Platform::InTouch | Platform::AbcDatatrak => self.dice.uuid(),
                Platform::Vfp => format!("S-{}", 100 + number),
                Platform::JonasI4 | Platform::OpenSpoke => format!("staff-{number}"),
                Platform::HubSpot => format!("{}", 77_000_000 + number),
                Platform::Magicline => format!("{}", 3_000 + number),
                _ => number.to_string(),
            };
        }
        let id = staff.id.clone();
        self.staff.retain(|known| known.id != id || known.club != staff.club);
        self.staff.push(staff);
        id
    }

    pub(crate) fn add_lead_source(&mut self, mut source: LeadSource) -> String {
        while source.id.is_empty() {
            let number = self.number();
            let id = match self.platform {
                Platform::AbcDatatrak => self.dice.uuid(),
                Platform::Vfp => format!("L-{number}"),
                Platform::JonasI4 | Platform::OpenSpoke => format!("source-{number}"),
                Platform::HubSpot => format!("source_{number}"),
                Platform::Magicline => format!("{}", 500 + number),
                _ => number.to_string(),
            };
            if !self.lead_sources.iter().any(|known| known.id == id) {
                source.id = id;
            }
        }
        let id = source.id.clone();
        self.lead_sources.retain(|known| known.id != id || known.club != source.club);
        self.lead_sources.push(source);
        id
    }

    /// Renames a lead source of a club; false if there is none.
    pub(crate) fn rename_lead_source(&mut self, club: &str, id: &str, name: &str) -> bool {
        let own =
            |source: &&mut LeadSource| source.id == id && source.club.as_deref().is_none_or(|at| at == club);
        let Some(source) = self.lead_sources.iter_mut().find(own) else { return false };
        name.clone_into(&mut source.name);
        true
    }

    /// Stores a new record and says its number.
    pub(crate) fn create(&mut self, new: NewPerson<'_>) -> String {
        let id = self.person_id();
        let mut person = Person {
            id: id.clone(),
            club: new.club.to_owned(),
            kind: new.kind,
            external_ref: new.external_ref.filter(|reference| !reference.is_empty()).map(str::to_owned),
            fields: Fields::new(),
            created_ms: self.now_ms,
            updated_ms: self.now_ms,
            writes: u32::from(!new.own),
            own: new.own,
            gone: false,
        };
        person.apply(&new.changes);
        if !new.own {
            self.watch_create(&person);
            self.watch_revision(&id, &new.changes);
        }
        self.people.insert(person);
        id
    }

    /// Changes a stored record; false if there is none, or its people removed it.
    pub(crate) fn update(&mut self, id: &str, kind: Option<Kind>, changes: &Changes) -> bool {
        if self.people.get(id).is_none_or(|person| person.gone) {
            return false;
        }
        self.watch_revision(id, changes);
        let now_ms = self.now_ms;
        self.people.change(id, |person| {
            person.apply(changes);
            person.kind = kind.unwrap_or(person.kind);
            person.updated_ms = now_ms;
            person.writes += 1;
        })
    }

    /// The platform's own people approve every change that waits.
    pub(crate) fn approve_changes(&mut self) {
        for ((id, _), changes) in std::mem::take(&mut self.waiting) {
            self.update(&id, None, &changes);
        }
    }

    /// The platform's own people keep a person under a number they know.
    pub(crate) fn keep(&mut self, id: &str, club: &str, kind: Kind, changes: &Changes) {
        let now_ms = self.now_ms;
        let known = self.people.change(id, |person| {
            person.apply(changes);
            person.kind = kind;
            person.updated_ms = now_ms;
        });
        if !known {
            let mut person = Person {
                id: id.to_owned(),
                club: club.to_owned(),
                kind,
                external_ref: None,
                fields: Fields::new(),
                created_ms: now_ms,
                updated_ms: now_ms,
                writes: 0,
                own: true,
                gone: false,
            };
            person.apply(changes);
            self.people.insert(person);
        }
    }

    /// A search that sees what has become visible by now.
    pub(crate) fn search(&self) -> Search<'static> {
        Search {
            created_by_ms: self.now_ms.saturating_sub(self.faults.visible_after_ms),
            ..Search::default()
        }
    }

    /// The `refuse` fault, if one of these values meets it. `wire` maps our field names to the platform's.
    pub(crate) fn refused(
        &self,
        changes: &Changes,
        wire: &[(&'static str, &'static str)],
    ) -> Option<(String, String)> {
        let Refuse { field, contains, message } = self.faults.refuse.as_ref()?;
        let (ours, theirs) = wire.iter().find(|(ours, theirs)| ours == field || theirs == field)?;
        let meets = changes.iter().any(|(name, value)| {
            name == ours && value.as_ref().is_some_and(|value| value.contains(contains.as_str()))
        });
        let said = if message.is_empty() { format!("{theirs} is not accepted") } else { message.clone() };
        meets.then(|| ((*theirs).to_owned(), said))
    }

    /// A call that would have made or changed staff came in.
    pub(crate) fn staff_write(&mut self, detail: &str) {
        let n = self.ledger.next();
        self.watch.notice(n, Wrong::StaffWrite, "staff", detail.to_owned());
    }

    fn watch_create(&mut self, person: &Person) {
        let n = self.ledger.next();
        if let Some(reference) = &person.external_ref
            && let Some(first) =
                self.people.by_external(&person.club, reference).map(|first| first.id.clone())
        {
            self.watch.notice(
                n,
                Wrong::Doubled,
                reference,
                format!("stored as {first} and as {}", person.id),
            );
            return;
        }
        if let Some(key) = human(&person.club, &person.fields)
            && let Some(first) = self.people.same_human(&key).map(|first| first.id.clone())
        {
            self.watch.notice(n, Wrong::Doubled, &key, format!("stored as {first} and as {}", person.id));
        }
    }

    fn watch_revision(&mut self, id: &str, changes: &Changes) {
        let n = self.ledger.next();
        for (field, value) in changes {
            if matches!(*field, "company" | "address1" | "address2")
                && let Some(value) = value
            {
                self.watch.revision(n, id, value);
            }
        }
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn person_id(&mut self) -> String {
        let number = self.number();
        match self.platform {
            Platform::InTouch | Platform::AbcDatatrak => self.dice.uuid(),
            Platform::JonasI4 => format!("{:08}", 10_400 + number),
            Platform::Vfp => format!("G-{}", 55_000 + number),
            Platform::OpenSpoke => format!("p-{number}"),
            Platform::ClubPlanner => format!("{}", 8_800 + number),
            Platform::HubSpot => format!("{}", 151_000_000 + number),
            Platform::Magicline => format!("{}", 1_210_000 + number),
            Platform::GymMaster => format!("{}", 20_300 + number),
            Platform::Mindbody => format!("{}", 100_000_000 + number),
            Platform::ClubReady => format!("{}", 5_000_000 + number),
            Platform::Paramount => format!("{}", 730_000 + number),
            Platform::OnPremisesSoap => format!("{}", 41_000 + number),
            Platform::MoSoClub => format!("M{}", 60_000 + number),
        }
    }
}
