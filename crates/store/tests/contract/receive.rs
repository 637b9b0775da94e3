//! Accepting reports: all of an item is kept, or nothing.

use std::sync::Arc;

use model::{Field, Link, Person, PersonId, RemoteId};
use store::{Store, Subject, Verdict};

use crate::domain::*;

crate::on_every_store![
    a_new_person_is_kept_with_links_and_lines,
    a_change_replaces_the_person_and_moves_the_links_version,
    a_change_decided_on_an_older_revision_is_stale,
    a_change_of_somebody_unknown_is_stale,
    a_new_person_is_stale_when_a_namesake_appeared,
    a_new_person_is_stale_when_the_number_is_in_use,
    a_namesake_in_another_club_does_not_matter,
    a_record_of_somebody_else_is_taken,
    a_former_record_of_somebody_else_is_taken,
    a_number_in_another_id_space_is_free,
    a_link_that_moved_makes_the_whole_item_stale,
    a_link_that_appeared_makes_the_whole_item_stale,
    a_person_who_moves_is_found_in_the_new_club_only,
    numbers_of_new_people_never_repeat,
];

async fn subject(store: &dyn Store, id: i64) -> Subject {
    store.subject(PersonId(id)).await.unwrap().expect("is kept")
}

async fn ann(store: &dyn Store) -> (Person, Link) {
    let (ann, at_jonas) = (lead(1, "Ann", "Lee"), link(1, JONAS).due(5));
    accepted(store, new(&ann, &[link(1, INTOUCH).numbered("17"), at_jonas.clone()])).await;
    (ann, at_jonas.kept())
}

async fn a_new_person_is_kept_with_links_and_lines(store: &dyn Store) {
    let ann = lead(1, "Ann", "Lee").with(Field::Email, "ann@lee.example");
    let links = [link(1, INTOUCH).numbered("017"), link(1, JONAS).due(5).carrying(save(5, 1))];
    let mut receipt = new(&ann, &links);
    receipt.lines.push(line(save(5, 1), INTOUCH));
    accepted(store, receipt).await;
    let kept = links.map(LinkWords::kept).to_vec();
    assert_eq!(subject(store, 1).await, Subject { person: ann, links: kept });
    let line_kept = store.line(KITS_BEACH, save(5, 1), INTOUCH).await.unwrap();
    assert_eq!(line_kept, Some(line(save(5, 1), INTOUCH)));
    assert_eq!(store.subject(PersonId(2)).await.unwrap(), None);
}

async fn a_change_replaces_the_person_and_moves_the_links_version(store: &dyn Store) {
    let (ann, at_jonas) = ann(store).await;
    let married = ann.with(Field::LastName, "Wong").revised();
    accepted(store, change(&married, 1, &[at_jonas.clone().due(9)])).await;
    let now = subject(store, 1).await;
    assert_eq!(now.person, married);
    assert_eq!(now.link(JONAS), Some(&at_jonas.due(9).kept()));
    assert_eq!(now.link(INTOUCH).unwrap().version, 1, "what was not decided stays");
}

async fn nothing_was_kept(store: &dyn Store, before: &Subject) {
    assert_eq!(subject(store, before.person.id.0).await, *before);
    assert_eq!(store.line(KITS_BEACH, save(50, 1), JONAS).await.unwrap(), None, "no line");
}

async fn a_change_decided_on_an_older_revision_is_stale(store: &dyn Store) {
    let (ann, at_jonas) = ann(store).await;
    accepted(store, change(&ann.clone().revised(), 1, &[])).await;
    let before = subject(store, 1).await;
    let mut late = change(&ann.with(Field::City, "Vancouver").revised(), 1, &[at_jonas]);
    late.lines.push(line(save(50, 1), JONAS));
    assert_eq!(store.receive(&Arc::new(late)).await.unwrap(), Verdict::Stale);
    nothing_was_kept(store, &before).await;
}

async fn a_change_of_somebody_unknown_is_stale(store: &dyn Store) {
    let nobody = lead(7, "No", "Body").revised();
    assert_eq!(
        store.receive(&Arc::new(change(&nobody, 1, &[link(7, JONAS)]))).await.unwrap(),
        Verdict::Stale
    );
    assert_eq!(store.subject(PersonId(7)).await.unwrap(), None);
}

async fn a_new_person_is_stale_when_a_namesake_appeared(store: &dyn Store) {
    ann(store).await;
    let other = lead(2, "ANN", " lee ");
    let receipt = new(&other, &[link(2, JONAS).due(1)]);
    assert_eq!(store.receive(&Arc::new(receipt)).await.unwrap(), Verdict::Stale);
    assert_eq!(store.subject(PersonId(2)).await.unwrap(), None);
    assert_eq!(store.take_due(JONAS, &[], 9).await.unwrap().len(), 1, "no link either");
    accepted(store, new_beside(&other, &[1], &[])).await;
}

