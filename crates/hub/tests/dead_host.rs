//! Hundreds of clubs behind one host that does not answer.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use hub::clock::{Clock, SystemClock};
use hub::door::{Said, Sender, UserSave};
use hub::registry::sealed;
use hub::turn_up::{Plan, TurnUpFile};
use hub::vault::Vault;
use hub::{Hub, Parts};
use model::scope::Part;
use model::{Client, ClientId, ClubId, ConnectionId, Field, Kind, Moment, Setup};
use platform::Net;
use platform::library::Library;
use platform::net::{NetError, Request, Response};
use secrecy::SecretString;
use serde_json::json;
use store::Memory;

const CLUBS: i64 = 300;

/// A network in which nobody answers, and who was called when.
#[derive(Default)]
struct Dead {
    calls: Mutex<Vec<(Moment, String)>>,
}

#[async_trait]
impl Net for Dead {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        self.calls.lock().unwrap().push((SystemClock.now(), request.url.path().to_owned()));
        Err(NetError::Refused("nobody is there".to_owned()))
    }
}

fn file() -> TurnUpFile {
    let clubs = |id: &str| json!([{ "club": "Kits Beach", "id": id }]);
    let intouch = json!({
        "platform": "intouch", "provider": "INTOUCH", "client_id": "1", "live": true, "clubs": clubs("kits"),
        "settings": { "client_secret": "secret" }, "agreement": { "receives": ["people"] },
    });
    let creates = json!({ "prospects": "creates_and_updates" });
    let vfp = json!({
        "platform": "vfp", "client_id": "1", "live": true, "clubs": clubs("0042"),
        "settings": { "base_url": "https://vfp.example", "api_key": "key" },
        "agreement": { "sends": creates, "accept_assumed": ["create_prospect", "update_prospect"] },
    });
    let club = json!({ "name": "Kits Beach", "time_zone": "America/Vancouver" });
    serde_json::from_value(json!({ "client": "Kits", "clubs": [club], "connections": [intouch, vfp] }))
        .unwrap()
}

/// The same client so many times, each with a club, two connections and a key of its own.
fn many(one: &Setup, vault: &Vault) -> Setup {
    let mut all = Setup::default();
    for n in 1..=CLUBS {
        let mut club = one.clubs[0].clone();
        (club.id, club.client) = (ClubId(n), ClientId(n));
        all.clubs.push(club);
        all.clients.push(Client { id: ClientId(n), ..one.clients[0].clone() });
        for (place, connection) in one.connections.iter().enumerate() {
            let mut connection = connection.clone();
            connection.id = ConnectionId(2 * n + place as i64);
            connection.client = ClientId(n);
            connection.client_number = n.to_string();
            connection.clubs[0].club = ClubId(n);
            for (name, value) in connection.settings.as_object_mut().unwrap() {
                if value.is_object() {
                    *value =
                        sealed(connection.id, name, &SecretString::from(format!("key {n}")), vault).unwrap();
                }
            }
            all.connections.push(connection);
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_clubs_on_a_dead_host_make_one_finding_and_one_probe_at_a_time() {
    let net = Arc::new(Dead::default());
    let hub = Hub::new(Parts {
        store: Arc::<Memory>::default(),
        library: Arc::new(Library::bundled().unwrap()),
        net: Arc::<Dead>::clone(&net),
        vault: Arc::new(Vault::new([7; 32])),
        clock: Arc::new(SystemClock),
        installation: BTreeMap::new(),
    })
    .await
    .unwrap();
    let none = Setup::default();
    let plan = Plan::new(&file(), &none, (hub.library(), hub.vault()), hub.clock().now()).unwrap();
    assert!(hub.change_setup(&none, many(&plan.setup, hub.vault())).await.unwrap());
    for n in 1..=CLUBS {
        let said = |text: &str| Said::Value(text.to_owned());
        let fields = BTreeMap::from([(Field::FirstName, said("Ann")), (Field::LastName, said("Able"))]);
        let save = UserSave { record_id: "1".to_owned(), kind: Kind::Prospect, fields, ignored: Vec::new() };
        let sender = Sender { connection: ConnectionId(2 * n), club: ClubId(n) };
        assert!(hub.receive(sender, save).await.is_ok());
    }
    let calls = || net.calls.lock().unwrap().clone();
    let is_probe = |(_, path): &(Moment, String)| path.ends_with("/ping");
    while calls().iter().filter(|call| is_probe(call)).count() < 3 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let calls = calls();
    let first = calls.iter().position(is_probe).unwrap();
    assert!(first < 30, "{first} of {CLUBS} clubs called before it was found out");
    assert!(calls[first..].iter().all(is_probe), "nobody calls but the probe: {calls:?}");
    for two in calls[first..].windows(2) {
        assert!(two[1].0.since_ms(two[0].0) >= 1_900, "{two:?}");
    }
    let closed = hub.closed();
    assert_eq!(closed.len(), 1, "{closed:?}");
    assert_eq!((closed[0].part, closed[0].connections.len() as i64), (Part::Host, CLUBS));
    let waiting = hub.store().take_due(ConnectionId(3), &[], 9).await.unwrap();
    assert_eq!(waiting.len(), 1, "they are still due");
}
