//! The open spoke over SOAP 1.1, document/literal, for the shops of 2008.

use roxmltree::Node;

use super::Problem;
use super::people::{Save, check, find, save};
use crate::config::LeadSource;
use crate::http_call::{Incoming, Reply};
use crate::people::Search;
use crate::person::{FIELDS, Kind, Person};
use crate::room::Room;
use crate::soap::{child, content, envelope, fault as soap_fault, in_order, leaf, open, parse, text};

const SPACE: &str = "urn:connector:open-spoke:1";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Element names of a person, in the order of the schema: ours, theirs.
const PERSON: [(&str, &str); 22] = [
    ("external_id", "ExternalId"),
    ("kind", "Kind"),
    ("status", "Status"),
    ("first_name", "FirstName"),
    ("last_name", "LastName"),
    ("birth_date", "BirthDate"),
    ("gender", "Gender"),
    ("address1", "Address1"),
    ("address2", "Address2"),
    ("city", "City"),
    ("zipcode", "Zipcode"),
    ("state", "State"),
    ("country", "Country"),
    ("mobile", "Mobile"),
    ("home_phone", "HomePhone"),
    ("work_phone", "WorkPhone"),
    ("email", "Email"),
    ("company", "Company"),
    ("owner_id", "OwnerId"),
    ("lead_source_id", "LeadSourceId"),
    ("trial_start", "TrialStart"),
    ("trial_end", "TrialEnd"),
];

type Answer = Result<Reply, Problem>;

pub(super) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let Some(document) = parse(&call.body) else {
        return soap_fault("Client", "the message could not be read", "");
    };
    let Some((header, method)) = open(&document) else {
        return soap_fault("Client", "the message is not a SOAP 1.1 envelope", "");
    };
    let credentials = header.iter().find(|entry| entry.has_tag_name((SPACE, "Credentials")));
    if credentials.is_none_or(|entry| text(*entry, "Token") != room.config.credentials.secret) {
        return fault(&Problem::new("UNAUTHORISED", "the token is not accepted"));
    }
    let club = text(method, "ClubId");
    if method.tag_name().namespace() != Some(SPACE) {
        return soap_fault("Client", "the operation is not in the contract's namespace", "");
    }
    let name = method.tag_name().name();
    if name != "Health" && room.club(club).is_none() {
        return fault(&Problem::new("NOT_FOUND", format!("club {club} is not known"))).of("", club);
    }
    let (operation, answer) = match name {
        "Health" => ("Health", Ok(respond("Health", "<Ok>true</Ok>"))),
        "GetClub" => ("GetClub", Ok(club_of(room, club))),
        "SavePerson" => ("SavePerson", save_person(room, club, method)),
        "FindPerson" => ("FindPerson", Ok(find_person(room, club, method))),
        "ListStaff" => ("ListStaff", Ok(list_staff(room, club))),
        "ListLeadSources" => ("ListLeadSources", Ok(list_lead_sources(room, club))),
        "CreateLeadSource" => ("CreateLeadSource", create_lead_source(room, club, method)),
        "UpdateLeadSource" => ("UpdateLeadSource", update_lead_source(room, club, method)),
        _ => return soap_fault("Client", "the operation is not in the contract", ""),
    };
    answer.unwrap_or_else(|problem| fault(&problem)).of(operation, club)
}

pub(super) fn fault(problem: &Problem) -> Reply {
    let who = if matches!(problem.code, "THROTTLED" | "UNAVAILABLE") { "Server" } else { "Client" };
    let (code, detail) = (leaf("Code", problem.code), leaf("Detail", &problem.detail));
    let field = problem.field.as_deref().map(|field| leaf("Field", theirs(field))).unwrap_or_default();
    let id = problem.id.as_deref().map(|id| leaf("Id", id)).unwrap_or_default();
    let xml = format!("<Problem xmlns=\"{SPACE}\">{code}{field}{detail}{id}</Problem>");
    problem.with_wait(soap_fault(who, &problem.detail, &xml))
}

pub(super) fn subject(call: &Incoming) -> Option<String> {
    let document = parse(&call.body)?;
    let (_, method) = open(&document)?;
    let external = text(child(method, "Person")?, "ExternalId");
    Some(format!("{}|{external}", text(method, "ClubId")))
}

fn theirs(field: &str) -> &str {
    PERSON.iter().find(|(ours, _)| *ours == field).map_or(field, |(_, theirs)| theirs)
}

fn respond(operation: &str, inner: &str) -> Reply {
    envelope(200, &format!("<{operation}Response xmlns=\"{SPACE}\">{inner}</{operation}Response>"))
}

