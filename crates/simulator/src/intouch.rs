//! InTouch FollowUp's later REST API: HAL, tokens by client credentials, the club in a header.

use serde_json::{Map, Value, json};

use crate::dates;
use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::people::Search;
use crate::person::{Changes, Kind, Person};
use crate::room::{NewPerson, Room};
use crate::text::fold;

/// Contact fields: ours, theirs.
const CONTACT: [(&str, &str); 14] = [
    ("first_name", "firstName"),
    ("last_name", "lastName"),
    ("email", "email"),
    ("mobile", "mobilePhone"),
    ("home_phone", "homePhone"),
    ("work_phone", "workPhone"),
    ("address1", "address1"),
    ("city", "city"),
    ("state", "state"),
    ("zipcode", "zip"),
    ("country", "country"),
    ("birth_date", "birthDate"),
    ("gender", "gender"),
    ("company", "company"),
];
/// Fields beside the contact.
const BESIDE: [(&str, &str); 3] =
    [("status", "status"), ("trial_start", "trialStart"), ("trial_end", "trialEnd")];
const KINDS: [(Kind, &str); 3] =
    [(Kind::Prospect, "LEAD"), (Kind::Member, "MEMBER"), (Kind::ExMember, "FORMER_MEMBER")];

struct Refusal {
    field: String,
    message: String,
}

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    if parts == ["oauth", "token"] {
        return token(room, call);
    }
    let club = call.header("clubuuid").to_owned();
    if room.tokens.get(call.bearer()).is_none_or(|expires_ms| *expires_ms <= room.now_ms) {
        return Reply::json(401, &json!({"error": "invalid_token"})).of("", &club);
    }
    if room.club(&club).is_none() {
        return Reply::json(403, &json!({"message": format!("club {club} is not open to this client")}))
            .of("", &club);
    }
    match (call.method.as_str(), parts.as_slice()) {
        ("GET", ["v1", "clubs", id]) => club_of(room, id).of("getClub", &club),
        ("GET", ["v1", "leadsources"]) => lead_sources(room, &club).of("listLeadSources", &club),
        ("GET", ["v1", "staff"]) => staff(room, &club).of("listStaff", &club),
        ("GET", ["v1", "leads"]) => find(room, &club, call).of("findLeads", &club),
        ("POST", ["v1", "leads"]) => create(room, &club, call).of("createLead", &club),
        ("PATCH", ["v1", "leads", id]) => update(room, &club, id, call).of("updateLead", &club),
        (method, ["v1", "staff", ..]) => {
            room.staff_write(&format!("{method} {}", call.path));
            Reply::json(405, &json!({"message": "staff are managed in InTouch"})).of("staff", &club)
        }
        _ => Reply::json(404, &json!({"message": "no such resource"})).of("", &club),
    }
}

pub(crate) fn trouble(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::Broken => Reply::json(500, &json!({"message": "Internal Server Error"})),
        Trouble::Throttled(wait_s) => Reply::json(429, &json!({"message": "Too Many Requests"}))
            .header("retry-after", wait_s.to_string()),
        Trouble::Maintenance => Reply::html(503, "InTouch FollowUp is being updated"),
    }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    let club = call.header("clubuuid");
    match (call.method.as_str(), call.segments().as_slice()) {
        ("PATCH", [_, _, id]) => Some(format!("{club}|{id}")),
        ("POST", [_, leads]) if leads == "leads" => {
            let body = call.json()?;
            let part = |name: &str| fold(body["contact"][name].as_str().unwrap_or(""));
            Some(format!(
                "{club}|{} {}|{}|{}",
                part("firstName"),
                part("lastName"),
                part("email"),
                part("mobilePhone")
            ))
        }
        _ => None,
    }
}

