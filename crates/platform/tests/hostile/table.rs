//! The rows, and how one is played.

#![expect(clippy::disallowed_methods, reason = "the time that a call takes is measured here")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{Field, Operation, Outcome, RemoteId};
use platform::net::GuardedClient;
use platform::{Answer, Description, Endpoint, Given, SettingValue, Settings, Tokens};

use crate::server::{Server, Wire};

pub const DESCRIPTION: &str = "
platform: {name: gym, title: Gym, vendor: Gym Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [list_staff, find_person, read_person, create_prospect, update_prospect]}
settings:
  base_url: {title: Address, kind: url, scope: client}
hosts:
  main: {base: '{{ settings.base_url }}', timeout_s: 2}
operations:
  list_staff:
    request: {method: GET, path: /staff}
    answer: {items: =answer.people | list, item: {id: =item.id}}
  find_person:
    find_by: [email]
    request: {method: GET, path: /people, query: {email: =search.email}}
    answer: {items: =answer.people | list, item: {id: =item.id, email: =item.email, active: =item.active}}
  read_person:
    request: {method: GET, path: '/people/{{ record }}'}
    answer: {items: =answer.people | list, item: {id: =item.id, fields: {first_name: =item.first}}}
  create_prospect:
    repeat: unsafe
    request: {method: POST, path: /people, json: {first: =person.first_name}}
    answer: {id: =answer.id}
  update_prospect:
    request: {method: PUT, path: '/people/{{ record }}', json: {first: =person.first_name}}
";

/// The longest that a call may take whose platform never ends: its two seconds, and what a busy machine adds.
const BOUND: Duration = Duration::from_secs(8);
/// The most memory that all calls of one test may have taken at once, the server's share included.
const PEAK_MB: u64 = 200;

/// One hostile answer.
pub struct Row {
    pub name: &'static str,
    pub wire: Wire,
    /// How a list, a look-up and a reading end, and words of it.
    pub asked: (&'static str, &'static str),
    /// How a create ends, and words of it.
    pub made: (&'static str, &'static str),
}

impl Row {
    /// An answer that says nothing of what was stored.
    pub fn new(name: &'static str, wire: Wire, asked: &'static str, said: &'static str) -> Row {
        Row { name, wire, asked: (asked, said), made: ("doubtful", said) }
    }

    pub fn made(self, made: &'static str, said: &'static str) -> Row {
        Row { made: (made, said), ..self }
    }
}

pub fn endpoint(text: &str, url: &str) -> Endpoint {
    let description = Description::parse("platform.yaml", text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let settings = [("base_url".to_owned(), SettingValue::Text(url.to_owned()))];
    let net = Arc::new(GuardedClient::new().unwrap());
    Endpoint::bind(Arc::new(description), Settings(settings.into()), net, Arc::new(Tokens::new()))
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

pub fn given() -> Given {
    let person = [(Field::FirstName, "Ada"), (Field::Email, "ada@club.example")];
    let person = person.map(|(field, value)| (field, Some(value.to_owned())));
    Given {
        person: BTreeMap::from(person),
        record: Some(RemoteId::plain("7")),
        now: "2026-11-22T10:00:00Z".parse().unwrap(),
        ..Given::default()
    }
}

/// Makes a call that must end in time.
pub async fn call(endpoint: &Endpoint, operation: Operation) -> Answer {
    let record = given().record.filter(|_| operation != Operation::CreateProspect);
    let began = Instant::now();
    let answer = endpoint.call(operation, &Given { record, ..given() }).await;
    assert!(began.elapsed() < BOUND, "{operation:?} took {:?}", began.elapsed());
    answer
}

/// Plays all rows, and looks at the memory that they took together.
pub async fn play(rows: Vec<Row>) {
    let mut wrong = Vec::new();
    for row in rows {
        let server = Server::with(row.wire.clone()).await;
        for operation in
            [Operation::ListStaff, Operation::FindPerson, Operation::ReadPerson, Operation::CreateProspect]
        {
            let expected = if operation == Operation::CreateProspect { row.made } else { row.asked };
            let answer = call(&endpoint(DESCRIPTION, &server.url), operation).await;
            let (word, said) = told(&answer.outcome);
            if word != expected.0 || !said.contains(expected.1) {
                wrong.push(format!("{}: {operation:?} is {word}: {said}", row.name));
            }
            let longest = answer.exchange.notes.iter().map(String::len).max().unwrap_or(0).max(said.len());
            if longest > 1000 {
                wrong.push(format!("{}: {operation:?} says {longest} bytes", row.name));
            }
            if !answer.found.is_empty() && word != "saved" {
                wrong.push(format!("{}: {operation:?} is {word} and found somebody", row.name));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(peak_mb() < PEAK_MB, "{} MB", peak_mb());
}

/// An outcome in a word, and what it says.
pub fn told(outcome: &Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Saved { id } => {
            ("saved", id.as_ref().map_or_else(String::new, |id| id.id.chars().take(50).collect()))
        }
        Outcome::Doubtful { reason } => ("doubtful", reason.clone()),
        Outcome::Misconfigured { reason } => ("misconfigured", reason.clone()),
        Outcome::Unavailable { reason, .. } => ("unavailable", reason.clone()),
        Outcome::Rejected { said, .. } => ("rejected", said.clone()),
        Outcome::Unauthorised { said } => ("unauthorised", said.clone()),
        Outcome::Gone => ("gone", String::new()),
        other => ("other", format!("{other:?}")),
    }
}

/// The most memory that this process ever had, where the system says so.
pub fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}
