//! Contracts: what makes a member. Every call makes one more; nobody asks whether there was one.

use serde_json::{Value, json};

use super::problem::Problem;
use super::{Answer, Ids, customer, known};
use crate::dates;
use crate::http_call::{Incoming, Reply};
use crate::person::Kind;
use crate::room::Room;

/// Terms on sale: number, name.
const TERMS: [(u64, &str); 2] = [(2001, "12 months"), (2002, "Monthly")];

pub(super) fn offers() -> Reply {
    let terms = TERMS.map(|(id, name)| json!({"id": id, "name": name}));
    Reply::json(200, &json!([{"id": 100, "name": "Fitness", "terms": terms}]))
}

pub(super) fn sign_up(room: &mut Room, studio: &str, call: &Incoming) -> Answer {
    let body = call.json().filter(Value::is_object).ok_or_else(Problem::malformed)?;
    check(&body["contract"], "contract.")?;
    let id = customer::store(room, studio, &body["customer"], Kind::Member)?;
    sold(room, &id);
    Ok(Reply::json(200, &json!({"customerId": Ids::of(&id).customer})).stored(&id))
}

pub(super) fn add(room: &mut Room, studio: &str, id: &str, call: &Incoming) -> Answer {
    known(room, studio, id)?;
    let body = call.json().filter(Value::is_object).ok_or_else(Problem::malformed)?;
    check(&body, "")?;
    room.update(id, Some(Kind::Member), &Vec::new());
    let contract = sold(room, id);
    Ok(Reply::json(200, &json!({"contractId": contract})).stored(id))
}

fn check(contract: &Value, prefix: &str) -> Result<(), Problem> {
    let about = |name: &str| format!("{prefix}{name}");
    match &contract["contractOfferTermId"] {
        Value::Null => return Err(Problem::missing(&about("contractOfferTermId"))),
        term if TERMS.iter().any(|(id, _)| term.as_u64() == Some(*id)) => {}
        _ => return Err(Problem::invalid(&about("contractOfferTermId"))),
    }
    match contract["startDate"].as_str() {
        None => Err(Problem::missing(&about("startDate"))),
        Some(date) if dates::read("%Y-%m-%d", date).is_none() => Err(Problem::invalid(&about("startDate"))),
        Some(_) => Ok(()),
    }
}

/// Counts a contract of a customer; says its number.
fn sold(room: &mut Room, id: &str) -> u64 {
    let kept = room.extras.entry(id.to_owned()).or_default();
    let contracts = kept.get("contracts").and_then(|count| count.parse::<u64>().ok()).unwrap_or(0) + 1;
    kept.insert("contracts".to_owned(), contracts.to_string());
    id.parse::<u64>().unwrap_or(0) * 10 + contracts
}
