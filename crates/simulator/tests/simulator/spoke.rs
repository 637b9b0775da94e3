//! The open spoke: signed JSON, and the same over SOAP.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use simulator::{Config, Faults, Kind, Platform, Simulator, Staff, sign};

use crate::http::{Got, call};

const SECRET: &str = "whsec_c2ltdWxhdGVkIG9wZW4gc3Bva2Ugc2VjcmV0IDE=";

pub async fn open() -> Simulator {
    let mut config = Config::new(Platform::OpenSpoke);
    config.staff = vec![Staff::new("s-1", "Nina", "Okafor", "nina@club.example")];
    Simulator::start(Platform::OpenSpoke, config).await.unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a signature is of now")]
fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

async fn signed(
    simulator: &Simulator,
    what: (&str, &str),
    body: &str,
    at_s: u64,
) -> Result<Got, reqwest::Error> {
    let signature = sign(SECRET, "msg_1", at_s, body.as_bytes()).unwrap();
    let (bearer, at_s) = (format!("Bearer {SECRET}"), at_s.to_string());
    let headers = [
        ("authorization", bearer.as_str()),
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", &at_s),
        ("webhook-signature", &signature),
    ];
    call(what.0, &format!("{}/v1{}", simulator.url(), what.1), &headers, body.to_owned()).await
}

pub async fn spoke(
    simulator: &Simulator,
    method: &str,
    path: &str,
    body: Value,
) -> Result<Got, reqwest::Error> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    signed(simulator, (method, path), &body, now_s()).await
}

async fn ok(simulator: &Simulator, method: &str, path: &str, body: Value) -> Got {
    spoke(simulator, method, path, body).await.unwrap()
}

async fn soap(simulator: &Simulator, token: &str, inner: &str) -> Got {
    let body = format!(
        r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><Credentials xmlns="urn:connector:open-spoke:1"><Token>{token}</Token></Credentials></e:Header><e:Body>{inner}</e:Body></e:Envelope>"#
    );
    call("POST", &format!("{}/soap/v1", simulator.url()), &[("content-type", "text/xml")], body)
        .await
        .unwrap()
}

#[test]
fn the_signature_is_that_of_the_standard() {
    let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let signature =
        sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#).unwrap();
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[tokio::test]
async fn an_unsigned_an_old_and_a_tampered_call_are_refused() {
    let simulator = open().await;
    let (url, bearer) = (format!("{}/v1/health", simulator.url()), format!("Bearer {SECRET}"));
    assert_eq!(call("GET", &url, &[("authorization", &bearer)], "").await.unwrap().status, 401);
    let old = signed(&simulator, ("GET", "/health"), "", now_s() - 301).await.unwrap();
    assert_eq!(old.status, 401);
    assert_eq!(old.header("content-type"), "application/problem+json");
    assert_eq!(
        signed(&simulator, ("GET", "/health"), "", now_s()).await.unwrap().json(),
        json!({"ok": true})
    );
}

#[tokio::test]
async fn a_save_is_idempotent_by_external_id() {
    let simulator = open().await;
    let body = json!({"kind": "PROSPECT", "first_name": "Zoë", "last_name": "O'Brien", "mobile": "1", "city": "Halifax"});
    let first = ok(&simulator, "PUT", "/clubs/kits/people/c%2F1", body.clone()).await;
    let again =
        ok(&simulator, "PUT", "/clubs/kits/people/c%2F1", json!({"kind": "MEMBER", "mobile": null})).await;
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json(), again.json());
    let found = ok(&simulator, "GET", "/clubs/kits/people?external_id=c%2F1", Value::Null).await.json();
    let person = &found["people"][0];
    assert_eq!(
        (&person["kind"], &person["city"], &person["mobile"]),
        (&json!("MEMBER"), &json!("Halifax"), &Value::Null)
    );
    assert!(simulator.violations().is_empty());
}

