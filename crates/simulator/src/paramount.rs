//! Paramount's legacy API: one call that saves a prospect, with the key in the path, and lists of employees and locations.

use serde_json::{Map, Value, json};

use crate::dates;
use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::person::{Changes, Kind};
use crate::room::{NewPerson, Room};
use crate::text::fold;

/// Fields: ours, theirs.
const FIELDS: [(&str, &str); 13] = [
    ("first_name", "FirstName"),
    ("last_name", "LastName"),
    ("email", "Email"),
    ("mobile", "CellPhone"),
    ("home_phone", "HomePhone"),
    ("work_phone", "WorkPhone"),
    ("address1", "Address"),
    ("city", "City"),
    ("state", "State"),
    ("zipcode", "Zip"),
    ("birth_date", "BirthDate"),
    ("gender", "Gender"),
    ("owner_id", "EmployeeId"),
];

/// A refusal: status and words.
struct Refusal(u16, String);

type Answer = Result<Reply, Refusal>;

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal(400, message.into())
}

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let body = call.json().unwrap_or(Value::Null);
    let club = text(&body, "ClubId").unwrap_or_default();
    let (operation, answer) = match (call.method.as_str(), parts.as_slice()) {
        (method, ["legacy", "PAC", "API", name, key, rest @ ..]) => {
            if *key == room.config.credentials.secret {
                match (method, *name, rest) {
                    ("POST", "SaveProspect", []) => ("saveProspect", save(room, &club, &body)),
                    ("POST", "GetEmployees", []) => ("getEmployees", employees(room, &club)),
                    ("GET", "GetLocations", [_]) => ("getLocations", Ok(locations(room))),
                    _ => ("", Err(Refusal(404, "No such method".to_owned()))),
                }
            } else {
                ("", Err(Refusal(401, "The key is not valid".to_owned())))
            }
        }
        _ => ("", Err(Refusal(404, "No such method".to_owned()))),
    };
    answer.unwrap_or_else(|refusal| refuse(&refusal)).of(operation, &club)
}

pub(crate) fn trouble(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::Broken => refuse(&Refusal(500, "An error has occurred".to_owned())),
        Trouble::Throttled(wait_s) => {
            refuse(&Refusal(429, "Too many requests".to_owned())).header("retry-after", wait_s.to_string())
        }
        Trouble::Maintenance => Reply::html(503, "Service Unavailable"),
    }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    if !call.path.contains("/SaveProspect/") {
        return None;
    }
    let body = call.json()?;
    let part = |name: &str| fold(&text(&body, name).unwrap_or_default());
    let named =
        || format!("{} {}|{}|{}", part("FirstName"), part("LastName"), part("Email"), part("CellPhone"));
    Some(text(&body, "ProspectId").unwrap_or_else(named))
}

fn refuse(Refusal(status, message): &Refusal) -> Reply {
    Reply::json(*status, &json!({ "Message": message }))
}

/// Text, or a number as text.
fn text(body: &Value, name: &str) -> Option<String> {
    match body.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn known_club(room: &Room, club: &str) -> Result<(), Refusal> {
    room.club(club).map(|_| ()).ok_or_else(|| invalid(format!("ClubId {club} is not known")))
}

/// A new prospect, or, with its number, the changes of one; without a number nothing is looked for.
fn save(room: &mut Room, club: &str, body: &Value) -> Answer {
    known_club(room, club)?;
    let changes = read(room, club, body)?;
    let given = text(body, "ProspectId").filter(|id| !id.is_empty());
    let id = if let Some(id) = given {
        let is_there = |id: &str| room.people.get(id).is_some_and(|one| one.club == club && !one.gone);
        if !is_there(&id) {
            return Err(Refusal(404, format!("ProspectId {id} is not known")));
        }
        room.update(&id, None, &changes);
        id
    } else {
        let named = |ours: &str| changes.iter().any(|(field, value)| *field == ours && value.is_some());
        if let Some(missing) = ["first_name", "last_name"].into_iter().find(|ours| !named(ours)) {
            return Err(invalid(format!("{missing} is required")));
        }
        room.create(NewPerson { club, kind: Kind::Prospect, external_ref: None, changes, own: false })
    };
    Ok(Reply::json(200, &json!({ "Success": true, "ProspectId": number(&id) })).stored(&id))
}

fn read(room: &Room, club: &str, body: &Value) -> Result<Changes, Refusal> {
    let mut changes = Changes::new();
    for (ours, theirs) in FIELDS {
        if body.get(theirs).is_none() {
            continue;
        }
        let given = text(body, theirs).unwrap_or_default();
        let wrong = || invalid(format!("{theirs} is not valid"));
        let stored = match ours {
            _ if given.is_empty() => None,
            "email" if !given.contains('@') => return Err(wrong()),
            "gender" if !matches!(given.as_str(), "M" | "F") => return Err(wrong()),
            "birth_date" => Some(dates::read("%Y-%m-%d", &given).ok_or_else(wrong)?),
            "owner_id" if !room.knows_staff(club, &given) => return Err(wrong()),
            _ => Some(given),
        };
        changes.push((ours, stored));
    }
    match room.refused(&changes, &FIELDS) {
        Some((field, message)) => Err(invalid(format!("{field}: {message}"))),
        None => Ok(changes),
    }
}

fn employees(room: &Room, club: &str) -> Answer {
    known_club(room, club)?;
    let list = room.staff_of(club).map(|staff| {
        json!({
            "EmployeeId": number(&staff.id), "FirstName": staff.first_name, "LastName": staff.last_name,
            "Email": staff.email, "Active": staff.active,
        })
    });
    Ok(Reply::json(200, &list.collect()))
}

fn locations(room: &Room) -> Reply {
    let list = room.clubs.iter().map(|club| {
        let mut one = Map::new();
        one.insert("ClubId".to_owned(), number(&club.id));
        one.insert("Name".to_owned(), json!(club.name));
        Value::Object(one)
    });
    Reply::json(200, &list.collect())
}

fn number(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| json!(id), |id| json!(id))
}
