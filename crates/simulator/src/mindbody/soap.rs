//! MINDBODY's older API, SOAP 0_5: the same clients, staff and referral types at the same address, with the credentials in the
//! body of each request, and refusals that are answers with a status of their own.

use roxmltree::Node;
use serde_json::{Map, Value, json};

use super::{Refusal, client};
use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::person::Kind;
use crate::room::{NewPerson, Room};
use crate::soap::{self, child, content, leaf, text};
use crate::text::fold;

/// The namespace of every service, and the beginning of every action.
const SPACE: &str = "http://clients.mindbodyonline.com/api/0_5";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The name of the source whose password is the key.
const SOURCE: &str = "Connector";
/// As many as are given where nothing is asked for, and the most.
const PAGE_USUAL: usize = 100;
const PAGE_MAX: usize = 1000;
/// The most clients of one request.
const BATCH_MAX: usize = 100;

/// An answer that is no success: its status, its code and its words.
struct No(&'static str, u16, String);

type Answer = Result<String, No>;

/// Whether a path is one of this API's.
pub(super) fn is_here(call: &Incoming) -> bool {
    call.path.starts_with("/0_5/")
}

pub(super) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let Some(document) = soap::parse(&call.body) else {
        return fault("Client", "Server was unable to read request. There is an error in XML document.");
    };
    let Some((_, method)) = soap::open(&document) else {
        return fault("Client", "Possible SOAP version mismatch: Envelope namespace was unexpected.");
    };
    let (name, action) = (method.tag_name().name(), call.header("soapaction").trim_matches('"'));
    let Some(operation) = operation(&call.path, name) else {
        if name.contains("UpdateStaff") {
            room.staff_write(name);
        }
        return fault(
            "Client",
            &format!("Server did not recognize the value of HTTP Header SOAPAction: {action}."),
        );
    };
    if method.tag_name().namespace() != Some(SPACE) || action != format!("{SPACE}/{name}") {
        return fault(
            "Client",
            &format!("Server did not recognize the value of HTTP Header SOAPAction: {action}."),
        );
    }
    let Some(request) = child(method, "Request") else {
        return result(operation, &status("InvalidParameters", 101, "Request is missing"));
    };
    let mut stored = None;
    let (site, answer) = match let_in(room, request) {
        Ok(site) => {
            let answer = match operation {
                "GetSites" => Ok(sites(room, &site, request)),
                "GetStaff" => Ok(staff(room, &site, request)),
                "GetClientReferralTypes" => Ok(referral_types(room, &site, request)),
                "GetRequiredClientFields" => Ok(required_fields(request)),
                "GetClients" => clients(room, &site, request),
                _ => save(room, &site, request, &mut stored),
            };
            (site, answer)
        }
        Err(no) => (String::new(), Err(no)),
    };
    let inner = answer.unwrap_or_else(|No(what, code, message)| status(what, code, &message));
    let reply = result(operation, &inner).of(operation, &site);
    stored.iter().fold(reply, |reply, id: &String| reply.stored(id))
}

pub(super) fn trouble(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::Broken => fault("Server", "Server was unable to process request."),
        Trouble::Throttled(wait_s) => {
            Reply::html(503, "Service Unavailable").header("retry-after", wait_s.to_string())
        }
        Trouble::Maintenance => Reply::html(503, "Service Unavailable"),
    }
}

pub(super) fn subject(call: &Incoming) -> Option<String> {
    let document = soap::parse(&call.body)?;
    let (_, method) = soap::open(&document)?;
    if method.tag_name().name() != "AddOrUpdateClients" {
        return None;
    }
    let client = child(child(child(method, "Request")?, "Clients")?, "Client")?;
    let part = |name: &str| fold(text(client, name));
    Some(match text(client, "ID") {
        "" => format!("{} {}|{}", part("FirstName"), part("LastName"), part("Email")),
        id => format!("\"{id}\""),
    })
}

/// The calls of each service.
fn operation(path: &str, name: &str) -> Option<&'static str> {
    let offered: &[&'static str] = match path {
        "/0_5/ClientService.asmx" => {
            &["AddOrUpdateClients", "GetClients", "GetClientReferralTypes", "GetRequiredClientFields"]
        }
        "/0_5/StaffService.asmx" => &["GetStaff"],
        "/0_5/SiteService.asmx" => &["GetSites"],
        _ => &[],
    };
    offered.iter().find(|offered| **offered == name).copied()
}

