//! Shadows: what a platform is believed to hold of a person, in canonical fields.
//!
//! Per field a shadow keeps what was last *sent* and what was last *seen*. The difference between the two is the
//! platform's own rendering; the difference between either and the profile is work.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Field, Kind, Moment, fold};

/// A value at an instant. `None` is an empty field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// The value.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// When it was so.
    #[serde(rename = "t")]
    pub at: Moment,
}

/// How many different values of unanswered calls a field remembers. The second oldest gives way: the oldest is most
/// often what a call carried, and the later ones what replaced it while the link was due.
const UNSURE_MAX: usize = 16;

/// How many values that we replaced a field remembers, and for how many milliseconds.
const REPLACED_MAX: usize = 4;
const REPLACED_MS: i64 = 3_600_000;

/// What a write of ours replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// What was believed to be there; `None` where a record was taken over whose value nobody knew.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Dated>,
    /// When the write had ended.
    #[serde(rename = "t")]
    pub at: Moment,
}

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
    /// What our last writes replaced, oldest first: a report that crosses our write and shows one of these is late, one
    /// that shows anything else is an edit.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<Replaced>,
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

    /// Whether nothing is known to be there.
    pub fn is_empty(&self) -> bool {
        let unsure = self.unsure.iter().map(|unsure| &unsure.value);
        self.base().map(|base| &base.value).into_iter().chain(unsure).all(Option::is_none)
    }

    /// Whether we wrote the field, or may have, at or after an instant: a report of that instant crosses our write.
    pub(crate) fn is_written_since(&self, as_of: Moment) -> bool {
        self.sent.as_ref().is_some_and(|sent| sent.at >= as_of)
            || self.unsure.iter().any(|unsure| unsure.at >= as_of)
    }

    /// Whether a report that crosses our writes shows neither what they wrote nor what they replaced: somebody there
    /// edited it about when we wrote.
    pub(crate) fn is_edit_across(
        &self,
        field: Field,
        incoming: Option<&str>,
        since: Moment,
        clip: Option<usize>,
    ) -> bool {
        let replaced = self.replaced_since(since).filter_map(|replaced| replaced.before.as_ref());
        let held = self.base().into_iter().chain(replaced).map(|dated| &dated.value);
        let unsure = self.unsure.iter().map(|unsure| &unsure.value);
        !held.chain(unsure).any(|value| same(field, value.as_deref(), incoming, clip))
    }

    fn replaced_since(&self, since: Moment) -> impl Iterator<Item = &Replaced> {
        self.replaced.iter().filter(move |replaced| replaced.at >= since)
    }

    /// What it was believed to hold at an instant, before the writes that a report crosses; `None` where nobody knew.
    pub(crate) fn at(&self, since: Moment) -> Option<Dated> {
        match self.replaced_since(since).next() {
            Some(replaced) => replaced.before.clone(),
            None => self.base().cloned(),
        }
    }

    /// Nobody knows whether our write or the edit that crossed it and arrived at `as_of` stayed, so that the write
    /// counts as unanswered.
    pub(crate) fn cross(&mut self, since: Moment, as_of: Moment) {
        if let Some(Dated { value, at }) = self.sent.take_if(|sent| sent.at >= since) {
            self.note_unsure(Unsure { value, at, until: at.max(as_of) });
        }
    }

    /// A later sighting of an unanswered write ends the uncertainty of it and of those before it: it did arrive, and
    /// after every sighting that did not show it, for as long as it could. A sighting of anything else ends only what
    /// can no longer be carried out.
    pub(crate) fn resolve_unsure(
        &mut self,
        field: Field,
        incoming: Option<&str>,
        since: Moment,
        clip: Option<usize>,
    ) {
        let arrived = |unsure: &Unsure| same(field, unsure.value.as_deref(), incoming, clip);
        let newest = self.unsure.iter().rposition(arrived).map_or(0, |newest| newest + 1);
        if let Some(Unsure { value, at, until }) = self.unsure.drain(..newest).next_back() {
            let without_it = self.seen.as_ref().map_or(at, |seen| seen.at.min(until));
            self.sent = Some(Dated { value, at: at.max(without_it) });
        }
        self.unsure.retain(|unsure| unsure.until >= since);
    }

    fn note_replaced(&mut self, by: Option<&str>, at: Moment) {
        let before = self.base().cloned();
        if before.as_ref().is_some_and(|before| before.value.as_deref() == by) {
            return;
        }
        self.replaced.retain(|old| at.since_ms(old.at) < REPLACED_MS);
        if self.replaced.len() == REPLACED_MAX {
            self.replaced.remove(0);
        }
        self.replaced.push(Replaced { before, at });
    }

    fn note_unsure(&mut self, unsure: Unsure) {
        self.unsure.pop_if(|last| last.value == unsure.value);
        if self.unsure.len() == UNSURE_MAX {
            self.unsure.remove(1);
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
    /// When a call of ours had made the record, if one did: what that call did not carry was empty there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Moment>,
    /// When we last wrote the kind there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind_sent: Option<Moment>,
    /// The kind that our last write replaced by another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind_replaced: Option<(Kind, Moment)>,
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
    /// Notes that a call carried these values and had ended at `at`; where there was a record before, also what they
    /// replaced, but for what was empty since we made it: most fields of most people are, and take room. A field that was
    /// left apart stays so when the platform was only given its own value again.
    pub fn note_sent(&mut self, kind: Kind, fields: &BTreeMap<Field, Option<String>>, at: Moment) {
        let was = self.kind.replace(kind);
        if let Some(was) = was.filter(|was| *was != kind) {
            self.kind_replaced = Some((was, at));
        }
        self.kind_sent = Some(at);
        self.kind_unsure = None;
        for (field, value) in fields {
            let held = self.fields.entry(*field).or_default();
            if held.seen.as_ref().is_none_or(|seen| seen.value != *value) {
                held.apart = None;
            }
            let stays_empty = value.is_none() && self.made.is_some() && !held.is_known();
            if was.is_some() && !stays_empty {
                held.note_replaced(value.as_deref(), at);
            }
            held.sent = Some(Dated { value: value.clone(), at });
            held.unsure.clear();
        }
    }

    /// Forgets that these fields were sent.
    pub(crate) fn forget_sent(&mut self, fields: &BTreeSet<Field>) {
        for field in fields {
            if let Some(held) = self.fields.get_mut(field) {
                held.sent = None;
            }
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

    /// What a field of a record that we made held before anybody filled it. Owner and lead source are left out: platforms
    /// give a new record one of their own.
    pub(crate) fn born_empty(&self, field: Field) -> Option<Dated> {
        self.made.filter(|_| !field.is_reference()).map(|at| Dated { value: None, at })
    }

    /// Whether we wrote the kind, or may have, at or after an instant.
    pub(crate) fn is_kind_written_since(&self, as_of: Moment) -> bool {
        let written = [self.kind_sent, self.kind_unsure.map(|unsure| unsure.at)];
        written.into_iter().flatten().any(|at| at >= as_of)
    }

    /// Whether a report that crosses our write shows neither the kind we wrote nor the one that it replaced.
    pub(crate) fn is_kind_edit_across(&self, kind: Kind, as_of: Moment) -> bool {
        let replaced = self.kind_replaced.filter(|(_, at)| *at >= as_of).map(|(kind, _)| kind);
        let unsure = self.kind_unsure.map(|unsure| unsure.kind);
        ![self.kind, replaced, unsure].contains(&Some(kind))
    }

    /// Nobody knows which of the two kinds stayed.
    pub(crate) fn cross_kind(&mut self, as_of: Moment) {
        if let (Some(kind), Some(at), None) = (self.kind, self.kind_sent, self.kind_unsure) {
            self.kind_unsure = Some(UnsureKind { kind, at, until: at.max(as_of) });
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