async fn a_new_person_is_stale_when_the_number_is_in_use(store: &dyn Store) {
    let (ann, _) = ann(store).await;
    let other = lead(1, "Bob", "Ray");
    assert_eq!(store.receive(&Arc::new(new(&other, &[]))).await.unwrap(), Verdict::Stale);
    assert_eq!(subject(store, 1).await.person, ann);
}

async fn a_namesake_in_another_club_does_not_matter(store: &dyn Store) {
    ann(store).await;
    accepted(store, new(&lead(2, "Ann", "Lee").at(YALETOWN), &[])).await;
}

async fn a_record_of_somebody_else_is_taken(store: &dyn Store) {
    ann(store).await;
    let receipt = new(&lead(2, "Bob", "Ray"), &[link(2, JONAS), link(2, INTOUCH).numbered("17")]);
    assert_eq!(store.receive(&Arc::new(receipt)).await.unwrap(), Verdict::Taken(PersonId(1)));
    assert_eq!(store.subject(PersonId(2)).await.unwrap(), None);
    let elsewhere = [link(2, JONAS).numbered("17"), link(2, INTOUCH).numbered("0017")];
    accepted(store, new(&lead(2, "Bob", "Ray"), &elsewhere)).await;
}

async fn a_former_record_of_somebody_else_is_taken(store: &dyn Store) {
    let (_, at_jonas) = ann(store).await;
    done(store, settled(&at_jonas.clone().numbered("P1"), &[])).await;
    done(store, settled(&at_jonas.numbered("P1").kept().numbered("M1"), &[])).await;
    for number in ["P1", "M1"] {
        let receipt = new(&lead(2, "Bob", "Ray"), &[link(2, JONAS).numbered(number)]);
        assert_eq!(store.receive(&Arc::new(receipt)).await.unwrap(), Verdict::Taken(PersonId(1)), "{number}");
    }
}

async fn a_number_in_another_id_space_is_free(store: &dyn Store) {
    ann(store).await;
    let mut member = link(2, INTOUCH);
    member.record = Some(RemoteId { space: "member".into(), id: "17".into() });
    accepted(store, new(&lead(2, "Bob", "Ray"), &[member])).await;
}

async fn a_link_that_moved_makes_the_whole_item_stale(store: &dyn Store) {
    let (ann, at_jonas) = ann(store).await;
    done(store, settled(&at_jonas.clone().due(8), &[])).await;
    let before = subject(store, 1).await;
    let at_intouch = before.link(INTOUCH).unwrap().clone();
    let mut late = change(&ann.with(Field::City, "Vancouver").revised(), 1, &[at_intouch, at_jonas]);
    late.lines.push(line(save(50, 1), JONAS));
    assert_eq!(store.receive(&Arc::new(late)).await.unwrap(), Verdict::Stale);
    nothing_was_kept(store, &before).await;
}

async fn a_link_that_appeared_makes_the_whole_item_stale(store: &dyn Store) {
    let (ann, _) = ann(store).await;
    accepted(store, change(&ann, 1, &[link(1, VFP)])).await;
    let before = subject(store, 1).await;
    let late = change(&ann.revised(), 1, &[link(1, VFP).due(3)]);
    assert_eq!(store.receive(&Arc::new(late)).await.unwrap(), Verdict::Stale);
    nothing_was_kept(store, &before).await;
}

async fn a_person_who_moves_is_found_in_the_new_club_only(store: &dyn Store) {
    let (ann, _) = ann(store).await;
    store.index_people(10).await.unwrap();
    accepted(store, change(&ann.at(YALETOWN).revised(), 1, &[])).await;
    let found_in = async |club| {
        let by_word = store.search(club, &["lee".into()], 9).await.unwrap();
        let by_number = store.search(club, &["17".into()], 9).await.unwrap();
        let in_order = store.people(club, PersonId(0), 9).await.unwrap();
        (by_word.len(), by_number.len(), in_order.len())
    };
    assert_eq!(found_in(YALETOWN).await, (1, 1, 1));
    assert_eq!(found_in(KITS_BEACH).await, (0, 0, 0));
    accepted(store, new(&lead(2, "Ann", "Lee"), &[])).await;
}

async fn numbers_of_new_people_never_repeat(store: &dyn Store) {
    let one = store.new_person().await.unwrap();
    accepted(store, new(&lead(one.0, "Ann", "Lee"), &[])).await;
    let (two, three) = (store.new_person().await.unwrap(), store.new_person().await.unwrap());
    assert!(one < two && two < three, "{one} {two} {three}");
}
