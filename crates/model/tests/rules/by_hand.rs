//! What a person may decide about a held link.

use model::{Decision, Kind, Operation, Refusal, RemoteId, State, decide_by_hand};

use crate::domain::{Story, at, everything, i4, no_answer, performs, saved};

fn decided(story: &mut Story, decision: Decision) -> Result<(), Refusal> {
    let kind = story.person.profile.kind.kind;
    decide_by_hand(&mut story.link, decision, (kind, at(100)))
}

fn is(number: &str) -> Decision {
    Decision::Is(RemoteId::plain(number))
}

/// A create was not answered, and nobody can be asked.
fn in_doubt() -> Story {
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    story.called(&no_answer(), 1);
    assert!(matches!(story.link.state, State::Held(_)));
    story
}

#[test]
fn a_doubt_is_never_simply_tried_again() {
    for decision in [Decision::Again, Decision::Settled] {
        let mut story = in_doubt();
        let before = story.link.clone();
        assert_eq!(decided(&mut story, decision), Err(Refusal::InDoubt), "an edit would make it again");
        assert_eq!(story.link, before);
    }
}

#[test]
fn whoever_looked_says_which_record_it_is_or_that_it_is_not_there() {
    let mut found = in_doubt();
    decided(&mut found, is("17")).unwrap();
    assert_eq!(found.link.record, Some(RemoteId::plain("17")));
    assert_eq!(found.link.shadow.kind, Some(Kind::Prospect));
    assert!(matches!(found.next(), model::Next::Rest(_)), "all of it is there");

    let mut missing = in_doubt();
    decided(&mut missing, Decision::NotThere).unwrap();
    missing.called(&saved("18"), 101);
    assert_eq!(missing.link.record, Some(RemoteId::plain("18")));
}

#[test]
fn a_decision_is_taken_once() {
    let mut story = in_doubt();
    decided(&mut story, Decision::NotThere).unwrap();
    for decision in [Decision::Again, is("17"), Decision::NotThere, Decision::Settled] {
        assert_eq!(decided(&mut story, decision), Err(Refusal::NotHeld));
    }
}

#[test]
fn a_record_that_exists_already_gets_its_number_and_then_what_differs() {
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    story.called(&model::Outcome::Duplicate { id: None, said: "exists".to_owned() }, 1);
    decided(&mut story, is("17")).unwrap();
    assert_eq!(story.sends().0, model::Operation::UpdateProspect);
}

#[test]
fn what_was_refused_is_tried_again_and_needs_no_number() {
    let mut story = Story::of(everything(), performs());
    story.accepted(0);
    story.called(&model::Outcome::Rejected { field: None, said: "no".to_owned() }, 1);
    assert_eq!(decided(&mut story, is("17")), Err(Refusal::NoNumberWanted));
    assert_eq!(decided(&mut story, Decision::NotThere), Err(Refusal::NotInDoubt));
    decided(&mut story, Decision::Again).unwrap();
    assert_eq!(story.link.state, State::Due { at: at(100) });
}

/// An update met a record that is not there.
fn gone() -> Story {
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    story.called(&saved("17"), 1);
    story.link.state = State::Gone { since: at(2) };
    story
}

#[test]
fn a_record_that_is_gone_is_made_again_when_somebody_says_so() {
    let mut story = gone();
    for decision in [Decision::Settled, Decision::NotThere, Decision::Accepted] {
        assert_eq!(decided(&mut story, decision), Err(Refusal::Gone));
    }
    decided(&mut story, Decision::Again).unwrap();
    assert_eq!(
        (&story.link.record, &story.link.former[..]),
        (&None, &[][..]),
        "the number belongs to nobody"
    );
    assert!(matches!(story.next(), model::Next::Call(step) if step.operation == Operation::CreateProspect));
    story.called(&saved("18"), 101);
    assert_eq!(story.link.record, Some(RemoteId::plain("18")));
}

#[test]
fn a_wrong_number_is_replaced_by_the_right_one_and_all_that_differs_is_written_there() {
    let mut story = gone();
    decided(&mut story, is("18")).unwrap();
    assert_eq!((&story.link.record, &story.link.former[..]), (&Some(RemoteId::plain("18")), &[][..]));
    assert!(matches!(story.next(), model::Next::Call(step) if step.operation == Operation::UpdateProspect));
}
