//! A hub among others, on a paused clock: what it does when its lease ends at an unlucky moment.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]

mod shared;

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use hub::clock::{Clock, SystemClock};
use hub::door::{Said, Sender, SourceRecord, UserSave};
use hub::turn_up::{Plan, TurnUpFile};
use hub::vault::Vault;
use hub::{Hub, Parts};
use model::directory::Role;
use model::{ConnectionId, Field, Kind, Moment, PersonId, Restored, Setup};
use platform::Net;
use platform::library::Library;
use platform::net::{NetError, Request, Response};
use serde_json::{Value, json};
use shared::{JOURNEY, Shared};
use store::Store;
use store::nodes::{NodeId, Nodes};
use tokio::time::{sleep, timeout};

/// Longer than a node lives without a beat, and than the store is not asked who is due.
const LONG: Duration = Duration::from_secs(15);

/// A network in which nobody answers, or only questions are answered, and what was called.
#[derive(Default)]
struct Called {
    all: Mutex<Vec<String>>,
    answer: Mutex<Option<&'static str>>,
}

#[async_trait]
impl Net for Called {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        self.all.lock().unwrap().push(format!("{} {}", request.method, request.url.path()));
        let answer = *self.answer.lock().unwrap();
        match answer {
            None => Err(NetError::Refused("nobody is there".to_owned())),
            Some(body) if request.method == "GET" => {
                Ok(Response { status: 200, headers: HeaderMap::new(), body: body.into() })
            }
            Some(_) => pending().await,
        }
    }
}

impl Called {
    fn all(&self) -> Vec<String> {
        self.all.lock().unwrap().clone()
    }

    /// From now on, questions are answered so, and whatever is to be done takes for ever.
    fn answer(&self, body: &'static str) {
        *self.answer.lock().unwrap() = Some(body);
    }
}

fn vfp() -> Value {
    let creates = json!({ "prospects": "creates_and_updates" });
    json!({
        "platform": "vfp", "client_id": "1", "live": true, "clubs": clubs("0042"),
        "settings": { "base_url": "https://vfp.example", "api_key": "key" },
        "agreement": { "sends": creates, "accept_assumed": ["create_prospect", "update_prospect"] },
    })
}

/// A platform that cannot be asked for a person.
fn i4() -> Value {
    let creates = json!({ "prospects": "creates_and_updates" });
    json!({
        "platform": "jonas-i4", "client_id": "1", "live": true, "clubs": clubs("1"),
        "settings": { "scheme": "https", "host": "i4.example", "port": 443, "user": "user", "password": "secret" },
        "agreement": { "sends": creates, "accept_assumed": ["create_prospect"] },
    })
}

fn clubs(id: &str) -> Value {
    json!([{ "club": "Kits Beach", "id": id }])
}

fn file(platform: &Value) -> TurnUpFile {
    let intouch = json!({
        "platform": "intouch", "provider": "INTOUCH", "client_id": "1", "live": true, "clubs": clubs("kits"),
        "settings": { "client_secret": "secret" }, "agreement": { "receives": ["people", "directory"] },
    });
    let club = json!({ "name": "Kits Beach", "time_zone": "America/Vancouver" });
    serde_json::from_value(json!({ "client": "Kits", "clubs": [club], "connections": [intouch, platform] }))
        .unwrap()
}

async fn hub(store: &Arc<Shared>, net: &Arc<Called>) -> Arc<Hub> {
    hub_by(store, net, Ahead::by(0)).await
}

/// A machine's clock that goes wrong by so many milliseconds.
#[derive(Clone)]
struct Ahead(Arc<AtomicI64>);

impl Ahead {
    fn by(ms: i64) -> Ahead {
        Ahead(Arc::new(AtomicI64::new(ms)))
    }
}

impl Clock for Ahead {
    fn now(&self) -> Moment {
        SystemClock.now().plus_ms(self.0.load(Ordering::Relaxed))
    }

    fn dice(&self) -> u64 {
        SystemClock.dice()
    }
}

async fn hub_by(store: &Arc<Shared>, net: &Arc<Called>, clock: Ahead) -> Arc<Hub> {
    let parts = Parts {
        store: Arc::<Shared>::clone(store),
        library: Arc::new(Library::bundled().unwrap()),
        net: Arc::<Called>::clone(net),
        vault: Arc::new(Vault::new([7; 32])),
        clock: Arc::new(clock),
        installation: BTreeMap::new(),
    };
    Hub::new(parts).await.unwrap()
}

/// A store with a client, a hub that leads the platform's lane as the first node, and what it called.
async fn leader(platform: Value) -> (Arc<Shared>, Arc<Hub>, Arc<Called>) {
    leader_on(Shared::new(), platform).await
}

