//! Visual Fitness Planner: REST with every refusal in a 200, whole-record updates, and lists that forget they are lists.

mod guest;

use serde_json::{Value, json};

use crate::config::LeadSource;
use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::people::Search;
use crate::person::Kind;
use crate::room::{NewPerson, Room};
use crate::text::fold;

/// A refusal: code, field if one is to blame, message.
struct Refusal {
    code: &'static str,
    field: Option<String>,
    message: String,
}

impl Refusal {
    fn new(code: &'static str, message: &str) -> Self {
        Refusal { code, field: None, message: message.to_owned() }
    }

    fn invalid(field: &str, message: &str) -> Self {
        Refusal { code: "INVALID", field: Some(field.to_owned()), message: message.to_owned() }
    }
}

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let site = call.param("site").unwrap_or_default();
    if call.header("x-api-key") != room.config.credentials.secret {
        return refuse(200, &Refusal::new("AUTH", "Invalid API key")).of("", &site);
    }
    if room.club(&site).is_none() {
        return refuse(200, &Refusal::new("SITE", &format!("Unknown site {site}"))).of("", &site);
    }
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let ["api", "v1", rest @ ..] = parts.as_slice() else {
        return refuse(404, &Refusal::new("NOT_FOUND", "No such resource")).of("", &site);
    };
    match (call.method.as_str(), rest) {
        ("GET", ["ping"]) => Reply::json(200, &json!({"success": true, "site": site})).of("ping", &site),
        ("GET", ["staff"]) => staff(room, &site).of("listStaff", &site),
        ("GET", ["lead-sources"]) => lead_sources(room, &site).of("listLeadSources", &site),
        ("POST", ["lead-sources"]) => create_lead_source(room, &site, call).of("createLeadSource", &site),
        ("PUT", ["lead-sources", id]) => {
            rename_lead_source(room, &site, id, call).of("updateLeadSource", &site)
        }
        ("GET", ["guests"]) => find(room, &site, call).of("findGuests", &site),
        ("POST", ["guests"]) => create(room, &site, call).of("createGuest", &site),
        ("GET", ["guests", id]) => fetch(room, &site, id).of("getGuest", &site),
        ("PUT", ["guests", id]) => update(room, &site, id, call).of("updateGuest", &site),
        ("POST", ["guests", id, "membership"]) => convert(room, &site, id, call).of("addMembership", &site),
        (method, ["staff", ..]) => {
            room.staff_write(&format!("{method} {}", call.path));
            refuse(405, &Refusal::new("METHOD", "Staff are managed in VFP")).of("staff", &site)
        }
        _ => refuse(404, &Refusal::new("NOT_FOUND", "No such resource")).of("", &site),
    }
}

pub(crate) fn trouble(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::Broken => refuse(500, &Refusal::new("INTERNAL", "Unexpected error")),
        Trouble::Throttled(wait_s) => refuse(429, &Refusal::new("THROTTLED", "Too many requests"))
            .header("retry-after", wait_s.to_string()),
        Trouble::Maintenance => Reply::html(503, "VFP is being maintained"),
    }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    let site = call.param("site")?;
    match (call.method.as_str(), call.segments().as_slice()) {
        ("PUT", [_, _, guests, id]) | ("POST", [_, _, guests, id, _]) if guests == "guests" => {
            Some(format!("{site}|{id}"))
        }
        ("POST", [_, _, guests]) if guests == "guests" => {
            let body = call.json()?;
            let part = |name: &str| fold(body["guest"][name].as_str().unwrap_or(""));
            let reference = part("externalRef");
            if !reference.is_empty() {
                return Some(format!("{site}|{reference}"));
            }
            Some(format!(
                "{site}|{} {}|{}|{}",
                part("firstName"),
                part("lastName"),
                part("email"),
                part("mobile")
            ))
        }
        _ => None,
    }
}

fn refuse(status: u16, refusal: &Refusal) -> Reply {
    let mut error = json!({"code": refusal.code});
    if let Some(field) = &refusal.field {
        error["field"] = json!(field);
    }
    error["message"] = json!(refusal.message);
    Reply::json(status, &json!({"success": false, "error": error}))
}

/// A list; a single element comes as itself.
fn listed(name: &str, mut list: Vec<Value>) -> Reply {
    let one_or_many = if list.len() == 1 { list.remove(0) } else { Value::Array(list) };
    Reply::json(200, &json!({"success": true, name: one_or_many}))
}

fn staff(room: &Room, site: &str) -> Reply {
    let list = room.staff_of(site).map(|staff| {
        json!({
            "id": staff.id,
            "first": staff.first_name,
            "last": staff.last_name,
            "email": staff.email,
            "active": staff.active,
        })
    });
    listed("staff", list.collect())
}

