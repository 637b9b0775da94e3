//! The open spoke over JSON.

use serde_json::{Value, json};

use super::people::{Save, check, find, save};
use super::{Problem, sign};
use crate::config::LeadSource;
use crate::http_call::{Incoming, Reply};
use crate::people::Search;
use crate::person::{FIELDS, Kind, Person};
use crate::room::Room;

type Answer = Result<Reply, Problem>;

/// How many changed people a page has.
const PAGE: usize = 100;

pub(super) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    if let Err(problem) = allowed(room, call) {
        return problem.reply();
    }
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let method = call.method.as_str();
    if (method, parts.as_slice()) == ("GET", &["v1", "health"]) {
        return Reply::json(200, &json!({"ok": true})).of("health", "");
    }
    let ["v1", "clubs", club, rest @ ..] = parts.as_slice() else {
        return Problem::new("NOT_FOUND", "no such resource").reply();
    };
    let (operation, answer) = match (method, rest) {
        ("PUT", ["people", external]) if room.config.sink => {
            ("savePerson", Ok(count(room, club, external, call)))
        }
        _ if room.club(club).is_none() => {
            ("", Err(Problem::new("NOT_FOUND", format!("club {club} is not known"))))
        }
        ("GET", []) => ("getClub", Ok(club_of(room, club))),
        ("PUT", ["people", external]) => ("savePerson", save_person(room, club, external, call)),
        ("GET", ["people"]) => ("findPeople", find_people(room, club, call)),
        ("GET", ["changes"]) => ("listChanges", changes(room, club, call)),
        ("GET", ["staff"]) => ("listStaff", Ok(staff(room, club, call))),
        ("GET", ["lead-sources"]) => ("listLeadSources", Ok(lead_sources(room, club))),
        ("POST", ["lead-sources"]) => ("createLeadSource", create_lead_source(room, club, call)),
        ("PUT", ["lead-sources", id]) => ("updateLeadSource", update_lead_source(room, club, id, call)),
        (_, ["staff", ..]) => {
            room.staff_write(&format!("{method} {}", call.path));
            ("staff", Err(Problem::new("INVALID", "staff cannot be written")))
        }
        _ => ("", Err(Problem::new("NOT_FOUND", "no such resource"))),
    };
    answer.unwrap_or_else(|problem| problem.reply()).of(operation, club)
}

fn allowed(room: &Room, call: &Incoming) -> Result<(), Problem> {
    if call.bearer() != room.config.credentials.secret {
        return Err(Problem::new("UNAUTHORISED", "the token is not accepted"));
    }
    if room.config.check_signatures && !sign::is_signed(&room.config.credentials, room.now_ms, call) {
        return Err(Problem::new("UNAUTHORISED", "the signature is missing, wrong or too old"));
    }
    Ok(())
}

/// A sink keeps no person, only that they came.
fn count(room: &mut Room, club: &str, external: &str, call: &Incoming) -> Reply {
    let key = if room.clubs.len() > 1 { format!("{club}/{external}") } else { external.to_owned() };
    let (number, new) = room.counts.save(&key, &call.body);
    let id = format!("p-{number}");
    Reply::new(if new { 201 } else { 200 }, "application/json", format!("{{\"id\":\"{id}\"}}")).stored(&id)
}

fn club_of(room: &Room, club: &str) -> Reply {
    let name = room.club(club).map_or("", |club| club.name.as_str());
    Reply::json(200, &json!({"id": club, "name": name}))
}

fn save_person(room: &mut Room, club: &str, external: &str, call: &Incoming) -> Answer {
    let body = object(call)?;
    let (id, new) = save(room, club, external, read(&body)?)?;
    Ok(Reply::json(if new { 201 } else { 200 }, &json!({"id": id})).stored(&id))
}

fn object(call: &Incoming) -> Result<Value, Problem> {
    call.json()
        .filter(Value::is_object)
        .ok_or_else(|| Problem::new("INVALID", "the body is not a JSON object"))
}

fn read(body: &Value) -> Result<Save, Problem> {
    let mut read = Save::default();
    if let Some(literal) = body.get("kind") {
        let kind = literal.as_str().and_then(Kind::read);
        read.kind =
            Some(kind.ok_or_else(|| Problem::invalid("kind", "kind is PROSPECT, MEMBER or EX_MEMBER"))?);
    }
    read.id = body.get("id").and_then(Value::as_str).map(str::to_owned);
    for field in FIELDS {
        match body.get(field) {
            None => {}
            Some(Value::Null) => read.changes.push((field, None)),
            Some(Value::String(text)) => {
                check(field, text).map_err(|detail| Problem::invalid(field, detail))?;
                read.changes.push((field, Some(text.clone())));
            }
            Some(_) => return Err(Problem::invalid(field, format!("{field} is text"))),
        }
    }
    Ok(read)
}

