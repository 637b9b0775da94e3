//! That the store was put back from a backup.

use model::{Moment, PersonId, Restored};
use store::Store;

use crate::domain::*;
use crate::on_every_store;

on_every_store!(that_it_was_restored_is_kept_and_numbers_are_passed_over,);

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
