//! VFP: refusals in a 200, ids in headers, whole records, lists that are objects.

use serde_json::{Value, json};
use simulator::{Config, Kind, LeadSource, Platform, Simulator, Staff};

use crate::http::{Got, call};

pub async fn open() -> Simulator {
    let mut config = Config::new(Platform::Vfp);
    config.staff = vec![Staff::new("S-101", "Nina", "Okafor", "nina@club.example")];
    config.lead_sources = vec![LeadSource::new("L-1", "Facebook"), LeadSource::new("L-2", "Walk-in")];
    Simulator::start(Platform::Vfp, config).await.unwrap()
}

pub async fn vfp(
    simulator: &Simulator,
    method: &str,
    path: &str,
    body: Value,
) -> Result<Got, reqwest::Error> {
    let site = if path.contains('?') { "&site=0042" } else { "?site=0042" };
    let url = format!("{}/api/v1{path}{site}", simulator.url());
    call(method, &url, &[("x-api-key", "vfp-key")], body.to_string()).await
}

async fn ok(simulator: &Simulator, method: &str, path: &str, body: Value) -> Got {
    vfp(simulator, method, path, body).await.unwrap()
}

#[tokio::test]
async fn a_wrong_key_and_an_unknown_site_are_errors_in_a_200() {
    let simulator = open().await;
    let url = format!("{}/api/v1/ping?site=0042", simulator.url());
    let got = call("GET", &url, &[("x-api-key", "guess")], "").await.unwrap();
    assert_eq!((got.status, &got.json()["error"]["code"]), (200, &json!("AUTH")));
    let url = url.replace("0042", "42");
    let got = call("GET", &url, &[("x-api-key", "vfp-key")], "").await.unwrap();
    assert_eq!((got.status, &got.json()["error"]["code"]), (200, &json!("SITE")));
}

#[tokio::test]
async fn one_element_comes_as_an_object_and_two_as_a_list() {
    let simulator = open().await;
    let staff = ok(&simulator, "GET", "/staff", Value::Null).await.json();
    assert_eq!(staff["staff"]["email"], "nina@club.example");
    let sources = ok(&simulator, "GET", "/lead-sources", Value::Null).await.json();
    assert_eq!(sources["leadSources"].as_array().unwrap().len(), 2);
    let guests = ok(&simulator, "GET", "/guests?externalRef=none", Value::Null).await.json();
    assert_eq!(guests["guests"], json!([]));
}

#[tokio::test]
async fn a_guest_is_created_with_its_number_in_the_location_alone() {
    let simulator = open().await;
    let guest = json!({"guest": {
        "firstName": "  conor ", "lastName": "O'BRIEN", "mobile": "(604) 555-0101", "dob": "30/04/1990",
        "employer": "Pacific Coast Fisheries", "ownerId": "S-101", "externalRef": "c-1",
    }});
    let got = ok(&simulator, "POST", "/guests", guest).await;
    assert_eq!((got.status, got.text.as_str()), (201, ""));
    let person = simulator.people().remove(0);
    assert_eq!(got.header("location"), format!("/api/v1/guests/{}", person.id));
    assert_eq!((person.get("first_name"), person.get("last_name")), ("Conor", "O'brien"));
    assert_eq!((person.get("mobile"), person.get("birth_date")), ("6045550101", "1990-04-30"));
    assert_eq!((person.get("company"), person.get("status")), ("Pacific Coast Fisher", "ACTIVE"));
    let found = ok(&simulator, "GET", "/guests?externalRef=c-1", Value::Null).await.json();
    assert_eq!((&found["guests"]["id"], &found["guests"]["dob"]), (&json!(person.id), &json!("30/04/1990")));
    let found =
        ok(&simulator, "GET", "/guests?lastName=o%27brien&mobile=604-555-0101", Value::Null).await.json();
    assert_eq!(found["guests"]["id"], json!(person.id));
}

#[tokio::test]
async fn an_update_empties_what_it_leaves_out() {
    let simulator = open().await;
    let guest =
        json!({"guest": {"firstName": "A", "lastName": "B", "email": "a@b.example", "city": "Halifax"}});
    ok(&simulator, "POST", "/guests", guest).await;
    let id = simulator.people()[0].id.clone();
    let guest = json!({"guest": {"firstName": "A", "lastName": "B", "city": "Vancouver", "active": false}});
    let got = ok(&simulator, "PUT", &format!("/guests/{id}"), guest).await;
    assert_eq!((got.status, got.json()), (200, json!({"success": true})));
    let person = simulator.person(&id).unwrap();
    assert_eq!(
        (person.get("email"), person.get("city"), person.get("status")),
        ("", "Vancouver", "INACTIVE")
    );
}

#[tokio::test]
async fn a_membership_starts_once_and_only_by_its_own_call() {
    let simulator = open().await;
    ok(&simulator, "POST", "/guests", json!({"guest": {"firstName": "A", "lastName": "B"}})).await;
    let id = simulator.people()[0].id.clone();
    let sold = json!({"guest": {"firstName": "A", "lastName": "B", "guestType": "MEMBER"}});
    let got = ok(&simulator, "PUT", &format!("/guests/{id}"), sold).await;
    assert_eq!(got.json()["error"]["field"], "guestType");
    let path = format!("/guests/{id}/membership");
    assert_eq!(
        ok(&simulator, "POST", &path, json!({"startDate": "2026-11-22"})).await.json(),
        json!({"success": true})
    );
    assert_eq!(simulator.person(&id).unwrap().kind, Kind::Member);
    let again = ok(&simulator, "POST", &path, json!({"startDate": "2026-11-22"})).await.json();
    assert_eq!(again["error"]["code"], "ALREADY_MEMBER");
}

#[tokio::test]
async fn refusals_are_a_200_that_names_the_field() {
    let simulator = open().await;
    let cases = [
        ("email", "none"),
        ("ownerId", "S-9"),
        ("leadSourceId", "L-9"),
        ("dob", "1990-04-30"),
        ("gender", "Female"),
    ];
    for (field, value) in cases {
        let mut guest = json!({"guest": {"firstName": "A", "lastName": "B"}});
        guest["guest"][field] = json!(value);
        let got = ok(&simulator, "POST", "/guests", guest).await;
        assert_eq!((got.status, &got.json()["error"]["field"]), (200, &json!(field)));
    }
    assert_eq!(ok(&simulator, "GET", "/guests/G-1", Value::Null).await.status, 404);
    assert!(simulator.people().is_empty());
}

#[tokio::test]
async fn lead_sources_are_created_and_renamed() {
    let simulator = open().await;
    let got = ok(&simulator, "POST", "/lead-sources", json!({"name": "Open day"})).await;
    assert_eq!(got.status, 201);
    let id = got.json()["id"].as_str().unwrap().to_owned();
    ok(&simulator, "PUT", &format!("/lead-sources/{id}"), json!({"name": "Open house"})).await;
    assert!(simulator.lead_sources().iter().any(|source| source.id == id && source.name == "Open house"));
}
