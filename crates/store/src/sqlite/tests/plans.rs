//! Query plans: every statement that a use case runs is listened to and explained, so that none slips by and none is
//! written down twice. None may scan a table, and each must use the index that it relies on.

use std::cell::RefCell;

use model::{EntryId, Moment, PersonId, RemoteId, Tracking};
use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use uuid::Uuid;

use super::super::{apply, log, open, people, removal, search};
use super::{CLUB, SENDER, TARGET, arrival, folder, line, newcomer};
use crate::written::{self, Written};
use crate::{Expect, LineQuery, Who};

thread_local! {
    static HEARD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn listen(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(_, sql) = event
        && !sql.starts_with("--")
    {
        HEARD.with_borrow_mut(|heard| heard.push(sql.to_owned()));
    }
}

/// The plans of all statements that `act` runs, a line per step.
fn plans(db: &Connection, act: impl FnOnce(&Connection)) -> String {
    HEARD.take();
    db.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(listen));
    act(db);
    db.trace_v2(TraceEventCodes::empty(), None);
    let mut steps = Vec::new();
    for sql in HEARD.take() {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let places = statement.parameter_count();
        let nulls = vec![rusqlite::types::Null; places];
        let rows =
            statement.query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3)).unwrap();
        steps.extend(rows.map(Result::unwrap));
    }
    steps.dedup();
    steps.join("\n")
}

fn filled() -> (tempfile::TempDir, Connection) {
    let (folder, file) = folder();
    let db = open::writable(&file).unwrap();
    for id in 1..=3 {
        apply::receive(&db, &Written::receipt(newcomer(id)).unwrap()).unwrap();
        apply::line(&db, &line(id), &written::line(&line(id)).unwrap()).unwrap();
    }
    (folder, db)
}

