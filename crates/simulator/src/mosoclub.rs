//! Motionsoft MoSoClub, as a bridge beside it shows it.
//!
//! How MoSoClub itself is called is not known. What is: leads are created and updated at once, with contact data alone; a
//! file comes back four times a day; and a person's agreement type, not a word for it, says who is a member.

use serde_json::{Value, json};

use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::person::{Kind, Person};
use crate::room::Room;
use crate::spoke;

/// The files of a day are this far apart.
const FILE_EVERY_MS: u64 = 6 * 3_600_000;
/// What is known of somebody there.
const CONTACT: [&str; 10] = [
    "first_name",
    "last_name",
    "mobile",
    "home_phone",
    "work_phone",
    "email",
    "address1",
    "city",
    "state",
    "zipcode",
];
/// The agreement type of whoever is or was a member, unless another was noted.
const AGREEMENT: &str = "Gold 12M";

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match (call.method.as_str(), parts.as_slice()) {
        ("PUT", ["v1", "clubs", club, "people", _]) => {
            let lacking = refusal(&call.json().unwrap_or_default());
            lacking.map_or_else(|| spoke::answer(room, call), |reply| reply.of("savePerson", club))
        }
        ("GET", ["v1", "clubs", club, "changes"]) => {
            // Whoever is let in is answered from the file, whatever was changed since it was sent.
            let allowed = spoke::answer(room, call);
            if allowed.status == 200 { file(room, club, call).of("listChanges", club) } else { allowed }
        }
        ("GET", ["v1", "clubs", _]) => spoke::answer(room, call),
        _ => problem(404, "no such resource", None),
    }
}

pub(crate) fn trouble(trouble: Trouble, call: &Incoming) -> Reply {
    spoke::trouble(trouble, call)
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    spoke::subject(call)
}

/// Writes the next file: everybody as they are now.
pub(crate) fn send_file(room: &mut Room) {
    let clubs: Vec<String> = room.clubs.iter().map(|club| club.id.clone()).collect();
    let people = clubs.iter().flat_map(|club| room.people.find(club, &room.search())).cloned().collect();
    room.file = (room.now_ms, people);
}

/// Why a save is turned away: only leads are written, and only their contact data.
fn refusal(body: &Value) -> Option<Reply> {
    if body.get("kind").is_some_and(|kind| kind != "PROSPECT") {
        return Some(problem(422, "members are made in MoSoClub", Some("kind")));
    }
    let known = |name: &str| CONTACT.contains(&name) || matches!(name, "kind" | "id");
    let other = body.as_object()?.keys().find(|name| !known(name))?;
    Some(problem(422, &format!("MoSoClub has no {other}"), Some(other)))
}

fn problem(status: u16, detail: &str, field: Option<&str>) -> Reply {
    let mut body = json!({"title": "not possible", "status": status, "detail": detail});
    if let Some(field) = field {
        body["field"] = json!(field);
    }
    Reply::new(status, "application/problem+json", body.to_string())
}

/// Those of the last file who were changed since an instant. A file that is due is written first.
fn file(room: &mut Room, club: &str, call: &Incoming) -> Reply {
    if room.now_ms / FILE_EVERY_MS > room.file.0 / FILE_EVERY_MS {
        send_file(room);
    }
    let since = call.param("since").and_then(|text| crate::dates::instant_ms(&text)).unwrap_or(0);
    let (_, people) = &room.file;
    let changed = people.iter().filter(|person| person.club == club && person.updated_ms >= since);
    let people: Vec<Value> = changed.map(|person| record(room, person)).collect();
    Reply::json(200, &json!({"people": people, "next": null}))
}

fn record(room: &Room, person: &Person) -> Value {
    let mut record = json!({"id": person.id});
    for name in CONTACT {
        if !person.get(name).is_empty() {
            record[name] = json!(person.get(name));
        }
    }
    if person.kind != Kind::Prospect {
        let noted = room.extras.get(&person.id).and_then(|extras| extras.get("agreement_type"));
        record["agreement_type"] = json!(noted.map_or(AGREEMENT, String::as_str));
        record["agreement_active"] = json!(person.kind == Kind::Member);
    }
    record
}
