//! Keeping decisions: check what they assumed, then write. Every check comes before the first write of its item, so
//! that a stale item leaves nothing behind.

use std::sync::Arc;

use model::{Field, Line, Link, Person, PersonId, RemoteId};
use rusqlite::{Connection, OptionalExtension, params};

use super::{people, search};
use crate::sabotage::{self, Way};
use crate::written::{Written, WrittenLine, WrittenLink};
use crate::{Expect, Receipt, Result, Settlement, Verdict, check_revision, next_version};

/// Keeps an accepted report.
pub(super) fn receive(db: &Connection, receipt: &Written<Arc<Receipt>>) -> Result<Verdict> {
    let wanted = &receipt.item.person;
    let person = &wanted.person;
    if !still_so(db, person, &wanted.expect)? {
        return Ok(Verdict::Stale);
    }
    let is_new = matches!(wanted.expect, Expect::New { .. });
    let mut news = Vec::with_capacity(receipt.item.links.len());
    for link in &receipt.item.links {
        match check_link(db, link, is_new)? {
            Checked::Fine { record_is_new } => news.push(record_is_new),
            Checked::Not(verdict) => return Ok(verdict),
        }
    }
    keep_person(db, receipt)?;
    for ((link, written), record_is_new) in receipt.item.links.iter().zip(&receipt.links).zip(news) {
        keep_link(db, link, written, record_is_new)?;
    }
    receipt.item.lines.iter().zip(&receipt.lines).try_for_each(|(kept, written)| line(db, kept, written))?;
    Ok(Verdict::Applied)
}

/// Keeps what a lane did.
pub(super) fn settle(db: &Connection, settlement: &Written<Settlement>) -> Result<Verdict> {
    let link = &settlement.item.link;
    let record_is_new = match check_link(db, link, false)? {
        Checked::Fine { record_is_new } => record_is_new,
        Checked::Not(verdict) => return Ok(verdict),
    };
    for written in &settlement.links {
        keep_link(db, link, written, record_is_new)?;
    }
    if record_is_new {
        search::add_record(db, link)?;
    }
    settlement
        .item
        .lines
        .iter()
        .zip(&settlement.lines)
        .try_for_each(|(kept, written)| line(db, kept, written))?;
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

/// What checking a link found.
enum Checked {
    /// It may be kept; a record that is new to it wants its index entries.
    Fine { record_is_new: bool },
    /// It may not.
    Not(Verdict),
}

fn check_link(db: &Connection, link: &Link, of_new_person: bool) -> Result<Checked> {
    let mut record_is_new = true;
    if !of_new_person {
        let stored: Option<(i64, Option<String>, Option<String>)> = db
            .prepare_cached(
                "SELECT version, remote_space, remote_id FROM link WHERE person = ?1 AND connection = ?2",
            )?
            .query_row([link.person.0, link.connection.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let (version, space, id) = stored.unwrap_or_default();
        if version != link.version as i64 && !sabotage::is(Way::FenceRemoved) {
            return Ok(Checked::Not(Verdict::Stale));
        }
        record_is_new = space.zip(id).map(|(space, id)| RemoteId { space, id }) != link.record;
    }
    if let Some(record) = link.record.as_ref().filter(|_| record_is_new) {
        match people::owner_of(db, link.connection, record)? {
            Some(other) if other != link.person => return Ok(Checked::Not(Verdict::Taken(other))),
            _ => {}
        }
    }
    Ok(Checked::Fine { record_is_new })
}

fn keep_person(db: &Connection, receipt: &Written<Arc<Receipt>>) -> Result<()> {
    let person = &receipt.item.person.person;
    let owner = person.profile.entry(Field::Owner).map(|entry| entry.0);
    let source = person.profile.entry(Field::LeadSource).map(|entry| entry.0);
    let (name_key, doc) = (&receipt.name_key, &receipt.person);
    search::replace_terms(db, person, &receipt.item.links)?;
    if let Expect::Revision(_) = receipt.item.person.expect {
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

fn keep_link(db: &Connection, link: &Link, doc: &WrittenLink, record_is_new: bool) -> Result<()> {
    let due_at = link.rank().map(|at| at.0);
    let held = link.waits_for_somebody();
    let waits = link.line.is_none() && !link.pending.is_empty();
    let (space, id) = link.record.as_ref().map_or((None, None), |r| (Some(&r.space), Some(&r.id)));
    let (person, connection, version) = (link.person.0, link.connection.0, next_version(link) as i64);
    if link.version == 0 {
        db.prepare_cached(
            "INSERT INTO link (person, connection, version, remote_space, remote_id, due_at, waits, held, doc)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![person, connection, version, space, id, due_at, waits, held, doc])?;
    } else if record_is_new {
        db.prepare_cached(
            "UPDATE link SET version = ?3, due_at = ?4, waits = ?5, held = ?6, doc = ?7, remote_space = ?8, remote_id = ?9
             WHERE person = ?1 AND connection = ?2",
        )?
        .execute(params![person, connection, version, due_at, waits, held, doc, space, id])?;
    } else {
        db.prepare_cached(
            "UPDATE link SET version = ?3, due_at = ?4, waits = ?5, held = ?6, doc = ?7
             WHERE person = ?1 AND connection = ?2",
        )?
        .execute(params![person, connection, version, due_at, waits, held, doc])?;
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
pub(super) fn line(db: &Connection, line: &Line, written: &WrittenLine) -> Result<()> {
    if upsert(db, line, written)? == 0 {
        db.prepare_cached("DELETE FROM line WHERE club = ?1 AND tracking = ?2 AND about = ?3")?
            .execute(params![line.club.0, line.tracking.0.as_bytes().as_slice(), line.about.0])?;
        upsert(db, line, written)?;
    }
    Ok(())
}

fn upsert(db: &Connection, line: &Line, written: &WrittenLine) -> Result<usize> {
    let changed = db
        .prepare_cached(
            "INSERT INTO line (club, tracking, about, person, level, turn, open, changed, sender, facts, entry)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
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
            written.level,
            written.turn,
            line.open,
            line.changed.0,
            line.facts.from.map(|from| from.0),
            written.facts,
            line.entry.map(|entry| entry.0)
        ])?;
    Ok(changed)
}
