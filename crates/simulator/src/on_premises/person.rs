//! A person of the club system: the document that it takes and gives, and what its code page makes of letters.

use encoding_rs::WINDOWS_1252;
use roxmltree::Node;

use super::{Refusal, given};
use crate::dates;
use crate::person::{Changes, Kind, Person};
use crate::room::Room;
use crate::soap::leaf;
use crate::text::clip;

/// How it writes a day.
const DAY: &str = "%d-%b-%Y";
const NAME_MAX_CHARS: usize = 30;
/// Fields in the order in which they are shown: ours, theirs.
const FIELDS: [(&str, &str); 20] = [
    ("last_name", "surname"),
    ("first_name", "forename"),
    ("birth_date", "born"),
    ("gender", "sex"),
    ("status", "active"),
    ("address1", "street"),
    ("address2", "street2"),
    ("city", "town"),
    ("state", "region"),
    ("zipcode", "postcode"),
    ("country", "country"),
    ("home_phone", "tel_home"),
    ("work_phone", "tel_work"),
    ("mobile", "tel_mobile"),
    ("email", "email"),
    ("company", "company"),
    ("owner_id", "seller"),
    ("lead_source_id", "source"),
    ("trial_start", "trial_from"),
    ("trial_end", "trial_to"),
];
const KINDS: [(Kind, &str); 3] = [(Kind::Prospect, "L"), (Kind::Member, "M"), (Kind::ExMember, "F")];

/// What the document says that the person is.
pub(super) fn kind(person: Node<'_, '_>) -> Result<Option<Kind>, Refusal> {
    let Some(word) = given(person, "type") else { return Ok(None) };
    let known = KINDS.iter().find(|(_, theirs)| *theirs == word).map(|(kind, _)| *kind);
    known.map(Some).ok_or_else(|| Refusal("INVALID", "type", "type is L, M or F".to_owned()))
}

/// What is said; what is left out stays, and what is empty empties.
pub(super) fn read(room: &Room, club: &str, person: Node<'_, '_>, is_new: bool) -> Result<Changes, Refusal> {
    let mut changes = Changes::new();
    for (ours, theirs) in FIELDS {
        let text = given(person, theirs);
        let named = matches!(ours, "first_name" | "last_name");
        if named && (text == Some("") || is_new && text.is_none()) {
            return Err(Refusal("MANDATORY", theirs, format!("{theirs} is mandatory")));
        }
        let Some(text) = text else { continue };
        let value = if text.is_empty() {
            None
        } else {
            let stored = store(room, club, ours, text);
            Some(stored.map_err(|said| Refusal("INVALID", theirs, format!("{theirs} {said}")))?)
        };
        changes.push((ours, value));
    }
    match room.refused(&changes, &FIELDS) {
        Some((field, message)) => {
            let theirs = FIELDS.iter().map(|(_, theirs)| *theirs).find(|theirs| *theirs == field);
            Err(Refusal("INVALID", theirs.unwrap_or("document"), message))
        }
        None => Ok(changes),
    }
}

fn store(room: &Room, club: &str, field: &str, text: &str) -> Result<String, &'static str> {
    let known = |known: bool| known.then(|| text.to_owned()).ok_or("is not known");
    match field {
        "last_name" => Ok(clip(&lossy(text).to_uppercase(), NAME_MAX_CHARS)),
        "first_name" => Ok(clip(&lossy(text), NAME_MAX_CHARS)),
        "birth_date" | "trial_start" | "trial_end" => {
            dates::read(DAY, text).ok_or("is not a date like 10-Dec-1985")
        }
        "gender" if matches!(text, "M" | "F") => Ok(text.to_owned()),
        "gender" => Err("is M or F"),
        "status" => match text {
            "Y" => Ok("ACTIVE".to_owned()),
            "N" => Ok("INACTIVE".to_owned()),
            _ => Err("is Y or N"),
        },
        "email" if !text.contains('@') => Err("is not an address"),
        "owner_id" => known(room.knows_staff(club, text)),
        "lead_source_id" => known(room.knows_lead_source(club, text)),
        _ => Ok(lossy(text)),
    }
}

/// The database knows one code page. What is not in it becomes a question mark, and nobody is told.
fn lossy(text: &str) -> String {
    let known = |c: char| !WINDOWS_1252.encode(c.encode_utf8(&mut [0; 4])).2;
    text.chars().map(|c| if known(c) { c } else { '?' }).collect()
}

/// A person as shown: every field, the empty ones as empty elements.
pub(super) fn document(person: &Person) -> String {
    let kind = KINDS.iter().find(|(kind, _)| *kind == person.kind).map_or("", |(_, theirs)| theirs);
    let mut parts = leaf("no", &person.id) + &leaf("type", kind);
    for (ours, theirs) in FIELDS {
        let stored = person.get(ours);
        let shown = match ours {
            "birth_date" | "trial_start" | "trial_end" => dates::write(DAY, stored),
            "status" => match stored {
                "ACTIVE" => "Y".to_owned(),
                "INACTIVE" => "N".to_owned(),
                _ => String::new(),
            },
            _ => stored.to_owned(),
        };
        parts.push_str(&leaf(theirs, &shown));
    }
    let entered = jiff::Timestamp::from_millisecond(person.created_ms.cast_signed()).unwrap_or_default();
    let entered = entered.strftime("%d-%b-%Y %H:%M:%S").to_string();
    format!("<person>{parts}{}</person>", leaf("entered", &entered))
}
