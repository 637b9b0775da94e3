//! Calls of several steps: what is handed on, what is left out, and what becomes of a call whose later step fails.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Field, Operation, Outcome, RemoteId};
use platform::net::{NetError, Request, Response};
use platform::{Answer, Description, Endpoint, Given, Settings};

use crate::{Fake, answer, fake, given};

const GYM: &str = "
platform: {name: gym, title: Gym, vendor: Gym Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [create_prospect, update_prospect, read_person], updates: changed}
hosts: {main: {base: 'https://gym.example/'}}
operations:
  create_prospect:
    repeat: unsafe
    timeout_s: 5
    steps:
      - name: find
        request: {method: GET, path: /people, query: {mail: =person.email}}
        answer: {id: =answer.found | list | first}
        gives: {rules: =answer.rules}
      - name: make
        when: =steps.find.id is none
        repeat: unsafe
        request: {method: POST, path: /people, json: {first: =person.first_name, rules: [{$each: =steps.find.rules, rule: =item}, {rule: own}]}}
        answer: {id: =answer.id}
      - name: source
        when: =steps.make.id is not none and person.lead_source is not none
        request: {method: PUT, path: '/people/{{ steps.make.id }}/source', json: {source: =person.lead_source}}
  update_prospect:
    steps:
      - name: name
        request: {method: PUT, path: '/people/{{ record }}', json: {first: =person.first_name}}
      - name: source
        request: {method: PUT, path: '/people/{{ record }}/source', json: {source: =person.lead_source}}
  read_person:
    steps:
      - {name: number, request: {method: GET, path: '/numbers/{{ record }}'}, gives: {row: =answer.row}}
      - name: row
        request: {method: GET, path: '/rows/{{ steps.number.row }}'}
        answer: {items: =answer | list, item: {id: =item.id, first_name: =item.first}}
";

fn gym(net: Arc<Fake>) -> Endpoint {
    let description =
        Arc::new(Description::parse("platform.yaml", GYM).unwrap_or_else(|wrong| panic!("{wrong}")));
    Endpoint::bind(description, Settings::default(), net, Arc::default()).unwrap()
}

fn ada() -> Given {
    let person = [(Field::FirstName, "Ada"), (Field::Email, "ada@example.org"), (Field::LeadSource, "7")];
    let person: BTreeMap<_, _> =
        person.into_iter().map(|(field, value)| (field, Some(value.to_owned()))).collect();
    Given { person, ..given() }
}

async fn creates(net: &Arc<Fake>) -> (Answer, Vec<String>) {
    let answer = gym(Arc::clone(net)).call(Operation::CreateProspect, &ada()).await;
    (answer, asked(net))
}

fn asked(net: &Fake) -> Vec<String> {
    let asked = net.asked.lock().unwrap();
    asked.iter().map(|request| format!("{} {}", request.method, request.url.path())).collect()
}

