//! Settle: what the end of a call means for its link.

use std::collections::BTreeMap;

use crate::{
    Abilities, Doubt, Field, Hold, HoldReason, Kind, Link, Mark, Moment, Next, Operation, Outcome, RemoteId,
    State, Step, retry,
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
        Outcome::Saved { id: None } | Outcome::Unchanged if link.record.is_none() => {
            let settled = doubt(link, step, at);
            if let State::Doubtful(doubt) = &mut link.state {
                doubt.taken = true;
            }
            settled
        }
        Outcome::Saved { id } => arrived(link, step, id.as_ref(), at),
        Outcome::Unchanged => arrived(link, step, None, at),
        Outcome::Duplicate { id: Some(id), .. }
            if link.record.is_none() || step.operation == Operation::Convert =>
        {
            link.take_record(id.clone());
            link.shadow.kind = Some(step.kind);
            link.owed = None;
            link.state = State::Due { at: at.now };
            Settled::Arrived
        }
        Outcome::Duplicate { id: None, .. } if at.abilities.can_be_asked() && link.record.is_none() => {
            look_for_duplicate(link, step, at)
        }
        Outcome::Duplicate { said, .. } => hold(link, HoldReason::Duplicate { said: said.clone() }, at.now),
        Outcome::Doubtful { reason } if is_repeatable(link, step, at.abilities) => {
            let last = last_arrival((at.began, step.operation), at.abilities);
            link.shadow.note_unsure(step.kind, &leaves(step, at.abilities), (at.now, last));
            again_or_give_up(link, (reason, last), at)
        }
        Outcome::Doubtful { .. } => doubt(link, step, at),
        Outcome::Gone => {
            link.state = State::Gone { since: at.now };
            Settled::Gone
        }
        Outcome::Rejected { field, said } => {
            hold(link, HoldReason::Rejected { field: *field, said: said.clone() }, at.now)
        }
        Outcome::Unsendable { field, too_long, .. } => {
            hold(link, HoldReason::Unsendable { field: *field, too_long: *too_long }, at.now)
        }
        Outcome::Unsupported => {
            let said = format!("{} is not declared", step.operation.name());
            hold(link, HoldReason::Misconfigured { said }, at.now)
        }
        Outcome::Misconfigured { reason } => {
            hold(link, HoldReason::Misconfigured { said: reason.clone() }, at.now)
        }
        Outcome::Unavailable { retry_after_s, .. } | Outcome::Throttled { retry_after_s } => {
            link.failing_since = None;
            if matches!(outcome, Outcome::Unavailable { .. }) {
                may_have_arrived(link, step, at);
            }
            again(link, *retry_after_s, at)
        }
        Outcome::Unauthorised { .. } => {
            link.failing_since = None;
            again(link, None, at)
        }
    }
}

/// An answer to a written-down call that comes after another node took the link over: evidence about that very call, if it
/// is still in doubt, and nothing else. Answers whether it was.
pub fn late_answer(link: &mut Link, mark: &Mark, outcome: &Outcome, now: Moment) -> bool {
    if open_mark(link) != Some(mark) {
        return false;
    }
    match outcome {
        Outcome::Doubtful { .. } => return false,
        Outcome::Saved { id: None } | Outcome::Unchanged if link.record.is_none() => return false,
        Outcome::Saved { .. } | Outcome::Unchanged => {
            made(link, (mark.operation, &mark.fields), mark.at);
            if let Outcome::Saved { id: Some(id) } = outcome {
                link.take_record(id.clone());
            }
            took(link, mark.kind, &mark.fields, mark.at);
        }
        _ => {}
    }
    link.state = State::Due { at: now };
    true
}

/// A platform names the record itself. Where the call that was to create it has not ended, what that call carried may be
/// what the platform tells: it is told back, not met.
pub fn named(link: &mut Link, record: RemoteId, abilities: &Abilities) {
    if let (None, Some(Mark { operation, kind, fields, at })) = (&link.record, open_mark(link).cloned()) {
        let last = last_arrival((at, operation), abilities);
        link.shadow.note_unsure(kind, &fields, (at, last));
        made(link, (operation, &fields), at);
    }
    link.take_record(record);
}

/// A create ended in a record, or counts as the one that made it. The mark of a call that was answered with "exists
/// already" carries nothing: that record is somebody else's.
pub(crate) fn made(
    link: &mut Link,
    (operation, fields): (Operation, &BTreeMap<Field, Option<String>>),
    at: Moment,
) {
    let creates = matches!(operation, Operation::CreateProspect | Operation::CreateMember);
    if creates && link.record.is_none() && !fields.is_empty() {
        link.shadow.made = Some(at);
    }
}

