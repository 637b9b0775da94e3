//! Budgets: what one takes, nobody else has.

use futures::future::join_all;
use model::Moment;
use model::budget::{Grant, Limit, Per, Wish};
use store::Store;

use crate::on_every_store;

on_every_store!(
    those_who_share_a_budget_never_get_more_of_it_together,
    what_was_not_used_is_there_for_others,
);

const NOW: Moment = Moment(1_800_000_000_000);

fn wish(calls: u32, back: Option<(i64, u32)>) -> Wish {
    Wish { limit: Limit { calls: 25, per: Per::Minute }, now: NOW, calls, spare: 0, back }
}

fn granted(grant: Grant) -> u32 {
    if let Grant::Calls { calls, .. } = grant { calls } else { 0 }
}

async fn those_who_share_a_budget_never_get_more_of_it_together(store: &dyn Store) {
    let takers = (0..20).map(|_| store.take_budget("vfp", wish(2, None)));
    let all: u32 = join_all(takers).await.into_iter().map(|grant| granted(grant.unwrap())).sum();
    assert_eq!(all, 25);
    assert_eq!(granted(store.take_budget("i4", wish(2, None)).await.unwrap()), 2, "another's is another");
}

async fn what_was_not_used_is_there_for_others(store: &dyn Store) {
    let Grant::Calls { calls: 25, part, .. } = store.take_budget("vfp", wish(25, None)).await.unwrap() else {
        panic!("all of it is there")
    };
    assert_eq!(granted(store.take_budget("vfp", wish(1, None)).await.unwrap()), 0);
    assert_eq!(granted(store.take_budget("vfp", wish(9, Some((part, 3)))).await.unwrap()), 3);
}
