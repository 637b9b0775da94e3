//! A server that goes away and comes back, and many callers at once.

use std::sync::Arc;
use std::time::Duration;

use model::{Field, PersonId};
use store::{Error, Store, Verdict};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::domain::*;
use crate::postgres_server;

/// Longer than any deadline of the store.
const FOREVER: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_went_away_is_an_error_and_one_that_came_back_is_used_again() {
    let Some(server) = postgres_server::own_server() else { return };
    let database = server.database();
    let store = shared(&database).await;
    accepted(&store, new(&lead(1, "Ann", "Lee"), &[link(1, JONAS).due(1)])).await;

    server.kill();
    let read = timeout(FOREVER, store.subject(PersonId(1))).await.expect("a read ends");
    assert!(matches!(read, Err(Error::Database(_))), "{read:?}");
    let receipt = Arc::new(new(&lead(2, "Bob", "Ray"), &[]));
    let kept = timeout(FOREVER, store.receive(&receipt)).await.expect("a write ends");
    let said = kept.expect_err("nobody is there").to_string();
    assert!(said.contains("does not answer") && said.contains(database.name()), "{said}");

    server.run();
    assert_eq!(store.subject(PersonId(1)).await.unwrap().unwrap().links.len(), 1);
    assert_eq!(store.receive(&receipt).await.unwrap(), Verdict::Applied);
    assert_eq!(store.counts().await.unwrap().0, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_answered_before_the_server_died_is_there_after_it() {
    let Some(server) = postgres_server::own_server() else { return };
    let database = server.database();
    let store = Arc::new(shared(&database).await);
    let mut callers = JoinSet::new();
    for caller in 0..8 {
        let store = Arc::clone(&store);
        callers.spawn(async move {
            let mut kept = Vec::new();
            for nth in 1..100_000 {
                let id = caller * 100_000 + nth;
                let receipt = new(&lead(id, &format!("Ann{id}"), "Lee"), &[link(id, JONAS).due(id)]);
                match store.receive(&Arc::new(receipt)).await {
                    Ok(verdict) => assert_eq!(verdict, Verdict::Applied),
                    Err(_) => return (kept, id),
                }
                kept.push(id);
            }
            panic!("the server was never missed");
        });
    }
    while store.counts().await.unwrap().0 < 400 {
        tokio::task::yield_now().await;
    }
    server.kill();
    let ended = callers.join_all().await;
    server.run();
    let mut answered = 0;
    for (kept, unanswered) in ended {
        answered += kept.len() as u64;
        for id in kept {
            let subject = store.subject(PersonId(id)).await.unwrap().expect("was answered");
            assert_eq!(subject.links.len(), 1);
        }
        let half = store.subject(PersonId(unanswered)).await.unwrap();
        assert!(half.is_none_or(|subject| subject.links.len() == 1), "all of an item or nothing");
    }
    let (people, _) = store.counts().await.unwrap();
    assert!((answered..=answered + 8).contains(&people), "{answered} answered, {people} kept");
    assert_eq!(store.take_due(JONAS, &[], usize::MAX).await.unwrap().len() as u64, people);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_caller_is_answered_and_reads_what_was_answered() {
    let Some(database) = postgres_server::database() else { return };
    let store = Arc::new(shared(&database).await);
    let mut callers = JoinSet::new();
    for id in 1..=1_000 {
        let store = Arc::clone(&store);
        callers.spawn(async move {
            let person = lead(id, &format!("Ann{id}"), "Lee");
            accepted(&*store, new(&person, &[link(id, JONAS).due(id)])).await;
            let now = store.subject(PersonId(id)).await.unwrap().expect("is read right after the answer");
            done(&*store, settled(&now.links[0].clone().numbered(&id.to_string()), &[])).await;
            assert_eq!(store.subject(PersonId(id)).await.unwrap().unwrap().links[0].version, 2);
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller.unwrap();
    }
    assert_eq!(store.counts().await.unwrap().0, 1_000);
    assert_eq!(store.take_due(JONAS, &[], usize::MAX).await.unwrap().len(), 1_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_want_the_same_one_wins() {
    let Some(database) = postgres_server::database() else { return };
    let store = Arc::new(shared(&database).await);
    let racing = async |item: fn(i64) -> store::Receipt| {
        let mut callers = JoinSet::new();
        for nth in 0..120 {
            let store = Arc::clone(&store);
            callers.spawn(async move { store.receive(&Arc::new(item(nth))).await.unwrap() });
        }
        let verdicts = callers.join_all().await;
        verdicts.into_iter().filter(|verdict| *verdict == Verdict::Applied).count()
    };
    let of_one_name = racing(|nth| new(&lead(1_000 + nth, "Cy", "Day"), &[])).await;
    assert_eq!(of_one_name, 1, "namesakes are seen");
    let of_one_number = racing(|nth| {
        new(&lead(2_000 + nth, &format!("Ann{nth}"), "Lee"), &[link(2_000 + nth, JONAS).numbered("J1")])
    });
    assert_eq!(of_one_number.await, 1, "a number belongs to one");
    accepted(&*store, new(&lead(1, "Ann", "Lee"), &[])).await;
    let of_one_revision =
        racing(|nth| change(&lead(1, "Ann", "Lee").with(Field::City, &nth.to_string()).revised(), 1, &[]));
    assert_eq!(of_one_revision.await, 1, "a revision is decided on once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_slips_past_the_indexer() {
    let Some(database) = postgres_server::database() else { return };
    let store = Arc::new(shared(&database).await);
    let mut callers = JoinSet::new();
    for id in 1..=400 {
        let store = Arc::clone(&store);
        callers.spawn(async move {
            let number = link(id, JONAS).numbered(&format!("J{id}"));
            accepted(&*store, new(&lead(id, &format!("Ann{id}"), "Lee"), &[number])).await;
        });
    }
    while store.counts().await.unwrap().0 < 400 {
        store.index_people(7).await.unwrap();
    }
    callers.join_all().await;
    while store.index_people(100).await.unwrap() > 0 {}
    for id in 1..=400 {
        let found = store.search(KITS_BEACH, &[format!("ann{id}"), format!("j{id}")], 500).await.unwrap();
        assert!(found.contains(&PersonId(id)), "{id} is not found");
    }
}

#[tokio::test]
async fn a_very_long_key_is_kept_to_the_letter() {
    let Some(database) = postgres_server::database() else { return };
    let store = shared(&database).await;
    let long = "Ü".repeat(20_000);
    let (name, number) = (format!("Ann {long}"), format!("{long}7"));
    accepted(&store, new(&lead(1, &name, "Lee"), &[link(1, JONAS).numbered(&number)])).await;
    let kept = store.subject(PersonId(1)).await.unwrap().unwrap();
    assert_eq!(kept.links[0].record.as_ref().unwrap().id, number);
    let namesake = new(&lead(2, &name, "Lee"), &[]);
    assert_eq!(store.receive(&Arc::new(namesake)).await.unwrap(), Verdict::Stale);
    let theirs = new(&lead(3, "Bob", "Ray"), &[link(3, JONAS).numbered(&number)]);
    assert_eq!(store.receive(&Arc::new(theirs)).await.unwrap(), Verdict::Taken(PersonId(1)));
    let other = new(&lead(4, "Bob", "Ray"), &[link(4, JONAS).numbered(&format!("{long}8"))]);
    accepted(&store, other).await;
}
