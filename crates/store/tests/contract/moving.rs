//! Moving from a file to a server: it is the same hub there, wherever the way was interrupted, and half a one is no hub.

use std::path::Path;
use std::time::Duration;

use model::{Field, Moment, PersonId, RemoteId, Restored};
use store::moving::{Move, Moved, Stage};
use store::nodes::Nodes;
use store::{Error, LineQuery, Postgres, PostgresOptions, Store};

use crate::directory::{matched, staff};
use crate::domain::*;
use crate::postgres_server::{self, Database};

/// People in every state, with odd text, staff, lines and the mark of a restore.
async fn file_of_all_kinds(folder: &Path) {
    let store = open(folder);
    crate::setup::keep_chain(&store).await;
    let long = "9".repeat(3_000);
    let links = [link(1, JONAS).numbered("P1").numbered("M1"), link(1, VFP).due(7).carrying(save(7, 1))];
    let mut ann = new(&lead(1, "Ann", "Lee").with(Field::Mobile, "604 555 0100"), &links);
    ann.lines.push(line(save(5, 1), JONAS));
    accepted(&store, ann).await;
    accepted(&store, new(&lead(2, "B\0b", &"Ü".repeat(3_000)), &[link(2, JONAS).numbered("a\0\u{1}")])).await;
    accepted(&store, new(&lead(3, "Cy", "Ray"), &[link(3, JONAS).numbered(&long).held()])).await;
    store.index_people(2).await.unwrap();
    let entries = [staff("b", "bea"), staff("a\0", "al")];
    let ids = store.keep_directory(entries.to_vec(), vec![]).await.unwrap();
    store.keep_directory(vec![], vec![matched(ids[1], VFP, "V7")]).await.unwrap();
    let mut restored = Restored { backup_at: Moment(7), ..Restored::default() };
    restored.begin(Moment(9), PersonId(4));
    store.keep_restored(restored).await.unwrap();
}

fn a_move(folder: &Path, to: &Database, batch: usize) -> Move {
    Move { batch, ..Move::new(folder.join("connector.db"), PostgresOptions::at(to.url())) }
}

/// Moves until so many rows are there, and is then gone without a word.
async fn interrupted_after(wanted: u64, by: &Move) {
    let (stop, mut stopped) = tokio::sync::watch::channel(false);
    let moving = by.run(|stage, rows, _| {
        if stage == Stage::Copying && rows >= wanted {
            stop.send_replace(true);
        }
    });
    tokio::select! {
        biased;
        _ = stopped.wait_for(|stopped| *stopped) => {}
        ended = moving => panic!("it ended first: {ended:?}"),
    }
}

fn said<T>(result: store::Result<T>) -> String {
    match result {
        Err(Error::Unfit(said)) => said,
        Err(other) => panic!("not a reason that helps: {other:?}"),
        Ok(_) => panic!("it went well"),
    }
}

async fn opened(to: &Database) -> store::Result<Postgres> {
    Postgres::open(&PostgresOptions::at(to.url())).await
}

#[tokio::test]
async fn everything_that_a_file_holds_is_on_the_server_after_a_move() {
    let Some(database) = postgres_server::database() else { return };
    let folder = tempfile::tempdir().unwrap();
    file_of_all_kinds(folder.path()).await;
    moved(folder.path(), &database, 4_000).await;
    let (here, there) = (open(folder.path()), shared(&database).await);
    macro_rules! same {
        ($name:ident ( $($given:expr),* )) => {
            assert_eq!(here.$name($($given),*).await.unwrap(), there.$name($($given),*).await.unwrap());
        };
    }
    for id in 1..=3 {
        same!(subject(PersonId(id)));
    }
    for number in ["P1", "M1", "a\0\u{1}", &"9".repeat(3_000)] {
        assert!(there.owner_of(JONAS, &RemoteId::plain(number)).await.unwrap().is_some(), "{number:?}");
        same!(owner_of(JONAS, &RemoteId::plain(number)));
    }
    same!(setup());
    same!(directory());
    same!(restored());
    same!(counts());
    same!(take_due(VFP, &[], 9));
    same!(waiting(KITS_BEACH, 9));
    same!(held(JONAS, PersonId(0), 9));
    same!(lines(LineQuery { club: KITS_BEACH, limit: 9, ..LineQuery::default() }));
    assert_eq!(there.search(KITS_BEACH, &["0100".into()], 9).await.unwrap(), people(&[1]));
    assert_eq!(there.index_people(9).await.unwrap(), 1, "it is indexed on from where the file's indexer was");
    assert!(there.new_person().await.unwrap() >= here.new_person().await.unwrap(), "a number is given once");
    let one_more = || vec![staff("c", "cy")];
    same!(keep_directory(one_more(), vec![]));
}

