//! Scope: what goes out at all, leaving it, and platforms that take only whole records.

use model::{Field, Next, Operation, Reference, Rest, State};

use crate::domain::{Story, carrying, everything, i4, saved};

pub fn whole_record() -> model::Abilities {
    let mut abilities = i4();
    for ability in abilities.operations.values_mut() {
        ability.whole_record = true;
    }
    abilities
}

#[test]
fn a_field_that_leaves_the_projection_is_forgotten_and_never_cleared() {
    let mut story = Story::of(everything(), i4());
    story.references.owner = Reference::To("E-3".to_owned());
    story.knows(Field::Owner, Some("5"), 0);
    story.accepted(0);
    story.called(&saved("17"), 1);
    story.agreement.owner = false;
    story.link.shadow.forget(Field::Owner);
    assert_eq!(story.next(), Next::Rest(Rest::Same));
    story.edits(Field::FirstName, Some("Janet"), 10);
    assert_eq!(story.sends().1, carrying(&[(Field::FirstName, Some("Janet"))]));
    story.called(&saved("17"), 11);
    story.agreement.owner = true;
    assert_eq!(story.sends().1, carrying(&[(Field::Owner, Some("E-3"))]), "back in scope, it is sent anew");
}

#[test]
fn a_field_cleared_here_is_cleared_there_only_if_it_was_ever_known_there() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::Email, None, 10);
    assert_eq!(story.next(), Next::Rest(Rest::Same));
    story.edits(Field::LastName, None, 20);
    assert_eq!(story.sends().1, carrying(&[(Field::LastName, None)]));
}

#[test]
fn only_changed_fields_are_sent_and_only_fields_that_the_call_takes() {
    let mut story = Story::arrived(everything(), i4());
    story.knows(Field::City, Some("Vancouver"), 10);
    story.edits(Field::FirstName, Some("Janet"), 10);
    assert_eq!(story.sends().1, carrying(&[(Field::FirstName, Some("Janet"))]));
}

#[test]
fn a_whole_record_carries_everything_and_names_what_changed() {
    let mut story = Story::arrived(everything(), whole_record());
    story.edits(Field::FirstName, Some("Janet"), 10);
    let step = story.step();
    assert_eq!(step.fields, carrying(&[(Field::FirstName, Some("Janet")), (Field::LastName, Some("Smith"))]));
    assert_eq!(step.changed, [Field::FirstName].into());
}

#[test]
fn a_whole_record_does_not_clear_what_was_never_known_there() {
    let mut story = Story::arrived(everything(), whole_record());
    story.knows(Field::Email, None, 10);
    story.edits(Field::FirstName, Some("Janet"), 10);
    assert!(!story.step().fields.contains_key(&Field::Email));
}

#[test]
fn a_whole_record_keeps_an_owner_there_of_whom_nothing_is_to_be_said() {
    let mut story = Story::of(everything(), whole_record());
    story.references.owner = Reference::To("E-3".to_owned());
    story.knows(Field::Owner, Some("5"), 0);
    story.accepted(0);
    story.called(&saved("17"), 1);
    story.references.owner = Reference::Unmatched(model::EntryId(5));
    assert_eq!(story.next(), Next::Rest(Rest::Same));
    story.edits(Field::FirstName, Some("Janet"), 10);
    assert_eq!(story.sends().1[&Field::Owner].as_deref(), Some("E-3"));
}

#[test]
fn a_whole_record_keeps_the_platforms_value_of_a_field_that_was_left_apart() {
    let mut story = Story::met(everything(), whole_record());
    story.knows(Field::Email, Some("jane@home.example"), 5);
    story.reports(&[(Field::Email, Some("jane@work.example"))], 10);
    story.edits(Field::FirstName, Some("Janet"), 20);
    assert_eq!(story.sends().1[&Field::Email].as_deref(), Some("jane@work.example"));
    story.called(&saved("17"), 21);
    assert_eq!(story.next(), Next::Rest(Rest::Same), "they are still apart");
    assert_eq!(story.link.state, State::Idle);
}

#[test]
fn an_upsert_is_preferred_and_made_once() {
    let mut abilities = i4();
    let save = abilities.operations[&Operation::UpdateProspect].clone();
    abilities.operations.insert(Operation::SaveProspect, save);
    let mut story = Story::of(everything(), abilities);
    story.accepted(0);
    assert_eq!(story.step().operation, Operation::SaveProspect);
    story.called(&saved("17"), 1);
    assert_eq!(story.next(), Next::Rest(Rest::Same));
}
