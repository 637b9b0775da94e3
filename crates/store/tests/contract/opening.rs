//! Opening: what was there is there again, and what is not ours is refused in words that help.

use std::sync::Arc;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use model::{EntryId, Line, PersonId, RemoteId};
use rusqlite::Connection;
use store::{Error, Options, Sqlite, Store};

use crate::domain::*;

fn refusal(file: &Path) -> String {
    match Sqlite::open(&Options::at(file)) {
        Ok(_) => panic!("`{}` was opened", file.display()),
        Err(Error::Unfit(said)) => said.replace(&file.display().to_string(), "connector.db"),
        Err(other) => panic!("not a reason that helps: {other:?}"),
    }
}

fn closed(folder: &Path) -> PathBuf {
    drop(open(folder));
    folder.join("connector.db")
}

#[tokio::test]
async fn everything_is_there_after_it_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let prospect = link(1, JONAS).numbered("P1").due(5);
    let mut receipt = new(&lead(1, "Ann", "Lee"), std::slice::from_ref(&prospect));
    receipt.lines.push(line(save(5, 1), JONAS));
    accepted(&store, receipt).await;
    let member = prospect.kept().numbered("M1").due(6);
    done(&store, settled(&member, &[])).await;
    store.index_people(9).await.unwrap();
    crate::setup::keep_chain(&store).await;
    let setup = store.setup().await.unwrap();
    drop(store);

    let store = open(folder.path());
    assert_eq!(store.subject(PersonId(1)).await.unwrap().unwrap().links, [member.kept()]);
    assert_eq!(store.owner_of(JONAS, &RemoteId::plain("P1")).await.unwrap(), Some(PersonId(1)));
    assert_eq!(store.take_due(JONAS, &[], 9).await.unwrap().len(), 1);
    assert_eq!(store.search(KITS_BEACH, &["lee".into()], 9).await.unwrap(), people(&[1]));
    assert_eq!(store.index_people(9).await.unwrap(), 0, "nobody is indexed again");
    assert_eq!(store.line(KITS_BEACH, save(5, 1), JONAS).await.unwrap(), Some(line(save(5, 1), JONAS)));
    assert_eq!(store.setup().await.unwrap(), setup);
    assert_eq!(store.new_person().await.unwrap(), PersonId(2));
}

#[test]
fn the_file_is_kept_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let db = Connection::open(closed(folder.path())).unwrap();
    let ask = |pragma: &str| db.query_row(pragma, [], |row| row.get::<_, String>(0));
    let number = |pragma: &str| db.query_row(pragma, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(ask("PRAGMA journal_mode").unwrap(), "wal");
    assert_eq!(number("PRAGMA auto_vacuum"), 2, "incremental");
    assert_eq!(number("PRAGMA user_version"), 6);
    assert_eq!(ask("PRAGMA integrity_check").unwrap(), "ok");
    let loose = "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND NOT strict";
    assert_eq!(number(loose), 0, "every table is strict");
}

#[test]
fn a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = closed(folder.path());
    Connection::open(&file).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    insta::assert_snapshot!(refusal(&file), @"`connector.db` was written by a newer Connector (schema 99, this one knows 6): start the newer version, or restore a backup from before");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("connector.db");
    fs::write(&file, "name,phone\n".repeat(1_000)).unwrap();
    insta::assert_snapshot!(refusal(&file), @"`connector.db` is not a database of the Connector, or is damaged (file is not a database): name another file, or restore a backup");
    assert_eq!(fs::read_to_string(&file).unwrap(), "name,phone\n".repeat(1_000));
}

#[test]
fn another_programs_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("connector.db");
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE person (name TEXT)").unwrap();
    let before = fs::read(&file).unwrap();
    insta::assert_snapshot!(refusal(&file), @"`connector.db` holds another program's tables: name another file");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_damaged_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = closed(folder.path());
    let mut bytes = fs::read(&file).unwrap();
    bytes[100..4_096].fill(0xA5);
    fs::write(&file, bytes).unwrap();
    let said = refusal(&file);
    assert!(said.contains("is damaged"), "{said}");
}

#[tokio::test]
async fn damaged_pages_are_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for id in 1..=200 {
        accepted(&store, new(&lead(id, &format!("Ann{id}"), "Lee"), &[link(id, JONAS).due(id)])).await;
    }
    drop(store);
    let file = folder.path().join("connector.db");
    let mut bytes = fs::read(&file).unwrap();
    bytes[16_384..].fill(0xA5);
    fs::write(&file, bytes).unwrap();
    match Sqlite::open(&Options::at(&file)) {
        Err(error) => assert!(matches!(error, Error::Unfit(_) | Error::Database(_))),
        Ok(store) => {
            let people = store.people(KITS_BEACH, PersonId(0), 500).await;
            let due = store.take_due(JONAS, &[], 500).await;
            let kept =
                store.receive(&Arc::new(new(&lead(900, "Bob", "Ray"), &[link(900, JONAS).due(1)]))).await;
            assert!(people.is_err() || due.is_err() || kept.is_err(), "damage is noticed");
        }
    }
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("missing").join("connector.db");
    assert!(matches!(Sqlite::open(&Options::at(file)), Err(Error::Database(_))));
}

/// The modes of the file and of those beside it.
fn modes(folder: &Path) -> Vec<(String, u32)> {
    let mut modes: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            (entry.file_name().into_string().unwrap(), mode)
        })
        .collect();
    modes.sort();
    modes
}

#[tokio::test]
async fn the_file_is_its_owners_alone_wherever_it_lies_and_however_it_was() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let private =
        ["connector.db", "connector.db-shm", "connector.db-wal"].map(|name| (name.to_owned(), 0o600));
    let store = open(folder.path());
    accepted(&store, new(&lead(1, "Ann", "Lee"), &[])).await;
    assert_eq!(modes(folder.path()), private);
    for (name, _) in &private {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let _again = open(folder.path());
    assert_eq!(modes(folder.path()), private);
}

#[tokio::test]
async fn a_file_of_an_earlier_version_is_brought_up_to_date_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("connector.db");
    let old = Connection::open(&file).unwrap();
    old.execute_batch(include_str!("../../src/sqlite/sql/schema-1.sql")).unwrap();
    let facts = serde_json::to_string(&line(save(5, 1), JONAS).facts).unwrap();
    old.execute(
        "INSERT INTO line (club, tracking, about, level, turn, open, changed, sender, facts)
         VALUES (1, ?1, 20, 'INFO', 'nobody', 0, 5, 10, ?2)",
        (save(5, 1).0.as_bytes().as_slice(), facts),
    )
    .unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    drop(old);
    for _ in 0..2 {
        let store = open(folder.path());
        assert_eq!(store.line(KITS_BEACH, save(5, 1), JONAS).await.unwrap(), Some(line(save(5, 1), JONAS)));
        let of_olga = Line { entry: Some(EntryId(7)), ..line(save(6, 1), JONAS) };
        store.keep_lines(vec![of_olga.clone()]).await.unwrap();
        assert_eq!(store.line(KITS_BEACH, save(6, 1), JONAS).await.unwrap(), Some(of_olga));
    }
}
