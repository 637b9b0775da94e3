//! A contact's properties: what may be written, what is kept of it, and how it is shown. Every value is text.

use serde_json::{Map, Value, json};

use super::directory::SOURCE_PROPERTY;
use super::problem::Problem;
use crate::dates;
use crate::person::{Changes, Kind, Person};
use crate::room::Room;

/// Properties: ours, theirs.
pub(super) const PROPERTIES: [(&str, &str); 18] = [
    ("first_name", "firstname"),
    ("last_name", "lastname"),
    ("email", "email"),
    ("mobile", "mobilephone"),
    ("home_phone", "phone"),
    ("address1", "address"),
    ("city", "city"),
    ("state", "state"),
    ("zipcode", "zip"),
    ("country", "country"),
    ("company", "company"),
    ("birth_date", "date_of_birth"),
    ("gender", "gender"),
    ("owner_id", "hubspot_owner_id"),
    ("lead_source_id", SOURCE_PROPERTY),
    ("status", "connector_status"),
    ("trial_start", "connector_trial_start"),
    ("trial_end", "connector_trial_end"),
];
/// The property that this account made for the caller's own id of the person; no two contacts have the same.
pub(super) const ID_PROPERTY: &str = "connector_id";
/// Properties that this account made and that are kept as they come.
const OWN: [&str; 2] = ["connector_club", "connector_kind"];
/// What is shown without being asked for.
const ALWAYS: [&str; 3] = ["createdate", "hs_object_id", "lastmodifieddate"];
const UNASKED: [&str; 3] = ["email", "firstname", "lastname"];
/// Life cycle stages in their order. A contact only moves on.
const STAGES: [(&str, Kind); 8] = [
    ("subscriber", Kind::Prospect),
    ("lead", Kind::Prospect),
    ("marketingqualifiedlead", Kind::Prospect),
    ("salesqualifiedlead", Kind::Prospect),
    ("opportunity", Kind::Prospect),
    ("customer", Kind::Member),
    ("evangelist", Kind::Member),
    ("other", Kind::ExMember),
];

/// What a write says: fields, and a life cycle stage (empty clears it).
#[derive(Debug, Default)]
pub(super) struct Write {
    pub changes: Changes,
    pub stage: Option<String>,
    /// The caller's own id of the person.
    pub external_ref: Option<String>,
    /// What is kept as it comes.
    own: Vec<(&'static str, String)>,
    /// The gender in the caller's words.
    gender: Option<String>,
}

/// Reads `properties`; an empty value clears.
pub(super) fn read(room: &Room, club: &str, properties: &Value) -> Result<Write, Problem> {
    let properties = properties.as_object().ok_or_else(|| Problem::invalid("properties is missing"))?;
    let mut write = Write::default();
    for (name, value) in properties {
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text.trim().to_owned(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            _ => return Err(Problem::property(name, "INVALID_TYPE", "must be text")),
        };
        if ALWAYS.contains(&name.as_str()) {
            return Err(Problem::property(
                name,
                "READ_ONLY_VALUE",
                &format!("\"{name}\" is a read only property"),
            ));
        }
        if name == "lifecyclestage" {
            let known = text.is_empty() || STAGES.iter().any(|(stage, _)| *stage == text);
            let said = format!("{text} was not one of the allowed options");
            write.stage =
                Some(known.then_some(text).ok_or_else(|| Problem::property(name, "INVALID_OPTION", &said))?);
            continue;
        }
        if name == ID_PROPERTY {
            write.external_ref = Some(text);
            continue;
        }
        if let Some(own) = OWN.iter().find(|own| *own == name) {
            write.own.push((own, text));
            continue;
        }
        let Some((ours, _)) = PROPERTIES.iter().find(|(_, theirs)| theirs == name) else {
            let said = format!("Property \"{name}\" does not exist");
            return Err(Problem::property(name, "PROPERTY_DOESNT_EXIST", &said));
        };
        if *ours == "gender" {
            write.gender = Some(text.clone());
        }
        let value = if text.is_empty() { None } else { Some(store(room, club, (ours, name), &text)?) };
        write.changes.push((ours, value));
    }
    match room.refused(&write.changes, &PROPERTIES) {
        Some((field, message)) => Err(Problem::property(&field, "INVALID", &message)),
        None => Ok(write),
    }
}

fn store(room: &Room, club: &str, (ours, theirs): (&str, &str), text: &str) -> Result<String, Problem> {
    let refuse = |code: &str, said: String| Err(Problem::property(theirs, code, &said));
    match ours {
        "email" if !text.contains('@') => refuse("INVALID_EMAIL", format!("Email address {text} is invalid")),
        "email" => Ok(text.to_lowercase()),
        "birth_date" | "trial_start" | "trial_end" => match dates::read("%Y-%m-%d", text) {
            Some(date) => Ok(date),
            None => refuse("INVALID_DATE", format!("{text} is not a date")),
        },
        "gender" => Ok(match text.to_lowercase().as_str() {
            "m" | "male" => "M".to_owned(),
            "f" | "female" => "F".to_owned(),
            _ => text.to_owned(),
        }),
        "owner_id" if !room.staff_of(club).any(|staff| staff.active && staff.id == text) => {
            refuse("INVALID_OWNER_ID", format!("Owner {text} does not exist"))
        }
        "lead_source_id" if !room.knows_lead_source(club, text) => {
            refuse("INVALID_OPTION", format!("{text} was not one of the allowed options"))
        }
        _ => Ok(text.to_owned()),
    }
}

/// The stage of a contact: the one that was written, unless the account's people have changed what they are since.
fn stage<'a>(room: &'a Room, person: &Person) -> &'a str {
    let written = room.extras.get(&person.id).and_then(|kept| kept.get("lifecyclestage"));
    match written.map(String::as_str) {
        Some("") if person.kind == Kind::Prospect => "",
        Some(stage) if STAGES.iter().any(|(name, kind)| *name == stage && *kind == person.kind) => stage,
        _ => match person.kind {
            Kind::Prospect => "lead",
            Kind::Member => "customer",
            Kind::ExMember => "other",
        },
    }
}

