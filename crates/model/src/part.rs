//! Parts: a call of several requests of which a later one failed. What was stored is settled, and the rest is due.

use std::collections::{BTreeMap, BTreeSet};

use crate::settle::{made, took};
use crate::{
    Circumstances, Field, Link, Mark, Moment, Next, Operation, Outcome, RemoteId, Settled, Step, late_answer,
    release_if_edited, settle,
};

/// What a call of several steps stored before one of them failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The record's number, where the call gave one.
    pub id: Option<RemoteId>,
    /// The fields that were not stored.
    pub left: BTreeSet<Field>,
}

/// Settles a call of which a part was stored: the record and what it holds are noted, and the outcome is that of the rest,
/// which goes out as an update.
pub fn settle_part(
    link: &mut Link,
    step: &Step,
    (part, outcome): (&Part, &Outcome),
    at: Circumstances<'_>,
) -> Settled {
    let was_there = link.record.is_some();
    let (tries, failing_since) = (link.tries, link.failing_since);
    let (left, stored): (BTreeMap<_, _>, BTreeMap<_, _>) =
        step.fields.clone().into_iter().partition(|(field, _)| part.left.contains(field));
    made(link, (step.operation, &stored), at.now);
    if let Some(id) = &part.id {
        link.take_record(id.clone());
    }
    took(link, step.kind, &stored, at.now);
    if was_there {
        (link.tries, link.failing_since) = (tries, failing_since);
    }
    let rest = Step {
        operation: Operation::update(step.kind),
        kind: step.kind,
        changed: left.keys().copied().collect(),
        fields: left,
    };
    settle(link, &rest, outcome, at)
}

/// As [`late_answer`], where a part of the call was stored.
pub fn late_part(link: &mut Link, mark: &Mark, part: &Part, now: Moment) -> bool {
    let ended = late_answer(link, mark, &Outcome::Saved { id: part.id.clone() }, now);
    if ended {
        link.shadow.forget_sent(&part.left);
    }
    ended
}

/// As [`release_if_edited`], for the rest of a call that was stored in part: what is left of it would be sent by another call,
/// which is no edit.
pub fn release_rest_if_edited(
    link: &mut Link,
    (sent, part): (&Step, &Part),
    next: &Next,
    now: Moment,
) -> bool {
    let same = match next {
        Next::Rest(_) => false,
        Next::Call(next) => {
            let was_sent = |field: &Field| next.fields.get(field) == sent.fields.get(field);
            next.kind == sent.kind
                && next.changed.iter().all(|field| part.left.contains(field) && was_sent(field))
        }
    };
    !same && release_if_edited(link, sent, next, now)
}
