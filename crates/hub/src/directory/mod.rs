//! The directory: staff and lead sources of every connection, held in memory and kept in the store.
//!
//! Staff are linked by e-mail and never created; lead sources are linked by name and created where a platform can
//! (integration rules §3 and §4). It is small: tens of staff and hundreds of sources a club.

mod asking;
mod brake;
mod by_hand;
mod counterpart;
mod decision;
mod listing;
mod save;
mod tend;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use model::directory::{Correspondence, Entry, How, Role};
use model::{ClubId, ConnectionId, EntryId, Field, Moment, Person, Reference, References, Shadow, fold};
use store::Store;

use crate::door::Sender;

pub(crate) use asking::listed;
pub use brake::SentAnew;
pub use by_hand::{HandProblem, Unlinked};
use counterpart::Counterpart;
pub use decision::{Braked, Sample, Verdict};
pub use listing::{Overview, Place, Placed, Standing};

/// Stands for a number that the platform is still to be asked for.
const TO_BE_ASKED: &str = "\u{1}";

type Site = (ConnectionId, ClubId, Role);

/// All staff and lead sources.
#[derive(Default)]
pub struct Directory {
    tables: RwLock<Tables>,
    flights: Mutex<HashMap<Site, Arc<tokio::sync::Mutex<()>>>>,
    /// Held while something is kept or read: what is read is not older than what was kept before.
    keeping: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Tables {
    entries: HashMap<EntryId, Entry>,
    by_number: HashMap<(ConnectionId, ClubId, Role, String), EntryId>,
    at: HashMap<Site, Vec<EntryId>>,
    correspondences: HashMap<(EntryId, ConnectionId), Correspondence>,
    asked: HashMap<(EntryId, ConnectionId), Moment>,
    unanswered: HashSet<(EntryId, ConnectionId)>,
}

impl Tables {
    /// What is only a number replaces nobody.
    fn put(&mut self, entry: Entry) {
        if !entry.known && self.entries.contains_key(&entry.id) {
            return;
        }
        let number = (entry.connection, entry.club, entry.role, entry.remote_id.clone());
        if self.by_number.insert(number, entry.id).is_none() {
            self.at.entry((entry.connection, entry.club, entry.role)).or_default().push(entry.id);
        }
        self.entries.insert(entry.id, entry);
    }

    fn put_correspondence(&mut self, one: Correspondence) {
        let key = (one.entry, one.connection);
        if one.remote_id.is_empty() && one.how == How::Matched {
            self.correspondences.remove(&key);
        } else {
            self.correspondences.insert(key, one);
        }
    }

    fn there(&self, place: Site) -> impl Iterator<Item = &Entry> {
        self.at.get(&place).into_iter().flatten().filter_map(|id| self.entries.get(id))
    }
}

/// The role behind a reference field.
pub(crate) const fn role_of(field: Field) -> Role {
    match field {
        Field::LeadSource => Role::LeadSource,
        _ => Role::Staff,
    }
}

impl Directory {
    /// Reads the directory from the store. Answers whom somebody else linked, or linked otherwise, since it was read before.
    pub async fn load(&self, store: &dyn Store) -> store::Result<Vec<(EntryId, ConnectionId)>> {
        let _alone = self.keeping.lock().await;
        let (entries, correspondences) = store.directory().await?;
        let mut read = Tables::default();
        for entry in entries {
            read.put(entry);
        }
        for one in correspondences {
            read.put_correspondence(one);
        }
        let mut tables = self.write();
        read.asked = std::mem::take(&mut tables.asked);
        read.unanswered = std::mem::take(&mut tables.unanswered);
        let is_same = |one: &Correspondence, before: &Correspondence| {
            (&one.remote_id, one.how) == (&before.remote_id, before.how)
        };
        let is_new = |(key, one): &(&(EntryId, ConnectionId), &Correspondence)| {
            tables.correspondences.get(key).is_none_or(|before| !is_same(one, before))
        };
        let linked = read.correspondences.iter().filter(is_new).map(|(key, _)| *key).collect();
        *tables = read;
        Ok(linked)
    }

    /// Whether a person refers to somebody whom another node took in, and who was not read yet.
    pub(crate) fn lacks(&self, person: &Person) -> bool {
        let tables = self.read();
        let referred =
            [Field::Owner, Field::LeadSource].into_iter().filter_map(|field| person.profile.entry(field));
        referred.into_iter().any(|entry| !tables.entries.contains_key(&entry))
    }

    fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Tables> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// One flight at a time for a connection's staff or sources at a club.
    async fn flight(&self, place: Site) -> tokio::sync::OwnedMutexGuard<()> {
        let flight = {
            let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(flights.entry(place).or_default())
        };
        flight.lock_owned().await
    }

    /// An entry.
    pub fn get(&self, id: EntryId) -> Option<Entry> {
        self.read().entries.get(&id).cloned()
    }

    /// The entry of a connection that has this number, of the same club and role as `entry`.
    fn numbered(&self, entry: &Entry, connection: ConnectionId, number: &str) -> Option<Entry> {
        let tables = self.read();
        let number = (connection, entry.club, entry.role, number.to_owned());
        tables.entries.get(tables.by_number.get(&number)?).cloned()
    }

    /// An entry's name, if it has one.
    pub fn name(&self, id: EntryId) -> Option<String> {
        self.read().entries.get(&id).map(|entry| entry.name.clone()).filter(|name| !name.is_empty())
    }

    /// A connection's own entries at a club, in order of number.
    pub fn entries_of(&self, connection: ConnectionId, club: ClubId, role: Role) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self.read().there((connection, club, role)).cloned().collect();
        entries.sort_by(|one, other| one.remote_id.cmp(&other.remote_id));
        entries
    }

