//! One contact at a time: created, changed, read and archived, by number or by e-mail address.

use serde_json::Value;

use super::problem::Problem;
use super::properties::{ID_PROPERTY, Write, document, keep, moved, read};
use super::{Answer, limit, paged};
use crate::http_call::{Incoming, Reply};
use crate::person::{Kind, Person};
use crate::room::{NewPerson, Room};
use crate::text::fold;

pub(super) fn create(room: &mut Room, club: &str, call: &Incoming) -> Answer {
    let body = call.json().ok_or_else(|| Problem::invalid("Invalid input JSON"))?;
    let write = read(room, club, &body["properties"])?;
    let id = insert(room, club, write)?;
    Ok(shown(room, &id, 201, &body["properties"]))
}

/// Stores a new contact, unless one has its e-mail address.
pub(super) fn insert(room: &mut Room, club: &str, write: Write) -> Result<String, Problem> {
    if let Some(email) = email_of(&write)
        && let Some(first) = by_email(room, email)
    {
        let said = format!("Contact already exists. Existing ID: {}", first.id);
        return Err(Problem::new(409, "CONFLICT", &said));
    }
    let (stage, kind) =
        moved(room, None, &write).map_or((None, Kind::Prospect), |(stage, kind)| (Some(stage), kind));
    unique(room, &write, None)?;
    let changes = write.changes.clone();
    let external_ref = write.external_ref.as_deref();
    let id = room.create(NewPerson { club, kind, external_ref, changes, own: false });
    keep(room, &id, stage, &write);
    Ok(id)
}

pub(super) fn update(room: &mut Room, club: &str, id: &str, call: &Incoming) -> Answer {
    let id = found(room, id, call)?.id.clone();
    let body = call.json().ok_or_else(|| Problem::invalid("Invalid input JSON"))?;
    let write = read(room, club, &body["properties"])?;
    change(room, &id, write)?;
    Ok(shown(room, &id, 200, &body["properties"]))
}

/// Changes a contact, unless another has its new e-mail address.
pub(super) fn change(room: &mut Room, id: &str, write: Write) -> Result<(), Problem> {
    if let Some(email) = email_of(&write)
        && let Some(first) = by_email(room, email).filter(|first| first.id != id)
    {
        let said = format!("Contact already exists. Existing ID: {}", first.id);
        return Err(Problem::new(409, "CONFLICT", &said));
    }
    unique(room, &write, Some(id))?;
    let moved = moved(room, room.people.get(id), &write);
    let (stage, kind) = moved.map_or((None, None), |(stage, kind)| (Some(stage), Some(kind)));
    room.update(id, kind, &write.changes);
    keep(room, id, stage, &write);
    Ok(())
}

/// Refuses the caller's own id of a person when another contact has it.
fn unique(room: &Room, write: &Write, own: Option<&str>) -> Result<(), Problem> {
    let Some(wanted) = write.external_ref.as_deref().filter(|wanted| !wanted.is_empty()) else {
        return Ok(());
    };
    let same = |person: &&Person| !person.gone && person.external_ref.as_deref() == Some(wanted);
    match room.people.all().iter().find(same).filter(|first| own != Some(first.id.as_str())) {
        Some(first) => {
            let said = format!("propertyValue is already in use by {}", first.id);
            Err(Problem::property(ID_PROPERTY, "CONFLICTING_UNIQUE_VALUE", &said))
        }
        None => Ok(()),
    }
}

pub(super) fn get(room: &Room, club: &str, id: &str, call: &Incoming) -> Answer {
    let person = found(room, id, call)?;
    let person = Some(person).filter(|person| person.club == club).ok_or_else(Problem::no_contact)?;
    Ok(Reply::json(200, &document(room, person, &asked(call))))
}

pub(super) fn list(room: &Room, club: &str, call: &Incoming) -> Answer {
    let limit = limit(call.param("limit").as_deref(), 10, 100)?;
    let asked = asked(call);
    let people = room.people.all().iter().filter(|person| person.club == club && !person.gone);
    let people: Vec<Value> = people.map(|person| document(room, person, &asked)).collect();
    Ok(Reply::json(200, &paged(call.param("after").as_deref(), limit, &people)?))
}

/// Archived contacts are gone for every other call. A second time is no error.
pub(super) fn archive(room: &mut Room, id: &str) -> Reply {
    let known = room.people.change(id, |person| person.gone = true);
    if known { Reply::empty(204).stored(id) } else { Reply::empty(204) }
}

/// The contact with an e-mail address.
pub(super) fn by_email<'a>(room: &'a Room, email: &str) -> Option<&'a Person> {
    room.people.all().iter().find(|person| !person.gone && fold(person.get("email")) == fold(email))
}

fn email_of(write: &Write) -> Option<&str> {
    write.changes.iter().find(|(field, _)| *field == "email").and_then(|(_, email)| email.as_deref())
}

/// The contact that a path names, by its number or by the property that the query says.
fn found<'a>(room: &'a Room, id: &str, call: &Incoming) -> Result<&'a Person, Problem> {
    let person = match call.param("idProperty").as_deref() {
        None | Some("" | "hs_object_id") => room.people.get(id),
        Some("email") => by_email(room, id),
        Some(other) => return Err(Problem::invalid(&format!("{other} does not identify contacts"))),
    };
    person.filter(|person| !person.gone).ok_or_else(Problem::no_contact)
}

/// The properties that a query asks for.
fn asked(call: &Incoming) -> Vec<String> {
    let asked = call.param("properties").unwrap_or_default();
    asked.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn shown(room: &Room, id: &str, status: u16, written: &Value) -> Reply {
    let written: Vec<String> =
        written.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    let body = room.people.get(id).map_or(Value::Null, |person| document(room, person, &written));
    Reply::json(status, &body).stored(id)
}
