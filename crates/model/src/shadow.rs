//! Shadows: what a platform is believed to hold of a person, in canonical fields.
//!
//! Per field a shadow keeps what was last *sent* and what was last *seen*. The difference between the two is the
//! platform's own rendering; the difference between either and the profile is work.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Field, Kind, Moment, fold};

/// A value at an instant. `None` is an empty field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// The value.
    #[serde(rename = "v")]
    pub value: Option<String>,
    /// When it was so.
    #[serde(rename = "t")]
    pub at: Moment,
}

/// How many different values of unanswered calls a field remembers; the oldest gives way.
const UNSURE_MAX: usize = 8;

/// What an unanswered call carried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsure {
    /// The value.
    #[serde(rename = "v")]
    pub value: Option<String>,
    /// When we stopped waiting for the answer.
    #[serde(rename = "t")]
    pub at: Moment,
    /// Until when the call may still be carried out.
    #[serde(rename = "l")]
    pub until: Moment,
}

/// The kind that an unanswered call carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsureKind {
    /// The kind.
    #[serde(rename = "v")]
    pub kind: Kind,
    /// When we stopped waiting for the answer.
    #[serde(rename = "t")]
    pub at: Moment,
    /// Until when the call may still be carried out.
    #[serde(rename = "l")]
    pub until: Moment,
}

/// What is believed of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// What we last wrote there, until somebody there edits it.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Dated>,
    /// What it was believed to hold when we wrote: a report of that is late, a report of a third value is an edit.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<String>,
    /// What the platform last reported.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Dated>,
    /// The profile's value with which a link-time conflict was left alone; until either side edits, nothing is sent.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub apart: Option<String>,
    /// What unanswered calls carried, oldest first: the platform may hold it or not, so the field is sent again.
    #[serde(rename = "u", default, skip_serializing_if = "Vec::is_empty")]
    pub unsure: Vec<Unsure>,
}

impl Held {
    /// Whether the platform already holds `wanted`, its own rendering included.
    pub fn satisfies(&self, field: Field, wanted: Option<&str>, clip: Option<usize>) -> bool {
        if !self.unsure.is_empty() {
            return false;
        }
        if self.apart.is_some() && self.apart.as_deref() == wanted {
            return true;
        }
        match (&self.sent, &self.seen) {
            (None, None) => wanted.is_none(),
            (Some(sent), None) => sent.value.as_deref() == wanted,
            (None, Some(seen)) => same(field, wanted, seen.value.as_deref(), clip),
            (Some(sent), Some(seen)) => {
                if sent.at >= seen.at {
                    sent.value.as_deref() == wanted
                } else if same(field, sent.value.as_deref(), seen.value.as_deref(), clip) {
                    sent.value.as_deref() == wanted || seen.value.as_deref() == wanted
                } else {
                    same(field, wanted, seen.value.as_deref(), clip)
                }
            }
        }
    }

    /// Whether the platform was ever told, or ever told us, anything of the field.
    pub const fn is_known(&self) -> bool {
        self.sent.is_some() || self.seen.is_some() || !self.unsure.is_empty()
    }

    /// Whether we wrote the field, or may have, at or after an instant: then a report of that instant teaches nothing.
    /// Whether a report made at `as_of` and taken in after a later write of ours shows only what that write replaced.
    pub fn is_overtaken(
        &self,
        field: Field,
        incoming: Option<&str>,
        as_of: Moment,
        clip: Option<usize>,
    ) -> bool {
        self.is_written_since(as_of)
            && (!self.unsure.is_empty() || same(field, self.replaced.as_deref(), incoming, clip))
    }

    pub(crate) fn is_written_since(&self, as_of: Moment) -> bool {
        self.sent.as_ref().is_some_and(|sent| sent.at >= as_of)
            || self.unsure.iter().any(|unsure| unsure.at >= as_of)
    }

    /// A later sighting of an unanswered write ends the uncertainty of it and of those before it: it did arrive, and
    /// after every sighting that did not show it, for as long as it could. Anything else ends nothing, for the call may
    /// still be carried out.
    pub(crate) fn resolve_unsure(&mut self, field: Field, incoming: Option<&str>, clip: Option<usize>) {
        let arrived = |unsure: &Unsure| same(field, unsure.value.as_deref(), incoming, clip);
        let Some(newest) = self.unsure.iter().rposition(arrived) else { return };
        if let Some(Unsure { value, at, until }) = self.unsure.drain(..=newest).next_back() {
            let without_it = self.seen.as_ref().map_or(at, |seen| seen.at.min(until));
            self.sent = Some(Dated { value, at: at.max(without_it) });
        }
    }

