//! ClubReady's API: a key in the query or the form, numbers of staff and referral types that nobody lists, and a duplicate that
//! is answered with the number that was there.

use serde_json::{Map, Value, json};

use crate::dates;
use crate::faults::Trouble;
use crate::form::Form;
use crate::http_call::{Incoming, Reply};
use crate::people::Search;
use crate::person::{Changes, Kind, Person};
use crate::room::{NewPerson, Room};
use crate::text::fold;

/// Fields: ours, theirs.
const FIELDS: [(&str, &str); 13] = [
    ("first_name", "FirstName"),
    ("last_name", "LastName"),
    ("email", "Email"),
    ("address1", "Address"),
    ("city", "City"),
    ("state", "State"),
    ("zipcode", "Zip"),
    ("home_phone", "Phone"),
    ("mobile", "CellPhone"),
    ("work_phone", "WorkPhone"),
    ("birth_date", "DateOfBirth"),
    ("gender", "Gender"),
    ("lead_source_id", "ReferralTypeId"),
];
const REQUIRED: [&str; 4] = ["FirstName", "LastName", "Email", "SendEmail"];

/// A refusal: status, code and words, as the framework behind it writes them.
struct Refusal(u16, &'static str, String);

type Answer = Result<Reply, Refusal>;

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal(400, "ArgumentException", message.into())
}

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let form = sent(call);
    let store = form.text("StoreId").to_owned();
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (operation, answer) = if form.text("ApiKey") != room.config.credentials.secret {
        ("", Err(Refusal(401, "Unauthorized", "Invalid API key".to_owned())))
    } else if room.club(&store).is_none() {
        ("", Err(Refusal(403, "Forbidden", format!("Store {store} is not accessible"))))
    } else {
        match (call.method.as_str(), parts.as_slice()) {
            ("POST", ["api", "current", "users", "prospect"]) => {
                ("createProspect", create(room, &store, &form))
            }
            ("PUT", ["api", "current", "users", "prospect"]) => {
                ("updateProspect", update(room, &store, &form))
            }
            ("GET", ["api", "current", "users", "find"]) => ("findUsers", Ok(find(room, &store, &form))),
            ("GET", ["api", "current", "users", id]) => ("getUser", user(room, &store, id)),
            _ => ("", Err(Refusal(404, "NotFound", "Handler for request not found".to_owned()))),
        }
    };
    answer.unwrap_or_else(|refusal| refuse(&refusal)).of(operation, &store)
}

pub(crate) fn trouble(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::Broken => refuse(&Refusal(500, "Exception", "Object reference not set".to_owned())),
        Trouble::Throttled(wait_s) => refuse(&Refusal(429, "TooManyRequests", "Slow down".to_owned()))
            .header("retry-after", wait_s.to_string()),
        Trouble::Maintenance => Reply::html(503, "ClubReady is being updated"),
    }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    let form = sent(call);
    match call.method.as_str() {
        "PUT" => form.filled("UserId").map(str::to_owned),
        "POST" => {
            let part = |name: &str| fold(form.text(name));
            Some(format!("{} {}|{}", part("FirstName"), part("LastName"), part("Email")))
        }
        _ => None,
    }
}

/// Query, form or JSON: the framework takes them all.
fn sent(call: &Incoming) -> Form {
    let mut form = Form::read(call);
    if let Some(Value::Object(members)) = call.json() {
        for (name, value) in members {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            form.add(name, if value.is_null() { String::new() } else { text });
        }
    }
    form
}

fn refuse(Refusal(status, code, message): &Refusal) -> Reply {
    Reply::json(*status, &json!({"ResponseStatus": {"ErrorCode": code, "Message": message}}))
}

fn create(room: &mut Room, store: &str, form: &Form) -> Answer {
    if let Some(missing) = REQUIRED.into_iter().find(|name| form.filled(name).is_none()) {
        return Err(invalid(format!("{missing} is required")));
    }
    let changes = read(room, store, form)?;
    if let Some(known) = same(room, store, form) {
        let said = json!({
            "UserId": number(&known), "Success": true, "EmailSent": false, "PackageAdded": false,
            "Message": "User already exists",
        });
        return Ok(Reply::json(200, &said));
    }
    let id = room.create(NewPerson {
        club: store,
        kind: Kind::Prospect,
        external_ref: form.filled("ExternalId"),
        changes,
        own: false,
    });
    let said = json!({
        "UserId": number(&id), "Success": true, "EmailSent": form.text("SendEmail") == "true",
        "PackageAdded": form.filled("AddPackageId").is_some(), "Message": "",
    });
    Ok(Reply::json(200, &said).stored(&id))
}

