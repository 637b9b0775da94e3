//! Accept: what a change of a person means for one of their links.

use std::collections::{BTreeMap, BTreeSet};

use crate::settle::last_arrival;
use crate::{
    Abilities, Agreement, Field, Kind, Link, Moment, Next, Operation, Person, Profile, References, Rest,
    State, Tracking, creation_kind, next_step, project,
};

/// What accepting a change did to a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The link is due, or was already; the save travels with it.
    Due,
    /// The link waits for a person or for evidence; the save travels with it once that comes.
    Waits,
    /// Nothing goes out, and why.
    Rests(Rest),
    /// The record is gone at the platform and is not made again.
    Gone,
}

/// Takes note of a changed person on one link: owes it, makes it due, or says why nothing goes out.
pub fn accept(
    link: &mut Link,
    person: &Person,
    (agreement, abilities): (&Agreement, &Abilities),
    references: &References,
    (save, now): (Tracking, Moment),
) -> Accepted {
    if matches!(link.state, State::Gone { .. }) {
        return Accepted::Gone;
    }
    let kind = person.profile.kind.kind;
    if link.shadow.kind.is_none() && kind == Kind::Prospect && link.owed.is_none() {
        link.owed = creation_kind(kind, None, agreement).ok();
    }
    if matches!(link.state, State::Idle) {
        let projection = project(&person.profile, agreement, references);
        if let Next::Rest(rest) = next_step(link, &projection, agreement, abilities) {
            if matches!(rest, Rest::Unsupported(_)) {
                link.owed = None;
            }
            return Accepted::Rests(rest);
        }
    }
    link.pending.push(save);
    link.loads = false;
    match &link.state {
        State::Idle => link.state = State::Due { at: now },
        State::Held(hold) if hold.reason.ends_with_edit() => {
            link.state = State::Due { at: now };
            link.tries = 0;
            link.failing_since = None;
        }
        State::Held(_) => return Accepted::Waits,
        State::Due { .. } | State::Calling(_) | State::Doubtful(_) | State::Gone { .. } => {}
    }
    Accepted::Due
}

/// A value that is replaced while its link is due may be on its way there just now, and a hub that ends meanwhile never
/// hears whether it arrived: it counts as unanswered, so that it is put right, and is no edit when it is told back.
pub fn may_be_on_its_way(
    link: &mut Link,
    before: &Profile,
    changed: &BTreeSet<Field>,
    (abilities, now): (&Abilities, Moment),
) {
    let (Some(kind), State::Due { .. } | State::Calling(_)) = (link.shadow.kind, &link.state) else { return };
    let replaced = changed.iter().filter(|field| !field.is_reference());
    let replaced = replaced.map(|field| (*field, before.get(*field).map(str::to_owned)));
    let replaced: BTreeMap<_, _> = replaced
        .filter(|(field, value)| {
            let clip = abilities.clips.get(field).copied();
            link.shadow.fields.get(field).is_none_or(|held| !held.satisfies(*field, value.as_deref(), clip))
        })
        .collect();
    let last = last_arrival((now, Operation::update(kind)), abilities);
    link.shadow.note_unsure(kind, &replaced, (now, last));
}
