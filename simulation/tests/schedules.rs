//! A few hundred schedules, and that each can be played again.

use simulation::play;

/// Schedules that broke once, beside the first two hundred.
const BROKE_ONCE: [u64; 10] = [655, 726, 796, 3_653, 7_434, 10_202, 11_048, 16_407, 26_545, 44_260];
/// The same with three hubs.
const BROKE_ONCE_AMONG_NODES: [u64; 4] = [3, 44, 404, 520];

#[test]
fn whatever_fails_the_people_end_up_the_same_everywhere() {
    for seed in (1..=200).chain(BROKE_ONCE) {
        let played = play(seed, 1).unwrap();
        assert!(played.told.violations.is_empty(), "seed {seed}: {:#?}", played.told.violations);
    }
}

#[test]
fn nodes_that_die_and_stand_still_leave_everybody_the_same_everywhere() {
    for seed in (1..=2).chain(BROKE_ONCE_AMONG_NODES) {
        let played = play(seed, 3).unwrap();
        assert!(played.told.violations.is_empty(), "seed {seed}: {:#?}", played.told.violations);
    }
}

#[test]
fn a_seed_plays_the_same_schedule_again() {
    for (seed, nodes) in (1..=10).map(|seed| (seed, 1)).chain((1..=3).map(|seed| (seed, 3))) {
        let (once, again) = (play(seed, nodes).unwrap(), play(seed, nodes).unwrap());
        assert_eq!(once.told.events, again.told.events, "seed {seed}");
    }
}
