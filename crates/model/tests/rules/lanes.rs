//! Lanes: one person's calls one at a time, different persons in parallel, and patience with a platform that is down.

use std::collections::BTreeMap;

use model::lane::{Effect, Event, Lane, WINDOW, behind};
use model::{Moment, PersonId};
use proptest::prelude::*;

use crate::lane_world::{Happening, Health, LaneWorld};

const NOW: Moment = Moment(1_000_000);
const HOUR_MS: i64 = 3_600_000;

fn started(effects: &[Effect]) -> Vec<i64> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Start(person) => Some(person.0),
            _ => None,
        })
        .collect()
}

fn open(limit: usize) -> Lane {
    let mut lane = Lane::new(limit);
    assert!(lane.step(Event::Tick, NOW).contains(&Effect::Refill), "it begins by asking the store");
    lane.step(Event::Refilled { due: Vec::new(), more: false }, NOW);
    lane
}

fn ended(person: i64) -> Event {
    Event::Ended { person: PersonId(person), again: None }
}

fn due(person: i64) -> Event {
    Event::Due(PersonId(person), NOW)
}

#[test]
fn a_waiting_head_holds_only_its_own_person() {
    let mut lane = open(4);
    assert_eq!(started(&lane.step(due(1), NOW)), [1]);
    assert_eq!(started(&lane.step(due(1), NOW)), Vec::<i64>::new());
    assert_eq!(started(&lane.step(due(2), NOW)), [2]);
    assert_eq!(started(&lane.step(ended(1), NOW)), [1], "what came during the turn has the next");
}

#[test]
fn a_claimed_place_is_a_turn_like_any_other() {
    let mut lane = open(1);
    assert!(lane.claim(PersonId(1)));
    assert!(!lane.claim(PersonId(1)) && !lane.claim(PersonId(2)));
    lane.step(due(1), NOW);
    assert_eq!(started(&lane.step(ended(1), NOW)), [1]);
}

#[test]
fn a_closed_gate_hands_out_nothing_and_takes_no_place() {
    let mut lane = open(4);
    lane.step(Event::Gate(false), NOW);
    assert_eq!(started(&lane.step(due(1), NOW)), Vec::<i64>::new());
    assert!(!lane.claim(PersonId(2)));
    assert_eq!(started(&lane.step(Event::Gate(true), NOW)), [1]);
}

#[test]
fn whoever_was_left_in_the_store_is_asked_for_also_when_a_refill_is_under_way() {
    let mut lane = Lane::new(4);
    assert!(lane.step(Event::Tick, NOW).contains(&Effect::Refill));
    assert!(!lane.step(Event::Gate(true), NOW).contains(&Effect::Refill), "one at a time");
    let answered = lane.step(Event::Refilled { due: Vec::new(), more: false }, NOW);
    assert!(answered.contains(&Effect::Refill));
}

#[test]
fn whoever_is_due_now_is_not_kept_out_by_thousands_who_wait() {
    let mut lane = open(1);
    for person in 0..WINDOW as i64 {
        lane.step(Event::Due(PersonId(person), NOW.plus_ms(HOUR_MS + person)), NOW);
    }
    assert_eq!(started(&lane.step(due(9_999), NOW)), [9_999]);
    assert_eq!(lane.listed(), WINDOW - 1);
}

#[test]
fn people_of_a_first_load_come_when_nobody_else_is_due_and_give_up_their_place_in_memory() {
    let mut lane = open(1);
    lane.step(Event::Due(PersonId(0), NOW), NOW);
    for person in 1..=WINDOW as i64 {
        lane.step(Event::Due(PersonId(person), behind(NOW)), NOW);
    }
    lane.step(due(9_999), NOW);
    lane.step(due(7), NOW);
    assert_eq!(lane.listed(), WINDOW);
    let order: Vec<i64> =
        [0, 9_999, 7].iter().flat_map(|person| started(&lane.step(ended(*person), NOW))).collect();
    assert_eq!(order, [9_999, 7, 1], "a change of somebody who is loaded is a change");
}