/// What the platform answers where everything goes well.
fn well(request: &Request) -> Response {
    match (request.method.as_str(), request.url.path()) {
        ("GET", "/people") => answer(200, &[], r#"{"found":[],"rules":["a","b"]}"#),
        ("POST", "/people") => answer(201, &[], r#"{"id":17}"#),
        ("GET", "/numbers/17") => answer(200, &[], r#"{"row":"r-1"}"#),
        ("GET", "/rows/r-1") => answer(200, &[], r#"{"id":17,"first":"Ada"}"#),
        _ => answer(200, &[], "{}"),
    }
}

#[tokio::test]
async fn steps_hand_on_what_they_learnt_and_the_first_number_is_the_records() {
    let net = fake(|request| Ok(well(request)));
    let (created, calls) = creates(&net).await;
    assert_eq!(created.outcome, Outcome::Saved { id: Some(RemoteId::plain("17")) });
    assert_eq!(calls, ["GET /people", "POST /people", "PUT /people/17/source"]);
    assert_eq!(created.part, None);
    let body = String::from_utf8(net.asked.lock().unwrap()[1].body.to_vec()).unwrap();
    assert_eq!(body, r#"{"first":"Ada","rules":[{"rule":"a"},{"rule":"b"},{"rule":"own"}]}"#);
    assert_eq!(created.exchange.sent, [Field::FirstName, Field::LeadSource], "a search stores nothing");
    let read =
        gym(net).call(Operation::ReadPerson, &Given { record: Some(RemoteId::plain("17")), ..ada() }).await;
    assert_eq!(read.found[0].first_name.as_deref(), Some("Ada"));
}

#[tokio::test]
async fn a_create_that_finds_the_record_makes_none_and_says_that_it_exists() {
    let net = fake(|request| {
        Ok(if request.method == "GET" { answer(200, &[], r#"{"found":[9]}"#) } else { well(request) })
    });
    let (created, calls) = creates(&net).await;
    assert_eq!(calls, ["GET /people"]);
    assert!(
        matches!(&created.outcome, Outcome::Duplicate { id: Some(id), .. } if id.id == "9"),
        "{created:?}"
    );
}

#[tokio::test]
async fn a_step_that_fails_after_the_record_is_made_leaves_the_number_and_names_what_is_left() {
    for (says, expected) in [
        (answer(503, &[("retry-after", "9")], ""), "unavailable"),
        (answer(422, &[], "no such source"), "rejected"),
    ] {
        let net = Arc::new(Fake::with(move |request: &Request| {
            Ok(if request.method == "PUT" { says.clone() } else { well(request) })
        }));
        let (created, _) = creates(&net).await;
        let part = created.part.unwrap();
        assert_eq!(part.id, Some(RemoteId::plain("17")));
        assert_eq!(part.left, BTreeSet::from([Field::LeadSource]));
        match &created.outcome {
            Outcome::Unavailable { retry_after_s, .. } => {
                assert_eq!((expected, *retry_after_s), ("unavailable", Some(9)));
            }
            Outcome::Rejected { said, .. } => {
                assert_eq!((expected, said.as_str()), ("rejected", "no such source"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_lost_answer_is_in_doubt_only_at_the_step_that_must_not_happen_twice() {
    fn lost() -> Result<Response, NetError> {
        Err(NetError::Lost("no answer within 5 s".to_owned()))
    }
    let at_search = fake(|request| if request.method == "GET" { lost() } else { Ok(well(request)) });
    let (created, calls) = creates(&at_search).await;
    assert!(matches!(created.outcome, Outcome::Unavailable { .. }), "{created:?}");
    assert_eq!((calls.len(), created.part), (1, None));
    let at_create = fake(|request| if request.method == "POST" { lost() } else { Ok(well(request)) });
    let (created, calls) = creates(&at_create).await;
    assert!(matches!(created.outcome, Outcome::Doubtful { .. }), "{created:?}");
    assert_eq!((calls.len(), created.part), (2, None));
    let after = fake(|request| if request.method == "PUT" { lost() } else { Ok(well(request)) });
    let (created, _) = creates(&after).await;
    assert!(matches!(created.outcome, Outcome::Unavailable { .. }), "{created:?}");
    assert_eq!(created.part.unwrap().id, Some(RemoteId::plain("17")), "it was made, and is known");
}

#[tokio::test]
async fn a_record_whose_number_is_not_learnt_is_in_doubt_and_never_made_again() {
    let net =
        fake(|request| Ok(if request.method == "POST" { answer(201, &[], "{}") } else { well(request) }));
    let (created, calls) = creates(&net).await;
    assert_eq!(calls.len(), 2, "there is no number for the third");
    assert!(matches!(created.outcome, Outcome::Doubtful { .. }), "{created:?}");
}

#[tokio::test]
async fn an_update_makes_only_the_steps_that_carry_what_changed() {
    let net = fake(|request| Ok(well(request)));
    let changed = BTreeSet::from([Field::LeadSource]);
    let given = Given { record: Some(RemoteId::plain("17")), changed, ..ada() };
    let updated = gym(Arc::clone(&net)).call(Operation::UpdateProspect, &given).await;
    assert_eq!(updated.outcome, Outcome::Saved { id: None });
    assert_eq!(asked(&net), ["PUT /people/17/source"]);
}

#[tokio::test]
async fn every_step_can_be_seen_before_any_is_made_and_is_counted() {
    let endpoint = gym(fake(|_| unreachable!()));
    let seen = endpoint.preview(Operation::CreateProspect, &ada()).unwrap();
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[2].url, "https://gym.example/people/%28make.id%29/source");
    let computed = endpoint.computed(Operation::CreateProspect, &ada()).unwrap();
    assert!(
        computed.iter().any(|one| one.place == "source: json.source" && one.value == "\"7\""),
        "{computed:?}"
    );
    assert_eq!(endpoint.description().abilities().requests(Operation::CreateProspect), 3);
}
