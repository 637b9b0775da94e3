//! Calls of several steps of which a later one failed: what was stored is known, and the rest goes out as an update.

use std::collections::BTreeSet;

use model::{
    Circumstances, Field, Hold, HoldReason, Looked, Operation, Outcome, Part, RemoteId, Settled, State,
    late_part, looked, mark, release_rest_if_edited, settle_part,
};

use crate::domain::{Story, askable, at, down, everything, i4, no_answer, performs, rejected};

impl Story {
    /// The next call stored all but these fields, under this number, and its rest ended so.
    fn stored_but(&mut self, left: &[Field], id: Option<&str>, outcome: &Outcome, s: i64) -> Settled {
        let step = self.step();
        let part = Part { id: id.map(RemoteId::plain), left: left.iter().copied().collect() };
        let at = Circumstances { abilities: &self.abilities, now: at(s), began: at(s), chance: 1.0 };
        settle_part(&mut self.link, &step, (&part, outcome), at)
    }

    fn due_in(&self, s: i64) -> i64 {
        let State::Due { at: due } = self.link.state else { panic!("{:?}", self.link.state) };
        due.since_ms(at(s)) / 1_000
    }
}

fn jane() -> Story {
    let mut story = Story::of(everything(), i4());
    story.knows(Field::Company, Some("Acme"), 0);
    story.accepted(0);
    story
}

#[test]
fn a_record_that_was_made_keeps_its_number_and_an_update_sends_what_is_left() {
    let mut story = jane();
    story.stored_but(&[Field::Company], Some("17"), &down(), 1);
    assert_eq!(story.link.record, Some(RemoteId::plain("17")));
    let step = story.step();
    assert_eq!(step.operation, Operation::UpdateProspect);
    assert_eq!(step.changed, BTreeSet::from([Field::Company]), "what was stored is not sent again");
}

#[test]
fn the_rest_waits_longer_each_time_that_it_fails() {
    let mut story = jane();
    story.stored_but(&[Field::Company], Some("17"), &down(), 1);
    let first = story.due_in(1);
    for s in [100, 200, 300] {
        story.edits(Field::Mobile, Some(&s.to_string()), s);
        story.stored_but(&[Field::Company], None, &down(), s);
    }
    assert!(story.due_in(300) > first * 4, "{} after {first}", story.due_in(300));
}

#[test]
fn a_rest_that_is_refused_waits_for_somebody_and_the_record_stays_known() {
    let mut story = jane();
    assert_eq!(story.stored_but(&[Field::Company], Some("17"), &rejected(), 1), Settled::Held);
    assert!(matches!(story.link.state, State::Held(Hold { reason: HoldReason::Rejected { .. }, .. })));
    assert_eq!(story.link.record, Some(RemoteId::plain("17")));
}

#[test]
fn what_is_left_of_a_call_is_no_edit_and_an_edit_of_it_is_one() {
    let mut story = jane();
    let step = story.step();
    story.stored_but(&[Field::Company], Some("17"), &rejected(), 1);
    let part = Part { id: None, left: [Field::Company].into() };
    let next = story.next();
    assert!(!release_rest_if_edited(&mut story.link, (&step, &part), &next, at(1)));
    story.knows(Field::Company, Some("Other"), 2);
    let next = story.next();
    assert!(release_rest_if_edited(&mut story.link, (&step, &part), &next, at(2)));
}

#[test]
fn a_conversion_that_went_through_is_not_made_again_for_what_a_later_step_lacks() {
    let mut story = Story::arrived(everything(), performs());
    story.knows(Field::Company, Some("Acme"), 5);
    story.becomes(model::Kind::Member, 5);
    assert_eq!(story.step().operation, Operation::Convert);
    let lacking = Outcome::Unavailable { reason: "no answer".to_owned(), retry_after_s: None };
    story.stored_but(&[Field::Company], None, &lacking, 6);
    assert_eq!(story.step().operation, Operation::UpdateMember);
}

#[test]
fn a_part_that_is_learnt_late_ends_the_doubt_and_leaves_the_rest_to_be_sent() {
    let mut story = jane();
    let written = mark(&story.step(), &story.abilities, at(1));
    story.link.state = State::Calling(written.clone());
    let part = Part { id: Some(RemoteId::plain("17")), left: [Field::Company].into() };
    assert!(late_part(&mut story.link, &written, &part, at(9)));
    assert_eq!(story.link.record, Some(RemoteId::plain("17")));
    assert_eq!(story.step().changed, BTreeSet::from([Field::Company]));
}

#[test]
fn a_record_that_is_found_after_a_doubt_is_not_believed_to_hold_what_later_steps_store() {
    let mut story = Story::of(everything(), askable(i4()));
    story.knows(Field::Company, Some("Acme"), 0);
    story.accepted(0);
    let create = story.abilities.operations.get_mut(&Operation::CreateProspect).unwrap();
    create.later = [Field::Company].into();
    story.called(&no_answer(), 0);
    let at = Circumstances { abilities: &story.abilities, now: at(30), began: at(30), chance: 1.0 };
    looked(&mut story.link, Looked::Found(vec![RemoteId::plain("17")]), at);
    assert_eq!(story.step().changed, BTreeSet::from([Field::Company]));
}
