//! Customers: everybody a studio knows, leads among them. They are listed in slices and searched.

use serde_json::{Map, Value, json};

use super::lead::take;
use super::problem::{Problem, Said};
use super::{Answer, Ids, directory, known, sliced};
use crate::http_call::{Incoming, Reply};
use crate::person::{Changes, Kind, Person};
use crate::room::{NewPerson, Room};
use crate::text::fold;

/// Fields of a customer: ours, theirs.
const CUSTOMER: [(&str, &str); 11] = [
    ("first_name", "firstName"),
    ("last_name", "lastName"),
    ("email", "email"),
    ("birth_date", "dateOfBirth"),
    ("address1", "street"),
    ("address2", "houseNumber"),
    ("zipcode", "zipCode"),
    ("city", "city"),
    ("home_phone", "phonePrivate"),
    ("mobile", "phonePrivateMobile"),
    ("work_phone", "phoneBusiness"),
];
/// What a new customer has: ours, theirs, whether it is needed.
pub(super) const NEW: [(&str, &str, bool); 13] = [
    ("first_name", "firstName", true),
    ("last_name", "lastName", true),
    ("birth_date", "dateOfBirth", true),
    ("address1", "street", true),
    ("address2", "houseNumber", true),
    ("zipcode", "zipCode", true),
    ("city", "city", true),
    ("country", "countryCode", true),
    ("email", "email", false),
    ("gender", "gender", false),
    ("home_phone", "phonePrivate", false),
    ("mobile", "phonePrivateMobile", false),
    ("work_phone", "phoneBusiness", false),
];
const KINDS: [(Kind, &str); 3] =
    [(Kind::Prospect, "PROSPECT"), (Kind::Member, "MEMBER"), (Kind::ExMember, "FORMER_MEMBER")];

fn visible<'a>(room: &'a Room, studio: &'a str) -> impl Iterator<Item = &'a Person> {
    let by_ms = room.search().created_by_ms;
    let here = move |person: &&Person| person.club == studio && !person.gone && person.created_ms <= by_ms;
    room.people.all().iter().filter(here)
}

pub(super) fn list(room: &Room, studio: &str, call: &Incoming) -> Answer {
    let wanted = match call.param("customerStatus").filter(|status| !status.is_empty()) {
        None => None,
        Some(status) => Some(
            KINDS
                .iter()
                .find(|(_, theirs)| *theirs == status)
                .ok_or_else(|| Problem::invalid("customerStatus"))?
                .0,
        ),
    };
    let people = visible(room, studio).filter(|person| wanted.is_none_or(|kind| kind == person.kind));
    sliced(call, &people.map(|person| document(room, person)).collect::<Vec<_>>())
}

pub(super) fn get(room: &Room, studio: &str, id: &str) -> Answer {
    Ok(Reply::json(200, &document(room, known(room, studio, id)?)))
}

pub(super) fn by(room: &Room, studio: &str, call: &Incoming) -> Answer {
    let number = call.param("customerNumber").ok_or_else(|| Problem::missing("customerNumber"))?;
    let found = visible(room, studio).find(|person| Ids::of(&person.id).number == number);
    let found = found.ok_or_else(|| Problem::new(404, "CUSTOMER_NOT_FOUND", Said::NotFound))?;
    Ok(Reply::json(200, &document(room, found)))
}

/// A bare list of those in whom everything given holds; of a name, that it begins so.
pub(super) fn search(room: &Room, studio: &str, call: &Incoming) -> Answer {
    let body = call.json().filter(Value::is_object).ok_or_else(Problem::malformed)?;
    let keys = CUSTOMER[..4].iter().filter_map(|(ours, theirs)| Some((*ours, body[*theirs].as_str()?)));
    let keys: Vec<(&str, &str)> = keys.filter(|(_, wanted)| !wanted.trim().is_empty()).collect();
    if keys.is_empty() {
        return Err(Problem::missing("email"));
    }
    let holds = |person: &Person, (ours, wanted): &(&str, &str)| match *ours {
        "first_name" | "last_name" => fold(person.get(ours)).starts_with(&fold(wanted)),
        _ => fold(person.get(ours)) == fold(wanted),
    };
    let found = visible(room, studio).filter(|person| keys.iter().all(|key| holds(person, key)));
    Ok(Reply::json(200, &found.map(|person| document(room, person)).collect()))
}

pub(super) fn create(room: &mut Room, studio: &str, call: &Incoming) -> Answer {
    let body = call.json().filter(Value::is_object).ok_or_else(Problem::malformed)?;
    let id = store(room, studio, &body, Kind::Prospect)?;
    Ok(Reply::json(200, &json!({"customerId": Ids::of(&id).customer})).stored(&id))
}

/// Stores a new customer; who is one needs a birth date, an address and a language.
pub(super) fn store(room: &mut Room, studio: &str, body: &Value, kind: Kind) -> Result<String, Problem> {
    let mut changes = Changes::new();
    for (ours, theirs, needed) in NEW {
        take(&mut changes, body, (ours, theirs), needed)?;
    }
    if body["language"]["languageCode"].as_str().is_none_or(str::is_empty) {
        return Err(Problem::missing("language.languageCode"));
    }
    refuse(room, &changes)?;
    let external_ref = body["thirdPartyId"].as_str();
    Ok(room.create(NewPerson { club: studio, kind, external_ref, changes, own: false }))
}

/// Refuses what the fault of that name asks for.
pub(super) fn refuse(room: &Room, changes: &Changes) -> Result<(), Problem> {
    let wire = NEW.map(|(ours, theirs, _)| (ours, theirs));
    match room.refused(changes, &wire) {
        Some((field, message)) => Err(Problem::about(&field, "INVALID_VALUE", Said::Own(message))),
        None => Ok(()),
    }
}

/// A customer as the API shows it.
fn document(room: &Room, person: &Person) -> Value {
    let ids = Ids::of(&person.id);
    let mut shown = Map::new();
    for (name, value) in [
        ("id", ids.customer),
        ("uuid", json!(ids.uuid)),
        ("customerNumber", json!(ids.number)),
        ("studioId", directory::number(&person.club)),
        ("country", json!(person.fields.get("country"))),
        ("thirdPartyId", json!(person.external_ref)),
    ] {
        shown.insert(name.to_owned(), value);
    }
    for (ours, theirs) in CUSTOMER {
        shown.insert(theirs.to_owned(), json!(person.fields.get(ours)));
    }
    let gender = match person.get("gender") {
        "M" => json!("MALE"),
        "F" => json!("FEMALE"),
        _ => Value::Null,
    };
    shown.insert("gender".to_owned(), gender);
    let status = KINDS.iter().find(|(kind, _)| *kind == person.kind).map(|(_, theirs)| theirs);
    shown.insert("status".to_owned(), json!(status));
    let source = person.fields.get("lead_source_id");
    let source = source.and_then(|id| room.lead_sources.iter().find(|source| source.id == *id));
    let assigned: Vec<Value> = source
        .map(|source| json!({"name": "How did you hear about us?", "value": source.name}))
        .into_iter()
        .collect();
    shown.insert("additionalInformationFieldAssignments".to_owned(), json!(assigned));
    Value::Object(shown)
}