/// The call that was written down and whose end is not known.
const fn open_mark(link: &Link) -> Option<&Mark> {
    match &link.state {
        State::Calling(mark)
        | State::Doubtful(Doubt { mark, .. })
        | State::Held(Hold { reason: HoldReason::Doubt { mark, .. }, .. }) => Some(mark),
        _ => None,
    }
}

fn arrived(link: &mut Link, step: &Step, id: Option<&RemoteId>, at: Circumstances<'_>) -> Settled {
    made(link, (step.operation, &step.fields), at.now);
    if let Some(id) = id {
        link.take_record(id.clone());
    }
    took(link, step.kind, &leaves(step, at.abilities), at.now)
}

/// The platform holds these values, and did at the latest at `at`: a page that was read while the call was under way
/// may still show the old ones.
pub(crate) fn took(
    link: &mut Link,
    kind: Kind,
    fields: &BTreeMap<Field, Option<String>>,
    at: Moment,
) -> Settled {
    link.shadow.note_sent(kind, fields, at);
    link.owed = None;
    link.tries = 0;
    link.failing_since = None;
    link.state = State::Idle;
    Settled::Arrived
}

/// Whether an unanswered call may simply be made again: it is declared so, or it repeats the values of a record whose
/// number is known. Finding that record would prove nothing of the update.
fn is_repeatable(link: &Link, step: &Step, abilities: &Abilities) -> bool {
    step.operation != Operation::Convert
        && (link.record.is_some()
            || abilities.of(step.operation).is_some_and(|ability| ability.safe_to_repeat))
}

fn again_or_give_up(link: &mut Link, (reason, last): (&str, Moment), at: Circumstances<'_>) -> Settled {
    let since = *link.failing_since.get_or_insert(at.now);
    if at.now.since_ms(since) >= retry::GIVE_UP_AFTER_MS {
        return hold(link, HoldReason::Exhausted { said: reason.to_owned() }, at.now);
    }
    link.tries = link.tries.saturating_add(1);
    let again = retry::again_at(at.now, link.tries, None, at.chance).max(last);
    link.state = State::Due { at: again };
    Settled::Again(again)
}

/// A platform that fails may have stored an update all the same: its fields are sent again even if the person is what
/// they were before by then, and a report that shows it is no edit.
fn may_have_arrived(link: &mut Link, step: &Step, at: Circumstances<'_>) {
    if link.record.is_some() && step.operation != Operation::Convert {
        let last = last_arrival((at.began, step.operation), at.abilities);
        link.shadow.note_unsure(step.kind, &leaves(step, at.abilities), (at.now, last));
    }
}

/// What a call leaves at the platform: an update that sends the whole record also empties what it does not carry, so that
/// somebody who fills such a field there just then is told of it again.
fn leaves(step: &Step, abilities: &Abilities) -> BTreeMap<Field, Option<String>> {
    let whole = abilities
        .of(step.operation)
        .filter(|ability| ability.whole_record && step.operation != Operation::Convert);
    let emptied = whole.into_iter().flat_map(|ability| &ability.fields).filter(|field| !field.is_reference());
    emptied.map(|field| (*field, None)).chain(step.fields.clone()).collect()
}

/// Until when an unanswered call may still be carried out. Nothing newer is sent before, lest the older overtake it.
pub(crate) fn last_arrival((began, operation): (Moment, Operation), abilities: &Abilities) -> Moment {
    began.plus_ms(abilities.deadline_ms(operation)).plus_s(i64::from(abilities.late_after_s))
}

/// The record exists, whenever it was made, and holds none of our values: it is looked for at once.
fn look_for_duplicate(link: &mut Link, step: &Step, at: Circumstances<'_>) -> Settled {
    link.tries = link.tries.saturating_add(1);
    let written = Mark { fields: BTreeMap::new(), ..mark(step, at.abilities, Moment::default()) };
    begin_doubt(link, written, at.abilities, at.now)
}

fn again(link: &mut Link, asked_s: Option<u32>, at: Circumstances<'_>) -> Settled {
    link.tries = link.tries.saturating_add(1);
    let again = retry::again_at(at.now, link.tries, asked_s, at.chance);
    link.state = State::Due { at: again };
    Settled::Again(again)
}

fn hold(link: &mut Link, reason: HoldReason, now: Moment) -> Settled {
    link.state = State::Held(Hold { reason, since: now });
    Settled::Held
}

/// The mark to write down before a step that is not safe to repeat. It names what a record holds that was made by it for
/// sure: not what its call stores in later requests.
pub fn mark(step: &Step, abilities: &Abilities, now: Moment) -> Mark {
    let mut fields = step.fields.clone();
    if let Some(ability) = abilities.of(step.operation) {
        fields.retain(|field, _| !ability.later.contains(field));
    }
    Mark { operation: step.operation, kind: step.kind, fields, at: now }
}

