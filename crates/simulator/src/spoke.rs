//! The open spoke: the contract published for partners without an API, over JSON and over SOAP.

mod people;
mod rest;
mod sign;
mod soap;

pub use sign::sign;

use serde_json::{Value, json};

use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::room::Room;

/// What the contract says when it does not do what was asked.
#[derive(Debug)]
struct Problem {
    /// The code of the SOAP contract.
    code: &'static str,
    status: u16,
    detail: String,
    field: Option<String>,
    /// The record that exists already.
    id: Option<String>,
    retry_after_s: Option<u32>,
}

impl Problem {
    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        let status = match code {
            "UNAUTHORISED" => 401,
            "NOT_FOUND" => 404,
            "DUPLICATE" => 409,
            "GONE" => 410,
            "THROTTLED" => 429,
            "UNAVAILABLE" => 503,
            _ => 422,
        };
        Problem { code, status, detail: detail.into(), field: None, id: None, retry_after_s: None }
    }

    fn invalid(field: &str, detail: impl Into<String>) -> Self {
        Problem { field: Some(field.to_owned()), ..Problem::new("INVALID", detail) }
    }

    fn waiting(code: &'static str, detail: &str, retry_after_s: u32) -> Self {
        Problem { retry_after_s: Some(retry_after_s), ..Problem::new(code, detail) }
    }

    fn reply(&self) -> Reply {
        let title = self.code.to_lowercase().replace('_', " ");
        let mut body = json!({
            "type": format!("urn:connector:open-spoke:1:{}", self.code.to_lowercase().replace('_', "-")),
            "title": title,
            "status": self.status,
            "detail": self.detail,
        });
        for (name, value) in [("field", &self.field), ("id", &self.id)] {
            if let Some(value) = value {
                body[name] = Value::String(value.clone());
            }
        }
        let reply = Reply::new(self.status, "application/problem+json", body.to_string());
        self.with_wait(reply)
    }

    fn with_wait(&self, reply: Reply) -> Reply {
        match self.retry_after_s {
            Some(wait_s) => reply.header("retry-after", wait_s.to_string()),
            None => reply,
        }
    }
}

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    if is_soap(call) { soap::answer(room, call) } else { rest::answer(room, call) }
}

pub(crate) fn trouble(trouble: Trouble, call: &Incoming) -> Reply {
    let problem = match trouble {
        Trouble::Broken => Problem::waiting("UNAVAILABLE", "something failed here", 1),
        Trouble::Throttled(wait_s) => Problem::waiting("THROTTLED", "too many calls", wait_s),
        Trouble::Maintenance => Problem::waiting("UNAVAILABLE", "down for maintenance", 60),
    };
    if is_soap(call) { soap::fault(&problem) } else { problem.reply() }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    if is_soap(call) {
        return soap::subject(call);
    }
    match (call.method.as_str(), call.segments().as_slice()) {
        ("PUT", [_, _, club, people, external]) if people == "people" => Some(format!("{club}|{external}")),
        _ => None,
    }
}

fn is_soap(call: &Incoming) -> bool {
    call.path == "/soap/v1"
}