fn update(room: &mut Room, store: &str, form: &Form) -> Answer {
    let id = form.text("UserId").to_owned();
    if !room.people.get(&id).is_some_and(|person| person.club == store && !person.gone) {
        return Err(Refusal(404, "NotFound", format!("User {id} not found")));
    }
    let changes = read(room, store, form)?;
    room.update(&id, None, &changes);
    Ok(Reply::json(200, &json!({"UserId": number(&id), "Success": true, "Message": ""})).stored(&id))
}

/// Numbers are numbers on this wire.
fn number(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| json!(id), |id| json!(id))
}

/// Who has this name and address already.
fn same(room: &Room, store: &str, form: &Form) -> Option<String> {
    let search = Search {
        last_name: form.filled("LastName"),
        email: form.filled("Email"),
        created_by_ms: u64::MAX,
        ..Search::default()
    };
    let first = fold(form.text("FirstName"));
    let found = room.people.find(store, &search).into_iter();
    found.filter(|person| fold(person.get("first_name")) == first).map(|person| person.id.clone()).next()
}

/// What is said; what is left out stays, and empty text empties.
fn read(room: &Room, store: &str, form: &Form) -> Result<Changes, Refusal> {
    let mut changes = Changes::new();
    let assigned = ("owner_id", "AssignToId");
    for (ours, theirs) in FIELDS.into_iter().chain([assigned]) {
        let Some(text) = form.sent(theirs).map(str::trim) else { continue };
        let wrong = || invalid(format!("{theirs} is not valid"));
        let stored = match ours {
            _ if text.is_empty() => None,
            "email" if !text.contains('@') => return Err(wrong()),
            "gender" if !matches!(text, "M" | "F") => return Err(wrong()),
            "birth_date" => Some(dates::read("%Y-%m-%d", text).ok_or_else(wrong)?),
            "lead_source_id" if !room.knows_lead_source(store, text) => return Err(wrong()),
            "owner_id" if !room.knows_staff(store, text) => return Err(wrong()),
            _ => Some(text.to_owned()),
        };
        changes.push((ours, stored));
    }
    if let Some((field, message)) = room.refused(&changes, &FIELDS) {
        return Err(invalid(format!("{field}: {message}")));
    }
    Ok(changes)
}

fn find(room: &Room, store: &str, form: &Form) -> Reply {
    let given = |name: &str| form.filled(name);
    let email = given("email").or_else(|| given("Email"));
    let search = Search { last_name: given("LastName"), email, ..room.search() };
    let first = given("FirstName").map(fold);
    let found = room.people.find(store, &search).into_iter();
    let found =
        found.filter(|person| first.as_ref().is_none_or(|first| fold(person.get("first_name")) == *first));
    let users: Vec<Value> = found.map(document).collect();
    Reply::json(200, &json!({"users": users}))
}

fn user(room: &Room, store: &str, id: &str) -> Answer {
    let there = room.people.get(id).filter(|person| person.club == store && !person.gone);
    let person = there.ok_or_else(|| Refusal(404, "NotFound", format!("User {id} not found")))?;
    Ok(Reply::json(200, &document(person)))
}

fn document(person: &Person) -> Value {
    let mut user = Map::new();
    user.insert("UserId".to_owned(), number(&person.id));
    user.insert("Prospect".to_owned(), json!(person.kind == Kind::Prospect));
    user.insert("Member".to_owned(), json!(person.kind == Kind::Member));
    user.insert("ExternalId".to_owned(), json!(person.external_ref));
    user.insert("DateAdded".to_owned(), json!(dates::instant(person.created_ms)));
    for (ours, theirs) in FIELDS {
        user.insert(theirs.to_owned(), json!(person.fields.get(ours)));
    }
    Value::Object(user)
}
