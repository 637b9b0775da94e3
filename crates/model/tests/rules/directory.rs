//! Staff and lead sources: how an entry finds its counterpart (integration rules §3 and §4).

use model::directory::{Entry, Found, Role, find};
use model::{ClubId, EntryId, Field, Next, Reference, Rest};

use crate::domain::{JONAS, Story, everything, i4};

fn entry(role: Role, key: &str, id: i64) -> Entry {
    let (name, email) = match role {
        Role::Staff => ("", key),
        Role::LeadSource => (key, ""),
    };
    Entry {
        id: EntryId(id),
        role,
        club: ClubId(1),
        connection: JONAS,
        remote_id: id.to_string(),
        name: name.to_owned(),
        first_name: String::new(),
        last_name: String::new(),
        email: email.to_owned(),
        active: true,
        known: true,
    }
}

fn inactive(entry: Entry) -> Entry {
    Entry { active: false, ..entry }
}

#[test]
fn staff_are_linked_by_email_trimmed_and_without_case() {
    let there = [entry(Role::Staff, "bob@club.example", 1), entry(Role::Staff, " ANN@Club.example ", 2)];
    assert_eq!(find(&entry(Role::Staff, "ann@club.example", 9), [], &there), Found::One(&there[1]));
}

#[test]
fn staff_without_an_email_are_linked_to_nobody() {
    let there = [entry(Role::Staff, "", 1)];
    assert_eq!(find(&entry(Role::Staff, "  ", 9), [], &there), Found::None);
}

#[test]
fn two_staff_with_one_email_are_linked_to_neither() {
    let there = [entry(Role::Staff, "ann@club.example", 1), entry(Role::Staff, "ann@club.example", 2)];
    let ann = entry(Role::Staff, "ann@club.example", 9);
    assert!(matches!(find(&ann, [], &there), Found::Several(several) if several.len() == 2));
}

#[test]
fn two_staff_with_one_email_on_their_own_side_are_linked_to_nobody() {
    let beside = [entry(Role::Staff, "ann@club.example", 1), entry(Role::Staff, "ANN@club.example", 2)];
    let there = [entry(Role::Staff, "ann@club.example", 7)];
    for ann in &beside {
        assert_eq!(find(ann, &beside, &there), Found::Twins(beside.iter().collect()));
    }
    let left = [beside[0].clone(), inactive(beside[1].clone())];
    assert_eq!(find(&left[0], &left, &there), Found::One(&there[0]), "an old account is no twin");
    let sources = [entry(Role::LeadSource, "Web", 1), entry(Role::LeadSource, "web", 2)];
    let web = [entry(Role::LeadSource, "Web", 7)];
    assert_eq!(find(&sources[1], &sources, &web), Found::One(&web[0]), "sources may share one");
}

#[test]
fn lead_sources_are_linked_by_name_with_inner_space_folded() {
    let there = [entry(Role::LeadSource, "WALK  IN", 1), entry(Role::LeadSource, "Facebook", 2)];
    assert_eq!(find(&entry(Role::LeadSource, " Walk in", 9), [], &there), Found::One(&there[0]));
}

#[test]
fn inactive_ones_are_matched_only_when_nothing_active_matches() {
    let walk_in = entry(Role::LeadSource, "Walk in", 9);
    let there = [inactive(entry(Role::LeadSource, "walk in", 1)), entry(Role::LeadSource, "Walk In", 2)];
    assert_eq!(find(&walk_in, [], &there), Found::One(&there[1]));
    assert_eq!(find(&walk_in, [], &there[..1]), Found::One(&there[0]));
}

#[test]
fn a_lead_source_is_never_taken_for_staff_nor_a_bare_number_for_an_entry() {
    let staff = Entry { name: "ann".to_owned(), ..entry(Role::Staff, "ann", 1) };
    let bare = Entry { known: false, ..entry(Role::LeadSource, "ann", 2) };
    assert_eq!(find(&entry(Role::LeadSource, "ann", 9), [], &[staff, bare]), Found::None);
}

#[test]
fn an_unmatched_owner_is_unknown_and_not_empty() {
    let mut story = Story::arrived(everything(), i4());
    story.references.owner = Reference::Unmatched(EntryId(5));
    story.edits(Field::Owner, Some("5"), 10);
    assert_eq!(story.next(), Next::Rest(Rest::Same), "the record goes without owner");
    story.references.owner = Reference::To("E-3".to_owned());
    assert_eq!(
        story.sends().1[&Field::Owner].as_deref(),
        Some("E-3"),
        "and is completed once the directory knows"
    );
}

#[test]
fn an_owner_who_was_removed_is_removed_there_only_if_it_was_ever_known_there() {
    let mut story = Story::arrived(everything(), i4());
    story.edits(Field::Owner, None, 10);
    assert_eq!(story.next(), Next::Rest(Rest::Same));
}
