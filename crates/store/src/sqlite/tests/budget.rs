//! The write budget: rows, and pages of the WAL, per record. Each row or page too many is paid for at every record.

use model::Moment;
use model::budget::{Grant, Limit, Per, Wish};
use rusqlite::Connection;

use super::super::{apply, budget, open};
use super::{arrival, folder, newcomer};
use crate::Verdict;
use crate::written::Written;

fn rows(db: &Connection, write: impl FnOnce(&Connection) -> crate::Result<Verdict>) -> u64 {
    let before = db.total_changes();
    assert_eq!(write(db).unwrap(), Verdict::Applied);
    db.total_changes() - before
}

#[test]
fn a_new_person_with_one_target_is_three_rows_and_their_arrival_two() {
    let (_folder, file) = folder();
    let db = open::writable(&file).unwrap();
    assert_eq!(
        rows(&db, |db| apply::receive(db, &Written::receipt(newcomer(1)).unwrap())),
        3,
        "the person, the sender's link, the target's"
    );
    assert_eq!(
        rows(&db, |db| apply::settle(db, &Written::settlement(arrival(1)).unwrap())),
        2,
        "the link and the line"
    );
}

#[test]
fn a_slice_of_a_platforms_budget_is_one_row_and_a_refusal_none() {
    let (_folder, file) = folder();
    let db = open::writable(&file).unwrap();
    let limit = Limit { calls: 2, per: Per::Hour };
    let wish = Wish { limit, now: Moment(1), calls: 2, spare: 0, back: None };
    let written = |granted: bool| {
        let before = db.total_changes();
        assert_eq!(matches!(budget::take(&db, "vfp", wish).unwrap(), Grant::Calls { .. }), granted);
        db.total_changes() - before
    };
    assert_eq!((written(true), written(false)), (1, 0));
}

#[test]
fn what_is_stale_writes_nothing() {
    let (_folder, file) = folder();
    let db = open::writable(&file).unwrap();
    apply::receive(&db, &Written::receipt(newcomer(1)).unwrap()).unwrap();
    let before = db.total_changes();
    assert_eq!(apply::receive(&db, &Written::receipt(newcomer(1)).unwrap()).unwrap(), Verdict::Stale);
    let mut late = arrival(1);
    late.link.version = 7;
    assert_eq!(apply::settle(&db, &Written::settlement(late.clone()).unwrap()).unwrap(), Verdict::Stale);
    assert_eq!(db.total_changes(), before);
}

/// Frames that the WAL grew by, each a page.
fn pages(file: &std::path::Path, write: impl FnOnce()) -> u64 {
    let wal = file.with_extension("db-wal");
    let size = || std::fs::metadata(&wal).unwrap().len();
    let before = size();
    write();
    (size() - before) / (4_096 + 24)
}

#[test]
fn a_batch_shares_its_pages() {
    let (_folder, file) = folder();
    let mut db = open::writable(&file).unwrap();
    let mut batch = |ids: std::ops::Range<i64>, arrived: bool| {
        let transaction = db.transaction().unwrap();
        for id in ids {
            let verdict = if arrived {
                apply::settle(&transaction, &Written::settlement(arrival(id)).unwrap())
            } else {
                apply::receive(&transaction, &Written::receipt(newcomer(id)).unwrap())
            };
            assert_eq!(verdict.unwrap(), Verdict::Applied);
        }
        transaction.commit().unwrap();
    };
    for thousand in 0..5 {
        batch(thousand * 1_000 + 1..thousand * 1_000 + 1_001, false);
    }
    let alone = pages(&file, || batch(5_001..5_002, false));
    let together = pages(&file, || batch(5_002..5_102, false));
    let settled_alone = pages(&file, || batch(1..2, true));
    let settled_together = pages(&file, || batch(2..102, true));
    assert!(alone <= 10, "one accept wrote {alone} pages");
    assert!(together <= 100, "a hundred accepts wrote {together} pages");
    assert!(settled_alone <= 8, "one settle wrote {settled_alone} pages");
    assert!(settled_together <= 100, "a hundred settles wrote {settled_together} pages");
}
