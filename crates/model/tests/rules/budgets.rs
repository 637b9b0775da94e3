//! Budgets: never more calls in any stretch of the time than the platform allows, whoever takes them.

use model::Moment;
use model::budget::{Grant, Limit, Per, Spent, Wish};
use proptest::prelude::*;

const NOW: Moment = Moment(1_800_000_000_000);

fn wish(calls: u32, per: Per, now: Moment) -> Wish {
    Wish { limit: Limit { calls, per }, now, calls: 1, spare: 0, back: None }
}

proptest! {
    #[test]
    fn no_stretch_of_the_time_has_more_calls_than_allowed(
        calls in 1_u32..40,
        steps in proptest::collection::vec((0_i64..400, 1_u32..12), 1..300),
    ) {
        let (mut spent, mut now, mut made) = (Spent::default(), NOW, Vec::new());
        for (passes, wanted) in steps {
            now = now.plus_ms(passes);
            if let Grant::Calls { calls, until, .. } = spent.take(Wish { calls: wanted, ..wish(calls, Per::Second, now) }) {
                prop_assert!(until > now);
                made.push((now, calls, until));
            }
        }
        for (begin, _, _) in &made {
            let within = made.iter().filter(|(at, ..)| at >= begin && at.since_ms(*begin) < 1_000);
            prop_assert!(within.map(|(_, n, _)| n).sum::<u32>() <= calls);
        }
    }

    #[test]
    fn whoever_is_told_a_time_finds_room_then_and_not_before(calls in 1_u32..9, per in 0_usize..5, early in 1_i64..400) {
        let per = [Per::Second, Per::Minute, Per::Hour, Per::Day, Per::Month][per];
        let mut spent = Spent::default();
        for _ in 0..calls {
            let taken = matches!(spent.take(wish(calls, per, NOW)), Grant::Calls { .. });
            prop_assert!(taken);
        }
        let Grant::Later(at) = spent.take(wish(calls, per, NOW)) else { panic!("it is spent") };
        prop_assert!(at > NOW);
        let before = at.plus_ms(-early).max(NOW);
        prop_assert_eq!(spent.take(wish(calls, per, before)), Grant::Later(at));
        let taken = matches!(spent.take(wish(calls, per, at)), Grant::Calls { .. });
        prop_assert!(taken);
    }
}

#[test]
fn days_and_months_are_those_of_the_calendar() {
    for (per, next) in [(Per::Day, "2027-01-16T00:00:00Z"), (Per::Month, "2027-02-01T00:00:00Z")] {
        let mut spent = Spent::default();
        assert!(matches!(spent.take(wish(1, per, NOW)), Grant::Calls { .. }));
        let next: jiff::Timestamp = next.parse().unwrap();
        assert_eq!(spent.take(wish(1, per, NOW)), Grant::Later(next.into()));
    }
}

#[test]
fn what_is_kept_for_live_changes_is_not_given_to_a_first_load() {
    let limit = Limit { calls: 1_000, per: Per::Day };
    let mut spent = Spent::default();
    let load = Wish { calls: 2_000, spare: limit.kept_for_changes(), ..wish(1_000, Per::Day, NOW) };
    assert!(matches!(spent.take(load), Grant::Calls { calls: 900, .. }));
    assert!(matches!(spent.take(load), Grant::Later(_)));
    let live = Wish { spare: 0, ..load };
    assert!(matches!(spent.take(live), Grant::Calls { calls: 100, .. }));
}

#[test]
fn a_row_of_what_was_spent_stays_small() {
    let mut spent = Spent::default();
    for second in 0..10_000 {
        spent.take(wish(200, Per::Minute, NOW.plus_s(second)));
        assert!(serde_json::to_string(&spent).unwrap().len() < 300);
    }
}

#[test]
fn two_hundred_calls_a_second_cost_ten_writes_or_so() {
    let limit = Limit { calls: 200, per: Per::Second };
    let (mut spent, mut at_hand, mut lapses, mut writes) = (Spent::default(), 0, NOW, 0);
    for ms in 0..1_000 {
        let now = NOW.plus_ms(ms);
        at_hand = if lapses > now { at_hand } else { 0 };
        if at_hand == 0
            && let Grant::Calls { calls, until, .. } =
                spent.take(Wish { limit, calls: limit.slice(), ..wish(1, Per::Second, now) })
        {
            (at_hand, lapses, writes) = (calls, until, writes + 1);
        }
        at_hand = u32::saturating_sub(at_hand, 1);
    }
    assert!((9..=11).contains(&writes), "{writes} writes");
}
