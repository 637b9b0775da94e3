//! Magicline: the open API with a key for each studio, and the connect API of its web forms, on one address.

mod amendment;
mod connect;
mod contract;
mod customer;
mod directory;
mod lead;
mod problem;

use serde_json::{Value, json};

use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::person::Person;
use crate::room::Room;
use crate::text::fold;
use problem::{Problem, Said};

/// Calls that one endpoint takes in a minute.
const CALLS_PER_MINUTE: u32 = 1000;

type Answer = Result<Reply, Problem>;

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let path = match parts.as_slice() {
        ["connect", "v1", path @ ..] => return connect::answer(room, call, path),
        ["v1", path @ ..] => path,
        _ => return Problem::new(404, "NOT_FOUND", Said::NotFound).reply(call),
    };
    let Some(studio) = studio(room, call.header("x-api-key")) else {
        return Problem::new(401, "UNAUTHORIZED", Said::Unauthorised).reply(call);
    };
    if call.method == "HEAD" {
        return Reply::empty(200).of("checkKey", &studio);
    }
    if !within_limit(room, call, &studio, path) {
        return Problem::new(429, "TOO_MANY_REQUESTS", Said::TooMany).reply(call).of("", &studio);
    }
    let (operation, answer) = route(room, call, &studio, path);
    answer.unwrap_or_else(|problem| problem.reply(call)).of(operation, &studio)
}

fn route(room: &mut Room, call: &Incoming, studio: &str, path: &[&str]) -> (&'static str, Answer) {
    match (call.method.as_str(), path) {
        ("GET", ["leads", "config"]) => ("getLeadConfig", Ok(lead::config(room, studio))),
        ("POST", ["leads", "validate"]) => ("validateLead", lead::validate(room, studio, call)),
        ("POST", ["leads", "create"]) => ("createLead", lead::create(room, studio, call)),
        ("GET", ["customers"]) => ("listCustomers", customer::list(room, studio, call)),
        ("GET", ["customers", "by"]) => ("getCustomerBy", customer::by(room, studio, call)),
        ("GET", ["customers", id]) => ("getCustomer", customer::get(room, studio, id)),
        ("POST", ["customers", "search"]) => ("searchCustomers", customer::search(room, studio, call)),
        ("POST", ["customers", "create"]) => ("createCustomer", customer::create(room, studio, call)),
        ("POST", ["customers", id, "self-service", block]) => {
            ("amendCustomer", amendment::create(room, studio, (id, block), call))
        }
        ("GET", ["customers", id, "self-service", block]) => {
            ("getBlock", amendment::get(room, studio, (id, block)))
        }
        ("GET", ["memberships", "membership-offers"]) => ("listOffers", Ok(contract::offers())),
        ("POST", ["memberships", "signup"]) => ("signUp", contract::sign_up(room, studio, call)),
        ("POST", ["memberships", "customers", id, "add-membership"]) => {
            ("addMembership", contract::add(room, studio, id, call))
        }
        ("GET", ["employees"]) => ("listEmployees", directory::employees(room, studio, call)),
        (method, ["employees", ..]) => {
            room.staff_write(&format!("{method} {}", call.path));
            ("employees", Err(Problem::new(405, "METHOD_NOT_ALLOWED", Said::NotFound)))
        }
        _ => ("", Err(Problem::new(404, "NOT_FOUND", Said::NotFound))),
    }
}

/// The studio whose key this is: the first has the secret itself, each other the secret, a hyphen and its number.
fn studio(room: &Room, key: &str) -> Option<String> {
    let secret = &room.config.credentials.secret;
    let (first, others) = room.clubs.split_first()?;
    if key == secret {
        return Some(first.id.clone());
    }
    others.iter().find(|club| key == format!("{secret}-{}", club.id)).map(|club| club.id.clone())
}

/// Counts a call of an endpoint, whichever record it is about; false when there were too many in this minute.
fn within_limit(room: &mut Room, call: &Incoming, studio: &str, path: &[&str]) -> bool {
    let a_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let path: Vec<&str> = path.iter().map(|part| if a_number(part) { "{id}" } else { part }).collect();
    let minute = room.now_ms / 60_000;
    room.minutes.retain(|_, (counted, _)| *counted == minute);
    let (_, calls) =
        room.minutes.entry(format!("{studio} {} {}", call.method, path.join("/"))).or_insert((minute, 0));
    *calls += 1;
    *calls <= CALLS_PER_MINUTE
}

