//! Query plans: every statement of a use case finds its rows by a condition on an index, in full tables as well as in plans
//! that were made while they were empty.

use deadpool_postgres::Pool;
use model::{ClubId, ConnectionId, EntryId, Moment, PersonId, Tracking};
use tokio_postgres::SimpleQueryMessage;
use uuid::Uuid;

use super::super::connect::{Address, For};
use super::super::{log, look, people, removal, rows, search, waiting};
use super::server::{self, Database};
use crate::{LineQuery, Postgres, PostgresOptions};

/// Twenty thousand people at two clubs, each with two links, a tenth of them due, and two lines.
const CROWD: &str = "
INSERT INTO person SELECT id, id % 2, 1, 'ann lee' || id, id % 7, NULL, '{}' FROM generate_series(1, 20000) AS id;
INSERT INTO link SELECT id, c, 1, '', id, CASE WHEN id % 10 = 0 THEN id END, false, id % 100 = 0, repeat('x', 300)
  FROM generate_series(1, 20000) AS id, (VALUES (10), (20)) AS connections(c);
INSERT INTO record SELECT connection, remote_id, remote_space, person FROM link;
INSERT INTO due SELECT connection, due_at, person, waits FROM link WHERE due_at IS NOT NULL;
INSERT INTO line SELECT id % 2, gen_random_uuid(), c, id, 'info', 'nobody', false, id, 10, '{}', NULL
  FROM generate_series(1, 20000) AS id, (VALUES (10), (20)) AS connections(c);
INSERT INTO person_term SELECT id % 2, 'lee' || id, id FROM generate_series(1, 20000) AS id;
ANALYZE;";

async fn made() -> Option<(Database, Pool)> {
    let database = server::database()?;
    drop(Postgres::open(&PostgresOptions::at(database.url())).await.unwrap());
    let pool = Address::read(&database.url()).unwrap().pool(For::Writing, 1).unwrap();
    Some((database, pool))
}

/// The plan of a statement as the store's sessions make it, a line per step.
async fn plan(pool: &Pool, sql: &str) -> String {
    let client = pool.get().await.unwrap();
    let values = client.prepare(sql).await.unwrap().params().len();
    client.batch_execute(&format!("PREPARE asked AS {sql}")).await.unwrap();
    let nulls = vec!["NULL"; values].join(", ");
    let execute = if values == 0 { "asked".to_owned() } else { format!("asked({nulls})") };
    let said = client.simple_query(&format!("EXPLAIN (COSTS OFF) EXECUTE {execute}")).await.unwrap();
    client.batch_execute("DEALLOCATE asked").await.unwrap();
    let steps = said.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    steps.collect::<Vec<_>>().join("\n")
}

/// Steps of a plan that read a table or an index from end to end.
fn whole_reads(plan: &str) -> Vec<&str> {
    let lines: Vec<&str> = plan.lines().collect();
    let reads = lines.iter().enumerate().filter(|(nth, line)| {
        let by_index = line.contains("Index Scan") || line.contains("Index Only Scan");
        let condition = lines.get(nth + 1).is_some_and(|next| next.trim_start().starts_with("Index Cond"));
        line.contains("Seq Scan") || (by_index && !condition)
    });
    reads.map(|(_, line)| line.trim()).collect()
}

/// Everything on the path of a record, and every question of a page.
fn hot() -> Vec<String> {
    let fixed = [
        people::IDENTIFY,
        people::SUBJECT,
        people::OWNER,
        people::DUE,
        people::DUE_BUT,
        waiting::HELD,
        people::REFERRING,
        look::PEOPLE,
        look::LINKS,
        look::LINKS_BEFORE,
        look::NAMESAKES,
        look::OWNERS,
        rows::NEW_PEOPLE,
        rows::PEOPLE,
        rows::NEW_LINKS,
        rows::LINKS,
        rows::LOSE_RECORDS,
        rows::RECORDS,
        rows::FORMER_RECORDS,
        rows::NO_LONGER_DUE,
        rows::DUE,
        log::KEEP,
        log::TALLY,
        removal::OLD,
        removal::BARE,
        search::INDEXED,
        search::NEXT,
        search::MORE,
        search::ADD,
        search::REMOVE,
        search::ADD_RECORD,
        search::SEARCH,
    ];
    let mut all: Vec<String> = fixed.into_iter().map(str::to_owned).collect();
    all.extend(pages().iter().map(|query| log::page(query).unwrap().0));
    all
}

fn pages() -> Vec<LineQuery> {
    let key = (Tracking(Uuid::from_bytes([7; 16])), ConnectionId(20));
    let all = LineQuery { club: ClubId(1), limit: 9, ..LineQuery::default() };
    vec![
        LineQuery { from: Some(Moment(1)), until: Some(Moment(9)), ..all.clone() },
        LineQuery { older_than: Some(key), ..all.clone() },
        LineQuery { newer_than: Some(key), connection: Some(key.1), ..all.clone() },
        LineQuery { people: Some(vec![PersonId(1)]), ..all.clone() },
        LineQuery { entries: Some(vec![EntryId(1)]), ..all.clone() },
        LineQuery { people: Some(vec![PersonId(1)]), tracking: Some(key.0), ..all.clone() },
        all,
    ]
}

async fn everything_goes_by_index(pool: &Pool) {
    for sql in hot() {
        let plan = plan(pool, &sql).await;
        assert_eq!(whole_reads(&plan), [""; 0], "\n{sql}\n{plan}");
    }
}

#[tokio::test]
async fn every_statement_on_the_path_of_a_record_goes_by_index() {
    let Some((database, pool)) = made().await else { return };
    everything_goes_by_index(&pool).await;
    database.run(CROWD);
    everything_goes_by_index(&pool).await;
}

#[tokio::test]
async fn what_is_due_is_read_in_order_without_sorting() {
    let Some((database, pool)) = made().await else { return };
    database.run(CROWD);
    let due = plan(&pool, people::DUE).await;
    assert!(due.contains("due_pkey") && !due.contains("Sort"), "{due}");
    let page = plan(&pool, &log::page(&pages()[6]).unwrap().0).await;
    assert!(page.contains("line_pkey") && !page.contains("Sort"), "{page}");
}

#[tokio::test]
async fn people_with_a_record_are_counted_without_those_of_other_connections() {
    let Some((database, pool)) = made().await else { return };
    database.run(CROWD);
    let count = plan(&pool, people::PEOPLE_AT).await;
    assert!(count.contains("record_pkey") && whole_reads(&count).is_empty(), "{count}");
}

#[tokio::test]
async fn only_what_is_beside_the_path_reads_more_than_it_answers() {
    let Some((database, pool)) = made().await else { return };
    database.run(CROWD);
    for (sql, whole) in [
        (waiting::WAITING, vec!["->  Seq Scan on due"]),
        (waiting::PEOPLE, vec!["->  Seq Scan on due"]),
        (
            people::COUNTS,
            vec!["->  Index Only Scan using person_pkey on person", "->  Bitmap Index Scan on link_held"],
        ),
        (people::OF_CLUB, vec![]),
    ] {
        let plan = plan(&pool, sql).await;
        assert!(whole_reads(&plan).iter().all(|read| whole.contains(read)), "\n{sql}\n{plan}");
    }
    let of_club = plan(&pool, people::OF_CLUB).await;
    assert!(of_club.contains("person_name"), "{of_club}");
}
