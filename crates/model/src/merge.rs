//! Merge: what a report changes.
//!
//! Three-way, with the sender's shadow as base, so that a platform that merely repeats what it was told changes
//! nothing, and one that reports an old value does not undo a newer one.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::shadow::same;
use crate::{
    Abilities, Conflict, ConnectionId, Dated, Field, Held, Kind, Known, KnownKind, Moment, Profile, Report,
    Shadow,
};

/// What a merge did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Fields whose value changed in the profile.
    pub changed: BTreeSet<Field>,
    /// The kind before, where it changed.
    pub was: Option<Kind>,
    /// Fields that both sides had changed; the agreement's rule decided.
    pub conflicts: Vec<Field>,
    /// Fields that differed when the two records met; neither was overwritten.
    pub left_apart: Vec<Field>,
    /// A kind that the sender may not move the person to.
    pub refused_kind: Option<Kind>,
    /// Something was sent there after the report was made: look again later.
    pub look_again: bool,
    /// An edit crossed our write: the sender is told what holds, for nobody knows which of the two it stored last.
    pub crossed: bool,
}

impl Merged {
    /// Whether the profile changed at all.
    pub fn is_change(&self) -> bool {
        !self.changed.is_empty() || self.was.is_some()
    }

    /// Whether there is nothing to tell of it.
    pub fn is_quiet(&self) -> bool {
        !self.is_change()
            && self.conflicts.is_empty()
            && self.left_apart.is_empty()
            && self.refused_kind.is_none()
            && !self.crossed
    }
}

/// Who reports, by which rule conflicts are decided, and what the platform can tell.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// The connection that reports.
    pub connection: ConnectionId,
    /// The agreement's conflict rule.
    pub conflict: Conflict,
    /// What the platform clips, and which kinds it tells apart.
    pub abilities: &'a Abilities,
}

impl Sender<'_> {
    fn clip(&self, field: Field) -> Option<usize> {
        self.abilities.clips.get(&field).copied()
    }

    fn wins(&self, known: Option<&Known>, as_of: Moment) -> bool {
        match self.conflict {
            Conflict::Newest => known.is_none_or(|known| as_of >= known.at),
            Conflict::Prefer(connection) => connection == self.connection,
        }
    }
}

/// A report that is told once says what is so now, and is newer than all that is known by now: that may be dated by another
/// node's clock, or by this one's before it was set back.
pub fn told_now<'a>(report: &'a Report, profile: &Profile, shadow: &Shadow) -> Cow<'a, Report> {
    let known = profile.fields.values().map(|known| known.at).chain([profile.kind.at]);
    let seen = shadow.fields.values().filter_map(|held| held.seen.as_ref()).map(|seen| seen.at);
    match known.chain(seen).chain(shadow.kind_seen).max() {
        Some(newest) if newest > report.as_of && report.on_its_way_since.is_some() => {
            Cow::Owned(Report { as_of: newest.plus_ms(1), ..report.clone() })
        }
        _ => Cow::Borrowed(report),
    }
}

/// Merges a report into a profile and remembers in the sender's shadow what was seen.
pub fn merge(profile: &mut Profile, shadow: &mut Shadow, report: &Report, sender: Sender<'_>) -> Merged {
    let mut merged = Merged::default();
    merge_kind(profile, shadow, report, sender, &mut merged);
    for (field, incoming) in &report.fields {
        merge_field(profile, shadow, (*field, incoming.as_deref(), report), sender, &mut merged);
    }
    merged
}

fn merge_kind(
    profile: &mut Profile,
    shadow: &mut Shadow,
    report: &Report,
    sender: Sender<'_>,
    merged: &mut Merged,
) {
    let Some(kind) = report.kind else { return };
    let repeated = shadow.kind == Some(kind);
    let seen_since = shadow.kind_seen.map(|seen| seen.cmp(&report.as_of));
    if seen_since == Some(Ordering::Greater) {
        return;
    }
    let since = report.on_its_way_since.unwrap_or(report.as_of);
    if shadow.is_kind_written_since(since) {
        let edit = report.on_its_way_since.is_some() && shadow.is_kind_edit_across(kind, since);
        merged.look_again |= !edit && !repeated;
        if !edit || seen_since == Some(Ordering::Equal) && repeated {
            return;
        }
        shadow.cross_kind(report.as_of);
        merged.crossed = true;
    }
    let arrived = shadow.resolve_unsure_kind(kind, report.as_of);
    shadow.kind = Some(kind);
    shadow.kind_seen = Some(report.as_of);
    let says_so = profile.kind.kind == kind || sender.abilities.kind_there(profile.kind.kind) == kind;
    if repeated || arrived || says_so {
        return;
    }
    if !profile.kind.kind.may_become(kind, profile.kind.by == sender.connection) {
        merged.refused_kind = Some(kind);
        return;
    }
    merged.was = Some(profile.kind.kind);
    profile.kind = KnownKind { kind, by: sender.connection, at: report.as_of };
}

