//! Leads of the open API: what a studio wants to know of one, and how one is made.

use serde_json::{Value, json};

use super::problem::{Problem, Said};
use super::{Answer, Ids, connect};
use crate::dates;
use crate::http_call::{Incoming, Reply};
use crate::person::{Changes, Kind};
use crate::room::{NewPerson, Room};

/// The number of the studio's own field that asks where a lead comes from.
const SOURCE_FIELD: u64 = 901;
/// Fields of a lead: ours, theirs, whether they are needed.
const LEAD: [(&str, &str, bool); 6] = [
    ("first_name", "leadCustomer.firstname", true),
    ("last_name", "leadCustomer.lastname", true),
    ("email", "leadCustomer.email", true),
    ("mobile", "leadCustomer.telephone", false),
    ("birth_date", "leadCustomer.dateOfBirth", false),
    ("gender", "leadCustomer.gender", false),
];
/// Parts of an address: ours, theirs. All are needed where there is an address.
const ADDRESS: [(&str, &str); 5] = [
    ("address1", "address.street"),
    ("address2", "address.houseNumber"),
    ("zipcode", "address.zipCode"),
    ("city", "address.city"),
    ("country", "address.countryCode"),
];

/// What this studio asks of a lead: fields that it does not use, may have, or must have.
pub(super) fn config(room: &Room, studio: &str) -> Reply {
    let values: Vec<&str> = room
        .lead_sources_of(studio)
        .filter(|source| source.active)
        .map(|source| source.name.as_str())
        .collect();
    Reply::json(
        200,
        &json!({
            "addressMode": "OPTIONAL",
            "telephoneMode": "OPTIONAL",
            "dateOfBirthMode": "OPTIONAL",
            "genderMode": "OPTIONAL",
            "additionalInformation": [{
                "additionalFieldId": SOURCE_FIELD,
                "name": "How did you hear about us?",
                "type": "LIST",
                "mode": "OPTIONAL",
                "selectionValues": values,
            }],
        }),
    )
}

pub(super) fn validate(room: &Room, studio: &str, call: &Incoming) -> Answer {
    read(room, studio, call).map(|_| Reply::json(200, &json!({"valid": true})))
}

pub(super) fn create(room: &mut Room, studio: &str, call: &Incoming) -> Answer {
    let (changes, third_party) = read(room, studio, call)?;
    let id = room.create(NewPerson {
        club: studio,
        kind: Kind::Prospect,
        external_ref: third_party.as_deref(),
        changes,
        own: false,
    });
    let ids = Ids::of(&id);
    let body = json!({
        "id": ids.lead,
        "customerId": ids.customer,
        "uuid": ids.uuid,
        "customerNumber": ids.number,
    });
    Ok(Reply::json(200, &body).stored(&id))
}

/// Reads a lead: what it changes, and the caller's own id of the person.
fn read(room: &Room, studio: &str, call: &Incoming) -> Result<(Changes, Option<String>), Problem> {
    let body = call.json().filter(Value::is_object).ok_or_else(Problem::malformed)?;
    let mut changes = Changes::new();
    for (ours, theirs, needed) in LEAD {
        take(&mut changes, &body, (ours, theirs), needed)?;
    }
    if !body["address"].is_null() {
        for wire in ADDRESS {
            take(&mut changes, &body, wire, true)?;
        }
    }
    for (at, field) in body["additionalInformation"].as_array().into_iter().flatten().enumerate() {
        if field["additionalFieldId"].as_u64() != Some(SOURCE_FIELD) {
            return Err(Problem::invalid(&format!("additionalInformation[{at}].additionalFieldId")));
        }
        let value = field["value"].as_str().or_else(|| field["values"][0].as_str()).unwrap_or("");
        let source = room.lead_sources_of(studio).find(|source| source.active && source.name == value);
        let source = source.ok_or_else(|| Problem::invalid(&format!("additionalInformation[{at}].value")))?;
        changes.push(("lead_source_id", Some(source.id.clone())));
    }
    if let Some(campaign) = body["externalIdentifier"].as_str() {
        let source = room.lead_sources_of(studio).find(|source| connect::campaign(&source.id) == campaign);
        let unknown = || Problem::about("externalIdentifier", "CAMPAIGN_NOT_FOUND", Said::NotFound);
        changes.push(("lead_source_id", Some(source.ok_or_else(unknown)?.id.clone())));
    }
    let wire: Vec<_> =
        LEAD.iter().map(|(ours, theirs, _)| (*ours, *theirs)).chain(ADDRESS.iter().copied()).collect();
    if let Some((field, message)) = room.refused(&changes, &wire) {
        return Err(Problem::about(&field, "INVALID_VALUE", Said::Own(message)));
    }
    Ok((changes, body["leadCustomer"]["thirdPartyId"].as_str().map(str::to_owned)))
}

/// Takes one value from its place, such as `address.city`, or says what is wrong with it.
pub(super) fn take(
    changes: &mut Changes,
    body: &Value,
    (ours, theirs): (&'static str, &str),
    needed: bool,
) -> Result<(), Problem> {
    let given = theirs.split('.').fold(body, |place, name| &place[name]);
    let text = match given {
        Value::Null => "",
        Value::String(text) => text.trim(),
        _ => return Err(Problem::invalid(theirs)),
    };
    if text.is_empty() {
        return if needed { Err(Problem::missing(theirs)) } else { Ok(()) };
    }
    let value = match ours {
        "email" => text.contains('@').then(|| text.to_owned()),
        "birth_date" => dates::read("%Y-%m-%d", text),
        "gender" => match text {
            "MALE" => Some("M".to_owned()),
            "FEMALE" => Some("F".to_owned()),
            "UNISEX" => return Ok(()),
            _ => None,
        },
        "country" => {
            let code = text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_uppercase());
            code.then(|| text.to_owned())
        }
        _ => Some(text.to_owned()),
    };
    changes.push((ours, Some(value.ok_or_else(|| Problem::invalid(theirs))?)));
    Ok(())
}
