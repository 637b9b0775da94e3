//! One request: a token if need be, the request, the answer, and what it means.

use std::sync::Arc;
use std::time::Duration;

use minijinja::value::Value;
use model::{Operation, Outcome};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::classify::Understood;
use super::digest::{self, Challenge};
use super::mask::Mask;
use super::prepare::Sending;
use super::{Endpoint, classify, conceal, prepare};
use crate::clock::Watch;
use crate::decode::{self, Decoded};
use crate::description::{Call, CallStep};
use crate::expression::{Expr, Root, Scope};
use crate::given::{Answer, Exchange, Given};
use crate::net::{NetError, Request, Response};
use crate::template::{RequestProblem, interpolate};

/// What one step of a call came to.
pub(super) struct Asked {
    pub answer: Answer,
    /// What it hands on, by name; why it cannot, if it cannot.
    pub gave: Result<Vec<(String, Value)>, Outcome>,
}

impl Asked {
    fn nothing(answer: Answer) -> Asked {
        Asked { answer, gave: Ok(Vec::new()) }
    }
}

impl Endpoint {
    /// Makes the request of one step, within the time that is left of its call.
    pub(super) async fn ask(
        &self,
        operation: Operation,
        (call, step): (&Call, &CallStep),
        given: &Given,
        scope: Arc<Scope>,
        within: Duration,
    ) -> Asked {
        let watch = Watch::start();
        let host = step.request.host;
        let mut notes = Vec::new();
        let mut token = match self.token(host, given.now, watch.left_of(within)).await {
            Ok(token) => token,
            Err(outcome) => return Asked::nothing(Answer::without_call(outcome)),
        };
        let mut sending = match self.prepare((call, step), given, &scope, token.as_ref()) {
            Ok(sending) => sending,
            Err(problem) => return Asked::nothing(Answer::without_call(classify::not_made(problem))),
        };
        if let Err(problem) = self.answer_challenge(host, given, &mut sending.request) {
            return Asked::nothing(Answer::without_call(classify::not_made(problem)));
        }
        let mut mask = self.masked(token.as_ref());
        if let Some(digest) = &sending.digest {
            mask = mask.with(digest);
        }
        let mut exchange = kept(&sending, &mask);
        let asked = sending.request.url.clone();
        sending.request.deadline = watch.left_of(within);
        let again = self.hosts[host].auth.as_ref().is_some_and(|auth| auth.digest.is_some());
        let again = again.then(|| sending.request.clone());
        let mut answer = self.net.send(sending.request).await;
        if let (Some(mut again), Ok(refused @ Response { status: 401, .. })) = (again, &answer)
            && self.is_challenged(host, refused)
        {
            notes.push("the platform's challenge was answered".to_owned());
            if let Err(problem) = self.answer_challenge(host, given, &mut again) {
                return Asked::nothing(Answer::without_call(classify::not_made(problem)));
            }
            again.deadline = watch.left_of(within);
            answer = self.net.send(again).await;
        }
        if let (Ok(Response { status: 401, .. }), Some(refused)) = (&answer, &token) {
            notes.push("the token was no longer accepted and was renewed".to_owned());
            if let Some(slot) = self.hosts[host].token.as_ref().map(|bound| &bound.slot) {
                slot.forget(refused).await;
            }
            token = match self.token(host, given.now, watch.left_of(within)).await {
                Ok(token) => token,
                Err(outcome) => {
                    return Asked::nothing(Answer { exchange, ..Answer::without_call(outcome) });
                }
            };
            sending = match self.prepare((call, step), given, &scope, token.as_ref()) {
                Ok(sending) => sending,
                Err(problem) => return Asked::nothing(Answer::without_call(classify::not_made(problem))),
            };
            sending.request.deadline = watch.left_of(within);
            answer = self.net.send(sending.request).await;
        }
        exchange.took_ms = watch.elapsed_ms();
        exchange.notes = notes;
        let mask = token.as_ref().map_or(mask, |token| self.masked(Some(token)));
        self.understand(operation, (call, step), given, Received { scope, asked, answer, exchange, mask })
    }

    /// Takes note of a challenge for HTTP Digest, if an answer holds one.
    fn is_challenged(&self, host: usize, refused: &Response) -> bool {
        let headers = refused.headers.get_all(http::header::WWW_AUTHENTICATE);
        let challenge = headers.iter().find_map(|header| Challenge::read(header.to_str().ok()?));
        challenge.map(|challenge| self.hosts[host].challenge.note(challenge)).is_some()
    }

