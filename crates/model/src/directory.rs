//! The directory: staff and lead sources, as each connection numbers them, and how they correspond.
//!
//! Staff are linked by e-mail and never created; lead sources are linked by name and created where a platform can
//! (integration rules §3 and §4).

use serde::{Deserialize, Serialize};

use crate::{Brake, ClubId, ConnectionId, EntryId, fold};

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A staff member.
    Staff,
    /// A lead source.
    LeadSource,
}

/// One staff member or lead source, as one connection numbers it at one club.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The Connector's own number.
    pub id: EntryId,
    /// Staff member or lead source.
    pub role: Role,
    /// The club.
    pub club: ClubId,
    /// Whose number `remote_id` is.
    pub connection: ConnectionId,
    /// The connection's own number.
    pub remote_id: String,
    /// The name: a lead source's, or a staff member's full name.
    pub name: String,
    /// A staff member's given name.
    pub first_name: String,
    /// A staff member's family name.
    pub last_name: String,
    /// A staff member's e-mail.
    pub email: String,
    /// Whether it is in use.
    pub active: bool,
    /// Whether its own record was ever seen; a person may refer to a number before its record arrives.
    pub known: bool,
}

/// How an entry corresponds to a platform's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// By e-mail or name.
    Matched,
    /// The Connector made it there.
    Created,
    /// The Connector is making it there, or was when it was interrupted: written down before the call.
    Creating,
    /// By an operator's hand; kept whatever changes.
    Pinned,
    /// An operator said: to nobody.
    Unlinked,
}

/// A correspondence of an entry with a platform's number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correspondence {
    /// The entry at its origin.
    pub entry: EntryId,
    /// The platform's connection.
    pub connection: ConnectionId,
    /// The platform's number; empty where `how` is `Unlinked`.
    pub remote_id: String,
    /// The name that the platform has it under, to tell a rename.
    pub name: String,
    /// How it came about.
    pub how: How,
    /// What keeps it from those who refer to the entry already, until they change themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brake: Option<Brake>,
}

/// What matching found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// Exactly this entry.
    One(&'a Entry),
    /// Nobody.
    None,
    /// Several there; none is linked.
    Several(Vec<&'a Entry>),
    /// Several staff on the entry's own side have its e-mail; none is linked.
    Twins(Vec<&'a Entry>),
}

/// Finds the platform's entry that corresponds to `entry` among `there`. `beside` are the entries of its own side: two
/// staff members with one e-mail address cannot be told apart by it, on whichever side they are.
pub fn find<'a>(
    entry: &Entry,
    beside: impl IntoIterator<Item = &'a Entry>,
    there: impl IntoIterator<Item = &'a Entry>,
) -> Found<'a> {
    let key = key_of(entry);
    if key.is_empty() {
        return Found::None;
    }
    if entry.role == Role::Staff {
        let twins = alike(entry.role, &key, beside);
        if twins.len() > 1 {
            return Found::Twins(twins);
        }
    }
    let candidates = alike(entry.role, &key, there);
    match candidates[..] {
        [] => Found::None,
        [one] => Found::One(one),
        _ => Found::Several(candidates),
    }
}

/// Those with this key; inactive ones only when nothing active has it.
fn alike<'a>(role: Role, key: &str, among: impl IntoIterator<Item = &'a Entry>) -> Vec<&'a Entry> {
    let same = |other: &&Entry| other.role == role && other.known && key_of(other) == key;
    let same: Vec<&Entry> = among.into_iter().filter(same).collect();
    let active: Vec<&Entry> = same.iter().copied().filter(|other| other.active).collect();
    if active.is_empty() { same } else { active }
}

/// What an entry is matched by: a staff member's folded e-mail, a lead source's folded name.
pub fn key_of(entry: &Entry) -> String {
    match entry.role {
        Role::Staff => fold::text(&entry.email),
        Role::LeadSource => fold::text(&entry.name),
    }
}