/// The source, then the staff member, both for the site that the source names; says which site.
fn let_in(room: &Room, request: Node<'_, '_>) -> Result<String, No> {
    let no = |message: &str| No("InvalidCredentials", 102, message.to_owned());
    let credentials = &room.config.credentials;
    let site = |part: Node<'_, '_>| {
        child(part, "SiteIDs").and_then(|ids| child(ids, "int")).map_or("", content).to_owned()
    };
    let source = child(request, "SourceCredentials").ok_or_else(|| no("Source credentials are missing."))?;
    if text(source, "SourceName") != SOURCE || text(source, "Password") != credentials.company {
        return Err(no("Invalid source credentials."));
    }
    let user = child(request, "UserCredentials").ok_or_else(|| no("User credentials are missing."))?;
    if text(user, "Username") != credentials.user || text(user, "Password") != credentials.secret {
        return Err(no("Invalid user credentials."));
    }
    let (at, theirs) = (site(source), site(user));
    if room.club(&at).is_none() || at != theirs {
        return Err(no(&format!("Check that SiteID's are associated with your source credentials: {at}.")));
    }
    Ok(at)
}

fn fault(who: &str, said: &str) -> Reply {
    soap::fault(who, said, "")
}

fn result(operation: &str, inner: &str) -> Reply {
    soap::envelope(
        200,
        &format!(
            "<{operation}Response xmlns=\"{SPACE}\"><{operation}Result>{inner}</{operation}Result></{operation}Response>"
        ),
    )
}

fn status(what: &str, code: u16, message: &str) -> String {
    let (what, code, message) =
        (leaf("Status", what), leaf("ErrorCode", &code.to_string()), leaf("Message", message));
    format!("{what}{code}{message}<XMLDetail>Full</XMLDetail><ResultCount>0</ResultCount>")
}

/// A page of a list, of which there is always one, and how many there are in all. Pages are counted from 0.
fn paged(request: Node<'_, '_>, name: &str, all: &[String]) -> String {
    let number = |name: &str| text(request, name).parse::<usize>().ok();
    let size = number("PageSize").filter(|size| *size > 0).unwrap_or(PAGE_USUAL).min(PAGE_MAX);
    let index = number("CurrentPageIndex").unwrap_or(0);
    let these: String = all.iter().skip(index * size).take(size).map(String::as_str).collect();
    let pages = all.len().div_ceil(size).max(1);
    let (count, index, pages) = (all.len().to_string(), index.to_string(), pages.to_string());
    let head = "<Status>Success</Status><ErrorCode>200</ErrorCode><XMLDetail>Full</XMLDetail>";
    let numbers =
        [leaf("ResultCount", &count), leaf("CurrentPageIndex", &index), leaf("TotalPageCount", &pages)];
    format!("{head}{}<{name}>{these}</{name}>", numbers.concat())
}

fn sites(room: &Room, site: &str, request: Node<'_, '_>) -> String {
    let name = room.club(site).map_or("", |club| club.name.as_str());
    let one = format!("<Site>{}{}</Site>", leaf("ID", site), leaf("Name", name));
    paged(request, "Sites", &[one])
}

fn staff(room: &Room, site: &str, request: Node<'_, '_>) -> String {
    let one = |staff: &crate::Staff| {
        let name = format!("{} {}", staff.first_name, staff.last_name);
        let parts = [
            leaf("Email", &staff.email),
            leaf("ID", &staff.id),
            leaf("Name", &name),
            leaf("FirstName", &staff.first_name),
            leaf("LastName", &staff.last_name),
        ];
        format!("<Staff>{}</Staff>", parts.concat())
    };
    let all: Vec<String> = room.staff_of(site).filter(|staff| staff.active).map(one).collect();
    paged(request, "StaffMembers", &all)
}

/// Names alone.
fn referral_types(room: &Room, site: &str, request: Node<'_, '_>) -> String {
    let all = room.lead_sources_of(site).filter(|source| source.active);
    let all: Vec<String> = all.map(|source| leaf("string", &source.name)).collect();
    paged(request, "ReferralTypes", &all)
}

fn required_fields(request: Node<'_, '_>) -> String {
    paged(request, "RequiredClientFields", &client::REQUIRED.map(|name| leaf("string", name)))
}

fn clients(room: &Room, site: &str, request: Node<'_, '_>) -> Answer {
    let wanted = fold(text(request, "SearchText"));
    let ids: Vec<&str> = child(request, "ClientIDs")
        .map(|ids| ids.children().filter(Node::is_element).map(content).collect())
        .unwrap_or_default();
    if wanted.is_empty() && ids.is_empty() {
        return Err(No("InvalidParameters", 101, "SearchText or ClientIDs is needed".to_owned()));
    }
    let holds = |person: &&crate::Person| {
        let name = format!("{} {}", person.get("first_name"), person.get("last_name"));
        wanted.is_empty() || fold(&name).contains(&wanted) || fold(person.get("email")).contains(&wanted)
    };
    let found = room.people.find(site, &room.search()).into_iter();
    let found = found.filter(|person| ids.is_empty() || ids.contains(&person.id.as_str())).filter(holds);
    let all: Vec<String> = found.map(|person| element(&client::document(room, person), None, &[])).collect();
    Ok(paged(request, "Clients", &all))
}

