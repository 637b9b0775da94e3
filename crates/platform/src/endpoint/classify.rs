//! What an answer means: the description's rules first, then its success, then what HTTP itself says.
//!
//! The one thing that is never guessed is whether something was stored. Where a call is not safe to repeat and nobody
//! said what became of it, it is doubtful.

use std::sync::Arc;

use http::HeaderMap;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use minijinja::value::{Value, ValueKind};
use model::{Field, Operation, Outcome, RemoteId};
use url::Url;

use super::found::{self, Listing};
use super::mask::Mask;
use super::pages;
use crate::decode::Decoded;
use crate::description::{Call, CallStep, Rule, Verdict};
use crate::expression::{Expr, Problem, Scope};
use crate::given::{Exchange, Found, Given, Page};
use crate::net::{NetError, Response};
use crate::template::RequestProblem;

/// The most of a platform's words that is kept.
const SAID: usize = 300;
/// A wait longer than this is somebody's mistake.
const LONGEST_WAIT_S: i64 = 24 * 3600;

/// An answer and everything needed to understand it.
pub(super) struct Heard<'a> {
    pub operation: Operation,
    pub call: &'a Call,
    pub step: &'a CallStep,
    pub given: &'a Given,
    pub response: &'a Response,
    /// The address that was asked.
    pub asked: &'a Url,
    pub decoded: &'a Decoded,
    /// The answer as it may be shown.
    pub shown: &'a str,
    pub scope: Arc<Scope>,
    pub rules: &'a [Rule],
    pub mask: &'a Mask,
}

/// What an answer means, what it lists, and where the list goes on.
pub(super) struct Understood {
    pub outcome: Outcome,
    pub found: Vec<Found>,
    pub unread: usize,
    pub next: Option<Page>,
}

