//! An endpoint: a description bound to one club of one connection.
//!
//! `call` carries out one operation and never fails: whatever happens is one of the outcomes, sorted by what helps.

mod ask;
mod bind;
mod classify;
mod computed;
mod conceal;
mod digest;
mod found;
mod hmac;
mod mask;
mod pages;
mod prepare;
mod refresh;
mod required;
mod settings;
mod sign;
mod steps;
mod token;
mod username;
mod writing;

pub(crate) use settings::fits;

use std::sync::Arc;

use minijinja::value::Value;
use model::{FindBy, Operation, Outcome};

use crate::decode;
use crate::description::{Auth, Call, CallStep, Description};
use crate::expression::{Root, Scope};
use crate::given::{Answer, Found, Given, Prepared};
use crate::net::{Egress, Net};
use crate::tokens::{Keep, Slot, Tokens};
use mask::Mask;

/// A description bound to one club of one connection.
pub struct Endpoint {
    description: Arc<Description>,
    hosts: Vec<BoundHost>,
    scope: Scope,
    mask: Mask,
    net: Arc<dyn Net>,
    tokens: Arc<Tokens>,
    warnings: Vec<String>,
    /// The fields that the club requires, and until when that counts.
    required: required::Known,
    reached: Reached,
}

/// What a call reaches, and by what it is let in: endpoints that share one share its fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The addresses.
    pub host: Arc<str>,
    /// The credentials at these addresses, as a hash.
    pub key: Arc<str>,
}

/// A host with its address known.
struct BoundHost {
    base: String,
    /// The way to sign in that the settings chose.
    auth: Option<Arc<Auth>>,
    /// The platform's last challenge for HTTP Digest.
    challenge: digest::Last,
    allow: Egress,
    token: Option<BoundToken>,
}

/// The token's place in the cache and its own address.
struct BoundToken {
    slot: Arc<Slot>,
    /// Where a sign-in that rotates is kept, and under which name.
    kept: (Arc<dyn Keep>, String),
    url: url::Url,
    allow: Egress,
}

impl Endpoint {
    /// The description that it is bound to.
    pub fn description(&self) -> &Arc<Description> {
        &self.description
    }

    /// What an operator should know about the settings: credentials that travel unencrypted.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What its calls reach, and by what they are let in.
    pub fn reached(&self) -> &Reached {
        &self.reached
    }

    /// Carries out one operation.
    pub async fn call(&self, operation: Operation, given: &Given) -> Answer {
        let Some(call) = self.description.calls.get(&operation) else {
            return Answer::without_call(Outcome::Unsupported);
        };
        if given.dry_run && !call.dry_run {
            return Answer::without_call(Outcome::Unsupported);
        }
        if let Some(outcome) = Box::pin(self.lacking(operation, given)).await {
            return Answer::without_call(outcome);
        }
        let scope = self.scope.clone().given(given);
        match operation {
            Operation::FindPerson => self.search(call, given, &scope).await,
            _ => Box::pin(self.carry_out(operation, call, given, scope)).await,
        }
    }

    /// The requests that a call would send, one for each step, their secrets masked; a token that would be asked for is
    /// shown as `(token)`, and what a step would hand on by its name.
    pub fn preview(&self, operation: Operation, given: &Given) -> Result<Vec<Prepared>, Outcome> {
        let call = self.description.calls.get(&operation).ok_or(Outcome::Unsupported)?;
        let mut scope = self.scope.clone().given(given);
        if let Some(first) = call.find_by.first() {
            scope.set(Root::Search, search_keys(*first, given).unwrap_or_default());
        }
        let prepared = call.steps.iter().enumerate().map(|(at, step)| {
            let mut scope = scope.clone();
            scope.set(Root::Steps, steps::unknown(&call.steps[..at]));
            self.prepared((call, step), given, scope)
        });
        prepared.collect()
    }

    fn prepared(
        &self,
        (call, step): (&Call, &CallStep),
        given: &Given,
        scope: Scope,
    ) -> Result<Prepared, Outcome> {
        let token = "(token)".to_owned().into();
        let sending =
            self.prepare((call, step), given, &Arc::new(scope), Some(&token)).map_err(classify::not_made)?;
        let mask = sending.digest.as_ref().map_or_else(|| self.mask.clone(), |it| self.mask.with(it));
        Ok(Prepared {
            step: step.name.clone(),
            method: sending.request.method.to_string(),
            url: mask.apply(sending.request.url.as_str()),
            headers: sending
                .request
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), mask.apply(value.to_str().unwrap_or_default())))
                .collect(),
            body: mask.apply(&decode::shown(&sending.request.headers, &sending.request.body)),
            sent: sending.sent.iter().collect(),
        })
    }

    /// Looks for a person by each key in turn. The external id is conclusive; by the others all are asked, for each
    /// alone may find a relative or miss a person.
    async fn search(&self, call: &Call, given: &Given, scope: &Scope) -> Answer {
        let mut found: Vec<Found> = Vec::new();
        let mut last: Option<Answer> = None;
        for by in &call.find_by {
            let Some(keys) = search_keys(*by, given) else { continue };
            let mut scope = scope.clone();
            scope.set(Root::Search, keys);
            let mut answer = Box::pin(self.carry_out(Operation::FindPerson, call, given, scope)).await;
            if !matches!(answer.outcome, Outcome::Saved { .. }) {
                return answer;
            }
            let conclusive = *by == FindBy::ExternalId && !answer.found.is_empty();
            for person in answer.found.drain(..) {
                if !found.iter().any(|known| known.id == person.id) {
                    found.push(person);
                }
            }
            last = Some(answer);
            if conclusive {
                break;
            }
        }
        last.map_or_else(|| Answer::without_call(Outcome::Unsupported), |answer| Answer { found, ..answer })
    }
}

/// The values of one search key, if they are known.
fn search_keys(by: FindBy, given: &Given) -> Option<Value> {
    use model::Field;
    let known =
        |field: Field| given.person.get(&field).cloned().flatten().filter(|value| !value.trim().is_empty());
    let pairs = match by {
        FindBy::ExternalId if given.external_id.is_empty() => return None,
        FindBy::ExternalId => vec![("external_id", given.external_id.clone())],
        FindBy::Email => vec![("email", known(Field::Email)?)],
        FindBy::Mobile => vec![("mobile", known(Field::Mobile)?)],
        FindBy::Name => {
            vec![("first_name", known(Field::FirstName)?), ("last_name", known(Field::LastName)?)]
        }
    };
    Some(Value::from_pairs(pairs))
}
