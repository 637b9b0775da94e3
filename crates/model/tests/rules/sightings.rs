//! Sightings: what a platform's report of a field means, in the order of the rules (architecture §1).

use model::{Abilities, Dated, Field, Held, Kind, Next, Rest, State};

use crate::domain::{JONAS, Story, at, everything, i4, performs, saved};

fn with_email() -> Story {
    let mut story = Story::of(everything(), i4());
    story.knows(Field::Email, Some("jane@a.example"), 0);
    story.accepted(0);
    story.called(&saved("17"), 10);
    story
}

#[test]
fn what_was_sent_at_or_after_the_report_teaches_nothing_and_is_looked_at_again() {
    let mut story = with_email();
    let merged = story.reports(&[(Field::Email, Some("old@a.example"))], 10);
    assert!(merged.look_again && !merged.is_change());
    assert_eq!(story.profile(Field::Email), Some("jane@a.example"));
}

#[test]
fn a_report_begun_while_our_call_was_under_way_does_not_undo_it() {
    let mut story = with_email();
    story.reports(&[(Field::Email, Some("jane@a.example"))], 15);
    story.edits(Field::Email, Some("new@a.example"), 20);
    let step = story.step();
    story.ended(&step, &saved("17"), (20, 25));
    let merged = story.reports(&[(Field::Email, Some("jane@a.example"))], 22);
    assert!(merged.look_again, "the page may have been read before the platform stored our write");
    assert_eq!(story.profile(Field::Email), Some("new@a.example"));
}

#[test]
fn what_equals_the_last_sighting_is_nothing() {
    let mut story = with_email();
    story.reports(&[(Field::Email, Some("b@a.example"))], 20);
    story.knows(Field::Email, Some("c@a.example"), 30);
    let merged = story.reports(&[(Field::Email, Some("b@a.example"))], 40);
    assert!(!merged.is_change() && merged.conflicts.is_empty());
    assert_eq!(story.profile(Field::Email), Some("c@a.example"));
}

#[test]
fn a_report_older_than_the_last_sighting_undoes_nothing() {
    let mut story = with_email();
    story.reports(&[(Field::Email, Some("b@a.example"))], 30);
    let merged = story.reports(&[(Field::Email, Some("a@a.example"))], 20);
    assert!(!merged.is_change());
    assert_eq!(story.profile(Field::Email), Some("b@a.example"));
}

#[test]
fn a_platforms_rendering_of_our_write_is_remembered_and_not_an_edit() {
    let mut abilities = i4();
    abilities.clips.insert(Field::Company, 8);
    let mut story = Story::of(everything(), abilities);
    story.knows(Field::Company, Some("Pacific Shipping"), 0);
    story.knows(Field::Mobile, Some("+1 (604) 555-0101"), 0);
    story.accepted(0);
    story.called(&saved("17"), 1);
    let rendered = [
        (Field::LastName, Some("SMITH")),
        (Field::Company, Some("PACIFIC")),
        (Field::Mobile, Some("16045550101")),
    ];
    let merged = story.reports(&rendered, 20);
    assert!(!merged.is_change());
    assert_eq!(story.next(), Next::Rest(Rest::Same));
    assert_eq!(
        story.link.shadow.fields[&Field::LastName].seen,
        Some(Dated { value: Some("SMITH".to_owned()), at: at(20) })
    );
}

#[test]
fn a_value_put_back_at_the_platform_is_an_edit_though_it_is_what_we_once_sent() {
    let mut story = with_email();
    story.reports(&[(Field::Email, Some("typo@a.example"))], 20);
    let merged = story.reports(&[(Field::Email, Some("JANE@a.example"))], 30);
    assert!(merged.is_change());
    assert_eq!(story.profile(Field::Email), Some("JANE@a.example"));
    assert_eq!(story.next(), Next::Rest(Rest::Same), "and it is not sent back");
}

#[test]
fn each_of_two_edits_that_put_back_what_we_once_sent_is_an_edit() {
    let mut story = Story::arrived(everything(), i4());
    for (s, edit) in [(20, None), (30, Some("JANE")), (40, Some("Jane"))] {
        assert!(story.reports(&[(Field::FirstName, edit)], s).is_change(), "{edit:?}");
        assert_eq!(story.profile(Field::FirstName), edit);
        assert_eq!(story.next(), Next::Rest(Rest::Same), "and it is not sent back");
    }
}

