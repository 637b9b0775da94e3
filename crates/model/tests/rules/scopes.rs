//! Scopes: when a host or a key counts as down, how it is tried, and what ends a pause.

use model::scope::{Part, Scope, Sign, Standing};
use model::{Moment, Outcome, PersonId};

const NOW: Moment = Moment(1_000_000);
const HOUR_MS: i64 = 3_600_000;

fn down(part: Part) -> Scope {
    let mut scope = Scope::new(part);
    (1..=3).for_each(|person| scope.judge(PersonId(person), Sign::Down, NOW));
    assert!(matches!(scope.standing(), Standing::Down { .. }));
    scope
}

fn probe_at(scope: &Scope) -> Moment {
    let Standing::Down { probe_at, .. } = scope.standing() else { panic!("{:?}", scope.standing()) };
    probe_at
}

#[test]
fn three_different_persons_in_vain_and_it_is_down_until_a_probe_finds_it_well() {
    let mut scope = down(Part::Host);
    assert!(!scope.may_pass());
    scope.probed(Sign::Down, NOW.plus_s(1));
    assert!(!scope.may_pass());
    scope.probed(Sign::Well, NOW.plus_s(3));
    assert!(scope.may_pass());
    scope.judge(PersonId(1), Sign::Well, NOW.plus_s(3));
    assert!(scope.is_well());
}

#[test]
fn one_record_that_a_platform_chokes_on_takes_nothing_down() {
    let mut scope = Scope::new(Part::Host);
    (0..9).for_each(|_| scope.judge(PersonId(1), Sign::Down, NOW));
    assert_eq!(scope.standing(), Standing::Open);
}

#[test]
fn probes_are_made_ever_more_rarely_up_to_a_minute_and_with_a_refused_key_a_quarter_of_an_hour() {
    for (part, longest_ms) in [(Part::Host, 60_000), (Part::Key, 900_000)] {
        let (mut scope, mut now, mut waits) = (down(part), NOW, Vec::new());
        for _ in 0..14 {
            waits.push(probe_at(&scope).since_ms(now));
            now = probe_at(&scope);
            scope.probed(Sign::Down, now);
        }
        assert_eq!(waits[..4], [1_000, 2_000, 4_000, 8_000]);
        assert_eq!(waits[13], longest_ms.min(1_024_000), "{part:?}");
    }
}

#[test]
fn where_nothing_but_a_record_can_try_it_one_may_per_interval() {
    let mut scope = down(Part::Host);
    scope.probed(Sign::Silent, NOW.plus_s(1));
    assert!(scope.may_pass() && scope.take_trial(), "the one that tries");
    assert!(!scope.may_pass() && !scope.take_trial(), "all others wait");
    scope.give_trial_back();
    assert!(scope.take_trial(), "it needed no call, so another may");
    scope.judge(PersonId(9), Sign::Down, NOW.plus_s(2));
    assert!(!scope.may_pass());
    scope.probed(Sign::Silent, probe_at(&scope));
    assert!(scope.may_pass());
    scope.judge(PersonId(9), Sign::Well, NOW.plus_s(9));
    assert!(scope.is_well());
}

#[test]
fn a_platform_whose_health_call_is_well_while_it_takes_no_record_is_tried_ever_more_rarely() {
    let (mut scope, mut now, mut waits) = (Scope::new(Part::Host), NOW, Vec::new());
    for round in 0..8 {
        (1..=3).for_each(|person| scope.judge(PersonId(person), Sign::Down, now));
        waits.push(probe_at(&scope).since_ms(now));
        now = probe_at(&scope);
        scope.probed(Sign::Well, now);
        assert!(scope.may_pass(), "round {round}");
    }
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    scope.judge(PersonId(4), Sign::Well, now);
    (1..=3).for_each(|person| scope.judge(PersonId(person), Sign::Down, now));
    assert_eq!(probe_at(&scope).since_ms(now), 1_000, "a record that went through ends it");
}

#[test]
fn a_pause_that_was_asked_for_outlasts_a_call_that_still_went_well() {
    let mut scope = Scope::new(Part::Key);
    let until = NOW.plus_s(60);
    scope.judge(PersonId(1), Sign::Busy(until), NOW);
    scope.judge(PersonId(2), Sign::Well, NOW);
    scope.lapse(until.plus_ms(-1));
    assert!(!scope.may_pass());
    scope.lapse(until);
    assert!(scope.may_pass());
}

#[test]
fn a_shorter_pause_does_not_undo_a_longer_one_and_none_is_longer_than_six_hours() {
    let mut scope = Scope::new(Part::Key);
    scope.judge(PersonId(1), Sign::Busy(NOW.plus_s(i64::from(u32::MAX))), NOW);
    scope.judge(PersonId(2), Sign::Busy(NOW.plus_s(1)), NOW);
    assert_eq!(scope.standing(), Standing::Busy(NOW.plus_ms(6 * HOUR_MS)));
    let mut host = Scope::new(Part::Host);
    host.judge(PersonId(1), Sign::Busy(NOW.plus_ms(6 * HOUR_MS)), NOW);
    assert_eq!(host.standing(), Standing::Busy(NOW.plus_s(60)), "others are behind it, too");
}

#[test]
fn a_wrong_password_says_nothing_bad_of_the_host_and_a_dead_host_nothing_of_the_key() {
    let said = |outcome: &Outcome| (Sign::of(outcome, Part::Host, NOW), Sign::of(outcome, Part::Key, NOW));
    let busy = |s| Sign::Busy(NOW.plus_s(s));
    let reason = String::new;
    let unavailable = |retry_after_s| Outcome::Unavailable { reason: reason(), retry_after_s };
    for (outcome, host, key) in [
        (Outcome::Unauthorised { said: reason() }, Sign::Well, Sign::Down),
        (Outcome::Throttled { retry_after_s: Some(7) }, Sign::Well, busy(7)),
        (Outcome::Throttled { retry_after_s: None }, Sign::Well, busy(5)),
        (unavailable(None), Sign::Down, Sign::Silent),
        (unavailable(Some(9)), busy(9), Sign::Silent),
        (Outcome::Doubtful { reason: reason() }, Sign::Down, Sign::Silent),
        (Outcome::Rejected { field: None, said: reason() }, Sign::Well, Sign::Well),
        (Outcome::Misconfigured { reason: reason() }, Sign::Silent, Sign::Silent),
    ] {
        assert_eq!(said(&outcome), (host, key), "{outcome:?}");
    }
}
