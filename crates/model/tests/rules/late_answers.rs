//! An answer that comes after another node took the link over.

use model::{HoldReason, Link, Mark, Outcome, RemoteId, State, late_answer};

use crate::domain::{Story, at, everything, i4, no_answer, saved};

/// A create that is in doubt, and its mark.
fn in_doubt() -> (Link, Mark) {
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    story.called(&no_answer(), 1);
    let State::Held(hold) = &story.link.state else { panic!("I4 cannot be asked") };
    let HoldReason::Doubt { mark, .. } = &hold.reason else { panic!("it is in doubt") };
    (story.link.clone(), mark.clone())
}

#[test]
fn it_ends_the_doubt_about_its_own_call() {
    let (mut link, mark) = in_doubt();
    assert!(late_answer(&mut link, &mark, &saved("17"), at(9)));
    assert_eq!(link.record, Some(RemoteId::plain("17")));
    assert_eq!(link.state, State::Due { at: at(9) }, "what was edited meanwhile goes out");
}

#[test]
fn that_it_was_refused_lets_it_be_called_again() {
    let (mut link, mark) = in_doubt();
    let refused = Outcome::Rejected { field: None, said: "no".into() };
    assert!(late_answer(&mut link, &mark, &refused, at(9)));
    assert_eq!((link.record, link.state), (None, State::Due { at: at(9) }));
}

#[test]
fn it_says_nothing_of_any_other_call_and_nothing_without_a_number() {
    let (link, mark) = in_doubt();
    let later = Mark { at: at(5), ..mark.clone() };
    for (mark, outcome) in [
        (&later, saved("17")),
        (&mark, no_answer()),
        (&mark, Outcome::Saved { id: None }),
        (&mark, Outcome::Unchanged),
    ] {
        let mut after = link.clone();
        assert!(!late_answer(&mut after, mark, &outcome, at(9)), "{outcome:?}");
        assert_eq!(after, link);
    }
    let mut decided = Link { state: State::Due { at: at(7) }, ..link };
    assert!(!late_answer(&mut decided, &mark, &saved("17"), at(9)), "somebody decided meanwhile");
}
