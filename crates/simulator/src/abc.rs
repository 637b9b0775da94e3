//! ABC DataTrak: one address for each club, refusals and empty lists in a 200, text for everything, and members who are
//! made by ABC alone and numbered apart.

mod prospect;

use serde_json::{Value, json};

use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::person::{Kind, Person};
use crate::room::{NewPerson, Room};
use crate::text::fold;

/// The most things of a page.
const PAGE_MAX: usize = 5000;

/// What ABC says instead of success.
struct Refusal {
    message: String,
    code: &'static str,
}

impl Refusal {
    fn new(message: impl Into<String>, code: &'static str) -> Self {
        Refusal { message: message.into(), code }
    }
}

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let ["rest", club, rest @ ..] = parts.as_slice() else {
        return Reply::new(404, "text/plain", "No Mapping Rule matched");
    };
    let credentials = &room.config.credentials;
    if call.header("app_id") != credentials.user || call.header("app_key") != credentials.secret {
        return Reply::new(403, "text/plain", "Authentication failed").of("", club);
    }
    if room.club(club).is_none() {
        return refuse(&Refusal::new("Not Authorized", "API-SEC-0001")).of("", club);
    }
    match (call.method.as_str(), rest) {
        ("GET", ["employees"]) => listed(call, "employees", employees(room, club)).of("employees", club),
        ("GET", ["clubs", "campaigns"]) => {
            listed(call, "campaigns", campaigns(room, club)).of("campaigns", club)
        }
        ("POST", ["prospects"]) => create(room, club, call).of("createProspect", club),
        ("PUT", ["prospects", id]) => update(room, club, id, call).of("updateProspect", club),
        ("GET", ["prospects", id]) => {
            let one = prospects(room, club).filter(|person| person.id == *id);
            listed(call, "prospects", one.map(|person| prospect::document(person, false)).collect())
                .of("getProspect", club)
        }
        ("GET", ["prospects"]) => {
            let all = prospects(room, club).map(|person| prospect::document(person, false)).collect();
            listed(call, "prospects", all).of("listProspects", club)
        }
        ("GET", ["members"]) => {
            let changed = match changed_within(call) {
                Ok(changed) => changed,
                Err(refusal) => return refuse(&refusal).of("listMembers", club),
            };
            let these = members(room, club).filter(|person| changed.contains(&person.updated_ms));
            let these = these.map(|person| prospect::document(person, true)).collect();
            listed(call, "members", these).of("listMembers", club)
        }
        ("GET", ["members", id]) => {
            let one = members(room, club).filter(|person| prospect::member_id(person) == *id);
            listed(call, "members", one.map(|person| prospect::document(person, true)).collect())
                .of("getMember", club)
        }
        (method, ["employees", ..]) => {
            room.staff_write(&format!("{method} {}", call.path));
            Reply::new(405, "text/plain", "Method Not Allowed").of("employees", club)
        }
        _ => Reply::new(404, "text/plain", "No Mapping Rule matched").of("", club),
    }
}

pub(crate) fn trouble(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::Broken => Reply::new(500, "text/plain", "Internal Server Error"),
        Trouble::Throttled(wait_s) => {
            Reply::new(429, "text/plain", "Limits exceeded").header("retry-after", wait_s.to_string())
        }
        Trouble::Maintenance => Reply::html(503, "Service Unavailable"),
    }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    match (call.method.as_str(), call.segments().as_slice()) {
        ("PUT", [_, club, prospects, id]) if prospects == "prospects" => Some(format!("{club}|{id}")),
        ("POST", [_, club, prospects]) if prospects == "prospects" => {
            let body = call.json()?;
            let personal = &body["prospects"][0]["prospect"]["personal"];
            let part = |name: &str| fold(personal[name].as_str().unwrap_or(""));
            let (name, email) = (format!("{} {}", part("firstName"), part("lastName")), part("email"));
            Some(format!("{club}|{name}|{email}|{}", part("mobilePhone")))
        }
        _ => None,
    }
}

fn refuse(refusal: &Refusal) -> Reply {
    let status = json!({"message": refusal.message, "count": "0", "messageCode": refusal.code});
    Reply::json(200, &json!({"status": status}))
}

fn success(count: usize) -> Value {
    json!({"message": "success", "count": count.to_string(), "messageCode": ""})
}