#[tokio::test]
async fn a_move_goes_on_wherever_it_was_interrupted_and_half_of_one_is_no_hub() {
    let folder = tempfile::tempdir().unwrap();
    file_of_all_kinds(folder.path()).await;
    let before = std::fs::read(folder.path().join("connector.db")).unwrap();
    for after in [1, 8, 13, 30] {
        let Some(database) = postgres_server::database() else { return };
        let by = a_move(folder.path(), &database, 1);
        interrupted_after(after, &by).await;
        let refused = said(opened(&database).await.map(drop));
        assert!(refused.contains("is not finished: run `connector store migrate` again"), "{refused}");
        let Moved { rows, there_before } = by.run(|_, _, _| ()).await.unwrap();
        let all = rows.iter().map(|(_, rows)| rows).sum::<u64>();
        assert!((after..all).contains(&there_before), "{there_before} of {all}");
        assert_eq!(rows.iter().find(|(name, _)| *name == "person"), Some(&("person", 3)));
        assert_eq!(shared(&database).await.counts().await.unwrap().0, 3);
        let again = by.run(|stage, _, _| assert_eq!(stage, Stage::Reading)).await.unwrap();
        assert_eq!(again.rows, rows);
    }
    assert!(std::fs::read(folder.path().join("connector.db")).unwrap() == before, "the file is as it was");
}

#[tokio::test]
async fn a_row_that_arrived_wrong_is_found_and_no_hub_opens_what_has_it() {
    let Some(database) = postgres_server::database() else { return };
    let folder = tempfile::tempdir().unwrap();
    file_of_all_kinds(folder.path()).await;
    let by = a_move(folder.path(), &database, 1);
    interrupted_after(12, &by).await;
    database.run("UPDATE person SET doc = replace(doc, 'Ann', 'Eve')");
    let refused = said(by.run(|_, _, _| ()).await);
    assert!(
        refused.contains("`person` (3 rows left, 3 arrived)") && refused.contains("make it anew"),
        "{refused}"
    );
    said(opened(&database).await.map(drop));
    database
        .run("UPDATE person SET doc = replace(doc, 'Eve', 'Ann'); DELETE FROM record WHERE remote_id = 'P1'");
    let refused = said(by.run(|_, _, _| ()).await);
    assert!(refused.contains("`record` (4 rows left, 3 arrived)"), "{refused}");
}

#[tokio::test]
async fn a_database_that_holds_anything_else_is_refused_and_left_alone() {
    let Some(database) = postgres_server::database() else { return };
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    file_of_all_kinds(folder.path()).await;
    accepted(&open(other.path()), new(&lead(1, "Eve", "Early"), &[])).await;
    let (ours, theirs) = (a_move(folder.path(), &database, 1), a_move(other.path(), &database, 1));

    interrupted_after(5, &ours).await;
    let refused = said(theirs.run(|_, _, _| ()).await);
    assert!(refused.contains("holds a part of another hub's people"), "{refused}");
    accepted(&open(folder.path()), new(&lead(9, "Dee", "Due"), &[])).await;
    said(ours.run(|_, _, _| ()).await);

    let Some(database) = postgres_server::database() else { return };
    let store = shared(&database).await;
    let ours = a_move(folder.path(), &database, 4_000);
    accepted(&store, new(&lead(1, "Eve", "Early"), &[])).await;
    let refused = said(ours.run(|_, _, _| ()).await);
    assert!(refused.contains("holds the people of another hub"), "{refused}");
    assert_eq!(store.counts().await.unwrap().0, 1);

    store.join("a hub", Duration::from_mins(1)).await.unwrap();
    assert!(said(ours.run(|_, _, _| ()).await).contains("a hub is at work on"));
}

#[tokio::test]
async fn what_is_no_file_of_a_hub_of_this_version_is_refused() {
    let Some(database) = postgres_server::database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let by = a_move(folder.path(), &database, 1);
    assert!(said(by.run(|_, _, _| ()).await).contains("does not exist"));
    assert!(!by.from.exists());
    let db = rusqlite::Connection::open(&by.from).unwrap();
    db.execute_batch(include_str!("fixtures/schema-1.sql")).unwrap();
    drop(db);
    let before = std::fs::read(&by.from).unwrap();
    assert!(said(by.run(|_, _, _| ()).await).contains("older Connector (schema 1"));
    assert!(std::fs::read(&by.from).unwrap() == before);
}
