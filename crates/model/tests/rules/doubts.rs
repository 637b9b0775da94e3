//! Doubts: a call was sent and not answered. Only evidence or a person's decision ends that.

use model::{
    Accepted, Circumstances, Field, HoldReason, Kind, Looked, Moment, Next, Operation, Outcome, RemoteId,
    Rest, Settled, State, begin_doubt, looked, mark, named,
};

use crate::domain::{Story, askable, at, everything, i4, no_answer, performs, saved};

impl Story {
    fn looks(&mut self, evidence: Looked, now: Moment) -> Settled {
        let at = Circumstances { abilities: &self.abilities, now, began: now, chance: 1.0 };
        looked(&mut self.link, evidence, at)
    }

    fn look_at(&self) -> Moment {
        let State::Doubtful(doubt) = &self.link.state else { panic!("not in doubt: {:?}", self.link.state) };
        doubt.look_at
    }
}

fn none() -> Looked {
    Looked::Found(Vec::new())
}

fn found(ids: &[&str]) -> Looked {
    Looked::Found(ids.iter().map(|id| RemoteId::plain(*id)).collect())
}

fn doubtful() -> Story {
    let mut story = Story::of(everything(), askable(i4()));
    story.accepted(0);
    story.called(&no_answer(), 0);
    story
}

#[test]
fn the_platform_is_asked_soon_and_again_once_nothing_can_arrive_late_any_more() {
    let mut story = doubtful();
    assert_eq!(story.look_at(), at(30), "as soon as a stored record would be visible");
    assert_eq!(
        story.looks(none(), at(30)),
        Settled::Asking(at(30 + 60 + 30)),
        "deadline, late after, visible after"
    );
    assert_eq!(story.link.due_at(), Some(at(120)));
}

#[test]
fn a_record_that_is_found_early_is_evidence() {
    let mut story = doubtful();
    assert_eq!(story.looks(found(&["17"]), at(30)), Settled::Arrived);
    assert_eq!(story.link.record, Some(RemoteId::plain("17")));
}

#[test]
fn a_none_that_was_asked_too_early_does_not_count() {
    let mut story = doubtful();
    assert_eq!(story.looks(none(), at(60)), Settled::Asking(at(120)));
    story.looks(none(), at(120));
    assert!(matches!(story.link.state, State::Doubtful(_)), "this was the first that counts");
}

#[test]
fn only_a_second_none_lets_the_call_be_made_again() {
    let mut story = doubtful();
    let Settled::Asking(again) = story.looks(none(), at(120)) else { panic!("asked again") };
    assert!(again >= at(150), "not before a stored record would be visible");
    assert_eq!(story.looks(none(), again), Settled::Again(again));
    assert_eq!(story.link.state, State::Due { at: again });
    assert_eq!(story.step().operation, Operation::CreateProspect);
}

#[test]
fn a_question_that_was_not_answered_counts_for_nothing() {
    let mut story = doubtful();
    for _ in 0..5 {
        let now = story.look_at();
        assert!(matches!(story.looks(Looked::NotAnswered, now), Settled::Asking(later) if later > now));
    }
}

#[test]
fn exactly_one_found_is_the_record_and_newer_edits_go_on() {
    let mut story = doubtful();
    story.edits(Field::Email, Some("jane@a.example"), 60);
    assert!(matches!(story.link.state, State::Doubtful(_)), "an edit does not release a doubt");
    assert_eq!(story.looks(found(&["17"]), at(120)), Settled::Arrived);
    assert_eq!(story.link.record, Some(RemoteId::plain("17")));
    assert_eq!(story.step().operation, Operation::UpdateProspect);
    assert_eq!(story.step().fields.len(), 1);
}

#[test]
fn several_found_are_held_with_their_numbers() {
    let mut story = doubtful();
    assert_eq!(story.looks(found(&["17", "18"]), at(120)), Settled::Held);
    let State::Held(hold) = &story.link.state else { panic!("held") };
    assert!(matches!(&hold.reason, HoldReason::Doubt { candidates, .. } if candidates.len() == 2));
}

