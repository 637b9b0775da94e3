//! A house to test in: the real binary over real HTTP, with simulated platforms around it.
//!
//! A test says what stands in the house (`house().with_i4().with_vfp()`), opens it, and speaks to it as a club's systems
//! and an operator would: by documents of the contract and by commands. It waits by looking again until a deadline.

pub mod command;
pub mod log;
pub mod nodes;
#[expect(dead_code, reason = "the store's own tests use the rest of it")]
#[path = "../../../store/tests/house/postgres.rs"]
pub mod postgres;
mod turn_up;
pub mod vendor;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use simulator::sender::{Answer, LeadSourceDocument, Receipt, Sender, StaffDocument, UserDocument};
use simulator::{Club, Config, Platform, Simulator, Staff};
use tempfile::TempDir;
use tokio::process::{Child, Command};

pub use command::Told;
pub use turn_up::{Ids, lacking};

/// How long a wait may last where a test says nothing else.
const PATIENCE: Duration = Duration::from_secs(25);
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// The client's name and number.
pub const CLIENT: &str = "Saltwater Fitness";
pub const CLIENT_ID: &str = "1111";
/// The club that tests speak of where they say nothing else, and another one of the same client.
pub const KITS: Ids =
    Ids { name: "Kits Beach", zone: "America/Vancouver", intouch: "kits", i4: "7", vfp: "0042" };
pub const PORTO: Ids = Ids { name: "Porto", zone: "Europe/Lisbon", intouch: "porto", i4: "8", vfp: "0043" };

/// Another client, and its one club, which has the name of a club of the first.
pub const OTHER_CLIENT: &str = "Harbour Gyms";
pub const OTHER_CLIENT_ID: &str = "2222";
pub const HARBOUR: Ids =
    Ids { name: "Kits Beach", zone: "America/Vancouver", intouch: "harbour", i4: "9", vfp: "0099" };

/// What shall stand in the house.
#[derive(Clone, Debug, Default)]
pub struct Plans {
    pub i4: bool,
    pub vfp: bool,
    pub intouch_receives: bool,
    pub not_live: bool,
    pub vfp_staff: Vec<Staff>,
    pub vfp_described: Option<String>,
    pub store: Option<String>,
}

/// A house with InTouch alone, which sends and receives nothing.
pub fn house() -> Plans {
    Plans::default()
}

impl Plans {
    /// Jonas I4 gets prospects, and changes of members and ex-members.
    pub fn with_i4(self) -> Self {
        Plans { i4: true, ..self }
    }

    /// VFP gets everything, with owner and lead source, and sends.
    pub fn with_vfp(self) -> Self {
        Plans { vfp: true, ..self }
    }

    /// InTouch also receives.
    pub fn with_intouch_receiving(self) -> Self {
        Plans { intouch_receives: true, ..self }
    }

    /// Somebody works at VFP.
    pub fn with_vfp_staff(mut self, id: &str, name: (&str, &str), email: &str) -> Self {
        self.vfp_staff.push(Staff::new(id, name.0, name.1, email));
        self
    }

    /// Platforms whose late answers and late visibility take no minute, so that a doubt is looked into soon.
    pub fn hurried(self) -> Self {
        self.vfp_described_with("late_after_s: 30", "late_after_s: 0")
            .vfp_described_with("visible_after_s: 5", "visible_after_s: 1")
    }

    /// VFP as it is described, but for this.
    pub fn vfp_described_with(self, text: &str, instead: &str) -> Self {
        let vfp = self.vfp_described.unwrap_or_else(turn_up::bundled_vfp);
        assert!(vfp.contains(text), "`{text}` is not in the description");
        Plans { vfp_described: Some(vfp.replace(text, instead)), ..self }
    }

    /// A VFP whose description was changed.
    pub fn with_vfp_described(self, change: fn(String) -> String) -> Self {
        let vfp = self.vfp_described.unwrap_or_else(turn_up::bundled_vfp);
        Plans { vfp: true, vfp_described: Some(change(vfp)), ..self }
    }

