//! A login of the platform's own, and forms in parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Field, Operation, Outcome};
use platform::{Description, Endpoint, Given, SettingValue, Settings, Tokens};

use crate::{Fake, answer, fake, given};

const LOGIN: &str = "
platform: {name: gym, title: Gym, vendor: Gym Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [verify]}
settings:
  user: {title: User, kind: text, scope: club}
  password: {title: Password, kind: secret, scope: club}
  site: {title: Site, kind: text, scope: club, role: club_id}
auth:
  staff:
    headers: {Site: =settings.site}
    login:
      url: https://gym.example/login
      headers: {Site: =settings.site}
      json: {Username: =settings.user, Password: =settings.password}
      token: =answer.Token
      ends: =answer.Ends
      place: {header: Authorization, value: '{{ token }}'}
      per: club
hosts:
  main: {base: 'https://gym.example/', auth: staff}
operations:
  verify: {request: {method: GET, path: /site}}
";

fn logs_in(net: Arc<Fake>, tokens: &Arc<Tokens>, site: &str) -> Endpoint {
    let description =
        Arc::new(Description::parse("platform.yaml", LOGIN).unwrap_or_else(|wrong| panic!("{wrong}")));
    let settings = [("user", "ada"), ("password", "b&d"), ("site", site)]
        .map(|(name, value)| (name.to_owned(), SettingValue::Text(value.to_owned())));
    Endpoint::bind(description, Settings(settings.into()), net, Arc::clone(tokens)).unwrap()
}

#[tokio::test]
async fn a_login_of_the_platforms_own_gives_each_club_a_token_until_it_ends() {
    let net = fake(|request| {
        Ok(if request.url.path() == "/login" {
            answer(200, &[], r#"{"Token":"t-1","Ends":"2026-11-22T12:00:00Z"}"#)
        } else {
            answer(200, &[], "{}")
        })
    });
    let tokens = Arc::new(Tokens::new());
    for site in ["1", "1", "2"] {
        let endpoint = logs_in(Arc::clone(&net), &tokens, site);
        assert!(matches!(endpoint.call(Operation::Verify, &given()).await.outcome, Outcome::Saved { .. }));
    }
    let late = Given { now: "2026-11-22T11:59:30Z".parse().unwrap(), ..given() };
    logs_in(Arc::clone(&net), &tokens, "1").call(Operation::Verify, &late).await;
    let asked = net.asked.lock().unwrap();
    let (logins, calls): (Vec<_>, Vec<_>) = asked.iter().partition(|request| request.url.path() == "/login");
    assert_eq!(logins.len(), 3, "one for each club, and one before the token's end");
    assert_eq!(logins[0].body, r#"{"Username":"ada","Password":"b&d"}"#.as_bytes());
    assert_eq!(logins[0].headers["site"], "1");
    assert!(calls.iter().all(|call| call.headers["authorization"] == "t-1"));
}

#[tokio::test]
async fn a_login_that_is_answered_without_a_token_is_refused_also_with_a_status_of_200() {
    let net = fake(|_| Ok(answer(200, &[], r#"{"Error":"wrong password b&d"}"#)));
    let endpoint = logs_in(net, &Arc::default(), "1");
    let outcome = endpoint.call(Operation::Verify, &given()).await.outcome;
    assert!(
        matches!(&outcome, Outcome::Unauthorised { said } if said.contains("wrong password ••••••")),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_form_in_parts_cannot_be_given_a_part_by_a_value() {
    let text = LOGIN.replace("verify]", "create_prospect]").replace(
        "verify: {request: {method: GET, path: /site}}",
        "create_prospect: {repeat: unsafe, request: {method: POST, path: /p, multipart: {firstname: =person.first_name, site: =settings.site}}, answer: {id: =answer.id}}",
    );
    let text = text.replace(", auth: staff", "");
    let description =
        Arc::new(Description::parse("platform.yaml", &text).unwrap_or_else(|wrong| panic!("{wrong}")));
    let settings = [("user", "ada"), ("password", "b&d"), ("site", "7")]
        .map(|(name, value)| (name.to_owned(), SettingValue::Text(value.to_owned())));
    let net = fake(|_| Ok(answer(200, &[], r#"{"id":5}"#)));
    let endpoint =
        Endpoint::bind(description, Settings(settings.into()), Arc::<Fake>::clone(&net), Arc::default())
            .unwrap();
    let named =
        |name: &str| Given { person: BTreeMap::from([(Field::FirstName, Some(name.to_owned()))]), ..given() };
    endpoint.call(Operation::CreateProspect, &named("Ada \"Q\"")).await;
    let body = String::from_utf8(net.asked.lock().unwrap()[0].body.to_vec()).unwrap();
    let boundary = body.lines().next().unwrap();
    let part = |name, value| {
        format!("{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    assert_eq!(body, format!("{}{}{boundary}--\r\n", part("firstname", "Ada \"Q\""), part("site", "7")));
    let kind = net.asked.lock().unwrap()[0].headers["content-type"].to_str().unwrap().to_owned();
    assert_eq!(kind, format!("multipart/form-data; boundary={}", &boundary[2..]));
    let outcome =
        endpoint.call(Operation::CreateProspect, &named(&format!("x\r\n{boundary}\r\n"))).await.outcome;
    assert!(matches!(outcome, Outcome::Misconfigured { .. } | Outcome::Unsendable { .. }), "{outcome:?}");
    assert_eq!(net.asked.lock().unwrap().len(), 1, "nothing was sent");
}
