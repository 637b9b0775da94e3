//! Answers of platforms, read through a description: JSON, XML, SOAP, forms and text.

use std::cell::RefCell;
use std::sync::Arc;

use model::{Operation, Outcome, RemoteId};
use platform::{Answer, Description, Given};

use crate::net::{Same, call, endpoint, response};

const DESCRIBED: &str = "
platform: {name: gym, title: Gym, vendor: Gym Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [list_staff, read_person, find_person, create_prospect, save_member, update_prospect]}
conceal: [pin]
hosts: {main: {base: 'https://gym.example', soap: {namespace: 'http://gym.example/'}}}
operations:
  list_staff:
    request: {method: POST, path: /, query: {after: =page.cursor}, soap: {action: List, body: {List: {}}}}
    answer: {items: =answer.List.People.Person | list, item: {id: =item.Id, name: =item.Name, active: =item.Active}}
    pages: {next: =answer.List.Next, most: 3}
  read_person:
    request: {method: GET, path: /people}
    answer: {items: =answer.person | list, item: {id: =item.id, fields: {first_name: =item.first, birth_date: =item.born | read_date('%d/%m/%Y')}}}
  find_person:
    find_by: [external_id]
    request: {method: GET, path: /people}
    answer: {success: =status == 200 and fault.code is none, items: =answer.people | list, item: {id: =item.id, created_at: =item.created | instant, kind: =item.kind}}
  create_prospect:
    repeat: unsafe
    request: {method: POST, path: /people, json: {a: b}}
    answer: {id: [=answer.id, =answer.person.id, =headers.location | tail]}
    failures:
      - {when: =answer.error.code == 'DOUBLE', outcome: duplicate, id: =answer.error.id}
  save_member:
    request: {method: PUT, path: /people, form: {a: b}}
    answer: {id: =answer.id}
  update_prospect:
    request: {method: PUT, path: /people, json: {a: b}}
failures:
  - {when: =fault.code == 'Client', outcome: rejected, said: =fault.string, field: =fault.detail.field}
";
const OPERATIONS: [Operation; 6] = [
    Operation::ListStaff,
    Operation::ReadPerson,
    Operation::FindPerson,
    Operation::CreateProspect,
    Operation::SaveMember,
    Operation::UpdateProspect,
];
const KINDS: [&str; 7] = [
    "application/json",
    "text/xml; charset=utf-8",
    "application/x-www-form-urlencoded",
    "text/plain",
    "text/html",
    "application/json; charset=utf-16",
    "",
];
const STATUSES: [u16; 8] = [200, 201, 302, 400, 404, 429, 500, 999];

thread_local! {
    static DESCRIPTION: RefCell<Arc<Description>> = RefCell::new(Arc::new(
        Description::parse("platform.yaml", DESCRIBED).unwrap_or_else(|wrong| panic!("{wrong}")),
    ));
}

/// The first byte chooses a content type, the second a status, and all operations read the rest.
pub fn run(data: &[u8]) {
    let [kind, status, body @ ..] = data else { return };
    let kind = KINDS[usize::from(*kind) % KINDS.len()];
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    let description = DESCRIPTION.with(|description| description.borrow().clone());
    let endpoint = endpoint(&description, Arc::new(Same(response(status, kind, body))));
    for operation in OPERATIONS {
        let record = (operation != Operation::CreateProspect).then(|| RemoteId::plain("7"));
        let given = Given { record, external_id: "u-1".to_owned(), ..Given::default() };
        judge(operation, status, &call(&endpoint, operation, &given));
    }
}

/// What must hold of every answer.
fn judge(operation: Operation, status: u16, answer: &Answer) {
    let saved = matches!(answer.outcome, Outcome::Saved { .. });
    assert!(saved || answer.found.is_empty(), "{operation:?} found somebody and is {:?}", answer.outcome);
    let number = |id: &RemoteId| {
        assert!(
            (1..=256).contains(&id.id.len()) && !id.id.contains(char::is_control),
            "{:?} is no number",
            id.id
        );
    };
    answer.found.iter().for_each(|found| number(&found.id));
    if let Outcome::Saved { id: Some(id) } = &answer.outcome {
        number(id);
    }
    if operation == Operation::ReadPerson {
        assert!(answer.found.iter().all(|found| found.id.id == "7"), "another record was read");
    }
    if operation == Operation::CreateProspect && !(400..500).contains(&status) {
        let known = matches!(
            answer.outcome,
            Outcome::Saved { id: Some(_) }
                | Outcome::Doubtful { .. }
                | Outcome::Duplicate { .. }
                | Outcome::Rejected { .. }
        );
        assert!(known, "a create with an answer of {status} is {:?}", answer.outcome);
    }
    let notes: usize = answer.exchange.notes.iter().map(String::len).sum();
    assert!(notes < 20_000 && answer.exchange.response.len() < 10_000, "what is kept has an end");
}
