//! The steps of a call, one after the other.
//!
//! What a step has stored is neither lost nor stored twice. Until something is stored, a failure is the call's. Once the
//! step that must not happen twice went through, the call cannot fail as a whole any more: the hub learns what was stored
//! and under which number, and of the rest how it failed; an update sends that later.

use std::sync::Arc;

use minijinja::value::Value;
use model::{Operation, Outcome, Part, RemoteId};

use super::ask::Asked;
use super::{Endpoint, classify};
use crate::clock::Watch;
use crate::description::{Call, CallStep};
use crate::expression::{FieldSet, Root, Scope};
use crate::given::{Answer, Exchange, Given};

/// What has happened so far.
struct Walk<'a> {
    operation: Operation,
    call: &'a Call,
    given: &'a Given,
    handed: Vec<(String, Value)>,
    id: Option<RemoteId>,
    /// The fields of steps that stored something.
    stored: FieldSet,
    wrote: bool,
    /// Whether the step that must not happen twice went through; true where there is none.
    made: bool,
    last: Answer,
    notes: Vec<String>,
    sent: FieldSet,
    took_ms: u32,
}

impl Endpoint {
    /// Carries out one call with all its steps.
    pub(super) async fn carry_out(
        &self,
        operation: Operation,
        call: &Call,
        given: &Given,
        scope: Scope,
    ) -> Answer {
        if let [only] = &call.steps[..] {
            let within = call.timeout;
            return self.ask(operation, (call, only), given, Arc::new(scope), within).await.answer;
        }
        let watch = Watch::start();
        let mut walk = Walk::new(operation, call, given);
        for (at, step) in call.steps.iter().enumerate() {
            let mut scope = scope.clone();
            scope.set(Root::Steps, Value::from_pairs(walk.handed.iter().cloned()));
            let scope = Arc::new(scope);
            match step.when.as_ref().map_or(Ok(true), |when| when.holds(&scope)) {
                Ok(true) if !walk.is_untouched(step) => {}
                Ok(_) => continue,
                Err(problem) => {
                    let said = format!("`={}`: {}", problem.source, problem.said);
                    return walk.stopped(at, Outcome::Misconfigured { reason: said });
                }
            }
            let within = watch.left_of(call.timeout);
            if within.is_zero() {
                let reason = "its steps took all the time that the call has".to_owned();
                return walk.stopped(at, Outcome::Unavailable { reason, retry_after_s: None });
            }
            let asked = self.ask(operation, (call, step), given, scope, within).await;
            if let Err(outcome) = walk.note(step, asked) {
                let from = if walk.went_through(step) { at + 1 } else { at };
                return walk.stopped(from, outcome);
            }
        }
        walk.ended()
    }
}

impl<'a> Walk<'a> {
    fn new(operation: Operation, call: &'a Call, given: &'a Given) -> Self {
        Walk {
            operation,
            call,
            given,
            handed: Vec::new(),
            id: None,
            stored: FieldSet::default(),
            wrote: false,
            made: call.safe,
            last: Answer::without_call(Outcome::Unchanged),
            notes: Vec::new(),
            sent: FieldSet::default(),
            took_ms: 0,
        }
    }

    /// Whether a step would store nothing of what changed.
    fn is_untouched(&self, step: &CallStep) -> bool {
        let changed = FieldSet::of(&self.given.changed);
        let only = self.call.changed_only && self.given.record.is_some() && !changed.is_empty();
        let fields = step.request.fields();
        only && step.writes && !fields.is_empty() && !fields.meets(changed)
    }

    fn went_through(&self, step: &CallStep) -> bool {
        self.handed.iter().any(|(name, _)| *name == step.name)
    }

    /// Takes note of an answer; an outcome with which the call cannot go on is an error.
    fn note(&mut self, step: &CallStep, asked: Asked) -> Result<(), Outcome> {
        let Asked { mut answer, gave } = asked;
        let exchange = &mut answer.exchange;
        let status = exchange.status.map_or("no answer".to_owned(), |status| status.to_string());
        self.notes.push(format!("step `{}`: {} {}: {status}", step.name, exchange.method, exchange.url));
        self.notes.append(&mut exchange.notes);
        self.took_ms = self.took_ms.saturating_add(exchange.took_ms);
        self.sent |= if step.writes { FieldSet::of(&exchange.sent) } else { FieldSet::default() };
        self.last = answer;
        let id = match &self.last.outcome {
            Outcome::Saved { id } => id.clone(),
            Outcome::Unchanged => None,
            stops => return Err(stops.clone()),
        };
        self.wrote |= step.writes;
        self.made |= !step.safe;
        if step.writes {
            self.stored |= step.request.fields();
        }
        let number = id.as_ref().map_or(Value::from(()), |id| Value::from(id.id.as_str()));
        self.id = self.id.take().or(id);
        let mut values = vec![("id".to_owned(), number)];
        let gave = gave.map(|gave| values.extend(gave));
        self.handed.push((step.name.clone(), Value::from_pairs(values)));
        gave
    }