#[test]
fn a_platform_that_cannot_be_asked_leaves_the_doubt_to_a_person() {
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    assert_eq!(story.called(&no_answer(), 0), Settled::Held);
    assert_eq!(story.edits(Field::Email, Some("jane@a.example"), 10), Accepted::Waits);
    assert!(matches!(story.link.state, State::Held(_)), "an edit does not release a doubt");
    assert_eq!(story.link.pending.len(), 2, "its save is not lost");
}

#[test]
fn a_held_doubt_ends_by_evidence_too() {
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    story.called(&no_answer(), 0);
    assert_eq!(story.looks(none(), at(500)), Settled::Held, "silence is no evidence");
    assert_eq!(story.looks(found(&["17"]), at(600)), Settled::Arrived, "the platform's feed showed it");
    assert_eq!(story.link.record, Some(RemoteId::plain("17")));
    assert_eq!(story.link.state, State::Idle);
}

#[test]
fn a_late_answer_is_evidence() {
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    let create = story.step();
    story.called(&no_answer(), 0);
    story.ended(&create, &saved("17"), (0, 90));
    assert_eq!(story.link.state, State::Idle);
    assert_eq!(story.next(), Next::Rest(Rest::Same));
}

#[test]
fn a_call_that_was_written_down_and_interrupted_is_doubtful() {
    let mut story = Story::of(everything(), askable(i4()));
    story.accepted(0);
    let written = mark(&story.step(), &story.abilities, at(0));
    story.link.state = State::Calling(written.clone());
    assert_eq!(story.link.due_at(), Some(at(0)), "a lane that did not begin it takes it up");
    begin_doubt(&mut story.link, written, &story.abilities, at(1000));
    assert_eq!(story.look_at(), at(1000));
}

#[test]
fn none_counts_only_after_the_time_that_the_call_itself_was_given() {
    for (deadline_s, counts_from) in [(5, 5 + 60 + 30), (300, 300 + 60 + 30)] {
        let mut abilities = askable(i4());
        abilities.operations.get_mut(&Operation::CreateProspect).unwrap().deadline_s = deadline_s;
        let mut story = Story::of(everything(), abilities);
        story.accepted(0);
        let create = story.step();
        story.link.state = State::Calling(mark(&create, &story.abilities, at(0)));
        let mut interrupted = story.clone();
        story.ended(&create, &no_answer(), (0, 3));
        begin_doubt(
            &mut interrupted.link,
            mark(&create, &story.abilities, at(0)),
            &interrupted.abilities,
            at(3),
        );
        for story in [story, interrupted] {
            let State::Doubtful(doubt) = &story.link.state else { panic!("{:?}", story.link.state) };
            assert_eq!(doubt.counts_from, at(counts_from));
        }
    }
}

#[test]
fn an_update_is_repeated_only_after_the_time_that_it_was_given() {
    let mut abilities = i4();
    abilities.operations.get_mut(&Operation::UpdateProspect).unwrap().deadline_s = 300;
    let mut story = Story::arrived(everything(), abilities);
    story.edits(Field::FirstName, Some("Janet"), 10);
    story.called(&no_answer(), 10);
    assert_eq!(story.link.due_at(), Some(at(10 + 300 + 60)));
}

#[test]
fn a_doubtful_conversion_is_a_persons_decision() {
    let mut story = Story::arrived(everything(), askable(performs()));
    story.becomes(Kind::Member, 10);
    assert_eq!(story.called(&no_answer(), 10), Settled::Held);
}

#[test]
fn an_update_that_was_not_answered_is_simply_made_again() {
    let mut story = Story::arrived(everything(), askable(i4()));
    story.edits(Field::Email, Some("jane@a.example"), 10);
    let late = at(10 + 30 + 60);
    assert_eq!(
        story.called(&no_answer(), 10),
        Settled::Again(late),
        "not while the unanswered one may still overtake"
    );
    assert_eq!(story.sends().1[&Field::Email].as_deref(), Some("jane@a.example"));
}

