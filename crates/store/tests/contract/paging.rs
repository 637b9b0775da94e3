//! People in order: of a club, and those who refer to a directory entry.

use model::{EntryId, Field, PersonId};
use store::{Store, Subject};

use crate::domain::*;

crate::on_every_store![
    a_clubs_people_follow_page_by_page_with_their_links,
    everyone_who_refers_is_paged_once,
    who_stopped_referring_is_not_told,
];

async fn a_clubs_people_follow_page_by_page_with_their_links(store: &dyn Store) {
    let mut expected = Vec::new();
    for id in [5, 1, 9, 3, 7] {
        let person = lead(id, &format!("{}", 100 - id), "Lee");
        accepted(store, new(&person, &[link(id, JONAS).due(id)])).await;
        expected.push(Subject { person, links: vec![link(id, JONAS).due(id).kept()] });
    }
    accepted(store, new(&lead(4, "Bob", "Ray").at(YALETOWN), &[])).await;
    expected.sort_by_key(|subject| subject.person.id);
    for limit in 1..=6 {
        let mut seen: Vec<Subject> = Vec::new();
        loop {
            let after = seen.last().map_or(PersonId(0), |subject| subject.person.id);
            let page = store.people(KITS_BEACH, after, limit).await.unwrap();
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        assert_eq!(seen, expected, "{limit} a page");
    }
}

async fn everyone_who_refers_is_paged_once(store: &dyn Store) {
    let (bea, web) = (EntryId(7), EntryId(8));
    let named = |id: i64| lead(id, &format!("Ann{id}"), "Lee");
    accepted(store, new(&named(1).owned_by(bea), &[])).await;
    accepted(store, new(&named(2).owned_by(bea).with(Field::LeadSource, "7"), &[])).await;
    accepted(store, new(&named(3).with(Field::LeadSource, "7"), &[])).await;
    accepted(store, new(&named(4).owned_by(web), &[])).await;
    accepted(store, new(&named(5).with(Field::Owner, "not a number"), &[])).await;
    accepted(store, new(&named(6).owned_by(bea).at(YALETOWN), &[])).await;
    let after = async |after| store.referring(bea, PersonId(after), 2).await.unwrap();
    assert_eq!(after(0).await, people(&[1, 2]));
    assert_eq!(after(2).await, people(&[3, 6]));
    assert_eq!(after(6).await, []);
    assert_eq!(store.referring(web, PersonId(0), 9).await.unwrap(), people(&[4]));
}

async fn who_stopped_referring_is_not_told(store: &dyn Store) {
    let ann = lead(1, "Ann", "Lee").owned_by(EntryId(7));
    accepted(store, new(&ann, &[])).await;
    accepted(store, change(&ann.owned_by(EntryId(8)).revised(), 1, &[])).await;
    assert_eq!(store.referring(EntryId(7), PersonId(0), 9).await.unwrap(), []);
    assert_eq!(store.referring(EntryId(8), PersonId(0), 9).await.unwrap(), people(&[1]));
}
