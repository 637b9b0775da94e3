//! Search by person, and the indexer behind the accept.
//!
//! New people are indexed a little later, in order of number; a change of someone who is indexed already replaces the
//! terms in the same commit. Whoever writes people holds the indexer's lock shared, and the indexer holds it alone: how far
//! it is cannot move between a commit's look at it and that commit's end.

use std::collections::{BTreeMap, BTreeSet};

use model::{ClubId, PersonId};

use super::people::{self, at_most};
use super::session::{Session, Statement, Trouble};
use super::text::kept;
use crate::{Error, Result, Subject, terms};

/// Held by everyone who writes people.
pub(super) const BESIDE_INDEXER: &str = "SELECT pg_advisory_xact_lock_shared(1129270862, 3)";
const AS_INDEXER: &str = "SELECT pg_advisory_xact_lock(1129270862, 3)";
pub(super) const INDEXED: &str = "SELECT at FROM progress WHERE name = 'person_term'";
pub(super) const MORE: &str =
    "SELECT FROM person WHERE id > (SELECT at FROM progress WHERE name = 'person_term') LIMIT 1";
pub(super) const NEXT: &str = people::subjects!(
    "SELECT id, true AS linked FROM person
     WHERE id > (SELECT at FROM progress WHERE name = 'person_term') ORDER BY id LIMIT $1"
);
const PASSED: &str = "UPDATE progress SET at = $1 WHERE name = 'person_term'";
pub(super) const ADD: &str = "INSERT INTO person_term (club, term, person)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING";
pub(super) const REMOVE: &str = "DELETE FROM person_term USING unnest($1::bigint[], $2::text[], $3::bigint[]) AS gone(club, term, person)
     WHERE person_term.club = gone.club AND person_term.term = gone.term AND person_term.person = gone.person";
/// Adds the number of a record to the terms of its person, if the indexer has passed them.
pub(super) const ADD_RECORD: &str = "INSERT INTO person_term (club, term, person)
     SELECT person.club, new.term, person.id
     FROM unnest($1::bigint[], $2::text[]) AS new(person, term) JOIN person ON person.id = new.person
     WHERE person.id <= (SELECT at FROM progress WHERE name = 'person_term') ON CONFLICT DO NOTHING";
/// Each word is one range of the key, or two.
pub(super) const SEARCH: &str = "SELECT word.nth, found.person
     FROM unnest($2::bigint[], $3::text[], $4::text[]) AS word(nth, low, high)
     CROSS JOIN LATERAL (SELECT person FROM person_term
                         WHERE club = $1 AND term >= word.low AND term < word.high LIMIT 20000) AS found";

/// Terms by club, term and person.
#[derive(Default)]
pub(super) struct Terms(BTreeSet<(i64, String, i64)>);

impl Terms {
    pub(super) fn add(&mut self, club: ClubId, person: PersonId, terms: impl IntoIterator<Item = String>) {
        self.0.extend(terms.into_iter().map(|term| (club.0, kept(&term).into_owned(), person.0)));
    }

    fn columns(self, sql: &'static str) -> Option<Statement<'static>> {
        if self.0.is_empty() {
            return None;
        }
        let (mut clubs, mut terms, mut people) = (Vec::new(), Vec::new(), Vec::new());
        for (club, term, person) in self.0 {
            clubs.push(club);
            terms.push(term);
            people.push(person);
        }
        Some((sql, vec![Box::new(clubs), Box::new(terms), Box::new(people)]))
    }

    /// The statement that adds them, if there are any.
    pub(super) fn added(self) -> Option<Statement<'static>> {
        self.columns(ADD)
    }

    /// The statement that removes them, if there are any.
    pub(super) fn removed(self) -> Option<Statement<'static>> {
        self.columns(REMOVE)
    }
}

/// The statement that adds records' numbers, if there are any.
pub(super) fn records_added(records: BTreeSet<(i64, String)>) -> Option<Statement<'static>> {
    if records.is_empty() {
        return None;
    }
    let (people, terms): (Vec<i64>, Vec<String>) = records.into_iter().unzip();
    Some((ADD_RECORD, vec![Box::new(people), Box::new(terms)]))
}

/// What changes when a person who was indexed changes: terms to remove, and terms to add.
pub(super) fn changed(before: &Subject, after: &Subject) -> (Terms, Terms) {
    let old = terms::of(&before.person.profile, &before.links);
    let new = terms::of(&after.person.profile, &after.links);
    let moved = before.person.club != after.person.club;
    let (mut removed, mut added) = (Terms::default(), Terms::default());
    let gone = old.iter().filter(|term| moved || !new.contains(*term)).cloned();
    removed.add(before.person.club, before.person.id, gone);
    let come = new.iter().filter(|term| moved || !old.contains(*term)).cloned();
    added.add(after.person.club, after.person.id, come);
    (removed, added)
}

impl Terms {
    pub(super) fn extend(&mut self, others: Terms) {
        self.0.extend(others.0);
    }
}

/// Indexes the next people; answers how many there were.
pub(super) async fn index_people(session: &Session, limit: usize) -> Result<usize> {
    if limit == 0 || session.row(MORE, &[]).await?.is_none() {
        return Ok(0);
    }
    index_next(session, limit).await.map_err(|trouble| match trouble {
        Failed::Database(trouble) => session.error(&trouble),
        Failed::Store(error) => error,
    })
}

enum Failed {
    Database(Trouble),
    Store(Error),
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Failed::Database(trouble)
    }
}

async fn index_next(session: &Session, limit: usize) -> Result<usize, Failed> {
    let mut desk = session.desk().await?;
    let limit = at_most(limit);
    let look: Vec<Statement<'_>> =
        vec![("BEGIN", vec![]), (AS_INDEXER, vec![]), (NEXT, vec![Box::new(limit)])];
    let answers = desk.send(look).await?;
    let next =
        people::subjects_of(answers.last().map(Vec::as_slice).unwrap_or_default()).map_err(Failed::Store)?;
    let mut terms = Terms::default();
    for subject in &next {
        let person = &subject.person;
        terms.add(person.club, person.id, terms::of(&person.profile, &subject.links));
    }
    let mut statements: Vec<Statement<'_>> = terms.added().into_iter().collect();
    if let Some(last) = next.last() {
        statements.push((PASSED, vec![Box::new(last.person.id.0)]));
    }
    desk.commit(statements).await?;
    Ok(next.len())
}

/// People of whom every word begins a term.
pub(super) async fn search(
    session: &Session,
    club: ClubId,
    words: &[String],
    limit: usize,
) -> Result<Vec<PersonId>> {
    let (mut nths, mut lows, mut highs) = (Vec::new(), Vec::new(), Vec::new());
    for (nth, word) in words.iter().enumerate() {
        for prefix in terms::wanted(word).into_iter().filter(|prefix| !prefix.is_empty()) {
            let low = kept(&prefix).into_owned();
            nths.push(nth as i64);
            highs.push(format!("{low}\u{10FFFF}"));
            lows.push(low);
        }
    }
    let mut found: BTreeMap<i64, BTreeSet<PersonId>> =
        (0..words.len() as i64).map(|nth| (nth, BTreeSet::new())).collect();
    for row in session.rows(SEARCH, &[&club.0, &nths, &lows, &highs]).await? {
        found.entry(row.get(0)).or_default().insert(PersonId(row.get(1)));
    }
    let all = found.into_values().reduce(|one, other| one.intersection(&other).copied().collect());
    Ok(all.unwrap_or_default().into_iter().rev().take(limit).collect())
}
