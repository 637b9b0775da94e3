//! Crossings: a platform calls with an edit while, or just before, a call of ours to it ends. Its call will not come
//! again, and nobody knows which of the two it stored last.

use model::{Conflict, Field, Kind, Next, Reference, RemoteId, Rest};

use crate::domain::{INTOUCH, Story, everything, i4, performs, saved};
use crate::scope::whole_record;

/// Jonas holds `old@`, and then our call with `new@` was under way from second 20 to 30.
fn updated() -> Story {
    let mut story = Story::of(everything(), i4());
    story.knows(Field::Email, Some("old@a.example"), 0);
    story.accepted(0);
    story.called(&saved("17"), 10);
    story.edits(Field::Email, Some("new@a.example"), 20);
    let step = story.step();
    story.ended(&step, &saved("17"), (20, 30));
    story
}

#[test]
fn an_edit_that_crosses_our_call_is_taken_and_sent_so_that_both_end_with_it() {
    let mut story = updated();
    let merged = story.is_told(None, &[(Field::Email, Some("third@a.example"))], 25);
    assert!(merged.is_change());
    assert_eq!(merged.conflicts, [Field::Email], "both sides changed it");
    assert_eq!(story.profile(Field::Email), Some("third@a.example"));
    assert_eq!(story.sends().1[&Field::Email].as_deref(), Some("third@a.example"));
    let step = story.step();
    story.ended(&step, &saved("17"), (31, 32));
    assert_eq!(story.next(), Next::Rest(Rest::Same));
}

#[test]
fn a_field_that_our_call_merely_repeated_is_edited_without_a_conflict() {
    let mut story = updated();
    let merged = story.is_told(None, &[(Field::FirstName, Some("Janet"))], 10);
    assert!(merged.is_change() && merged.conflicts.is_empty() && merged.crossed);
    assert_eq!(story.sends().1[&Field::FirstName].as_deref(), Some("Janet"));
}

#[test]
fn a_field_that_is_filled_there_while_a_whole_record_without_it_is_sent_is_sent_again() {
    let mut story = Story::arrived(everything(), whole_record());
    story.edits(Field::Email, Some("new@a.example"), 20);
    let step = story.step();
    assert!(!step.fields.contains_key(&Field::Company));
    story.ended(&step, &saved("17"), (20, 30));
    story.is_told_late(&[(Field::Company, Some("Acme"))], (25, 31));
    assert_eq!(story.profile(Field::Company), Some("Acme"));
    assert_eq!(story.sends().1[&Field::Company].as_deref(), Some("Acme"), "our call may have emptied it");
}

