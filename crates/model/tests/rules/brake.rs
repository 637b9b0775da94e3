//! The brake: more than fifty people, and more than five of a hundred (integration rules §8).

use model::brakes;

#[test]
fn fifty_may_always_change_and_five_of_a_hundred() {
    for (changes, people, needs_a_decision) in [
        (50, 50, false),
        (51, 51, true),
        (51, 1_020, false),
        (51, 1_019, true),
        (500, 10_000, false),
        (501, 10_000, true),
    ] {
        assert_eq!(brakes(changes, people), needs_a_decision, "{changes} of {people}");
    }
}