fn lead_sources(room: &Room, site: &str) -> Reply {
    let list = room
        .lead_sources_of(site)
        .map(|source| json!({"id": source.id, "name": source.name, "active": source.active}));
    listed("leadSources", list.collect())
}

fn name_in(call: &Incoming) -> Result<String, Refusal> {
    let body = call.json().ok_or_else(|| Refusal::new("JSON", "Malformed body"))?;
    let name = body["name"].as_str().map(str::trim).unwrap_or_default();
    if name.is_empty() { Err(Refusal::invalid("name", "Name is required")) } else { Ok(name.to_owned()) }
}

fn create_lead_source(room: &mut Room, site: &str, call: &Incoming) -> Reply {
    match name_in(call) {
        Ok(name) => {
            let source = LeadSource { id: String::new(), club: Some(site.to_owned()), name, active: true };
            let id = room.add_lead_source(source);
            Reply::json(201, &json!({"success": true, "id": id})).stored(&id)
        }
        Err(refusal) => refuse(200, &refusal),
    }
}

fn rename_lead_source(room: &mut Room, site: &str, id: &str, call: &Incoming) -> Reply {
    match name_in(call) {
        Ok(name) if room.rename_lead_source(site, id, &name) => {
            Reply::json(200, &json!({"success": true})).stored(id)
        }
        Ok(_) => not_found("lead source", id),
        Err(refusal) => refuse(200, &refusal),
    }
}

fn not_found(what: &str, id: &str) -> Reply {
    refuse(404, &Refusal::new("NOT_FOUND", &format!("No {what} {id}")))
}

fn find(room: &Room, site: &str, call: &Incoming) -> Reply {
    let given = |name: &str| call.param(name).filter(|value| !value.is_empty());
    let (reference, last_name) = (given("externalRef"), given("lastName"));
    let (email, mobile) = (given("email"), given("mobile"));
    let search = Search {
        external_ref: reference.as_deref(),
        last_name: last_name.as_deref(),
        email: email.as_deref(),
        mobile: mobile.as_deref(),
        ..room.search()
    };
    listed("guests", room.people.find(site, &search).into_iter().map(guest::document).collect())
}

fn fetch(room: &Room, site: &str, id: &str) -> Reply {
    match room.people.get(id).filter(|person| person.club == site && !person.gone) {
        Some(person) => Reply::json(200, &json!({"success": true, "guest": guest::document(person)})),
        None => not_found("guest", id),
    }
}

fn create(room: &mut Room, site: &str, call: &Incoming) -> Reply {
    match guest::read(room, site, call) {
        Ok(read) => {
            let kind = read.kind.unwrap_or(Kind::Prospect);
            let external_ref = Some(read.external_ref.as_str());
            let id =
                room.create(NewPerson { club: site, kind, external_ref, changes: read.changes, own: false });
            Reply::empty(201).header("location", format!("/api/v1/guests/{id}")).stored(&id)
        }
        Err(refusal) => refuse(200, &refusal),
    }
}

fn update(room: &mut Room, site: &str, id: &str, call: &Incoming) -> Reply {
    let Some(before) =
        room.people.get(id).filter(|person| person.club == site && !person.gone).map(|has| has.kind)
    else {
        return not_found("guest", id);
    };
    let read = match guest::read(room, site, call) {
        Ok(read) => read,
        Err(refusal) => return refuse(200, &refusal),
    };
    let kind = read.kind.unwrap_or(before);
    let sold = kind == Kind::Member && before != Kind::Member;
    if sold || (kind == Kind::Prospect && before != Kind::Prospect) {
        return refuse(200, &Refusal::invalid("guestType", "A membership is started by its own call"));
    }
    room.update(id, Some(kind), &read.changes);
    let reference = Some(read.external_ref).filter(|reference| !reference.is_empty());
    room.people.change(id, |person| person.external_ref = reference);
    Reply::json(200, &json!({"success": true})).stored(id)
}

fn convert(room: &mut Room, site: &str, id: &str, call: &Incoming) -> Reply {
    let Some(before) =
        room.people.get(id).filter(|person| person.club == site && !person.gone).map(|has| has.kind)
    else {
        return not_found("guest", id);
    };
    if before == Kind::Member {
        return refuse(200, &Refusal::new("ALREADY_MEMBER", &format!("Guest {id} is a member already")));
    }
    let start =
        call.json().and_then(|body| body["startDate"].as_str().map(str::to_owned)).unwrap_or_default();
    if crate::dates::read("%Y-%m-%d", &start).is_none() {
        return refuse(200, &Refusal::invalid("startDate", "Date is yyyy-MM-dd"));
    }
    room.update(id, Some(Kind::Member), &Vec::new());
    Reply::json(200, &json!({"success": true})).stored(id)
}
