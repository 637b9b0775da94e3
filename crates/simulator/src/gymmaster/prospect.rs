//! A prospect of GymMaster: made from a form in parts, or found again when its details match.

use serde_json::json;

use super::{Answer, member, number, written};
use crate::form::{Form, is_multipart};
use crate::http_call::Incoming;
use crate::person::{Changes, Fields, Kind, Person};
use crate::room::{NewPerson, Room};
use crate::text::fold;

/// Fields of a prospect: ours, theirs. There is no more than this: no lead source, no owner, no address.
const PROSPECT: [(&str, &str); 4] =
    [("first_name", "firstname"), ("last_name", "surname"), ("email", "email"), ("mobile", "phonecell")];

pub(super) fn create(room: &mut Room, call: &Incoming, form: &Form) -> Answer {
    if !is_multipart(call) {
        return Err("The body must be multipart/form-data".to_owned());
    }
    let club = club(room, form)?;
    let changes = read(room, form, &PROSPECT)?;
    let id = match same(room, &club, form).map(|person| (person.id.clone(), person.kind)) {
        Some((id, Kind::Prospect)) => {
            room.update(&id, None, &changes);
            id
        }
        Some(_) => return Err("A member with these details already exists".to_owned()),
        None => {
            let kind = Kind::Prospect;
            room.create(NewPerson { club: &club, kind, external_ref: None, changes, own: false })
        }
    };
    if let Some(notes) = form.filled("notes") {
        room.extras.entry(id.clone()).or_default().insert("notes".to_owned(), notes.to_owned());
    }
    let token = member::token(room, &id);
    Ok(written(&json!({"result": "created", "memberid": number(&id), "token": token})).stored(&id))
}

/// The club that a form names.
pub(super) fn club(room: &Room, form: &Form) -> Result<String, String> {
    let given = form.filled("companyid").ok_or("companyid is required")?;
    room.club(given).map(|club| club.id.clone()).ok_or_else(|| format!("Unknown companyid {given}"))
}

/// The fields that were sent with something in them; names and e-mail are needed.
pub(super) fn read(
    room: &Room,
    form: &Form,
    wire: &[(&'static str, &'static str)],
) -> Result<Changes, String> {
    let mut changes = Changes::new();
    for (ours, theirs) in wire {
        match form.filled(theirs) {
            Some(text) => changes.push((ours, Some(member::store(ours, theirs, text)?))),
            None if matches!(*ours, "first_name" | "last_name" | "email") => {
                return Err(format!("{theirs} is required"));
            }
            None => {}
        }
    }
    match room.refused(&changes, wire) {
        Some((_, message)) => Err(message),
        None => Ok(changes),
    }
}

/// The record whose details match: the same club, name and e-mail.
pub(super) fn same<'a>(room: &'a Room, club: &str, form: &Form) -> Option<&'a Person> {
    let is = |fields: &Fields, ours: &str, theirs: &str| {
        fold(fields.get(ours).map_or("", String::as_str)) == fold(form.text(theirs))
    };
    let same = |fields: &Fields| PROSPECT[..3].iter().all(|(ours, theirs)| is(fields, ours, theirs));
    room.people.all().iter().find(|person| person.club == club && !person.gone && same(&person.fields))
}
