//! One call: a token if need be, the request, the answer, and what it means.

use std::sync::Arc;

use minijinja::value::Value;
use model::{Operation, Outcome};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::classify::Understood;
use super::mask::Mask;
use super::prepare::Sending;
use super::{Endpoint, classify};
use crate::clock::Watch;
use crate::decode::{self, Decoded};
use crate::description::Call;
use crate::expression::{Root, Scope};
use crate::given::{Answer, Exchange, Given};
use crate::net::{NetError, Request, Response};

impl Endpoint {
    pub(super) async fn ask(
        &self,
        operation: Operation,
        call: &Call,
        given: &Given,
        scope: Arc<Scope>,
    ) -> Answer {
        let watch = Watch::start();
        let mut notes = Vec::new();
        let mut token = match self.token(call.request.host, given.now, watch.left_of(call.timeout)).await {
            Ok(token) => token,
            Err(outcome) => return Answer::without_call(outcome),
        };
        let mut sending = match self.prepare(call, given, &scope, token.as_ref()) {
            Ok(sending) => sending,
            Err(problem) => return Answer::without_call(classify::not_made(problem)),
        };
        let mut mask = self.masked(token.as_ref());
        if let Some(digest) = &sending.digest {
            mask = mask.with(digest);
        }
        let mut exchange = kept(&sending, &mask);
        let asked = sending.request.url.clone();
        sending.request.deadline = watch.left_of(call.timeout);
        let mut answer = self.net.send(sending.request).await;
        if let (Ok(Response { status: 401, .. }), Some(refused)) = (&answer, &token) {
            notes.push("the token was no longer accepted and was renewed".to_owned());
            if let Some(slot) = self.hosts[call.request.host].token.as_ref().map(|bound| &bound.slot) {
                slot.forget(refused).await;
            }
            token = match self.token(call.request.host, given.now, watch.left_of(call.timeout)).await {
                Ok(token) => token,
                Err(outcome) => return Answer { exchange, ..Answer::without_call(outcome) },
            };
            sending = match self.prepare(call, given, &scope, token.as_ref()) {
                Ok(sending) => sending,
                Err(problem) => return Answer::without_call(classify::not_made(problem)),
            };
            sending.request.deadline = watch.left_of(call.timeout);
            answer = self.net.send(sending.request).await;
        }
        exchange.took_ms = watch.elapsed_ms();
        exchange.notes = notes;
        let mask = token.as_ref().map_or(mask, |token| self.masked(Some(token)));
        self.understand(operation, call, given, Received { scope, asked, answer, exchange, mask })
    }

    fn masked(&self, token: Option<&SecretString>) -> Mask {
        token.map_or_else(|| self.mask.clone(), |token| self.mask.with(token.expose_secret()))
    }

    fn understand(&self, operation: Operation, call: &Call, given: &Given, received: Received) -> Answer {
        let Received { scope, asked, answer, mut exchange, mask } = received;
        let response = match answer {
            Ok(response) => response,
            Err(error) => {
                let outcome = classify::no_answer(&masked_error(&error, &mask), call.safe);
                return Answer { exchange, ..Answer::without_call(outcome) };
            }
        };
        let host = &self.description.hosts[call.request.host];
        let decoded = decode::decode(&response, host.decoding(call.reading.decode));
        exchange.status = Some(response.status);
        exchange.response = mask.keep(&decoded.text);
        exchange.notes.extend(decoded.problem.clone());
        let heard = classify::Heard {
            operation,
            call,
            given,
            response: &response,
            asked: &asked,
            decoded: &decoded,
            scope: answered(Arc::unwrap_or_clone(scope), &response, &decoded),
            rules: &self.description.failures,
            mask: &mask,
        };
        let Understood { outcome, found, next } = heard.understand(&mut exchange);
        Answer { outcome: mask_outcome(outcome, &mask), found, exchange, next }
    }
}

/// What came back from one call.
struct Received {
    scope: Arc<Scope>,
    asked: Url,
    answer: Result<Response, NetError>,
    exchange: Exchange,
    mask: Mask,
}

/// What expressions see once an answer is there.
pub(super) fn answered(mut scope: Scope, response: &Response, decoded: &Decoded) -> Arc<Scope> {
    scope.set(Root::Status, Value::from(response.status));
    scope.set(Root::Headers, headers(response));
    scope.set(Root::Answer, decoded.answer.clone());
    scope.set(Root::Fault, decoded.fault.clone());
    scope.set(Root::Text, Value::from(decoded.text.as_str()));
    Arc::new(scope)
}

fn headers(response: &Response) -> Value {
    Value::from_pairs(
        response.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))),
    )
}

/// What is kept of a request: its headers and body, masked.
fn kept(sending: &Sending, mask: &Mask) -> Exchange {
    let Request { method, url, headers, body, .. } = &sending.request;
    let mut text = String::with_capacity(body.len() + 256);
    for (name, value) in headers {
        let shown =
            if value.is_sensitive() { super::mask::MASK } else { value.to_str().unwrap_or("(bytes)") };
        text.extend([name.as_str(), ": ", shown, "\n"]);
    }
    text.push('\n');
    text.push_str(&decode::shown(headers, body));
    Exchange {
        method: method.to_string(),
        url: mask.apply(url.as_str()),
        sent: sending.sent.iter().collect(),
        request: mask.keep(&text),
        ..Exchange::default()
    }
}

fn masked_error(error: &NetError, mask: &Mask) -> NetError {
    match error {
        NetError::Refused(said) => NetError::Refused(mask.apply(said)),
        NetError::NotAllowed(said) => NetError::NotAllowed(mask.apply(said)),
        NetError::Lost(said) => NetError::Lost(mask.apply(said)),
    }
}

/// A platform that repeats our credentials in its words must not bring them into the log.
fn mask_outcome(outcome: Outcome, mask: &Mask) -> Outcome {
    match outcome {
        Outcome::Rejected { field, said } => Outcome::Rejected { field, said: mask.apply(&said) },
        Outcome::Unsendable { field, too_long, said } => {
            Outcome::Unsendable { field, too_long, said: mask.apply(&said) }
        }
        Outcome::Duplicate { id, said } => Outcome::Duplicate { id, said: mask.apply(&said) },
        Outcome::Unauthorised { said } => Outcome::Unauthorised { said: mask.apply(&said) },
        Outcome::Misconfigured { reason } => Outcome::Misconfigured { reason: mask.apply(&reason) },
        Outcome::Doubtful { reason } => Outcome::Doubtful { reason: mask.apply(&reason) },
        Outcome::Unavailable { reason, retry_after_s } => {
            Outcome::Unavailable { reason: mask.apply(&reason), retry_after_s }
        }
        other => other,
    }
}
