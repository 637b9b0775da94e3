//! Sign-ins: what one keeps is there, and nobody writes over what they did not read.

use futures::future::join_all;
use store::Store;

use crate::on_every_store;

on_every_store!(a_sign_in_is_kept_only_over_what_its_keeper_had_read, of_many_who_keep_at_once_one_does);

async fn a_sign_in_is_kept_only_over_what_its_keeper_had_read(store: &dyn Store) {
    assert_eq!(store.sign_in("a").await.unwrap(), None);
    assert!(store.keep_sign_in("a", None, "1".to_owned()).await.unwrap());
    assert!(!store.keep_sign_in("a", None, "2".to_owned()).await.unwrap(), "it is there already");
    assert!(!store.keep_sign_in("a", Some("0".to_owned()), "2".to_owned()).await.unwrap());
    assert!(store.keep_sign_in("a", Some("1".to_owned()), "2".to_owned()).await.unwrap());
    assert_eq!(store.sign_in("a").await.unwrap().as_deref(), Some("2"));
    assert_eq!(store.sign_in("b").await.unwrap(), None, "another's is another");
}

async fn of_many_who_keep_at_once_one_does(store: &dyn Store) {
    let keepers = (0..20).map(|n| store.keep_sign_in("a", None, n.to_string()));
    let kept = join_all(keepers).await.into_iter().filter(|kept| *kept.as_ref().unwrap()).count();
    assert_eq!(kept, 1);
}
