//! Members of Club Planner, prospects among them: what they are is a status.

use serde_json::{Map, Value, json};

use super::{Answer, number};
use crate::dates;
use crate::form::Form;
use crate::http_call::Reply;
use crate::people::Search;
use crate::person::{Changes, Kind, Person};
use crate::room::{NewPerson, Room};

/// Fields: ours, the parameter, the name in an answer.
const MEMBER: [(&str, &str, &str); 9] = [
    ("first_name", "firstname", "FirstName"),
    ("last_name", "lastname", "LastName"),
    ("address1", "addressline", "Address"),
    ("zipcode", "zip", "Zip"),
    ("city", "city", "City"),
    ("email", "email", "EmailAddress"),
    ("mobile", "mobile", "MobileNumber"),
    ("birth_date", "dayofbirth", "BirthDate"),
    ("gender", "gender", "Gender"),
];
/// Statuses: what somebody is, the number of the status.
const STATUSES: [(Kind, &str); 3] = [(Kind::Prospect, "1"), (Kind::Member, "2"), (Kind::ExMember, "3")];
/// Fields that each business uses as it likes.
const INFOS: u32 = 20;

pub(super) fn add(room: &mut Room, form: &Form) -> Answer {
    let club = match form.filled("owner") {
        None => room.clubs.first(),
        Some(owner) => Some(room.club(owner).ok_or_else(|| format!("Onbekende club {owner}"))?),
    };
    let club = club.map(|club| club.id.clone()).unwrap_or_default();
    let (kind, changes) = read(room, form)?;
    for (ours, theirs, _) in &MEMBER[..2] {
        if !changes.iter().any(|(name, value)| name == ours && value.is_some()) {
            return Err(format!("{theirs} is mandatory"));
        }
    }
    let kind = kind.unwrap_or(Kind::Prospect);
    let id = room.create(NewPerson { club: &club, kind, external_ref: None, changes, own: false });
    keep(room, &id, form);
    Ok(shown(room, &id))
}

/// Changes what is sent; an empty parameter empties.
pub(super) fn update(room: &mut Room, form: &Form) -> Answer {
    let id = known(room, form.text("memberid"))?.id.clone();
    let (kind, changes) = read(room, form)?;
    room.update(&id, kind, &changes);
    keep(room, &id, form);
    Ok(shown(room, &id))
}

pub(super) fn delete(room: &mut Room, form: &Form) -> Answer {
    let id = known(room, form.text("memberid"))?.id.clone();
    room.people.change(&id, |person| person.gone = true);
    Ok(Reply::json(200, &json!(true)).stored(&id))
}

/// One member, by number, by the other number, or by e-mail address: then the oldest who has it.
pub(super) fn get(room: &Room, form: &Form) -> Answer {
    let person = match (form.filled("id"), form.filled("uid"), form.filled("email")) {
        (Some(id), _, _) => known(room, id)?,
        (None, Some(uid), _) => {
            let found = room.people.all().iter().find(|person| !person.gone && uid_of(person) == uid);
            found.ok_or("Lid niet gevonden")?
        }
        (None, None, Some(email)) => {
            let search = Search { email: Some(email), ..room.search() };
            let found = room.clubs.iter().flat_map(|club| room.people.find(&club.id, &search));
            found.min_by_key(|person| person.created_ms).ok_or("Lid niet gevonden")?
        }
        (None, None, None) => return Err("id or uid or email is mandatory".to_owned()),
    };
    Ok(Reply::json(200, &document(room, person)))
}

fn known<'a>(room: &'a Room, id: &str) -> Result<&'a Person, String> {
    let person = room.people.get(id).filter(|person| !person.gone);
    person.ok_or_else(|| "Lid niet gevonden".to_owned())
}

