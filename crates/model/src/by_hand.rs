//! By hand: what a person may decide about a held link.

use crate::settle::took;
use crate::{Hold, HoldReason, Kind, Link, Moment, RemoteId, Shadow, State};

/// What somebody who looked decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Try it again.
    Again,
    /// It goes out again if it waits because of a restore: somebody said that creating may go on there.
    Accepted,
    /// The record there is this one.
    Is(RemoteId),
    /// A call in doubt was not carried out; it is made again.
    NotThere,
    /// It was settled outside the Connector; the next edit is sent as ever. Not for what nobody knows:
    /// that edit would make the record a second time.
    Settled,
}

/// Why a decision cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is held; perhaps somebody else decided already.
    NotHeld,
    /// A call in doubt is never simply made again or forgotten: somebody must say whether it arrived.
    InDoubt,
    /// The store is older than the platform, and nobody knows whether the record was made there since.
    SinceRestore,
    /// Only a doubt, a record that the platform says it has, and one since a restore can be given a number.
    NoNumberWanted,
    /// Only a call in doubt can be said not to have arrived.
    NotInDoubt,
    /// The record is gone at the platform: it is made again, or another one takes its place.
    Gone,
}

impl HoldReason {
    /// Why a link is neither simply tried again nor settled, where nobody knows whether its record is there.
    pub const fn unknown(&self) -> Option<Refusal> {
        match self {
            HoldReason::Doubt { .. } => Some(Refusal::InDoubt),
            HoldReason::Restored { .. } => Some(Refusal::SinceRestore),
            _ => None,
        }
    }
}

/// Takes a decision about a person who is now of this kind; a refused one changes nothing. Group releases use
/// [`Decision::Again`] and so never end what nobody knows.
pub fn decide_by_hand(
    link: &mut Link,
    decision: Decision,
    (kind, now): (Kind, Moment),
) -> Result<(), Refusal> {
    let reason = match &link.state {
        State::Held(Hold { reason, .. }) => reason,
        State::Gone { .. } => return replace_gone(link, decision, (kind, now)),
        _ => return Err(Refusal::NotHeld),
    };
    if let (Decision::Again | Decision::Settled, Some(refusal)) = (&decision, reason.unknown()) {
        return Err(refusal);
    }
    match (decision, reason.clone()) {
        (Decision::Is(id), HoldReason::Doubt { mark, .. }) => {
            link.take_record(id);
            took(link, mark.kind, &mark.fields, mark.at);
        }
        (Decision::Is(id), HoldReason::Duplicate { .. } | HoldReason::Restored { .. }) => {
            link.take_record(id);
            link.shadow.kind = Some(link.owed.take().unwrap_or(kind));
        }
        (Decision::Is(_), _) => return Err(Refusal::NoNumberWanted),
        (Decision::NotThere, HoldReason::Doubt { .. })
        | (Decision::Accepted, HoldReason::Restored { .. })
        | (Decision::Again, _) => {}
        (Decision::Accepted, _) => return Err(Refusal::NotHeld),
        (Decision::NotThere, HoldReason::Restored { .. }) => return Err(Refusal::SinceRestore),
        (Decision::NotThere, _) => return Err(Refusal::NotInDoubt),
        (Decision::Settled, _) => {
            link.state = State::Idle;
            return Ok(());
        }
    }
    go_on(link, now);
    Ok(())
}

/// A record that is gone is forgotten with all that it held: its number may never have been the person's. Without another
/// one the person is created, after the platform was asked where it can be.
fn replace_gone(link: &mut Link, decision: Decision, (kind, now): (Kind, Moment)) -> Result<(), Refusal> {
    let there = link.shadow.kind.unwrap_or(kind);
    let (record, kind) = match decision {
        Decision::Again => (None, None),
        Decision::Is(id) => (Some(id), Some(there)),
        Decision::Accepted | Decision::NotThere | Decision::Settled => return Err(Refusal::Gone),
    };
    link.former.retain(|former| Some(former) != record.as_ref());
    link.record = record;
    link.found_at = None;
    link.shadow = Shadow { kind, ..Shadow::default() };
    go_on(link, now);
    Ok(())
}

fn go_on(link: &mut Link, now: Moment) {
    link.state = State::Due { at: now };
    link.tries = 0;
    link.failing_since = None;
}
