//! The fields that a club requires at the platform: asked of it, kept for a while, and looked for before anybody is sent.
//!
//! Where the platform cannot be asked, nothing is sent either: what it would refuse, or worse, take half, waits with it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use minijinja::value::ValueKind;
use model::{Field, Operation, Outcome};

use super::{Endpoint, classify};
use crate::description::Required;
use crate::given::Given;

/// The names that the club's platform requires, and until when that counts.
#[derive(Default)]
pub(super) struct Known(tokio::sync::Mutex<Option<(Vec<String>, Timestamp)>>);

impl Endpoint {
    /// Why a call is not made: a field that the club requires is missing, or nobody knows which are.
    pub(super) async fn lacking(&self, operation: Operation, given: &Given) -> Option<Outcome> {
        let required =
            self.description.required.as_ref().filter(|required| required.of.contains(&operation))?;
        let mut known = self.required.0.lock().await;
        let fresh = known.as_ref().filter(|(_, until)| *until > given.now);
        let names = match fresh {
            Some((names, _)) => names.clone(),
            None => match self.ask_required(required, given).await {
                Err(outcome) => return Some(outcome),
                Ok(names) => {
                    let lasts = SignedDuration::try_from(required.lasts).unwrap_or(SignedDuration::ZERO);
                    let until = given.now.checked_add(lasts).unwrap_or(given.now);
                    *known = Some((names.clone(), until));
                    names
                }
            },
        };
        drop(known);
        missing(required, &names, given)
    }

    async fn ask_required(&self, required: &Required, given: &Given) -> Result<Vec<String>, Outcome> {
        let call = &required.call;
        let given = Given { now: given.now, ..Given::default() };
        let scope = Arc::new(self.scope.clone().given(&given));
        let asked = self.ask(Operation::Health, (call, &call.steps[0]), &given, scope, call.timeout).await;
        let outcome = asked.answer.outcome;
        if !matches!(outcome, Outcome::Saved { .. } | Outcome::Unchanged) {
            return Err(unknown(outcome));
        }
        let gave = asked.gave?;
        let list = gave.first().map(|(_, value)| value.clone()).unwrap_or_default();
        if list.is_none() || list.is_undefined() {
            return Ok(Vec::new());
        }
        if !matches!(list.kind(), ValueKind::Seq | ValueKind::Iterable) {
            let reason = format!("the required fields come as a {}, not as a list", list.kind());
            return Err(Outcome::Misconfigured { reason });
        }
        let names = list.try_iter().map_err(|error| Outcome::Misconfigured { reason: error.to_string() })?;
        Ok(names.filter_map(|name| Some(name.as_str()?.trim().to_owned())).take(200).collect())
    }
}

/// A question that was not answered leaves nothing in doubt, and the record is not at fault.
fn unknown(outcome: Outcome) -> Outcome {
    let why = |said: &str| format!("which fields the club requires could not be learnt: {said}");
    match outcome {
        Outcome::Throttled { .. } | Outcome::Unauthorised { .. } => outcome,
        Outcome::Unavailable { reason, retry_after_s } => {
            Outcome::Unavailable { reason: why(&reason), retry_after_s }
        }
        Outcome::Doubtful { reason } => Outcome::Unavailable { reason: why(&reason), retry_after_s: None },
        Outcome::Misconfigured { reason } => Outcome::Misconfigured { reason: why(&reason) },
        Outcome::Rejected { said, .. } => Outcome::Misconfigured { reason: why(&said) },
        other => Outcome::Misconfigured { reason: why(&format!("{other:?}")) },
    }
}

/// What of the required is missing; of an existing record only what the call would clear.
fn missing(required: &Required, names: &[String], given: &Given) -> Option<Outcome> {
    let mut lacks: Vec<Field> = Vec::new();
    for name in names {
        let known = required.fields.iter().find(|(theirs, _)| *theirs == name.to_lowercase());
        let field = match known {
            Some((_, Some(field))) => *field,
            Some((_, None)) => continue,
            None => {
                let reason =
                    format!("the club requires `{name}` of everybody, and the description does not know it");
                return Some(Outcome::Misconfigured { reason });
            }
        };
        let value = given.person.get(&field);
        let is_there = match (value, &given.record) {
            (Some(Some(text)), _) => !text.trim().is_empty(),
            (None, Some(_)) => true,
            _ => false,
        };
        if !is_there && !lacks.contains(&field) {
            lacks.push(field);
        }
    }
    let first = *lacks.first()?;
    let all: Vec<&str> = lacks.iter().map(|field| field.label()).collect();
    let said = format!("the club requires it of everybody; missing: {}", all.join(", "));
    Some(Outcome::Unsendable { field: Some(first), too_long: false, said: classify::excerpt(&said) })
}
