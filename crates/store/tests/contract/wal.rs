//! The write-ahead log stays small however much is written.

use std::path::Path;
use std::sync::Arc;

use model::Field;
use tokio::task::JoinSet;

use crate::domain::*;

const MIB: u64 = 1 << 20;

fn wal(folder: &Path) -> u64 {
    std::fs::metadata(folder.join("connector.db-wal")).map_or(0, |metadata| metadata.len())
}

async fn writes(store: &Arc<store::Sqlite>, rounds: std::ops::Range<i64>) {
    let long = "x".repeat(20_000);
    for round in rounds {
        let mut callers = JoinSet::new();
        for nth in 1..=1_000 {
            let id = round * 1_000 + nth;
            let person = lead(id, &format!("Ann{id}"), "Lee").with(Field::Company, &long);
            let store = Arc::clone(store);
            callers.spawn(async move { accepted(&*store, new(&person, &[])).await });
        }
        callers.join_all().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_moved_into_the_file_under_sustained_writes() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(folder.path()));
    let mut largest = 0;
    for round in 0..8 {
        writes(&store, round..round + 1).await;
        largest = largest.max(wal(folder.path()));
    }
    assert!(largest < 110 * MIB, "the log grew to {} MiB while 160 MB were written", largest / MIB);
    drop(Arc::into_inner(store).expect("all callers are done"));
    assert_eq!(wal(folder.path()), 0, "closing leaves one file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_reader_made_it_grow_to_is_given_back_once_it_lets_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(folder.path()));
    let reader = rusqlite::Connection::open(folder.path().join("connector.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM person;").unwrap();
    writes(&store, 0..8).await;
    assert!(wal(folder.path()) > 150 * MIB, "an old state is still read");
    reader.execute_batch("COMMIT").unwrap();
    for round in 8..30 {
        writes(&store, round..round + 1).await;
        if wal(folder.path()) <= 129 * MIB {
            return;
        }
    }
    panic!("{} MiB are left", wal(folder.path()) / MIB);
}
