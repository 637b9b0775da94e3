//! Whom a report is about.

use model::{ClubId, ConnectionId, PersonId, RemoteId};
use store::{Identified, Store, Who};

use crate::domain::*;

crate::on_every_store![
    a_number_finds_its_person_whatever_the_name,
    a_former_number_is_still_recognised,
    an_unknown_number_finds_everyone_of_the_name_in_the_club,
    a_number_belongs_to_one_connection,
    the_nameless_are_nobodys_namesakes,
    a_changed_name_finds_nobody_under_the_old_one,
    foreign_text_is_kept_to_the_letter,
];

async fn who(store: &dyn Store, (connection, number): (ConnectionId, &str), name_key: &str) -> Vec<i64> {
    at(store, KITS_BEACH, (connection, number), name_key).await
}

/// A linked person comes with a minus.
async fn at(store: &dyn Store, club: ClubId, by: (ConnectionId, &str), name_key: &str) -> Vec<i64> {
    let record = &RemoteId::plain(by.1);
    match store.identify(Who { connection: by.0, record, club, name_key }).await.unwrap() {
        Identified::Linked(subject) => {
            assert_eq!(store.owner_of(by.0, record).await.unwrap(), Some(subject.person.id));
            vec![-subject.person.id.0]
        }
        Identified::Namesakes(people) => people.iter().map(|subject| subject.person.id.0).collect(),
    }
}

async fn a_number_finds_its_person_whatever_the_name(store: &dyn Store) {
    accepted(store, new(&lead(1, "Ann", "Lee"), &[link(1, JONAS).numbered("J1")])).await;
    accepted(store, new(&lead(2, "Bob", "Ray"), &[])).await;
    assert_eq!(who(store, (JONAS, "J1"), "bob ray").await, [-1]);
}

async fn a_former_number_is_still_recognised(store: &dyn Store) {
    let prospect = link(1, JONAS).numbered("P1");
    accepted(store, new(&lead(1, "Ann", "Lee"), std::slice::from_ref(&prospect))).await;
    done(store, settled(&prospect.kept().numbered("M1"), &[])).await;
    assert_eq!(who(store, (JONAS, "P1"), "").await, [-1]);
    assert_eq!(who(store, (JONAS, "M1"), "").await, [-1]);
}

async fn an_unknown_number_finds_everyone_of_the_name_in_the_club(store: &dyn Store) {
    accepted(store, new(&lead(1, "Ann", "Lee"), &[link(1, JONAS).numbered("J1")])).await;
    accepted(store, new(&lead(2, "Ann", "Lee").at(YALETOWN), &[])).await;
    accepted(store, new_beside(&lead(3, "ANN", "Lee"), &[1], &[])).await;
    accepted(store, new(&lead(4, "Ann", "Leeds"), &[])).await;
    assert_eq!(who(store, (JONAS, "J9"), "ann lee").await, [1, 3]);
    assert_eq!(at(store, YALETOWN, (JONAS, "J9"), "ann lee").await, [2]);
    assert_eq!(who(store, (JONAS, "J9"), "nobody").await, NOBODY);
}

async fn a_number_belongs_to_one_connection(store: &dyn Store) {
    accepted(store, new(&lead(1, "Ann", "Lee"), &[link(1, JONAS).numbered("1")])).await;
    assert_eq!(who(store, (VFP, "1"), "").await, NOBODY);
    assert_eq!(store.owner_of(VFP, &RemoteId::plain("1")).await.unwrap(), None);
    let member = RemoteId { space: "member".into(), id: "1".into() };
    assert_eq!(store.owner_of(JONAS, &member).await.unwrap(), None);
}

async fn the_nameless_are_nobodys_namesakes(store: &dyn Store) {
    accepted(store, new(&lead(1, "", ""), &[link(1, JONAS).numbered("J1")])).await;
    assert_eq!(who(store, (JONAS, "J9"), "").await, NOBODY);
    accepted(store, new(&lead(2, " ", ""), &[link(2, JONAS).numbered("J2")])).await;
    accepted(store, new(&lead(3, "", ""), &[])).await;
    assert_eq!(who(store, (JONAS, "J2"), "").await, [-2], "their numbers find them all the same");
}

async fn a_changed_name_finds_nobody_under_the_old_one(store: &dyn Store) {
    let ann = lead(1, "Ann", "Lee");
    accepted(store, new(&ann, &[])).await;
    let married = ann.with(model::Field::LastName, "Wong").revised();
    accepted(store, change(&married, 1, &[])).await;
    assert_eq!(who(store, (JONAS, "J9"), "ann lee").await, NOBODY);
    assert_eq!(who(store, (JONAS, "J9"), "ann wong").await, [1]);
}

async fn foreign_text_is_kept_to_the_letter(store: &dyn Store) {
    let odd = ["", "007", "7", "a\0b", "a\0c", "'; DROP TABLE link; --", "%", "Ünï\u{10FFFF}", " 7 "];
    for (nth, number) in odd.iter().enumerate() {
        let id = nth as i64 + 1;
        let person = lead(id, &format!("{number}{nth}"), "\u{0}\"\\");
        accepted(store, new(&person, &[link(id, JONAS).numbered(number)])).await;
        assert_eq!(store.subject(PersonId(id)).await.unwrap().unwrap().person, person);
    }
    for (nth, number) in odd.iter().enumerate() {
        assert_eq!(who(store, (JONAS, number), "").await, [-(nth as i64) - 1], "{number:?}");
    }
}