    /// The end of a call that cannot go on with the step at this place.
    fn stopped(self, at: usize, outcome: Outcome) -> Answer {
        let is_person = !matches!(self.operation, Operation::CreateLeadSource | Operation::UpdateLeadSource);
        let number_known = self.id.is_some() || self.given.record.is_some();
        if !self.wrote || !self.made || !is_person {
            return self.with(outcome, None);
        }
        if !number_known {
            let outcome = match outcome {
                failed if self.call.safe => failed,
                failed => Outcome::Doubtful {
                    reason: format!(
                        "the platform took it, and its number could not be learnt: {}",
                        words(&failed)
                    ),
                },
            };
            return self.with(outcome, None);
        }
        let rest = self.call.steps[at.min(self.call.steps.len())..].iter().filter(|step| step.writes);
        let rest = rest.fold(FieldSet::default(), |set, step| set | step.request.fields());
        let stored = self.stored;
        let left = rest.iter().filter(|field| !stored.meets(FieldSet::one(*field))).collect();
        // What is left is harmless to repeat: only the step that went through is not.
        let outcome = match outcome {
            Outcome::Doubtful { reason } => Outcome::Unavailable { reason, retry_after_s: None },
            other => other,
        };
        let part = Part { id: self.id.clone(), left };
        self.with(outcome, Some(part))
    }

    /// The end of a call whose steps were all made or left out.
    fn ended(self) -> Answer {
        let makes_person = matches!(
            self.operation,
            Operation::CreateProspect
                | Operation::CreateMember
                | Operation::SaveProspect
                | Operation::SaveMember
                | Operation::SaveExMember
        );
        let status = self.last.exchange.status.unwrap_or_default();
        let stores = self.call.steps.iter().any(|step| step.writes);
        let outcome = match &self.id {
            id if !stores || self.wrote => {
                let has_number = id.is_some() || self.call.steps.iter().any(|step| step.reading.looked_up);
                let complete =
                    classify::complete((self.operation, status), has_number, self.last.found.is_empty());
                complete.map_or_else(|outcome| outcome, |()| Outcome::Saved { id: id.clone() })
            }
            _ if self.given.record.is_some() => Outcome::Unchanged,
            Some(id) if makes_person => {
                let said = "a record was found, and nothing was made".to_owned();
                Outcome::Duplicate { id: Some(id.clone()), said }
            }
            Some(id) => Outcome::Saved { id: Some(id.clone()) },
            None => {
                let reason = "no step of the call was to be made, and no record was found".to_owned();
                Outcome::Misconfigured { reason }
            }
        };
        self.with(outcome, None)
    }

    fn with(self, outcome: Outcome, part: Option<Part>) -> Answer {
        let taken = matches!(outcome, Outcome::Saved { .. });
        let found = if taken { self.last.found } else { Vec::new() };
        let exchange = Exchange {
            notes: self.notes,
            sent: self.sent.iter().collect(),
            took_ms: self.took_ms,
            ..self.last.exchange
        };
        Answer { outcome, found, unread: 0, exchange, next: None, part }
    }
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Unavailable { reason, .. }
        | Outcome::Doubtful { reason }
        | Outcome::Misconfigured { reason } => reason.clone(),
        Outcome::Rejected { said, .. } | Outcome::Unauthorised { said } => said.clone(),
        Outcome::Throttled { .. } => "the platform asks to wait".to_owned(),
        _ => "the next step was not taken".to_owned(),
    }
}

/// What steps would hand on, for showing a request before any is made: each value by its own name.
pub(super) fn unknown(steps: &[CallStep]) -> Value {
    Value::from_pairs(steps.iter().map(|step| {
        let names = step.gives.iter().map(|(name, _)| name.as_str()).chain(["id"]);
        let values = names.map(|name| (name.to_owned(), Value::from(format!("({}.{name})", step.name))));
        (step.name.clone(), Value::from_pairs(values))
    }))
}
