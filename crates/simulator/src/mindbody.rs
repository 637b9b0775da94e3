//! MINDBODY's Public API, version 6: a key, a site and a staff member's token, flat records that become nested, and referral
//! types that have names and no numbers.

mod client;
mod soap;

use serde_json::{Value, json};

use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::people::Search;
use crate::person::Kind;
use crate::room::{NewPerson, Room};
use crate::text::fold;

/// The most things of a page.
const PAGE_MAX: usize = 200;
/// As many as are given where nothing is asked for.
const PAGE_USUAL: usize = 100;
/// The most numbers that one question may name.
const IDS_MAX: usize = 20;

/// A refusal: status, code and words.
struct Refusal(u16, &'static str, String);

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Refusal(status, code, message.into())
    }
}

type Answer = Result<Reply, Refusal>;

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    if soap::is_here(call) {
        return soap::answer(room, call);
    }
    let site = call.header("siteid").to_owned();
    let (operation, answer) = match let_in(room, call, &site) {
        Ok(()) => route(room, call, &site),
        Err(refusal) => ("", Err(refusal)),
    };
    answer.unwrap_or_else(|refusal| refuse(&refusal)).of(operation, &site)
}

pub(crate) fn trouble(trouble: Trouble, call: &Incoming) -> Reply {
    if soap::is_here(call) {
        return soap::trouble(trouble);
    }
    match trouble {
        Trouble::Broken => refuse(&Refusal::new(500, "InternalServerError", "An error occurred")),
        Trouble::Throttled(_) => refuse(&Refusal::new(429, "TooManyRequests", "Too many requests")),
        Trouble::Maintenance => Reply::html(503, "Service Unavailable"),
    }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    if soap::is_here(call) {
        return soap::subject(call);
    }
    let body = call.json()?;
    let part = |name: &str| fold(body[name].as_str().unwrap_or(""));
    match call.segments().last().map(String::as_str) {
        Some("updateclient") => Some(body["Client"]["Id"].to_string()),
        Some("addclient") => Some(format!("{} {}|{}", part("FirstName"), part("LastName"), part("Email"))),
        _ => None,
    }
}

fn refuse(Refusal(status, code, message): &Refusal) -> Reply {
    Reply::json(*status, &json!({"Error": {"Message": message, "Code": code}}))
}

/// The key and the site are looked at first, then, but for the sign-in itself, the token.
fn let_in(room: &Room, call: &Incoming, site: &str) -> Result<(), Refusal> {
    if call.header("api-key") != room.config.credentials.company {
        return Err(Refusal::new(401, "DeniedAccess", "API key is not valid"));
    }
    if room.club(site).is_none() {
        return Err(Refusal::new(403, "InvalidSiteId", format!("Site {site} is not available")));
    }
    if call.path.ends_with("/usertoken/issue") {
        return Ok(());
    }
    let token = call.header("authorization");
    let token = token.strip_prefix("Bearer ").unwrap_or(token);
    match room.tokens.get(token) {
        Some(until_ms) if *until_ms > room.now_ms => Ok(()),
        _ => Err(Refusal::new(401, "DeniedAccess", "Staff identity authentication failed")),
    }
}

fn route(room: &mut Room, call: &Incoming, site: &str) -> (&'static str, Answer) {
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let ["public", "v6", path @ ..] = parts.as_slice() else {
        return ("", Err(Refusal::new(404, "NotFound", "No such resource")));
    };
    match (call.method.as_str(), path) {
        ("POST", ["usertoken", "issue"]) => ("issueToken", issue(room, call)),
        ("GET", ["site", "sites"]) => ("sites", Ok(sites(room, site))),
        ("GET", ["staff", "staff"]) => ("staff", staff(room, site, call)),
        ("GET", ["client", "clientreferraltypes"]) => ("referralTypes", Ok(referral_types(room, site, call))),
        ("GET", ["client", "requiredclientfields"]) => {
            let required = json!({"RequiredClientFields": client::REQUIRED});
            ("requiredFields", Ok(Reply::json(200, &required)))
        }
        ("GET", ["client", "clients"]) => ("clients", clients(room, site, call)),
        ("GET", ["client", "clientduplicates"]) => ("duplicates", duplicates(room, site, call)),
        ("POST", ["client", "addclient"]) => ("addClient", add(room, site, call)),
        ("POST", ["client", "updateclient"]) => ("updateClient", update(room, site, call)),
        (method, ["staff", "addstaff" | "updatestaff"]) => {
            room.staff_write(&format!("{method} {}", call.path));
            ("staff", Err(Refusal::new(403, "DeniedAccess", "Staff are not changed here")))
        }
        _ => ("", Err(Refusal::new(404, "NotFound", "No such resource"))),
    }
}