/// What a contact becomes by a stage; none where it stays, because a contact does not move back unless the stage was
/// emptied before. Nobody is told.
pub(super) fn moved(room: &Room, person: Option<&Person>, write: &Write) -> Option<(String, Kind)> {
    let wanted = write.stage.as_deref()?;
    let place = |stage: &str| STAGES.iter().position(|(name, _)| *name == stage);
    let has = person.map_or("", |person| stage(room, person));
    match (place(has), place(wanted)) {
        (Some(has), Some(wanted)) if wanted < has => None,
        (_, Some(at)) => Some((wanted.to_owned(), STAGES[at].1)),
        (_, None) => Some((String::new(), Kind::Prospect)),
    }
}

/// Keeps what is no field of ours.
pub(super) fn keep(room: &mut Room, id: &str, stage: Option<String>, write: &Write) {
    let kept = room.extras.entry(id.to_owned()).or_default();
    for (name, value) in [("lifecyclestage", stage), ("gender", write.gender.clone())] {
        if let Some(value) = value {
            kept.insert(name.to_owned(), value);
        }
    }
    kept.extend(write.own.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    if let Some(external) = write.external_ref.clone() {
        room.people.change(id, |person| person.external_ref = Some(external).filter(|id| !id.is_empty()));
    }
}

/// Whether the account has a property of that name.
pub(super) fn known(name: &str) -> bool {
    matches!(name, "lifecyclestage" | ID_PROPERTY)
        || OWN.contains(&name)
        || ALWAYS.contains(&name)
        || PROPERTIES.iter().any(|(_, theirs)| *theirs == name)
}

/// The value of a property as text; none for one that the account does not have.
pub(super) fn value(room: &Room, person: &Person, name: &str) -> Option<String> {
    let kept = |name: &str| room.extras.get(&person.id).and_then(|kept| kept.get(name)).cloned();
    Some(match name {
        "hs_object_id" => person.id.clone(),
        "createdate" => dates::instant(person.created_ms),
        "lastmodifieddate" => dates::instant(person.updated_ms),
        ID_PROPERTY => person.external_ref.clone().unwrap_or_default(),
        _ if OWN.contains(&name) => kept(name).unwrap_or_default(),
        "lifecyclestage" => stage(room, person).to_owned(),
        "gender" if !person.get("gender").is_empty() => {
            kept("gender").unwrap_or_else(|| person.get("gender").to_owned())
        }
        _ => {
            let (ours, _) = PROPERTIES.iter().find(|(_, theirs)| *theirs == name)?;
            person.get(ours).to_owned()
        }
    })
}

/// A contact with the properties that were asked for; what was not asked for is not shown.
pub(super) fn document(room: &Room, person: &Person, asked: &[String]) -> Value {
    let unasked = UNASKED.map(str::to_owned);
    let asked = if asked.is_empty() { &unasked } else { asked };
    let mut shown = Map::new();
    for name in ALWAYS.iter().copied().chain(asked.iter().map(String::as_str)) {
        if let Some(value) = value(room, person, name) {
            shown.insert(name.to_owned(), if value.is_empty() { Value::Null } else { json!(value) });
        }
    }
    json!({
        "id": person.id,
        "properties": shown,
        "createdAt": dates::instant(person.created_ms),
        "updatedAt": dates::instant(person.updated_ms),
        "archived": person.gone,
    })
}