fn doubt(link: &mut Link, step: &Step, at: Circumstances<'_>) -> Settled {
    let written = mark(step, at.abilities, at.began);
    begin_doubt(link, written, at.abilities, at.now)
}

/// Makes a link doubtful: a call was written down and its end is not known. A platform that can be asked is asked soon,
/// for a record that is found is evidence at any time, and again once nothing can arrive late any more, for only then
/// does "none" count. Otherwise the link is held for a person's decision. An update of a known record is made again
/// instead.
pub fn begin_doubt(link: &mut Link, mark: Mark, abilities: &Abilities, now: Moment) -> Settled {
    let last = last_arrival((mark.at, mark.operation), abilities);
    if link.record.is_some() {
        link.shadow.note_unsure(mark.kind, &mark.fields, (now, last));
    }
    if link.record.is_some() && mark.operation != Operation::Convert {
        let again = last.max(now);
        link.state = State::Due { at: again };
        return Settled::Again(again);
    }
    let askable = abilities.can_be_asked() && mark.operation != Operation::Convert;
    if !askable {
        return hold(link, HoldReason::Doubt { mark, candidates: Vec::new() }, now);
    }
    let visible_after_s = i64::from(abilities.visible_after_s);
    let counts_from = last.plus_s(visible_after_s);
    let look_at = now.plus_s(visible_after_s).min(counts_from).max(now);
    link.state = State::Doubtful(Doubt { mark, look_at, counts_from, found_none: 0, taken: false });
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

/// Takes evidence of a doubtful call: a look-up, or the record's number from a feed, a webhook or a late answer. Only a
/// second "none" that was asked late enough lets the call be made again, and only if the platform did not say that it took
/// it: somebody without an e-mail address cannot be found, and is there. A doubt that is already held ends by exactly one
/// record alone.
pub fn looked(link: &mut Link, evidence: Looked, at: Circumstances<'_>) -> Settled {
    match (&mut link.state, evidence) {
        (State::Doubtful(doubt), Looked::NotAnswered) => look_later(doubt, at),
        (State::Doubtful(doubt), Looked::Found(found)) if found.is_empty() => {
            if at.now < doubt.counts_from {
                doubt.look_at = doubt.counts_from;
                return Settled::Asking(doubt.look_at);
            }
            doubt.found_none += 1;
            if doubt.found_none < 2 {
                return look_later(doubt, at);
            }
            if doubt.taken {
                let mark = doubt.mark.clone();
                return hold(link, HoldReason::Doubt { mark, candidates: Vec::new() }, at.now);
            }
            let again = match link.tries {
                0 => at.now,
                tries => retry::again_at(at.now, tries, None, at.chance),
            };
            link.state = State::Due { at: again };
            Settled::Again(again)
        }
        (
            State::Doubtful(Doubt { mark, .. })
            | State::Held(Hold { reason: HoldReason::Doubt { mark, .. }, .. }),
            Looked::Found(found),
        ) if !found.is_empty() => {
            let mark = mark.clone();
            recognised(link, mark, found, at)
        }
        (State::Held(_), _) => Settled::Held,
        _ => Settled::Arrived,
    }
}

fn look_later(doubt: &mut Doubt, at: Circumstances<'_>) -> Settled {
    let visible_after = i64::from(at.abilities.visible_after_s);
    let wait = retry::again_at(at.now, doubt.found_none.max(1), None, at.chance);
    doubt.look_at = wait.plus_s(visible_after);
    Settled::Asking(doubt.look_at)
}

fn recognised(link: &mut Link, mark: Mark, found: Vec<RemoteId>, at: Circumstances<'_>) -> Settled {
    match <[RemoteId; 1]>::try_from(found) {
        Ok([one]) => {
            made(link, (mark.operation, &mark.fields), mark.at);
            link.take_record(one);
            took(link, mark.kind, &mark.fields, mark.at)
        }
        Err(candidates) => hold(link, HoldReason::Doubt { mark, candidates }, at.now),
    }
}

/// Releases a hold when what would be sent is no longer what was refused: the edit that mends the data was accepted
/// while the call was under way. To be asked after [`settle`] answered [`Settled::Held`].
pub fn release_if_edited(link: &mut Link, sent: &Step, next: &Next, now: Moment) -> bool {
    let State::Held(hold) = &link.state else { return false };
    let released = hold.reason.ends_with_edit() && *next != Next::Call(sent.clone());
    if released {
        link.state = State::Due { at: now };
        link.tries = 0;
        link.failing_since = None;
    }
    released
}
