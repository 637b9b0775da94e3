//! Settle: what the end of a call means for its link.

use crate::{
    Abilities, Doubt, Hold, HoldReason, Link, Mark, Moment, Operation, Outcome, RemoteId, State, Step, retry,
};

/// What settling depends on besides the outcome.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// What the platform can do.
    pub abilities: &'a Abilities,
    /// Now.
    pub now: Moment,
    /// When the call began.
    pub began: Moment,
    /// The call's deadline, in milliseconds.
    pub deadline_ms: i64,
    /// A number in 0..1 that spreads retries.
    pub chance: f64,
}

/// What became of the link, for the Connector Log and for the lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The platform has it; the caller plans the next step, if any.
    Arrived,
    /// It is tried again at this time; nobody need do anything.
    Again(Moment),
    /// It is not known whether it arrived; the platform is asked at this time.
    Asking(Moment),
    /// It waits for somebody; the reason is in the link's state.
    Held,
    /// The record is gone there.
    Gone,
}

/// Settles one call.
pub fn settle(link: &mut Link, step: &Step, outcome: &Outcome, at: Circumstances<'_>) -> Settled {
    match outcome {
        Outcome::Saved { id } => arrived(link, step, id.as_ref(), at),
        Outcome::Unchanged => arrived(link, step, None, at),
        Outcome::Duplicate { id: Some(id), .. } => {
            link.take_record(id.clone());
            link.shadow.kind = Some(step.kind);
            link.owed = None;
            link.state = State::Due { at: at.now };
            Settled::Arrived
        }
        Outcome::Duplicate { id: None, said } => {
            if at.abilities.can_be_asked() && link.record.is_none() {
                return doubt(link, step, at);
            }
            hold(link, HoldReason::Duplicate { said: said.clone() }, at.now)
        }
        Outcome::Doubtful { .. } => doubt(link, step, at),
        Outcome::Gone => {
            link.state = State::Gone { since: at.now };
            Settled::Gone
        }
        Outcome::Rejected { field, said } => {
            hold(link, HoldReason::Rejected { field: *field, said: said.clone() }, at.now)
        }
        Outcome::Unsupported => {
            let said = format!("{} is not declared", step.operation.name());
            hold(link, HoldReason::Misconfigured { said }, at.now)
        }
        Outcome::Misconfigured { reason } => {
            hold(link, HoldReason::Misconfigured { said: reason.clone() }, at.now)
        }
        Outcome::Unavailable { retry_after_s, .. } | Outcome::Throttled { retry_after_s } => {
            again(link, *retry_after_s, at)
        }
        Outcome::Unauthorised { .. } => again(link, None, at),
    }
}

fn arrived(link: &mut Link, step: &Step, id: Option<&RemoteId>, at: Circumstances<'_>) -> Settled {
    if let Some(id) = id {
        link.take_record(id.clone());
    }
    link.shadow.note_sent(step.kind, &step.fields, at.began);
    link.owed = None;
    link.tries = 0;
    link.failing_since = None;
    link.state = State::Idle;
    Settled::Arrived
}

fn again(link: &mut Link, asked_s: Option<u32>, at: Circumstances<'_>) -> Settled {
    link.tries = link.tries.saturating_add(1);
    link.failing_since.get_or_insert(at.now);
    let again = retry::again_at(at.now, link.tries, asked_s, at.chance);
    link.state = State::Due { at: again };
    Settled::Again(again)
}

fn hold(link: &mut Link, reason: HoldReason, now: Moment) -> Settled {
    link.state = State::Held(Hold { reason, since: now });
    Settled::Held
}

/// The mark to write down before a step that is not safe to repeat.
pub fn mark(step: &Step, now: Moment) -> Mark {
    Mark { operation: step.operation, kind: step.kind, fields: step.fields.clone(), at: now }
}

fn doubt(link: &mut Link, step: &Step, at: Circumstances<'_>) -> Settled {
    let written = mark(step, at.began);
    begin_doubt(link, written, at.abilities, (at.now, at.deadline_ms))
}

/// Makes a link doubtful: a call was written down and its end is not known. A platform that can be asked is asked once
/// nothing can arrive late any more; otherwise the link is held for a person's decision.
pub fn begin_doubt(
    link: &mut Link,
    mark: Mark,
    abilities: &Abilities,
    (now, deadline_ms): (Moment, i64),
) -> Settled {
    let askable = abilities.can_be_asked() && mark.operation != Operation::Convert;
    if !askable {
        return hold(link, HoldReason::Doubt { mark, candidates: Vec::new() }, now);
    }
    let grace_s = i64::from(abilities.late_after_s) + i64::from(abilities.visible_after_s);
    let look_at = mark.at.plus_ms(deadline_ms).plus_s(grace_s).max(now);
    link.state = State::Doubtful(Doubt { mark, look_at, found_none: 0 });
    Settled::Asking(look_at)
}

/// What a look-up for a doubtful call said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// These records could be the person: right keys, nobody else's, not older than the call.
    Found(Vec<RemoteId>),
    /// The platform did not answer the question.
    NotAnswered,
}

/// Takes a look-up as evidence. Only a second "none" lets the call be made again.
pub fn looked(link: &mut Link, evidence: Looked, at: Circumstances<'_>) -> Settled {
    let State::Doubtful(doubt) = &mut link.state else { return Settled::Arrived };
    let wait_ms = retry::again_at(Moment(0), doubt.found_none + 1, None, at.chance).0
        + i64::from(at.abilities.visible_after_s) * 1000;
    match evidence {
        Looked::NotAnswered => {
            doubt.look_at = at.now.plus_ms(wait_ms);
            Settled::Asking(doubt.look_at)
        }
        Looked::Found(found) => match &found[..] {
            [] if doubt.found_none == 0 => {
                doubt.found_none = 1;
                doubt.look_at = at.now.plus_ms(wait_ms);
                Settled::Asking(doubt.look_at)
            }
            [] => {
                link.state = State::Due { at: at.now };
                Settled::Again(at.now)
            }
            [one] => {
                let Mark { kind, fields, at: began, .. } = doubt.mark.clone();
                link.take_record(one.clone());
                link.shadow.note_sent(kind, &fields, began);
                link.owed = None;
                link.state = State::Idle;
                Settled::Arrived
            }
            several => {
                let reason = HoldReason::Doubt { mark: doubt.mark.clone(), candidates: several.to_vec() };
                hold(link, reason, at.now)
            }
        },
    }
}
