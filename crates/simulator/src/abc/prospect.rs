//! A prospect of ABC on the wire, and what ABC makes of it.

use serde_json::{Map, Value, json};

use super::Refusal;
use crate::dates;
use crate::person::{Changes, Kind, Person};
use crate::room::Room;

/// Fields of `personal`: ours, theirs.
const PERSONAL: [(&str, &str); 15] = [
    ("first_name", "firstName"),
    ("last_name", "lastName"),
    ("email", "email"),
    ("home_phone", "primaryPhone"),
    ("mobile", "mobilePhone"),
    ("work_phone", "workPhone"),
    ("address1", "addressLine1"),
    ("address2", "addressLine2"),
    ("city", "city"),
    ("state", "state"),
    ("zipcode", "postalCode"),
    ("country", "countryCode"),
    ("birth_date", "birthDate"),
    ("gender", "gender"),
    ("company", "employer"),
];
/// Fields of `agreement`.
const AGREEMENT: [(&str, &str); 4] = [
    ("owner_id", "salesPersonId"),
    ("lead_source_id", "campaignId"),
    ("trial_start", "beginDate"),
    ("trial_end", "expirationDate"),
];
const GENDERS: [(&str, &str); 2] = [("M", "Male"), ("F", "Female")];

/// Members are numbered apart from the prospects that they were.
pub(super) fn member_id(person: &Person) -> String {
    format!("M{}", person.id)
}

/// What is said; what is left out stays, and empty text empties.
pub(super) fn read(room: &Room, club: &str, prospect: &Value) -> Result<Changes, Refusal> {
    let mut changes = Changes::new();
    for (part, fields) in [("personal", &PERSONAL[..]), ("agreement", &AGREEMENT[..])] {
        for (ours, theirs) in fields {
            let text = match &prospect[part][*theirs] {
                Value::Null => None,
                Value::String(text) => Some(text.trim()),
                _ => return Err(Refusal::new(format!("{theirs} is not text"), "API-PRO-0003")),
            };
            if matches!(*ours, "first_name" | "last_name") && text.is_none_or(str::is_empty) {
                return Err(Refusal::new(format!("{theirs} is required"), "API-PRO-0002"));
            }
            if let Some(text) = text {
                let stored =
                    if text.is_empty() { None } else { Some(store(room, club, (ours, theirs), text)?) };
                changes.push((ours, stored));
            }
        }
    }
    if let Some((field, message)) = room.refused(&changes, &PERSONAL) {
        return Err(Refusal::new(format!("{field}: {message}"), "API-PRO-0003"));
    }
    Ok(changes)
}

fn store(room: &Room, club: &str, (ours, theirs): (&str, &str), text: &str) -> Result<String, Refusal> {
    let wrong = || Refusal::new(format!("{theirs} is not valid"), "API-PRO-0003");
    match ours {
        "birth_date" | "trial_start" | "trial_end" => dates::read("%Y-%m-%d", text).ok_or_else(wrong),
        "gender" => {
            let known = GENDERS.iter().find(|(_, theirs)| *theirs == text);
            known.map(|(ours, _)| (*ours).to_owned()).ok_or_else(wrong)
        }
        "owner_id" if !room.knows_staff(club, text) => Err(wrong()),
        "lead_source_id" if !room.knows_lead_source(club, text) => Err(wrong()),
        _ => Ok(text.to_owned()),
    }
}

/// A prospect, or the member that became of one, as ABC shows it: everything as text, what is empty left out.
pub(super) fn document(person: &Person, as_member: bool) -> Value {
    let shown = |fields: &[(&str, &str)]| {
        let mut shown = Map::new();
        for (ours, theirs) in fields {
            let Some(value) = person.fields.get(ours) else { continue };
            let value = match *ours {
                "gender" => GENDERS.iter().find(|(known, _)| known == value).map_or("Unknown", |(_, g)| g),
                _ => value,
            };
            let is_instant = matches!(*ours, "trial_start" | "trial_end");
            let value = if is_instant { format!("{value} 00:00:00.000000") } else { value.to_owned() };
            shown.insert((*theirs).to_owned(), json!(value));
        }
        shown
    };
    let won = person.kind != Kind::Prospect;
    let mut personal = shown(&PERSONAL);
    personal.insert("joinStatus".to_owned(), json!(if as_member { "Member" } else { "Prospect" }));
    personal.insert("isConvertedProspect".to_owned(), json!((won && !person.own).to_string()));
    personal.insert(
        "memberStatus".to_owned(),
        json!(if person.kind == Kind::ExMember { "inactive" } else { "active" }),
    );
    let (name, id) =
        if as_member { ("memberId", member_id(person)) } else { ("prospectId", person.id.clone()) };
    json!({name: id, "personal": personal, "agreement": shown(&AGREEMENT)})
}
