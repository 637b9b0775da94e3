//! Rows column by column, as the statements bind them: one statement writes all rows of a batch that go into one table.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::session::{Statement, Value};

pub(super) const NEW_PEOPLE: &str = "INSERT INTO person (id, club, revision, name_key, owner, lead_source, doc)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[])";
pub(super) const PEOPLE: &str =
    "UPDATE person SET club = new.club, revision = new.revision, name_key = new.name_key,
       owner = new.owner, lead_source = new.lead_source, doc = new.doc
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[])
       AS new(id, club, revision, name_key, owner, lead_source, doc)
     WHERE person.id = new.id";
pub(super) const NEW_LINKS: &str =
    "INSERT INTO link (person, connection, version, remote_space, remote_id, due_at, waits, held, doc)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::boolean[],
                          $8::boolean[], $9::text[])";
pub(super) const LINKS: &str = "UPDATE link SET version = new.version, remote_space = new.remote_space,
       remote_id = new.remote_id, due_at = new.due_at, waits = new.waits, held = new.held, doc = new.doc
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::boolean[],
                 $8::boolean[], $9::text[])
       AS new(person, connection, version, remote_space, remote_id, due_at, waits, held, doc)
     WHERE link.person = new.person AND link.connection = new.connection";
pub(super) const LOSE_RECORDS: &str =
    "DELETE FROM record USING unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[])
       AS lost(connection, remote_id, remote_space, person)
     WHERE record.connection = lost.connection AND record.remote_id = lost.remote_id
       AND record.remote_space = lost.remote_space AND record.person = lost.person";
/// A number that somebody else took in the meantime is refused: the batch is then decided again, job by job.
pub(super) const RECORDS: &str = "INSERT INTO record (connection, remote_id, remote_space, person)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[])";
pub(super) const FORMER_RECORDS: &str = "INSERT INTO record (connection, remote_id, remote_space, person)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) ON CONFLICT DO NOTHING";
pub(super) const NO_LONGER_DUE: &str =
    "DELETE FROM due USING unnest($1::bigint[], $2::bigint[], $3::bigint[])
       AS done(connection, at, person)
     WHERE due.connection = done.connection AND due.at = done.at AND due.person = done.person";
pub(super) const DUE: &str = "INSERT INTO due (connection, at, person, waits)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::boolean[])";

/// A row of `person`.
pub(super) struct Person<'a> {
    pub(super) id: i64,
    pub(super) club: i64,
    pub(super) revision: i64,
    pub(super) name_key: Cow<'a, str>,
    pub(super) owner: Option<i64>,
    pub(super) lead_source: Option<i64>,
    pub(super) doc: &'a str,
}

/// A row of `link`.
pub(super) struct Link<'a> {
    pub(super) person: i64,
    pub(super) connection: i64,
    pub(super) version: i64,
    pub(super) remote_space: Option<String>,
    pub(super) remote_id: Option<String>,
    pub(super) due_at: Option<i64>,
    pub(super) waits: bool,
    pub(super) held: bool,
    pub(super) doc: &'a str,
}

/// Rows of `person`.
#[derive(Default)]
pub(super) struct People<'a>(Vec<Person<'a>>);

/// Rows of `link`.
#[derive(Default)]
pub(super) struct Links<'a>(Vec<Link<'a>>);

/// One column of rows.
fn column<'a, R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Value<'a>
where
    Vec<T>: tokio_postgres::types::ToSql + Sync + Send + 'a,
{
    Box::new(rows.iter().map(value).collect::<Vec<T>>())
}

impl<'a> People<'a> {
    pub(super) fn add(&mut self, row: Person<'a>) {
        self.0.push(row);
    }

    pub(super) fn statement(self, sql: &'static str) -> Option<Statement<'a>> {
        let rows = &self.0;
        let values = vec![
            column(rows, |row| row.id),
            column(rows, |row| row.club),
            column(rows, |row| row.revision),
            column(rows, |row| row.name_key.clone().into_owned()),
            column(rows, |row| row.owner),
            column(rows, |row| row.lead_source),
            column(rows, |row| row.doc),
        ];
        (!rows.is_empty()).then_some((sql, values))
    }
}

impl<'a> Links<'a> {
    pub(super) fn add(&mut self, row: Link<'a>) {
        self.0.push(row);
    }

    pub(super) fn statement(self, sql: &'static str) -> Option<Statement<'a>> {
        let rows = &self.0;
        let values = vec![
            column(rows, |row| row.person),
            column(rows, |row| row.connection),
            column(rows, |row| row.version),
            column(rows, |row| row.remote_space.clone()),
            column(rows, |row| row.remote_id.clone()),
            column(rows, |row| row.due_at),
            column(rows, |row| row.waits),
            column(rows, |row| row.held),
            column(rows, |row| row.doc),
        ];
        (!rows.is_empty()).then_some((sql, values))
    }
}

/// Rows of `record`, in order of the key: connection, id, id space, person.
pub(super) fn records(
    rows: BTreeSet<(i64, String, String, i64)>,
    sql: &'static str,
) -> Option<Statement<'static>> {
    let rows: Vec<_> = rows.into_iter().collect();
    let values = vec![
        column(&rows, |row| row.0),
        column(&rows, |row| row.1.clone()),
        column(&rows, |row| row.2.clone()),
        column(&rows, |row| row.3),
    ];
    (!rows.is_empty()).then_some((sql, values))
}

/// Rows that leave `due`: connection, instant, person.
pub(super) fn no_longer_due(rows: BTreeSet<(i64, i64, i64)>) -> Option<Statement<'static>> {
    let rows: Vec<_> = rows.into_iter().collect();
    let values = vec![column(&rows, |row| row.0), column(&rows, |row| row.1), column(&rows, |row| row.2)];
    (!rows.is_empty()).then_some((NO_LONGER_DUE, values))
}

/// Rows of `due`: connection, instant, person, whether it waits without a line.
pub(super) fn due(rows: BTreeSet<(i64, i64, i64, bool)>) -> Option<Statement<'static>> {
    let rows: Vec<_> = rows.into_iter().collect();
    let values = vec![
        column(&rows, |row| row.0),
        column(&rows, |row| row.1),
        column(&rows, |row| row.2),
        column(&rows, |row| row.3),
    ];
    (!rows.is_empty()).then_some((DUE, values))
}
