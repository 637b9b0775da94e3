//! A club system of 2008 on a club's own premises: SOAP 1.1 in the rpc style with encoded values, a UsernameToken, windows-1252,
//! whole documents inside of texts, and a save that does not say whom it made. Its WSDL is `wsdl/club-server-2008.wsdl`.

mod person;
mod user;

use roxmltree::Node;

use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::people::Search;
use crate::person::Kind;
use crate::room::{NewPerson, Room};
use crate::soap::{self, leaf, text};
use crate::text::{fold, xml};

const SPACE: &str = "urn:ClubServer";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const ENCODING: &str = "http://schemas.xmlsoap.org/soap/encoding/";
const PATH: &str = "/ClubServer/services/Persons";
const WSDL: &str = include_str!("../wsdl/club-server-2008.wsdl");
/// The content type of every answer.
const OLD_XML: &str = "text/xml; charset=windows-1252";

/// A refusal, which here is a fault: its code, the field it is about, and the words.
#[derive(Debug)]
struct Refusal(&'static str, &'static str, String);

/// What an operation gives.
enum Returned {
    /// A document as text.
    Document(String),
    /// A list of things of one kind.
    Things(&'static str, Vec<String>),
}

type Answer = Result<Returned, Refusal>;

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    if call.path != PATH {
        return Reply::html(404, "HTTP Status 404 - /ClubServer");
    }
    if call.method == "GET" && call.query.eq_ignore_ascii_case("wsdl") {
        return Reply::new(200, OLD_XML, WSDL);
    }
    if call.method != "POST" || !call.headers.contains_key("soapaction") {
        return fault("Client.NoSOAPAction", "no SOAPAction header!", "");
    }
    let letters = decoded(call);
    let Some(document) = soap::parse(letters.as_bytes()) else {
        return fault("Server.userException", "org.xml.sax.SAXParseException", "");
    };
    let Some((header, method)) = soap::open(&document) else {
        return fault("VersionMismatch", "Version Mismatch", "");
    };
    if !user::is_let_in(room, &header) {
        let said = "The security token could not be authenticated or authorized";
        return fault("wsse:FailedAuthentication", said, "");
    }
    let name = method.tag_name().name();
    if name.contains("saveStaff") {
        room.staff_write(name);
    }
    let Some((operation, names)) = parameters(name).filter(|_| method.tag_name().namespace() == Some(SPACE))
    else {
        return fault("Client", &format!("No such operation '{name}'"), "");
    };
    let mut values = Vec::new();
    for name in names {
        // A parameter is in no namespace and says its type.
        let given = method.children().find(|child| child.has_tag_name(*name));
        match given.filter(|given| given.attribute((XSI, "type")).is_some()) {
            Some(given) => values.push(given.text().unwrap_or_default()),
            None => {
                return fault("Server.userException", &format!("No deserializer for parameter {name}"), "");
            }
        }
    }
    let club = values[0].trim();
    let mut stored = None;
    let answer = if room.club(club).is_none() {
        Err(Refusal("UNKNOWN_CLUB", "club", format!("Club {club} is not known")))
    } else {
        carry_out(room, operation, &values, &mut stored)
    };
    let reply = match answer {
        Ok(returned) => envelope(200, &respond(operation, &returned)),
        Err(Refusal(code, field, message)) => {
            let detail = format!("{}{}", typed("code", code), typed("field", field));
            fault(
                "Server.userException",
                &message,
                &format!("<fault xsi:type=\"ns1:Refusal\" xmlns:ns1=\"{SPACE}\">{detail}</fault>"),
            )
        }
    };
    stored.iter().fold(reply, |reply, id: &String| reply.stored(id)).of(operation, club)
}