#[test]
fn accepting_and_settling_find_everything_by_key() {
    let (_folder, db) = filled();
    search::index_people(&db, 9).unwrap();
    let plan = plans(&db, |db| {
        let record = RemoteId::plain("R9");
        let who = Who { connection: SENDER, record: &record, club: CLUB, name_key: "ann lee1" };
        people::identify(db, who).unwrap();
        apply::receive(db, &Written::receipt(newcomer(4)).unwrap()).unwrap();
        let mut change = newcomer(2);
        change.person.person.revision = 2;
        change.person.expect = Expect::Revision(1);
        change.links.clear();
        apply::receive(db, &Written::receipt(change.clone()).unwrap()).unwrap();
        apply::settle(db, &Written::settlement(arrival(1)).unwrap()).unwrap();
    });
    assert!(!plan.contains("SCAN"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    for index in [
        "link_record (connection=? AND remote_id=? AND remote_space=?)",
        "person_name (club=? AND name_key=?)",
    ] {
        assert!(plan.contains(index), "{index} is not used:\n{plan}");
    }
}

#[test]
fn what_is_due_is_read_in_order_from_the_index_alone() {
    let (_folder, db) = filled();
    let plan = plans(&db, |db| drop(people::due(db, TARGET, &[], 9).unwrap()));
    insta::assert_snapshot!(plan, @r"SEARCH link USING COVERING INDEX link_due (connection=? AND due_at>?)");
}

#[test]
fn what_waits_is_found_in_the_index_of_what_is_due() {
    let (_folder, db) = filled();
    let plan = plans(&db, |db| drop(people::waiting(db, CLUB, 9).unwrap()));
    insta::assert_snapshot!(plan, @r"
    CO-ROUTINE (subquery-1)
    SCAN link USING COVERING INDEX link_due
    SEARCH person USING INTEGER PRIMARY KEY (rowid=?)
    USE TEMP B-TREE FOR ORDER BY
    SCAN (subquery-1)
    SEARCH link USING INDEX link_person (person=? AND connection=?)
    SEARCH person USING INTEGER PRIMARY KEY (rowid=?)
    USE TEMP B-TREE FOR ORDER BY
    ");
}

#[test]
fn pages_of_people_come_from_their_index() {
    let (_folder, db) = filled();
    let referring = plans(&db, |db| drop(people::referring(db, EntryId(1), PersonId(0), 9).unwrap()));
    insta::assert_snapshot!(referring, @r"
    MERGE (UNION)
    LEFT
    SEARCH person USING COVERING INDEX person_owner (owner=? AND rowid>?)
    RIGHT
    SEARCH person USING COVERING INDEX person_lead_source (lead_source=? AND rowid>?)
    ");
    let of_club = plans(&db, |db| drop(people::of_club(db, CLUB, PersonId(0), 9).unwrap()));
    insta::assert_snapshot!(of_club, @r"
    SEARCH person USING COVERING INDEX person_name (club=?)
    USE TEMP B-TREE FOR ORDER BY
    SEARCH person USING INTEGER PRIMARY KEY (rowid=?)
    SEARCH link USING INDEX link_person (person=?)
    SEARCH person USING INTEGER PRIMARY KEY (rowid=?)
    SEARCH link USING INDEX link_person (person=?)
    SEARCH person USING INTEGER PRIMARY KEY (rowid=?)
    SEARCH link USING INDEX link_person (person=?)
    ");
    let held = plans(&db, |db| drop(people::held(db, TARGET, PersonId(0), 9).unwrap()));
    insta::assert_snapshot!(held, @r"
    SEARCH link USING INDEX link_held (connection=?)
    SEARCH person USING INTEGER PRIMARY KEY (rowid=?)
    USE TEMP B-TREE FOR ORDER BY
    ");
    let counts = plans(&db, |db| drop(people::counts(db).unwrap()));
    insta::assert_snapshot!(counts, @r"
    SCAN person USING COVERING INDEX person_name
    SCAN link USING COVERING INDEX link_held
    ");
}

#[test]
fn a_word_is_a_range_of_terms() {
    let (_folder, db) = filled();
    let plan = plans(&db, |db| drop(search::search(db, CLUB, &["ann".into(), "604".into()], 9).unwrap()));
    insta::assert_snapshot!(plan, @r"SEARCH person_term USING PRIMARY KEY (club=? AND term>? AND term<?)");
}

#[test]
fn the_log_is_read_along_its_key() {
    let (_folder, db) = filled();
    let key = Tracking(Uuid::from_bytes([7; 16]));
    let all = LineQuery { club: CLUB, limit: 9, ..LineQuery::default() };
    let plan = |query: &LineQuery| plans(&db, |db| drop(log::lines(db, query).unwrap()));
    insta::assert_snapshot!(plan(&all), @r"SEARCH line USING INDEX line_key (club=?)");
    insta::assert_snapshot!(plan(&LineQuery { from: Some(Moment(1)), until: Some(Moment(9)), ..all.clone() }), @r"SEARCH line USING INDEX line_key (club=? AND tracking>? AND tracking<?)");
    insta::assert_snapshot!(plan(&LineQuery { older_than: Some((key, TARGET)), ..all.clone() }), @r"SEARCH line USING INDEX line_key (club=? AND (tracking,about)<(?,?))");
    insta::assert_snapshot!(plan(&LineQuery { newer_than: Some((key, TARGET)), ..all.clone() }), @r"SEARCH line USING INDEX line_key (club=? AND (tracking,about)>(?,?))");
    let (before, limit, now) = (Moment(9), 9, Moment(9));
    let remove = |after| crate::Removal { club: CLUB, before, after, limit, now };
    let first = plans(&db, |db| assert_eq!(removal::remove(db, &remove(None)).unwrap().lines, 0));
    insta::assert_snapshot!(first, @r"SEARCH line USING INDEX line_key (club=? AND tracking<?)");
    let next =
        plans(&db, |db| assert_eq!(removal::remove(db, &remove(Some((key, TARGET)))).unwrap().lines, 0));
    insta::assert_snapshot!(next, @r"SEARCH line USING INDEX line_key (club=? AND (tracking,about)>(?,?) AND tracking<?)");
    let tally = plans(&db, |db| drop(log::tally(db, CLUB, Moment(1)).unwrap()));
    insta::assert_snapshot!(tally, @r"
    SEARCH line USING INDEX line_key (club=? AND tracking>?)
    USE TEMP B-TREE FOR GROUP BY
    USE TEMP B-TREE FOR count(DISTINCT)
    ");
}

#[test]
fn a_search_is_read_by_person_by_entry_and_by_key_whichever_it_found() {
    let (_folder, db) = filled();
    let all = LineQuery { club: CLUB, limit: 9, ..LineQuery::default() };
    let people = LineQuery { people: Some(vec![PersonId(1)]), ..all.clone() };
    let entries = LineQuery { entries: Some(vec![EntryId(1)]), ..all.clone() };
    let save = LineQuery { tracking: Some(Tracking(Uuid::from_bytes([7; 16]))), ..all };
    let [people, entries, save] =
        [people, entries, save].map(|query| plans(&db, |db| drop(log::lines(db, &query).unwrap())));
    assert!(people == entries && entries == save, "one statement serves them all");
    insta::assert_snapshot!(people, @r"
    CO-ROUTINE found
    MERGE (UNION)
    LEFT
    MERGE (UNION)
    LEFT
    SEARCH line USING COVERING INDEX line_person (person=?)
    LIST SUBQUERY 1
    SCAN json_each VIRTUAL TABLE INDEX 1:
    USE TEMP B-TREE FOR ORDER BY
    RIGHT
    SEARCH line USING COVERING INDEX line_entry (entry=?)
    LIST SUBQUERY 3
    SCAN json_each VIRTUAL TABLE INDEX 1:
    USE TEMP B-TREE FOR ORDER BY
    RIGHT
    SEARCH line USING COVERING INDEX line_key (club=? AND tracking=?)
    USE TEMP B-TREE FOR ORDER BY
    SCAN found
    SEARCH line USING INTEGER PRIMARY KEY (rowid=?)
    USE TEMP B-TREE FOR ORDER BY
    ");
}