fn token(room: &mut Room, call: &Incoming) -> Reply {
    let ours = |name: &str, ours: &str| call.param(name).is_some_and(|given| given == ours);
    let credentials = &room.config.credentials;
    let known = ours("grant_type", "client_credentials")
        && ours("client_id", &credentials.user)
        && ours("client_secret", &credentials.secret);
    if !known {
        return Reply::json(401, &json!({"error": "invalid_client"})).of("token", "");
    }
    let (token, ttl_s) = (room.dice.uuid(), room.config.token_ttl_s);
    room.tokens.retain(|_, expires_ms| *expires_ms > room.now_ms);
    room.tokens.insert(token.clone(), room.now_ms + ttl_s * 1000);
    Reply::json(200, &json!({"access_token": token, "token_type": "bearer", "expires_in": ttl_s}))
        .of("token", "")
}

fn club_of(room: &Room, id: &str) -> Reply {
    match room.club(id) {
        Some(club) => Reply::json(200, &json!({"uuid": club.id, "name": club.name})),
        None => Reply::json(404, &json!({"message": "no such club"})),
    }
}

/// An empty list has no `_embedded` at all.
fn embedded(name: &str, list: Vec<Value>) -> Reply {
    let body = if list.is_empty() { json!({}) } else { json!({"_embedded": {name: list}}) };
    Reply::new(200, "application/hal+json", body.to_string())
}

fn lead_sources(room: &Room, club: &str) -> Reply {
    let list = room.lead_sources_of(club).map(|source| {
        let status = if source.active { "SHOW" } else { "HIDE" };
        json!({"id": number(&source.id), "name": source.name, "status": status})
    });
    embedded("leadsources", list.collect())
}

fn staff(room: &Room, club: &str) -> Reply {
    let list = room.staff_of(club).map(|staff| {
        json!({
            "uuid": staff.id,
            "firstName": staff.first_name,
            "lastName": staff.last_name,
            "email": staff.email,
            "status": if staff.active { "ACTIVE" } else { "INACTIVE" },
        })
    });
    embedded("staff", list.collect())
}

fn find(room: &Room, club: &str, call: &Incoming) -> Reply {
    let given = |name: &str| call.param(name).filter(|value| !value.is_empty());
    let (email, mobile, last_name) = (given("email"), given("mobile"), given("lastName"));
    if email.is_none() && mobile.is_none() && last_name.is_none() {
        return Reply::json(400, &json!({"message": "email, mobile or lastName is needed"}));
    }
    let search = Search {
        email: email.as_deref(),
        mobile: mobile.as_deref(),
        last_name: last_name.as_deref(),
        ..room.search()
    };
    embedded("leads", room.people.find(club, &search).into_iter().map(document).collect())
}

fn create(room: &mut Room, club: &str, call: &Incoming) -> Reply {
    let Some(body) = call.json() else { return Reply::json(400, &json!({"message": "malformed JSON"})) };
    let (kind, changes) = match read(room, club, &body) {
        Ok(read) => read,
        Err(refusal) => return refuse(&refusal),
    };
    for (ours, theirs) in &CONTACT[..2] {
        if !changes.iter().any(|(name, value)| name == ours && value.is_some()) {
            return refuse(&Refusal {
                field: format!("contact.{theirs}"),
                message: format!("{theirs} is required"),
            });
        }
    }
    let kind = kind.unwrap_or(Kind::Prospect);
    let id = room.create(NewPerson { club, kind, external_ref: None, changes, own: false });
    shown(room, &id, 201)
}

fn update(room: &mut Room, club: &str, id: &str, call: &Incoming) -> Reply {
    if room.people.get(id).is_none_or(|person| person.club != club || person.gone) {
        return Reply::json(404, &json!({"message": format!("lead {id} not found")}));
    }
    let Some(body) = call.json() else { return Reply::json(400, &json!({"message": "malformed JSON"})) };
    match read(room, club, &body) {
        Ok((kind, changes)) => {
            room.update(id, kind, &changes);
            shown(room, id, 200)
        }
        Err(refusal) => refuse(&refusal),
    }
}

fn shown(room: &Room, id: &str, status: u16) -> Reply {
    let body = room.people.get(id).map_or(Value::Null, document);
    Reply::json(status, &body).stored(id)
}

fn refuse(refusal: &Refusal) -> Reply {
    Reply::json(422, &json!({"message": refusal.message, "field": refusal.field}))
}