async fn leader_on(store: Arc<Shared>, platform: Value) -> (Arc<Shared>, Arc<Hub>, Arc<Called>) {
    let net = Arc::<Called>::default();
    let hub = hub(&store, &net).await;
    let none = Setup::default();
    let plan = Plan::new(&file(&platform), &none, (hub.library(), hub.vault()), hub.clock().now()).unwrap();
    assert!(hub.change_setup(&none, plan.setup).await.unwrap());
    hub.take_place("the leader");
    sleep(LONG).await;
    assert_eq!(store.roll().await.unwrap().leader(lane(&hub)), Some(NodeId(1)));
    (store, hub, net)
}

fn lane(hub: &Hub) -> ConnectionId {
    hub.registry().setup.connections.iter().find(|one| one.platform != "intouch").unwrap().id
}

fn intouch(hub: &Hub) -> Sender {
    let setup = &hub.registry().setup;
    let connection = setup.connections.iter().find(|one| one.platform == "intouch").unwrap().id;
    Sender { connection, club: setup.clubs[0].id }
}

/// Another hub on the store, which leads nothing.
async fn elsewhere(store: &Arc<Shared>) -> Arc<Hub> {
    hub(store, &Arc::default()).await
}

/// Somebody is taken in there.
async fn ann_arrives(store: &Arc<Shared>) {
    ann_moves(&elsewhere(store).await, "Vancouver").await;
}

/// A hub is told of Ann, and answers that it knows.
async fn ann_moves(hub: &Arc<Hub>, city: &str) {
    assert!(ann_is_said_to_move(hub, city).await);
}

