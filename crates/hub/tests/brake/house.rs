//! A house to test in: a hub between InTouch and VFP, on a clock that leaps.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::shared::Shared;
use crate::vfp::Vfp;
use hub::clock::SystemClock;
use hub::directory::Braked;
use hub::door::{Said, Sender, SourceRecord, StaffRecord, UserSave};
use hub::turn_up::{Plan, TurnUpFile};
use hub::vault::Vault;
use hub::{Hub, Parts};
use model::directory::{Entry, Role};
use model::{ConnectionId, Field, Kind, Setup};
use platform::library::Library;
use serde_json::{Value, json};
use store::Store;
use store::nodes::Nodes;
use tokio::time::sleep;

/// More than the fifty that may always change.
pub const MANY: usize = 60;

pub struct House {
    pub store: Arc<Shared>,
    pub hub: Arc<Hub>,
    pub vfp: Arc<Vfp>,
    pub intouch: Sender,
    pub there: ConnectionId,
}

pub fn file(with: &[&str]) -> TurnUpFile {
    let clubs = |id: &str| json!([{ "club": "Kits Beach", "id": id }]);
    let intouch: Value = json!({
        "platform": "intouch", "provider": "INTOUCH", "client_id": "1", "live": true, "clubs": clubs("kits"),
        "settings": { "client_secret": "secret" }, "agreement": { "receives": ["people", "directory"] },
    });
    let assumed = [
        "create_prospect",
        "update_prospect",
        "list_staff",
        "list_lead_sources",
        "create_lead_source",
        "update_lead_source",
        "find_person",
        "read_person",
    ];
    let vfp: Value = json!({
        "platform": "vfp", "client_id": "1", "live": true, "clubs": clubs("0042"),
        "settings": { "base_url": "https://vfp.example", "api_key": "key" },
        "agreement": {
            "sends": { "prospects": "creates_and_updates" },
            "with": with,
            "accept_assumed": assumed,
        },
    });
    let club = json!({ "name": "Kits Beach", "time_zone": "America/Vancouver" });
    serde_json::from_value(json!({ "client": "Kits", "clubs": [club], "connections": [intouch, vfp] }))
        .unwrap()
}

pub async fn hub(store: &Arc<Shared>, vfp: &Arc<Vfp>) -> Arc<Hub> {
    let parts = Parts {
        store: Arc::<Shared>::clone(store),
        library: Arc::new(Library::bundled().unwrap()),
        net: Arc::<Vfp>::clone(vfp),
        vault: Arc::new(Vault::new([7; 32])),
        clock: Arc::new(SystemClock),
        installation: BTreeMap::new(),
    };
    Hub::new(parts).await.unwrap()
}

/// A hub between InTouch and VFP, where two people work.
pub async fn house() -> House {
    house_with(&["owner", "lead_source"]).await
}

pub async fn house_with(with: &[&str]) -> House {
    let (store, vfp) = (Shared::new(), Arc::<Vfp>::default());
    vfp.employ("V-77", "olga@vfp.example");
    vfp.employ("V-78", "per@vfp.example");
    let hub = hub(&store, &vfp).await;
    let none = Setup::default();
    let plan = Plan::new(&file(with), &none, (hub.library(), hub.vault()), hub.clock().now()).unwrap();
    let of = |platform: &str| plan.setup.connections.iter().find(|one| one.platform == platform).unwrap().id;
    let intouch = Sender { connection: of("intouch"), club: plan.setup.clubs[0].id };
    let there = of("vfp");
    assert!(hub.change_setup(&none, plan.setup).await.unwrap());
    hub.take_place("the leader");
    until("it leads the lane", async || store.roll().await.unwrap().leader(there).is_some()).await;
    sleep(Duration::from_mins(1)).await;
    House { store, hub, vfp, intouch, there }
}

/// Waits, on a clock that leaps, for less than an hour.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..36_000 {
        if is_so().await {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("never: {what}");
}

impl House {
    pub async fn staff(&self, number: &str, email: &str) {
        let text = str::to_owned;
        let staff = StaffRecord {
            record_id: text(number),
            first_name: text("Olga"),
            last_name: text("Owner"),
            email: text(email),
            active: true,
        };
        assert!(self.hub.save_staff(self.intouch, staff).await.is_ok());
    }

    pub async fn source(&self) {
        let source = SourceRecord { record_id: "ls-1".to_owned(), name: "Walk-in".to_owned(), active: true };
        assert!(self.hub.save_source(self.intouch, source).await.is_ok());
    }

    pub async fn lead(&self, number: &str, also: &[(Field, &str)]) {
        let name = format!("Able{number}");
        let named = [(Field::FirstName, "Ann"), (Field::LastName, name.as_str()), (Field::Owner, "st-1")];
        let fields = named.iter().chain(also).map(|(field, text)| (*field, Said::Value((*text).to_owned())));
        let fields = fields.collect();
        let save =
            UserSave { record_id: number.to_owned(), kind: Kind::Prospect, fields, ignored: Vec::new() };
        assert!(self.hub.receive(self.intouch, save).await.is_ok());
    }

    /// Nothing is due or under way.
    pub async fn rests(&self) {
        until("all is done", async || {
            let due = self.store.take_due(self.there, &[], 1).await.unwrap();
            due.is_empty() && self.hub.pulses().iter().all(|pulse| pulse.under_way == 0)
        })
        .await;
    }

    pub fn entry(&self, connection: ConnectionId, role: Role, number: &str) -> Entry {
        let all = self.hub.directory().entries_of(connection, self.intouch.club, role);
        all.into_iter().find(|entry| entry.remote_id == number).unwrap()
    }

    pub fn olga(&self) -> Entry {
        self.entry(self.intouch.connection, Role::Staff, "st-1")
    }

    pub async fn link(&self, number: &str) {
        let there = self.entry(self.there, Role::Staff, number);
        self.hub.link_by_hand(&self.olga(), &there).await.unwrap();
    }

    pub async fn braked(&self) -> Vec<Braked> {
        self.hub.braked().await.unwrap()
    }
}

/// Sixty leads of an owner whom VFP does not know, some of them with a lead source that it knows.
pub async fn of_a_stranger(with_source: usize) -> House {
    let house = house().await;
    house.staff("st-1", "olga@club.example").await;
    house.source().await;
    house.rests().await;
    for number in 0..MANY {
        let source = [(Field::LeadSource, "ls-1")];
        house.lead(&number.to_string(), if number < with_source { &source } else { &[] }).await;
    }
    until("all arrived", async || house.vfp.guests() == MANY).await;
    house.rests().await;
    house
}
