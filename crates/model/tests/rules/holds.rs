//! Holds and retries: nothing is dropped, and nothing is hammered.

use model::{
    Accepted, Field, HoldReason, Moment, Next, Outcome, PENDING_MAX, Settled, State, Tracking,
    release_if_edited, retry::GIVE_UP_AFTER_MS,
};

use crate::domain::{Story, at, down, everything, i4, no_answer, rejected, saved};

fn held() -> Story {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::Email, Some("jane at home"), 10);
    assert_eq!(story.called(&rejected(), 10), Settled::Held);
    story
}

#[test]
fn a_rejected_record_waits_and_the_next_edit_sends_it_again() {
    let mut story = held();
    assert_eq!(story.link.due_at(), None);
    assert_eq!(story.edits(Field::Email, Some("jane@a.example"), 20), Accepted::Due);
    assert_eq!(story.link.state, State::Due { at: at(20) });
    assert_eq!(story.link.tries, 0);
}

#[test]
fn an_edit_accepted_while_the_old_data_was_being_rejected_is_not_held_with_it() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::Email, Some("jane at home"), 10);
    let old = story.step();
    story.edits(Field::Email, Some("jane@a.example"), 11);
    assert_eq!(story.ended(&old, &rejected(), (10, 12)), Settled::Held);
    let next = story.next();
    assert!(release_if_edited(&mut story.link, &old, &next, at(12)));
    assert_eq!(story.link.state, State::Due { at: at(12) });
}

#[test]
fn data_that_did_not_change_stays_held() {
    let mut story = held();
    let next = story.next();
    let Next::Call(same) = next.clone() else { panic!("still to be sent") };
    assert!(!release_if_edited(&mut story.link, &same, &next, at(12)));
    assert!(
        matches!(&story.link.state, State::Held(hold) if matches!(hold.reason, HoldReason::Rejected { .. }))
    );
}

#[test]
fn unavailable_throttled_and_unauthorised_never_exhaust_a_record() {
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    for day in 0..30 {
        assert!(matches!(story.called(&down(), day * 86_400), Settled::Again(_)));
        let said = Outcome::Unauthorised { said: "bad password".to_owned() };
        assert!(matches!(story.called(&said, day * 86_400 + 1), Settled::Again(_)));
        let asked = Outcome::Throttled { retry_after_s: Some(30) };
        assert_eq!(story.called(&asked, day * 86_400 + 2), Settled::Again(at(day * 86_400 + 32)));
    }
}

#[test]
fn an_update_that_is_never_answered_is_given_up_after_three_days_and_an_edit_tries_again() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::Email, Some("jane@a.example"), 10);
    let mut now = at(10);
    let settled = loop {
        match story.called(&no_answer(), now.0 / 1000) {
            Settled::Again(at) => now = Moment(at.0 + 1000),
            other => break other,
        }
        assert!(now.0 < 2 * GIVE_UP_AFTER_MS, "tried for ever");
    };
    assert_eq!(settled, Settled::Held);
    assert!(now.0 >= GIVE_UP_AFTER_MS);
    assert!(
        matches!(&story.link.state, State::Held(hold) if matches!(hold.reason, HoldReason::Exhausted { .. }))
    );
    assert_eq!(story.edits(Field::Email, Some("j@a.example"), 900_000), Accepted::Due);
}

#[test]
fn a_record_gone_there_is_not_made_again() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::Email, Some("jane@a.example"), 10);
    assert_eq!(story.called(&Outcome::Gone, 10), Settled::Gone);
    assert_eq!(story.edits(Field::Email, Some("j@a.example"), 20), Accepted::Gone);
    assert_eq!(story.link.due_at(), None);
}

#[test]
fn an_arrival_forgets_earlier_failures() {
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    story.called(&down(), 1);
    story.called(&saved("17"), 10);
    assert_eq!((story.link.tries, story.link.failing_since), (0, None));
}

#[test]
fn edits_made_while_a_call_is_under_way_go_with_the_next_one() {
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    let create = story.step();
    story.edits(Field::FirstName, Some("Janet"), 1);
    story.edits(Field::FirstName, Some("Janine"), 2);
    story.ended(&create, &saved("17"), (0, 3));
    assert_eq!(story.sends().1[&Field::FirstName].as_deref(), Some("Janine"));
    assert_eq!(story.link.pending.len(), 3);
}

#[test]
fn a_link_carries_the_first_save_and_the_newest_ones_and_lets_the_others_go_one_by_one() {
    let mut story = Story::of(everything(), i4());
    let mut let_go = Vec::new();
    for s in 0..200 {
        story.accepted(s);
        let_go.extend(story.link.let_go());
    }
    let numbers = |saves: &[Tracking]| saves.iter().map(|save| save.0.as_u128()).collect::<Vec<_>>();
    let newest = 202 - PENDING_MAX as u128..=200;
    assert_eq!(numbers(&story.link.pending), std::iter::once(1).chain(newest.clone()).collect::<Vec<_>>());
    assert_eq!(numbers(&let_go), (2..*newest.start()).collect::<Vec<_>>(), "each is named once");
}
