//! Reading before writing: an update that sends the whole record would undo what was changed there meanwhile, so the
//! record is read and merged in the same turn, wherever the platform can be read and its people are taken.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Moment, Operation, Outcome, RemoteId, Report, Step, merge};
use platform::{Found, Given};

use super::look::{answered, unanswered};
use super::turn::Turn;
use crate::Hub;
use crate::clock;
use crate::decide::Incoming;
use crate::door::{Refusal, Sender};

/// The record that is read before a step.
pub(super) fn record_to_read(turn: &Turn<'_>, step: &Step) -> Option<RemoteId> {
    let abilities = turn.spoke.abilities();
    let whole = abilities.of(step.operation).is_some_and(|ability| ability.whole_record);
    let reads = abilities.can(Operation::ReadPerson) && turn.spoke.agreement().receives_people;
    turn.link.record.clone().filter(|_| whole && reads && !turn.read)
}

impl Hub {
    /// Reads the record that a whole-record update is about to replace. Answers whether the step must be planned anew.
    pub(super) async fn read_before(
        self: &Arc<Self>,
        turn: &mut Turn<'_>,
        step: &Step,
    ) -> store::Result<bool> {
        let Some(record) = record_to_read(turn, step) else { return Ok(false) };
        let Ok(endpoint) = turn.spoke.endpoint(turn.person.club).cloned() else { return Ok(false) };
        let began = self.clock().now();
        let given = Given { record: Some(record.clone()), now: began.timestamp(), ..Given::default() };
        let answer = turn.call(&endpoint, Operation::ReadPerson, &given).await;
        let now = self.clock().now();
        if answer.outcome == Outcome::Gone || !answered(&answer) {
            let asked = Step { operation: Operation::ReadPerson, ..step.clone() };
            turn.tried(&asked, &answer, now);
            turn.settle(step, &unanswered(&answer.outcome), (began, now));
            turn.keep().await?;
            return Ok(true);
        }
        turn.read = true;
        match answer.found.first() {
            Some(found) => self.merge_read(turn, (record, found), began).await,
            None => Ok(false),
        }
    }

    /// Merges what was read; a change is taken in like any other report, and the step is planned anew. What could not be
    /// stored ends the turn: the record as it was known before would undo it.
    async fn merge_read(
        self: &Arc<Self>,
        turn: &mut Turn<'_>,
        (record, found): (RemoteId, &Found),
        began: Moment,
    ) -> store::Result<bool> {
        let sender = Sender { connection: turn.spoke.id(), club: turn.person.club };
        let mut fields = BTreeMap::new();
        for (field, value) in &found.fields {
            let value =
                if field.is_reference() { self.refer(sender, *field, value).await? } else { value.clone() };
            fields.insert(*field, Some(value));
        }
        let report = Report { kind: None, fields, as_of: began, on_its_way_since: None };
        let mut trial = (turn.person.profile.clone(), turn.link.shadow.clone());
        self.directory().number_to_entry(&mut trial.1, sender);
        let by = turn.spoke.reporter();
        if !merge(&mut trial.0, &mut trial.1, &report, by).is_change() {
            return Ok(false);
        }
        let registry = Arc::clone(&self.registry());
        let incoming = Incoming {
            sender,
            spoke: turn.spoke,
            tracking: clock::tracking(self.clock(), began),
            now: began,
            record,
            report,
            ignored: Vec::new(),
            quietly: false,
        };
        match self.take(incoming, &registry).await {
            Ok(_) => {}
            Err(refusal @ Refusal::Database) => return Err(store::Error::Database(refusal.into())),
            Err(refusal) => {
                tracing::error!(%refusal, "what was read before a whole-record update could not be kept");
            }
        }
        turn.read_again().await?;
        Ok(true)
    }
}
