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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_moved_into_the_file_under_sustained_writes() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(folder.path()));
    let long = "x".repeat(20_000);
    let (mut written, mut largest) = (0, 0);
    for round in 0..8 {
        let mut callers = JoinSet::new();
        for nth in 1..=1_000 {
            let id = round * 1_000 + nth;
            let person = lead(id, &format!("Ann{id}"), "Lee").with(Field::Company, &long);
            let store = Arc::clone(&store);
            callers.spawn(async move { accepted(&*store, new(&person, &[])).await });
        }
        callers.join_all().await;
        written += 1_000 * long.len() as u64;
        largest = largest.max(wal(folder.path()));
    }
    assert!(written > 140 * MIB);
    assert!(
        largest < 110 * MIB,
        "the log grew to {} MiB while {} were written",
        largest / MIB,
        written / MIB
    );
    drop(Arc::into_inner(store).expect("all callers are done"));
    assert_eq!(wal(folder.path()), 0, "closing leaves one file");
}