#[test]
fn where_there_is_no_room_for_a_first_load_changes_go_on() {
    let mut lane = open(1);
    lane.step(Event::LoadsFrom(NOW.plus_s(9)), NOW);
    assert_eq!(lane.step(Event::Due(PersonId(1), behind(NOW)), NOW), [Effect::Wake(NOW.plus_s(9))]);
    assert_eq!(started(&lane.step(due(2), NOW)), [2]);
    lane.step(ended(2), NOW);
    assert_eq!(started(&lane.step(Event::Tick, NOW.plus_s(9))), [1]);
}

#[test]
fn an_earlier_time_replaces_a_later_one() {
    let mut lane = open(1);
    lane.step(Event::Due(PersonId(1), NOW.plus_ms(HOUR_MS)), NOW);
    let effects = lane.step(Event::Due(PersonId(1), NOW.plus_s(60)), NOW);
    assert_eq!(effects, [Effect::Wake(NOW.plus_s(60))]);
}

#[test]
fn whoever_came_while_a_refill_was_being_read_is_asked_for_again() {
    let mut lane = Lane::new(1);
    lane.claim(PersonId(-1));
    assert!(lane.step(Event::Tick, NOW).contains(&Effect::Refill));
    (0..=WINDOW as i64).for_each(|person| drop(lane.step(due(person), NOW)));
    lane.step(Event::Refilled { due: Vec::new(), more: false }, NOW);
    let mut world = Vec::new();
    lane.step(ended(-1), NOW);
    for person in 0..WINDOW as i64 {
        world.extend(lane.step(ended(person), NOW));
    }
    assert!(world.contains(&Effect::Refill), "the store is asked for the one who found no room");
}

fn happening() -> impl Strategy<Value = Happening> {
    let accepted = |people: std::ops::Range<i64>| {
        (people, 0..20_i64).prop_map(|(who, late)| Happening::Accepted(who, late))
    };
    prop_oneof![
        6 => accepted(0..6),
        3 => accepted(0..20_000),
        6 => (0..200_i64).prop_map(Happening::Passes),
        2 => (0..90_000_i64).prop_map(Happening::Passes),
        1 => prop_oneof![Just(Health::Well), Just(Health::Down), Just(Health::Busy)].prop_map(Happening::Turns),
        1 => any::<bool>().prop_map(Happening::Paused),
    ]
}

fn backlog() -> impl Strategy<Value = BTreeMap<PersonId, Moment>> {
    let sizes = prop_oneof![Just(0), Just(50), Just(WINDOW as i64 + 500), Just(3 * WINDOW as i64)];
    let spread = prop_oneof![Just(1), Just(20_000), Just(HOUR_MS)];
    (sizes, spread).prop_map(|(size, spread)| {
        (0..size).map(|n| (PersonId(n), NOW.plus_ms((n * 7_919) % spread))).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_lane_keeps_its_promises_and_forgets_nobody(
        limit in 1..6_usize,
        store in backlog(),
        happenings in prop::collection::vec(happening(), 0..120),
    ) {
        let mut world = LaneWorld::new(limit, store);
        for happening in &happenings {
            world.happens(happening);
        }
        world.settles();
    }

    #[test]
    fn a_live_change_does_not_wait_for_those_who_wait(
        waiting in 0..(3 * WINDOW as i64),
        who in 20_000..20_010_i64,
    ) {
        let store = (0..waiting).map(|n| (PersonId(n), NOW.plus_ms(HOUR_MS + n))).collect();
        let mut world = LaneWorld::new(1, store);
        world.happens(&Happening::Passes(100));
        let accepted = world.now;
        world.happens(&Happening::Accepted(who, 5));
        world.happens(&Happening::Passes(100));
        prop_assert!(world.started.get(&PersonId(who)).is_some_and(|at| at.since_ms(accepted) < 100));
    }
}
