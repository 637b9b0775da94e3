//! Reading what waits: transfers without a line, and links that wait for somebody. Where rows are large, fewer are sent.

use std::collections::BTreeSet;

use model::{ClubId, ConnectionId, PersonId};
use tokio_postgres::Row;

use super::people::{at_most, link};
use super::session::Session;
use crate::{Result, Waiting};

/// How many bytes of documents are read; the one that passes it is the last.
const MAX_BYTES: i64 = 4 << 20;

/// Transfers without a line, oldest first. Reads every entry of `due`, and goes from there.
macro_rules! first {
    () => {
        "SELECT due.at, due.connection, due.person FROM due
         CROSS JOIN LATERAL (SELECT FROM person WHERE id = due.person AND club = $1 OFFSET 0) AS here
         WHERE due.waits ORDER BY due.at, due.connection, due.person LIMIT $2"
    };
}

/// Links with their people in the order of `first`, until they fill the bytes of `$room`; sizes are known without reading
/// the documents.
macro_rules! within_bytes {
    ($first:expr, $room:literal) => {
        concat!(
            "WITH first AS MATERIALIZED (SELECT row_number() OVER () AS nth, * FROM (", $first, ") AS found),
             sized AS (SELECT first.nth, first.person, first.connection, coalesce(
                   sum(octet_length(link.doc) + octet_length(person.doc))
                     OVER (ORDER BY first.nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
                 FROM first
                 JOIN link ON link.person = first.person AND link.connection = first.connection
                 JOIN person ON person.id = first.person)
             SELECT true, link.person, link.connection, link.version, link.remote_space, link.remote_id, link.doc, person.doc
             FROM sized
             JOIN link ON link.person = sized.person AND link.connection = sized.connection
             JOIN person ON person.id = sized.person
             WHERE sized.before < ", $room, " ORDER BY sized.nth"
        )
    };
}

pub(super) const PEOPLE: &str = concat!("SELECT person FROM (", first!(), ") AS first");
pub(super) const WAITING: &str = within_bytes!(first!(), "$3");
/// Relies on `link_held`.
pub(super) const HELD: &str = within_bytes!(
    "SELECT person, connection FROM link WHERE connection = $1 AND held AND person > $2 ORDER BY person LIMIT $3",
    "$4"
);

/// Transfers of a club that have no line yet, oldest first.
pub(super) async fn waiting(session: &Session, club: ClubId, limit: usize) -> Result<Vec<Waiting>> {
    read(&session.rows(WAITING, &[&club.0, &at_most(limit), &MAX_BYTES]).await?)
}

/// The people of such transfers, in order of number.
pub(super) async fn people(session: &Session, club: ClubId, limit: usize) -> Result<Vec<PersonId>> {
    let rows = session.rows(PEOPLE, &[&club.0, &at_most(limit)]).await?;
    let people: BTreeSet<PersonId> = rows.iter().map(|row| PersonId(row.get(0))).collect();
    Ok(people.into_iter().collect())
}

/// Links of a connection that wait for somebody, in order of person.
pub(super) async fn held(
    session: &Session,
    connection: ConnectionId,
    after: PersonId,
    limit: usize,
) -> Result<Vec<Waiting>> {
    read(&session.rows(HELD, &[&connection.0, &after.0, &at_most(limit), &MAX_BYTES]).await?)
}

fn read(rows: &[Row]) -> Result<Vec<Waiting>> {
    let waiting = |row: &Row| Ok(Waiting { person: serde_json::from_str(row.get(7))?, link: link(row)? });
    rows.iter().map(waiting).collect()
}