    fn note_unsure(&mut self, unsure: Unsure) {
        self.unsure.pop_if(|last| last.value == unsure.value);
        if self.unsure.len() == UNSURE_MAX {
            self.unsure.remove(0);
        }
        self.unsure.push(unsure);
    }

    /// Whether `incoming` is what was seen last, and nothing was written since.
    pub(crate) fn repeats(&self, incoming: Option<&str>) -> bool {
        let Some(seen) = &self.seen else { return false };
        seen.value.as_deref() == incoming && self.sent.as_ref().is_none_or(|sent| seen.at > sent.at)
    }

    /// Whether `incoming` is the platform's rendering of our last write. Once it has shown something else since, it is
    /// an edit that puts the value back.
    pub(crate) fn renders(&self, field: Field, incoming: Option<&str>, clip: Option<usize>) -> bool {
        let Some(sent) = &self.sent else { return false };
        let ours = |value: Option<&str>| same(field, sent.value.as_deref(), value, clip);
        let edited_since = |seen: &Dated| seen.at > sent.at && !ours(seen.value.as_deref());
        !self.seen.as_ref().is_some_and(edited_since) && ours(incoming)
    }

    /// The value that both sides last agreed on, with its instant: the base of a three-way merge.
    pub fn base(&self) -> Option<&Dated> {
        match (&self.sent, &self.seen) {
            (Some(sent), Some(seen)) => Some(if sent.at >= seen.at { sent } else { seen }),
            (sent, seen) => sent.as_ref().or(seen.as_ref()),
        }
    }
}

/// Whether `seen` holds what is `wanted`: equal, a rendering of it, or both empty.
pub(crate) fn same(field: Field, wanted: Option<&str>, seen: Option<&str>, clip: Option<usize>) -> bool {
    match (wanted, seen) {
        (Some(wanted), Some(seen)) => fold::renders(field, wanted, seen, clip),
        (wanted, seen) => wanted.unwrap_or_default().is_empty() && seen.unwrap_or_default().is_empty(),
    }
}

/// What a platform is believed to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shadow {
    /// The kind of the record there; `None` while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// When we last wrote the kind there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind_sent: Option<Moment>,
    /// The instant of the newest report of the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind_seen: Option<Moment>,
    /// What an unanswered call was to make of the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind_unsure: Option<UnsureKind>,
    /// Field by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<Field, Held>,
}

impl Shadow {
    /// Notes that a call carried these values and had ended at `at`. A field that was left apart stays so when the
    /// platform was only given its own value again.
    pub fn note_sent(&mut self, kind: Kind, fields: &BTreeMap<Field, Option<String>>, at: Moment) {
        self.kind = Some(kind);
        self.kind_sent = Some(at);
        self.kind_unsure = None;
        for (field, value) in fields {
            let held = self.fields.entry(*field).or_default();
            if held.seen.as_ref().is_none_or(|seen| seen.value != *value) {
                held.apart = None;
            }
            let before = held.base().and_then(|base| base.value.clone());
            if before != *value {
                held.replaced = before;
            }
            held.sent = Some(Dated { value: value.clone(), at });
            held.unsure.clear();
        }
    }

    /// Notes that a call carried these values, and that nobody knew at `at` whether they had arrived or would until
    /// `until`.
    pub fn note_unsure(
        &mut self,
        kind: Kind,
        fields: &BTreeMap<Field, Option<String>>,
        (at, until): (Moment, Moment),
    ) {
        if self.kind_unsure.is_some() || self.kind.is_some_and(|there| there != kind) {
            self.kind_unsure = Some(UnsureKind { kind, at, until });
        }
        for (field, value) in fields {
            let unsure = Unsure { value: value.clone(), at, until };
            self.fields.entry(*field).or_default().note_unsure(unsure);
        }
    }

    /// Whether a sighting of the kind is the arrival of an unanswered call; it ends the uncertainty, as does any other
    /// kind that is seen when the call can no longer be carried out.
    pub(crate) fn resolve_unsure_kind(&mut self, kind: Kind, as_of: Moment) -> bool {
        let ended = |unsure: &mut UnsureKind| unsure.kind == kind || unsure.until < as_of;
        let arrived = self.kind_unsure.take_if(ended).filter(|unsure| unsure.kind == kind);
        self.kind_sent = arrived.map(|unsure| unsure.at).or(self.kind_sent);
        arrived.is_some()
    }

    /// Forgets a field that left the projection: it is neither cleared there nor remembered here.
    pub fn forget(&mut self, field: Field) {
        self.fields.remove(&field);
    }
}