#[test]
fn a_field_that_stays_empty_in_a_record_that_we_made_takes_little_room() {
    let mut story = Story::arrived(everything(), whole_record());
    story.edits(Field::Email, Some("new@a.example"), 20);
    let step = story.step();
    story.ended(&step, &saved("17"), (20, 30));
    let company = serde_json::to_string(&story.link.shadow.fields[&Field::Company]).unwrap();
    assert_eq!(company, r#"{"w":{"t":30000}}"#);
}

#[test]
fn of_two_edits_that_cross_our_call_and_arrive_at_one_instant_the_second_stays() {
    let mut story = updated();
    for value in ["third@a.example", "fourth@a.example", "fourth@a.example"] {
        story.is_told_late(&[(Field::Email, Some(value))], (25, 31));
    }
    assert_eq!(story.profile(Field::Email), Some("fourth@a.example"));
    assert_eq!(story.sends().1[&Field::Email].as_deref(), Some("fourth@a.example"));
}

#[test]
fn what_our_call_replaced_or_carried_is_no_edit_when_it_crosses_it() {
    for value in ["old@a.example", "new@a.example"] {
        let mut story = updated();
        assert!(!story.is_told(None, &[(Field::Email, Some(value))], 25).is_change(), "{value}");
        assert_eq!(story.profile(Field::Email), Some("new@a.example"));
        assert_eq!(story.next(), Next::Rest(Rest::Same));
    }
}

#[test]
fn what_two_calls_in_a_row_replaced_is_no_edit_either() {
    let mut story = updated();
    story.edits(Field::Email, Some("newer@a.example"), 40);
    let step = story.step();
    story.ended(&step, &saved("17"), (40, 50));
    for (value, since, is_edit) in [("old@a.example", 29, false), ("old@a.example", 31, true)] {
        let mut story = story.clone();
        let merged = story.is_told(None, &[(Field::Email, Some(value))], since);
        assert_eq!(merged.conflicts.is_empty(), !is_edit, "{since}");
    }
}

#[test]
fn the_same_edit_told_twice_is_one() {
    let mut story = updated();
    let third = [(Field::Email, Some("third@a.example"))];
    assert!(story.is_told(None, &third, 25).is_change());
    let before = story.link.clone();
    assert!(!story.is_told(None, &third, 25).is_change());
    assert_eq!(story.link, before);
}

#[test]
fn where_another_side_is_preferred_it_gets_its_value_back_after_a_crossing() {
    let mut story = updated();
    story.agreement.conflict = Conflict::Prefer(INTOUCH);
    let merged = story.is_told(None, &[(Field::Email, Some("third@a.example"))], 25);
    assert!(!merged.is_change());
    assert_eq!(merged.conflicts, [Field::Email]);
    assert_eq!(story.sends().1[&Field::Email].as_deref(), Some("new@a.example"));
}

#[test]
fn a_sale_that_crosses_our_update_is_a_sale() {
    let mut story = updated();
    let merged = story.is_told(Some(Kind::Member), &[], 25);
    assert_eq!(merged.was, Some(Kind::Prospect));
    assert_eq!(story.person.profile.kind.kind, Kind::Member);
}

#[test]
fn a_lead_told_of_while_we_converted_it_does_not_move_back() {
    let mut story = Story::arrived(everything(), performs());
    story.becomes(Kind::Member, 20);
    let convert = story.step();
    story.ended(&convert, &saved("17"), (20, 30));
    assert_eq!(story.is_told(Some(Kind::Prospect), &[], 25).was, None);
    assert_eq!(story.person.profile.kind.kind, Kind::Member);
    assert_eq!(story.next(), Next::Rest(Rest::Same));
}

#[test]
fn an_edit_that_was_on_its_way_when_our_call_ended_crosses_it_too() {
    let mut story = updated();
    let late = story.is_told_late(&[(Field::Email, Some("third@a.example"))], (29, 31));
    assert!(late.is_change());
    assert_eq!(story.sends().1[&Field::Email].as_deref(), Some("third@a.example"));
    let read = story.reports(&[(Field::Email, Some("third@a.example"))], 40);
    assert!(!read.is_change());
    assert_eq!(
        story.next(),
        Next::Rest(Rest::Same),
        "asked, the platform holds it: there is no need to send it"
    );
}

#[test]
fn asked_afterwards_a_platform_that_kept_our_write_gets_the_edit() {
    let mut story = updated();
    story.is_told_late(&[(Field::Email, Some("third@a.example"))], (29, 31));
    assert!(!story.reports(&[(Field::Email, Some("new@a.example"))], 40).is_change(), "it is no edit back");
    assert_eq!(story.profile(Field::Email), Some("third@a.example"));
    assert_eq!(story.sends().1[&Field::Email].as_deref(), Some("third@a.example"));
}

#[test]
fn what_our_first_write_to_a_taken_over_record_replaced_does_not_come_back_by_a_late_report() {
    let mut story = Story::of(everything(), i4());
    story.link.take_record(RemoteId::plain("17"));
    story.link.shadow.kind = Some(Kind::Prospect);
    story.edits(Field::Email, Some("new@a.example"), 20);
    let step = story.step();
    story.ended(&step, &saved("17"), (20, 30));
    let merged = story.is_told_late(&[(Field::Email, Some("their-old@a.example"))], (29, 31));
    assert_eq!(story.profile(Field::Email), Some("new@a.example"), "nobody knows how old theirs is");
    assert_eq!(merged.conflicts, [Field::Email], "and the club is told");
    assert_eq!(story.sends().1[&Field::Email].as_deref(), Some("new@a.example"));
}

#[test]
fn an_edit_that_crosses_the_creation_of_the_record_is_an_edit() {
    let mut story = Story::of(everything(), i4());
    story.knows(Field::Email, Some("old@a.example"), 0);
    story.accepted(0);
    let step = story.step();
    story.ended(&step, &saved("17"), (0, 10));
    let merged = story.is_told_late(&[(Field::Email, Some("third@a.example"))], (9, 11));
    assert!(merged.is_change() && merged.conflicts.is_empty());
    assert_eq!(story.profile(Field::Email), Some("third@a.example"));
}

/// Jonas holds one owner, and our call with another was under way from second 20 to 30.
fn owner_changed() -> Story {
    let mut story = Story::of(everything(), i4());
    story.knows(Field::Owner, Some("1"), 0);
    story.references.owner = Reference::To("1".to_owned());
    story.accepted(0);
    story.called(&saved("17"), 10);
    story.references.owner = Reference::To("2".to_owned());
    story.edits(Field::Owner, Some("2"), 20);
    let step = story.step();
    story.ended(&step, &saved("17"), (20, 30));
    story
}

#[test]
fn an_owner_that_both_sides_changed_is_a_conflict_by_the_agreed_rule() {
    for (conflict, stays) in [(Conflict::Newest, "3"), (Conflict::Prefer(INTOUCH), "2")] {
        let mut story = owner_changed();
        story.agreement.conflict = conflict;
        let merged = story.is_told_late(&[(Field::Owner, Some("3"))], (29, 31));
        assert_eq!(merged.conflicts, [Field::Owner]);
        assert_eq!(story.profile(Field::Owner), Some(stays), "{conflict:?}");
    }
}

#[test]
fn an_update_that_failed_may_have_been_stored_and_is_put_right_when_the_person_is_as_before() {
    let mut story = updated();
    story.edits(Field::Email, Some("newer@a.example"), 40);
    let step = story.step();
    let failed = model::Outcome::Unavailable { reason: "no answer in time".to_owned(), retry_after_s: None };
    story.ended(&step, &failed, (40, 50));
    story.edits(Field::Email, Some("new@a.example"), 60);
    assert_eq!(story.sends().1[&Field::Email].as_deref(), Some("new@a.example"));
}

#[test]
fn a_value_that_is_replaced_while_it_may_be_on_its_way_is_no_edit_when_it_is_told_back_and_is_put_right() {
    let mut story = updated();
    let new = story.person.profile.clone();
    story.edits(Field::Email, Some("newer@a.example"), 40);
    let newer = story.person.profile.clone();
    let changed = std::collections::BTreeSet::from([Field::Email]);
    let now = model::Moment(50_000);
    let mut link = story.link.clone();
    model::may_be_on_its_way(&mut link, &newer, &changed, (&i4(), now));
    let told = model::Report {
        kind: None,
        fields: [(Field::Email, Some("newer@a.example".to_owned()))].into(),
        as_of: model::Moment(60_000),
        on_its_way_since: None,
    };
    assert_ne!(newer, new);
    assert!(!link.shadow.fields[&Field::Email].satisfies(Field::Email, Some("new@a.example"), None));
    let mut profile = new;
    let abilities = model::Abilities::default();
    let by = model::Sender { connection: link.connection, conflict: Conflict::Newest, abilities: &abilities };
    assert!(!model::merge(&mut profile, &mut link.shadow, &told, by).is_change());
}