/// Reads the parameters of a write: the status, and the fields that are sent.
fn read(room: &Room, form: &Form) -> Result<(Option<Kind>, Changes), String> {
    let mut changes = Changes::new();
    for (ours, theirs, _) in MEMBER {
        match form.sent(theirs).map(str::trim) {
            None => {}
            Some("") if matches!(ours, "first_name" | "last_name") => {
                return Err(format!("{theirs} is mandatory"));
            }
            Some("") => changes.push((ours, None)),
            Some(text) => {
                let value = store(ours, text).ok_or_else(|| format!("Parameter {theirs} is ongeldig"))?;
                changes.push((ours, Some(value)));
            }
        }
    }
    let kind = match form.filled("statusid") {
        None => None,
        Some(status) => {
            let known = STATUSES.iter().find(|(_, number)| *number == status);
            Some(known.ok_or_else(|| format!("Onbekende status {status}"))?.0)
        }
    };
    if let Some(parent) = form.filled("parentmemberid") {
        known(room, parent)?;
    }
    let wire = MEMBER.map(|(ours, theirs, _)| (ours, theirs));
    match room.refused(&changes, &wire) {
        Some((_, message)) => Err(message),
        None => Ok((kind, changes)),
    }
}

/// What is kept of a value, which may be nothing; none if it is not taken at all.
fn store(ours: &str, text: &str) -> Option<String> {
    match ours {
        "email" => text.contains('@').then(|| text.to_owned()),
        "birth_date" => dates::read("%d/%m/%Y", text),
        "gender" => match text {
            "M" | "F" => Some(text.to_owned()),
            // Unknown, and other: neither of our two.
            "U" | "O" => Some(String::new()),
            _ => None,
        },
        _ => Some(text.to_owned()),
    }
}

/// Keeps what is no field of ours.
fn keep(room: &mut Room, id: &str, form: &Form) {
    let infos = (1..=INFOS).map(|n| format!("info{n}"));
    for name in infos.chain(["note".to_owned(), "parentmemberid".to_owned()]) {
        if let Some(value) = form.sent(&name) {
            room.extras.entry(id.to_owned()).or_default().insert(name, value.to_owned());
        }
    }
}

/// The other number of a member.
fn uid_of(person: &Person) -> String {
    format!("GMOL{}", person.id)
}

/// What a write answers with.
fn shown(room: &Room, id: &str) -> Reply {
    let body = room.people.get(id).map_or(Value::Null, |person| Value::Object(card(room, person)));
    Reply::json(200, &body).stored(id)
}

fn card(room: &Room, person: &Person) -> Map<String, Value> {
    let owner = room.club(&person.club).map_or("", |club| club.name.as_str());
    let name = format!("{} {}", person.get("first_name"), person.get("last_name"));
    let entrance =
        if person.kind == Kind::Member { "Valid subscription" } else { "No valid subscription found" };
    let mut card = Map::new();
    for (name, value) in [
        ("Id", number(&person.id)),
        ("OwnerId", number(&person.club)),
        ("OwnerName", json!(owner)),
        ("FullName", json!(name.trim())),
        ("CheckInStatus", json!(entrance)),
    ] {
        card.insert(name.to_owned(), value);
    }
    card
}

fn document(room: &Room, person: &Person) -> Value {
    let mut shown = card(room, person);
    shown.remove("FullName");
    shown.insert("UId".to_owned(), json!(uid_of(person)));
    let entrance = if person.kind == Kind::Member { "Valid" } else { "NoValidSubscription" };
    shown.insert("CheckInStatusId".to_owned(), json!(entrance));
    shown.insert("LanguageId".to_owned(), json!("NL"));
    // The vendor's own example shows one: who reads a member is told this, too.
    shown.insert("Password".to_owned(), json!(format!("hash-of-the-password-of-{}", person.id)));
    for (ours, _, theirs) in MEMBER {
        let value = match (ours, person.get(ours)) {
            ("birth_date", "") => Value::Null,
            ("birth_date", date) => json!(dates::write("%d/%m/%Y", date)),
            ("gender", "") => json!("U"),
            (_, text) => json!(text),
        };
        shown.insert(theirs.to_owned(), value);
    }
    let status = STATUSES.iter().find(|(kind, _)| *kind == person.kind).map_or("", |(_, number)| number);
    shown.insert("StatusId".to_owned(), number(status));
    let kept = room.extras.get(&person.id);
    for n in 1..=INFOS {
        let value = kept.and_then(|kept| kept.get(&format!("info{n}")));
        shown.insert(format!("Info{n}"), json!(value.map_or("", String::as_str)));
    }
    Value::Object(shown)
}
