//! The fields that a club requires: asked of its platform, and nobody is sent without them.

use std::sync::Arc;

use model::{Field, Operation, Outcome, RemoteId};
use platform::net::{NetError, Request, Response};
use platform::{Answer, Description, Endpoint, Given, Settings};

use crate::{Fake, answer, fake, given};

const GYM: &str = "
platform: {name: gym, title: Gym, vendor: Gym Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [create_prospect, update_prospect]}
hosts: {main: {base: 'https://gym.example/'}}
discovery:
  required:
    for: [create_prospect, update_prospect]
    request: {method: GET, path: /required}
    names: =answer.fields
    fields: {FirstName: first_name, MobilePhone: mobile, BirthDate: birth_date, Site: none}
operations:
  create_prospect:
    repeat: unsafe
    request: {method: POST, path: /people, json: {first: =person.first_name, mobile: =person.mobile}}
    answer: {id: =answer.id}
  update_prospect:
    request: {method: PUT, path: '/people/{{ record }}', json: {mobile: =person.mobile}}
";

fn bound(net: &Arc<Fake>) -> Endpoint {
    let description =
        Arc::new(Description::parse("platform.yaml", GYM).unwrap_or_else(|wrong| panic!("{wrong}")));
    Endpoint::bind(description, Settings::default(), Arc::<Fake>::clone(net), Arc::default()).unwrap()
}

fn requiring(request: &Request) -> Response {
    match request.url.path() {
        "/required" => answer(200, &[], r#"{"fields":["FirstName","mobilephone","Site"]}"#),
        _ => answer(200, &[], r#"{"id":1}"#),
    }
}

fn with_mobile() -> Given {
    let mut given = given();
    given.person.insert(Field::Mobile, Some("+16045550101".to_owned()));
    given
}

async fn creates(endpoint: &Endpoint, given: &Given) -> Answer {
    endpoint.call(Operation::CreateProspect, given).await
}

#[tokio::test]
async fn nobody_is_sent_without_a_field_that_the_club_requires_and_the_log_says_which() {
    let net = fake(|request| Ok(requiring(request)));
    let endpoint = bound(&net);
    let Outcome::Unsendable { field, said, .. } = creates(&endpoint, &given()).await.outcome else {
        panic!("it lacks the mobile phone")
    };
    assert_eq!((field, said.contains("missing: mobile")), (Some(Field::Mobile), true), "{said}");
    assert_eq!(net.asked.lock().unwrap().len(), 1, "it was asked, and nothing was sent");
    assert!(matches!(creates(&endpoint, &with_mobile()).await.outcome, Outcome::Saved { .. }));
    assert_eq!(net.asked.lock().unwrap().len(), 2, "what was learnt counts for a while");
    let later = Given { now: "2026-11-22T11:00:01Z".parse().unwrap(), ..with_mobile() };
    creates(&endpoint, &later).await;
    assert_eq!(net.asked.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn an_update_may_leave_a_required_field_alone_and_not_empty_it() {
    let net = fake(|request| Ok(requiring(request)));
    let endpoint = bound(&net);
    let mut given = Given { record: Some(RemoteId::plain("1")), ..given() };
    let outcome = endpoint.call(Operation::UpdateProspect, &given).await.outcome;
    assert_eq!(outcome, Outcome::Saved { id: None });
    given.person.insert(Field::Mobile, None);
    let outcome = endpoint.call(Operation::UpdateProspect, &given).await.outcome;
    assert!(matches!(outcome, Outcome::Unsendable { field: Some(Field::Mobile), .. }), "{outcome:?}");
}

#[tokio::test]
async fn what_cannot_be_learnt_holds_everybody_back_and_leaves_nothing_in_doubt() {
    let net = fake(|_| Err(NetError::Lost("no answer within 30 s".to_owned())));
    let outcome = creates(&bound(&net), &with_mobile()).await.outcome;
    assert!(
        matches!(&outcome, Outcome::Unavailable { reason, .. } if reason.contains("which fields the club requires")),
        "{outcome:?}"
    );
    let net = fake(|_| Ok(answer(200, &[], r#"{"fields":["Shoe size"]}"#)));
    let outcome = creates(&bound(&net), &with_mobile()).await.outcome;
    assert!(
        matches!(&outcome, Outcome::Misconfigured { reason } if reason.contains("`Shoe size`")),
        "{outcome:?}"
    );
    assert_eq!(net.asked.lock().unwrap().len(), 1);
}

#[test]
fn what_is_required_is_a_field_and_for_an_operation() {
    for (from, to, expected) in [
        ("MobilePhone: mobile", "MobilePhone: moblie", "`moblie` is not a field of a person"),
        ("for: [create_prospect,", "for: [create_prospct,", "`create_prospct` is not an operation"),
        ("path: /required", "path: '/required/{{ person.city }}'", "`person` is not known yet at this place"),
    ] {
        let text = GYM.replace(from, to);
        assert_ne!(text, GYM, "{from}");
        let mistakes = Description::parse("platform.yaml", &text).unwrap_err();
        assert!(mistakes.list().iter().any(|mistake| mistake.message == expected), "{mistakes}");
    }
}