#[test]
fn nobody_clears_what_was_never_known() {
    for empty in [None, Some(""), Some("  ")] {
        let mut story = Story::arrived(everything(), i4());
        story.knows(Field::Email, Some("jane@a.example"), 5);
        let merged = story.reports(&[(Field::Email, empty)], 20);
        assert!(!merged.is_change() && merged.left_apart.is_empty(), "{empty:?}");
        assert_eq!(story.profile(Field::Email), Some("jane@a.example"), "{empty:?}");
    }
}

#[test]
fn what_was_never_known_here_is_learned() {
    let mut story = Story::arrived(everything(), i4());
    assert!(story.reports(&[(Field::Email, Some("j@a.example"))], 20).is_change());
    assert_eq!(story.person.profile.fields[&Field::Email].by, JONAS);
    assert_eq!(story.next(), Next::Rest(Rest::Same));
}

#[test]
fn two_filled_records_that_meet_are_left_apart_until_either_side_edits() {
    let mut story = Story::met(everything(), i4());
    story.knows(Field::Email, Some("jane@home.example"), 5);
    let merged = story.reports(&[(Field::Email, Some("jane@work.example"))], 20);
    assert_eq!(merged.left_apart, [Field::Email]);
    assert_eq!(story.profile(Field::Email), Some("jane@home.example"));
    assert_eq!(story.next(), Next::Rest(Rest::Same), "neither is overwritten");
    story.edits(Field::Email, Some("jane@new.example"), 30);
    assert_eq!(story.sends().1[&Field::Email].as_deref(), Some("jane@new.example"));
}

#[test]
fn a_field_that_both_sides_fill_in_a_record_that_we_made_is_a_conflict() {
    for (heard_s, winner) in [(20, "jane@work.example"), (4, "jane@home.example")] {
        let mut story = Story::arrived(everything(), i4());
        story.knows(Field::Email, Some("jane@home.example"), 5);
        let merged = story.reports(&[(Field::Email, Some("jane@work.example"))], heard_s);
        assert_eq!((merged.conflicts, merged.left_apart), (vec![Field::Email], vec![]));
        assert_eq!(story.profile(Field::Email), Some(winner));
    }
}

#[test]
fn the_platforms_own_edit_ends_being_apart_without_a_conflict() {
    let mut story = Story::met(everything(), i4());
    story.knows(Field::Email, Some("jane@home.example"), 5);
    story.reports(&[(Field::Email, Some("jane@work.example"))], 20);
    let merged = story.reports(&[(Field::Email, Some("jane@later.example"))], 30);
    assert!(merged.is_change() && merged.conflicts.is_empty());
    assert_eq!(story.profile(Field::Email), Some("jane@later.example"));
}

#[test]
fn whatever_else_differs_is_an_edit_also_a_cleared_field() {
    let mut story = with_email();
    assert!(story.reports(&[(Field::Email, None)], 20).is_change());
    assert_eq!(story.profile(Field::Email), None);
    assert_eq!(story.next(), Next::Rest(Rest::Same));
}

#[test]
fn a_field_that_was_not_reported_is_left_alone() {
    let mut story = with_email();
    story.reports(&[(Field::FirstName, Some("Janet"))], 20);
    assert_eq!(story.profile(Field::Email), Some("jane@a.example"));
}

#[test]
fn an_old_report_of_the_kind_does_not_make_us_convert_twice() {
    let mut story = Story::arrived(everything(), performs());
    story.becomes(Kind::Member, 20);
    let convert = story.step();
    story.ended(&convert, &saved("17"), (20, 24));
    story.reports_as(Some(Kind::Prospect), &[], 19);
    story.reports_as(Some(Kind::Prospect), &[], 22);
    assert_eq!(story.next(), Next::Rest(Rest::Same));
    assert_eq!(story.link.state, State::Idle);
}

#[test]
fn a_kind_reported_late_and_out_of_order_does_not_move_back() {
    let mut story = Story::arrived(everything(), performs());
    story.reports_as(Some(Kind::Member), &[], 30);
    let merged = story.reports_as(Some(Kind::Prospect), &[], 20);
    assert_eq!(merged.was, None);
    assert_eq!(story.person.profile.kind.kind, Kind::Member);
}

#[test]
fn a_field_never_heard_of_at_a_platform_is_satisfied_by_being_empty() {
    let unknown = Held::default();
    assert!(unknown.satisfies(Field::Email, None, None));
    assert!(!unknown.satisfies(Field::Email, Some("x"), None));
    assert_eq!(Abilities::default().clips.get(&Field::Email), None);
}
