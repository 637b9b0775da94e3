//! Ways to sign in: one of several by a setting, HTTP Digest, and signatures over declared parts.

use std::sync::Arc;

use model::{Operation, Outcome};
use platform::net::{Request, Response};
use platform::{Description, Endpoint, SettingValue, Settings};

use crate::{Fake, answer, fake, given};

const GYM: &str = "
platform: {name: gym, title: Gym, vendor: Gym Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [verify]}
settings:
  way: {title: Way, kind: choice, choices: [key, user, none], scope: client}
  user: {title: User, kind: text, scope: client, default: ada}
  password: {title: Password, kind: secret, scope: client}
auth:
  key:
    when: =settings.way == 'key'
    headers: {X-Key: =settings.password}
  user:
    when: =settings.way == 'user'
    digest: {user: =settings.user, password: =settings.password}
hosts:
  main: {base: 'https://gym.example/', auth: [key, user]}
operations:
  verify: {request: {method: POST, path: /site, query: {club: '7'}, json: {a: b}}}
";

fn parsed(text: &str) -> Arc<Description> {
    Arc::new(Description::parse("platform.yaml", text).unwrap_or_else(|wrong| panic!("{wrong}")))
}

fn mistakes(text: &str) -> Vec<String> {
    let wrong = Description::parse("platform.yaml", text).unwrap_err();
    wrong.list().iter().map(|mistake| mistake.message.clone()).collect()
}

fn settings(way: &str) -> Settings {
    let settings = [("way", way), ("password", "b&d")];
    Settings(settings.map(|(name, value)| (name.to_owned(), SettingValue::Text(value.to_owned()))).into())
}

fn bound(text: &str, way: &str, net: &Arc<Fake>) -> Endpoint {
    let net = Arc::<Fake>::clone(net);
    Endpoint::bind(parsed(text), settings(way), net, Arc::default()).unwrap()
}

#[tokio::test]
async fn the_way_to_sign_in_is_the_one_that_the_settings_choose() {
    let net = fake(|_| Ok(answer(200, &[], "{}")));
    bound(GYM, "key", &net).call(Operation::Verify, &given()).await;
    assert_eq!(net.asked.lock().unwrap()[0].headers["x-key"], "b&d");
    let problems = Endpoint::bind(parsed(GYM), settings("none"), net, Arc::default()).err().unwrap();
    assert_eq!(problems[0].message, "none of its ways to sign in fits these settings");
}

#[test]
fn a_way_behind_one_that_is_always_taken_is_a_mistake() {
    let always = GYM.replace("    when: =settings.way == 'key'\n", "");
    assert_eq!(mistakes(&always), ["`user` is never taken: `key` always is"]);
    let both = GYM.replace("    digest:", "    basic: {user: a, password: =settings.password}\n    digest:");
    assert_eq!(mistakes(&both), ["a call is let in by one `Authorization`, not by two"]);
}

/// Takes the newest nonce alone, and each counter once.
fn challenging(request: &Request) -> Response {
    const CHALLENGE: &str = "Digest realm=\"gym, west\", nonce=\"n1\", qop=\"auth\", opaque=\"o\"";
    match request.headers.get("authorization") {
        Some(answered) if answered.to_str().unwrap().contains("nonce=\"n1\"") => answer(200, &[], "{}"),
        _ => {
            let mut refused = answer(401, &[("www-authenticate", "Basic realm=\"x\"")], "");
            refused.headers.append("www-authenticate", http::HeaderValue::from_static(CHALLENGE));
            refused
        }
    }
}

#[tokio::test]
async fn a_challenge_is_answered_once_and_then_at_once() {
    let net = fake(|request| Ok(challenging(request)));
    let endpoint = bound(GYM, "user", &net);
    for _ in 0..2 {
        let answer = endpoint.call(Operation::Verify, &given()).await;
        assert_eq!(answer.outcome, Outcome::Saved { id: None });
        assert!(!format!("{answer:?}").contains("response="), "{answer:?}");
    }
    let asked = net.asked.lock().unwrap();
    let answers: Vec<_> = asked
        .iter()
        .map(|request| request.headers.get("authorization").map_or("", |text| text.to_str().unwrap()))
        .collect();
    assert_eq!((answers.len(), answers[0]), (3, ""), "one call without, and two with an answer");
    let begins =
        "Digest username=\"ada\", realm=\"gym, west\", nonce=\"n1\", uri=\"/site?club=7\", response=\"";
    assert!(answers[1].starts_with(begins), "{}", answers[1]);
    assert!(answers[1].contains("nc=00000001") && answers[2].contains("nc=00000002"), "{answers:?}");
    assert_eq!(asked[1].body, asked[0].body);
}

#[tokio::test]
async fn a_password_that_is_not_taken_is_tried_once_for_each_challenge() {
    let net = fake(|_| Ok(answer(401, &[("www-authenticate", "Digest realm=\"x\", nonce=\"n\"")], "")));
    let outcome = bound(GYM, "user", &net).call(Operation::Verify, &given()).await.outcome;
    assert!(matches!(outcome, Outcome::Unauthorised { .. }), "{outcome:?}");
    assert_eq!(net.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_signature_is_over_the_parts_that_are_declared_in_their_order() {
    let hmac = "    sign:
      hmac:
        secret: =settings.password
        parts: [=signed.timestamp, '.', =signed.method, '{{ signed.path }}?{{ signed.query }}', =signed.body]
        headers: {X-Time: =signed.timestamp, X-Signature: 'sha256={{ signature }}'}
";
    let text = GYM.replace("    headers: {X-Key: =settings.password}\n", hmac);
    let net = fake(|_| Ok(answer(200, &[], "{}")));
    bound(&text, "key", &net).call(Operation::Verify, &given()).await;
    let asked = net.asked.lock().unwrap();
    assert_eq!(asked[0].headers["x-time"], "1795341600");
    let expected = "sha256=599ef9af6d0b12592fb1033d65217ab70f67cf6ab914b5bd630939cb7dfea81a";
    assert_eq!(asked[0].headers["x-signature"], expected);
    let unsigned = text.replace(", =signed.body]", "]");
    assert_eq!(mistakes(&unsigned), ["the body is not signed, so anybody could change it"]);
    let wrong = text.replace("=signed.body]", "=signed.body, =signed.bdy]");
    assert_eq!(mistakes(&wrong), ["`bdy` is no part of a request that is signed"]);
}