/// Reads a lead's body: what it says of the kind, and the fields it changes.
fn read(room: &Room, club: &str, body: &Value) -> Result<(Option<Kind>, Changes), Refusal> {
    let refusal =
        |field: &str, message: &str| Refusal { field: field.to_owned(), message: message.to_owned() };
    let mut changes = Changes::new();
    for (place, fields) in [(&body["contact"], &CONTACT[..]), (body, &BESIDE[..])] {
        let dot = if std::ptr::eq(place, body) { "" } else { "contact." };
        for (ours, theirs) in fields {
            match place.get(*theirs) {
                None => {}
                Some(Value::Null) => changes.push((ours, None)),
                Some(Value::String(text)) => {
                    check(ours, text).map_err(|message| refusal(&format!("{dot}{theirs}"), message))?;
                    changes.push((ours, Some(text.clone())));
                }
                Some(_) => return Err(refusal(&format!("{dot}{theirs}"), "must be text")),
            }
        }
    }
    match &body["owner"] {
        Value::Null if body.get("owner").is_some() => changes.push(("owner_id", None)),
        Value::Null => {}
        owner => match owner["uuid"].as_str().filter(|id| room.knows_staff(club, id)) {
            Some(id) => changes.push(("owner_id", Some(id.to_owned()))),
            None => return Err(refusal("owner.uuid", "no such staff member")),
        },
    }
    match &body["leadSource"] {
        Value::Null if body.get("leadSource").is_some() => changes.push(("lead_source_id", None)),
        Value::Null => {}
        source => {
            match source["id"].as_u64().map(|id| id.to_string()).filter(|id| room.knows_lead_source(club, id))
            {
                Some(id) => changes.push(("lead_source_id", Some(id))),
                None => return Err(refusal("leadSource.id", "no such lead source")),
            }
        }
    }
    let kind = match &body["type"] {
        Value::Null => None,
        literal => match KINDS.iter().find(|(_, theirs)| literal == theirs) {
            Some((kind, _)) => Some(*kind),
            None => return Err(refusal("type", "must be LEAD, MEMBER or FORMER_MEMBER")),
        },
    };
    let wire: Vec<_> = CONTACT.iter().chain(&BESIDE).copied().collect();
    match room.refused(&changes, &wire) {
        Some((field, message)) if CONTACT.iter().any(|(_, theirs)| *theirs == field) => {
            Err(refusal(&format!("contact.{field}"), &message))
        }
        Some((field, message)) => Err(refusal(&field, &message)),
        None => Ok((kind, changes)),
    }
}

fn check(field: &str, text: &str) -> Result<(), &'static str> {
    match field {
        "first_name" | "last_name" if text.trim().is_empty() => Err("must not be empty"),
        "email" if !text.contains('@') => Err("must be a well-formed email address"),
        "gender" if !matches!(text, "M" | "F") => Err("must be M or F"),
        "status" if !matches!(text, "ACTIVE" | "INACTIVE") => Err("must be ACTIVE or INACTIVE"),
        "country" if text.len() != 2 => Err("must be an ISO 3166 code of two letters"),
        "birth_date" | "trial_start" | "trial_end" if dates::read("%Y-%m-%d", text).is_none() => {
            Err("must be a date, yyyy-mm-dd")
        }
        _ => Ok(()),
    }
}

fn document(person: &Person) -> Value {
    let mut contact = Map::new();
    for (ours, theirs) in CONTACT {
        if let Some(value) = person.fields.get(ours) {
            contact.insert(theirs.to_owned(), json!(value));
        }
    }
    let kind = KINDS.iter().find(|(kind, _)| *kind == person.kind).map_or("", |(_, theirs)| theirs);
    let mut lead = json!({
        "uuid": person.id,
        "contact": contact,
        "type": kind,
        "created": dates::instant(person.created_ms),
    });
    for (ours, theirs) in BESIDE {
        if let Some(value) = person.fields.get(ours) {
            lead[theirs] = json!(value);
        }
    }
    if let Some(owner) = person.fields.get("owner_id") {
        lead["owner"] = json!({"uuid": owner});
    }
    if let Some(source) = person.fields.get("lead_source_id") {
        lead["leadSource"] = json!({"id": number(source)});
    }
    lead
}

fn number(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| json!(id), |number| json!(number))
}