fn issue(room: &mut Room, call: &Incoming) -> Answer {
    let body = call.json().unwrap_or_default();
    let credentials = &room.config.credentials;
    if body["Username"] != json!(credentials.user) || body["Password"] != json!(credentials.secret) {
        return Err(Refusal::new(401, "DeniedAccess", "Invalid username or password"));
    }
    let token = room.dice.uuid();
    let until_ms = room.now_ms + room.config.token_ttl_s * 1000;
    room.tokens.insert(token.clone(), until_ms);
    let expires = crate::dates::instant(until_ms);
    let body = json!({"TokenType": "Bearer", "AccessToken": token, "Expires": expires});
    Ok(Reply::json(200, &body))
}

fn sites(room: &Room, site: &str) -> Reply {
    let name = room.club(site).map_or("", |club| club.name.as_str());
    let id = site.parse::<i64>().map_or(json!(site), |id| json!(id));
    Reply::json(200, &json!({"Sites": [{"Id": id, "Name": name}]}))
}

/// A page of a list, and how many there are in all.
fn paged(call: &Incoming, name: &str, all: Vec<Value>) -> Answer {
    let number = |name: &str| call.param(name).and_then(|text| text.parse::<usize>().ok());
    let limit = number("request.limit").or_else(|| number("limit")).unwrap_or(PAGE_USUAL);
    if limit > PAGE_MAX {
        return Err(Refusal::new(400, "InvalidParameter", "Limit is at most 200"));
    }
    let offset = number("request.offset").or_else(|| number("offset")).unwrap_or(0);
    let total = all.len();
    let these: Vec<Value> = all.into_iter().skip(offset).take(limit).collect();
    let pagination = json!({
        "RequestedLimit": limit, "RequestedOffset": offset, "PageSize": these.len(), "TotalResults": total,
    });
    Ok(Reply::json(200, &json!({"PaginationResponse": pagination, name: these})))
}

fn staff(room: &Room, site: &str, call: &Incoming) -> Answer {
    let one = |staff: &crate::Staff| {
        let id = staff.id.parse::<i64>().map_or(json!(staff.id), |id| json!(id));
        json!({
            "Id": id, "FirstName": staff.first_name, "LastName": staff.last_name, "Email": staff.email,
            "Active": staff.active,
        })
    };
    paged(call, "StaffMembers", room.staff_of(site).map(one).collect())
}

/// Names alone.
fn referral_types(room: &Room, site: &str, call: &Incoming) -> Reply {
    let all = call.param("request.includeInactive").is_some_and(|all| all == "true");
    let names: Vec<&str> = room
        .lead_sources_of(site)
        .filter(|source| all || source.active)
        .map(|source| source.name.as_str())
        .collect();
    Reply::json(200, &json!({"ReferralTypes": names}))
}

