//! That the store was put back from a backup, and what waits for somebody.

use model::{Moment, PersonId, Restored};
use store::Store;

use crate::domain::*;
use crate::on_both_stores;

on_both_stores!(
    that_it_was_restored_is_kept_and_numbers_are_passed_over,
    what_is_held_on_a_connection_is_read_in_pages,
);

async fn that_it_was_restored_is_kept_and_numbers_are_passed_over(store: &dyn Store) {
    assert_eq!(store.restored().await.unwrap(), None);
    let mut restored = Restored { backup_at: Moment(7), ..Restored::default() };
    let first = restored.begin(Moment(9), store.new_person().await.unwrap());
    restored.accepted.insert(JONAS, Moment(10));
    store.keep_restored(restored.clone()).await.unwrap();
    assert_eq!(store.restored().await.unwrap(), Some(restored.clone()));
    assert_eq!(store.new_person().await.unwrap(), first);
    store.keep_restored(restored).await.unwrap();
    assert_eq!(store.new_person().await.unwrap(), PersonId(first.0 + 1));
}

async fn what_is_held_on_a_connection_is_read_in_pages(store: &dyn Store) {
    for id in 1..=5 {
        let at_jonas = if id == 3 { link(id, JONAS).due(1) } else { link(id, JONAS).held() };
        accepted(store, new(&lead(id, &format!("Ann{id}"), "Lee"), &[at_jonas, link(id, VFP).held()])).await;
    }
    let page = async |after| {
        let held = store.held(JONAS, PersonId(after), 2).await.unwrap();
        assert!(held.iter().all(|subject| subject.links.len() == 2), "whole people");
        held.iter().map(|subject| subject.person.id.0).collect::<Vec<_>>()
    };
    assert_eq!(page(0).await, [1, 2]);
    assert_eq!(page(2).await, [4, 5]);
    assert_eq!(page(5).await, NOBODY);
}
