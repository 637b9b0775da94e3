//! A user in the SOAP header: the password as text or as a digest, and never where it can be read afterwards.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{Operation, Outcome};
use platform::{Description, Endpoint, Exchange, SettingValue, Settings};
use sha1::{Digest, Sha1};

use crate::{answer, fake, given};

const OLD: &str = "
platform: {name: old, title: Old, vendor: Old Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [verify]}
settings:
  user: {title: User, kind: text, scope: client}
  password: {title: Password, kind: secret, scope: client}
auth:
  user: {ws_security: {user: =settings.user, password: =settings.password, SECURITY}}
hosts:
  main: {base: 'https://old.example', auth: user, soap: {namespace: 'urn:old'}}
operations:
  verify:
    request: {method: POST, path: /ping, soap: {action: ping, body: {Ping: {}}}}
";

fn wrong(text: &str) -> String {
    Description::parse("platform.yaml", text).unwrap_err().list()[0].message.clone()
}

fn bind(text: &str, password: &str, net: Arc<dyn platform::Net>) -> Endpoint {
    let description = Description::parse("platform.yaml", text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let settings = [
        ("user".to_owned(), SettingValue::Text("ada & co".to_owned())),
        ("password".to_owned(), SettingValue::Secret(password.to_owned().into())),
    ];
    Endpoint::bind(Arc::new(description), Settings(settings.into()), net, Arc::default()).unwrap()
}

/// The headers of two calls, one after the other at one moment, and what is kept of them.
async fn sent(security: &str) -> (Vec<xml::Element>, Vec<Exchange>) {
    let net = fake(|_| Ok(answer(200, &[], "")));
    let endpoint = bind(&OLD.replace("SECURITY", security), "p<&>w", Arc::<crate::Fake>::clone(&net));
    let mut kept = Vec::new();
    for _ in 0..2 {
        let called = endpoint.call(Operation::Verify, &given()).await;
        assert!(matches!(called.outcome, Outcome::Saved { .. }), "{called:?}");
        kept.push(called.exchange);
    }
    let asked = net.asked.lock().unwrap();
    let security = asked.iter().map(|request| {
        let root = xml::parse(std::str::from_utf8(&request.body).unwrap(), &xml::Limits::default()).unwrap();
        root.path(&["Header", "Security"]).unwrap().clone()
    });
    (security.collect(), kept)
}

fn text<'e>(security: &'e xml::Element, name: &str) -> Option<&'e str> {
    security.path(&["UsernameToken", name]).map(|element| element.text.as_str())
}

#[tokio::test]
async fn a_user_is_named_with_the_password_in_text() {
    let (headers, kept) = sent("password_as: text").await;
    let token = &headers[0];
    assert_eq!((text(token, "Username"), text(token, "Password")), (Some("ada & co"), Some("p<&>w")));
    assert_eq!((text(token, "Nonce"), text(token, "Created")), (None, None));
    assert_eq!(token.attribute("mustUnderstand"), Some("1"));
    let kind = token.path(&["UsernameToken", "Password"]).unwrap().attribute("Type").unwrap();
    assert!(kind.ends_with("username-token-profile-1.0#PasswordText"), "{kind}");
    assert!(kept[0].request.contains(">••••••</wsse:Password>"), "{}", kept[0].request);
    let (headers, _) = sent("nonce: true, must_understand: false").await;
    assert_eq!(
        (headers[0].attribute("mustUnderstand"), text(&headers[0], "Created")),
        (None, Some("2026-11-22T10:00:00Z"))
    );
}

#[tokio::test]
async fn a_digest_is_of_nonce_time_and_password_and_no_two_calls_have_one_nonce() {
    let (headers, kept) = sent("password_as: digest").await;
    for (token, kept) in headers.iter().zip(&kept) {
        let (nonce, created) = (text(token, "Nonce").unwrap(), text(token, "Created").unwrap());
        let sha1 = Sha1::new().chain_update(STANDARD.decode(nonce).unwrap()).chain_update(created);
        let digest = STANDARD.encode(sha1.chain_update("p<&>w").finalize());
        assert_eq!(text(token, "Password"), Some(digest.as_str()));
        let kind = token.path(&["UsernameToken", "Password"]).unwrap().attribute("Type").unwrap();
        assert!(kind.ends_with("#PasswordDigest"), "{kind}");
        assert!(!kept.request.contains(&digest) && kept.request.contains("••••••"), "{}", kept.request);
    }
    assert_ne!(text(&headers[0], "Nonce"), text(&headers[1], "Nonce"));
}

#[tokio::test]
async fn a_password_that_the_encoding_lacks_is_the_connections_fault_and_is_not_told() {
    let text =
        OLD.replace("SECURITY", "nonce: false").replace("'urn:old'}", "'urn:old'}, sends_in: windows-1252");
    let called = bind(&text, "pasŁwort", fake(|_| unreachable!())).call(Operation::Verify, &given()).await;
    let Outcome::Misconfigured { reason } = &called.outcome else { panic!("{called:?}") };
    assert_eq!(reason, "user or password has a character that windows-1252 has not");
}

#[test]
fn a_sign_in_that_could_not_be_sent_is_found_when_the_description_is_read() {
    let sound = OLD.replace("SECURITY", "nonce: true");
    for (from, to, expected) in [
        (", soap: {namespace: 'urn:old'}}", "}", "`user` signs in by the SOAP header, and here is no SOAP"),
        ("soap: {action: ping, body: {Ping: {}}}", "json: {}", "this call would go out without credentials"),
        (
            "nonce: true",
            "password_as: digest, nonce: false",
            "a digest is made of nonce and time, and cannot be without",
        ),
        ("nonce: true", "password_as: md5", "`md5` is not possible here"),
        (
            "{title: Password, kind: secret",
            "{title: Password, kind: text",
            "`password` is a secret and not marked as one",
        ),
    ] {
        assert!(sound.contains(from), "{from}");
        assert_eq!(wrong(&sound.replace(from, to)), expected);
    }
}
