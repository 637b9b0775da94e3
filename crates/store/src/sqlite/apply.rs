//! Keeping decisions: check what they assumed, then write. Every check comes before the first write of its item, so
//! that a stale item leaves nothing behind.

use model::{Field, Line, Link, Person, PersonId, RemoteId, State};
use rusqlite::{Connection, OptionalExtension, params};

use super::{people, search};
use crate::{Expect, Receipt, Result, Settlement, Verdict, check_revision, next_version};

/// Keeps an accepted report.
pub(super) fn receive(db: &Connection, receipt: &Receipt) -> Result<Verdict> {
    let person = &receipt.person.person;
    if !still_so(db, person, &receipt.person.expect)? {
        return Ok(Verdict::Stale);
    }
    for link in &receipt.links {
        match check_link(db, link)? {
            Verdict::Applied => {}
            other => return Ok(other),
        }
    }
    keep_person(db, person, &receipt.person.expect, &receipt.links)?;
    for link in &receipt.links {
        keep_link(db, link)?;
    }
    receipt.lines.iter().try_for_each(|kept| line(db, kept))?;
    Ok(Verdict::Applied)
}

/// Keeps what a lane did.
pub(super) fn settle(db: &Connection, settlement: &Settlement) -> Result<Verdict> {
    match check_link(db, &settlement.link)? {
        Verdict::Applied => {}
        other => return Ok(other),
    }
    keep_link(db, &settlement.link)?;
    search::add_record(db, &settlement.link)?;
    settlement.lines.iter().try_for_each(|kept| line(db, kept))?;
    Ok(Verdict::Applied)
}

fn still_so(db: &Connection, person: &Person, expect: &Expect) -> Result<bool> {
    if let Expect::New { name_key, namesakes } = expect
        && people::namesakes(db, person.club, name_key)? != *namesakes
    {
        return Ok(false);
    }
    let stored: Option<i64> = db
        .prepare_cached("SELECT revision FROM person WHERE id = ?1")?
        .query_row([person.id.0], |row| row.get(0))
        .optional()?;
    Ok(check_revision(person, stored.map(|revision| revision as u64), expect))
}

fn check_link(db: &Connection, link: &Link) -> Result<Verdict> {
    let stored: Option<i64> = db
        .prepare_cached("SELECT version FROM link WHERE person = ?1 AND connection = ?2")?
        .query_row([link.person.0, link.connection.0], |row| row.get(0))
        .optional()?;
    if stored.unwrap_or(0) != link.version as i64 {
        return Ok(Verdict::Stale);
    }
    if let Some(record) = &link.record {
        match people::owner_of(db, link.connection, record)? {
            Some(other) if other != link.person => return Ok(Verdict::Taken(other)),
            _ => {}
        }
    }
    Ok(Verdict::Applied)
}

fn keep_person(db: &Connection, person: &Person, expect: &Expect, links: &[Link]) -> Result<()> {
    let doc = serde_json::to_string(person)?;
    let owner = person.profile.entry(Field::Owner).map(|entry| entry.0);
    let source = person.profile.entry(Field::LeadSource).map(|entry| entry.0);
    let name_key = person.profile.name_key();
    search::replace_terms(db, person, links)?;
    if let Expect::Revision(_) = expect {
        db.prepare_cached(
            "UPDATE person SET club = ?2, revision = ?3, name_key = ?4, owner = ?5, lead_source = ?6, doc = ?7
             WHERE id = ?1",
        )?
        .execute(params![person.id.0, person.club.0, person.revision as i64, name_key, owner, source, doc])?;
    } else {
        db.prepare_cached(
            "INSERT INTO person (id, club, revision, name_key, owner, lead_source, doc) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![person.id.0, person.club.0, person.revision as i64, name_key, owner, source, doc])?;
    }
    Ok(())
}

fn keep_link(db: &Connection, link: &Link) -> Result<()> {
    let doc = serde_json::to_string(link)?;
    let due_at = link.due_at().map(|at| at.0);
    let held = matches!(link.state, State::Held(_));
    let waits = link.line.is_none() && !link.pending.is_empty();
    let (space, id) = link.record.as_ref().map_or((None, None), |r| (Some(&r.space), Some(&r.id)));
    if link.version == 0 {
        db.prepare_cached(
            "INSERT INTO link (person, connection, version, remote_space, remote_id, due_at, waits, held, doc)
             VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![link.person.0, link.connection.0, space, id, due_at, waits, held, doc])?;
    } else {
        db.prepare_cached(
            "UPDATE link SET version = ?3, remote_space = ?4, remote_id = ?5, due_at = ?6, waits = ?7, held = ?8,
                    doc = ?9
             WHERE person = ?1 AND connection = ?2",
        )?
        .execute(params![
            link.person.0,
            link.connection.0,
            next_version(link) as i64,
            space,
            id,
            due_at,
            waits,
            held,
            doc
        ])?;
    }
    link.former.iter().try_for_each(|former| keep_former(db, link, former, link.person))
}

fn keep_former(db: &Connection, link: &Link, former: &RemoteId, person: PersonId) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO former_record (connection, remote_id, remote_space, person) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![link.connection.0, former.id, former.space, person.0])?;
    Ok(())
}

/// Keeps a line, or what it has become. A line that only now learns its person is written anew, so that the others
/// leave the index by person alone.
pub(super) fn line(db: &Connection, line: &Line) -> Result<()> {
    if upsert(db, line)? == 0 {
        db.prepare_cached("DELETE FROM line WHERE club = ?1 AND tracking = ?2 AND about = ?3")?
            .execute(params![line.club.0, line.tracking.0.as_bytes().as_slice(), line.about.0])?;
        upsert(db, line)?;
    }
    Ok(())
}

fn upsert(db: &Connection, line: &Line) -> Result<usize> {
    let facts = serde_json::to_string(&line.facts)?;
    let changed = db
        .prepare_cached(
            "INSERT INTO line (club, tracking, about, person, level, turn, open, changed, sender, facts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (club, tracking, about) DO UPDATE SET
           level = excluded.level, turn = excluded.turn, open = excluded.open, changed = excluded.changed,
           sender = excluded.sender, facts = excluded.facts
           WHERE person IS excluded.person",
        )?
        .execute(params![
            line.club.0,
            line.tracking.0.as_bytes().as_slice(),
            line.about.0,
            line.person.map(|person| person.0),
            super::log::word(&line.level)?,
            super::log::word(&line.turn)?,
            line.open,
            line.changed.0,
            line.facts.from.map(|from| from.0),
            facts
        ])?;
    Ok(changed)
}