#[test]
fn an_edit_taken_back_before_an_unanswered_update_is_repeated_still_goes_out() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::FirstName, Some("Janet"), 10);
    story.called(&no_answer(), 10);
    story.edits(Field::FirstName, Some("Jane"), 11);
    assert_eq!(story.sends().1[&Field::FirstName].as_deref(), Some("Jane"), "Janet may have arrived");
    story.called(&saved("17"), 20);
    assert_eq!(story.next(), Next::Rest(Rest::Same));
}

#[test]
fn a_sighting_of_an_unanswered_update_is_no_edit() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::FirstName, Some("Janet"), 10);
    story.called(&no_answer(), 10);
    story.edits(Field::FirstName, Some("Janine"), 11);
    let merged = story.reports(&[(Field::FirstName, Some("JANET"))], 20);
    assert!(!merged.is_change() && merged.conflicts.is_empty());
    assert_eq!(story.sends().1[&Field::FirstName].as_deref(), Some("Janine"));
}

#[test]
fn an_unanswered_update_seen_only_after_a_page_without_it_is_no_edit() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::FirstName, None, 10);
    story.called(&no_answer(), 10);
    story.reports(&[(Field::FirstName, Some("Jane"))], 12);
    story.edits(Field::FirstName, Some("Janet"), 13);
    let merged = story.reports(&[(Field::FirstName, None)], 14);
    assert!(!merged.is_change() && merged.conflicts.is_empty(), "it was carried out between the two pages");
    assert_eq!(story.sends().1[&Field::FirstName].as_deref(), Some("Janet"));
}

#[test]
fn what_an_unanswered_update_carried_is_an_edit_once_the_update_can_no_longer_arrive() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::FirstName, Some("Janet"), 10);
    story.called(&no_answer(), 10);
    let last = 10 + 30 + 60;
    assert!(story.reports(&[(Field::FirstName, Some("Janine"))], last + 1).is_change());
    assert!(story.reports(&[(Field::FirstName, Some("Janet"))], last + 9).is_change());
    assert_eq!(story.profile(Field::FirstName), Some("Janet"), "somebody there wrote it");
}

#[test]
fn a_sighting_of_any_unanswered_update_is_no_edit() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::FirstName, Some("Janet"), 10);
    story.called(&no_answer(), 10);
    story.edits(Field::FirstName, Some("Janine"), 11);
    story.called(&no_answer(), 100);
    let merged = story.reports(&[(Field::FirstName, Some("Janet"))], 110);
    assert!(!merged.is_change() && merged.conflicts.is_empty(), "the first arrived, the second did not yet");
    assert_eq!(story.sends().1[&Field::FirstName].as_deref(), Some("Janine"));
    let merged = story.reports(&[(Field::FirstName, Some("Janine"))], 120);
    assert!(!merged.is_change() && merged.conflicts.is_empty());
    assert_eq!(story.next(), Next::Rest(Rest::Same));
}

#[test]
fn an_answer_without_a_number_leaves_a_new_record_in_doubt() {
    let mut story = Story::of(everything(), askable(i4()));
    story.accepted(0);
    assert!(matches!(story.called(&Outcome::Saved { id: None }, 0), Settled::Asking(_)));
    assert_eq!(story.looks(found(&["17"]), at(120)), Settled::Arrived);
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    assert_eq!(story.called(&Outcome::Saved { id: None }, 0), Settled::Held, "nobody can be asked for it");
    assert_eq!(
        story.edits(Field::Email, Some("x@a.example"), 9),
        Accepted::Waits,
        "and nothing makes a second"
    );
}

