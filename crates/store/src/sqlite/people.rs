//! Reading people and links.

use std::collections::BTreeSet;

use model::{ClubId, ConnectionId, EntryId, Link, Moment, Person, PersonId, RemoteId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use crate::{Due, Identified, Result, Subject, Waiting, Who};

/// Whom a report may be about.
pub(super) fn identify(db: &Connection, who: Who<'_>) -> Result<Identified> {
    if let Some(person) = owner_of(db, who.connection, who.record)?
        && let Some(subject) = subject(db, person)?
    {
        return Ok(Identified::Linked(Box::new(subject)));
    }
    let people = namesakes(db, who.club, who.name_key)?;
    let subjects = people.into_iter().map(|person| subject(db, person)).collect::<Result<Vec<_>>>()?;
    Ok(Identified::Namesakes(subjects.into_iter().flatten().collect()))
}

/// The person behind a connection's number.
pub(super) fn owner_of(
    db: &Connection,
    connection: ConnectionId,
    record: &RemoteId,
) -> Result<Option<PersonId>> {
    let key = params![connection.0, record.id, record.space];
    let current = db
        .prepare_cached(
            "SELECT person FROM link WHERE connection = ?1 AND remote_id = ?2 AND remote_space = ?3",
        )?
        .query_row(key, |row| row.get(0).map(PersonId))
        .optional()?;
    if current.is_some() {
        return Ok(current);
    }
    Ok(db
        .prepare_cached(
            "SELECT person FROM former_record WHERE connection = ?1 AND remote_id = ?2 AND remote_space = ?3",
        )?
        .query_row(key, |row| row.get(0).map(PersonId))
        .optional()?)
}

/// Everyone of a folded full name in a club, in order of number; the nameless have no namesakes. Relies on `person_name`.
pub(super) fn namesakes(db: &Connection, club: ClubId, name_key: &str) -> Result<Vec<PersonId>> {
    if name_key.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement =
        db.prepare_cached("SELECT id FROM person WHERE club = ?1 AND name_key = ?2 ORDER BY id LIMIT 100")?;
    let rows = statement.query_map(params![club.0, name_key], |row| row.get(0).map(PersonId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A person with all links.
pub(super) fn subject(db: &Connection, id: PersonId) -> Result<Option<Subject>> {
    let doc: Option<String> = db
        .prepare_cached("SELECT doc FROM person WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    let Some(doc) = doc else { return Ok(None) };
    let person: Person = serde_json::from_str(&doc)?;
    Ok(Some(Subject { links: links(db, id)?, person }))
}

pub(super) fn links(db: &Connection, person: PersonId) -> Result<Vec<Link>> {
    let mut statement = db.prepare_cached(
        "SELECT person, connection, version, remote_space, remote_id, doc FROM link WHERE person = ?1 ORDER BY connection",
    )?;
    let mut rows = statement.query([person.0])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(link(row)?);
    }
    Ok(links)
}

fn link(row: &Row<'_>) -> Result<Link> {
    let doc = row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?;
    let mut link: Link = serde_json::from_str(doc)?;
    link.person = PersonId(row.get(0)?);
    link.connection = ConnectionId(row.get(1)?);
    link.version = row.get::<_, i64>(2)? as u64;
    let space: Option<String> = row.get(3)?;
    let id: Option<String> = row.get(4)?;
    link.record = space.zip(id).map(|(space, id)| RemoteId { space, id });
    Ok(link)
}

/// What is due on a connection, soonest first, but for the people of some clubs. Relies on `link_due`; a person is looked
/// at only where clubs are left out.
pub(super) fn due(
    db: &Connection,
    connection: ConnectionId,
    but: &[ClubId],
    limit: usize,
) -> Result<Vec<Due>> {
    let mut values = vec![Value::Integer(connection.0), Value::Integer(limit as i64)];
    let mut of_others = "";
    if !but.is_empty() {
        of_others =
            "AND (SELECT club FROM person WHERE id = link.person) NOT IN (SELECT value FROM json_each(?3))";
        values.push(Value::Text(serde_json::to_string(but)?));
    }
    let mut statement = db.prepare_cached(&format!(
        "SELECT person, due_at FROM link WHERE connection = ?1 AND due_at IS NOT NULL {of_others}
         ORDER BY due_at, person LIMIT ?2"
    ))?;
    let rows = statement.query_map(params_from_iter(values), |row| {
        Ok(Due { person: PersonId(row.get(0)?), at: Moment(row.get(1)?) })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Where transfers that have no line yet are found. Relies on `link_due`, of which it reads every entry.
const WAITING: &str = "link INDEXED BY link_due CROSS JOIN person ON person.id = link.person
               WHERE link.due_at IS NOT NULL AND link.waits = 1 AND person.club = ?1
               ORDER BY link.due_at, link.connection, link.person LIMIT ?2";

/// The people of transfers of a club that have no line yet.
pub(super) fn waiting_people(db: &Connection, club: ClubId, limit: usize) -> Result<Vec<PersonId>> {
    let mut statement = db.prepare_cached(&format!("SELECT link.person FROM {WAITING}"))?;
    let rows = statement.query_map(params![club.0, limit as i64], |row| row.get(0).map(PersonId))?;
    let people = rows.collect::<rusqlite::Result<BTreeSet<PersonId>>>()?;
    Ok(people.into_iter().collect())
}

/// Transfers of a club that have no line yet, oldest first.
pub(super) fn waiting(db: &Connection, club: ClubId, limit: usize) -> Result<Vec<Waiting>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT link.person, link.connection, link.version, link.remote_space, link.remote_id, link.doc, person.doc
         FROM (SELECT link.person AS who, link.connection AS at FROM {WAITING})
         CROSS JOIN link ON link.person = who AND link.connection = at
         CROSS JOIN person ON person.id = link.person
         ORDER BY link.due_at, link.connection, link.person"
    ))?;
    within_bytes(statement.query(params![club.0, limit as i64])?)
}

/// Links with their people, until these are many bytes.
fn within_bytes(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Waiting>> {
    let mut waiting = Vec::new();
    let mut room = crate::WAITING_MAX_BYTES;
    while room > 0
        && let Some(row) = rows.next()?
    {
        let doc = row.get_ref(6)?.as_str().map_err(rusqlite::Error::from)?;
        let link_doc = row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?;
        room = room.saturating_sub(doc.len() + link_doc.len());
        waiting.push(Waiting { person: serde_json::from_str(doc)?, link: link(row)? });
    }
    Ok(waiting)
}

/// Links that wait for somebody, with their people. Relies on `link_held` and `link_person`.
pub(super) fn held(
    db: &Connection,
    connection: ConnectionId,
    after: PersonId,
    limit: usize,
) -> Result<Vec<Waiting>> {
    let mut statement = db.prepare_cached(
        "SELECT link.person, link.connection, link.version, link.remote_space, link.remote_id, link.doc, person.doc
         FROM link CROSS JOIN person ON person.id = link.person
         WHERE link.connection = ?1 AND link.held = 1 AND link.person > ?2 ORDER BY link.person LIMIT ?3",
    )?;
    within_bytes(statement.query(params![connection.0, after.0, limit as i64])?)
}

/// People who refer to a directory entry. Relies on `person_owner` and `person_lead_source`.
pub(super) fn referring(
    db: &Connection,
    entry: EntryId,
    after: PersonId,
    limit: usize,
) -> Result<Vec<PersonId>> {
    let mut statement = db.prepare_cached(
        "SELECT id FROM person WHERE owner = ?1 AND id > ?2
         UNION SELECT id FROM person WHERE lead_source = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    )?;
    let rows =
        statement.query_map(params![entry.0, after.0, limit as i64], |row| row.get(0).map(PersonId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// People of a club in order.
pub(super) fn of_club(db: &Connection, club: ClubId, after: PersonId, limit: usize) -> Result<Vec<Subject>> {
    let ids: Vec<PersonId> = db
        .prepare_cached("SELECT id FROM person WHERE club = ?1 AND id > ?2 ORDER BY id LIMIT ?3")?
        .query_map(params![club.0, after.0, limit as i64], |row| row.get(0).map(PersonId))?
        .collect::<rusqlite::Result<_>>()?;
    let subjects = ids.into_iter().map(|id| subject(db, id)).collect::<Result<Vec<_>>>()?;
    Ok(subjects.into_iter().flatten().collect())
}

/// People with a record at a connection.
pub(super) fn people_at(db: &Connection, connection: ConnectionId) -> Result<usize> {
    let count = "SELECT count(*) FROM link WHERE connection = ?1 AND remote_id IS NOT NULL";
    let people: i64 = db.prepare_cached(count)?.query_row([connection.0], |row| row.get(0))?;
    Ok(people as usize)
}

/// People in all, and held links per connection.
pub(super) fn counts(db: &Connection) -> Result<(u64, Vec<(ConnectionId, u64)>)> {
    let people: i64 = db.query_row("SELECT count(*) FROM person", [], |row| row.get(0))?;
    let held = db
        .prepare_cached("SELECT connection, count(*) FROM link WHERE held = 1 GROUP BY connection")?
        .query_map([], |row| Ok((ConnectionId(row.get(0)?), row.get::<_, i64>(1)? as u64)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok((people as u64, held))
}
