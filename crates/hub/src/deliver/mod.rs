//! Deliver: the one way out, to every platform.
//!
//! A turn takes one person towards the newest state on one connection, step by step, until nothing is left to do or
//! something must be waited for: project, resolve owner and source, next step, write down what is not safe to repeat,
//! call, settle. Result, shadow and log line are one commit.

mod by_hand;
mod late;
mod look;
mod read;
mod settled;
mod turn;

use std::sync::Arc;

use model::{
    ClubId, ConnectionId, Link, May, Moment, Next, Operation, Outcome, Person, PersonId, Settled, State,
    Step, mark, may_call, next_step, project,
};
use platform::{Answer, Given};
use store::sabotage::{self, Way};

use crate::Hub;
use crate::lanes::Running;
use turn::{Turn, Wound};

/// A person and link as the accepting commit left them.
pub(crate) struct Handed {
    pub(crate) person: Person,
    pub(crate) link: Link,
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The person is due again then, if at all.
    Again(Option<Moment>),
    /// The platform of their club cannot be called just now.
    Left(ClubId),
    /// Others come first: whoever is loaded may be due again then.
    Later(Moment),
}

/// Steps in one turn; a path has three, the rest is room for records that change meanwhile.
const STEPS: usize = 12;
/// When to come back where the store did not answer.
const STORE_PAUSE_MS: i64 = 1_000;

impl Hub {
    /// One person's turn on one connection.
    pub(crate) async fn deliver(
        self: &Arc<Self>,
        (connection, running): (ConnectionId, &Running),
        id: PersonId,
        handed: Option<Box<Handed>>,
    ) -> Ended {
        self.take_turn((connection, running), id, handed).await.unwrap_or_else(|error| {
            if matches!(error, store::Error::Fenced) {
                tracing::debug!(person = %id, %connection, "a turn ended, for its lane is not this node's for sure");
            } else {
                tracing::error!(%error, person = %id, %connection, "a turn was given up; it is taken again in a second");
            }
            Ended::Again(Some(self.clock().now().plus_ms(STORE_PAUSE_MS)))
        })
    }

    async fn take_turn(
        self: &Arc<Self>,
        (connection, running): (ConnectionId, &Running),
        id: PersonId,
        handed: Option<Box<Handed>>,
    ) -> store::Result<Ended> {
        let registry = Arc::clone(&self.registry());
        let Some(spoke) = registry.spoke(connection) else { return Ok(Ended::Again(None)) };
        let own_mark = handed.is_some();
        if !own_mark && !self.still_leads(running) {
            return Err(store::Error::Fenced);
        }
        let Some(mut turn) = Turn::open(self, (spoke, Some(running)), id, handed).await? else {
            return Ok(Ended::Again(None));
        };
        if matches!(turn.link.state, State::Calling(_)) && !own_mark {
            turn.interrupted();
            turn.keep().await?;
        }
        let ended = self.take_steps(&mut turn).await;
        self.give_trials_back(turn.trials);
        ended
    }

    async fn take_steps(self: &Arc<Self>, turn: &mut Turn<'_>) -> store::Result<Ended> {
        for _ in 0..STEPS {
            if let Some(ended) = turn.ended {
                return Ok(ended);
            }
            let now = self.clock().now();
            match &turn.link.state {
                State::Idle | State::Held(_) | State::Gone { .. } => return Ok(Ended::Again(None)),
                State::Due { at } if *at > now => return Ok(Ended::Again(Some(*at))),
                State::Doubtful(doubt) if doubt.look_at > now => {
                    return Ok(Ended::Again(Some(doubt.look_at)));
                }
                State::Due { .. } | State::Doubtful(_) | State::Calling(_) => {}
            }
            if !matches!(turn.link.state, State::Calling(_)) && !turn.may_call() {
                return Ok(Ended::Left(turn.person.club));
            }
            if matches!(turn.link.state, State::Doubtful(_)) {
                self.look(turn).await?;
            } else {
                self.step(turn).await?;
            }
        }
        Ok(Ended::Again(turn.link.due_at()))
    }

