//! After a restore: the store is older than the platforms, so nothing is created on its word alone.

use std::collections::BTreeSet;

use model::{
    Accepted, Conversion, Decision, Field, FindBy, Hold, HoldReason, Kind, Link, May, Moment,
    NUMBERS_PASSED_OVER, Operation, PersonId, Refusal, RemoteId, Restored, State, Weighed, decide_by_hand,
    may_call, release_restored, weigh,
};

use crate::domain::{JONAS, Story, askable, at, everything, i4, performs, platform, saved};

/// Put back at second 1000 from a backup of second 100 that knew people up to this number.
fn restored(last_known: i64) -> Restored {
    let mut restored = Restored { backup_at: at(100), ..Restored::default() };
    restored.begin(at(1_000), PersonId(last_known + 1));
    restored
}

fn may(story: &Story, restored: &Restored) -> May {
    may_call(&story.link, &story.step(), &story.abilities, Some(restored))
}

/// Thirty seconds for the call, sixty for one that is late, thirty until it can be seen.
const ASKED: May = May::Look { none_counts_from: at(1_000 + 30 + 60 + 30) };

#[test]
fn a_create_waits_for_the_platforms_answer_and_where_it_cannot_be_asked_for_an_operators() {
    for known in [1, 100] {
        let there = Story::of(everything(), askable(i4()));
        assert_eq!(may(&there, &restored(known)), ASKED);
        let there = Story::of(everything(), i4());
        assert_eq!(may(&there, &restored(known)), May::Decide);
        assert_eq!(may_call(&there.link, &there.step(), &there.abilities, None), May::Call);
    }
}

#[test]
fn an_operators_word_lets_a_connection_create_again() {
    let story = Story::of(everything(), i4());
    let mut restored = restored(100);
    restored.accepted.insert(JONAS, at(2_000));
    assert_eq!(may(&story, &restored), May::Call);
    restored.begin(at(3_000), PersonId(200));
    assert_eq!(may(&story, &restored), May::Decide, "a further restore asks anew");
}

#[test]
fn who_has_a_record_is_updated_as_ever() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::Email, Some("jane@example.org"), 5);
    assert_eq!(story.step().operation, Operation::UpdateProspect);
    assert_eq!(may(&story, &restored(100)), May::Call);
}

#[test]
fn a_save_that_is_safe_to_repeat_is_made_for_whom_the_backup_knew_and_for_nobody_else() {
    let saves = platform(Conversion::Update, &[Operation::SaveProspect]);
    let mut story = Story::of(everything(), saves);
    assert_eq!(may(&story, &restored(7)), May::Call, "it names the same person by the same number");
    assert_eq!(may(&story, &restored(6)), May::Decide, "they may be there under a number that is forgotten");
    story.abilities = askable(story.abilities);
    assert_eq!(may(&story, &restored(6)), ASKED);
    story.abilities.find_by = BTreeSet::from([FindBy::ExternalId]);
    assert_eq!(may(&story, &restored(6)), May::Decide, "nobody is found by a number that is forgotten");
}

#[test]
fn a_conversion_waits_too_unless_the_record_was_heard_of_since() {
    for (abilities, expected) in [(askable(performs()), ASKED), (performs(), May::Decide)] {
        let mut story = Story::arrived(everything(), abilities);
        story.becomes(Kind::Member, 900);
        assert_eq!(story.step().operation, Operation::Convert);
        assert_eq!(may(&story, &restored(100)), expected);
        let mut harmless = story.clone();
        harmless.abilities.operations.get_mut(&Operation::Convert).unwrap().safe_to_repeat = true;
        assert_eq!(may(&harmless, &restored(100)), May::Call);
    }
    let mut story = Story::of(everything(), performs());
    story.accepted(1_100);
    story.called(&saved("17"), 1_101);
    story.becomes(Kind::Member, 1_200);
    assert_eq!(story.step().operation, Operation::Convert);
    assert_eq!(may(&story, &restored(100)), May::Call, "it was made after the restore");
}

fn weighed(story: &Story, shown: &[(&str, Option<Kind>)], s: i64) -> Weighed {
    let shown: Vec<_> = shown.iter().map(|(id, kind)| (RemoteId::plain(*id), *kind)).collect();
    weigh(&story.link, &story.step(), &shown, (at(s), at(1_120)))
}

