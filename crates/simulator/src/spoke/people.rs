//! Saving and finding people, the same for both spellings of the contract.

use super::Problem;
use crate::dates;
use crate::people::Search;
use crate::person::{Changes, FIELDS, Fields, Kind, Person, human};
use crate::room::{NewPerson, Room};

/// A save as read from either spelling.
#[derive(Debug, Default)]
pub(super) struct Save {
    pub kind: Option<Kind>,
    pub changes: Changes,
    /// The record that shall get the external id, answered to an earlier `DUPLICATE`.
    pub id: Option<String>,
}

/// Checks one value against the contract's literals.
pub(super) fn check(field: &'static str, value: &str) -> Result<(), String> {
    match field {
        "status" if !matches!(value, "ACTIVE" | "INACTIVE") => Err("status is ACTIVE or INACTIVE".to_owned()),
        "gender" if !matches!(value, "M" | "F") => Err("gender is M or F".to_owned()),
        "birth_date" | "trial_start" | "trial_end" if dates::read("%Y-%m-%d", value).is_none() => {
            Err(format!("{field} is a date, yyyy-mm-dd"))
        }
        _ => Ok(()),
    }
}

/// Creates or updates the person with this external id; says the number, and whether it is new.
pub(super) fn save(
    room: &mut Room,
    club: &str,
    external: &str,
    save: Save,
) -> Result<(String, bool), Problem> {
    let Save { kind, changes, id } = save;
    for (field, value) in &changes {
        let Some(value) = value else { continue };
        let known = match *field {
            "owner_id" => room.knows_staff(club, value),
            "lead_source_id" => room.knows_lead_source(club, value),
            _ => true,
        };
        if !known {
            return Err(Problem::invalid(field, format!("{field} {value} is not known")));
        }
    }
    if let Some((field, message)) = room.refused(&changes, &FIELDS.map(|field| (field, field))) {
        return Err(Problem::invalid(&field, message));
    }
    if let Some(person) = room.people.by_external(club, external) {
        let id = person.id.clone();
        return if room.update(&id, kind, &changes) {
            Ok((id, false))
        } else {
            Err(Problem::new("GONE", format!("person {id} was removed")))
        };
    }
    if let Some(id) = id {
        return adopt(room, club, &id, external, (kind, &changes));
    }
    create(room, club, external, kind, changes)
}

fn create(
    room: &mut Room,
    club: &str,
    external: &str,
    kind: Option<Kind>,
    changes: Changes,
) -> Result<(String, bool), Problem> {
    for field in ["first_name", "last_name"] {
        if !changes.iter().any(|(name, value)| *name == field && value.is_some()) {
            return Err(Problem::invalid(field, format!("{field} is missing")));
        }
    }
    let kind = kind.ok_or_else(|| Problem::invalid("kind", "kind is missing"))?;
    if room.faults.refuse_duplicates {
        let fields: Fields =
            changes.iter().filter_map(|(name, value)| Some((*name, value.clone()?))).collect();
        if let Some(first) = human(club, &fields).and_then(|key| room.people.same_human(&key)) {
            let problem = Problem::new("DUPLICATE", "this person is stored already");
            return Err(Problem { id: Some(first.id.clone()), ..problem });
        }
    }
    Ok((room.create(NewPerson { club, kind, external_ref: Some(external), changes, own: false }), true))
}

/// Gives a record of the platform's own the external id of the Connector's person.
fn adopt(
    room: &mut Room,
    club: &str,
    id: &str,
    external: &str,
    what: (Option<Kind>, &Changes),
) -> Result<(String, bool), Problem> {
    if room.people.get(id).is_none_or(|person| person.club != club) {
        return Err(Problem::new("NOT_FOUND", format!("person {id} is not known")));
    }
    if !room.update(id, what.0, what.1) {
        return Err(Problem::new("GONE", format!("person {id} was removed")));
    }
    room.people.change(id, |person| person.external_ref = Some(external.to_owned()));
    Ok((id.to_owned(), false))
}

/// The people of a club that a look-up finds.
pub(super) fn find<'a>(room: &'a Room, club: &str, search: &Search<'_>) -> Vec<&'a Person> {
    room.people.find(club, search)
}