/// Each client for itself: one that is refused says so, and the others are stored.
fn save(room: &mut Room, site: &str, request: Node<'_, '_>, stored: &mut Option<String>) -> Answer {
    let adds = match text(request, "UpdateAction") {
        "AddNew" | "" => true,
        "Fail" => false,
        other => return Err(No("InvalidParameters", 101, format!("UpdateAction {other} is not valid"))),
    };
    let test = text(request, "Test") == "true";
    let clients = child(request, "Clients");
    let clients: Vec<_> =
        clients.map(|all| all.children().filter(Node::is_element).collect()).unwrap_or_default();
    if clients.is_empty() || clients.len() > BATCH_MAX {
        return Err(No("InvalidParameters", 101, format!("Between 1 and {BATCH_MAX} clients are needed")));
    }
    let all: Vec<String> = clients
        .into_iter()
        .map(|node| match one(room, site, node, (adds, test), stored) {
            Ok(client) => client,
            Err(Refusal(_, _, message)) => element(&given(node), Some("Failed"), &[message]),
        })
        .collect();
    Ok(paged(request, "Clients", &all))
}

fn one(
    room: &mut Room,
    site: &str,
    node: Node<'_, '_>,
    (adds, test): (bool, bool),
    stored: &mut Option<String>,
) -> Result<String, Refusal> {
    let (client, id) = (given(node), text(node, "ID"));
    let known = room.people.get(id).is_some_and(|person| person.club == site && !person.gone);
    if !known && (!id.is_empty() || !adds) {
        return Err(Refusal::new(200, "ClientNotFound", format!("Client {id} was not found")));
    }
    let changes = client::read(room, site, &client, !known)?;
    let kind = client["IsProspect"].as_bool().map(|is| if is { Kind::Prospect } else { Kind::Member });
    if !known {
        super::unlike_all(room, site, &client)?;
    }
    let action = if known { "Updated" } else { "Added" };
    if test {
        return Ok(element(&client, Some(action), &[]));
    }
    let id = if known {
        room.update(id, kind, &changes);
        id.to_owned()
    } else {
        let kind = kind.unwrap_or(Kind::Member);
        room.create(NewPerson { club: site, kind, external_ref: None, changes, own: false })
    };
    let shown = room.people.get(&id).map(|person| client::document(room, person)).unwrap_or_default();
    *stored = Some(id);
    Ok(element(&shown, Some(action), &[]))
}

/// A client as it was sent, in the shape that both APIs read. What says `xsi:nil` is null.
fn given(node: Node<'_, '_>) -> Value {
    let mut client = Map::new();
    for part in node.children().filter(Node::is_element) {
        let name = part.tag_name().name();
        let nil = part.attribute((XSI, "nil")).is_some_and(|nil| matches!(nil, "true" | "1"));
        let value = match (name, content(part)) {
            _ if nil => Value::Null,
            ("IsProspect", flag) => json!(flag == "true"),
            ("SalesReps", _) => {
                let reps = part.children().filter(Node::is_element);
                reps.map(|rep| json!({"Id": text(rep, "ID")})).collect()
            }
            (_, text) => json!(text),
        };
        client.insert(name.to_owned(), value);
    }
    Value::Object(client)
}

/// A client as it is shown: what it did, why not, and every field, the empty ones as nil.
fn element(client: &Value, action: Option<&str>, messages: &[String]) -> String {
    let said: String = messages.iter().map(|message| leaf("string", message)).collect();
    let messages = if said.is_empty() { said } else { format!("<Messages>{said}</Messages>") };
    let action = leaf("Action", action.unwrap_or("None"));
    let parts: String =
        client.as_object().into_iter().flatten().map(|(name, value)| part(name, value)).collect();
    format!("<Client xmlns:xsi=\"{XSI}\">{messages}{action}{parts}</Client>")
}

fn part(name: &str, value: &Value) -> String {
    let name = match name {
        "Id" => "ID",
        "UniqueId" => "UniqueID",
        other => other,
    };
    match value {
        Value::Null => format!("<{name} xsi:nil=\"true\"/>"),
        Value::Array(reps) => {
            let id = |rep: &Value| rep["Id"].as_str().map_or_else(|| rep["Id"].to_string(), str::to_owned);
            let reps: Vec<String> =
                reps.iter().map(|rep| format!("<Rep>{}</Rep>", leaf("ID", &id(rep)))).collect();
            format!("<{name}>{}</{name}>", reps.concat())
        }
        Value::String(text) => leaf(name, text),
        other => leaf(name, &other.to_string()),
    }
}
