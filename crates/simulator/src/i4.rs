//! Jonas I4: SOAP 1.1 in the manner of WCF, on premises. It takes prospects and updates, and answers nothing else.

use roxmltree::Node;

use crate::dates;
use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::person::{Changes, Kind};
use crate::room::{NewPerson, Room};
use crate::soap::{self, child, content, in_order, leaf, text};
use crate::text::{clip, fold};

const METHODS: &str = "http://tempuri.org/";
const CORE: &str = "http://jonasfitness.com/Core/";
const NAME_MAX_CHARS: usize = 30;
const STATE_MAX_CHARS: usize = 3;
/// Fields in the order of the data contract: ours, theirs.
const CUSTOMER: [(&str, &str); 16] = [
    ("first_name", "FirstName"),
    ("last_name", "LastName"),
    ("email", "Email"),
    ("mobile", "MobilePhone"),
    ("home_phone", "HomePhone"),
    ("work_phone", "WorkPhone"),
    ("address1", "Address"),
    ("city", "City"),
    ("state", "State"),
    ("zipcode", "PostalCode"),
    ("country", "Country"),
    ("birth_date", "BirthDate"),
    ("gender", "Gender"),
    ("status", "Status"),
    ("trial_start", "TrialBegin"),
    ("trial_end", "TrialEnd"),
];

struct Refusal {
    field: String,
    message: String,
}

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let credentials = &room.config.credentials;
    if call.basic() != Some((credentials.user.clone(), credentials.secret.clone())) {
        return Reply::html(401, "401 - Unauthorized: Access is denied due to invalid credentials.")
            .header("www-authenticate", "Basic realm=\"Jonas\"");
    }
    if call.method != "POST" || call.path != "/Jonas/CustomerService.svc" {
        return Reply::html(404, "404 - File or directory not found.");
    }
    if !call.header("content-type").starts_with("text/xml") {
        return Reply::html(
            415,
            "415 - Cannot process the message because the content type was not the expected type.",
        );
    }
    let Some(document) = soap::parse(&call.body) else {
        return soap::fault("Client", "The message could not be read", "");
    };
    let Some((header, method)) = soap::open(&document) else {
        return soap::fault("Client", "The message is not a SOAP 1.1 envelope", "");
    };
    let (name, action) = (method.tag_name().name(), call.header("soapaction").trim_matches('"'));
    if name.contains("Employee") || name.contains("Staff") {
        room.staff_write(name);
    }
    let args: &[&str] = match name {
        "GetClub" => &["ClubId"],
        "AddProspect" => &["ClubId", "Prospect"],
        "UpdateCustomer" => &["ClubId", "CustomerId", "CustomerType", "Customer"],
        _ => &[],
    };
    if args.is_empty()
        || method.tag_name().namespace() != Some(METHODS)
        || action != format!("{METHODS}ICustomerService/{name}")
    {
        return soap::fault(
            "Client",
            &format!("The action '{action}' cannot be processed at the receiver"),
            "",
        );
    }
    let company =
        header.iter().find(|entry| entry.has_tag_name((CORE, "CompanyId"))).map_or("", |id| content(*id));
    if company != room.config.credentials.company {
        return soap::fault("Client", &format!("Company {company} is not known"), "");
    }
    let args = in_order(method, args);
    let arg = |name: &str| args.iter().find(|(arg, _)| *arg == name).map(|(_, node)| *node);
    let club = arg("ClubId").map_or("", content);
    let Some(known) = room.club(club) else {
        return soap::fault("Client", &format!("Club {club} is not known"), "");
    };
    match name {
        "GetClub" => {
            let (id, name) = (leaf("ClubId", &known.id), leaf("Name", &known.name));
            result("GetClub", &format!("<Status>Success</Status>{id}{name}")).of("GetClub", club)
        }
        "AddProspect" => add_prospect(room, club, arg("Prospect")).of("AddProspect", club),
        _ => {
            let id = arg("CustomerId").map_or("", content);
            let kind = arg("CustomerType").map_or("", content);
            update_customer(room, club, (id, kind), arg("Customer")).of("UpdateCustomer", club)
        }
    }
}

pub(crate) fn trouble(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::Broken => soap::fault("Server", "The server was unable to process the request", ""),
        Trouble::Throttled(wait_s) => {
            Reply::html(503, "Server Too Busy").header("retry-after", wait_s.to_string())
        }
        Trouble::Maintenance => Reply::html(200, "Jonas I4 is down for maintenance"),
    }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    let document = soap::parse(&call.body)?;
    let (_, method) = soap::open(&document)?;
    let club = text(method, "ClubId");
    match method.tag_name().name() {
        "UpdateCustomer" => Some(format!("{club}|{}", text(method, "CustomerId"))),
        "AddProspect" => {
            let prospect = child(method, "Prospect")?;
            let part = |name: &str| fold(text(prospect, name));
            Some(format!(
                "{club}|{} {}|{}|{}",
                part("FirstName"),
                part("LastName"),
                part("Email"),
                part("MobilePhone")
            ))
        }
        _ => None,
    }
}

