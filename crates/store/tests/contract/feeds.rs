//! How far the platforms' changes were read.

use model::{Brought, Feed, FeedTerms, Moment};
use store::Store;

use crate::domain::*;
use crate::on_every_store;

on_every_store!(how_far_changes_were_read_is_kept_for_each_connection_and_club,);

async fn how_far_changes_were_read_is_kept_for_each_connection_and_club(store: &dyn Store) {
    let terms = FeedTerms { every_s: 60, overlap_s: 5, lag_s: 0 };
    assert_eq!(store.feeds().await.unwrap(), []);
    let mut later = Feed::begin(VFP, KITS_BEACH, Moment(9));
    let first = Feed::begin(JONAS, KITS_BEACH, Moment(7));
    store.keep_feed(later.clone()).await.unwrap();
    store.keep_feed(first.clone()).await.unwrap();
    later.read(Moment(100_000), Brought { records: 3, changed: 2, new: 1 }, terms);
    later.leave_out(Moment(100_000), [u64::MAX, 1].into());
    store.keep_feed(later.clone()).await.unwrap();
    let mut all = vec![first, later];
    all.sort_by_key(|feed| feed.connection);
    assert_eq!(store.feeds().await.unwrap(), all);
}