#[test]
fn one_record_is_the_person_several_are_a_question_and_none_counts_only_late_enough() {
    let story = Story::of(everything(), askable(i4()));
    assert_eq!(weighed(&story, &[("17", None)], 1_001), Weighed::There(RemoteId::plain("17")));
    let both = vec![RemoteId::plain("17"), RemoteId::plain("18")];
    assert_eq!(weighed(&story, &[("17", None), ("18", None)], 1_500), Weighed::Decide(both));
    assert_eq!(weighed(&story, &[], 1_119), Weighed::Again(at(1_120)));
    assert_eq!(weighed(&story, &[], 1_120), Weighed::Call);
}

#[test]
fn a_conversion_is_done_where_a_member_is_shown_and_made_where_the_prospect_still_is() {
    let mut story = Story::arrived(everything(), askable(performs()));
    story.becomes(Kind::Member, 900);
    let member = [("M-1", Some(Kind::Member))];
    assert_eq!(weighed(&story, &member, 1_001), Weighed::There(RemoteId::plain("M-1")));
    let prospect = [("17", Some(Kind::Prospect))];
    assert_eq!(weighed(&story, &prospect, 1_001), Weighed::Again(at(1_120)), "it may still be under way");
    assert_eq!(weighed(&story, &prospect, 1_120), Weighed::Call);
    assert_eq!(weighed(&story, &[], 1_500), Weighed::Decide(vec![]), "its record should be there");
    let another = [("18", Some(Kind::Prospect))];
    assert_eq!(weighed(&story, &another, 1_500), Weighed::Decide(vec![RemoteId::plain("18")]));
}

fn held(story: &mut Story) {
    let reason = HoldReason::Restored { backup_at: at(100), candidates: Vec::new() };
    story.link.state = State::Held(Hold { reason, since: at(1_000) });
}

#[test]
fn an_edit_does_not_release_what_waits_because_of_a_restore_and_a_decision_does() {
    let mut story = Story::of(everything(), i4());
    held(&mut story);
    assert_eq!(story.edits(Field::Email, Some("jane@example.org"), 1_100), Accepted::Waits);
    assert!(release_restored(&mut story.link, at(2_000)));
    assert_eq!(story.link.state, State::Due { at: at(2_000) });
    assert!(!release_restored(&mut story.link, at(3_000)), "nothing waits any more");
    let mut other = Link::new(PersonId(8), JONAS);
    other.state =
        State::Held(Hold { reason: HoldReason::Exhausted { said: String::new() }, since: Moment(0) });
    assert!(!release_restored(&mut other, at(3_000)), "another reason is not its business");
}

#[test]
fn what_waits_because_of_a_restore_is_given_a_number_or_accepted_and_neither_sent_again_nor_settled_unasked()
{
    let decided = |story: &mut Story, decision| {
        let kind = story.person.profile.kind.kind;
        decide_by_hand(&mut story.link, decision, (kind, at(2_000)))
    };
    let mut story = Story::of(everything(), i4());
    story.accepted(0);
    held(&mut story);
    let before = story.link.clone();
    for decision in [Decision::Again, Decision::NotThere, Decision::Settled] {
        assert_eq!(decided(&mut story, decision), Err(Refusal::SinceRestore));
        assert_eq!(story.link, before);
    }
    decided(&mut story, Decision::Is(RemoteId::plain("17"))).unwrap();
    assert_eq!(story.sends().0, Operation::UpdateProspect, "it is there, and gets what differs");

    held(&mut story);
    decided(&mut story, Decision::Accepted).unwrap();
    assert_eq!(story.link.state, State::Due { at: at(2_000) });
    assert_eq!(decided(&mut story, Decision::Accepted), Err(Refusal::NotHeld), "nothing waits any more");
    let reason = HoldReason::Exhausted { said: String::new() };
    story.link.state = State::Held(Hold { reason, since: at(1_000) });
    assert_eq!(
        decided(&mut story, Decision::Accepted),
        Err(Refusal::NotHeld),
        "another reason is not its business"
    );
}

#[test]
fn numbers_that_were_given_since_the_backup_are_given_to_nobody_and_known_as_forgotten() {
    let mut restored = Restored { backup_at: at(100), ..Restored::default() };
    let next = restored.begin(at(1_000), PersonId(8));
    assert_eq!(next, PersonId(8 + NUMBERS_PASSED_OVER));
    for (number, forgotten) in [("7", false), ("8", true), ("9000", true), ("x", false), ("", false)] {
        assert_eq!(restored.forgot(number), forgotten, "{number}");
    }
    assert!(!restored.forgot(&next.to_string()));
    restored.begin(at(2_000), PersonId(next.0 + 5));
    assert!(restored.forgot("9000"), "what an earlier restore forgot stays forgotten");
    assert!(restored.forgot(&(next.0 + 5).to_string()));
    assert!(!restored.forgot(&(next.0 + 4).to_string()), "given between the two");
}