fn club_of(room: &Room, club: &str) -> Reply {
    let name = room.club(club).map_or("", |club| club.name.as_str());
    respond("GetClub", &format!("{}{}", leaf("Id", club), leaf("Name", name)))
}

fn save_person(room: &mut Room, club: &str, method: Node<'_, '_>) -> Answer {
    let person = child(method, "Person").ok_or_else(|| Problem::invalid("person", "Person is missing"))?;
    let mut read = Save::default();
    let mut external = "";
    for (name, node) in in_order(person, &PERSON.map(|(_, theirs)| theirs)) {
        let given = content(node);
        let cleared = node.attribute((XSI, "nil")).is_some_and(|nil| matches!(nil, "true" | "1"));
        match name {
            "ExternalId" => external = given,
            "Kind" => {
                let kind = Kind::read(given);
                read.kind = Some(
                    kind.ok_or_else(|| Problem::invalid("kind", "Kind is PROSPECT, MEMBER or EX_MEMBER"))?,
                );
            }
            _ => {
                let field = PERSON.iter().find(|(_, theirs)| *theirs == name).map(|(ours, _)| *ours);
                let Some(field) = FIELDS.into_iter().find(|known| Some(*known) == field) else { continue };
                if cleared {
                    read.changes.push((field, None));
                } else if !given.is_empty() {
                    check(field, given).map_err(|detail| Problem::invalid(field, detail))?;
                    read.changes.push((field, Some(given.to_owned())));
                }
            }
        }
    }
    if external.is_empty() {
        return Err(Problem::invalid("external_id", "ExternalId is missing"));
    }
    let (id, _) = save(room, club, external, read)?;
    Ok(respond("SavePerson", &leaf("Id", &id)).stored(&id))
}

fn find_person(room: &Room, club: &str, method: Node<'_, '_>) -> Reply {
    let search = Search { external_ref: Some(text(method, "ExternalId")), ..room.search() };
    let people: String = find(room, club, &search).into_iter().map(element).collect();
    respond("FindPerson", &format!("<People>{people}</People>"))
}

fn element(person: &Person) -> String {
    let mut inner = leaf("Id", &person.id);
    for (ours, theirs) in PERSON {
        let value = match ours {
            "external_id" => person.external_ref.as_deref(),
            "kind" => Some(person.kind.wire()),
            _ => person.fields.get(ours).map(String::as_str),
        };
        if let Some(value) = value {
            inner.push_str(&leaf(theirs, value));
        }
    }
    format!("<Person>{inner}</Person>")
}

fn list_staff(room: &Room, club: &str) -> Reply {
    let list = room.staff_of(club).map(|staff| {
        let parts = [
            leaf("Id", &staff.id),
            leaf("FirstName", &staff.first_name),
            leaf("LastName", &staff.last_name),
            leaf("Email", &staff.email),
            leaf("Active", &staff.active.to_string()),
        ];
        nest("StaffMember", &parts.concat())
    });
    respond("ListStaff", &nest("Staff", &list.collect::<Vec<_>>().concat()))
}

fn list_lead_sources(room: &Room, club: &str) -> Reply {
    let list = room.lead_sources_of(club).map(|source| {
        let parts =
            [leaf("Id", &source.id), leaf("Name", &source.name), leaf("Active", &source.active.to_string())];
        nest("LeadSource", &parts.concat())
    });
    respond("ListLeadSources", &nest("LeadSources", &list.collect::<Vec<_>>().concat()))
}

fn nest(name: &str, inner: &str) -> String {
    format!("<{name}>{inner}</{name}>")
}

fn name_in(method: Node<'_, '_>) -> Result<String, Problem> {
    let name = text(method, "Name");
    if name.is_empty() { Err(Problem::invalid("name", "Name is missing")) } else { Ok(name.to_owned()) }
}

fn create_lead_source(room: &mut Room, club: &str, method: Node<'_, '_>) -> Answer {
    let name = name_in(method)?;
    let id = room.add_lead_source(LeadSource {
        id: String::new(),
        club: Some(club.to_owned()),
        name,
        active: true,
    });
    Ok(respond("CreateLeadSource", &leaf("Id", &id)).stored(&id))
}

fn update_lead_source(room: &mut Room, club: &str, method: Node<'_, '_>) -> Answer {
    let (id, name) = (text(method, "Id"), name_in(method)?);
    if room.rename_lead_source(club, id, &name) {
        Ok(respond("UpdateLeadSource", &leaf("Id", id)).stored(id))
    } else {
        Err(Problem::new("NOT_FOUND", format!("lead source {id} is not known")))
    }
}
