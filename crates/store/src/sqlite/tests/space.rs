//! Space that details took is given back to the disk.

use std::collections::BTreeMap;

use model::{Field, Moment};

use super::super::{apply, open, removal};
use super::{CLUB, folder, line};
use crate::Removal;
use crate::sqlite::written;

#[test]
fn removed_details_give_their_pages_back() {
    let (_folder, file) = folder();
    let db = open::writable(&file).unwrap();
    for id in 1..=500 {
        let mut line = line(id);
        line.facts.fields = BTreeMap::from([(Field::Company, Some("x".repeat(1_200)))]);
        apply::line(&db, &line, &written::line(&line).unwrap()).unwrap();
    }
    let pages = || db.query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0)).unwrap();
    let before = pages();
    let mut after = None;
    loop {
        let asked = Removal { club: CLUB, before: Moment(1_000), after, limit: 50, now: Moment(2_000) };
        db.execute_batch("BEGIN IMMEDIATE").unwrap();
        after = removal::remove(&db, &asked).unwrap().last;
        db.execute_batch("COMMIT").unwrap();
        if after.is_none() {
            break;
        }
    }
    assert!(pages() < before / 3, "{before} pages before, {} after", pages());
}
