//! Amendments: a customer's data is changed by asking for it, block by block. Where the studio wants to see such
//! requests first, they wait, one for a block, and the customer reads as before.

use serde_json::{Map, Value, json};

use super::customer::{NEW, refuse};
use super::lead::take;
use super::problem::{Problem, Said};
use super::{Answer, known};
use crate::http_call::{Incoming, Reply};
use crate::person::{Changes, Person};
use crate::room::Room;

type Field = (&'static str, &'static str, bool);

/// The fields of a block: ours, theirs, whether they are needed.
fn fields(block: &str) -> Result<&'static [Field], Problem> {
    const CONTACT: [Field; 4] = [("email", "email", false), NEW[10], NEW[11], NEW[12]];
    const MASTER: [Field; 4] = [
        ("first_name", "firstName", true),
        ("last_name", "lastName", true),
        NEW[9],
        ("birth_date", "dateOfBirth", false),
    ];
    match block {
        "contact-data" => Ok(&CONTACT),
        "master-data" => Ok(&MASTER),
        "address-data" => Ok(NEW.get(3..8).unwrap_or_default()),
        _ => Err(Problem::new(404, "NOT_FOUND", Said::NotFound)),
    }
}

/// A block as it is, how it is changed, and the request that waits, if there is one.
pub(super) fn get(room: &Room, studio: &str, (id, block): (&str, &str)) -> Answer {
    let person = known(room, studio, id)?;
    let mut shown = values(fields(block)?, |ours| value(person, ours));
    let mode = if room.faults.changes_wait {
        "CHANGES_REQUIRE_VERIFICATION"
    } else {
        "CHANGES_WITHOUT_VERIFICATION"
    };
    shown.insert("amendmentConfigurationStatus".to_owned(), json!(mode));
    if let Some(changes) = room.waiting.get(&(id.to_owned(), block.to_owned())) {
        shown.insert("pendingAmendment".to_owned(), echo(id, block, changes)?);
    }
    Ok(Reply::json(200, &Value::Object(shown)))
}

/// Asks for a block to be replaced: what it leaves out is to be emptied.
pub(super) fn create(room: &mut Room, studio: &str, (id, block): (&str, &str), call: &Incoming) -> Answer {
    let fields = fields(block)?;
    known(room, studio, id)?;
    let body = call.json().filter(Value::is_object).ok_or_else(Problem::malformed)?;
    let mut changes = Changes::new();
    for (ours, theirs, needed) in fields {
        take(&mut changes, &body, (ours, theirs), *needed)?;
        if changes.last().is_none_or(|(last, _)| last != ours) {
            changes.push((ours, None));
        }
    }
    refuse(room, &changes)?;
    let place = (id.to_owned(), block.to_owned());
    if room.waiting.contains_key(&place) {
        return Err(Problem::new(409, "AMENDMENT_ALREADY_PENDING", Said::Waiting));
    }
    let body = echo(id, block, &changes)?;
    if room.faults.changes_wait {
        room.waiting.insert(place, changes);
    } else {
        room.update(id, None, &changes);
    }
    Ok(Reply::json(200, &body).stored(id))
}

/// A request: its number, and what was asked for.
fn echo(id: &str, block: &str, changes: &Changes) -> Result<Value, Problem> {
    let number = id.parse::<u64>().unwrap_or(0) * 10 + block.len() as u64 % 10;
    let asked = |ours: &str| {
        let change = changes.iter().find(|(field, _)| *field == ours);
        json!(change.and_then(|(_, value)| value.as_ref()))
    };
    let mut shown = values(fields(block)?, asked);
    shown.insert("id".to_owned(), json!(number));
    Ok(Value::Object(shown))
}

fn values(fields: &[Field], value: impl Fn(&str) -> Value) -> Map<String, Value> {
    fields.iter().map(|(ours, theirs, _)| ((*theirs).to_owned(), value(ours))).collect()
}

fn value(person: &Person, ours: &str) -> Value {
    match (ours, person.get(ours)) {
        ("gender", "M") => json!("MALE"),
        ("gender", "F") => json!("FEMALE"),
        _ => json!(person.fields.get(ours)),
    }
}
