//! Looking: asking a platform for a person, before the first create and after a call without an answer.

use std::sync::Arc;

use model::{Looked, May, Moment, Operation, Outcome, Shown, State, Step, Weighed, could_be, looked, weigh};
use platform::{Answer, Found, Given};

use super::turn::{Turn, Wound};
use crate::Hub;

/// Whether a step is looked for before it is made.
pub(super) fn looks(turn: &Turn<'_>, step: &Step, may: May) -> bool {
    let abilities = turn.spoke.abilities();
    let creates = Operation::create(step.kind) == Some(step.operation);
    let safe = abilities.of(step.operation).is_some_and(|ability| ability.safe_to_repeat);
    matches!(may, May::Look { .. }) || may == May::Call && creates && !safe && abilities.can_be_asked()
}

impl Hub {
    /// Looks before the first create, wherever the platform can be asked, and after a restore before any call that must
    /// not happen twice. Answers whether the step must be planned anew.
    pub(super) async fn found_there(
        self: &Arc<Self>,
        turn: &mut Turn<'_>,
        step: &Step,
        may: May,
    ) -> store::Result<bool> {
        if !looks(turn, step, may) {
            return Ok(false);
        }
        let Some(answer) = ask(self, turn).await else { return Ok(false) };
        if !answered(&answer) {
            let now = self.clock().now();
            turn.tried(&Step { operation: Operation::FindPerson, ..step.clone() }, &answer, now);
            turn.settle(step, &unanswered(&answer.outcome), (now, now));
            turn.keep().await?;
            return Ok(true);
        }
        let candidates = acceptable(self, turn, &answer.found, None).await?;
        let shown: Vec<_> = candidates.iter().map(|found| (found.id.clone(), found.kind)).collect();
        let now = self.clock().now();
        let weighed = match (may, &shown[..]) {
            (May::Look { none_counts_from }, _) => weigh(&turn.link, step, &shown, (now, none_counts_from)),
            (_, [(one, _)]) => Weighed::There(one.clone()),
            _ => Weighed::Call,
        };
        let there = match weighed {
            Weighed::Call => return Ok(false),
            Weighed::There(there) => there,
            Weighed::Again(at) => {
                turn.link.state = State::Due { at };
                turn.keep_mark().await?;
                return Ok(true);
            }
            Weighed::Decide(candidates) => {
                turn.undecided(candidates);
                turn.keep().await?;
                return Ok(true);
            }
        };
        let Some(one) = candidates.iter().find(|found| found.id == there) else { return Ok(false) };
        turn.link.take_record(there);
        turn.link.found_at = Some(now);
        turn.link.shadow.kind = Some(one.kind.unwrap_or(step.kind));
        turn.link.owed = None;
        see(turn, one, now);
        turn.plan_on(now);
        turn.keep().await?;
        Ok(true)
    }

    /// Looks for the result of a call that was not answered.
    pub(super) async fn look(self: &Arc<Self>, turn: &mut Turn<'_>) -> store::Result<()> {
        let State::Doubtful(doubt) = turn.link.state.clone() else { return Ok(()) };
        if !turn.pay(&[Operation::FindPerson]).await? {
            return Ok(());
        }
        let Some(answer) = ask(self, turn).await else {
            turn.broken("the platform can no longer be asked for a person".to_owned());
            return turn.keep().await;
        };
        let now = self.clock().now();
        let evidence = if answered(&answer) {
            let found = acceptable(self, turn, &answer.found, Some(doubt.mark.at)).await?;
            Looked::Found(found.into_iter().map(|found| found.id).collect())
        } else {
            Looked::NotAnswered
        };
        let step = Step {
            operation: Operation::FindPerson,
            kind: doubt.mark.kind,
            fields: doubt.mark.fields.clone(),
            changed: doubt.mark.fields.keys().copied().collect(),
        };
        turn.tried(&step, &answer, now);
        loop {
            let at = turn.circumstances(now, now);
            let mut link = turn.link.clone();
            looked(&mut link, evidence.clone(), at);
            let resolved = link.state == State::Idle;
            turn.link = link;
            if resolved {
                turn.references = self.resolve(&turn.person, turn.spoke).await?;
                turn.plan_on(now);
            }
            match turn.commit().await? {
                Wound::Moved if matches!(turn.link.state, State::Doubtful(_)) => {}
                Wound::Kept | Wound::Moved | Wound::Taken => return Ok(()),
            }
        }
    }
}

async fn ask(hub: &Arc<Hub>, turn: &mut Turn<'_>) -> Option<Answer> {
    let endpoint = Arc::clone(turn.spoke.endpoint(turn.person.club).ok()?);
    let fields = turn.person.profile.fields.iter();
    let given = Given {
        person: fields
            .filter(|(field, _)| !field.is_reference())
            .map(|(field, known)| (*field, known.value.clone()))
            .collect(),
        kind: Some(turn.person.profile.kind.kind),
        external_id: turn.external_id(),
        tracking: turn.tracking().to_string(),
        now: hub.clock().now().timestamp(),
        ..Given::default()
    };
    Some(turn.call(&endpoint, Operation::FindPerson, &given).await)
}

/// Whether the question was answered, be it with "none".
pub(super) fn answered(answer: &Answer) -> bool {
    matches!(answer.outcome, Outcome::Saved { .. } | Outcome::Unchanged | Outcome::Gone)
}

/// A question that was not answered leaves nothing in doubt: nothing was written.
pub(super) fn unanswered(outcome: &Outcome) -> Outcome {
    match outcome {
        Outcome::Doubtful { reason } => Outcome::Unavailable { reason: reason.clone(), retry_after_s: None },
        other => other.clone(),
    }
}

async fn acceptable(
    hub: &Hub,
    turn: &Turn<'_>,
    found: &[Found],
    since: Option<Moment>,
) -> store::Result<Vec<Found>> {
    let external_id = turn.external_id();
    let restored = hub.restored();
    let forgot = |id: &&str| restored.as_ref().is_some_and(|restored| restored.forgot(id));
    let mut accepted: Vec<Found> = Vec::new();
    for one in found {
        let shown = Shown {
            external_id: one.external_id.as_deref().filter(|id| !forgot(id)),
            first_name: one.first_name.as_deref().unwrap_or_default(),
            last_name: one.last_name.as_deref().unwrap_or_default(),
            email: one.email.as_deref().unwrap_or_default(),
            mobile: one.mobile.as_deref().unwrap_or_default(),
            created: one.created_at.map(Moment::from),
        };
        let nobody_elses = match hub.store().owner_of(turn.spoke.id(), &one.id).await? {
            Some(owner) => owner == turn.person.id,
            None => true,
        };
        let known_already = accepted.iter().any(|other| other.id == one.id);
        if nobody_elses && !known_already && could_be(&shown, &external_id, &turn.person.profile, since) {
            accepted.push(one.clone());
        }
    }
    Ok(accepted)
}

/// Takes note of what the found record holds, so that only the difference is sent.
fn see(turn: &mut Turn<'_>, found: &Found, now: Moment) {
    for (field, value) in &found.fields {
        let held = turn.link.shadow.fields.entry(*field).or_default();
        held.seen = Some(model::Dated { value: Some(value.clone()), at: now });
    }
}
