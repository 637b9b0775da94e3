//! Copies: taken while the store is written to, checked, and put back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Moment, NUMBERS_PASSED_OVER, PersonId};
use rusqlite::Connection;
use store::{Error, Store, copies};

use crate::domain::*;

fn refused<T>(result: store::Result<T>, folder: &Path) -> String {
    match result {
        Err(Error::Unfit(said)) => said.replace(&format!("{}/", folder.display()), ""),
        Err(other) => panic!("not a reason that helps: {other:?}"),
        Ok(_) => panic!("it was taken"),
    }
}

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn backed_up(&self) -> copies::Copy {
        copies::back_up(&self.file("connector.db"), &self.file("copy"), Moment(77)).unwrap()
    }

    fn put_back(&self) -> store::Result<copies::Copy> {
        copies::put_back(&self.file("copy"), &self.file("connector.db"), &self.file("aside"), Moment(55))
    }

    fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = names.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

async fn people_of(file: &Path, ids: std::ops::RangeInclusive<i64>) {
    let store = open(file);
    for id in ids {
        let person = lead(id, &format!("Ann{id}"), "Lee");
        accepted(&store, new(&person, &[link(id, JONAS).due(id)])).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_taken_under_writes_is_one_moment_of_them() {
    let desk = Desk::new();
    let store = Arc::new(open(desk.folder.path()));
    let writing = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for id in 1..=400 {
                let person = lead(id, &format!("Ann{id}"), "Lee");
                accepted(&*store, new(&person, &[link(id, JONAS).due(id), link(id, VFP).due(id)])).await;
            }
        })
    };
    while store.counts().await.unwrap().0 < 100 {
        tokio::task::yield_now().await;
    }
    let (from, to) = (desk.file("connector.db"), desk.file("copy"));
    let copy =
        tokio::task::spawn_blocking(move || copies::back_up(&from, &to, Moment(77))).await.unwrap().unwrap();
    writing.await.unwrap();
    let db = Connection::open(desk.file("copy")).unwrap();
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let people = count("SELECT count(*) FROM person");
    assert!((100..=400).contains(&people), "{people}");
    assert_eq!((copy.people, copy.taken_at, copy.schema), (people as u64, Some(Moment(77)), 6));
    assert_eq!(count("SELECT count(*) FROM link"), 2 * people, "no person without links");
    assert_eq!(count("SELECT max(id) FROM person"), people, "nobody is missing in between");
    assert_eq!(fs::metadata(desk.file("copy")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_file_that_exists_is_not_overwritten_and_a_failure_leaves_nothing() {
    let desk = Desk::new();
    people_of(desk.folder.path(), 1..=3).await;
    fs::write(desk.file("copy"), "mine").unwrap();
    let again = copies::back_up(&desk.file("connector.db"), &desk.file("copy"), Moment(77));
    assert_eq!(refused(again, desk.folder.path()), "`copy` exists already: name another file");
    assert_eq!(fs::read_to_string(desk.file("copy")).unwrap(), "mine");
    let nowhere = copies::back_up(&desk.file("connector.db"), &desk.file("missing/copy"), Moment(77));
    let said = refused(nowhere, desk.folder.path());
    assert!(said.starts_with("`missing/copy.unfinished` cannot be written"), "{said}");
    let nothing = copies::back_up(&desk.file("other.db"), &desk.file("second"), Moment(77));
    assert_eq!(
        refused(nothing, desk.folder.path()),
        "`other.db` does not exist: there is nothing to back up"
    );
    assert_eq!(desk.files(), ["connector.db", "copy"]);
}

#[tokio::test]
async fn a_store_that_is_put_back_knows_it_and_gives_no_number_twice() {
    let desk = Desk::new();
    people_of(desk.folder.path(), 1..=3).await;
    desk.backed_up();
    people_of(desk.folder.path(), 4..=5).await;
    assert_eq!(desk.put_back().unwrap().taken_at, Some(Moment(77)));
    assert_eq!(desk.files(), ["aside", "connector.db", "copy"]);
    assert_eq!(copies::check(&desk.file("aside")).unwrap().people, 5, "what was there is kept");

    let store = open(desk.folder.path());
    let mut restored = store.restored().await.unwrap().expect("it says so");
    assert_eq!((restored.backup_at, restored.restored_at), (Moment(77), None));
    assert_eq!(store.counts().await.unwrap().0, 3);
    let next = store.new_person().await.unwrap();
    assert_eq!(next, PersonId(4));
    let first = restored.begin(Moment(99), next);
    store.keep_restored(restored.clone()).await.unwrap();
    assert_eq!(store.new_person().await.unwrap(), first);
    drop(store);
    let store = open(desk.folder.path());
    assert_eq!(store.restored().await.unwrap(), Some(restored));
    assert_eq!(store.new_person().await.unwrap(), PersonId(4 + NUMBERS_PASSED_OVER));
}

#[tokio::test]
async fn a_plain_copy_of_the_file_is_taken_as_one_and_so_is_what_was_kept_aside() {
    let desk = Desk::new();
    people_of(desk.folder.path(), 1..=3).await;
    fs::copy(desk.file("connector.db"), desk.file("copy")).unwrap();
    assert_eq!(
        desk.put_back().unwrap().taken_at,
        Some(Moment(55)),
        "the caller's word, for it says nothing itself"
    );
    let back =
        copies::put_back(&desk.file("aside"), &desk.file("connector.db"), &desk.file("aside-2"), Moment(56));
    assert_eq!(back.unwrap().people, 3);
    let restored = open(desk.folder.path()).restored().await.unwrap().unwrap();
    assert_eq!((restored.backup_at, restored.restored_at), (Moment(56), None));
}

#[tokio::test]
async fn a_copy_of_schema_1_is_brought_up_to_date_on_its_way_and_left_alone_itself() {
    let desk = Desk::new();
    let db = Connection::open(desk.file("copy")).unwrap();
    db.execute_batch(include_str!("fixtures/schema-1.sql")).unwrap();
    drop(db);
    let before = fs::read(desk.file("copy")).unwrap();
    assert_eq!(desk.put_back().unwrap().schema, 1);
    assert_eq!(fs::read(desk.file("copy")).unwrap(), before);
    let store = open(desk.folder.path());
    assert_eq!(store.restored().await.unwrap().unwrap().backup_at, Moment(55));
    assert_eq!(store.counts().await.unwrap().0, 2);
}

/// Files that are no backups, and what is said of each. The database in place stays as it is.
#[tokio::test]
async fn what_is_no_whole_backup_of_ours_is_refused_before_anything_is_changed() {
    let desk = Desk::new();
    people_of(desk.folder.path(), 1..=200).await;
    desk.backed_up();
    let whole = fs::read(desk.file("copy")).unwrap();
    let mut scratched = whole.clone();
    scratched[20_480..24_576].fill(0xA5);
    let foreign = desk.file("foreign");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t (x); PRAGMA user_version = 2").unwrap();
    Connection::open(desk.file("copy")).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let newer = fs::read(desk.file("copy")).unwrap();
    let in_place = fs::read(desk.file("connector.db")).unwrap();
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("truncated", whole[..whole.len() / 2].to_vec(), "is damaged"),
        ("scratched", scratched, "is damaged"),
        ("text", b"name,phone\n".repeat(900), "is not a database of the Connector"),
        ("foreign", fs::read(&foreign).unwrap(), "holds another program's tables"),
        ("newer", newer, "was written by a newer Connector (schema 99, this one knows 6)"),
        ("empty", Vec::new(), "is empty"),
    ];
    for (what, bytes, expected) in cases {
        fs::write(desk.file("copy"), bytes).unwrap();
        let said = refused(desk.put_back(), desk.folder.path());
        assert!(said.starts_with("`copy`") && said.contains(expected), "{what}: {said}");
    }
    assert_eq!(fs::read(desk.file("connector.db")).unwrap(), in_place);
    assert_eq!(desk.files(), ["connector.db", "copy", "foreign"], "nothing is left lying about");
}
