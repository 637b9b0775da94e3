//! A synchronous standby takes the place of a primary that is lost.

use std::sync::Arc;

use futures::future::join_all;
use model::PersonId;
use store::{Postgres, PostgresOptions, Store, Verdict};

use crate::domain::*;
use crate::postgres_server;

/// Accepts people from `first` on until the store no longer answers; says who was acknowledged.
async fn accept_until_it_ends(store: &Postgres, first: i64) -> Vec<PersonId> {
    let mut acknowledged = Vec::new();
    for id in first..first + 100_000 {
        let receipt = new(&lead(id, &format!("Ann{id}"), "Lee"), &[link(id, JONAS).due(1)]);
        match store.receive(&Arc::new(receipt)).await {
            Ok(verdict) => assert_eq!(verdict, Verdict::Applied),
            Err(_) => break,
        }
        acknowledged.push(PersonId(id));
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_promotion_everything_acknowledged_is_there_and_the_old_primary_is_refused() {
    let Some(server) = postgres_server::own_server() else { return };
    let database = server.database();
    drop(shared(&database).await);
    let standby = server.standby();
    let store = Postgres::open(&PostgresOptions::at(database.url_of_both())).await.unwrap();
    let load = join_all((0..4).map(|nth| accept_until_it_ends(&store, 1 + nth * 1_000_000)));
    let lost = async {
        while store.counts().await.is_ok_and(|(people, _)| people < 200) {}
        server.kill();
    };
    let (acknowledged, ()) = tokio::join!(load, lost);
    standby.promote();
    let acknowledged: Vec<PersonId> = acknowledged.into_iter().flatten().collect();
    assert!(acknowledged.len() >= 100, "a load worth losing a server: {}", acknowledged.len());
    for person in &acknowledged {
        assert!(store.subject(*person).await.unwrap().is_some(), "{person} was acknowledged");
    }

    server.run();
    let late = accept_until_it_ends_after(&store, 9_000_000, 50).await;
    for person in late {
        assert!(store.subject(person).await.unwrap().is_some(), "{person} went to the old primary");
    }
}

/// Accepts so many people, each on a connection of its own if need be.
async fn accept_until_it_ends_after(store: &Postgres, first: i64, count: i64) -> Vec<PersonId> {
    let each = (first..first + count).map(|id| async move {
        let receipt = new(&lead(id, &format!("Bob{id}"), "Lee"), &[link(id, JONAS).due(1)]);
        let kept = store.receive(&Arc::new(receipt)).await;
        kept.is_ok().then_some(PersonId(id))
    });
    let kept: Vec<PersonId> = join_all(each).await.into_iter().flatten().collect();
    assert!(!kept.is_empty(), "the new primary is found");
    kept
}
