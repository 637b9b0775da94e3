//! A guest of VFP on the wire, and what VFP makes of it.

use serde_json::{Map, Value, json};

use super::Refusal;
use crate::dates;
use crate::http_call::Incoming;
use crate::person::{Changes, Kind, Person};
use crate::room::Room;
use crate::text::{clip, digits, title_case};

const COMPANY_MAX_CHARS: usize = 20;
/// Fields: ours, theirs.
const GUEST: [(&str, &str); 20] = [
    ("first_name", "firstName"),
    ("last_name", "lastName"),
    ("email", "email"),
    ("mobile", "mobile"),
    ("home_phone", "homePhone"),
    ("work_phone", "workPhone"),
    ("address1", "street1"),
    ("address2", "street2"),
    ("city", "city"),
    ("state", "state"),
    ("zipcode", "zip"),
    ("country", "country"),
    ("birth_date", "dob"),
    ("gender", "gender"),
    ("company", "employer"),
    ("status", "active"),
    ("owner_id", "ownerId"),
    ("lead_source_id", "leadSourceId"),
    ("trial_start", "trialFrom"),
    ("trial_end", "trialTo"),
];
const KINDS: [(Kind, &str); 3] =
    [(Kind::Prospect, "PROSPECT"), (Kind::Member, "MEMBER"), (Kind::ExMember, "FORMER")];

/// A guest as read.
pub(super) struct Guest {
    pub kind: Option<Kind>,
    pub external_ref: String,
    /// Every field, the ones left out as emptied.
    pub changes: Changes,
}

/// Reads a whole record.
pub(super) fn read(room: &Room, site: &str, call: &Incoming) -> Result<Guest, Refusal> {
    let body = call.json().ok_or_else(|| Refusal::new("JSON", "Malformed body"))?;
    let guest = body
        .get("guest")
        .filter(|guest| guest.is_object())
        .ok_or_else(|| Refusal::invalid("guest", "Guest is required"))?;
    let mut changes = Changes::new();
    for (ours, theirs) in GUEST {
        let value = match &guest[theirs] {
            Value::Bool(active) if ours == "status" => {
                Some(if *active { "ACTIVE" } else { "INACTIVE" }.to_owned())
            }
            Value::Null if ours == "status" => Some("ACTIVE".to_owned()),
            Value::Null => None,
            Value::String(text) if text.is_empty() => None,
            Value::String(text) if ours != "status" => {
                Some(store(room, site, ours, text).map_err(|message| Refusal::invalid(theirs, message))?)
            }
            _ => return Err(Refusal::invalid(theirs, "Wrong type")),
        };
        if matches!(ours, "first_name" | "last_name") && value.as_deref().is_none_or(str::is_empty) {
            return Err(Refusal::invalid(theirs, "Name is required"));
        }
        changes.push((ours, value));
    }
    if let Some((field, message)) = room.refused(&changes, &GUEST) {
        return Err(Refusal::invalid(&field, &message));
    }
    let kind = match &guest["guestType"] {
        Value::Null => None,
        literal => match KINDS.iter().find(|(_, theirs)| literal == theirs) {
            Some((kind, _)) => Some(*kind),
            None => return Err(Refusal::invalid("guestType", "PROSPECT, MEMBER or FORMER")),
        },
    };
    let external_ref = guest["externalRef"].as_str().unwrap_or("").to_owned();
    Ok(Guest { kind, external_ref, changes })
}

fn store(room: &Room, site: &str, field: &str, text: &str) -> Result<String, &'static str> {
    match field {
        "first_name" | "last_name" => Ok(title_case(text)),
        "mobile" => Ok(digits(text)),
        "company" => Ok(clip(text, COMPANY_MAX_CHARS)),
        "email" if !text.contains('@') => Err("Invalid e-mail address"),
        "gender" if !matches!(text, "M" | "F") => Err("M or F"),
        "birth_date" => dates::read("%d/%m/%Y", text).ok_or("Date is dd/MM/yyyy"),
        "trial_start" | "trial_end" => dates::read("%Y-%m-%d", text).ok_or("Date is yyyy-MM-dd"),
        "owner_id" if !room.knows_staff(site, text) => Err("Unknown staff id"),
        "lead_source_id" if !room.knows_lead_source(site, text) => Err("Unknown lead source id"),
        _ => Ok(text.to_owned()),
    }
}

/// A guest as VFP shows it: every field, the empty ones as null.
pub(super) fn document(person: &Person) -> Value {
    let mut guest = Map::new();
    guest.insert("id".to_owned(), json!(person.id));
    guest.insert("createdAt".to_owned(), json!(dates::instant(person.created_ms)));
    for (ours, theirs) in GUEST {
        let value = match (ours, person.fields.get(ours)) {
            ("status", status) => json!(status.is_none_or(|status| status == "ACTIVE")),
            (_, None) => Value::Null,
            ("birth_date", Some(date)) => json!(dates::write("%d/%m/%Y", date)),
            (_, Some(text)) => json!(text),
        };
        guest.insert(theirs.to_owned(), value);
    }
    let kind = KINDS.iter().find(|(kind, _)| *kind == person.kind).map_or("", |(_, theirs)| theirs);
    guest.insert("guestType".to_owned(), json!(kind));
    guest.insert("externalRef".to_owned(), json!(person.external_ref));
    Value::Object(guest)
}
