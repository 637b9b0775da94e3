//! The first load, while others write.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use futures::executor::block_on;
use hub::clock::Clock;
use hub::door::{Said, Sender, UserSave};
use hub::turn_up::{Plan, TurnUpFile, check};
use hub::vault::Vault;
use hub::{Hub, Parts};
use model::{Field, Kind, Link, Moment, PersonId};
use platform::library::Library;
use platform::net::GuardedClient;
use serde_json::{Value, json};
use store::{Memory, Settlement, Store, Verdict};

/// A clock in whose tick another writes a link: just where a decision was made and is not kept yet.
#[derive(Default)]
struct Busy {
    ticks: AtomicU64,
    meanwhile: Mutex<Option<Settlement>>,
    store: OnceLock<Arc<Memory>>,
}

impl Clock for Busy {
    fn now(&self) -> Moment {
        if let Some(settlement) = self.meanwhile.lock().unwrap().take() {
            let verdict = block_on(self.store.get().unwrap().settle(settlement)).unwrap();
            assert_eq!(verdict, Verdict::Applied);
        }
        Moment(1_800_000_000_000 + self.ticks.fetch_add(1, Ordering::Relaxed) as i64)
    }

    fn dice(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::Relaxed)
    }
}

/// Port 1 answers nobody: what is due stays due.
fn file(live: bool) -> TurnUpFile {
    let clubs = |id: &str| json!([{ "club": "Kits Beach", "id": id }]);
    let creates = json!({ "prospects": "creates_and_updates" });
    let intouch: Value = json!({
        "platform": "intouch", "provider": "INTOUCH", "client_id": "1", "live": true, "clubs": clubs("kits"),
        "settings": { "client_secret": "secret" }, "agreement": { "receives": ["people"] },
    });
    let vfp: Value = json!({
        "platform": "vfp", "client_id": "1", "live": live, "clubs": clubs("0042"),
        "settings": { "base_url": "http://127.0.0.1:1", "api_key": "key" },
        "agreement": { "sends": creates, "existing_people": "all", "accept_assumed": ["create_prospect", "update_prospect"] },
    });
    let club = json!({ "name": "Kits Beach", "time_zone": "America/Vancouver" });
    serde_json::from_value(json!({ "client": "Kits", "clubs": [club], "connections": [intouch, vfp] }))
        .unwrap()
}

async fn turn_up(hub: &Arc<Hub>, live: bool) -> Plan {
    let before = hub.registry().setup.clone();
    let problems = check(&file(live), hub.library(), &before);
    assert!(
        problems.is_empty(),
        "{}",
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    );
    let plan = Plan::new(&file(live), &before, (hub.library(), hub.vault()), hub.clock().now()).unwrap();
    assert!(hub.change_setup(&before, plan.setup.clone()).await.unwrap());
    plan
}

#[tokio::test]
async fn who_is_written_meanwhile_is_loaded_as_well() {
    let (clock, store) = (Arc::new(Busy::default()), Arc::new(Memory::default()));
    assert!(clock.store.set(Arc::clone(&store)).is_ok());
    let hub = Hub::new(Parts {
        store: Arc::<Memory>::clone(&store),
        library: Arc::new(Library::bundled().unwrap()),
        net: Arc::new(GuardedClient::new().unwrap()),
        vault: Arc::new(Vault::new([7; 32])),
        clock: Arc::<Busy>::clone(&clock),
        installation: BTreeMap::new(),
    })
    .await
    .unwrap();
    let plan = turn_up(&hub, false).await;
    let intouch = plan.setup.connections.iter().find(|one| one.platform == "intouch").unwrap().id;
    let sender = Sender { connection: intouch, club: plan.setup.clubs[0].id };
    let said = |text: &str| Said::Value(text.to_owned());
    let fields = BTreeMap::from([(Field::FirstName, said("Ann")), (Field::LastName, said("Able"))]);
    let save = UserSave { record_id: "1".to_owned(), kind: Kind::Prospect, fields, ignored: Vec::new() };
    assert!(hub.receive(sender, save).await.is_ok());

    let plan = turn_up(&hub, true).await;
    let [vfp] = plan.going_live[..] else { panic!("VFP goes live") };
    let ann = hub.store().people(sender.club, PersonId::default(), 1).await.unwrap().remove(0);
    let link = ann.link(vfp).cloned().unwrap_or_else(|| Link::new(ann.person.id, vfp));
    *clock.meanwhile.lock().unwrap() = Some(Settlement { link, lines: Vec::new() });
    assert_eq!(hub.first_load(vfp).await.unwrap(), 1);
    assert!(clock.meanwhile.lock().unwrap().is_none(), "somebody wrote meanwhile");
}
