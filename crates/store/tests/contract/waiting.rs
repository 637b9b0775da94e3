//! Transfers that wait without a line.

use model::{Field, Link};
use store::Store;

use crate::domain::*;

crate::on_every_store![
    those_that_carry_a_save_and_have_no_line_wait,
    the_oldest_come_first_across_connections,
    a_crowd_with_lines_hides_nobody,
];

async fn waiting(store: &dyn Store, limit: usize) -> Vec<i64> {
    let waiting = store.waiting(KITS_BEACH, limit).await.unwrap();
    assert!(waiting.iter().all(|one| one.person.id == one.link.person && one.person.club == KITS_BEACH));
    let mut people: Vec<_> = waiting.iter().map(|one| one.person.id).collect();
    people.sort();
    assert_eq!(store.waiting_people(KITS_BEACH, limit).await.unwrap(), people);
    waiting.iter().map(|one| one.person.id.0).collect()
}

async fn put(store: &dyn Store, link: Link) {
    let name = format!("{}", link.person);
    accepted(store, new(&lead(link.person.0, &name, "Lee"), &[link])).await;
}

async fn those_that_carry_a_save_and_have_no_line_wait(store: &dyn Store) {
    put(store, link(1, JONAS).due(10).carrying(save(1, 1))).await;
    put(store, link(2, JONAS).due(10)).await;
    put(store, Link { line: Some(save(1, 1)), ..link(3, JONAS).due(10).carrying(save(1, 1)) }).await;
    put(store, link(4, JONAS).held().carrying(save(1, 1))).await;
    put(store, link(5, JONAS).carrying(save(1, 1))).await;
    let elsewhere = lead(6, "Bob", "Ray").at(YALETOWN);
    accepted(store, new(&elsewhere, &[link(6, JONAS).due(1).carrying(save(1, 1))])).await;
    assert_eq!(waiting(store, 9).await, [1]);
    done(store, settled(&Link { line: Some(save(1, 1)), ..link(1, JONAS).kept().due(20) }, &[])).await;
    assert_eq!(waiting(store, 9).await, NOBODY);
}

async fn the_oldest_come_first_across_connections(store: &dyn Store) {
    put(store, link(1, JONAS).due(30).carrying(save(1, 1))).await;
    put(store, link(2, VFP).due(20).carrying(save(1, 2))).await;
    put(store, link(3, INTOUCH).due(10).carrying(save(1, 3))).await;
    put(store, link(4, INTOUCH).due(40).carrying(save(1, 4))).await;
    assert_eq!(waiting(store, 9).await, [3, 2, 1, 4]);
    assert_eq!(waiting(store, 2).await, [3, 2]);
    assert_eq!(waiting(store, 0).await, NOBODY);
}

async fn a_crowd_with_lines_hides_nobody(store: &dyn Store) {
    for id in 1..=1_100 {
        let tried = link(id, JONAS).due(id).carrying(save(1, 1));
        put(store, Link { line: Some(save(1, 1)), ..tried }).await;
    }
    put(store, link(2_000, JONAS).due(9_000).carrying(save(2, 1))).await;
    assert_eq!(waiting(store, 9).await, [2_000]);
}

#[tokio::test]
async fn of_very_large_rows_only_the_first_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for id in 1..=9 {
        let large = lead(id, "Ann", &id.to_string()).with(Field::Company, &"x".repeat(1 << 20));
        accepted(&store, new(&large, &[link(id, JONAS).due(id).carrying(save(1, 1))])).await;
    }
    assert_eq!(store.waiting(KITS_BEACH, 50).await.unwrap().len(), 4);
    assert_eq!(store.waiting_people(KITS_BEACH, 50).await.unwrap().len(), 9, "but all are counted");
}