    /// Everything is kept in this database.
    pub fn on(self, database: &postgres::Database) -> Self {
        Plans { store: Some(database.url()), ..self }
    }

    /// Nothing is turned up yet.
    pub fn not_turned_up(self) -> Self {
        Plans { not_live: true, ..self }
    }

    /// Builds the house, starts the hub, and turns the client up.
    pub async fn open(self) -> House {
        let mut house = House::build(self).await;
        if !house.plans.not_live {
            let file = house.turn_up_file();
            house.turn_up(&file).await.went_well();
            house.give_tokens().await;
        }
        house.start().await;
        house
    }
}

/// An open house.
pub struct House {
    pub plans: Plans,
    pub dir: TempDir,
    pub intouch_there: Simulator,
    pub i4: Simulator,
    pub vfp: Simulator,
    pub http: reqwest::Client,
    address: SocketAddr,
    hub: Option<Child>,
    /// InTouch's voice and VFP's, speaking for Kits Beach.
    pub intouch: Sender,
    pub vfp_voice: Sender,
}

impl House {
    async fn build(plans: Plans) -> House {
        let dir = tempfile::tempdir().unwrap();
        let clubs = |id: fn(&Ids) -> &'static str| {
            [KITS, PORTO].iter().map(|club| Club::new(id(club), club.name)).collect()
        };
        let config = |platform, clubs| Config { clubs, ..Config::new(platform) };
        let intouch = config(Platform::InTouch, clubs(|club| club.intouch));
        let i4 = config(Platform::JonasI4, clubs(|club| club.i4));
        let mut vfp = config(Platform::Vfp, clubs(|club| club.vfp));
        vfp.staff.clone_from(&plans.vfp_staff);
        let address = free_address();
        let url = format!("http://{address}");
        let voice = |provider: &str, club: &str| {
            Sender::new(&url, provider, (CLIENT_ID, club), "no token yet").unwrap()
        };
        let house = House {
            intouch: voice("INTOUCH", KITS.intouch),
            vfp_voice: voice("VFP", KITS.vfp),
            http: reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().unwrap(),
            intouch_there: Simulator::start(Platform::InTouch, intouch).await.unwrap(),
            i4: Simulator::start(Platform::JonasI4, i4).await.unwrap(),
            vfp: Simulator::start(Platform::Vfp, vfp).await.unwrap(),
            plans,
            dir,
            address,
            hub: None,
        };
        house.write_configuration();
        house
    }

    /// The hub's address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    async fn give_tokens(&mut self) {
        self.intouch.token = self.token("INTOUCH").await;
        if self.plans.vfp {
            self.vfp_voice.token = self.token("VFP").await;
        }
    }

    /// A new token of a provider.
    pub async fn token(&self, provider: &str) -> String {
        self.command(&["token", "create", provider]).await.went_well().out.trim().to_owned()
    }

    /// Starts the hub, and waits until it answers.
    pub async fn start(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.dir.path().join("hub.log"));
        let child = Command::new(env!("CARGO_BIN_EXE_connector"))
            .args(["serve", "--config"])
            .arg(self.dir.path().join("connector.toml"))
            .stdout(Stdio::null())
            .stderr(log.unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        self.hub = Some(child);
        let ready = format!("{}/health/ready", self.url());
        self.until("the hub is ready", async || {
            self.http.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
    }

    /// Kills the hub without a word; it may be dead already.
    pub async fn kill(&mut self) {
        drop(self.hub.take().expect("the hub runs").kill().await);
    }

    /// The hub's process.
    pub fn hub_id(&self) -> u32 {
        self.hub.as_ref().and_then(Child::id).expect("the hub runs")
    }

    /// Kills a hub that others are speaking to.
    pub async fn kill_by_id(id: u32) {
        assert!(Command::new("kill").args(["-KILL", &id.to_string()]).status().await.unwrap().success());
    }

    /// Tells the hub to stop, and answers whether it ended well.
    pub async fn stop(&mut self) -> bool {
        let mut hub = self.hub.take().expect("the hub runs");
        let id = hub.id().expect("it was not waited for").to_string();
        Command::new("kill").args(["-TERM", &id]).status().await.unwrap();
        tokio::time::timeout(PATIENCE, hub.wait()).await.expect("it stops in time").unwrap().success()
    }

    /// What the hub wrote to standard error.
    pub fn hub_said(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("hub.log")).unwrap_or_default()
    }

    /// Waits until something is so.
    pub async fn until(&self, what: &str, is_so: impl AsyncFnMut() -> bool) {
        self.within(PATIENCE, what, is_so).await;
    }

    /// Waits until something is so, no longer than `patience`.
    pub async fn within(&self, patience: Duration, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let looking = async {
            while !is_so().await {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        if tokio::time::timeout(patience, looking).await.is_err() {
            let ledgers = [&self.intouch_there, &self.i4, &self.vfp].map(|there| {
                let ledger = there.ledger();
                let last = ledger.iter().rev().take(12).map(|call| {
                    format!(
                        "{} {} {} stored {:?} answered {}",
                        call.n, call.operation, call.status, call.stored, call.answered
                    )
                });
                let last = last.collect::<Vec<_>>().join("\n  ");
                format!("{} holds {:#?}:\n  {last}", there.platform(), there.people())
            });
            panic!("waited in vain: {what}\n{}\nthe hub said:\n{}", ledgers.join("\n"), self.hub_said());
        }
    }

    /// A prospect of Kits Beach, with an e-mail address.
    pub fn lead(&self, id: &str, name: (&str, &str)) -> UserDocument {
        let email = format!("{}.{}@example.org", name.0, name.1).to_lowercase().replace(' ', "");
        self.intouch.user(id, name, "PROSPECT").with("email", &email)
    }

    /// Saves a person; says the tracking UUID.
    pub async fn save(&self, user: &UserDocument) -> String {
        self.save_as(&self.intouch, user).await
    }

    /// Saves a person by another voice.
    pub async fn save_as(&self, voice: &Sender, user: &UserDocument) -> String {
        taken(voice.save_user(user).await.unwrap())
    }

    /// Saves a staff member.
    pub async fn save_staff(&self, id: &str, name: (&str, &str), email: &str) -> String {
        let staff = StaffDocument {
            record_id: id.to_owned(),
            first_name: name.0.to_owned(),
            last_name: name.1.to_owned(),
            email: email.to_owned(),
            active: true,
        };
        taken(self.intouch.save_staff(&staff).await.unwrap())
    }

    /// Saves a lead source.
    pub async fn save_source(&self, id: &str, name: &str) -> String {
        let source = LeadSourceDocument { record_id: id.to_owned(), name: name.to_owned(), active: true };
        taken(self.intouch.save_lead_source(&source).await.unwrap())
    }

    /// Nothing happened at any platform that must not.
    pub fn nothing_forbidden_happened(&self) {
        for there in [&self.intouch_there, &self.i4, &self.vfp] {
            assert_eq!(there.violations(), [], "{}", there.platform());
        }
    }
}

/// How often a platform was called by this operation.
pub fn calls(there: &Simulator, operation: &str) -> usize {
    there.ledger().iter().filter(|call| call.operation == operation).count()
}

/// A place to listen on that no other test takes while the hub is down: each process has a loopback address of its own.
fn free_address() -> SocketAddr {
    let [_, a, b, c] = std::process::id().to_be_bytes();
    let own = Ipv4Addr::new(127, 64 + a, b, c);
    TcpListener::bind((own, 0)).unwrap().local_addr().unwrap()
}

/// The tracking UUID of a save that was taken.
fn taken(answer: Answer<Receipt>) -> String {
    assert!(matches!(answer, Answer::Done(_)), "{answer:?}");
    answer.done().unwrap().uuid
}