/// A page of a list. A single element comes as itself, and none is no success.
fn listed(call: &Incoming, name: &str, all: Vec<Value>) -> Reply {
    let number = |name: &str| call.param(name).and_then(|text| text.parse::<usize>().ok());
    let (page, size) = (number("page").unwrap_or(1).max(1), number("size").unwrap_or(PAGE_MAX));
    let size = size.clamp(1, PAGE_MAX);
    let total = all.len();
    let mut these: Vec<Value> = all.into_iter().skip((page - 1) * size).take(size).collect();
    let request = json!({"page": page.to_string(), "size": size.to_string()});
    if these.is_empty() {
        let status = json!({"message": "No records found.", "count": "0", "messageCode": "API-GEN-0001"});
        return Reply::json(200, &json!({"status": status, "request": request, name: []}));
    }
    let mut status = success(these.len());
    if page * size < total {
        status["nextPage"] = json!((page + 1).to_string());
    }
    let list = if these.len() == 1 { these.remove(0) } else { Value::Array(these) };
    Reply::json(200, &json!({"status": status, "request": request, name: list}))
}

fn employees(room: &Room, club: &str) -> Vec<Value> {
    let one = |staff: &crate::Staff| {
        json!({
            "employeeId": staff.id,
            "personal": {"firstName": staff.first_name, "lastName": staff.last_name, "email": staff.email},
            "employment": {"employeeStatus": if staff.active { "active" } else { "inactive" }, "department": "Sales"},
        })
    };
    room.staff_of(club).map(one).collect()
}

fn campaigns(room: &Room, club: &str) -> Vec<Value> {
    let one = |source: &crate::LeadSource| json!({"id": source.id, "name": source.name, "isActive": source.active.to_string()});
    room.lead_sources_of(club).map(one).collect()
}

/// Everybody who came as a prospect, who was won since included.
fn prospects<'a>(room: &'a Room, club: &'a str) -> impl Iterator<Item = &'a Person> {
    let seen_by_ms = room.search().created_by_ms;
    room.people.all().iter().filter(move |person| {
        let came_as_prospect = !person.own || person.kind == Kind::Prospect;
        person.club == club && !person.gone && came_as_prospect && person.created_ms <= seen_by_ms
    })
}

fn members<'a>(room: &'a Room, club: &'a str) -> impl Iterator<Item = &'a Person> {
    room.people
        .all()
        .iter()
        .filter(move |person| person.club == club && !person.gone && person.kind != Kind::Prospect)
}

/// The range in which a member was changed, in the club's own time; everything unless said.
fn changed_within(call: &Incoming) -> Result<std::ops::RangeInclusive<u64>, Refusal> {
    let Some(text) = call.param("lastModifiedTimestampRange") else { return Ok(0..=u64::MAX) };
    let instant = |text: &str| crate::dates::local_ms(&text.trim().replace(' ', "T"));
    let range = text.split_once(',').and_then(|(from, to)| Some(instant(from)?..=instant(to)?));
    range.ok_or_else(|| Refusal::new("lastModifiedTimestampRange is not valid", "API-MEM-0002"))
}

fn create(room: &mut Room, club: &str, call: &Incoming) -> Reply {
    let body = call.json().unwrap_or_default();
    let Some([one]) = body["prospects"].as_array().map(Vec::as_slice) else {
        return refuse(&Refusal::new("prospects is required", "API-PRO-0001"));
    };
    match prospect::read(room, club, &one["prospect"]) {
        Ok(changes) => {
            let id = room.create(NewPerson {
                club,
                kind: Kind::Prospect,
                external_ref: None,
                changes,
                own: false,
            });
            Reply::json(200, &json!({"status": success(1), "result": {"memberId": id}})).stored(&id)
        }
        Err(refusal) => refuse(&refusal),
    }
}

fn update(room: &mut Room, club: &str, id: &str, call: &Incoming) -> Reply {
    if !prospects(room, club).any(|person| person.id == id) {
        return refuse(&Refusal::new("No records found.", "API-GEN-0001"));
    }
    let body = call.json().unwrap_or_default();
    match prospect::read(room, club, &body["prospect"]) {
        Ok(changes) => {
            room.update(id, None, &changes);
            Reply::json(200, &json!({"status": success(1)})).stored(id)
        }
        Err(refusal) => refuse(&refusal),
    }
}
