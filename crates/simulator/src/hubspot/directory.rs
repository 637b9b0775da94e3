//! Owners, and the property whose options are the lead sources: it is read and written whole.

use serde_json::{Value, json};

use super::problem::Problem;
use super::properties::{ID_PROPERTY, known};
use super::{Answer, limit, paged};
use crate::config::LeadSource;
use crate::http_call::{Incoming, Reply};
use crate::room::Room;
use crate::text::fold;

/// The property of the account whose options are the lead sources.
pub(super) const SOURCE_PROPERTY: &str = "connector_lead_source";

pub(super) fn owners(room: &Room, club: &str, call: &Incoming) -> Answer {
    let limit = limit(call.param("limit").as_deref(), 100, 500)?;
    let archived = call.param("archived").is_some_and(|archived| archived == "true");
    let email = call.param("email").filter(|email| !email.is_empty());
    let owners = room.staff_of(club).filter(|staff| {
        staff.active != archived && email.as_ref().is_none_or(|email| fold(email) == fold(&staff.email))
    });
    let list: Vec<Value> = owners
        .map(|staff| {
            json!({
                "id": staff.id,
                "email": staff.email,
                "firstName": staff.first_name,
                "lastName": staff.last_name,
                "userId": staff.id.parse::<u64>().map_or(0, |id| id / 7),
                "archived": archived,
            })
        })
        .collect();
    Ok(Reply::json(200, &paged(call.param("after").as_deref(), limit, &list)?))
}

pub(super) fn property(room: &Room, name: &str) -> Answer {
    if known(name) && name != SOURCE_PROPERTY {
        let unique = [ID_PROPERTY, "email", "hs_object_id"].contains(&name);
        let shown = json!({"name": name, "type": "string", "options": [], "hasUniqueValue": unique});
        return Ok(Reply::json(200, &shown));
    }
    if name != SOURCE_PROPERTY {
        let said = format!("Property \"{name}\" does not exist");
        return Err(Problem::new(404, "OBJECT_NOT_FOUND", &said));
    }
    let options: Vec<Value> = room
        .lead_sources
        .iter()
        .enumerate()
        .map(|(at, source)| {
            json!({"label": source.name, "value": source.id, "displayOrder": at, "hidden": !source.active})
        })
        .collect();
    Ok(Reply::json(
        200,
        &json!({
            "name": name,
            "label": "Lead source",
            "type": "enumeration",
            "fieldType": "select",
            "groupName": "contactinformation",
            "hasUniqueValue": false,
            "options": options,
        }),
    ))
}

/// Replaces all options: what another writer added since they were read is lost.
pub(super) fn update_property(room: &mut Room, name: &str, call: &Incoming) -> Answer {
    property(room, name)?;
    if name != SOURCE_PROPERTY {
        return Err(Problem::invalid(&format!("{name} has no options")));
    }
    let body = call.json().filter(Value::is_object).ok_or_else(|| Problem::invalid("Invalid input JSON"))?;
    if let Some(options) = body["options"].as_array() {
        let mut sources: Vec<LeadSource> = Vec::new();
        for option in options {
            let (Some(label), Some(value)) = (option["label"].as_str(), option["value"].as_str()) else {
                return Err(Problem::invalid("an option needs label and value"));
            };
            let same = |known: &LeadSource| known.id == value || fold(&known.name) == fold(label);
            if label.is_empty() || value.is_empty() || sources.iter().any(same) {
                return Err(Problem::invalid(&format!("option {value} is empty or there twice")));
            }
            let active = option["hidden"] != json!(true);
            sources.push(LeadSource { active, ..LeadSource::new(value, label) });
        }
        room.lead_sources = sources;
    }
    Ok(property(room, name)?.stored(name))
}
