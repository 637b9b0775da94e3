//! What a platform is kept from telling and doing: concealed values, trials, and effects on people.

use std::sync::Arc;

use model::{Operation, Outcome, RemoteId};
use platform::{Description, Endpoint, Given, SettingValue, Settings};

use crate::{Fake, answer, bind, fake, given};

const GYM: &str = "
platform: {name: gym, title: Gym, vendor: Gym Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [create_prospect, verify]}
side_effects:
  welcome: {title: Sends a welcome e-mail to every new prospect, scope: club}
hosts: {main: {base: 'https://gym.example/'}}
operations:
  verify: {request: {method: GET, path: /me}}
  create_prospect:
    repeat: unsafe
    dry_run: true
    request:
      method: POST
      path: /people
      json: {first: =person.first_name, Test: =dry_run, mail: =settings.welcome}
    answer: {id: =answer.id}
";

fn bound(settings: &[(&str, &str)], net: &Arc<Fake>) -> Endpoint {
    let description =
        Arc::new(Description::parse("platform.yaml", GYM).unwrap_or_else(|wrong| panic!("{wrong}")));
    let settings =
        settings.iter().map(|(name, value)| ((*name).to_owned(), SettingValue::Text((*value).to_owned())));
    Endpoint::bind(description, Settings(settings.collect()), Arc::<Fake>::clone(net), Arc::default())
        .unwrap()
}

fn mistakes(from: &str, to: &str) -> Vec<String> {
    let text = GYM.replace(from, to);
    assert_ne!(text, GYM, "{from}");
    let wrong = Description::parse("platform.yaml", &text).unwrap_err();
    wrong.list().iter().map(|mistake| mistake.message.clone()).collect()
}

async fn sent(settings: &[(&str, &str)], dry_run: bool) -> Vec<u8> {
    let net = fake(|_| Ok(answer(200, &[], r#"{"id":1}"#)));
    let given = Given { dry_run, ..given() };
    bound(settings, &net).call(Operation::CreateProspect, &given).await;
    net.asked.lock().unwrap()[0].body.to_vec()
}

#[tokio::test]
async fn what_a_platform_does_to_people_is_off_unless_it_is_switched_on() {
    assert_eq!(sent(&[], false).await, br#"{"first":"Ada","Test":false,"mail":false}"#);
    assert_eq!(sent(&[("welcome", "true")], false).await, br#"{"first":"Ada","Test":false,"mail":true}"#);
    let description = Description::parse("platform.yaml", GYM).unwrap();
    let titles: Vec<_> = description.side_effects().map(|one| one.title.clone()).collect();
    assert_eq!(titles, ["Sends a welcome e-mail to every new prospect"]);
    assert_eq!(mistakes(", mail: =settings.welcome", ""), ["nothing depends on `welcome`"]);
}

#[tokio::test]
async fn a_trial_is_made_only_where_the_platform_can_be_told_that_it_is_one() {
    assert_eq!(sent(&[], true).await, br#"{"first":"Ada","Test":true,"mail":false}"#);
    let net = fake(|_| unreachable!());
    let given = Given { dry_run: true, ..given() };
    let outcome = bound(&[], &net).call(Operation::Verify, &given).await.outcome;
    assert_eq!(outcome, Outcome::Unsupported, "nothing but a trial is made");
    assert_eq!(mistakes(" Test: =dry_run,", ""), ["the request does not say whether it is a trial"]);
    assert_eq!(mistakes("    dry_run: true\n", ""), ["the operation does not say that it can be tried"]);
}

#[tokio::test]
async fn what_club_planner_tells_of_a_members_password_is_in_no_log() {
    let net = fake(|request| {
        let json = [("content-type", "application/json")];
        let found = request.url.query().is_some_and(|query| query.contains("id=7"));
        let body = if found {
            r#"{"Id":7,"FirstName":"Ann","Password":"hash-1","Iban":"NL91ABNA"}"#
        } else {
            r#"{"Error":{"Message":"hash-2 is no number"},"Password":"hash-2"}"#
        };
        Ok(answer(if found { 200 } else { 400 }, &json, body))
    });
    let settings = [
        ("club", "kits"),
        ("token", "t0ken"),
        ("status_prospect", "1"),
        ("status_member", "2"),
        ("club_number", "5"),
    ];
    let endpoint = bind("club-planner", &settings, net).unwrap();
    for (record, secret) in [("7", "hash-1"), ("8", "hash-2")] {
        let given = Given { record: Some(RemoteId::plain(record)), ..given() };
        let answer = endpoint.call(Operation::ReadPerson, &given).await;
        let shown = format!("{answer:?}");
        assert!(!shown.contains(secret) && !shown.contains("NL91ABNA"), "{shown}");
        assert!(answer.exchange.response.contains("••••••"), "{shown}");
    }
}
