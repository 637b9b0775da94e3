//! The control interface under `/_sim`: what a test in another process, or a person with curl, asks and tells.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::clock::now_ms;
use crate::config::{Club, LeadSource, Staff};
use crate::faults::Faults;
use crate::http_call::{Incoming, Reply};
use crate::person::{Kind, field};
use crate::room::{NewPerson, Room};
use crate::server::Shared;
use crate::simulator::{add_club, set_faults};

/// Answers one call of the control interface.
pub(crate) fn answer(shared: &Shared, call: &Incoming) -> Reply {
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().skip(1).map(String::as_str).collect();
    if (call.method.as_str(), parts.as_slice()) == ("POST", &["faults"]) {
        return take::<Faults>(call, |faults| {
            set_faults(shared, faults);
            Reply::empty(204)
        });
    }
    if (call.method.as_str(), parts.as_slice()) == ("DELETE", &["faults"]) {
        set_faults(shared, Faults::default());
        return Reply::empty(204);
    }
    let mut room = shared.room();
    room.now_ms = now_ms();
    match call.method.as_str() {
        "GET" => show(&room, &parts, call),
        "POST" => add(&mut room, &parts, call),
        "PUT" => put(&mut room, &parts, call),
        "DELETE" => remove(&mut room, &parts),
        _ => problem(405, "GET, POST, PUT and DELETE are understood"),
    }
}

fn show(room: &Room, parts: &[&str], call: &Incoming) -> Reply {
    let shown = match parts {
        [] => summary(room),
        ["ledger"] => {
            let after = call.param("after").and_then(|n| n.parse().ok()).unwrap_or(0);
            json!(room.ledger.after(after))
        }
        ["people"] => json!(room.people.all()),
        ["people", id] => json!(room.people.get(id)),
        ["staff"] => json!(room.staff),
        ["lead-sources"] => json!(room.lead_sources),
        ["clubs"] => json!(room.clubs),
        ["violations"] => json!({"count": room.watch.count(), "violations": room.watch.all()}),
        ["faults"] => json!(room.faults),
        ["tally"] => json!({"total": room.counts.total(), "by_id": room.counts.all()}),
        ["tally", id] => json!(room.counts.of(id)),
        _ => {
            return problem(
                404,
                "there are ledger, people, staff, lead-sources, clubs, violations, faults, tally",
            );
        }
    };
    Reply::json(200, &shown)
}

fn summary(room: &Room) -> Value {
    let (calls, kept) = room.ledger.counts();
    json!({
        "platform": room.platform,
        "calls": calls,
        "calls_kept": kept,
        "people": room.people.all().len(),
        "violations": room.watch.count(),
        "tally": room.counts.total(),
    })
}

fn add(room: &mut Room, parts: &[&str], call: &Incoming) -> Reply {
    let made = |id: String| Reply::json(201, &json!({ "id": id }));
    match parts {
        ["staff"] => take::<Staff>(call, |staff| made(room.add_staff(staff))),
        ["lead-sources"] => take::<LeadSource>(call, |source| made(room.add_lead_source(source))),
        ["clubs"] => take::<Club>(call, |club| {
            let id = club.id.clone();
            add_club(room, club);
            made(id)
        }),
        ["people"] => take::<Value>(call, |person| add_person(room, &person)),
        ["expire-tokens"] => {
            room.tokens.clear();
            Reply::empty(204)
        }
        ["expire-cache"] => {
            room.cached.clear();
            Reply::empty(204)
        }
        ["approve-changes"] => {
            room.approve_changes();
            Reply::empty(204)
        }
        ["send-file"] => {
            crate::mosoclub::send_file(room);
            Reply::empty(204)
        }
        _ => problem(
            404,
            "staff, lead-sources, clubs, people, faults, expire-tokens, expire-cache, approve-changes and send-file can be posted",
        ),
    }
}

/// `{"club", "kind", "external_ref", ...fields}`.
fn add_person(room: &mut Room, person: &Value) -> Reply {
    let text = |name: &str| person.get(name).and_then(Value::as_str);
    let club =
        text("club").or_else(|| room.clubs.first().map(|club| club.id.as_str())).unwrap_or("").to_owned();
    let Some(kind) = Kind::read(text("kind").unwrap_or("PROSPECT")) else {
        return problem(400, "`kind` is PROSPECT, MEMBER or EX_MEMBER");
    };
    let values = person.as_object().into_iter().flatten();
    let changes =
        values.filter_map(|(name, value)| Some((field(name)?, Some(value.as_str()?.to_owned())))).collect();
    let id =
        room.create(NewPerson { club: &club, kind, external_ref: text("external_ref"), changes, own: true });
    Reply::json(201, &json!({ "id": id }))
}

fn put(room: &mut Room, parts: &[&str], call: &Incoming) -> Reply {
    match parts {
        ["people", id] => take::<Value>(call, |person| put_person(room, id, &person)),
        ["lead-sources", id] => rename(room, id, call),
        _ => problem(404, "people and lead sources can be put"),
    }
}

/// `{"club", "kind", ...fields}`: new under this number, or changed; what is left out stays, and empty empties.
fn put_person(room: &mut Room, id: &str, person: &Value) -> Reply {
    let known = room.people.get(id).map(|known| (known.club.clone(), known.kind));
    let (club, kind) = known.unwrap_or_else(|| {
        (room.clubs.first().map(|club| club.id.clone()).unwrap_or_default(), Kind::Prospect)
    });
    let club = person.get("club").and_then(Value::as_str).map_or(club, str::to_owned);
    let kind = match person.get("kind").map(|kind| kind.as_str().and_then(Kind::read)) {
        None => kind,
        Some(Some(kind)) => kind,
        Some(None) => return problem(400, "`kind` is PROSPECT, MEMBER or EX_MEMBER"),
    };
    let values = person.as_object().into_iter().flatten();
    let changes =
        values.filter_map(|(name, value)| Some((field(name)?, Some(value.as_str()?.to_owned())))).collect();
    room.keep(id, &club, kind, &changes);
    Reply::empty(204)
}

fn rename(room: &mut Room, id: &str, call: &Incoming) -> Reply {
    let Some(name) = call.json().and_then(|body| Some(body.get("name")?.as_str()?.to_owned())) else {
        return problem(400, "`name` is missing");
    };
    let clubs: Vec<String> = room.clubs.iter().map(|club| club.id.clone()).collect();
    if clubs.iter().any(|club| room.rename_lead_source(club, id, &name)) {
        Reply::empty(204)
    } else {
        problem(404, "no such lead source")
    }
}

fn remove(room: &mut Room, parts: &[&str]) -> Reply {
    match parts {
        ["people", id] => {
            if !room.people.change(id, |person| person.gone = true) {
                return problem(404, "no such person");
            }
        }
        ["ledger"] => room.ledger.clear(),
        ["violations"] => room.watch.clear(),
        ["tally"] => room.counts.clear(),
        _ => return problem(404, "faults, ledger, violations, tally and people/{id} can be deleted"),
    }
    Reply::empty(204)
}

fn take<T: DeserializeOwned>(call: &Incoming, act: impl FnOnce(T) -> Reply) -> Reply {
    match serde_json::from_slice(&call.body) {
        Ok(value) => act(value),
        Err(error) => problem(400, &error.to_string()),
    }
}

fn problem(status: u16, said: &str) -> Reply {
    Reply::json(status, &json!({ "error": said }))
}