    /// Entries of a club of which every one of these words begins a word of the name, the e-mail address or the number.
    pub fn search(&self, club: ClubId, words: &[String]) -> Vec<EntryId> {
        let words: Vec<String> = words.iter().map(|word| fold::text(word)).collect();
        let is_meant = |entry: &&Entry| {
            let told = [&entry.name, &entry.email, &entry.remote_id].map(|text| fold::text(text));
            let begins = |word: &String| {
                told.iter().any(|text| {
                    text.starts_with(word.as_str())
                        || text.split([' ', '-', '\'']).any(|one| one.starts_with(word.as_str()))
                })
            };
            entry.club == club && words.iter().any(|word| !word.is_empty()) && words.iter().all(begins)
        };
        let mut found: Vec<EntryId> =
            self.read().entries.values().filter(is_meant).map(|entry| entry.id).collect();
        found.sort_unstable();
        found
    }

    /// How an entry corresponds to a connection's.
    pub fn correspondence(&self, entry: EntryId, connection: ConnectionId) -> Option<Correspondence> {
        self.read().correspondences.get(&(entry, connection)).cloned()
    }

    /// The entry behind a sender's number; one that was never saved is noted by its number alone.
    pub async fn entry_for(
        &self,
        store: &dyn Store,
        sender: Sender,
        role: Role,
        number: &str,
    ) -> store::Result<EntryId> {
        let key = (sender.connection, sender.club, role, number.to_owned());
        if let Some(id) = self.read().by_number.get(&key) {
            return Ok(*id);
        }
        let entry = Entry {
            id: EntryId(0),
            role,
            club: sender.club,
            connection: sender.connection,
            remote_id: number.to_owned(),
            name: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            active: true,
            known: false,
        };
        Ok(self.keep(store, vec![entry], Vec::new()).await?.first().copied().unwrap_or_default())
    }

    /// Keeps entries and correspondences, in the store first.
    pub(crate) async fn keep(
        &self,
        store: &dyn Store,
        mut entries: Vec<Entry>,
        correspondences: Vec<Correspondence>,
    ) -> store::Result<Vec<EntryId>> {
        let _alone = self.keeping.lock().await;
        let ids = store.keep_directory(entries.clone(), correspondences.clone()).await?;
        let mut tables = self.write();
        for (entry, id) in entries.iter_mut().zip(&ids) {
            entry.id = *id;
        }
        for entry in entries {
            tables.put(entry);
        }
        for one in correspondences {
            tables.put_correspondence(one);
        }
        Ok(ids)
    }

    /// What is known of a person's references at a connection, without asking. A number that is still to be asked for
    /// counts as different from whatever is there.
    pub(crate) fn expected(&self, person: &Person, connection: ConnectionId) -> References {
        let tables = self.read();
        let of = |field| match person.profile.entry(field) {
            None => Reference::Unset,
            Some(entry) => {
                known(&tables, entry, connection).unwrap_or_else(|| Reference::To(TO_BE_ASKED.to_owned()))
            }
        };
        References { owner: of(Field::Owner), lead_source: of(Field::LeadSource) }
    }

    /// Turns the platform's own numbers in a shadow into the entries behind them.
    pub(crate) fn number_to_entry(&self, shadow: &mut Shadow, sender: Sender) {
        self.translate(shadow, |tables, role, number| {
            let key = (sender.connection, sender.club, role, number.to_owned());
            tables.by_number.get(&key).map(ToString::to_string)
        });
    }

    /// Turns entries in a shadow back into the platform's own numbers.
    pub(crate) fn entry_to_number(&self, shadow: &mut Shadow, sender: Sender) {
        self.translate(shadow, |tables, _, entry| {
            let entry = tables.entries.get(&EntryId(entry.parse().ok()?))?;
            (entry.connection == sender.connection).then(|| entry.remote_id.clone())
        });
    }

    fn translate(&self, shadow: &mut Shadow, to: impl Fn(&Tables, Role, &str) -> Option<String>) {
        for field in [Field::Owner, Field::LeadSource] {
            let Some(held) = shadow.fields.get_mut(&field) else { continue };
            let tables = self.read();
            let replaced = held.replaced.iter_mut().filter_map(|replaced| replaced.before.as_mut());
            let dated = [&mut held.sent, &mut held.seen].into_iter().flatten().chain(replaced);
            let unsure = held.unsure.iter_mut().map(|unsure| &mut unsure.value);
            for value in dated.map(|dated| &mut dated.value).chain(unsure) {
                let translated = value.as_deref().and_then(|value| to(&tables, role_of(field), value));
                *value = translated.or(value.take());
            }
        }
    }

    /// Whether a reference of the person is still to be asked for.
    pub(crate) fn must_ask(&self, person: &Person, connection: ConnectionId) -> bool {
        let tables = self.read();
        [Field::Owner, Field::LeadSource]
            .into_iter()
            .filter_map(|field| person.profile.entry(field))
            .any(|entry| known(&tables, entry, connection).is_none())
    }
}

/// What is known of an entry at a connection; `None` when the platform is still to be asked.
fn known(tables: &Tables, id: EntryId, connection: ConnectionId) -> Option<Reference> {
    let Some(entry) = tables.entries.get(&id) else { return Some(Reference::Unmatched(id)) };
    if entry.connection == connection {
        return Some(Reference::To(entry.remote_id.clone()));
    }
    match tables.correspondences.get(&(id, connection)) {
        Some(one) if one.how == How::Unlinked => Some(Reference::Unmatched(id)),
        Some(one) if one.how != How::Creating => Some(Reference::To(one.remote_id.clone())),
        _ if tables.asked.contains_key(&(id, connection)) || !entry.known => Some(Reference::Unmatched(id)),
        _ => None,
    }
}
