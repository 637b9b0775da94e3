//! A client of MINDBODY on the wire, and what MINDBODY makes of one.

use serde_json::{Map, Value, json};

use super::Refusal;
use crate::dates;
use crate::person::{Changes, Kind, Person};
use crate::room::Room;

/// What a site demands of every client, as `requiredclientfields` tells it.
pub(super) const REQUIRED: [&str; 2] = ["FirstName", "LastName"];
/// Text fields: ours, theirs.
const TEXTS: [(&str, &str); 12] = [
    ("first_name", "FirstName"),
    ("last_name", "LastName"),
    ("email", "Email"),
    ("mobile", "MobilePhone"),
    ("home_phone", "HomePhone"),
    ("work_phone", "WorkPhone"),
    ("address1", "AddressLine1"),
    ("address2", "AddressLine2"),
    ("city", "City"),
    ("state", "State"),
    ("zipcode", "PostalCode"),
    ("country", "Country"),
];
const GENDERS: [(&str, &str); 2] = [("M", "Male"), ("F", "Female")];

/// What is said; what is left out stays, and what is empty or null empties.
pub(super) fn read(room: &Room, site: &str, client: &Value, is_new: bool) -> Result<Changes, Refusal> {
    let invalid = |message: String| Refusal::new(400, "ValidationFailed", message);
    let mut changes = Changes::new();
    for (ours, theirs) in TEXTS {
        let text = match client.get(theirs) {
            None => None,
            Some(Value::Null) => Some(""),
            Some(Value::String(text)) => Some(text.trim()),
            Some(_) => return Err(invalid(format!("{theirs} is not text"))),
        };
        let required = REQUIRED.contains(&theirs);
        if required && (is_new && text.is_none() || text == Some("")) {
            return Err(Refusal::new(400, "MissingRequiredFields", format!("Missing fields: {theirs}")));
        }
        changes.extend(text.map(|text| (ours, Some(text.to_owned()).filter(|text| !text.is_empty()))));
    }
    if changes
        .iter()
        .any(|(field, value)| *field == "email" && value.as_ref().is_some_and(|email| !email.contains('@')))
    {
        return Err(invalid("Email is not valid".to_owned()));
    }
    if let Some(date) = client.get("BirthDate") {
        let text = date.as_str().unwrap_or_default();
        let stored = match text.get(..10) {
            _ if date.is_null() || text.is_empty() => None,
            Some(day) => dates::read("%Y-%m-%d", day),
            None => None,
        };
        if stored.is_none() && !text.is_empty() {
            return Err(invalid("BirthDate is not valid".to_owned()));
        }
        changes.push(("birth_date", stored));
    }
    if let Some(gender) = client.get("Gender") {
        let known = GENDERS.iter().find(|(_, theirs)| gender == theirs);
        changes.push(("gender", known.map(|(ours, _)| (*ours).to_owned())));
    }
    if let Some(referral) = client.get("ReferredBy") {
        let name = referral.as_str().unwrap_or_default();
        let known = room.lead_sources_of(site).find(|source| source.name == name);
        if known.is_none() && !name.is_empty() {
            return Err(invalid(format!("ReferredBy {name} is not a referral type")));
        }
        changes.push(("lead_source_id", known.map(|source| source.id.clone())));
    }
    if let Some(reps) = client.get("SalesReps").and_then(Value::as_array) {
        let id = reps.first().map(|rep| match &rep["Id"] {
            Value::String(text) => text.clone(),
            id => id.to_string(),
        });
        if id.as_ref().is_some_and(|id| !room.knows_staff(site, id)) {
            return Err(invalid("SalesReps is not valid".to_owned()));
        }
        changes.push(("owner_id", id));
    }
    if let Some((field, message)) = room.refused(&changes, &TEXTS) {
        return Err(invalid(format!("{field}: {message}")));
    }
    Ok(changes)
}

/// A client as MINDBODY shows it: every field, the empty ones as null; its number as text and again as a number.
pub(super) fn document(room: &Room, person: &Person) -> Value {
    let mut client = Map::new();
    client.insert("Id".to_owned(), json!(person.id));
    client.insert("UniqueId".to_owned(), json!(person.id.parse::<u64>().unwrap_or_default()));
    for (ours, theirs) in TEXTS {
        client.insert(theirs.to_owned(), json!(person.fields.get(ours)));
    }
    let birth_date = person.fields.get("birth_date").map(|date| format!("{date}T00:00:00"));
    client.insert("BirthDate".to_owned(), json!(birth_date));
    let gender = GENDERS.iter().find(|(ours, _)| *ours == person.get("gender")).map(|(_, theirs)| theirs);
    client.insert("Gender".to_owned(), json!(gender.unwrap_or(&"None")));
    client.insert("IsProspect".to_owned(), json!(person.kind == Kind::Prospect));
    client.insert("Active".to_owned(), json!(person.kind != Kind::ExMember));
    client.insert("CreationDate".to_owned(), json!(dates::instant(person.created_ms)));
    let referral =
        room.lead_sources_of(&person.club).find(|source| source.id == person.get("lead_source_id"));
    client.insert("ReferredBy".to_owned(), json!(referral.map(|source| &source.name)));
    let reps: Vec<Value> = person
        .fields
        .get("owner_id")
        .map(|id| json!({"Id": id.parse::<i64>().unwrap_or_default(), "SalesRepNumber": 1}))
        .into_iter()
        .collect();
    client.insert("SalesReps".to_owned(), json!(reps));
    Value::Object(client)
}
