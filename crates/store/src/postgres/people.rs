//! Reading people and links. One statement is one answer, so that a person and the links are from one commit.

use std::collections::BTreeMap;

use model::{ClubId, ConnectionId, EntryId, Link, Moment, Person, PersonId, RemoteId};
use tokio_postgres::Row;

use super::session::Session;
use super::text::{kept, key, read};
use crate::{Due, Identified, Result, Subject, Who};

/// The rows of the people in `who`: a person's has no connection. To be followed by nothing.
macro_rules! subjects {
    ($who:literal) => {
        concat!(
            "WITH who AS MATERIALIZED (", $who, ")
             SELECT linked, person.id, NULL::bigint, NULL::bigint, NULL::text, NULL::text, person.doc
             FROM who JOIN person ON person.id = who.id
             UNION ALL
             SELECT linked, link.person, link.connection, link.version, link.remote_space, link.remote_id, link.doc
             FROM who JOIN link ON link.person = who.id"
        )
    };
}
pub(super) use subjects;

/// Relies on the keys of `record` and `person`, and on `person_name`.
pub(super) const IDENTIFY: &str = subjects!(
    "WITH owner AS MATERIALIZED (
       SELECT id FROM person WHERE id =
         (SELECT person FROM record WHERE connection = $1 AND remote_id = $2 AND remote_space = $3))
     SELECT id, true AS linked FROM owner
     UNION ALL
     (SELECT id, false FROM person
      WHERE club = $4 AND name_key = $5 AND $5 <> '' AND NOT EXISTS (SELECT FROM owner) ORDER BY id LIMIT 100)"
);
pub(super) const SUBJECT: &str = subjects!("SELECT $1::bigint AS id, true AS linked");
/// Sorts the numbers of one club; walking the people in order would walk those of all other clubs too.
pub(super) const OF_CLUB: &str = subjects!(
    "SELECT id, true AS linked FROM (SELECT id FROM person WHERE club = $1 OFFSET 0) AS here
     WHERE id > $2 ORDER BY id LIMIT $3"
);
pub(super) const OWNER: &str =
    "SELECT person FROM record WHERE connection = $1 AND remote_id = $2 AND remote_space = $3";
pub(super) const DUE: &str = "SELECT person, at FROM due WHERE connection = $1 ORDER BY at, person LIMIT $2";
pub(super) const DUE_BUT: &str = "SELECT person, at FROM due
     WHERE connection = $1 AND (SELECT club FROM person WHERE id = due.person) <> ALL($3::bigint[])
     ORDER BY at, person LIMIT $2";
pub(super) const REFERRING: &str = "SELECT id FROM person WHERE owner = $1 AND id > $2
     UNION SELECT id FROM person WHERE lead_source = $1 AND id > $2 ORDER BY id LIMIT $3";
/// By the key of the numbers: links have no index that begins with the connection.
pub(super) const PEOPLE_AT: &str = "SELECT count(DISTINCT person) FROM record WHERE connection = $1";
pub(super) const COUNTS: &str = "SELECT NULL::bigint AS connection, count(*) FROM person
     UNION ALL SELECT connection, count(*) FROM link WHERE held GROUP BY connection ORDER BY connection NULLS FIRST";

/// A limit as the database takes it.
pub(super) fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Whom a report may be about.
pub(super) async fn identify(session: &Session, who: Who<'_>) -> Result<Identified> {
    let (id, space, name) = (key(&who.record.id), key(&who.record.space), key(who.name_key));
    let rows = session.rows(IDENTIFY, &[&who.connection.0, &id, &space, &who.club.0, &name]).await?;
    let linked = rows.first().is_some_and(|row| row.get(0));
    let mut people = subjects_of(&rows)?;
    match people.pop() {
        Some(subject) if linked => Ok(Identified::Linked(Box::new(subject))),
        last => {
            people.extend(last);
            Ok(Identified::Namesakes(people))
        }
    }
}

/// A person with all links.
pub(super) async fn subject(session: &Session, person: PersonId) -> Result<Option<Subject>> {
    Ok(subjects_of(&session.rows(SUBJECT, &[&person.0]).await?)?.pop())
}

/// People of a club in order.
pub(super) async fn of_club(
    session: &Session,
    club: ClubId,
    after: PersonId,
    limit: usize,
) -> Result<Vec<Subject>> {
    subjects_of(&session.rows(OF_CLUB, &[&club.0, &after.0, &at_most(limit)]).await?)
}

