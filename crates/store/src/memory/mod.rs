//! The model of a store: everything in one locked structure, for simulation and as the reference of the contract suite.

mod tables;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use model::budget::{Grant, Wish};
use model::directory::{Correspondence, Entry, How};
use model::{
    ClubId, ConnectionId, EntryId, Feed, Field, Line, Link, Moment, PersonId, RemoteId, Restored, Setup,
    Tracking,
};

use crate::{
    Due, Identified, LinePage, LineQuery, Receipt, Removal, Removed, Result, Settlement, Store, Subject,
    Tally, Verdict, Waiting, Who, terms,
};
use tables::Tables;
use wanted::wanted;

/// A store that forgets everything when it is dropped.
#[derive(Default)]
pub struct Memory {
    state: Mutex<Tables>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Memory::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for Memory {
    async fn setup(&self) -> Result<Setup> {
        Ok(self.tables().setup.clone())
    }

    async fn keep_setup(&self, before: Setup, after: Setup) -> Result<bool> {
        let mut tables = self.tables();
        let is_still_so = tables.setup == before.in_order();
        if is_still_so {
            tables.setup = after.in_order();
        }
        Ok(is_still_so)
    }

    async fn new_person(&self) -> Result<PersonId> {
        let mut tables = self.tables();
        tables.last_person += 1;
        Ok(PersonId(tables.last_person))
    }

    async fn identify(&self, who: Who<'_>) -> Result<Identified> {
        let tables = self.tables();
        let linked = tables.owner_of(who.connection, who.record).and_then(|person| tables.subject(person));
        if let Some(subject) = linked {
            return Ok(Identified::Linked(Box::new(subject)));
        }
        let people = tables.namesakes(who.club, who.name_key);
        Ok(Identified::Namesakes(people.into_iter().filter_map(|person| tables.subject(person)).collect()))
    }

    async fn subject(&self, person: PersonId) -> Result<Option<Subject>> {
        Ok(self.tables().subject(person))
    }

    async fn owner_of(&self, connection: ConnectionId, record: &RemoteId) -> Result<Option<PersonId>> {
        Ok(self.tables().owner_of(connection, record))
    }

    async fn receive(&self, receipt: &Arc<Receipt>) -> Result<Verdict> {
        let receipt = Receipt::clone(receipt);
        let mut tables = self.tables();
        let person = receipt.person.person;
        if !tables.still_so(&person, &receipt.person.expect) {
            return Ok(Verdict::Stale);
        }
        let checks = receipt.links.iter().map(|link| tables.check_link(link));
        if let Some(verdict) = checks.into_iter().find(|verdict| *verdict != Verdict::Applied) {
            return Ok(verdict);
        }
        tables.people.insert(person.id, person);
        receipt.links.iter().for_each(|link| tables.keep_link(link));
        tables.keep_lines(&receipt.lines);
        Ok(Verdict::Applied)
    }

    async fn settle(&self, settlement: Settlement) -> Result<Verdict> {
        let mut tables = self.tables();
        let verdict = tables.check_link(&settlement.link);
        if verdict == Verdict::Applied {
            tables.keep_link(&settlement.link);
            tables.keep_lines(&settlement.lines);
        }
        Ok(verdict)
    }

    async fn take_due(&self, connection: ConnectionId, but: &[ClubId], limit: usize) -> Result<Vec<Due>> {
        let tables = self.tables();
        let left_out =
            |link: &&Link| tables.people.get(&link.person).is_some_and(|it| but.contains(&it.club));
        let on_connection = tables.links.values().filter(|link| link.connection == connection);
        let on_connection = on_connection.filter(|link| !left_out(link));
        let mut due: Vec<Due> =
            on_connection.filter_map(|link| Some(Due { person: link.person, at: link.rank()? })).collect();
        due.sort_by_key(|due| (due.at, due.person));
        due.truncate(limit);
        Ok(due)
    }

    async fn line(&self, club: ClubId, tracking: Tracking, about: ConnectionId) -> Result<Option<Line>> {
        Ok(self.tables().lines.get(&(club, tracking, about)).cloned())
    }

    async fn keep_lines(&self, lines: Vec<Line>) -> Result<()> {
        self.tables().keep_lines(&lines);
        Ok(())
    }

    async fn lines(&self, query: LineQuery) -> Result<LinePage> {
        let tables = self.tables();
        let matching = tables.lines.values().filter(|line| wanted(line, &query));
        let found: Vec<&Line> =
            if query.newer_than.is_some() { matching.collect() } else { matching.rev().collect() };
        let mut page = LinePage::default();
        let mut room = query.max_bytes.unwrap_or(usize::MAX);
        for line in found {
            if page.lines.len() == query.limit || room == 0 {
                page.more = true;
                break;
            }
            room = room.saturating_sub(serde_json::to_string(&line.facts)?.len());
            page.lines.push(line.clone());
        }
        if query.newer_than.is_some() {
            page.lines.reverse();
        }
        Ok(page)
    }

    async fn tally(&self, club: ClubId, since: Moment) -> Result<Vec<Tally>> {
        let mut people = BTreeMap::<_, BTreeSet<PersonId>>::new();
        for line in self.tables().lines.values() {
            if line.club == club && line.tracking.received_at() >= since {
                people.entry((line.about, line.level, line.turn)).or_default().extend(line.person);
            }
        }
        let tally = |((about, level, turn), people): (_, BTreeSet<_>)| Tally {
            about,
            level,
            turn,
            people: people.len() as u64,
        };
        Ok(people.into_iter().filter(|(_, people)| !people.is_empty()).map(tally).collect())
    }

    async fn remove_details(&self, removal: Removal) -> Result<Removed> {
        let mut tables = self.tables();
        let old = tables.lines.values_mut().filter(|line| {
            line.club == removal.club
                && line.tracking.received_at() < removal.before
                && removal.after.is_none_or(|after| (line.tracking, line.about) > after)
        });
        let (mut removed, mut seen) = (Removed::default(), 0);
        for line in old.take(removal.limit) {
            seen += 1;
            removed.last = Some((line.tracking, line.about));
            removed.lines += usize::from(!line.open && line.facts.remove_details(removal.now));
        }
        removed.last = removed.last.filter(|_| seen == removal.limit);
        Ok(removed)
    }

    async fn waiting(&self, club: ClubId, limit: usize) -> Result<Vec<Waiting>> {
        let tables = self.tables();
        let without_line =
            |link: &&Link| link.due_at().is_some() && link.line.is_none() && !link.pending.is_empty();
        let mut links: Vec<&Link> = tables.links.values().filter(without_line).collect();
        links.sort_by_key(|link| (link.rank(), link.connection, link.person));
        let waiting = links.into_iter().filter_map(|link| {
            let person = tables.people.get(&link.person).filter(|person| person.club == club)?;
            Some(Waiting { person: person.clone(), link: link.clone() })
        });
        Ok(waiting.take(limit).collect())
    }

    async fn held(&self, connection: ConnectionId, after: PersonId, limit: usize) -> Result<Vec<Waiting>> {
        let tables = self.tables();
        let held =
            |link: &&Link| link.connection == connection && link.person > after && link.waits_for_somebody();
        let mut links: Vec<&Link> = tables.links.values().filter(held).collect();
        links.sort_by_key(|link| link.person);
        let with_person = |link: &Link| {
            Some(Waiting { person: tables.people.get(&link.person)?.clone(), link: link.clone() })
        };
        Ok(links.into_iter().filter_map(with_person).take(limit).collect())
    }

    async fn waiting_people(&self, club: ClubId, limit: usize) -> Result<Vec<PersonId>> {
        let waiting = self.waiting(club, limit).await?;
        let people: BTreeSet<PersonId> = waiting.iter().map(|one| one.person.id).collect();
        Ok(people.into_iter().collect())
    }

    async fn search(&self, club: ClubId, words: &[String], limit: usize) -> Result<Vec<PersonId>> {
        let tables = self.tables();
        let found = tables.people.values().rev().filter(|person| {
            let links: Vec<Link> = tables.links_of(person.id).cloned().collect();
            let terms = terms::of(&person.profile, &links);
            let hit = |word: &String| {
                terms::wanted(word)
                    .iter()
                    .any(|prefix| !prefix.is_empty() && terms.iter().any(|term| term.starts_with(prefix)))
            };
            person.club == club && person.id.0 <= tables.indexed && words.iter().all(hit) && !words.is_empty()
        });
        Ok(found.map(|person| person.id).take(limit).collect())
    }

    async fn index_people(&self, limit: usize) -> Result<usize> {
        let mut tables = self.tables();
        let next: Vec<PersonId> =
            tables.people.range(PersonId(tables.indexed + 1)..).map(|(id, _)| *id).take(limit).collect();
        if let Some(last) = next.last() {
            tables.indexed = last.0;
        }
        Ok(next.len())
    }

    async fn directory(&self) -> Result<(Vec<Entry>, Vec<Correspondence>)> {
        let tables = self.tables();
        Ok((tables.entries.values().cloned().collect(), tables.correspondences.values().cloned().collect()))
    }

    async fn keep_directory(
        &self,
        entries: Vec<Entry>,
        correspondences: Vec<Correspondence>,
    ) -> Result<Vec<EntryId>> {
        let mut tables = self.tables();
        let mut ids = Vec::with_capacity(entries.len());
        for mut entry in entries {
            let same = |other: &&Entry| {
                (other.connection, other.club, other.role, &other.remote_id)
                    == (entry.connection, entry.club, entry.role, &entry.remote_id)
            };
            let before = tables.entries.values().find(same).map(|before| before.id);
            let next = EntryId(tables.entries.keys().next_back().map_or(1, |last| last.0 + 1));
            entry.id = before.unwrap_or(next);
            ids.push(entry.id);
            if entry.known || before.is_none() {
                tables.entries.insert(entry.id, entry);
            }
        }
        for one in correspondences {
            let key = (one.entry, one.connection);
            if one.remote_id.is_empty() && one.how == How::Matched {
                tables.correspondences.remove(&key);
            } else {
                tables.correspondences.insert(key, one);
            }
        }
        Ok(ids)
    }

    async fn referring(&self, entry: EntryId, after: PersonId, limit: usize) -> Result<Vec<PersonId>> {
        let tables = self.tables();
        let people = tables.people.values().filter(|person| {
            let refers = |field| person.profile.entry(field) == Some(entry);
            person.id > after && (refers(Field::Owner) || refers(Field::LeadSource))
        });
        Ok(people.map(|person| person.id).take(limit).collect())
    }

    async fn people(&self, club: ClubId, after: PersonId, limit: usize) -> Result<Vec<Subject>> {
        let tables = self.tables();
        let people = tables.people.values().filter(|person| person.club == club && person.id > after);
        Ok(people.take(limit).filter_map(|person| tables.subject(person.id)).collect())
    }

    async fn restored(&self) -> Result<Option<Restored>> {
        Ok(self.tables().restored.clone())
    }

    async fn keep_restored(&self, restored: Restored) -> Result<()> {
        let mut tables = self.tables();
        let next = restored.first_number().0;
        tables.last_person = tables.last_person.max(next - 1);
        tables.restored = Some(restored);
        Ok(())
    }

    async fn sign_in(&self, id: &str) -> Result<Option<String>> {
        Ok(self.tables().sign_ins.get(id).cloned())
    }

    async fn keep_sign_in(&self, id: &str, before: Option<String>, doc: String) -> Result<bool> {
        let mut tables = self.tables();
        let same = tables.sign_ins.get(id) == before.as_ref();
        if same {
            tables.sign_ins.insert(id.to_owned(), doc);
        }
        Ok(same)
    }

    async fn take_budget(&self, id: &str, wish: Wish) -> Result<Grant> {
        Ok(self.tables().budgets.entry(id.to_owned()).or_default().take(wish))
    }

    async fn feeds(&self) -> Result<Vec<Feed>> {
        Ok(self.tables().feeds.values().cloned().collect())
    }

    async fn keep_feed(&self, feed: Feed) -> Result<()> {
        self.tables().feeds.insert((feed.connection, feed.club), feed);
        Ok(())
    }

    async fn people_at(&self, connection: ConnectionId) -> Result<usize> {
        let there = |link: &&Link| link.connection == connection && link.record.is_some();
        Ok(self.tables().links.values().filter(there).count())
    }

    async fn counts(&self) -> Result<(u64, Vec<(ConnectionId, u64)>)> {
        let tables = self.tables();
        let mut held = BTreeMap::new();
        for link in tables.links.values().filter(|link| link.waits_for_somebody()) {
            *held.entry(link.connection).or_insert(0) += 1;
        }
        Ok((tables.people.len() as u64, held.into_iter().collect()))
    }
}