fn find_people(room: &Room, club: &str, call: &Incoming) -> Answer {
    let given = |name: &str| call.param(name).filter(|value| !value.is_empty());
    let (external, last_name) = (given("external_id"), given("last_name"));
    let (email, mobile) = (given("email"), given("mobile"));
    if external.is_none() && last_name.is_none() && email.is_none() && mobile.is_none() {
        return Err(Problem::invalid("external_id", "external_id, email, mobile or last_name is needed"));
    }
    let search = Search {
        external_ref: external.as_deref(),
        last_name: last_name.as_deref(),
        email: email.as_deref(),
        mobile: mobile.as_deref(),
        ..room.search()
    };
    let people: Vec<Value> = find(room, club, &search).into_iter().map(document).collect();
    Ok(Reply::json(200, &json!({"people": people})))
}

/// A page of those who were changed, oldest change first; a cursor says how many came before.
fn changes(room: &Room, club: &str, call: &Incoming) -> Answer {
    let since = call.param("since").and_then(|text| crate::dates::instant_ms(&text));
    let since = since.ok_or_else(|| Problem::invalid("since", "since is an instant of RFC 3339"))?;
    let cursor = call.param("cursor").map_or(Ok(0), |text| text.parse::<usize>());
    let before = cursor.map_err(|_| Problem::invalid("cursor", "there is no such cursor"))?;
    let mut all: Vec<&Person> = room
        .people
        .find(club, &room.search())
        .into_iter()
        .filter(|person| person.updated_ms >= since)
        .collect();
    all.sort_by_key(|person| person.updated_ms);
    let people: Vec<Value> = all.iter().skip(before).take(PAGE).map(|person| document(person)).collect();
    let next = (before + people.len() < all.len()).then(|| (before + people.len()).to_string());
    Ok(Reply::json(200, &json!({"people": people, "next": next})))
}

fn document(person: &Person) -> Value {
    let mut document = json!({
        "id": person.id,
        "external_id": person.external_ref,
        "kind": person.kind,
        "created_at": crate::dates::instant(person.created_ms),
    });
    for (field, value) in &person.fields {
        document[*field] = json!(value);
    }
    document
}

fn staff(room: &Room, club: &str, call: &Incoming) -> Reply {
    let email = call.param("email").map(|email| email.trim().to_lowercase());
    let list: Vec<Value> = room
        .staff_of(club)
        .filter(|staff| email.as_ref().is_none_or(|email| staff.email.trim().to_lowercase() == *email))
        .map(|staff| {
            json!({
                "id": staff.id,
                "first_name": staff.first_name,
                "last_name": staff.last_name,
                "email": staff.email,
                "active": staff.active,
            })
        })
        .collect();
    Reply::json(200, &json!({"staff": list}))
}

fn lead_sources(room: &Room, club: &str) -> Reply {
    let list: Vec<Value> = room
        .lead_sources_of(club)
        .map(|source| json!({"id": source.id, "name": source.name, "active": source.active}))
        .collect();
    Reply::json(200, &json!({"lead_sources": list}))
}

fn name_in(call: &Incoming) -> Result<String, Problem> {
    let body = object(call)?;
    let name = body["name"].as_str().map(str::trim).filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| Problem::invalid("name", "name is missing"))
}

fn create_lead_source(room: &mut Room, club: &str, call: &Incoming) -> Answer {
    let name = name_in(call)?;
    let id = room.add_lead_source(LeadSource {
        id: String::new(),
        club: Some(club.to_owned()),
        name,
        active: true,
    });
    Ok(Reply::json(201, &json!({"id": id})).stored(&id))
}

fn update_lead_source(room: &mut Room, club: &str, id: &str, call: &Incoming) -> Answer {
    let name = name_in(call)?;
    if room.rename_lead_source(club, id, &name) {
        Ok(Reply::json(200, &json!({"id": id})).stored(id))
    } else {
        Err(Problem::new("NOT_FOUND", format!("lead source {id} is not known")))
    }
}