/// The person behind a connection's number.
pub(super) async fn owner_of(
    session: &Session,
    connection: ConnectionId,
    record: &RemoteId,
) -> Result<Option<PersonId>> {
    let row = session.row(OWNER, &[&connection.0, &key(&record.id), &key(&record.space)]).await?;
    Ok(row.map(|row| PersonId(row.get(0))))
}

/// People with their links, in order of number.
pub(super) fn subjects_of(rows: &[Row]) -> Result<Vec<Subject>> {
    let mut people = BTreeMap::new();
    for row in rows.iter().filter(|row| row.get::<_, Option<i64>>(2).is_none()) {
        let person: Person = serde_json::from_str(row.get(6))?;
        people.insert(row.get::<_, i64>(1), Subject { person, links: Vec::new() });
    }
    for row in rows.iter().filter(|row| row.get::<_, Option<i64>>(2).is_some()) {
        if let Some(subject) = people.get_mut(&row.get::<_, i64>(1)) {
            subject.links.push(link(row)?);
        }
    }
    let mut people: Vec<Subject> = people.into_values().collect();
    for subject in &mut people {
        subject.links.sort_by_key(|link| link.connection);
    }
    Ok(people)
}

/// Columns 1 to 6: person, connection, version, id space, id, document.
pub(super) fn link(row: &Row) -> Result<Link> {
    let mut link: Link = serde_json::from_str(row.get(6))?;
    link.person = PersonId(row.get(1));
    link.connection = ConnectionId(row.get(2));
    link.version = row.get::<_, i64>(3) as u64;
    link.record = record(row.get(4), row.get(5));
    Ok(link)
}

/// A record's number from its columns.
pub(super) fn record(space: Option<String>, id: Option<String>) -> Option<RemoteId> {
    space.zip(id).map(|(space, id)| RemoteId { space: read(space), id: read(id) })
}

/// A record's number as its columns: id space and id.
pub(super) fn columns(link: &Link) -> (Option<String>, Option<String>) {
    link.record.as_ref().map_or((None, None), |record| {
        (Some(kept(&record.space).into_owned()), Some(kept(&record.id).into_owned()))
    })
}

/// What is due on a connection, soonest first, but for the people of some clubs; a person is looked at only where clubs are
/// left out.
pub(super) async fn due(
    session: &Session,
    connection: ConnectionId,
    but: &[ClubId],
    limit: usize,
) -> Result<Vec<Due>> {
    let clubs: Vec<i64> = but.iter().map(|club| club.0).collect();
    let rows = if clubs.is_empty() {
        session.rows(DUE, &[&connection.0, &at_most(limit)]).await?
    } else {
        session.rows(DUE_BUT, &[&connection.0, &at_most(limit), &clubs]).await?
    };
    Ok(rows.iter().map(|row| Due { person: PersonId(row.get(0)), at: Moment(row.get(1)) }).collect())
}

/// People who refer to a directory entry.
pub(super) async fn referring(
    session: &Session,
    entry: EntryId,
    after: PersonId,
    limit: usize,
) -> Result<Vec<PersonId>> {
    let rows = session.rows(REFERRING, &[&entry.0, &after.0, &at_most(limit)]).await?;
    Ok(rows.iter().map(|row| PersonId(row.get(0))).collect())
}

/// People with a record at a connection.
pub(super) async fn people_at(session: &Session, connection: ConnectionId) -> Result<usize> {
    let row = session.row(PEOPLE_AT, &[&connection.0]).await?;
    Ok(row.map_or(0, |row| row.get::<_, i64>(0) as usize))
}

/// People in all, and held links per connection.
pub(super) async fn counts(session: &Session) -> Result<(u64, Vec<(ConnectionId, u64)>)> {
    let rows = session.rows(COUNTS, &[]).await?;
    let mut counted = rows.iter().map(|row| (row.get::<_, Option<i64>>(0), row.get::<_, i64>(1) as u64));
    let people = counted.next().map_or(0, |(_, people)| people);
    Ok((people, counted.filter_map(|(connection, held)| Some((ConnectionId(connection?), held))).collect()))
}

/// The first of a block of numbers that were never given.
pub(super) async fn next_numbers(session: &Session) -> Result<i64> {
    let rows = session.transaction(vec![("SELECT nextval('person_number')", vec![])]).await;
    let rows = rows.map_err(|trouble| session.error(&trouble))?;
    rows.iter().flatten().next().map(|row| row.get(0)).ok_or(crate::Error::Closed)
}
