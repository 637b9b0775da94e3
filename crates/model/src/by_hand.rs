//! By hand: what a person may decide about a held link.

use crate::settle::took;
use crate::{Hold, HoldReason, Kind, Link, Moment, RemoteId, State};

/// What somebody who looked decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Try it again.
    Again,
    /// The record there is this one.
    Is(RemoteId),
    /// A call in doubt was not carried out; it is made again.
    NotThere,
    /// It was settled outside the Connector; the next edit is sent as ever. Not for a doubt: that edit would make the
    /// record a second time.
    Settled,
}

/// Why a decision cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is held; perhaps somebody else decided already.
    NotHeld,
    /// A call in doubt is never simply made again or forgotten: somebody must say whether it arrived.
    InDoubt,
    /// Only a doubt, or a record that the platform says it has, can be given a number.
    NoNumberWanted,
    /// Only a call in doubt can be said not to have arrived.
    NotInDoubt,
}

/// Takes a decision about a person who is now of this kind; a refused one changes nothing. Group releases use
/// [`Decision::Again`] and so never end a doubt.
pub fn decide_by_hand(
    link: &mut Link,
    decision: Decision,
    (kind, now): (Kind, Moment),
) -> Result<(), Refusal> {
    let State::Held(Hold { reason, .. }) = &link.state else { return Err(Refusal::NotHeld) };
    match (decision, reason.clone()) {
        (Decision::Again | Decision::Settled, HoldReason::Doubt { .. }) => return Err(Refusal::InDoubt),
        (Decision::Is(id), HoldReason::Doubt { mark, .. }) => {
            link.take_record(id);
            took(link, mark.kind, &mark.fields, mark.at);
        }
        (Decision::Is(id), HoldReason::Duplicate { .. }) => {
            link.take_record(id);
            link.shadow.kind = Some(link.owed.take().unwrap_or(kind));
        }
        (Decision::Is(_), _) => return Err(Refusal::NoNumberWanted),
        (Decision::NotThere, HoldReason::Doubt { .. }) | (Decision::Again, _) => {}
        (Decision::NotThere, _) => return Err(Refusal::NotInDoubt),
        (Decision::Settled, _) => {
            link.state = State::Idle;
            return Ok(());
        }
    }
    link.state = State::Due { at: now };
    link.tries = 0;
    link.failing_since = None;
    Ok(())
}
