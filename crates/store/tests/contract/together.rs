//! Many callers at once.

use std::sync::Arc;

use model::{Field, PersonId};
use store::{Sqlite, Store, Verdict};
use tokio::task::JoinSet;

use crate::domain::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_caller_is_answered_and_reads_what_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(folder.path()));
    let mut callers = JoinSet::new();
    for id in 1..=2_000 {
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
    assert_eq!(store.counts().await.unwrap().0, 2_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_decide_on_one_revision_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(folder.path()));
    accepted(&*store, new(&lead(1, "Ann", "Lee"), &[])).await;
    let mut callers = JoinSet::new();
    for nth in 0..200 {
        let store = Arc::clone(&store);
        let change = change(&lead(1, "Ann", "Lee").with(Field::City, &nth.to_string()).revised(), 1, &[]);
        callers.spawn(async move { store.receive(&Arc::new(change)).await.unwrap() });
    }
    let verdicts = callers.join_all().await;
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Applied).count(), 1);
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Stale).count(), 199);
}

/// Writes a person and a link in one commit, over and over; both carry the count.
async fn keep_changing(store: Arc<Sqlite>, times: u64) {
    let mut ann = lead(1, "Ann", "Lee");
    let mut at_jonas = link(1, JONAS);
    for nth in 1..=times {
        ann = ann.revised();
        at_jonas = at_jonas.due(nth as i64).kept();
        at_jonas.tries = nth as u32 + 1;
        let decided = model::Link { version: at_jonas.version - 1, ..at_jonas.clone() };
        accepted(&*store, change(&ann, nth, &[decided])).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_and_their_links_are_read_from_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(folder.path()));
    accepted(&*store, new(&lead(1, "Ann", "Lee"), &[])).await;
    let writing = tokio::spawn(keep_changing(Arc::clone(&store), 1_500));
    let mut reads = 0;
    while !writing.is_finished() {
        let now = store.subject(PersonId(1)).await.unwrap().unwrap();
        if let Some(link) = now.link(JONAS) {
            assert_eq!(u64::from(link.tries), now.person.revision, "after {reads} reads");
        }
        let due = store.people(KITS_BEACH, PersonId(0), 1).await.unwrap().remove(0);
        let tries = due.link(JONAS).map_or(1, |link| u64::from(link.tries));
        assert_eq!(tries, due.person.revision, "after {reads} reads");
        reads += 1;
    }
    writing.await.unwrap();
    assert!(reads > 100, "{reads} reads are too few to mean anything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_readers_than_kept_connections_are_all_served() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(folder.path()));
    accepted(&*store, new(&lead(1, "Ann", "Lee"), &[])).await;
    let mut readers = JoinSet::new();
    for _ in 0..300 {
        let store = Arc::clone(&store);
        readers.spawn(async move { store.people(KITS_BEACH, PersonId(0), 9).await.unwrap().len() });
    }
    assert_eq!(readers.join_all().await, vec![1; 300]);
}