pub(crate) fn trouble(trouble: Trouble, call: &Incoming) -> Reply {
    match trouble {
        Trouble::Broken => Problem::new(500, "INTERNAL_SERVER_ERROR", Said::Broken).reply(call),
        Trouble::Throttled(wait_s) => Problem::new(429, "TOO_MANY_REQUESTS", Said::TooMany)
            .reply(call)
            .header("retry-after", wait_s.to_string()),
        Trouble::Maintenance => Problem::new(503, "SERVICE_UNAVAILABLE", Said::Broken).reply(call),
    }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let body = call.json().unwrap_or_default();
    let (place, first, last) = match (call.method.as_str(), parts.as_slice()) {
        ("POST", ["v1", "customers", id, "self-service", _] | ["v1", "memberships", "customers", id, _]) => {
            return Some(format!("customer|{id}"));
        }
        ("POST", ["v1", "leads", "create"]) => (&body["leadCustomer"], "firstname", "lastname"),
        ("POST", ["connect", "v1", "lead"]) => (&body, "firstname", "lastname"),
        ("POST", ["v1", "customers", "create"]) => (&body, "firstName", "lastName"),
        ("POST", ["v1", "memberships", "signup"]) => (&body["customer"], "firstName", "lastName"),
        _ => return None,
    };
    let part = |name: &str| fold(place[name].as_str().unwrap_or(""));
    Some(format!("{}|{} {}|{}", call.header("x-api-key"), part(first), part(last), part("email")))
}

/// The numbers under which one person goes: as a customer, as a lead, in addresses, and on paper.
struct Ids {
    customer: Value,
    lead: Value,
    uuid: String,
    number: String,
}

impl Ids {
    fn of(id: &str) -> Self {
        let Ok(number) = id.parse::<u64>() else {
            return Ids { customer: json!(id), lead: json!(id), uuid: id.to_owned(), number: id.to_owned() };
        };
        Ids {
            customer: json!(number),
            lead: json!(number % 1_000_000 + 40_000_000),
            uuid: format!("{:08x}-6d61-4769-8c69-{:012x}", number ^ 0x5f37_59df, number * 7919),
            number: format!("1-{}", number % 1_000_000),
        }
    }
}

/// A record of a studio that calls may see by its number.
fn known<'a>(room: &'a Room, studio: &str, id: &str) -> Result<&'a Person, Problem> {
    room.people
        .get(id)
        .filter(|person| person.club == studio && !person.gone)
        .ok_or_else(|| Problem::new(404, "CUSTOMER_NOT_FOUND", Said::NotFound))
}

/// One slice of a list: an opaque offset says where the next one begins.
fn sliced(call: &Incoming, list: &[Value]) -> Answer {
    use base64::Engine as _;
    const SLICE: usize = 50;
    const SLICE_MAX: usize = 100;
    let code = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let begin = match call.param("offset").filter(|offset| !offset.is_empty()) {
        None => Some(0),
        Some(offset) => {
            let decoded = code.decode(offset).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            decoded.and_then(|text| text.strip_prefix("at:")?.parse::<usize>().ok())
        }
    };
    let begin = begin.ok_or_else(|| Problem::about("offset", "INVALID_VALUE", Said::Invalid))?;
    let size = match call.param("sliceSize").filter(|size| !size.is_empty()) {
        None => Some(SLICE),
        Some(size) => size.parse().ok().filter(|size| *size > 0),
    };
    let size = size.ok_or_else(|| Problem::about("sliceSize", "INVALID_VALUE", Said::Invalid))?;
    let end = begin.saturating_add(size.min(SLICE_MAX)).min(list.len());
    let slice = list.get(begin..end).unwrap_or_default();
    let has_next = end < list.len();
    let offset = has_next.then(|| code.encode(format!("at:{end}")));
    Ok(Reply::json(200, &json!({"result": slice, "hasNext": has_next, "offset": offset})))
}
