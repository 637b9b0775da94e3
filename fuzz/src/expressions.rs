//! Expressions: whatever stands in one, it is refused when it is loaded, or ends with a value or a sentence.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Field, Operation};
use platform::{Description, Given};

use crate::net::{Same, call, endpoint, response};

const AROUND: &str = "
platform: {name: gym, title: Gym, vendor: Gym Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [list_staff, create_prospect]}
hosts: {main: {base: 'https://gym.example'}}
maps: {kind: {values: {PROSPECT: a, MEMBER: b}}}
operations:
  list_staff:
    request: {method: GET, path: /}
    answer: {items: '=EXPRESSION', item: {id: '=EXPRESSION'}}
  create_prospect:
    repeat: unsafe
    request: {method: POST, path: '/p', json: {a: '=EXPRESSION', b: '{{ EXPRESSION }}'}}
    answer: {id: =answer.id}
";

/// The first line is an expression, what follows is the answer that it reads.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (line, answer) = text.split_once('\n').unwrap_or((&text, "{}"));
    if line.chars().any(char::is_control) {
        return;
    }
    let line = line.replace('\'', "''");
    for place in ["list_staff", "create_prospect"] {
        // Apart, for each knows names that the other does not.
        let described = only(place).replace("EXPRESSION", &line);
        let Ok(description) = Description::parse("platform.yaml", &described) else { continue };
        let net = Arc::new(Same(response(200, "application/json", answer.as_bytes())));
        let endpoint = endpoint(&Arc::new(description), net);
        let person =
            [(Field::FirstName, Some("Ada".to_owned())), (Field::BirthDate, Some("1990-02-28".to_owned()))];
        let given = Given { person: BTreeMap::from(person), ..Given::default() };
        let operation = if place == "list_staff" { Operation::ListStaff } else { Operation::CreateProspect };
        let answer = call(&endpoint, operation, &given);
        assert!(answer.exchange.notes.iter().all(|note| note.len() < 200_000), "a remark has an end");
        let _ = endpoint.preview(operation, &given);
    }
}

/// The description with one of its two operations.
fn only(place: &str) -> String {
    let text = AROUND.replacen("[list_staff, create_prospect]", &format!("[{place}]"), 1);
    let (head, rest) = text.split_once("operations:\n  list_staff:").expect("it stands above");
    let (list, create) = rest.split_once("  create_prospect:").expect("it stands above");
    match place {
        "list_staff" => format!("{head}operations:\n  list_staff:{list}"),
        _ => format!("{head}operations:\n  create_prospect:{create}"),
    }
}
