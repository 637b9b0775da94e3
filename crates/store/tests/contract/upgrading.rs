//! Upgrading: a database of an earlier version is brought up to date, with a copy kept from before, and loses nothing.

use std::fs;
use std::path::{Path, PathBuf};

use model::{EntryId, Field, Line, PersonId, RemoteId};
use rusqlite::Connection;
use store::{Error, LineQuery, Options, Sqlite, Store};

use crate::domain::*;

fn of_schema_1(folder: &Path) -> PathBuf {
    let file = folder.join("connector.db");
    let db = Connection::open(&file).unwrap();
    db.execute_batch(include_str!("fixtures/schema-1.sql")).unwrap();
    db.execute_batch("PRAGMA journal_mode = WAL").unwrap();
    file
}

fn schema(file: &Path) -> i64 {
    Connection::open(file).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_database_of_schema_1_is_brought_up_to_date_and_holds_all_that_it_held() {
    let folder = tempfile::tempdir().unwrap();
    let file = of_schema_1(folder.path());
    let store = open(folder.path());
    assert_eq!(schema(&file), 6);
    let ann = store.subject(PersonId(1)).await.unwrap().unwrap();
    assert_eq!(ann.person.profile.get(Field::Email), Some("ann@example.org"));
    assert_eq!(ann.links.len(), 2);
    assert_eq!(store.take_due(JONAS, &[], 9).await.unwrap().len(), 1);
    assert_eq!(store.owner_of(VFP, &RemoteId::plain("P1")).await.unwrap(), Some(PersonId(2)));
    assert_eq!(store.line(KITS_BEACH, save(6, 1), VFP).await.unwrap(), Some(line(save(6, 1), VFP)));
    assert_eq!(store.setup().await.unwrap().clubs.len(), 4);
    assert_eq!(store.counts().await.unwrap(), (2, vec![(JONAS, 1)]));
    assert_eq!(store.search(KITS_BEACH, &["lee".into()], 9).await.unwrap(), people(&[1]));
    assert_eq!(store.index_people(9).await.unwrap(), 1, "the indexer goes on where it was");
    assert_eq!(store.restored().await.unwrap(), None, "an upgrade is no restore");
    assert_eq!(store.new_person().await.unwrap(), PersonId(3));
    drop(store);

    let before = folder.path().join("connector.db.schema-1");
    assert_eq!(schema(&before), 1, "the older version finds its own");
    let said = store::copies::check(&before).unwrap();
    assert_eq!((said.people, said.taken_at), (2, None));
    drop(open(folder.path()));
}

#[tokio::test]
async fn a_database_of_schema_2_is_brought_up_to_date_and_its_lines_are_found_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let file = of_schema_1(folder.path());
    let db = Connection::open(&file).unwrap();
    db.execute_batch(include_str!("../../src/sqlite/sql/schema-2.sql")).unwrap();
    db.execute_batch("UPDATE line SET entry = 7; PRAGMA user_version = 2").unwrap();
    drop(db);
    let store = open(folder.path());
    assert_eq!(schema(&file), 6);
    let of_olga = Line { entry: Some(EntryId(7)), ..line(save(6, 1), VFP) };
    let query =
        LineQuery { club: KITS_BEACH, entries: Some(vec![EntryId(7)]), limit: 9, ..LineQuery::default() };
    assert!(store.lines(query).await.unwrap().lines.contains(&of_olga));
    drop(store);
    assert_eq!(schema(&folder.path().join("connector.db.schema-2")), 2);
}

#[test]
fn an_upgrade_without_room_for_its_copy_is_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let file = of_schema_1(folder.path());
    fs::create_dir(folder.path().join("connector.db.schema-1.unfinished")).unwrap();
    assert!(matches!(Sqlite::open(&Options::at(&file)), Err(Error::Unfit(_))));
    assert_eq!(schema(&file), 1);
}

#[test]
fn a_schema_that_other_steps_made_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let file = folder.path().join("connector.db");
    Connection::open(&file)
        .unwrap()
        .execute("UPDATE migration SET sha256 = 'other' WHERE version = 2", [])
        .unwrap();
    let Err(Error::Unfit(said)) = Sqlite::open(&Options::at(&file)) else { panic!("it was opened") };
    insta::assert_snapshot!(said.replace(&file.display().to_string(), "connector.db"), @"step 2 of the schema of `connector.db` is not that of this Connector: start the build that made it, or restore a backup");
}

/// A step that was released is never edited; a change is a further step.
#[test]
fn the_steps_that_were_released_are_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let db = Connection::open(folder.path().join("connector.db")).unwrap();
    let mut statement =
        db.prepare("SELECT version || ' ' || sha256 FROM migration ORDER BY version").unwrap();
    let steps = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let steps = steps.map(Result::unwrap).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(steps, @r"
    1 76beeb106264996e32718a0929911f6969a672c38462127109cca49a3c963d8c
    2 9dddbdeeebef357ba8c8505b1d99cfb46f70f18c8dc1b0742b6bf073d9d8a241
    3 fdcc1ff33e29ca6f8bff6cfdf7eec5a86e0a62e378fca2fd54ee22ee2fef6d35
    4 316081580c3944e53b616d8aa60f07e1c05d3fbb8fa2cd03778b0cf4daddeafc
    5 b18c9197bbb7b409857784f572c6666ca455a8b04d49e049e730d2516a5e0ee3
    6 9bba97d8596fa8be187170661c3ef436aa8ddd9c9b29899c6d8e3f0455d043e8
    ");
}
