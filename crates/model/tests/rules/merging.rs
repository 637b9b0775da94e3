//! Merging: both sides changed something.

use model::{Field, Next, Rest};

use crate::domain::{INTOUCH, JONAS, PREFER_INTOUCH, Story, everything, i4, saved};

fn both_changed(conflict: model::Conflict) -> (Story, model::Merged) {
    let mut agreement = everything();
    agreement.conflict = conflict;
    let mut story = Story::of(agreement, i4());
    story.knows(Field::Email, Some("jane@a.example"), 0);
    story.accepted(0);
    story.called(&saved("17"), 10);
    story.edits(Field::Email, Some("here@a.example"), 20);
    let merged = story.reports(&[(Field::Email, Some("there@a.example"))], 30);
    (story, merged)
}

#[test]
fn the_newer_change_wins_and_both_are_told() {
    let (story, merged) = both_changed(model::Conflict::Newest);
    assert_eq!(merged.conflicts, [Field::Email]);
    assert_eq!(story.profile(Field::Email), Some("there@a.example"));
    assert_eq!(story.next(), Next::Rest(Rest::Same));
}

#[test]
fn the_preferred_side_wins_and_the_other_gets_its_value() {
    let (story, merged) = both_changed(PREFER_INTOUCH);
    assert_eq!(merged.conflicts, [Field::Email]);
    assert!(!merged.is_change());
    assert_eq!(story.sends().1[&Field::Email].as_deref(), Some("here@a.example"));
    let (story, _) = both_changed(model::Conflict::Prefer(JONAS));
    assert_eq!(story.profile(Field::Email), Some("there@a.example"));
}

#[test]
fn different_fields_are_no_conflict() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::Email, Some("here@a.example"), 20);
    let merged = story.reports(&[(Field::FirstName, Some("Janet"))], 30);
    assert!(merged.conflicts.is_empty());
    assert_eq!(story.profile(Field::FirstName), Some("Janet"));
    assert_eq!(story.sends().1.len(), 1, "only the e-mail goes out");
}

#[test]
fn both_sides_saying_the_same_is_no_conflict() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::FirstName, Some("Janet"), 20);
    let merged = story.reports(&[(Field::FirstName, Some("JANET"))], 30);
    assert!(merged.conflicts.is_empty() && !merged.is_change());
    assert_eq!(story.profile(Field::FirstName), Some("Janet"));
}

#[test]
fn an_edit_that_is_older_than_our_last_call_but_did_not_travel_with_it_is_still_a_conflict() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::FirstName, Some("Janet"), 20);
    let janet = story.step();
    story.edits(Field::FirstName, Some("Janine"), 21);
    story.ended(&janet, &saved("17"), (22, 22));
    let merged = story.reports(&[(Field::FirstName, Some("Joan"))], 30);
    assert_eq!(merged.conflicts, [Field::FirstName], "Janine never reached them");
}

#[test]
fn a_report_delivered_twice_changes_nothing_the_second_time() {
    let mut story = Story::arrived(everything(), i4());
    story.reports(&[(Field::FirstName, Some("Janet"))], 20);
    let before = story.person.clone();
    let merged = story.reports(&[(Field::FirstName, Some("Janet"))], 20);
    assert!(!merged.is_change());
    assert_eq!(story.person, before);
}

#[test]
fn each_field_knows_who_said_it_and_when() {
    let mut story = Story::arrived(everything(), i4());
    story.reports(&[(Field::FirstName, Some("Janet"))], 20);
    assert_eq!(story.person.profile.fields[&Field::FirstName].by, JONAS);
    assert_eq!(story.person.profile.fields[&Field::LastName].by, INTOUCH);
}
