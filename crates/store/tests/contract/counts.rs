//! How many people there are, and how many links wait for somebody.

use store::Store;

use crate::domain::*;

crate::on_both_stores![people_and_held_links_are_counted];

async fn people_and_held_links_are_counted(store: &dyn Store) {
    assert_eq!(store.counts().await.unwrap(), (0, vec![]));
    let held = |id| [link(id, VFP).held(), link(id, JONAS).held()];
    accepted(store, new(&lead(1, "Ann", "Lee"), &held(1))).await;
    accepted(store, new(&lead(2, "Bob", "Ray"), &held(2)[..1])).await;
    accepted(store, new(&lead(3, "Cy", "Day"), &[link(3, JONAS).due(1)])).await;
    assert_eq!(store.counts().await.unwrap(), (3, vec![(JONAS, 1), (VFP, 2)]));
    done(store, settled(&link(1, JONAS).kept().due(3), &[])).await;
    assert_eq!(store.counts().await.unwrap(), (3, vec![(VFP, 2)]));
}
