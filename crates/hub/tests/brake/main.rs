//! The brake, looked at from all sides: what may go round it, and what is said while it waits.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]

#[expect(dead_code, reason = "the tests of nodes use the rest of it")]
#[path = "../nodes/shared.rs"]
mod shared;
mod vfp;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hub::clock::SystemClock;
use hub::directory::{Braked, Verdict};
use hub::door::{Said, Sender, SourceRecord, StaffRecord, UserSave};
use hub::turn_up::{Plan, TurnUpFile};
use hub::vault::Vault;
use hub::{Hub, Parts};
use model::directory::{Entry, Role};
use model::{ConnectionId, Field, Kind, Setup};
use platform::library::Library;
use serde_json::{Value, json};
use shared::Shared;
use store::Store;
use store::nodes::Nodes;
use tokio::time::sleep;
use vfp::Vfp;

/// More than the fifty that may always change.
const MANY: usize = 60;

struct House {
    store: Arc<Shared>,
    hub: Arc<Hub>,
    vfp: Arc<Vfp>,
    intouch: Sender,
    there: ConnectionId,
}

fn file(with: &[&str]) -> TurnUpFile {
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

async fn hub(store: &Arc<Shared>, vfp: &Arc<Vfp>) -> Arc<Hub> {
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
async fn house() -> House {
    house_with(&["owner", "lead_source"]).await
}

async fn house_with(with: &[&str]) -> House {
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
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..36_000 {
        if is_so().await {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("never: {what}");
}

impl House {
    async fn staff(&self, number: &str, email: &str) {
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

    async fn source(&self) {
        let source = SourceRecord { record_id: "ls-1".to_owned(), name: "Walk-in".to_owned(), active: true };
        assert!(self.hub.save_source(self.intouch, source).await.is_ok());
    }

    async fn lead(&self, number: &str, also: &[(Field, &str)]) {
        let name = format!("Able{number}");
        let named = [(Field::FirstName, "Ann"), (Field::LastName, name.as_str()), (Field::Owner, "st-1")];
        let fields = named.iter().chain(also).map(|(field, text)| (*field, Said::Value((*text).to_owned())));
        let fields = fields.collect();
        let save =
            UserSave { record_id: number.to_owned(), kind: Kind::Prospect, fields, ignored: Vec::new() };
        assert!(self.hub.receive(self.intouch, save).await.is_ok());
    }

    /// Nothing is due or under way.
    async fn rests(&self) {
        until("all is done", async || {
            let due = self.store.take_due(self.there, &[], 1).await.unwrap();
            due.is_empty() && self.hub.pulses().iter().all(|pulse| pulse.under_way == 0)
        })
        .await;
    }

    fn entry(&self, connection: ConnectionId, role: Role, number: &str) -> Entry {
        let all = self.hub.directory().entries_of(connection, self.intouch.club, role);
        all.into_iter().find(|entry| entry.remote_id == number).unwrap()
    }

    fn olga(&self) -> Entry {
        self.entry(self.intouch.connection, Role::Staff, "st-1")
    }

    async fn link(&self, number: &str) {
        let there = self.entry(self.there, Role::Staff, number);
        self.hub.link_by_hand(&self.olga(), &there).await.unwrap();
    }

    async fn braked(&self) -> Vec<Braked> {
        self.hub.braked().await.unwrap()
    }
}

/// Sixty leads of an owner whom VFP does not know, some of them with a lead source that it knows.
async fn of_a_stranger(with_source: usize) -> House {
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

async fn source_is_saved_again(house: &House) {
    house.source().await;
    sleep(Duration::from_mins(1)).await;
    house.rests().await;
}

#[tokio::test(start_paused = true)]
async fn a_lead_source_that_is_saved_again_sends_nobody_the_owner_that_waits_for_a_decision() {
    let house = of_a_stranger(40).await;
    house.link("V-77").await;
    assert_eq!(house.braked().await.len(), 1);
    source_is_saved_again(&house).await;
    assert_eq!((house.vfp.owned_by("V-77"), house.vfp.calls("PUT")), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_lead_source_that_is_saved_again_is_not_blamed_for_the_owner_that_waits() {
    let house = of_a_stranger(MANY).await;
    house.link("V-77").await;
    source_is_saved_again(&house).await;
    let waits: Vec<_> = house.braked().await.into_iter().map(|one| one.entry.role).collect();
    assert_eq!(waits, [Role::Staff]);
}

#[tokio::test(start_paused = true)]
async fn an_owner_who_was_linked_by_hand_while_the_platform_was_away_waits_for_a_decision_when_it_is_back() {
    let house = of_a_stranger(0).await;
    house.hub.tend_directory();
    house.vfp.is_down.store(true, Ordering::Relaxed);
    house.staff("st-1", "other@club.example").await;
    sleep(Duration::from_mins(1)).await;
    house.link("V-77").await;
    assert_eq!(house.braked().await.len(), 1);
    house.vfp.is_down.store(false, Ordering::Relaxed);
    sleep(Duration::from_mins(10)).await;
    house.rests().await;
    assert_eq!((house.vfp.owned_by("V-77"), house.braked().await.len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn an_owner_whose_address_changed_while_the_platform_was_away_waits_for_a_decision_when_it_is_back() {
    let house = house().await;
    house.hub.tend_directory();
    house.staff("st-1", "olga@vfp.example").await;
    house.rests().await;
    for number in 0..MANY {
        house.lead(&number.to_string(), &[]).await;
    }
    until("all have their owner", async || house.vfp.owned_by("V-77") == MANY).await;
    house.rests().await;
    house.vfp.is_down.store(true, Ordering::Relaxed);
    house.vfp.employ("V-79", "olga.new@vfp.example");
    house.staff("st-1", "olga.new@vfp.example").await;
    sleep(Duration::from_mins(1)).await;
    house.vfp.is_down.store(false, Ordering::Relaxed);
    until("she is linked", async || {
        house.hub.directory().correspondence(house.olga().id, house.there).is_some()
    })
    .await;
    sleep(Duration::from_mins(1)).await;
    house.rests().await;
    assert_eq!((house.vfp.owned_by("V-79"), house.braked().await.len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn many_who_went_without_an_owner_for_whom_nobody_could_ask_are_completed_by_themselves() {
    let house = house().await;
    house.hub.tend_directory();
    house.vfp.tells_no_staff.store(true, Ordering::Relaxed);
    house.staff("st-1", "olga@vfp.example").await;
    for number in 0..MANY {
        house.lead(&number.to_string(), &[]).await;
    }
    until("all arrived", async || house.vfp.guests() == MANY).await;
    house.rests().await;
    assert_eq!(house.vfp.owned_by("V-77"), 0);
    house.vfp.tells_no_staff.store(false, Ordering::Relaxed);
    until("all have their owner", async || house.vfp.owned_by("V-77") == MANY).await;
}

#[tokio::test(start_paused = true)]
async fn a_decision_about_nobody_any_more_is_not_asked_for() {
    let house = of_a_stranger(0).await;
    house.link("V-77").await;
    for number in 0..MANY {
        house.lead(&number.to_string(), &[(Field::City, "Porto")]).await;
    }
    until("all went by themselves", async || house.vfp.owned_by("V-77") == MANY).await;
    house.rests().await;
    assert_eq!(house.braked().await.len(), 0);
    house.staff("st-1", "olga@club.example").await;
    sleep(Duration::from_mins(1)).await;
    let linked = house.hub.directory().correspondence(house.olga().id, house.there).unwrap();
    assert_eq!(linked.brake, None);
}

#[tokio::test(start_paused = true)]
async fn what_came_to_concern_few_goes_on_waiting_for_its_decision() {
    let house = of_a_stranger(0).await;
    house.link("V-77").await;
    for number in 0..20 {
        house.lead(&number.to_string(), &[(Field::City, "Porto")]).await;
    }
    until("some went by themselves", async || house.vfp.owned_by("V-77") == 20).await;
    house.rests().await;
    house.staff("st-1", "olga@club.example").await;
    sleep(Duration::from_mins(1)).await;
    house.rests().await;
    let waiting = house.braked().await.remove(0);
    assert_eq!((waiting.changes, house.vfp.owned_by("V-77")), (40, 20));
    assert_eq!(house.hub.decide_braked(&waiting, Verdict::Apply).await.unwrap(), Some(40));
    until("the others follow", async || house.vfp.owned_by("V-77") == MANY).await;
    assert_eq!(house.braked().await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_decision_by_its_name_is_about_what_was_shown_under_that_name() {
    let house = of_a_stranger(0).await;
    house.link("V-77").await;
    let shown = house.braked().await.remove(0);
    house.link("V-78").await;
    let now = house.braked().await.remove(0);
    assert_ne!(shown.name, now.name);
}

#[tokio::test(start_paused = true)]
async fn people_who_are_held_for_another_reason_do_not_count_when_a_staff_member_is_saved_again() {
    let house = house().await;
    house.staff("st-1", "olga@vfp.example").await;
    house.rests().await;
    for number in 0..MANY {
        house.lead(&number.to_string(), &[]).await;
    }
    until("all have their owner", async || house.vfp.owned_by("V-77") == MANY).await;
    house.rests().await;
    house.vfp.refuses.store(true, Ordering::Relaxed);
    for number in 0..MANY {
        house.lead(&number.to_string(), &[(Field::Mobile, "call me")]).await;
    }
    until("all are held", async || house.hub.held(None).await.unwrap().len() == MANY).await;
    house.staff("st-1", "olga@vfp.example").await;
    sleep(Duration::from_mins(1)).await;
    house.rests().await;
    assert_eq!((house.braked().await.len(), house.hub.held(None).await.unwrap().len()), (0, MANY));
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_is_being_carried_out_carries_out_no_link_that_is_made_meanwhile() {
    let house = of_a_stranger(0).await;
    house.link("V-77").await;
    let decided = house.braked().await.remove(0);
    house.store.hold_up("settle");
    let applying = tokio::spawn({
        let hub = Arc::clone(&house.hub);
        async move { hub.decide_braked(&decided, Verdict::Apply).await }
    });
    sleep(Duration::from_secs(1)).await;
    house.link("V-78").await;
    house.store.let_go("settle");
    assert_eq!(applying.await.unwrap().unwrap(), None);
    sleep(Duration::from_mins(1)).await;
    house.rests().await;
    assert_eq!(
        (house.vfp.owned_by("V-78"), house.braked().await.len()),
        (1, 1),
        "one was on the way already"
    );
}

#[tokio::test(start_paused = true)]
async fn a_decision_against_it_stops_one_that_is_being_carried_out() {
    let house = of_a_stranger(0).await;
    house.link("V-77").await;
    let decided = house.braked().await.remove(0);
    house.store.hold_up("settle");
    let applying = tokio::spawn({
        let (hub, decided) = (Arc::clone(&house.hub), decided.clone());
        async move { hub.decide_braked(&decided, Verdict::ApplySlowly).await }
    });
    sleep(Duration::from_secs(1)).await;
    assert!(house.hub.decide_braked(&decided, Verdict::Discard).await.unwrap().is_some());
    house.store.let_go("settle");
    assert_eq!(applying.await.unwrap().unwrap(), None);
    sleep(Duration::from_mins(1)).await;
    house.rests().await;
    assert_eq!(house.vfp.owned_by("V-77"), 1, "one was on the way already");
}

#[tokio::test(start_paused = true)]
async fn a_decision_at_a_node_undoes_no_link_that_was_made_at_another_just_before() {
    let house = of_a_stranger(0).await;
    house.link("V-77").await;
    let elsewhere = hub(&house.store, &house.vfp).await;
    let decided = elsewhere.braked().await.unwrap().remove(0);
    house.link("V-78").await;
    assert_eq!(elsewhere.decide_braked(&decided, Verdict::Discard).await.unwrap(), None);
    let (_, kept) = house.store.directory().await.unwrap();
    let olga = house.olga().id;
    let kept = kept.into_iter().find(|one| one.entry == olga && one.connection == house.there).unwrap();
    assert_eq!(kept.remote_id, "V-78");
}

#[tokio::test(start_paused = true)]
async fn an_agreement_that_gives_leads_their_owners_changes_no_more_than_fifty_unasked_although_no_owner_has_many()
 {
    let house = house_with(&["lead_source"]).await;
    for (staff, email) in [("st-1", "olga@vfp.example"), ("st-2", "per@vfp.example")] {
        house.staff(staff, email).await;
        for number in 0..MANY / 2 {
            house.lead(&format!("{staff}-{number}"), &[(Field::Owner, staff)]).await;
        }
    }
    until("all arrived", async || house.vfp.guests() == MANY).await;
    house.rests().await;
    let before = house.hub.registry().setup.clone();
    let plan = Plan::new(
        &file(&["owner", "lead_source"]),
        &before,
        (house.hub.library(), house.hub.vault()),
        house.hub.clock().now(),
    );
    assert!(house.hub.change_setup(&before, plan.unwrap().setup).await.unwrap());
    house.hub.tend_once().await.unwrap();
    sleep(Duration::from_mins(1)).await;
    house.rests().await;
    house.staff("st-1", "olga@vfp.example").await;
    sleep(Duration::from_mins(1)).await;
    house.rests().await;
    assert_eq!(house.vfp.owned_by("V-77") + house.vfp.owned_by("V-78"), 30);
    let waiting: Vec<_> = house.braked().await.iter().map(|one| (one.changes, one.people)).collect();
    assert_eq!(waiting, [(30, 60)]);
}
