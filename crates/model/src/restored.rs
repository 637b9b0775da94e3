//! Restored: what may be called after a store was put back from a backup.
//!
//! Such a store is older than the platforms: it does not remember what was created after the backup was taken. So a
//! call that would make a second record of a person, or a member of one who is a member already, is not made on the
//! store's word alone. A platform that can be asked is asked; for one that cannot, an operator decides.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Abilities, ConnectionId, FindBy, HoldReason, Kind, Link, Moment, Operation, PersonId, RemoteId, State,
    Step,
};

/// How many numbers of people are passed over after a restore. Platforms that keep them hold those of people whom the
/// store has forgotten, and nobody else may be given one.
pub const NUMBERS_PASSED_OVER: i64 = 10_000_000;

/// That a store was put back from a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// When the backup was taken.
    pub backup_at: Moment,
    /// When it was put back; `None` in a copy that nobody opened yet.
    pub restored_at: Option<Moment>,
    /// Numbers of people that may have been given to others after a backup: first, and first after them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forgotten: Vec<(PersonId, PersonId)>,
    /// Connections of which an operator said that creating may go on, and when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accepted: BTreeMap<ConnectionId, Moment>,
}

/// Whether a step may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// It may.
    Call,
    /// Only once the platform was asked for the person; that it has none counts from then on.
    Look {
        /// From when on: whatever was under way before the restore has ended and can be seen.
        none_counts_from: Moment,
    },
    /// Only once somebody decided it.
    Decide,
}

impl Restored {
    /// Notes that the copy is put to use. `next` is the first number that it did not give to anybody; answers the first
    /// that may be given from now on.
    pub fn begin(&mut self, now: Moment, next: PersonId) -> PersonId {
        let from = PersonId(next.0 + NUMBERS_PASSED_OVER);
        self.restored_at = Some(now);
        self.accepted.clear();
        self.forgotten.push((next, from));
        from
    }

    /// The first number that may be given to a new person.
    pub fn first_number(&self) -> PersonId {
        self.forgotten.iter().map(|(_, until)| *until).max().unwrap_or_default()
    }

    /// Whether a number of a person, as a platform shows it, may be that of somebody who was forgotten.
    pub fn forgot(&self, external_id: &str) -> bool {
        let number = external_id.parse().map(PersonId);
        number
            .is_ok_and(|number| self.forgotten.iter().any(|(from, until)| (*from..*until).contains(&number)))
    }

    /// Whether creating goes on as usual on a connection.
    pub fn is_over_for(&self, connection: ConnectionId) -> bool {
        self.accepted.contains_key(&connection)
    }

    /// Whether the store knew the person when the backup was taken.
    fn knew(&self, person: PersonId) -> bool {
        self.forgotten.last().is_none_or(|(from, _)| person < *from)
    }
}

/// Whether a step may be called, for all that is known since a restore.
pub fn may_call(link: &Link, step: &Step, abilities: &Abilities, restored: Option<&Restored>) -> May {
    let Some(restored) = restored.filter(|restored| !restored.is_over_for(link.connection)) else {
        return May::Call;
    };
    let safe = abilities.of(step.operation).is_some_and(|ability| ability.safe_to_repeat);
    let knew = restored.knew(link.person);
    let settled = match step.operation {
        Operation::Convert => safe || is_known_since(link, restored),
        _ if link.record.is_some() => true,
        _ => safe && knew,
    };
    if settled {
        return May::Call;
    }
    let finds = abilities.can_be_asked() && (knew || abilities.find_by != [FindBy::ExternalId].into());
    if !finds {
        return May::Decide;
    }
    let ended = restored.restored_at.unwrap_or_default().plus_ms(abilities.deadline_ms(step.operation));
    let slow = i64::from(abilities.late_after_s) + i64::from(abilities.visible_after_s);
    May::Look { none_counts_from: ended.plus_s(slow) }
}

/// What the platform's answer means for a step that had to wait for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weighed {
    /// This is the person, and what the step would do was done.
    There(RemoteId),
    /// It was not done: the step may be called.
    Call,
    /// It may still be under way: to be asked again then.
    Again(Moment),
    /// These could be the person, and nobody but an operator can tell.
    Decide(Vec<RemoteId>),
}

/// Weighs the records that a platform showed when it was asked for the person of a step.
pub fn weigh(
    link: &Link,
    step: &Step,
    shown: &[(RemoteId, Option<Kind>)],
    (now, none_counts_from): (Moment, Moment),
) -> Weighed {
    let all = || shown.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    let none = || if now < none_counts_from { Weighed::Again(none_counts_from) } else { Weighed::Call };
    if step.operation != Operation::Convert {
        return match shown {
            [] => none(),
            [(one, _)] => Weighed::There(one.clone()),
            _ => Weighed::Decide(all()),
        };
    }
    let members: Vec<&RemoteId> =
        shown.iter().filter(|(_, kind)| *kind == Some(Kind::Member)).map(|(id, _)| id).collect();
    match members[..] {
        [one] => Weighed::There(one.clone()),
        [] if shown.iter().any(|(id, kind)| link.record.as_ref() == Some(id) && kind.is_some()) => none(),
        _ => Weighed::Decide(all()),
    }
}

/// Lets a link go that waited because of a restore: an operator decided it, or the record became known.
pub fn release_restored(link: &mut Link, now: Moment) -> bool {
    let State::Held(hold) = &link.state else { return false };
    let released = matches!(hold.reason, HoldReason::Restored { .. });
    if released {
        link.state = State::Due { at: now };
    }
    released
}

/// Whether the platform took or said something of the record since the restore.
fn is_known_since(link: &Link, restored: &Restored) -> bool {
    let Some(since) = restored.restored_at else { return false };
    let newer = |dated: &Option<crate::Dated>| dated.as_ref().is_some_and(|dated| dated.at >= since);
    link.shadow.fields.values().any(|held| newer(&held.sent) || newer(&held.seen))
}
