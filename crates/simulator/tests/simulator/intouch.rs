//! InTouch: tokens, HAL, numbers that are numbers.

use serde_json::{Value, json};
use simulator::{Config, Kind, LeadSource, Platform, Simulator, Staff};

use crate::http::{Got, call};

const CLUB: &str = "5f0c4a5e-1111-4c1b-9d55-0242ac120002";

pub struct InTouch {
    pub simulator: Simulator,
    token: String,
}

impl InTouch {
    pub async fn open() -> InTouch {
        let mut config = Config::new(Platform::InTouch);
        config.staff = vec![Staff::new("u-1", "Nina", "Okafor", "nina@club.example")];
        config.lead_sources = vec![LeadSource::new("7", "Facebook")];
        let simulator = Simulator::start(Platform::InTouch, config).await.unwrap();
        let token =
            token(&simulator, "intouch-secret").await.json()["access_token"].as_str().unwrap().to_owned();
        InTouch { simulator, token }
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Got {
        self.try_call(method, path, body).await.unwrap()
    }

    pub async fn try_call(&self, method: &str, path: &str, body: Value) -> Result<Got, reqwest::Error> {
        let bearer = format!("Bearer {}", self.token);
        let url = format!("{}/v1{path}", self.simulator.url());
        call(method, &url, &[("authorization", &bearer), ("clubuuid", CLUB)], body.to_string()).await
    }
}

async fn token(simulator: &Simulator, secret: &str) -> Got {
    let url = format!(
        "{}/oauth/token?grant_type=client_credentials&client_id=connector&client_secret={secret}",
        simulator.url()
    );
    call("GET", &url, &[], "").await.unwrap()
}

#[tokio::test]
async fn a_wrong_secret_gets_no_token_and_the_ledger_never_shows_it() {
    let intouch = InTouch::open().await;
    let got = token(&intouch.simulator, "guess").await;
    assert_eq!((got.status, got.json()), (401, json!({"error": "invalid_client"})));
    assert!(intouch.simulator.ledger().iter().all(|call| !call.path.contains("secret")));
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let intouch = InTouch::open().await;
    assert_eq!(intouch.call("GET", "/staff", Value::Null).await.status, 200);
    intouch.simulator.expire_tokens();
    assert_eq!(intouch.call("GET", "/staff", Value::Null).await.status, 401);
}

#[tokio::test]
async fn an_unknown_club_is_forbidden() {
    let intouch = InTouch::open().await;
    let bearer = format!("Bearer {}", intouch.token);
    let url = format!("{}/v1/staff", intouch.simulator.url());
    let got = call("GET", &url, &[("authorization", &bearer), ("clubuuid", "elsewhere")], "").await.unwrap();
    assert_eq!(got.status, 403);
}

#[tokio::test]
async fn lists_are_embedded_and_an_empty_result_embeds_nothing() {
    let intouch = InTouch::open().await;
    let sources = intouch.call("GET", "/leadsources", Value::Null).await.json();
    assert_eq!(
        sources,
        json!({"_embedded": {"leadsources": [{"id": 7, "name": "Facebook", "status": "SHOW"}]}})
    );
    let none = intouch.call("GET", "/leads?email=nobody@x.example", Value::Null).await;
    assert_eq!((none.status, none.json()), (200, json!({})));
}

#[tokio::test]
async fn a_lead_is_created_changed_cleared_and_sold() {
    let intouch = InTouch::open().await;
    let lead = json!({
        "contact": {"firstName": "Zoë", "lastName": "O'Brien", "email": "zoe@x.example", "mobilePhone": "604 555 0101"},
        "owner": {"uuid": "u-1"}, "leadSource": {"id": 7}, "trialStart": "2026-11-23", "status": "ACTIVE",
    });
    let got = intouch.call("POST", "/leads", lead).await;
    assert_eq!(got.status, 201);
    let id = got.json()["uuid"].as_str().unwrap().to_owned();
    let change = json!({"contact": {"mobilePhone": null, "city": "Vancouver"}, "type": "MEMBER"});
    assert_eq!(intouch.call("PATCH", &format!("/leads/{id}"), change).await.status, 200);
    let person = intouch.simulator.person(&id).unwrap();
    assert_eq!((person.kind, person.get("mobile"), person.get("city")), (Kind::Member, "", "Vancouver"));
    assert_eq!((person.get("owner_id"), person.get("lead_source_id")), ("u-1", "7"));
    let found =
        intouch.call("GET", "/leads?lastName=o%27brien&email=ZOE@x.example", Value::Null).await.json();
    assert_eq!(found["_embedded"]["leads"][0]["uuid"], json!(id));
}

#[tokio::test]
async fn refusals_name_the_field() {
    let intouch = InTouch::open().await;
    let with = |extra: Value| {
        let mut lead = json!({"contact": {"firstName": "A", "lastName": "B"}});
        for (name, value) in extra.as_object().unwrap() {
            lead[name] = value.clone();
        }
        lead
    };
    let cases = [
        (json!({"contact": {"firstName": "A", "lastName": "B", "email": "none"}}), "contact.email"),
        (json!({"contact": {"firstName": "A"}}), "contact.lastName"),
        (with(json!({"owner": {"uuid": "u-9"}})), "owner.uuid"),
        (with(json!({"leadSource": {"id": "7"}})), "leadSource.id"),
        (with(json!({"type": "PROSPECT"})), "type"),
    ];
    for (lead, field) in cases {
        let got = intouch.call("POST", "/leads", lead).await;
        assert_eq!((got.status, got.json()["field"].as_str()), (422, Some(field)));
    }
    assert!(intouch.simulator.people().is_empty());
    assert_eq!(intouch.call("PATCH", "/leads/nobody", json!({})).await.status, 404);
}