pub(crate) fn trouble(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::Broken => fault("Server.userException", "java.sql.SQLException: Connection reset", ""),
        Trouble::Throttled(wait_s) => {
            let detail = typed("seconds", &wait_s.to_string());
            fault("Server.Busy", "Too many requests at a time", &format!("<busy>{detail}</busy>"))
        }
        Trouble::Maintenance => {
            Reply::html(503, "HTTP Status 503 - Servlet Persons is currently unavailable")
        }
    }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    let letters = decoded(call);
    let document = soap::parse(letters.as_bytes())?;
    let (_, method) = soap::open(&document)?;
    let given = text(method, "document");
    if method.tag_name().name() != "savePerson" {
        return None;
    }
    let inner = soap::parse(given.as_bytes())?;
    let part = |name: &str| fold(text(inner.root_element(), name));
    Some(match part("no").as_str() {
        "" => format!("{} {}|{}|{}", part("forename"), part("surname"), part("email"), part("tel_mobile")),
        no => no.to_owned(),
    })
}

/// The letters of a request, by the encoding that its content type names.
fn decoded(call: &Incoming) -> String {
    let label = call.header("content-type").split("charset=").nth(1).unwrap_or("utf-8");
    let label = label.split(';').next().unwrap_or_default().trim_matches(['"', ' ']);
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    encoding.decode(&call.body).0.into_owned()
}

fn parameters(name: &str) -> Option<(&'static str, &'static [&'static str])> {
    Some(match name {
        "getClub" => ("getClub", &["club"]),
        "listStaff" => ("listStaff", &["club"]),
        "listSources" => ("listSources", &["club"]),
        "savePerson" => ("savePerson", &["club", "document"]),
        "findPersons" => ("findPersons", &["club", "criteria"]),
        "getPerson" => ("getPerson", &["club", "no"]),
        _ => return None,
    })
}

fn carry_out(room: &mut Room, operation: &str, values: &[&str], stored: &mut Option<String>) -> Answer {
    let club = values[0].trim();
    match operation {
        "getClub" => {
            let name = room.club(club).map_or("", |club| club.name.as_str());
            Ok(Returned::Document(format!("<club>{}{}</club>", leaf("no", club), leaf("name", name))))
        }
        "listStaff" => {
            let one = |staff: &crate::Staff| {
                [
                    typed("no", &staff.id),
                    typed("forename", &staff.first_name),
                    typed("surname", &staff.last_name),
                    typed("email", &staff.email),
                    format!("<left xsi:type=\"xsd:boolean\">{}</left>", !staff.active),
                ]
                .concat()
            };
            Ok(Returned::Things("Staff", room.staff_of(club).map(one).collect()))
        }
        "listSources" => {
            let shown = room.lead_sources_of(club).filter(|source| source.active);
            let one = |source: &crate::LeadSource| typed("no", &source.id) + &typed("name", &source.name);
            Ok(Returned::Things("Source", shown.map(one).collect()))
        }
        "savePerson" => save(room, club, values[1], stored),
        "findPersons" => find(room, club, values[1]),
        _ => {
            let no = values[1].trim();
            let person = room.people.get(no).filter(|person| person.club == club && !person.gone);
            let person = person.ok_or_else(|| unknown(no))?;
            Ok(Returned::Document(person::document(person)))
        }
    }
}

fn unknown(no: &str) -> Refusal {
    Refusal("UNKNOWN_PERSON", "no", format!("Person {no} is not known"))
}

/// A document that was sent as text, and its root element's name.
fn inner<'d>(given: &'d str, root: &str) -> Result<roxmltree::Document<'d>, Refusal> {
    let wrong = || Refusal("DOCUMENT", "document", format!("The document is not a {root}"));
    let document = soap::parse(given.trim().as_bytes()).ok_or_else(wrong)?;
    if document.root_element().tag_name().name() == root { Ok(document) } else { Err(wrong()) }
}