/// Answers whether it was taken in.
async fn ann_is_said_to_move(hub: &Arc<Hub>, city: &str) -> bool {
    let said = |(field, text): (Field, &str)| (field, Said::Value(text.to_owned()));
    let fields = [(Field::FirstName, "Ann"), (Field::LastName, "Able"), (Field::City, city)];
    let fields = fields.into_iter().map(said).collect();
    let save = UserSave { record_id: "1".to_owned(), kind: Kind::Prospect, fields, ignored: Vec::new() };
    hub.receive(intouch(hub), save).await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn who_was_taken_in_elsewhere_is_found_although_nobody_told() {
    let (store, _hub, net) = leader(vfp()).await;
    ann_arrives(&store).await;
    sleep(LONG).await;
    assert!(!net.all().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_waited_while_its_lane_went_to_another_calls_nobody() {
    let (store, hub, net) = leader(vfp()).await;
    store.hold_up("subject");
    ann_arrives(&store).await;
    sleep(LONG).await;
    assert_eq!(hub.pulses()[0].under_way, 1, "the turn waits for the store");
    store.kill(NodeId(1));
    store.other(&[lane(&hub)]).await;
    sleep(LONG).await;
    assert_eq!(store.roll().await.unwrap().nodes.len(), 2, "the hub began anew");
    store.let_go("subject");
    sleep(LONG).await;
    assert_eq!(net.all(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_left_opens_no_lane_although_a_beat_was_under_way() {
    let (store, hub, _) = leader(vfp()).await;
    store.hold_up("beat");
    sleep(LONG / 7).await;
    let leaving = tokio::spawn({
        let hub = Arc::clone(&hub);
        async move { hub.rest(LONG).await }
    });
    sleep(LONG / 30).await;
    store.let_go("beat");
    leaving.await.unwrap();
    for _ in 0..100 {
        sleep(JOURNEY / 2).await;
        assert_eq!(hub.pulses(), []);
    }
    assert_eq!(store.roll().await.unwrap().nodes, []);
}

#[tokio::test(start_paused = true)]
async fn what_is_read_slowly_costs_no_place() {
    let (store, hub, _) = leader(vfp()).await;
    let setup = hub.registry().setup.clone();
    for slow in ["setup", "due_among"] {
        store.hold_up(slow);
        assert!(store.keep_setup(setup.clone(), setup.clone()).await.unwrap());
        sleep(LONG * 2).await;
        assert_eq!(store.roll().await.unwrap().leader(lane(&hub)), Some(NodeId(1)), "{slow}");
        store.let_go(slow);
        sleep(LONG).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_operators_word_after_a_restore_holds_wherever_it_was_given() {
    let store = Shared::new();
    let restored = Restored { restored_at: Some(Moment(1)), ..Restored::default() };
    store.keep_restored(restored).await.unwrap();
    let (store, hub, net) = leader_on(store, i4()).await;
    ann_arrives(&store).await;
    sleep(LONG).await;
    assert_eq!(
        (hub.held(None).await.unwrap().len(), net.all().len()),
        (1, 0),
        "nobody knows whether Ann is there"
    );
    let elsewhere = elsewhere(&store).await;
    assert_eq!(elsewhere.accept_restored(&[lane(&hub)]).await.unwrap(), 1);
    sleep(LONG).await;
    assert!(!net.all().is_empty(), "{:?}", hub.held(None).await.unwrap());
    assert!(hub.restored().unwrap().is_over_for(lane(&hub)));
}

#[tokio::test(start_paused = true)]
async fn what_a_sender_said_last_holds_whatever_the_clocks_of_the_nodes_say() {
    let (store, hub, net) = leader(vfp()).await;
    let fast = hub_by(&store, &net, Ahead::by(60_000)).await;
    for (node, city) in
        [(&fast, "Burnaby"), (&hub, "Surrey"), (&hub, "Langley"), (&fast, "Delta"), (&hub, "Hope")]
    {
        ann_moves(node, city).await;
        let ann =
            store.people(hub.registry().setup.clubs[0].id, PersonId::default(), 1).await.unwrap().remove(0);
        assert_eq!(ann.person.profile.get(Field::City), Some(city));
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_node_was_told_before_it_stood_still_is_not_taken_in_when_it_wakes() {
    let (store, hub, net) = leader(vfp()).await;
    ann_moves(&hub, "Surrey").await;
    let clock = Ahead::by(0);
    let other = hub_by(&store, &net, clock.clone()).await;
    store.hold_up("identify");
    let told = tokio::spawn(async move { ann_is_said_to_move(&other, "Burnaby").await });
    sleep(JOURNEY).await;
    clock.0.store(60_000, Ordering::Relaxed);
    store.let_go("identify");
    assert!(!told.await.unwrap(), "its sender gave up and said it again, or something newer, elsewhere");
    let club = hub.registry().setup.clubs[0].id;
    let ann = store.people(club, PersonId::default(), 1).await.unwrap().remove(0);
    assert_eq!(ann.person.profile.get(Field::City), Some("Surrey"));
}

#[tokio::test(start_paused = true)]
async fn a_lane_goes_to_no_node_that_does_not_know_its_platform() {
    let (store, hub, _) = leader(vfp()).await;
    for _ in 0..9 {
        let other = store.other(&[]).await;
        store.beat(other, LONG * 9, &[lane(&hub)]).await.unwrap();
    }
    sleep(LONG).await;
    assert_eq!(store.roll().await.unwrap().leader(lane(&hub)), Some(NodeId(1)));
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_does_not_know_a_platform_gives_its_lane_to_one_that_does() {
    let (store, hub, _) = leader(vfp()).await;
    let vfp = lane(&hub);
    let other = loop {
        let other = store.other(&[]).await;
        sleep(LONG).await;
        if store.roll().await.unwrap().leader(vfp) == Some(NodeId(1)) {
            break other;
        }
        store.kill(other);
        sleep(LONG).await;
    };
    let mut setup = hub.registry().setup.clone();
    let before = setup.clone();
    setup.connections.iter_mut().find(|one| one.id == vfp).unwrap().platform = "of-tomorrow".to_owned();
    assert!(store.keep_setup(before, setup).await.unwrap());
    sleep(LONG).await;
    let roll = store.roll().await.unwrap();
    assert_eq!((roll.leader(vfp), roll.able(vfp).collect()), (Some(other), vec![other]));
}

#[tokio::test(start_paused = true)]
async fn a_lead_source_is_made_by_the_leader_of_its_lane_which_stays_its_leader_meanwhile() {
    let mut platform = vfp();
    platform["agreement"]["with"] = json!(["lead_source"]);
    platform["agreement"]["accept_assumed"] =
        json!(["create_prospect", "update_prospect", "list_lead_sources", "create_lead_source"]);
    let (store, hub, net) = leader(platform).await;
    net.answer(r#"{ "success": true, "leadSources": [] }"#);
    let vfp = lane(&hub);
    let (elsewhere, sender) = (hub_by(&store, &net, Ahead::by(0)).await, intouch(&hub));
    let source = SourceRecord { record_id: "7".to_owned(), name: "Walk-in".to_owned(), active: true };
    assert!(elsewhere.save_source(sender, source).await.is_ok());
    let entry = elsewhere.directory().entries_of(sender.connection, sender.club, Role::LeadSource).remove(0);
    elsewhere.unlink_by_hand(&entry, vfp).await.unwrap();
    timeout(LONG, elsewhere.match_by_itself(&entry, vfp)).await.expect("it makes nothing").unwrap();
    assert_eq!(net.all(), ["GET /api/v1/lead-sources"], "it leads nothing");

    sleep(LONG).await;
    let making = tokio::spawn({
        let hub = Arc::clone(&hub);
        async move { hub.tend_once().await }
    });
    sleep(JOURNEY).await;
    assert_eq!(net.all()[1..], ["GET /api/v1/lead-sources", "POST /api/v1/lead-sources"]);
    for _ in 0..9 {
        store.other(&[]).await;
    }
    sleep(LONG / 3).await;
    assert_eq!(store.roll().await.unwrap().leader(vfp), Some(NodeId(1)));
    making.abort();
    sleep(LONG / 3).await;
    assert_ne!(store.roll().await.unwrap().leader(vfp), Some(NodeId(1)));
}
