//! What becomes of each job of a batch, decided on what was seen: the same checks, in the same order, as the embedded store
//! makes. What is fine adds to the rows that the batch writes; what is not adds nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Field, Line, Link, Person};

use super::look::Seen;
use super::people::columns;
use super::search::{self, Terms};
use super::session::Statement;
use super::text::key;
use super::writer::{Item, Job};
use super::{log, rows};
use crate::sabotage::{self, Way};
use crate::written::{Written, WrittenLine};
use crate::{Expect, Receipt, Settlement, Subject, Verdict, check_revision, next_version, terms};

/// The rows that a batch writes.
#[derive(Default)]
pub(super) struct Rows<'a> {
    new_people: rows::People<'a>,
    people: rows::People<'a>,
    new_links: rows::Links<'a>,
    links: rows::Links<'a>,
    lost: BTreeSet<(i64, String, String, i64)>,
    records: BTreeSet<(i64, String, String, i64)>,
    former: BTreeSet<(i64, String, String, i64)>,
    no_longer_due: BTreeSet<(i64, i64, i64)>,
    due: BTreeSet<(i64, i64, i64, bool)>,
    removed: Terms,
    added: Terms,
    added_records: BTreeSet<(i64, String)>,
    lines: Vec<(&'a Line, &'a WrittenLine)>,
}

/// The verdict on each job, and what is to be written.
pub(super) fn decide<'a>(seen: &Seen, batch: &'a [Job]) -> (Vec<Verdict>, Rows<'a>) {
    let mut rows = Rows::default();
    let verdict = |job: &'a Job| match &job.item {
        Item::Receive(receipt) => rows.receive(seen, receipt),
        Item::Settle(settlement) => rows.settle(seen, settlement),
    };
    (batch.iter().map(verdict).collect(), rows)
}

fn still_so(seen: &Seen, person: &Person, expect: &Expect) -> bool {
    if let Expect::New { name_key, namesakes } = expect
        && seen.namesakes(person.club, name_key) != *namesakes
    {
        return false;
    }
    check_revision(person, seen.people.get(&person.id).map(|seen| seen.revision), expect)
}

/// Whether a link may be kept, and then whether its record is new to it.
fn check_link(seen: &Seen, link: &Link) -> Result<bool, Verdict> {
    let stored = seen.links.get(&(link.person.0, link.connection.0));
    if stored.map_or(0, |stored| stored.version) != link.version && !sabotage::is(Way::FenceRemoved) {
        return Err(Verdict::Stale);
    }
    let record_is_new = stored.is_none_or(|stored| stored.record != link.record);
    match seen.owner_of(link) {
        Some(other) if record_is_new && other != link.person => Err(Verdict::Taken(other)),
        _ => Ok(record_is_new),
    }
}

impl<'a> Rows<'a> {
    fn receive(&mut self, seen: &Seen, receipt: &'a Written<Arc<Receipt>>) -> Verdict {
        let wanted = &receipt.item.person;
        if !still_so(seen, &wanted.person, &wanted.expect) {
            return Verdict::Stale;
        }
        let news: Result<Vec<bool>, Verdict> =
            receipt.item.links.iter().map(|link| check_link(seen, link)).collect();
        let news = match news {
            Ok(news) => news,
            Err(verdict) => return verdict,
        };
        self.person(seen, receipt);
        for ((link, doc), record_is_new) in receipt.item.links.iter().zip(&receipt.links).zip(news) {
            self.link(seen, link, doc, record_is_new);
        }
        self.lines.extend(receipt.item.lines.iter().zip(&receipt.lines));
        Verdict::Applied
    }

    fn settle(&mut self, seen: &Seen, settlement: &'a Written<Settlement>) -> Verdict {
        let link = &settlement.item.link;
        let record_is_new = match check_link(seen, link) {
            Ok(record_is_new) => record_is_new,
            Err(verdict) => return verdict,
        };
        for doc in &settlement.links {
            self.link(seen, link, doc, record_is_new);
        }
        if let Some(record) = link.record.as_ref().filter(|_| record_is_new) {
            let term = super::text::kept(&terms::of_record(record)).into_owned();
            self.added_records.insert((link.person.0, term));
        }
        self.lines.extend(settlement.item.lines.iter().zip(&settlement.lines));
        Verdict::Applied
    }

