//! What is due, and in which order.

use model::Moment;
use model::lane::behind;
use store::{Due, Store};

use crate::domain::*;

crate::on_every_store![
    the_soonest_come_first_and_ties_go_by_number,
    people_of_a_first_load_come_behind_all_others,
    a_connection_sees_only_its_own,
    a_limit_is_kept,
    the_people_of_some_clubs_are_left_out,
    idle_and_held_links_are_not_due,
];

async fn queue(store: &dyn Store, due: &[(i64, i64)]) {
    for (person, at) in due {
        let name = format!("{person}");
        accepted(store, new(&lead(*person, &name, "Lee"), &[link(*person, JONAS).due(*at)])).await;
    }
}

async fn order(store: &dyn Store, limit: usize) -> Vec<(i64, i64)> {
    let due = store.take_due(JONAS, &[], limit).await.unwrap();
    due.into_iter().map(|Due { person, at: Moment(at) }| (person.0, at)).collect()
}

async fn the_soonest_come_first_and_ties_go_by_number(store: &dyn Store) {
    queue(store, &[(4, 20), (1, 30), (3, 20), (2, -5), (5, i64::MAX)]).await;
    assert_eq!(order(store, 9).await, [(2, -5), (3, 20), (4, 20), (1, 30), (5, i64::MAX)]);
}

async fn people_of_a_first_load_come_behind_all_others(store: &dyn Store) {
    for (person, at, loads) in [(1, 10, true), (2, 5, true), (3, 20, false)] {
        let link = model::Link { loads, ..link(person, JONAS).due(at) };
        accepted(store, new(&lead(person, &format!("{person}"), "Lee"), &[link])).await;
    }
    let due = store.take_due(JONAS, &[], 9).await.unwrap();
    assert_eq!(due.iter().map(|due| due.person.0).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(due[2].at, behind(Moment(10)));
}

async fn a_connection_sees_only_its_own(store: &dyn Store) {
    queue(store, &[(1, 10)]).await;
    accepted(store, new(&lead(2, "Bob", "Ray"), &[link(2, VFP).due(1)])).await;
    assert_eq!(order(store, 9).await, [(1, 10)]);
    assert_eq!(store.take_due(INTOUCH, &[], 9).await.unwrap(), []);
}

async fn a_limit_is_kept(store: &dyn Store) {
    queue(store, &[(1, 30), (2, 20), (3, 10)]).await;
    assert_eq!(order(store, 2).await, [(3, 10), (2, 20)]);
    assert!(order(store, 0).await.is_empty());
    assert_eq!(order(store, usize::MAX).await.len(), 3);
}

async fn the_people_of_some_clubs_are_left_out(store: &dyn Store) {
    queue(store, &[(1, 10), (3, 30)]).await;
    let there = lead(2, "Bob", "Ray").at(YALETOWN);
    accepted(store, new(&there, &[link(2, JONAS).due(20)])).await;
    let but = async |clubs: &[model::ClubId]| {
        let due = store.take_due(JONAS, clubs, 9).await.unwrap();
        due.iter().map(|due| due.person.0).collect::<Vec<_>>()
    };
    assert_eq!(but(&[]).await, [1, 2, 3]);
    assert_eq!(but(&[YALETOWN]).await, [1, 3]);
    assert_eq!(but(&[KITS_BEACH]).await, [2]);
    assert!(but(&[KITS_BEACH, YALETOWN]).await.is_empty());
}

async fn idle_and_held_links_are_not_due(store: &dyn Store) {
    queue(store, &[(1, 10)]).await;
    done(store, settled(&link(1, JONAS).kept().held(), &[])).await;
    assert!(order(store, 9).await.is_empty());
    done(store, settled(&link(1, JONAS).kept().kept().due(7), &[])).await;
    assert_eq!(order(store, 9).await, [(1, 7)]);
    done(store, settled(&link(1, JONAS).kept().kept().kept(), &[])).await;
    assert!(order(store, 9).await.is_empty());
}
