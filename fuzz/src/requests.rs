//! Requests: whatever a person is called, their values stay values, in every kind of body and in the address.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Field, Operation, RemoteId};
use platform::{Description, Endpoint, Given};

use crate::net::{Silent, endpoint};

const DESCRIBED: &str = "
platform: {name: gym, title: Gym, vendor: Gym Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [update_prospect, update_member, update_ex_member, find_person, read_person]}
hosts: {main: {base: 'https://gym.example/v1', soap: {namespace: 'http://gym.example/'}}}
operations:
  update_prospect: {request: {method: PUT, path: '/p/{{ record }}', json: {first: =person.first_name, '{last}': '<{{ person.last_name }}>'}}}
  update_member: {request: {method: PUT, path: '/p/{{ record }}', soap: {action: Save, body: {Save: {'@first': =person.first_name, Last: =person.last_name}}}}}
  update_ex_member: {request: {method: PUT, path: '/p/{{ record }}', csv: {columns: {first: =person.first_name, last: =person.last_name}}}}
  find_person: {find_by: [name], request: {method: GET, path: /p, query: {first: =search.first_name}}, answer: {items: =answer | list, item: {id: =item.id}}}
  read_person: {request: {method: GET, path: '/p/{{ record }}/x'}, answer: {items: =answer | list, item: {id: =item.id}}}
";

thread_local! {
    static ENDPOINT: RefCell<Arc<Endpoint>> = RefCell::new(Arc::new(endpoint(
        &Arc::new(Description::parse("platform.yaml", DESCRIBED).unwrap_or_else(|wrong| panic!("{wrong}"))),
        Arc::new(Silent),
    )));
}

/// The lines, parted by NUL bytes, are a given name, a family name and a number.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.split('\0').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    let (first, last, record) = (next(), next(), next());
    let person = [(Field::FirstName, Some(first.clone())), (Field::LastName, Some(last.clone()))];
    let record = Some(RemoteId::plain(record));
    let given = Given { person: BTreeMap::from(person), record, ..Given::default() };
    let endpoint = ENDPOINT.with(|endpoint| endpoint.borrow().clone());
    let prepare = |operation| endpoint.preview(operation, &given).ok().map(|mut all| all.remove(0));
    if let Some(sent) = prepare(Operation::UpdateProspect) {
        let json: serde_json::Value = serde_json::from_str(&sent.body).expect("what is sent is JSON");
        let members = json.as_object().expect("an object");
        assert!(members.get("first").is_none_or(|value| *value == first.as_str()), "{}", sent.body);
        assert!(
            members.len() <= 2 && members.get("{last}").is_none_or(|value| *value == format!("<{last}>")),
            "{}",
            sent.body
        );
    }
    if let Some(sent) = prepare(Operation::UpdateMember) {
        let root = xml::parse(&sent.body, &xml::Limits::default()).expect("what is sent is XML");
        let body = root.path(&["Body"]).expect("an envelope has a body");
        assert!(body.children.len() <= 1, "{}", sent.body);
        for save in &body.children {
            assert!(
                save.name == "Save" && save.children.len() <= 1 && save.attributes.len() <= 1,
                "{}",
                sent.body
            );
        }
    }
    if let Some(sent) = prepare(Operation::UpdateExMember) {
        assert_eq!(rows(&sent.body), 2, "{:?}", sent.body);
    }
    for operation in [Operation::FindPerson, Operation::ReadPerson] {
        let Some(sent) = prepare(operation) else { continue };
        let path =
            sent.url.strip_prefix("https://gym.example/v1/p").unwrap_or_else(|| panic!("{}", sent.url));
        let slashes = path.split('?').next().unwrap_or_default().matches('/').count();
        assert!(slashes == if operation == Operation::ReadPerson { 2 } else { 0 }, "{}", sent.url);
        assert!(!sent.url.contains(['#', '\n', '\r', ' ']), "{}", sent.url);
    }
}

/// The rows of a CSV text (RFC 4180).
fn rows(text: &str) -> usize {
    let mut quoted = false;
    let mut rows = 0;
    let mut any = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' if !quoted => rows += 1,
            _ => {}
        }
        any = c != '\n' || quoted;
    }
    assert!(!quoted, "a quote is left open");
    rows + usize::from(any)
}