    fn person(&mut self, seen: &Seen, receipt: &'a Written<Arc<Receipt>>) {
        let person = &receipt.item.person.person;
        let row = rows::Person {
            id: person.id.0,
            club: person.club.0,
            revision: person.revision as i64,
            name_key: key(&receipt.name_key),
            owner: person.profile.entry(Field::Owner).map(|entry| entry.0),
            lead_source: person.profile.entry(Field::LeadSource).map(|entry| entry.0),
            doc: &receipt.person,
        };
        match receipt.item.person.expect {
            Expect::New { .. } => self.new_people.add(row),
            Expect::Revision(_) => self.people.add(row),
        }
        self.terms(seen, person, &receipt.item.links);
    }

    /// Terms of somebody whom the indexer has passed: one who changed, or one who is new and whose number is lower than
    /// that of people who were committed earlier.
    fn terms(&mut self, seen: &Seen, person: &Person, links: &[Link]) {
        if person.id.0 > seen.indexed_up_to {
            return;
        }
        let Some(before) = seen.people.get(&person.id).and_then(|seen| seen.indexed.as_ref()) else {
            self.added.add(person.club, person.id, terms::of(&person.profile, links));
            return;
        };
        let untouched = |link: &&Link| links.iter().all(|new| new.connection != link.connection);
        let links = before.links.iter().filter(untouched).chain(links).cloned().collect();
        let (removed, added) = search::changed(before, &Subject { person: person.clone(), links });
        self.removed.extend(removed);
        self.added.extend(added);
    }

    fn link(&mut self, seen: &Seen, link: &'a Link, doc: &'a str, record_is_new: bool) {
        let stored = seen.links.get(&(link.person.0, link.connection.0));
        let (remote_space, remote_id) = columns(link);
        let row = rows::Link {
            person: link.person.0,
            connection: link.connection.0,
            version: next_version(link) as i64,
            remote_space,
            remote_id,
            due_at: link.rank().map(|at| at.0),
            waits: link.line.is_none() && !link.pending.is_empty(),
            held: link.waits_for_somebody(),
            doc,
        };
        let was_due = stored.and_then(|stored| Some((stored.due_at?, stored.waits)));
        let is_due = row.due_at.map(|at| (at, row.waits));
        if was_due != is_due {
            let (connection, person) = (row.connection, row.person);
            self.no_longer_due.extend(was_due.map(|(at, _)| (connection, at, person)));
            self.due.extend(is_due.map(|(at, waits)| (connection, at, person, waits)));
        }
        if link.version == 0 {
            self.new_links.add(row);
        } else {
            self.links.add(row);
        }
        self.numbers(seen, link, record_is_new);
    }

    fn numbers(&mut self, seen: &Seen, link: &Link, record_is_new: bool) {
        let number = |record: &model::RemoteId| {
            (link.connection.0, key(&record.id).into_owned(), key(&record.space).into_owned(), link.person.0)
        };
        self.former.extend(link.former.iter().map(number));
        if !record_is_new {
            return;
        }
        let before = seen.links.get(&(link.person.0, link.connection.0));
        let before = before.and_then(|stored| stored.record.as_ref());
        self.lost.extend(before.filter(|record| !link.former.contains(record)).map(number));
        if seen.owner_of(link).is_none() {
            self.records.extend(link.record.iter().map(number));
        }
    }

    /// The statements that write it all; each is there only if it has something to do.
    pub(super) fn statements(self) -> Vec<Statement<'a>> {
        let mut all = Vec::new();
        all.extend(self.removed.removed());
        all.extend(self.new_people.statement(rows::NEW_PEOPLE));
        all.extend(self.people.statement(rows::PEOPLE));
        all.extend(self.new_links.statement(rows::NEW_LINKS));
        all.extend(self.links.statement(rows::LINKS));
        all.extend(rows::records(self.lost, rows::LOSE_RECORDS));
        all.extend(rows::records(self.records, rows::RECORDS));
        all.extend(rows::records(self.former, rows::FORMER_RECORDS));
        all.extend(rows::no_longer_due(self.no_longer_due));
        all.extend(rows::due(self.due));
        if !self.lines.is_empty() {
            all.push(log::keep(self.lines.into_iter()));
        }
        all.extend(self.added.added());
        all.extend(search::records_added(self.added_records));
        all
    }
}
