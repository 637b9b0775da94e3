//! What GymMaster tells about itself: clubs, sales staff, memberships on sale.

use serde_json::{Value, json};

use super::{number, result};
use crate::form::Form;
use crate::http_call::Reply;
use crate::room::Room;

/// Memberships on sale at every club: number, name.
pub(super) const MEMBERSHIPS: [(&str, &str); 2] = [("1", "Full"), ("2", "Off-peak")];

pub(super) fn companies(room: &Room) -> Reply {
    let list = room.clubs.iter().map(|club| json!({"id": number(&club.id), "name": club.name}));
    result(&list.collect())
}

/// Sales staff: a name and a number. Nobody has seen an e-mail address here.
pub(super) fn sales_reps(room: &Room, form: &Form) -> Reply {
    let club = form.filled("companyid");
    let here = |at: &Option<String>| club.is_none() || at.is_none() || at.as_deref() == club;
    let list = room.staff.iter().filter(|staff| staff.active && here(&staff.club));
    let list = list.map(
        |staff| json!({"id": number(&staff.id), "name": format!("{} {}", staff.first_name, staff.last_name)}),
    );
    result(&list.collect())
}

pub(super) fn memberships() -> Reply {
    let list = MEMBERSHIPS.iter().map(|(id, name)| json!({"id": number(id), "name": name}));
    result(&list.collect())
}

pub(super) fn contact_methods() -> Reply {
    let methods: [(u32, &str); 3] = [(1, "Phone"), (2, "E-mail"), (3, "Walk-in")];
    result(&methods.iter().map(|(id, name)| json!({"id": id, "name": name})).collect::<Value>())
}