impl Heard<'_> {
    pub fn understand(&self, exchange: &mut Exchange) -> Understood {
        let understood = match self.judge(exchange) {
            Ok(Some(outcome)) => Err(outcome),
            Ok(None) => self.taken(&mut exchange.notes),
            Err(problem) => Err(self.unread(&problem)),
        };
        understood.unwrap_or_else(|outcome| Understood { outcome, found: Vec::new(), unread: 0, next: None })
    }

    /// What the rules, and then HTTP, say against it; nothing if the platform took it.
    fn judge(&self, exchange: &mut Exchange) -> Result<Option<Outcome>, Problem> {
        for rule in self.step.failures.iter().chain(&self.call.failures).chain(self.rules) {
            if rule.when.holds(&self.scope)? {
                exchange.rule = Some(format!("failures: when: ={}", rule.when.source()));
                return self.by(rule).map(Some);
            }
        }
        let taken = match &self.step.reading.success {
            Some(success) => {
                let holds = success.holds(&self.scope)?;
                if !holds {
                    exchange.rule = Some(format!("success: ={} does not hold", success.source()));
                }
                holds
            }
            None => (200..300).contains(&self.response.status),
        };
        let broken = (200..300).contains(&self.response.status) && self.decoded.problem.is_some();
        Ok((!taken || broken).then(|| self.unruled()))
    }

    fn by(&self, rule: &Rule) -> Result<Outcome, Problem> {
        let said = || -> Result<String, Problem> {
            Ok(self.first(&rule.said)?.map_or_else(|| self.words(self.shown), |said| self.words(&said)))
        };
        let id = || self.id(&rule.id);
        let wait = || -> Result<Option<u32>, Problem> {
            let wait = self.first(&rule.retry_after_s)?.and_then(|text| text.trim().parse::<i64>().ok());
            Ok(wait.map(clamp).or_else(|| self.retry_after()))
        };
        Ok(match rule.verdict {
            Verdict::Saved => Outcome::Saved { id: id()? },
            Verdict::Nothing => Outcome::Saved { id: None },
            Verdict::Unchanged => Outcome::Unchanged,
            Verdict::Rejected => {
                let field = self.first(&rule.field)?.and_then(|name| self.field(&name));
                Outcome::Rejected { field, said: said()? }
            }
            Verdict::Duplicate => Outcome::Duplicate { id: id()?, said: said()? },
            Verdict::Gone => Outcome::Gone,
            Verdict::Doubtful => Outcome::Doubtful { reason: said()? },
            Verdict::Misconfigured => Outcome::Misconfigured { reason: said()? },
            Verdict::Unavailable => Outcome::Unavailable { reason: said()?, retry_after_s: wait()? },
            Verdict::Throttled => Outcome::Throttled { retry_after_s: wait()? },
            Verdict::Unauthorised => Outcome::Unauthorised { said: said()? },
        })
    }

    /// An answer that is no success and that no rule knows.
    fn unruled(&self) -> Outcome {
        let status = self.response.status;
        let said = self.words(self.shown);
        let reason = format!("answer {status}: {said}");
        match status {
            401 | 403 => Outcome::Unauthorised { said },
            429 => Outcome::Throttled { retry_after_s: self.retry_after() },
            503 => Outcome::Unavailable { reason, retry_after_s: self.retry_after() },
            410 if self.given.record.is_some() => Outcome::Gone,
            400 | 409 | 422 => Outcome::Rejected { field: None, said },
            408 | 500.. | 200..300 if !self.step.safe => Outcome::Doubtful { reason },
            408 | 500.. => Outcome::Unavailable { reason, retry_after_s: self.retry_after() },
            200..300 if self.decoded.problem.is_some() => {
                Outcome::Unavailable { reason, retry_after_s: None }
            }
            _ => Outcome::Misconfigured { reason: format!("no rule of the description knows this {reason}") },
        }
    }

    /// What a call that was taken gives.
    fn taken(&self, notes: &mut Vec<String>) -> Result<Understood, Outcome> {
        let Listing { found, listed, unread } = found::found(&self.step.reading, &self.scope, notes)?;
        let id = self.id(&self.step.reading.id).map_err(|problem| self.unread(&problem))?;
        if self.call.steps.len() == 1 {
            let made = id.is_some() || self.step.reading.looked_up;
            complete((self.operation, self.response.status), made, found.is_empty())?;
        }
        let next = match &self.call.pages {
            Some(pages) => pages::next(pages, &self.given.page, (&found, listed), (&self.scope, self.asked))?,
            None => None,
        };
        Ok(Understood { outcome: Outcome::Saved { id }, found, unread, next })
    }

    /// An answer that an expression could not read. Where it may have followed something stored, nobody knows.
    fn unread(&self, problem: &Problem) -> Outcome {
        match (self.response.status, unreadable(problem)) {
            (200..300 | 408 | 500.., Outcome::Misconfigured { reason }) if !self.step.safe => {
                Outcome::Doubtful { reason }
            }
            (_, outcome) => outcome,
        }
    }

    fn id(&self, alternatives: &[Expr]) -> Result<Option<RemoteId>, Problem> {
        let id = self.first(alternatives)?.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        Ok(id.map(|id| RemoteId { space: self.step.reading.id_space.clone(), id }))
    }

    fn first(&self, alternatives: &[Expr]) -> Result<Option<String>, Problem> {
        first(alternatives, &self.scope)
    }

    /// The field that a platform names: by our name, by its own, or by the last part of its own.
    fn field(&self, name: &str) -> Option<Field> {
        let name = name.trim().to_ascii_lowercase();
        let tail = |path: &str| path.rsplit(['.', '/']).next().unwrap_or_default().to_owned();
        let names = &self.call.names;
        name.parse()
            .ok()
            .or_else(|| names.iter().find(|(path, _)| *path == name).map(|(_, field)| *field))
            .or_else(|| {
                names.iter().find(|(path, _)| path.ends_with(&format!(".{name}"))).map(|(_, field)| *field)
            })
            .or_else(|| names.iter().find(|(path, _)| tail(path) == tail(&name)).map(|(_, field)| *field))
    }

    /// A platform's words for the log. Masked before they are cut: half a secret would not be found.
    fn words(&self, text: &str) -> String {
        excerpt(&self.mask.apply(text))
    }

    fn retry_after(&self) -> Option<u32> {
        retry_after(&self.response.headers, self.given.now)
    }
}