    /// Answers the last challenge for HTTP Digest, if there was one.
    fn answer_challenge(
        &self,
        host: usize,
        given: &Given,
        request: &mut Request,
    ) -> Result<(), RequestProblem> {
        let bound = &self.hosts[host];
        let Some((user, password)) = bound.auth.as_ref().and_then(|auth| auth.digest.as_ref()) else {
            return Ok(());
        };
        let scope = Arc::new(self.scope.clone());
        let (user, _) = interpolate(user, &scope, str::to_owned)?;
        let (password, _) = interpolate(password, &scope, str::to_owned)?;
        let uri = &request.url[url::Position::BeforePath..url::Position::AfterQuery];
        let method = request.method.as_str();
        let salt = given.now.to_string();
        let asked = digest::Asked { user: &user, password: &password, method, uri, salt: &salt };
        if let Some(text) = bound.challenge.answer(&asked) {
            request.headers.insert(http::header::AUTHORIZATION, prepare::value(&text, true)?);
        }
        Ok(())
    }

    fn masked(&self, token: Option<&SecretString>) -> Mask {
        token.map_or_else(|| self.mask.clone(), |token| self.mask.with(token.expose_secret()))
    }

    fn understand(
        &self,
        operation: Operation,
        (call, step): (&Call, &CallStep),
        given: &Given,
        received: Received,
    ) -> Asked {
        let Received { scope, asked, answer, mut exchange, mask } = received;
        let response = match answer {
            Ok(response) => response,
            Err(error) => {
                let outcome = classify::no_answer(&masked_error(&error, &mask), step.safe || !step.writes);
                return Asked::nothing(Answer { exchange, ..Answer::without_call(outcome) });
            }
        };
        let host = &self.description.hosts[step.request.host];
        let decoded = decode::decode(&response, host.decoding(step.reading.decode));
        exchange.status = Some(response.status);
        let (shown, mask) = match &self.description.conceal[..] {
            [] => (decoded.text.clone(), mask),
            names => conceal::concealed(&decoded.text, names, mask),
        };
        exchange.response = mask.keep(&shown);
        exchange.notes.extend(decoded.problem.clone());
        let heard = classify::Heard {
            operation,
            call,
            step,
            given,
            response: &response,
            asked: &asked,
            decoded: &decoded,
            shown: &shown,
            scope: answered(Arc::unwrap_or_clone(scope), &response, &decoded),
            rules: &self.description.failures,
            mask: &mask,
        };
        exchange.spent_s = host.spent.as_ref().and_then(|spent| spent_s(spent, &heard.scope));
        let Understood { outcome, found, unread, next } = heard.understand(&mut exchange);
        let taken = matches!(outcome, Outcome::Saved { .. } | Outcome::Unchanged);
        let gave = if taken { handed_on(step, &heard.scope) } else { Ok(Vec::new()) };
        let answer =
            Answer { outcome: mask_outcome(outcome, &mask), found, unread, exchange, next, part: None };
        Asked { answer, gave: gave.map_err(|outcome| mask_outcome(outcome, &mask)) }
    }
}

/// The wait that a spent quota asks for, at most a day. What cannot be read says nothing.
fn spent_s(spent: &Expr, scope: &Arc<Scope>) -> Option<u32> {
    const DAY_S: i64 = 86_400;
    let seconds = i64::try_from(spent.eval(scope).ok()?).ok()?;
    u32::try_from(seconds.min(DAY_S)).ok().filter(|seconds| *seconds > 0)
}

/// What a step hands on: of each value the first alternative that is something.
fn handed_on(step: &CallStep, scope: &Arc<Scope>) -> Result<Vec<(String, Value)>, Outcome> {
    let mut gave = Vec::with_capacity(step.gives.len());
    for (name, alternatives) in &step.gives {
        for expr in alternatives {
            let value = expr.eval(scope).map_err(|problem| classify::unreadable(&problem))?;
            if !value.is_none() {
                gave.push((name.clone(), value));
                break;
            }
        }
    }
    Ok(gave)
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
        NetError::TooLarge(said) => NetError::TooLarge(mask.apply(said)),
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
