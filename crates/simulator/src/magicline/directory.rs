//! Employees of a studio.

use serde_json::{Value, json};

use super::{Answer, sliced};
use crate::http_call::Incoming;
use crate::room::Room;

pub(super) fn employees(room: &Room, studio: &str, call: &Incoming) -> Answer {
    let list: Vec<Value> = room
        .staff_of(studio)
        .filter(|staff| staff.active)
        .map(|staff| {
            json!({
                "id": number(&staff.id),
                "firstName": staff.first_name,
                "lastName": staff.last_name,
                "email": staff.email,
                "businessRole": "TRAINER",
            })
        })
        .collect();
    sliced(call, &list)
}

/// A number on the wire.
pub(super) fn number(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| json!(id), |number| json!(number))
}