/// What a call that was taken must have given: the number of what was made, or the way to look it up.
pub(super) fn complete(
    (operation, status): (Operation, u16),
    has_number: bool,
    found_none: bool,
) -> Result<(), Outcome> {
    match operation {
        Operation::ReadPerson if found_none => Err(Outcome::Gone),
        Operation::CreateProspect | Operation::CreateMember if !has_number => {
            let reason = format!(
                "the platform took it and did not say the record's number (answer {status}); sending it again might \
                 make a second one"
            );
            Err(Outcome::Doubtful { reason })
        }
        Operation::CreateLeadSource
        | Operation::SaveProspect
        | Operation::SaveMember
        | Operation::SaveExMember
            if !has_number =>
        {
            let reason = format!(
                "the platform took it and did not say the record's number (answer {status}): without one it can \
                 never be updated, and sending it again might make a second one"
            );
            Err(Outcome::Misconfigured { reason })
        }
        _ => Ok(()),
    }
}

/// The first alternative that gives text; a whole number is text, a fraction is not.
pub(super) fn first(alternatives: &[Expr], scope: &Arc<Scope>) -> Result<Option<String>, Problem> {
    for expr in alternatives {
        let value: Value = expr.eval(scope)?;
        match value.kind() {
            ValueKind::String => return Ok(value.as_str().map(str::to_owned)),
            ValueKind::Number if value.is_integer() => return Ok(Some(value.to_string())),
            _ => {}
        }
    }
    Ok(None)
}

/// The wait that a platform asks for, in seconds: a number or an HTTP date, within a day.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<u32> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = text.parse::<i64>().ok().or_else(|| {
        let at = rfc2822::parse(text).ok()?.timestamp();
        Some(at.duration_since(now).as_secs())
    });
    seconds.map(clamp)
}

fn clamp(seconds: i64) -> u32 {
    u32::try_from(seconds.clamp(1, LONGEST_WAIT_S)).unwrap_or(1)
}

/// A request that could not be made: the record's fault if a value is too long or cannot be written, or one field is to
/// blame, else the description's.
pub(super) fn not_made(problem: RequestProblem) -> Outcome {
    let RequestProblem { fields, said, too_long, unwritable } = problem;
    match fields.only() {
        None if fields.is_empty() || !(too_long || unwritable) => Outcome::Misconfigured { reason: said },
        field => Outcome::Unsendable { field, too_long, said },
    }
}

/// A call without an answer.
pub(super) fn no_answer(error: &NetError, safe: bool) -> Outcome {
    match error {
        NetError::Refused(reason) => Outcome::Unavailable { reason: reason.clone(), retry_after_s: None },
        NetError::NotAllowed(reason) => Outcome::Misconfigured { reason: reason.clone() },
        NetError::Lost(reason) if safe => {
            Outcome::Unavailable { reason: reason.clone(), retry_after_s: None }
        }
        // The platform is there, and would answer the same again: only the description can help.
        NetError::TooLarge(reason) if safe => Outcome::Misconfigured {
            reason: format!("{reason}; `max_response_kb` of the description says how large it may be"),
        },
        NetError::Lost(reason) | NetError::TooLarge(reason) => Outcome::Doubtful { reason: reason.clone() },
    }
}

pub(super) fn unreadable(problem: &Problem) -> Outcome {
    Outcome::Misconfigured {
        reason: format!("the answer could not be read by `={}`: {}", problem.source, problem.said),
    }
}

/// A platform's words, without markup and cut to a sensible length.
pub(super) fn excerpt(text: &str) -> String {
    let mut plain = String::new();
    let mut tag = false;
    for c in text.chars().take(4096) {
        match c {
            '<' => tag = true,
            '>' if tag => {
                tag = false;
                plain.push(' ');
            }
            c if !tag => plain.push(c),
            _ => {}
        }
    }
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(SAID) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None if words.is_empty() => "no words".to_owned(),
        None => words,
    }
}
