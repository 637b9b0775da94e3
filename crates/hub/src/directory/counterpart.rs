//! Counterparts: whom matching finds for an entry among what was last listed, and why it finds nobody.

use std::collections::HashSet;

use model::directory::{Correspondence, Entry, Found, How, Role, find, key_of};
use model::{ConnectionId, DirectoryStory, EntryId, Note};

use super::Directory;

/// What matching found.
pub(crate) enum Counterpart {
    /// Exactly this entry.
    One(Entry),
    /// Nobody.
    None,
    /// Several at this connection, by name and number; none is linked.
    Several(ConnectionId, Vec<String>),
}

impl Directory {
    /// Finds the counterpart of an entry among what was last listed.
    pub(crate) fn counterpart(&self, entry: &Entry, connection: ConnectionId) -> Counterpart {
        let tables = self.read();
        let at = |connection| tables.there((connection, entry.club, entry.role));
        let named = |several: Vec<&Entry>| several.into_iter().map(with_number).collect();
        match find(entry, at(entry.connection), at(connection)) {
            Found::One(one) => Counterpart::One(one.clone()),
            Found::None => Counterpart::None,
            Found::Several(several) => Counterpart::Several(connection, named(several)),
            Found::Twins(twins) => Counterpart::Several(entry.connection, named(twins)),
        }
    }

    /// Whether matching still finds what it once found.
    pub(crate) fn still_matches(&self, entry: &Entry, one: &Correspondence) -> bool {
        match self.counterpart(entry, one.connection) {
            Counterpart::One(found) => found.remote_id == one.remote_id,
            _ => false,
        }
    }

    /// The known entries of a connection that are of the same club and role as `entry` and have one of these keys, but
    /// for `entry` itself.
    pub(crate) fn alike(
        &self,
        keys: &HashSet<String>,
        connection: ConnectionId,
        entry: &Entry,
    ) -> Vec<Entry> {
        let alike = |other: &&Entry| {
            let key = key_of(other);
            other.known && other.id != entry.id && !key.is_empty() && keys.contains(&key)
        };
        self.read().there((connection, entry.club, entry.role)).filter(alike).cloned().collect()
    }

    /// Why an entry has nothing at a connection, where it is not several that could be meant.
    pub(super) fn without(&self, id: EntryId, connection: ConnectionId) -> DirectoryStory {
        match self.correspondence(id, connection).map(|one| one.how) {
            Some(How::Creating) => DirectoryStory::InDoubt,
            _ => DirectoryStory::Unmatched,
        }
    }

    /// What is to be told of a person who goes to a connection without this owner or lead source.
    pub(crate) fn missing(&self, id: EntryId, connection: ConnectionId) -> Option<Note> {
        let entry = self.get(id)?;
        let name = if entry.name.is_empty() { entry.remote_id.clone() } else { entry.name.clone() };
        match self.correspondence(id, connection).map(|one| one.how) {
            Some(How::Unlinked) => return Some(Note::Unlinked { name }),
            Some(How::Creating) => return Some(Note::SourceInDoubt { source: name }),
            _ => {}
        }
        Some(match (self.counterpart(&entry, connection), entry.role) {
            (Counterpart::Several(at, staff), Role::Staff) => Note::SharedEmail { staff, at },
            (Counterpart::Several(at, sources), Role::LeadSource) => Note::SharedName { sources, at },
            (_, Role::Staff) => Note::NoOwner { staff: name },
            (_, Role::LeadSource) => Note::NoLeadSource { source: name },
        })
    }
}

/// A name with the number that tells it from others of the same name.
pub(crate) fn with_number(entry: &Entry) -> String {
    if entry.name.is_empty() {
        entry.remote_id.clone()
    } else {
        format!("{} ({})", entry.name, entry.remote_id)
    }
}
