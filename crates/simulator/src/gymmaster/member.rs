//! Members of GymMaster: signed up for a membership, listed in full, and edited with a token of their own.

use serde_json::{Map, Value, json};

use super::directory::MEMBERSHIPS;
use super::prospect::{club, read, same};
use super::{Answer, number, result, written};
use crate::dates;
use crate::form::Form;
use crate::http_call::Reply;
use crate::people::Search;
use crate::person::{Changes, Kind, Person};
use crate::room::{NewPerson, Room};

/// Fields of a profile: ours, theirs.
const PROFILE: [(&str, &str); 13] = [
    ("first_name", "firstname"),
    ("last_name", "surname"),
    ("email", "email"),
    ("mobile", "phonecell"),
    ("home_phone", "phonehome"),
    ("work_phone", "phonework"),
    ("address1", "addressstreet"),
    ("address2", "addresssuburb"),
    ("city", "addresscity"),
    ("zipcode", "addressareacode"),
    ("country", "addresscountry"),
    ("birth_date", "dob"),
    ("gender", "gender"),
];

/// Signs a person up for a membership; a prospect with the same details becomes the member.
pub(super) fn sign_up(room: &mut Room, form: &Form) -> Answer {
    let club = club(room, form)?;
    let membership = form.filled("membershiptypeid").ok_or("membershiptypeid is required")?;
    if !MEMBERSHIPS.iter().any(|(id, _)| *id == membership) {
        return Err(format!("Unknown membershiptypeid {membership}"));
    }
    let changes = read(room, form, &PROFILE)?;
    let kind = Kind::Member;
    let id = match same(room, &club, form).map(|person| (person.id.clone(), person.kind)) {
        Some((_, Kind::Member)) => return Err("You are already a member".to_owned()),
        Some((id, _)) => {
            room.update(&id, Some(kind), &changes);
            id
        }
        None => room.create(NewPerson { club: &club, kind, external_ref: None, changes, own: false }),
    };
    let token = token(room, &id);
    Ok(written(&json!({"result": "created", "memberid": number(&id), "token": token})).stored(&id))
}

/// A token for one record; it ends with the record's number, which callers have no business to know.
pub(super) fn token(room: &mut Room, id: &str) -> String {
    let token = format!("{}.{id}", room.dice.uuid());
    let (now_ms, ttl_s) = (room.now_ms, room.config.token_ttl_s);
    room.tokens.retain(|_, expires_ms| *expires_ms > now_ms);
    room.tokens.insert(token.clone(), now_ms + ttl_s * 1000);
    token
}

/// A member's own token, for an e-mail address with any password, or for a member's number.
pub(super) fn log_in(room: &mut Room, form: &Form) -> Answer {
    let wanted = |person: &&Person| match (form.filled("memberid"), form.filled("email")) {
        (Some(id), _) => person.id == id,
        (None, Some(email)) => form.filled("password").is_some() && person.get("email") == email,
        (None, None) => false,
    };
    let found = room.people.all().iter().filter(|person| !person.gone).find(wanted);
    let id = found.map(|person| person.id.clone()).ok_or("Login failed")?;
    let (token, expires_s) = (token(room, &id), room.config.token_ttl_s);
    Ok(result(&json!({"token": token, "expires": expires_s, "memberid": number(&id)})))
}

/// Whose token it is.
fn holder(room: &Room, form: &Form) -> Result<String, String> {
    let token = form.filled("token").ok_or("token is required")?;
    let runs = room.tokens.get(token).is_some_and(|expires_ms| *expires_ms > room.now_ms);
    let id = token.rsplit_once('.').map(|(_, id)| id).filter(|_| runs).ok_or("Invalid or expired token")?;
    room.people
        .get(id)
        .filter(|person| !person.gone)
        .map(|person| person.id.clone())
        .ok_or_else(|| "Member not found".to_owned())
}

pub(super) fn profile(room: &Room, form: &Form) -> Answer {
    let id = holder(room, form)?;
    Ok(result(&room.people.get(&id).map_or(Value::Null, document)))
}

/// Changes what is sent; an empty field is emptied.
pub(super) fn update(room: &mut Room, form: &Form) -> Answer {
    let id = holder(room, form)?;
    let mut changes = Changes::new();
    for (ours, theirs) in PROFILE {
        match form.sent(theirs).map(str::trim) {
            Some("") if matches!(ours, "first_name" | "last_name" | "email") => {
                return Err(format!("{theirs} is required"));
            }
            Some("") => changes.push((ours, None)),
            Some(text) => changes.push((ours, Some(store(ours, theirs, text)?))),
            None => {}
        }
    }
    if let Some((_, message)) = room.refused(&changes, &PROFILE) {
        return Err(message);
    }
    room.update(&id, None, &changes);
    Ok(written(&json!({"result": "updated", "memberid": number(&id)})).stored(&id))
}

/// Everyone who is or was a member; prospects are not in it, and nothing pages or filters by date.
pub(super) fn list(room: &Room, form: &Form) -> Reply {
    let visible_by_ms = room.search().created_by_ms;
    let club = form.filled("companyid");
    let members = room.people.all().iter().filter(|person| {
        person.kind != Kind::Prospect
            && !person.gone
            && person.created_ms <= visible_by_ms
            && club.is_none_or(|club| person.club == club)
    });
    result(&members.map(document).collect())
}

/// Who has this e-mail address, the oldest of several; a sentence where nobody has it.
pub(super) fn exists(room: &Room, form: &Form) -> Answer {
    let email = form.filled("email").ok_or("email is required")?;
    let search = Search { email: Some(email), ..room.search() };
    let clubs = room.clubs.iter().filter(|club| form.filled("companyid").is_none_or(|only| only == club.id));
    let found = clubs.filter_map(|club| room.people.find(&club.id, &search).into_iter().next());
    Ok(result(&found.min_by_key(|person| person.created_ms).map_or_else(
        || json!("Member not found"),
        |oldest| json!({"id": number(&oldest.id), "current_member": oldest.kind == Kind::Member}),
    )))
}

/// What is kept of a value.
pub(super) fn store(ours: &str, theirs: &str, text: &str) -> Result<String, String> {
    match ours {
        "email" if !text.contains('@') => Err("email is not a valid email address".to_owned()),
        "birth_date" => dates::read("%Y-%m-%d", text).ok_or_else(|| format!("{theirs} is not a date")),
        "gender" => match text {
            "M" | "F" => Ok(text.to_owned()),
            _ => Err(format!("{theirs} is M or F")),
        },
        _ => Ok(text.to_owned()),
    }
}

fn document(person: &Person) -> Value {
    let mut shown = Map::new();
    shown.insert("memberid".to_owned(), number(&person.id));
    shown.insert("companyid".to_owned(), number(&person.club));
    for (ours, theirs) in PROFILE {
        shown.insert(theirs.to_owned(), json!(person.get(ours)));
    }
    let status = match person.kind {
        Kind::Prospect => "Prospect",
        Kind::Member => "Current",
        Kind::ExMember => "Expired",
    };
    shown.insert("status".to_owned(), json!(status));
    Value::Object(shown)
}
