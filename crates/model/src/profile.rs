//! Profiles: what is known of a person, field by field, with who said it and when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ClubId, ConnectionId, EntryId, Field, Kind, Moment, PersonId, Tracking, fold};

/// One known value. A value of `None` was cleared on purpose, which is not the same as never having been known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The value as the sender wrote it.
    #[serde(rename = "v")]
    pub value: Option<String>,
    /// The connection that said so.
    #[serde(rename = "b")]
    pub by: ConnectionId,
    /// When it was true, by the source's time.
    #[serde(rename = "t")]
    pub at: Moment,
}

/// What a person is, with who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownKind {
    /// The kind.
    #[serde(rename = "v")]
    pub kind: Kind,
    /// The connection that said so.
    #[serde(rename = "b")]
    pub by: ConnectionId,
    /// When.
    #[serde(rename = "t")]
    pub at: Moment,
}

/// Everything known of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Prospect, member or ex-member.
    pub kind: KnownKind,
    /// The fields that were ever said.
    pub fields: BTreeMap<Field, Known>,
}

impl Profile {
    /// A field's value; `None` when unknown or cleared.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.fields.get(&field)?.value.as_deref()
    }

    /// The name as people write it.
    pub fn name(&self) -> String {
        let first = self.get(Field::FirstName).unwrap_or_default().trim();
        let last = self.get(Field::LastName).unwrap_or_default().trim();
        format!("{first} {last}").trim().to_owned()
    }

    /// The key that Smart Match compares first.
    pub fn name_key(&self) -> String {
        fold::full_name(
            self.get(Field::FirstName).unwrap_or_default(),
            self.get(Field::LastName).unwrap_or_default(),
        )
    }

    /// The directory entry that a reference field points to.
    pub fn entry(&self, field: Field) -> Option<EntryId> {
        self.get(field)?.parse().ok().map(EntryId)
    }
}

/// One human at one club.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The Connector's own number, given when the person is stored.
    pub id: PersonId,
    /// The club.
    pub club: ClubId,
    /// Grows with every change of the profile.
    pub revision: u64,
    /// What is known.
    pub profile: Profile,
    /// Who first told of the person, and when.
    pub created: (ConnectionId, Moment),
    /// Who last changed the person, and when.
    pub modified: (ConnectionId, Moment),
}

impl Person {
    /// Whether a save came after the one that made this person known.
    pub fn was_known_before(&self, save: Tracking) -> bool {
        save.received_at() > self.created.1
    }
}

/// What a sender says of a person. A field that is absent was not reported; `None` clears it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The kind, where the sender tells kinds apart.
    pub kind: Option<Kind>,
    /// The reported fields.
    pub fields: BTreeMap<Field, Option<String>>,
    /// The instant that the report describes: the request's start less the platform's declared lag.
    pub as_of: Moment,
    /// Told once (a call, a webhook, a row of a file) and on its way since this instant at the earliest, so that what we
    /// wrote since then may have crossed it. `None` for what was asked for and can be asked for again.
    pub on_its_way_since: Option<Moment>,
}