fn result(method: &str, inner: &str) -> Reply {
    soap::envelope(
        200,
        &format!(
            "<{method}Response xmlns=\"{METHODS}\"><{method}Result>{inner}</{method}Result></{method}Response>"
        ),
    )
}

/// A refusal is a success of HTTP.
fn refuse(method: &str, refusal: &Refusal) -> Reply {
    let (message, field) = (leaf("Message", &refusal.message), leaf("Field", &refusal.field));
    result(method, &format!("<Status>Error</Status>{message}{field}"))
}

fn add_prospect(room: &mut Room, club: &str, prospect: Option<Node<'_, '_>>) -> Reply {
    let changes = match prospect.map_or_else(|| Ok(Changes::new()), |prospect| read(room, prospect)) {
        Ok(changes) => changes,
        Err(refusal) => return refuse("AddProspect", &refusal),
    };
    for (ours, theirs) in &CUSTOMER[..2] {
        if !changes.iter().any(|(name, value)| name == ours && value.is_some()) {
            let refusal = Refusal { field: (*theirs).to_owned(), message: format!("{theirs} is mandatory") };
            return refuse("AddProspect", &refusal);
        }
    }
    let id = room.create(NewPerson { club, kind: Kind::Prospect, external_ref: None, changes, own: false });
    result("AddProspect", &format!("<Status>Success</Status>{}<Message/><Field/>", leaf("CustomerId", &id)))
        .stored(&id)
}

fn update_customer(room: &mut Room, club: &str, who: (&str, &str), customer: Option<Node<'_, '_>>) -> Reply {
    let (id, kind) = who;
    if room.people.get(id).is_none_or(|person| person.club != club || person.gone) {
        let said = leaf("Message", &format!("Customer {id} does not exist"));
        return result(
            "UpdateCustomer",
            &format!("<Status>NotFound</Status>{said}<Field>CustomerId</Field>"),
        );
    }
    let kind = match kind {
        "" => None,
        "P" => Some(Kind::Prospect),
        "M" => Some(Kind::Member),
        "X" => Some(Kind::ExMember),
        _ => {
            let refusal = Refusal { field: "CustomerType".to_owned(), message: "Use P, M or X".to_owned() };
            return refuse("UpdateCustomer", &refusal);
        }
    };
    match customer.map_or_else(|| Ok(Changes::new()), |customer| read(room, customer)) {
        Ok(changes) => {
            room.update(id, kind, &changes);
            result("UpdateCustomer", "<Status>Success</Status><Message/><Field/>").stored(id)
        }
        Err(refusal) => refuse("UpdateCustomer", &refusal),
    }
}

/// Reads a customer: shouted, clipped, and only what came in the contract's order.
fn read(room: &Room, customer: Node<'_, '_>) -> Result<Changes, Refusal> {
    let order = CUSTOMER.map(|(_, theirs)| theirs);
    let mut changes = Changes::new();
    for (theirs, node) in in_order(customer, &order) {
        let Some((ours, _)) = CUSTOMER.iter().find(|(_, name)| *name == theirs) else { continue };
        let given = content(node);
        let value = if given.is_empty() {
            None
        } else {
            let stored = store(ours, given)
                .map_err(|message| Refusal { field: theirs.to_owned(), message: message.to_owned() })?;
            Some(stored)
        };
        if value.is_none() && matches!(*ours, "first_name" | "last_name") {
            return Err(Refusal { field: theirs.to_owned(), message: format!("{theirs} is mandatory") });
        }
        changes.push((ours, value));
    }
    match room.refused(&changes, &CUSTOMER) {
        Some((field, message)) => Err(Refusal { field, message }),
        None => Ok(changes),
    }
}

fn store(field: &str, given: &str) -> Result<String, &'static str> {
    let date = || dates::read("%m/%d/%Y", given).ok_or("Dates are MM/dd/yyyy");
    match field {
        "first_name" | "last_name" => Ok(clip(&given.to_uppercase(), NAME_MAX_CHARS)),
        "email" if !given.contains('@') => Err("Invalid e-mail address"),
        "state" if given.chars().count() > STATE_MAX_CHARS => Err("State is longer than 3 characters"),
        "birth_date" | "trial_start" | "trial_end" => date(),
        "gender" => match given {
            "Male" => Ok("M".to_owned()),
            "Female" => Ok("F".to_owned()),
            _ => Err("Gender is Male or Female"),
        },
        "status" => match given {
            "A" => Ok("ACTIVE".to_owned()),
            "I" => Ok("INACTIVE".to_owned()),
            _ => Err("Status is A or I"),
        },
        _ => Ok(given.to_owned()),
    }
}
