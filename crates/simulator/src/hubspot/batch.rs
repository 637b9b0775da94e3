//! Many contacts in one call, of which some may fail: then the answer is a 207.

use serde_json::{Value, json};

use super::Answer;
use super::contact::{by_email, change, insert};
use super::problem::Problem;
use super::properties::{document, read};
use crate::dates;
use crate::http_call::{Incoming, Reply};
use crate::room::Room;

const INPUTS_MAX: usize = 100;

pub(super) fn upsert(room: &mut Room, club: &str, call: &Incoming) -> Answer {
    let body = call.json().ok_or_else(|| Problem::invalid("Invalid input JSON"))?;
    let inputs = body["inputs"].as_array().filter(|inputs| (1..=INPUTS_MAX).contains(&inputs.len()));
    let inputs = inputs.ok_or_else(|| Problem::invalid("inputs must be 1 to 100"))?;
    let (mut results, mut errors, mut stored) = (Vec::new(), Vec::new(), None);
    for input in inputs {
        match one(room, club, input) {
            Ok((id, new)) => {
                let mut shown =
                    room.people.get(&id).map_or(Value::Null, |person| document(room, person, &[]));
                shown["new"] = json!(new);
                results.push(shown);
                stored.get_or_insert(id);
            }
            Err(problem) => {
                let mut error = problem.value();
                error["context"] = json!({"ids": [input["id"]]});
                errors.push(error);
            }
        }
    }
    let at = dates::instant(room.now_ms);
    let mut answer = json!({"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at});
    let failed = !errors.is_empty();
    if failed {
        answer["numErrors"] = json!(errors.len());
        answer["errors"] = json!(errors);
    }
    let reply = Reply::json(if failed { 207 } else { 200 }, &answer);
    Ok(match stored {
        Some(id) => reply.stored(&id),
        None => reply,
    })
}

/// Creates or changes the contact with this e-mail address; says its number, and whether it is new.
fn one(room: &mut Room, club: &str, input: &Value) -> Result<(String, bool), Problem> {
    let (Some("email"), Some(email)) = (input["idProperty"].as_str(), input["id"].as_str()) else {
        return Err(Problem::invalid("idProperty must be email"));
    };
    let known = by_email(room, email).map(|person| person.id.clone());
    let mut properties = input["properties"].clone();
    if known.is_none() && properties["email"].is_null() && properties.is_object() {
        properties["email"] = json!(email);
    }
    let write = read(room, club, &properties)?;
    match known {
        Some(id) => change(room, &id, write).map(|()| (id, false)),
        None => insert(room, club, write).map(|id| (id, true)),
    }
}
