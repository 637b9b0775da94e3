//! The brake, looked at from all sides: what may go round it, and what is said while it waits.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]

mod house;
#[expect(dead_code, reason = "the tests of nodes use the rest of it")]
#[path = "../nodes/shared.rs"]
mod shared;
mod vfp;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use house::{House, MANY, file, house, house_with, hub, of_a_stranger, until};
use hub::directory::Verdict;
use hub::turn_up::Plan;
use model::Field;
use model::directory::Role;
use store::Store;
use tokio::time::sleep;

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