fn clients(room: &Room, site: &str, call: &Incoming) -> Answer {
    let ids: Vec<String> = call
        .param("request.clientIDs")
        .map(|ids| ids.split(',').map(|id| id.trim().to_owned()).collect())
        .unwrap_or_default();
    if ids.len() > IDS_MAX {
        return Err(Refusal::new(400, "InvalidParameter", "At most 20 client ids"));
    }
    let text = call.param("request.searchText").map(|text| fold(&text)).unwrap_or_default();
    let holds = |person: &&crate::Person| {
        let name = format!("{} {}", person.get("first_name"), person.get("last_name"));
        text.is_empty()
            || fold(&name).contains(&text)
            || fold(person.get("email")).contains(&text)
            || person.get("mobile").contains(text.as_str())
    };
    let found = room.people.find(site, &room.search()).into_iter();
    let found = found.filter(|person| ids.is_empty() || ids.contains(&person.id)).filter(holds);
    let since = call.param("request.lastModifiedDate").map(|text| crate::dates::local_ms(&text).ok_or(text));
    let since = since.transpose().map_err(|text| {
        Refusal::new(400, "InvalidParameter", format!("'{text}' is not valid for LastModifiedDate"))
    })?;
    let found = found.filter(|person| since.is_none_or(|since| person.updated_ms >= since));
    paged(call, "Clients", found.map(|person| client::document(room, person)).collect())
}

fn duplicates(room: &Room, site: &str, call: &Incoming) -> Answer {
    let given = |name: &str| call.param(&format!("request.{name}")).or_else(|| call.param(name));
    let (first, last, email) = (given("firstName"), given("lastName"), given("email"));
    let search = Search { last_name: last.as_deref(), email: email.as_deref(), ..room.search() };
    let found =
        room.people.find(site, &search).into_iter().filter(|person| {
            first.as_ref().is_none_or(|first| fold(first) == fold(person.get("first_name")))
        });
    paged(call, "ClientDuplicates", found.map(|person| client::document(room, person)).collect())
}

/// Nobody of a site has first name, last name and e-mail address in common with another.
fn unlike_all(room: &Room, site: &str, client: &Value) -> Result<(), Refusal> {
    let said = |name: &str| client[name].as_str().unwrap_or_default();
    let search = Search { last_name: Some(said("LastName")), email: Some(said("Email")), ..room.search() };
    let same = |person: &&crate::Person| fold(person.get("first_name")) == fold(said("FirstName"));
    if !said("Email").is_empty() && room.people.find(site, &search).iter().any(same) {
        let message = "A client with this name and email exists already";
        return Err(Refusal::new(400, "InvalidClientCreation", message));
    }
    Ok(())
}

fn add(room: &mut Room, site: &str, call: &Incoming) -> Answer {
    let body = call.json().ok_or_else(|| Refusal::new(400, "InvalidParameter", "Malformed body"))?;
    let changes = client::read(room, site, &body, true)?;
    unlike_all(room, site, &body)?;
    let kind = if body["IsProspect"] == json!(true) { Kind::Prospect } else { Kind::Member };
    if body["Test"] == json!(true) {
        return Ok(Reply::json(200, &json!({"Client": body})));
    }
    let id = room.create(NewPerson { club: site, kind, external_ref: None, changes, own: false });
    Ok(shown(room, &id))
}

fn update(room: &mut Room, site: &str, call: &Incoming) -> Answer {
    let body = call.json().ok_or_else(|| Refusal::new(400, "InvalidParameter", "Malformed body"))?;
    let client = &body["Client"];
    let id = client["Id"].as_str().map_or_else(|| client["Id"].to_string(), str::to_owned);
    if !room.people.get(&id).is_some_and(|person| person.club == site && !person.gone) {
        return Err(Refusal::new(404, "ClientNotFound", format!("Client {id} does not exist")));
    }
    let changes = client::read(room, site, client, false)?;
    let kind = client["IsProspect"].as_bool().map(|is| if is { Kind::Prospect } else { Kind::Member });
    if body["Test"] != json!(true) {
        room.update(&id, kind, &changes);
    }
    Ok(shown(room, &id))
}

fn shown(room: &Room, id: &str) -> Reply {
    let client = room.people.get(id).map(|person| client::document(room, person));
    Reply::json(200, &json!({"Client": client})).stored(id)
}
