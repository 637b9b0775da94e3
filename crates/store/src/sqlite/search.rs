//! Search by person, and the indexer behind the accept.
//!
//! New people are indexed a little later, in order of number; a change of someone who is indexed already replaces the
//! terms in the same commit.

use std::collections::BTreeSet;

use model::{ClubId, Link, Person, PersonId};
use rusqlite::{Connection, OptionalExtension, params};

use super::people;
use crate::{Result, terms};

fn indexed_up_to(db: &Connection) -> Result<i64> {
    Ok(db
        .prepare_cached("SELECT at FROM progress WHERE name = 'person_term'")?
        .query_row([], |row| row.get(0))?)
}

fn add(db: &Connection, club: ClubId, person: PersonId, terms: &BTreeSet<String>) -> Result<()> {
    let mut insert =
        db.prepare_cached("INSERT OR IGNORE INTO person_term (club, term, person) VALUES (?1, ?2, ?3)")?;
    for term in terms {
        insert.execute(params![club.0, term, person.0])?;
    }
    Ok(())
}

/// Indexes the next people; answers how many there were.
pub(super) fn index_people(db: &Connection, limit: usize) -> Result<usize> {
    let done = indexed_up_to(db)?;
    let next: Vec<i64> = db
        .prepare_cached("SELECT id FROM person WHERE id > ?1 ORDER BY id LIMIT ?2")?
        .query_map(params![done, limit as i64], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in &next {
        if let Some(subject) = people::subject(db, PersonId(*id))? {
            let person = &subject.person;
            add(db, person.club, person.id, &terms::of(&person.profile, &subject.links))?;
        }
    }
    if let Some(last) = next.last() {
        db.prepare_cached("UPDATE progress SET at = ?1 WHERE name = 'person_term'")?.execute([last])?;
    }
    Ok(next.len())
}

/// Brings the terms of a person up to date whom the indexer has passed: one who changed, or one who is new and whose
/// number is lower than that of people who were committed earlier. Call before the person's row is written.
pub(super) fn replace_terms(db: &Connection, person: &Person, links: &[Link]) -> Result<()> {
    if person.id.0 > indexed_up_to(db)? {
        return Ok(());
    }
    let Some(before) = people::subject(db, person.id)? else {
        return add(db, person.club, person.id, &terms::of(&person.profile, links));
    };
    let untouched = |link: &&Link| links.iter().all(|new| new.connection != link.connection);
    let links: Vec<Link> = before.links.iter().filter(untouched).chain(links).cloned().collect();
    let old = terms::of(&before.person.profile, &before.links);
    let new = terms::of(&person.profile, &links);
    let moved = before.person.club != person.club;
    let mut remove =
        db.prepare_cached("DELETE FROM person_term WHERE club = ?1 AND term = ?2 AND person = ?3")?;
    for term in old.iter().filter(|term| moved || !new.contains(*term)) {
        remove.execute(params![before.person.club.0, term, person.id.0])?;
    }
    let added = new.into_iter().filter(|term| moved || !old.contains(term)).collect();
    add(db, person.club, person.id, &added)
}

/// Adds the record's number of a person who is indexed already.
pub(super) fn add_record(db: &Connection, link: &Link) -> Result<()> {
    let Some(record) = &link.record else { return Ok(()) };
    if link.person.0 > indexed_up_to(db)? {
        return Ok(());
    }
    let club: Option<i64> = db
        .prepare_cached("SELECT club FROM person WHERE id = ?1")?
        .query_row([link.person.0], |row| row.get(0))
        .optional()?;
    let Some(club) = club else { return Ok(()) };
    add(db, ClubId(club), link.person, &BTreeSet::from([terms::of_record(record)]))
}

/// People of whom every word begins a term. Relies on the key of `person_term`.
pub(super) fn search(db: &Connection, club: ClubId, words: &[String], limit: usize) -> Result<Vec<PersonId>> {
    let mut found: Option<BTreeSet<PersonId>> = None;
    for word in words {
        let mut people = BTreeSet::new();
        for prefix in terms::wanted(word).into_iter().filter(|prefix| !prefix.is_empty()) {
            let end = format!("{prefix}\u{10FFFF}");
            let mut statement = db.prepare_cached(
                "SELECT person FROM person_term WHERE club = ?1 AND term >= ?2 AND term < ?3 LIMIT 20000",
            )?;
            let rows = statement.query_map(params![club.0, prefix, end], |row| row.get(0).map(PersonId))?;
            people.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
        }
        found = Some(match found {
            None => people,
            Some(before) => before.intersection(&people).copied().collect(),
        });
    }
    Ok(found.unwrap_or_default().into_iter().rev().take(limit).collect())
}
