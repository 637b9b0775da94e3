//! Feeds, read from a platform that answers whatever it is told to.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use hub::clock::SystemClock;
use hub::feeds::{Deciding, Read};
use hub::turn_up::{Plan, TurnUpFile};
use hub::vault::Vault;
use hub::{Hub, Parts};
use model::{Brought, ClubId, ConnectionId, Decided, Feed, Pause, Setup};
use platform::Net;
use platform::library::Library;
use platform::net::{NetError, Request, Response};
use serde_json::json;
use store::Memory;
use tokio::sync::Semaphore;

/// Its answers, who was asked, and how many answers it still gives.
struct Spoke {
    says: Mutex<&'static str>,
    asked: Mutex<Vec<String>>,
    answers: Semaphore,
}

#[async_trait]
impl Net for Spoke {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        self.asked.lock().unwrap().push(request.url.path().to_owned());
        self.answers.acquire().await.unwrap().forget();
        let body = (*self.says.lock().unwrap()).into();
        Ok(Response { status: 200, headers: http::HeaderMap::new(), body })
    }
}

struct House {
    hub: Arc<Hub>,
    spoke: Arc<Spoke>,
    connection: ConnectionId,
    clubs: Vec<ClubId>,
}

/// A hub and an open spoke with so many clubs, which gives so many answers.
async fn house(clubs: usize, answers: usize) -> House {
    let spoke =
        Arc::new(Spoke { says: Mutex::new(""), asked: Mutex::default(), answers: Semaphore::new(answers) });
    let hub = Hub::new(Parts {
        store: Arc::<Memory>::default(),
        library: Arc::new(Library::bundled().unwrap()),
        net: Arc::<Spoke>::clone(&spoke),
        vault: Arc::new(Vault::new([7; 32])),
        clock: Arc::new(SystemClock),
        installation: BTreeMap::new(),
    })
    .await
    .unwrap();
    let name = |n: usize| format!("Club {n}");
    let ids: Vec<_> = (0..clubs).map(|n| json!({ "club": name(n), "id": format!("c{n}") })).collect();
    let clubs: Vec<_> =
        (0..clubs).map(|n| json!({ "name": name(n), "time_zone": "America/Vancouver" })).collect();
    let settings = json!({
        "base_url": "https://spoke.example", "token": "token", "signing_secret": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    });
    let there = json!({
        "platform": "open-spoke", "client_id": "1", "live": true, "clubs": ids, "settings": settings,
        "agreement": { "receives": ["people"] },
    });
    let file: TurnUpFile =
        serde_json::from_value(json!({ "client": "Kits", "clubs": clubs, "connections": [there] })).unwrap();
    let none = Setup::default();
    let plan = Plan::new(&file, &none, (hub.library(), hub.vault()), hub.clock().now()).unwrap();
    let (connection, clubs) = {
        let one = &plan.setup.connections[0];
        (one.id, one.clubs.iter().map(|number| number.club).collect())
    };
    assert!(hub.change_setup(&none, plan.setup).await.unwrap());
    House { hub, spoke, connection, clubs }
}

impl House {
    fn place(&self) -> (ConnectionId, ClubId) {
        (self.connection, self.clubs[0])
    }

    async fn read(&self) -> Read {
        self.hub.read_feed(self.place()).await.unwrap()
    }

    async fn feed(&self) -> Feed {
        self.hub.feeds().await.unwrap().remove(0).0
    }

    fn says(&self, answer: &'static str) {
        *self.spoke.says.lock().unwrap() = answer;
    }

    async fn until_asked(&self, times: usize) -> Vec<String> {
        for _ in 0..10_000 {
            let asked = self.spoke.asked.lock().unwrap().clone();
            if asked.len() >= times {
                return asked;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody was asked");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_of_which_nothing_can_be_understood_counts_as_not_read() {
    let house = house(1, 9).await;
    let before = house.feed().await.known_until;
    house.says(r#"{"people":[{"number":"1","kind":"MEMBER"}]}"#);
    let read = house.read().await;
    assert!(matches!(&read, Read::Failed(said) if said.contains("without a usable number")), "{read:?}");
    assert_eq!(house.feed().await.known_until, before);
    house.says(
        r#"{"people":[{"id":"1","kind":"MEMBER","first_name":"Ann","last_name":"Able"},{"number":"2"}]}"#,
    );
    let one = Brought { records: 1, changed: 0, new: 1 };
    assert_eq!(house.read().await, Read::Whole(one), "one who cannot be read does not hold up the others");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_paused_is_not_read_by_hand_and_that_is_no_failure() {
    let house = house(1, 9).await;
    let before = house.hub.registry().setup.clone();
    let mut after = before.clone();
    after.connections[0].paused = Some(Pause { since: house.hub.clock().now(), reason: "a move".to_owned() });
    assert!(house.hub.change_setup(&before, after).await.unwrap());
    assert_eq!(house.read().await, Read::NotNow);
    assert_eq!(house.feed().await.failing, None);
    assert_eq!(house.spoke.asked.lock().unwrap().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_is_being_carried_out_cannot_be_changed_any_more() {
    let house = house(1, 0).await;
    let mut feed = house.feed().await;
    let now = house.hub.clock().now();
    feed.brake(now, Brought::default());
    feed.decide(now, Decided::Apply);
    house.hub.store().keep_feed(feed).await.unwrap();
    house.says(r#"{"people":[]}"#);
    let (hub, place) = (Arc::clone(&house.hub), house.place());
    let reading = tokio::spawn(async move { hub.read_feed(place).await });
    house.until_asked(1).await;
    let decided = house.hub.decide_feed(place, Decided::Discard).await.unwrap();
    assert_eq!(decided, Deciding::NotNow);
    house.spoke.answers.add_permits(1);
    assert_eq!(reading.await.unwrap().unwrap(), Read::Whole(Brought::default()));
    assert_eq!(house.hub.decide_feed(place, Decided::Discard).await.unwrap(), Deciding::Nothing);
}

#[tokio::test(start_paused = true)]
async fn who_waits_longest_is_read_first() {
    let house = house(20, 0).await;
    let last = house.hub.feeds().await.unwrap().pop().unwrap().0;
    let longest = Feed { next_at: last.next_at.plus_s(-1), ..last };
    house.hub.store().keep_feed(longest).await.unwrap();
    house.hub.tend_feeds();
    let asked = house.until_asked(16).await;
    assert!(asked.contains(&"/v1/clubs/c19/changes".to_owned()), "{asked:?}");
}