    /// One step: plan it, write it down where it must not happen twice, call, settle.
    async fn step(self: &Arc<Self>, turn: &mut Turn<'_>) -> store::Result<()> {
        turn.references = self.resolve(&turn.person, turn.spoke).await?;
        let projection = project(&turn.person.profile, turn.spoke.agreement(), &turn.references);
        turn.note_unmatched(&projection.unmatched);
        let step = match next_step(&turn.link, &projection, turn.spoke.agreement(), turn.spoke.abilities()) {
            Next::Rest(rest) => {
                turn.rested(rest);
                return turn.keep().await;
            }
            Next::Call(step) => step,
        };
        let endpoint = match turn.spoke.endpoint(turn.person.club) {
            Ok(endpoint) => Arc::clone(endpoint),
            Err(said) => {
                turn.broken(said);
                return turn.keep().await;
            }
        };
        if !turn.pay(&self.calls_of(turn, &step)).await? {
            return Ok(());
        }
        if self.read_before(turn, &step).await? {
            return Ok(());
        }
        if !matches!(turn.link.state, State::Calling(_)) && !self.made_sure(turn, &step).await? {
            return Ok(());
        }
        let began = self.clock().now();
        let answer = turn.call(&endpoint, step.operation, &turn.given(&step, began)).await;
        let now = self.clock().now();
        turn.settle_call(&step, &answer, (began, now)).await
    }
}

impl Hub {
    /// The calls that a step may take.
    fn calls_of(&self, turn: &Turn<'_>, step: &Step) -> Vec<Operation> {
        let may = may_call(&turn.link, step, turn.spoke.abilities(), self.restored().as_deref());
        let mut calls = vec![step.operation];
        calls.extend(read::record_to_read(turn, step).map(|_| Operation::ReadPerson));
        calls.extend(look::looks(turn, step, may).then_some(Operation::FindPerson));
        calls
    }

    /// Before a call that must not happen twice: whether it was made already is asked, or decided, and it is written
    /// down. Answers whether it may be made now.
    async fn made_sure(self: &Arc<Self>, turn: &mut Turn<'_>, step: &Step) -> store::Result<bool> {
        let abilities = turn.spoke.abilities();
        let mut may = may_call(&turn.link, step, abilities, self.restored().as_deref());
        if may == May::Decide {
            may = may_call(&turn.link, step, abilities, self.read_restored().await?.as_deref());
        }
        if may == May::Decide {
            turn.undecided(Vec::new());
            turn.keep().await?;
            return Ok(false);
        }
        let safe = abilities.of(step.operation).is_some_and(|ability| ability.safe_to_repeat);
        if self.found_there(turn, step, may).await? {
            return Ok(false);
        }
        if safe {
            return Ok(true);
        }
        turn.link.state = State::Calling(mark(step, abilities, self.clock().now()));
        Ok(sabotage::is(Way::MarkSkipped) || turn.keep_mark().await?)
    }
}

impl Turn<'_> {
    /// What the call is given.
    fn given(&self, step: &Step, now: Moment) -> Given {
        Given {
            person: step.fields.clone(),
            changed: step.changed.clone(),
            kind: Some(step.kind),
            record: self.link.record.clone(),
            external_id: self.external_id(),
            tracking: self.tracking().to_string(),
            now: now.timestamp(),
            ..Given::default()
        }
    }

    /// Settles a call on the newest state of the link: an edit that was accepted meanwhile is kept, and goes out next.
    async fn settle_call(
        &mut self,
        step: &Step,
        answer: &Answer,
        (began, now): (Moment, Moment),
    ) -> store::Result<()> {
        self.tried(step, answer, now);
        let went = match &answer.part {
            Some(part) => &Outcome::Saved { id: part.id.clone() },
            None => &answer.outcome,
        };
        self.note_kind(step, went);
        let marked = if let State::Calling(mark) = &self.link.state { Some(mark.clone()) } else { None };
        loop {
            let settled = self.settle_answer(step, answer, (began, now));
            match settled {
                Settled::Arrived => self.plan_on(now),
                Settled::Held => self.release_if_edited((step, answer.part.as_ref()), now),
                _ => {}
            }
            let wound = match self.commit_surely().await {
                Err(fenced @ store::Error::Fenced) => {
                    self.leave_evidence(marked, answer).await?;
                    return Err(fenced);
                }
                wound => wound?,
            };
            match wound {
                Wound::Kept => return Ok(()),
                Wound::Moved => {
                    self.references = self.hub.directory().expected(&self.person, self.spoke.id());
                }
                Wound::Taken => {
                    self.taken(step);
                    return self.keep().await;
                }
            }
        }
    }
}