/// Makes or changes somebody, and does not say whom.
fn save(room: &mut Room, club: &str, given: &str, stored: &mut Option<String>) -> Answer {
    let document = inner(given, "person")?;
    let person = document.root_element();
    let (no, kind) = (text(person, "no"), person::kind(person)?);
    let is_new = no.is_empty();
    if !is_new && room.people.get(no).is_none_or(|person| person.club != club || person.gone) {
        return Err(unknown(no));
    }
    let changes = person::read(room, club, person, is_new)?;
    *stored = Some(if is_new {
        let kind = kind.unwrap_or(Kind::Prospect);
        room.create(NewPerson { club, kind, external_ref: None, changes, own: false })
    } else {
        room.update(no, kind, &changes);
        no.to_owned()
    });
    Ok(Returned::Document("<result><code>0</code><text>OK</text></result>".to_owned()))
}

fn find(room: &Room, club: &str, given: &str) -> Answer {
    let document = inner(given, "criteria")?;
    let criteria = document.root_element();
    let wanted = |name: &str| Some(text(criteria, name)).filter(|text| !text.is_empty());
    let (last_name, email, mobile) = (wanted("surname"), wanted("email"), wanted("tel_mobile"));
    if last_name.is_none() && email.is_none() && mobile.is_none() {
        return Err(Refusal(
            "CRITERIA",
            "criteria",
            "Give a surname, an e-mail address or a mobile".to_owned(),
        ));
    }
    let search = Search { last_name, email, mobile, ..room.search() };
    let forename = wanted("forename").map(fold);
    let found = room.people.find(club, &search).into_iter();
    let found =
        found.filter(|person| forename.as_ref().is_none_or(|name| *name == fold(person.get("first_name"))));
    let persons: String = found.map(person::document).collect();
    Ok(Returned::Document(format!("<persons>{persons}</persons>")))
}

/// A value with its type.
fn typed(name: &str, value: &str) -> String {
    format!("<{name} xsi:type=\"xsd:string\">{}</{name}>", xml(value))
}

/// The answer of an operation. The things of a list stand behind it, and are referred to.
fn respond(operation: &str, returned: &Returned) -> String {
    let (value, behind) = match returned {
        Returned::Document(document) => (typed(&format!("{operation}Return"), document), String::new()),
        Returned::Things(kind, things) => {
            let count = things.len();
            let items: Vec<String> = (0..count).map(|n| format!("<item href=\"#id{n}\"/>")).collect();
            let items = items.concat();
            let array = format!(
                "<{operation}Return soapenc:arrayType=\"ns1:{kind}[{count}]\" xsi:type=\"soapenc:Array\">{items}</{operation}Return>"
            );
            let thing = |(n, inner): (usize, &String)| {
                let said =
                    format!("id=\"id{n}\" soapenc:root=\"0\" xsi:type=\"ns1:{kind}\" xmlns:ns1=\"{SPACE}\"");
                format!("<multiRef {said}>{inner}</multiRef>")
            };
            (array, things.iter().enumerate().map(thing).collect())
        }
    };
    format!(
        "<ns1:{operation}Response soapenv:encodingStyle=\"{ENCODING}\" xmlns:ns1=\"{SPACE}\">{value}</ns1:{operation}Response>{behind}"
    )
}

fn envelope(status: u16, body: &str) -> Reply {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"windows-1252\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:soapenc=\"{ENCODING}\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"{XSI}\"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    );
    Reply::new(status, OLD_XML, document)
}

fn fault(code: &str, said: &str, detail: &str) -> Reply {
    let code = if code.contains(':') { code.to_owned() } else { format!("soapenv:{code}") };
    let space =
        if code.starts_with("wsse:") { format!(" xmlns:wsse=\"{}\"", user::WSSE) } else { String::new() };
    let said = xml(said);
    envelope(
        500,
        &format!(
            "<soapenv:Fault><faultcode{space}>{code}</faultcode><faultstring>{said}</faultstring><detail>{detail}</detail></soapenv:Fault>"
        ),
    )
}

/// The text of one element of a document.
fn given<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    soap::child(node, name).map(soap::content)
}
