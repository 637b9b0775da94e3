//! A person as a platform holds them, in one vocabulary for all platforms, so that tests can compare.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::text::{digits, fold};

/// The fields of a person. Dates are `yyyy-mm-dd`, gender `M`/`F`, status `ACTIVE`/`INACTIVE`, whatever the platform
/// writes on its wire; `owner_id` and `lead_source_id` are the platform's own numbers.
pub const FIELDS: [&str; 20] = [
    "status",
    "first_name",
    "last_name",
    "birth_date",
    "gender",
    "address1",
    "address2",
    "city",
    "zipcode",
    "state",
    "country",
    "mobile",
    "home_phone",
    "work_phone",
    "email",
    "company",
    "owner_id",
    "lead_source_id",
    "trial_start",
    "trial_end",
];

/// The field of that name.
pub(crate) fn field(name: &str) -> Option<&'static str> {
    FIELDS.into_iter().find(|field| *field == name)
}

/// What a person is to the club.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// A lead.
    Prospect,
    /// A running membership.
    Member,
    /// A membership that ended.
    ExMember,
}

impl Kind {
    /// The literal of the wire contracts that are ours.
    pub const fn wire(self) -> &'static str {
        match self {
            Kind::Prospect => "PROSPECT",
            Kind::Member => "MEMBER",
            Kind::ExMember => "EX_MEMBER",
        }
    }

    pub(crate) fn read(literal: &str) -> Option<Kind> {
        [Kind::Prospect, Kind::Member, Kind::ExMember].into_iter().find(|kind| kind.wire() == literal)
    }
}

/// The values a person has.
pub type Fields = BTreeMap<&'static str, String>;

/// What a write changes: a value, or none to empty the field.
pub(crate) type Changes = Vec<(&'static str, Option<String>)>;

/// A stored person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Person {
    /// The platform's number of the record.
    pub id: String,
    /// The platform's number of the club.
    pub club: String,
    /// What the person is to the club.
    pub kind: Kind,
    /// The caller's own id of the person, where the platform keeps one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
    /// The values, as the platform stores them.
    #[serde(flatten)]
    pub fields: Fields,
    /// When the record was created, in milliseconds since 1970.
    pub created_ms: u64,
    /// When it was last written, in milliseconds since 1970.
    pub updated_ms: u64,
    /// How often it was written by calls.
    pub writes: u32,
    /// Whether the platform's own people made it.
    pub own: bool,
    /// Whether the platform's own people removed it.
    pub gone: bool,
}

impl Person {
    /// A value, empty if there is none.
    pub fn get(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }

    pub(crate) fn apply(&mut self, changes: &Changes) {
        for (field, value) in changes {
            match value {
                Some(value) if !value.is_empty() => self.fields.insert(field, value.clone()),
                _ => self.fields.remove(field),
            };
        }
    }
}

/// Full name, e-mail and mobile in one key: two records that share it are one human stored twice. None when there is
/// neither e-mail nor mobile, for two people may well share a name.
pub(crate) fn human(club: &str, fields: &Fields) -> Option<String> {
    let get = |name: &str| fields.get(name).map_or("", String::as_str);
    let (email, mobile) = (fold(get("email")), digits(get("mobile")));
    if email.is_empty() && mobile.is_empty() {
        return None;
    }
    let name = fold(&format!("{} {}", get("first_name"), get("last_name")));
    Some(format!("{club}\u{1f}{name}\u{1f}{email}\u{1f}{mobile}"))
}
