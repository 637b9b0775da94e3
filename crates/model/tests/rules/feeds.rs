//! Reading a platform's changes: nothing between two readings is missed, and nothing in bulk comes in unasked.

use model::{Brought, ClubId, ConnectionId, Decided, Feed, FeedTerms, Moment};

const TERMS: FeedTerms = FeedTerms { every_s: 3_600, overlap_s: 300, lag_s: 600 };

fn feed() -> Feed {
    Feed::begin(ConnectionId(1), ClubId(2), Moment(1_000_000_000))
}

#[test]
fn a_reading_begins_before_the_end_of_what_the_last_one_could_know() {
    let mut feed = feed();
    let began = Moment(2_000_000_000);
    feed.read(began, Brought::default(), TERMS);
    assert_eq!(feed.since(TERMS), began.plus_s(-900), "its lag, and the overlap");
    assert!(!feed.is_due(began.plus_s(3_599)));
    assert!(feed.is_due(began.plus_s(3_600)));
    feed.read(began.plus_s(-5_000), Brought::default(), TERMS);
    assert_eq!(feed.since(TERMS), began.plus_s(-900), "a clock that was set back takes nothing away");
}

#[test]
fn a_reading_that_failed_moves_nothing_and_comes_again_soon() {
    let mut feed = feed();
    let (now, before) = (Moment(2_000_000_000), feed.known_until);
    assert_eq!(feed.failed(now, "no answer", (TERMS, 1.0)), 1);
    assert_eq!(feed.failed(now, "no answer", (TERMS, 1.0)), 2);
    assert_eq!(feed.known_until, before);
    assert_eq!(feed.next_at, now.plus_s(10));
    for _ in 0..30 {
        feed.failed(now, "no answer", (TERMS, 1.0));
    }
    assert_eq!(feed.next_at, now.plus_s(3_600), "never later than it would come anyway");
}

#[test]
fn what_was_stopped_is_not_read_again_before_somebody_decided() {
    let mut feed = feed();
    let now = Moment(2_000_000_000);
    assert!(!feed.decide(now, Decided::Apply), "there is nothing to decide");
    feed.brake(now, Brought { records: 99, changed: 99, new: 0 });
    assert!(!feed.is_due(now.plus_s(1_000_000)));
    feed.failed(now, "no answer", (TERMS, 1.0));
    assert!(!feed.is_due(now.plus_s(1_000_000)), "who asks by hand and gets no answer decides nothing");
    assert!(feed.decide(now, Decided::Apply));
    assert!(feed.is_due(now));
    assert!(!feed.decide(now, Decided::Apply), "it is decided already");
    assert!(feed.decide(now, Decided::Discard), "until it is carried out, somebody may think again");
    feed.read(now, Brought::default(), TERMS);
    assert_eq!((feed.decided(), feed.decide(now, Decided::Apply)), (None, false));
}

#[test]
fn a_decision_outlives_failures_and_these_come_more_and_more_seldom() {
    let mut feed = feed();
    let now = Moment(2_000_000_000);
    feed.brake(now, Brought::default());
    feed.decide(now, Decided::Apply);
    assert_eq!(feed.failed(now, "no answer", (TERMS, 1.0)), 1);
    assert_eq!(feed.failed(now, "no answer", (TERMS, 1.0)), 2);
    assert_eq!(feed.next_at, now.plus_s(10));
    assert_eq!(feed.decided(), Some(Decided::Apply));
}

#[test]
fn what_waits_and_is_read_by_hand_waits_since_the_first_time_and_is_told_of_once() {
    let mut feed = feed();
    let now = Moment(2_000_000_000);
    assert!(feed.brake(now, Brought::default()));
    let more = Brought { records: 99, changed: 99, new: 0 };
    assert!(!feed.brake(now.plus_s(60), more));
    let braked = feed.braked.unwrap();
    assert_eq!((braked.since, braked.brought), (now, more));
}

#[test]
fn what_was_left_out_is_remembered_for_as_long_as_a_reading_can_bring_it_again() {
    let mut feed = feed();
    let now = Moment(2_000_000_000);
    feed.leave_out(now, [7].into());
    feed.read(now, Brought::default(), TERMS);
    assert!(feed.leaves_out(7) && !feed.leaves_out(8));
    feed.read(now.plus_s(1_000), Brought::default(), TERMS);
    assert!(feed.leaves_out(7), "the readings still overlap it");
    feed.read(now.plus_s(10_000), Brought::default(), TERMS);
    assert!(!feed.leaves_out(7));
}

#[test]
fn few_come_in_unasked_and_a_twentieth_that_changes_or_a_fifth_that_is_new_does_not() {
    let brakes = |changed, new, people| Brought { records: changed + new, changed, new }.brakes(people);
    assert!(!brakes(50, 0, 0) && !brakes(0, 50, 0));
    assert!(brakes(51, 0, 1_000) && !brakes(51, 0, 1_020));
    assert!(brakes(0, 201, 1_000) && !brakes(0, 200, 1_000));
}
