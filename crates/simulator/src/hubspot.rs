//! HubSpot: contacts of CRM v3, with property values that are always text, one contact for an e-mail address, and a
//! search that trails behind.

mod batch;
mod contact;
mod directory;
mod oauth;
mod problem;
mod properties;
mod search;

use serde_json::{Value, json};

use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::room::Room;
use crate::text::fold;
use problem::Problem;

type Answer = Result<Reply, Problem>;

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    if parts == ["oauth", "v1", "token"] && call.method == "POST" {
        return oauth::token(room, call).of("token", "");
    }
    let club = room.clubs.first().map(|club| club.id.clone()).unwrap_or_default();
    if let Err(problem) = oauth::allowed(room, call) {
        return problem.reply().of("", &club);
    }
    let ["crm", "v3", path @ ..] = parts.as_slice() else {
        return Problem::new(404, "OBJECT_NOT_FOUND", "resource not found").reply().of("", &club);
    };
    let (operation, answer) = route(room, call, &club, path);
    answer.unwrap_or_else(|problem| problem.reply()).of(operation, &club)
}

fn route(room: &mut Room, call: &Incoming, club: &str, path: &[&str]) -> (&'static str, Answer) {
    match (call.method.as_str(), path) {
        ("POST", ["objects", "contacts"]) => ("createContact", contact::create(room, club, call)),
        ("GET", ["objects", "contacts"]) => ("listContacts", contact::list(room, club, call)),
        ("POST", ["objects", "contacts", "search"]) => ("searchContacts", search::search(room, club, call)),
        ("POST", ["objects", "contacts", "batch", "upsert"]) => {
            ("upsertContacts", batch::upsert(room, club, call))
        }
        ("GET", ["objects", "contacts", id]) => ("getContact", contact::get(room, club, id, call)),
        ("PATCH", ["objects", "contacts", id]) => ("updateContact", contact::update(room, club, id, call)),
        ("DELETE", ["objects", "contacts", id]) => ("archiveContact", Ok(contact::archive(room, id))),
        ("GET", ["owners"]) => ("listOwners", directory::owners(room, club, call)),
        ("GET", ["properties", "contacts", name]) => ("getProperty", directory::property(room, name)),
        ("PATCH", ["properties", "contacts", name]) => {
            ("updateProperty", directory::update_property(room, name, call))
        }
        (method, ["owners", ..]) => {
            room.staff_write(&format!("{method} {}", call.path));
            ("owners", Err(Problem::new(405, "METHOD_NOT_ALLOWED", "owners are users of the account")))
        }
        _ => ("", Err(Problem::new(404, "OBJECT_NOT_FOUND", "resource not found"))),
    }
}

pub(crate) fn trouble(trouble: Trouble, _: &Incoming) -> Reply {
    match trouble {
        Trouble::Broken => Problem::new(500, "INTERNAL_ERROR", "internal error").reply(),
        Trouble::Throttled(wait_s) => {
            Problem::new(429, "RATE_LIMITS", "You have reached your ten_secondly_rolling limit.")
                .reply()
                .header("retry-after", wait_s.to_string())
        }
        Trouble::Maintenance => Reply::html(503, "HubSpot is temporarily unavailable"),
    }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    let path = call.path.strip_prefix("/crm/v3/objects/contacts")?;
    match (call.method.as_str(), path) {
        ("PATCH", id) => Some(format!("contact|{}", fold(id.trim_start_matches('/')))),
        ("POST", "") => {
            let body = call.json()?;
            let part = |name: &str| fold(body["properties"][name].as_str().unwrap_or(""));
            Some(format!(
                "{} {}|{}|{}",
                part("firstname"),
                part("lastname"),
                part("email"),
                part("mobilephone")
            ))
        }
        _ => None,
    }
}

/// One page of a list: `after` says where the next one begins.
fn paged(call_after: Option<&str>, limit: usize, list: &[Value]) -> Result<Value, Problem> {
    let begin = match call_after.filter(|after| !after.is_empty()) {
        None => Some(0),
        Some(after) => after.parse::<usize>().ok(),
    };
    let begin = begin.ok_or_else(|| Problem::invalid("after is not valid"))?;
    let end = begin.saturating_add(limit).min(list.len());
    let mut page = json!({"results": list.get(begin..end).unwrap_or_default()});
    if end < list.len() {
        page["paging"] = json!({"next": {"after": end.to_string()}});
    }
    Ok(page)
}

/// How many are asked for at a time.
fn limit(asked: Option<&str>, usual: usize, most: usize) -> Result<usize, Problem> {
    match asked.filter(|asked| !asked.is_empty()) {
        None => Ok(usual),
        Some(asked) => asked
            .parse()
            .ok()
            .filter(|limit| (1..=most).contains(limit))
            .ok_or_else(|| Problem::invalid(&format!("limit must be between 1 and {most}"))),
    }
}