#[test]
fn a_call_that_was_taken_is_not_made_again_however_often_nobody_is_found() {
    let mut story = Story::of(everything(), askable(i4()));
    story.accepted(0);
    assert!(matches!(story.called(&Outcome::Saved { id: None }, 0), Settled::Asking(_)));
    let mut looks = 0;
    while let State::Doubtful(doubt) = &story.link.state {
        let now = doubt.look_at;
        story.looks(none(), now);
        looks += 1;
        assert!(looks < 10, "it ends");
    }
    let State::Held(hold) = &story.link.state else { panic!("{:?}", story.link.state) };
    assert!(matches!(&hold.reason, HoldReason::Doubt { candidates, .. } if candidates.is_empty()));
    assert_eq!(
        story.edits(Field::Email, Some("x@a.example"), 900),
        Accepted::Waits,
        "nor does an edit make a second"
    );
    assert_eq!(story.looks(found(&["17"]), at(1000)), Settled::Arrived, "and they may turn up later");
}

fn duplicate(id: Option<&str>) -> Outcome {
    Outcome::Duplicate { id: id.map(RemoteId::plain), said: "already there".to_owned() }
}

#[test]
fn a_duplicate_whose_number_is_known_is_taken_and_updated() {
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    assert_eq!(story.called(&duplicate(Some("17")), 0), Settled::Arrived);
    assert_eq!(story.link.record, Some(RemoteId::plain("17")));
    assert_eq!(story.step().operation, Operation::UpdateProspect);
}

#[test]
fn a_duplicate_without_a_number_is_asked_for_and_then_brought_up_to_date() {
    let mut story = Story::of(everything(), askable(i4()));
    story.accepted(0);
    assert!(matches!(story.called(&duplicate(None), 0), Settled::Asking(_)));
    let now = story.look_at();
    assert_eq!(story.looks(found(&["17"]), now), Settled::Arrived);
    let (operation, fields) = story.sends();
    assert_eq!(operation, Operation::UpdateProspect, "the refused create stored nothing");
    assert_eq!(fields.len(), 2);
}

#[test]
fn a_duplicate_that_cannot_be_found_is_not_hammered() {
    let mut story = Story::of(everything(), askable(i4()));
    story.accepted(0);
    let mut now = at(0);
    let mut creates = 0;
    while now < at(24 * 3600) {
        match &story.link.state {
            State::Due { at } | State::Doubtful(model::Doubt { look_at: at, .. }) => now = now.max(*at),
            state => panic!("{state:?}"),
        }
        if matches!(story.link.state, State::Due { .. }) {
            creates += 1;
            story.called(&duplicate(None), now.0 / 1000 + 1);
        } else {
            story.looks(none(), now);
        }
    }
    assert!(creates < 60, "{creates} creates in a day");
}

#[test]
fn a_duplicate_answered_to_an_update_never_moves_the_link_to_another_record() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::Email, Some("family@a.example"), 10);
    assert_eq!(story.called(&duplicate(Some("99")), 10), Settled::Held);
    assert_eq!(story.link.record, Some(RemoteId::plain("17")));
}

#[test]
fn what_a_call_in_doubt_created_is_known_when_it_is_told_back_before_the_doubt_ends() {
    for outcome in [None, Some(no_answer())] {
        let mut story = Story::of(everything(), askable(i4()));
        story.knows(Field::Email, Some("old@a.example"), 0);
        story.accepted(0);
        let step = story.step();
        story.link.state = State::Calling(mark(&step, &story.abilities, at(0)));
        if let Some(outcome) = outcome {
            story.ended(&step, &outcome, (0, 30));
        }
        story.edits(Field::Email, Some("new@a.example"), 40);
        named(&mut story.link, RemoteId::plain("17"), &story.abilities);
        let told = story.is_told(Some(Kind::Prospect), &[(Field::Email, Some("old@a.example"))], 45);
        assert!(told.left_apart.is_empty() && !told.is_change(), "it is our own value: {told:?}");
        match story.link.state {
            State::Doubtful(_) => story.looks(found(&["17"]), at(60)),
            _ => story.ended(&step, &saved("17"), (0, 46)),
        };
        assert_eq!(story.sends().1[&Field::Email].as_deref(), Some("new@a.example"));
    }
}
