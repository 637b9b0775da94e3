//! GymMaster's portal API: forms in parts, refusals in a 200, and reads that are five minutes old.

mod directory;
mod member;
mod prospect;

use serde_json::{Value, json};

use crate::faults::Trouble;
use crate::form::Form;
use crate::http_call::{Incoming, Reply};
use crate::room::Room;
use crate::text::fold;

/// How long an answer to a read is given again.
const CACHED_MS: u64 = 5 * 60 * 1000;
/// More answers than this are not kept.
const CACHED_MAX: usize = 1000;

/// A refusal: the text of `error`.
type Answer = Result<Reply, String>;

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let ["portal", "api", path @ ..] = parts.as_slice() else {
        return Reply::html(404, "404 Not Found");
    };
    let form = Form::read(call);
    let club = form.text("companyid").to_owned();
    let reading = call.method == "GET";
    let secret = &room.config.credentials.secret;
    let in_header = call.header("x-gm-api-key") == secret
        || (reading && path.first() == Some(&"v1") && call.header("authorization") == secret);
    if !in_header && form.text("api_key") != secret {
        return refuse("Invalid api_key").of("", &club);
    }
    let again = format!("{}?{}", call.path, call.query);
    if reading
        && let Some((since_ms, body)) = room.cached.get(&again)
        && room.now_ms.saturating_sub(*since_ms) < CACHED_MS
    {
        return Reply::new(200, "application/json", body.clone()).of("cached", &club);
    }
    let (operation, answer) = route(room, call, path, &form);
    let reply = answer.unwrap_or_else(|error| refuse(&error)).of(operation, &club);
    if reading && reply.status == 200 {
        let now_ms = room.now_ms;
        if room.cached.len() >= CACHED_MAX {
            room.cached.clear();
        }
        room.cached.insert(again, (now_ms, reply.body.clone()));
    }
    reply
}

fn route(room: &mut Room, call: &Incoming, path: &[&str], form: &Form) -> (&'static str, Answer) {
    match (call.method.as_str(), path) {
        ("POST", ["v1", "prospect", "create"]) => ("createProspect", prospect::create(room, call, form)),
        ("POST", ["v1", "signup"]) => ("signUp", member::sign_up(room, form)),
        ("POST", ["v1", "login"]) => ("login", member::log_in(room, form)),
        ("GET", ["v1", "member", "profile"]) => ("getProfile", member::profile(room, form)),
        ("POST", ["v1", "member", "profile"]) => ("updateProfile", member::update(room, form)),
        ("GET", ["v1", "members"]) => ("listMembers", Ok(member::list(room, form))),
        ("GET", ["v2", "member", "exists"]) => ("memberExists", member::exists(room, form)),
        ("GET", ["v1", "companies"]) => ("listCompanies", Ok(directory::companies(room))),
        ("GET", ["v2", "staff", "salesrep"]) => ("listSalesReps", Ok(directory::sales_reps(room, form))),
        ("GET", ["v1", "memberships"]) => ("listMemberships", Ok(directory::memberships())),
        ("GET", ["v2", "promotions"]) => ("listPromotions", Ok(result(&json!([])))),
        ("GET", ["v2", "contactmethods"]) => ("listContactMethods", Ok(directory::contact_methods())),
        (method, [_, "staff", ..]) => {
            room.staff_write(&format!("{method} {}", call.path));
            ("staff", Ok(Reply::html(405, "405 Method Not Allowed")))
        }
        _ => ("", Ok(Reply::html(404, "404 Not Found"))),
    }
}

pub(crate) fn trouble(trouble: Trouble, _: &Incoming) -> Reply {
    match trouble {
        Trouble::Broken => Reply::html(500, "500 Internal Server Error"),
        Trouble::Throttled(wait_s) => {
            Reply::html(429, "429 Too Many Requests").header("retry-after", wait_s.to_string())
        }
        Trouble::Maintenance => Reply::html(503, "503 Service Unavailable"),
    }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    let form = Form::read(call);
    let path = call.path.strip_prefix("/portal/api/v1/")?;
    match (call.method.as_str(), path) {
        ("POST", "prospect/create" | "signup") => {
            let part = |name: &str| fold(form.text(name));
            let name = format!("{} {}", part("firstname"), part("surname"));
            Some(format!("{}|{name}|{}|{}", part("companyid"), part("email"), part("phonecell")))
        }
        ("POST", "member/profile") => Some(format!("profile|{}", form.text("token"))),
        _ => None,
    }
}

fn result(result: &Value) -> Reply {
    written(&json!({ "result": result }))
}

/// What a write answers with: `result` is a word, and what else there is to say stands beside it.
fn written(body: &Value) -> Reply {
    let mut body = body.clone();
    body["error"] = Value::Null;
    Reply::json(200, &body)
}

fn refuse(error: &str) -> Reply {
    Reply::json(200, &json!({"result": null, "error": error}))
}

/// A number on the wire.
fn number(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| json!(id), |number| json!(number))
}