fn merge_field(
    profile: &mut Profile,
    shadow: &mut Shadow,
    (field, incoming, report): (Field, Option<&str>, &Report),
    sender: Sender<'_>,
    merged: &mut Merged,
) {
    let incoming = incoming.filter(|value| !value.trim().is_empty());
    let as_of = report.as_of;
    let since = report.on_its_way_since.unwrap_or(as_of);
    let born_empty = incoming.and_then(|_| shadow.born_empty(field));
    let held = shadow.fields.entry(field).or_default();
    let clip = sender.clip(field);
    let seen_since = held.seen.as_ref().map(|seen| seen.at.cmp(&as_of));
    if seen_since == Some(Ordering::Greater) {
        return;
    }
    let base;
    if held.is_written_since(since) {
        let edit = report.on_its_way_since.is_some() && held.is_edit_across(field, incoming, since, clip);
        merged.look_again |= !edit;
        if !edit || seen_since == Some(Ordering::Equal) && held.repeats(incoming) {
            return;
        }
        merged.crossed = true;
        base = held.at(since).or(born_empty);
        held.cross(since, as_of);
    } else {
        held.resolve_unsure(field, incoming, since, clip);
        base = held.base().cloned().or(born_empty);
    }
    let repeats = held.repeats(incoming);
    let renders = held.renders(field, incoming, clip);
    held.seen = Some(Dated { value: incoming.map(str::to_owned), at: as_of });
    if repeats || renders {
        return;
    }
    held.sent = None;
    let known = profile.fields.get(&field);
    let current = known.and_then(|known| known.value.as_deref());
    let Some(base) = base else {
        return meet(profile, held, (field, incoming, as_of), sender, merged);
    };
    let still_apart = held.apart.take().is_some_and(|apart| current == Some(apart.as_str()));
    if current == incoming {
        return;
    }
    let moved_elsewhere = !still_apart
        && known.is_some_and(|known| known.by != sender.connection && has_moved(known, &base, field, clip));
    if moved_elsewhere {
        if same(field, current, incoming, clip) {
            return;
        }
        merged.conflicts.push(field);
        if !sender.wins(known, as_of) {
            return;
        }
    }
    set(profile, field, incoming, as_of, sender.connection, merged);
}

/// Two records meet: what is empty on one side is learned from the other; where both are filled, neither is overwritten.
/// Where we wrote already, over a value that nobody knew, what is told may be that old value: ours stays.
fn meet(
    profile: &mut Profile,
    held: &mut Held,
    (field, incoming, as_of): (Field, Option<&str>, Moment),
    sender: Sender<'_>,
    merged: &mut Merged,
) {
    let known = profile.fields.get(&field);
    match (known.and_then(|known| known.value.as_deref()), incoming) {
        (_, None) => {}
        (Some(current), Some(_)) if same(field, Some(current), incoming, sender.clip(field)) => {}
        (Some(current), Some(_)) if known.is_some_and(|known| known.by != sender.connection) => {
            if held.unsure.is_empty() {
                held.apart = Some(current.to_owned());
                merged.left_apart.push(field);
            } else {
                merged.conflicts.push(field);
            }
        }
        _ => set(profile, field, incoming, as_of, sender.connection, merged),
    }
}

/// Whether the profile's value is no longer what both sides last agreed on. References read differently on each side.
fn has_moved(known: &Known, base: &Dated, field: Field, clip: Option<usize>) -> bool {
    (!field.is_reference() || known.at > base.at)
        && !same(field, known.value.as_deref(), base.value.as_deref(), clip)
}

fn set(
    profile: &mut Profile,
    field: Field,
    value: Option<&str>,
    at: Moment,
    by: ConnectionId,
    merged: &mut Merged,
) {
    profile.fields.insert(field, Known { value: value.map(str::to_owned), by, at });
    merged.changed.insert(field);
}