#[tokio::test]
async fn problems_say_what_and_where() {
    let simulator = open().await;
    let cases = [
        (json!({"kind": "LEAD", "first_name": "A", "last_name": "B"}), "kind"),
        (json!({"kind": "PROSPECT", "first_name": "A"}), "last_name"),
        (json!({"kind": "PROSPECT", "first_name": "A", "last_name": "B", "owner_id": "s-9"}), "owner_id"),
        (
            json!({"kind": "PROSPECT", "first_name": "A", "last_name": "B", "birth_date": "30.4.1990"}),
            "birth_date",
        ),
    ];
    for (body, field) in cases {
        let got = ok(&simulator, "PUT", "/clubs/kits/people/c-1", body).await;
        assert_eq!((got.status, &got.json()["field"]), (422, &json!(field)));
    }
    assert_eq!(ok(&simulator, "GET", "/clubs/nowhere", Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_removed_person_is_gone_and_a_duplicate_can_be_adopted() {
    let simulator = open().await;
    let body = json!({"kind": "PROSPECT", "first_name": "A", "last_name": "B", "email": "a@b.example"});
    ok(&simulator, "PUT", "/clubs/kits/people/c-1", body.clone()).await;
    simulator.remove_person(&simulator.people()[0].id);
    assert_eq!(ok(&simulator, "PUT", "/clubs/kits/people/c-1", body.clone()).await.status, 410);

    let own = simulator.add_person(
        "kits",
        Kind::Member,
        &[("first_name", "a"), ("last_name", "b"), ("email", "A@b.example")],
    );
    simulator.set_faults(Faults { refuse_duplicates: true, ..Faults::default() });
    let got = ok(&simulator, "PUT", "/clubs/kits/people/c-2", body.clone()).await;
    assert_eq!((got.status, &got.json()["id"]), (409, &json!(own)));
    let mut body = body;
    body["id"] = json!(own);
    assert_eq!(ok(&simulator, "PUT", "/clubs/kits/people/c-2", body).await.status, 200);
    assert_eq!(simulator.person(&own).unwrap().external_ref.as_deref(), Some("c-2"));
}

#[tokio::test]
async fn staff_are_found_by_email_and_lead_sources_made_and_renamed() {
    let simulator = open().await;
    let staff = ok(&simulator, "GET", "/clubs/kits/staff?email=NINA@club.example", Value::Null).await.json();
    assert_eq!(staff["staff"][0]["id"], "s-1");
    let none = ok(&simulator, "GET", "/clubs/kits/staff?email=x@y.example", Value::Null).await.json();
    assert_eq!(none["staff"], json!([]));
    let id =
        ok(&simulator, "POST", "/clubs/kits/lead-sources", json!({"name": "Open day"})).await.json()["id"]
            .clone();
    let path = format!("/clubs/kits/lead-sources/{}", id.as_str().unwrap());
    assert_eq!(ok(&simulator, "PUT", &path, json!({"name": "Open house"})).await.status, 200);
    let list = ok(&simulator, "GET", "/clubs/kits/lead-sources", Value::Null).await.json();
    assert_eq!(list["lead_sources"], json!([{"id": id, "name": "Open house", "active": true}]));
}

#[tokio::test]
async fn soap_saves_into_the_same_state_and_clears_by_nil() {
    let simulator = open().await;
    let person = "<ExternalId>c-1</ExternalId><Kind>PROSPECT</Kind><FirstName>Zoë &amp; Co</FirstName><LastName>B</LastName><Mobile>1</Mobile><Email/>";
    let save = format!(
        r#"<SavePerson xmlns="urn:connector:open-spoke:1"><ClubId>kits</ClubId><Person>{person}</Person></SavePerson>"#
    );
    let got = soap(&simulator, SECRET, &save).await;
    let id = simulator.people()[0].id.clone();
    assert!(got.text.contains(&format!("<Id>{id}</Id>")), "{}", got.text);
    let nil = save.replace(
        "<Mobile>1</Mobile>",
        r#"<Mobile xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>"#,
    );
    soap(&simulator, SECRET, &nil).await;
    let person = simulator.people().remove(0);
    assert_eq!((person.get("mobile"), person.get("first_name"), person.writes), ("", "Zoë & Co", 2));
    let find = r#"<FindPerson xmlns="urn:connector:open-spoke:1"><ClubId>kits</ClubId><ExternalId>c-1</ExternalId></FindPerson>"#;
    assert!(soap(&simulator, SECRET, find).await.text.contains("<FirstName>Zoë &amp; Co</FirstName>"));
}

#[tokio::test]
async fn soap_refuses_by_faults_with_a_problem_inside() {
    let simulator = open().await;
    let health = r#"<Health xmlns="urn:connector:open-spoke:1"/>"#;
    assert!(soap(&simulator, "guess", health).await.text.contains("<Code>UNAUTHORISED</Code>"));
    assert!(soap(&simulator, SECRET, health).await.text.contains("<Ok>true</Ok>"));
    let save = r#"<SavePerson xmlns="urn:connector:open-spoke:1"><ClubId>kits</ClubId><Person><ExternalId>c-1</ExternalId><Kind>PROSPECT</Kind><FirstName>A</FirstName></Person></SavePerson>"#;
    let got = soap(&simulator, SECRET, save).await;
    assert!(
        got.status == 500 && got.text.contains("<Code>INVALID</Code><Field>LastName</Field>"),
        "{}",
        got.text
    );
    simulator.set_faults(Faults { maintenance: true, ..Faults::default() });
    let got = soap(&simulator, SECRET, save).await;
    assert!(
        got.text.contains("<faultcode>s:Server</faultcode>") && got.text.contains("<Code>UNAVAILABLE</Code>")
    );
}
