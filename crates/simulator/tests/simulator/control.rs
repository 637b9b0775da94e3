//! The control interface, as another process sees it.

use serde_json::{Value, json};
use simulator::{Config, Kind, Platform, Simulator};

use crate::http::{Got, call};
use crate::spoke::{open, spoke};

async fn sim(simulator: &Simulator, method: &str, path: &str, body: Value) -> Got {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    call(method, &format!("{}/_sim{path}", simulator.url()), &[], body).await.unwrap()
}

#[tokio::test]
async fn everything_that_arrived_is_shown_in_order() {
    let simulator = open().await;
    let body = json!({"kind": "PROSPECT", "first_name": "A", "last_name": "B"});
    spoke(&simulator, "PUT", "/clubs/kits/people/c-1", body.clone()).await.unwrap();
    simulator.set_faults(simulator::Faults { drop_after_store: 1, ..Default::default() });
    assert!(spoke(&simulator, "PUT", "/clubs/kits/people/c-2", body).await.is_err());
    let ledger = sim(&simulator, "GET", "/ledger", Value::Null).await.json();
    let shown: Vec<Value> = ledger
        .as_array()
        .unwrap()
        .iter()
        .map(|call| json!([call["n"], call["operation"], call["club"], call["answered"]]))
        .collect();
    assert_eq!(json!(shown), json!([[1, "savePerson", "kits", true], [2, "savePerson", "kits", false]]));
    let after = sim(&simulator, "GET", "/ledger?after=1", Value::Null).await.json();
    assert_eq!(after.as_array().unwrap().len(), 1);
    let people = sim(&simulator, "GET", "/people", Value::Null).await.json();
    assert_eq!((&people[0]["external_ref"], &people[1]["first_name"]), (&json!("c-1"), &json!("A")));
    assert_eq!(sim(&simulator, "GET", "", Value::Null).await.json()["calls"], 2);
    assert_eq!(
        sim(&simulator, "GET", "/violations", Value::Null).await.json(),
        json!({"count": 0, "violations": []})
    );
}

#[tokio::test]
async fn staff_sources_clubs_and_people_can_be_added() {
    let simulator = open().await;
    let staff = json!({"first_name": "Sam", "last_name": "Winters", "email": "sam@club.example"});
    assert_eq!(sim(&simulator, "POST", "/staff", staff).await.status, 201);
    assert_eq!(
        sim(&simulator, "POST", "/lead-sources", json!({"id": "l-1", "name": "Web"})).await.json()["id"],
        "l-1"
    );
    assert_eq!(sim(&simulator, "PUT", "/lead-sources/l-1", json!({"name": "Website"})).await.status, 204);
    assert_eq!(sim(&simulator, "POST", "/clubs", json!({"id": "north", "name": "North"})).await.status, 201);
    let person =
        json!({"club": "north", "kind": "MEMBER", "first_name": "A", "last_name": "B", "shoe_size": "44"});
    let id = sim(&simulator, "POST", "/people", person).await.json()["id"].clone();
    assert_eq!(simulator.lead_sources()[0].name, "Website");
    let found =
        spoke(&simulator, "GET", "/clubs/north/people?last_name=b", Value::Null).await.unwrap().json();
    assert_eq!(found["people"][0]["id"], id);
    assert_eq!(
        sim(&simulator, "DELETE", &format!("/people/{}", id.as_str().unwrap()), Value::Null).await.status,
        204
    );
    let found =
        spoke(&simulator, "GET", "/clubs/north/people?last_name=b", Value::Null).await.unwrap().json();
    assert_eq!(found["people"], json!([]));
}

#[tokio::test]
async fn a_sale_at_the_desk_changes_the_record_and_leaves_the_rest() {
    let simulator = open().await;
    let body = json!({"kind": "PROSPECT", "first_name": "A", "last_name": "B", "email": "a@b.example"});
    spoke(&simulator, "PUT", "/clubs/kits/people/c-1", body).await.unwrap();
    let id = simulator.people()[0].id.clone();
    let path = format!("/people/{id}");
    let sold = json!({"kind": "MEMBER", "city": "Halifax"});
    assert_eq!(sim(&simulator, "PUT", &path, sold).await.status, 204);
    let person = simulator.person(&id).unwrap();
    assert_eq!(
        (person.kind, person.get("city"), person.get("email")),
        (Kind::Member, "Halifax", "a@b.example")
    );
    assert_eq!((person.club.as_str(), person.external_ref.as_deref()), ("kits", Some("c-1")));
    assert_eq!(sim(&simulator, "PUT", &path, json!({"kind": "OWNER"})).await.status, 400);
    let walk_in = json!({"kind": "MEMBER", "last_name": "C"});
    assert_eq!(sim(&simulator, "PUT", "/people/walk-in-1", walk_in).await.status, 204);
    assert_eq!(simulator.person("walk-in-1").unwrap().kind, Kind::Member);
}

#[tokio::test]
async fn faults_are_set_shown_cleared_and_a_misspelt_one_is_refused() {
    let simulator = open().await;
    let got = sim(&simulator, "POST", "/faults", json!({"latencyms": 5})).await;
    assert!(got.status == 400 && got.text.contains("latencyms"), "{}", got.text);
    assert_eq!(sim(&simulator, "POST", "/faults", json!({"latency_ms": 5})).await.status, 204);
    assert_eq!(sim(&simulator, "GET", "/faults", Value::Null).await.json()["latency_ms"], 5);
    sim(&simulator, "DELETE", "/faults", Value::Null).await;
    assert_eq!(sim(&simulator, "GET", "/faults", Value::Null).await.json()["latency_ms"], 0);
}

#[tokio::test]
async fn the_ledger_forgets_the_oldest_calls_and_keeps_counting() {
    let mut config = Config::new(Platform::OpenSpoke);
    config.ledger_capacity = 3;
    let simulator = Simulator::start(Platform::OpenSpoke, config).await.unwrap();
    for _ in 0..5 {
        spoke(&simulator, "GET", "/health", Value::Null).await.unwrap();
    }
    let numbers: Vec<u64> = simulator.ledger().iter().map(|call| call.n).collect();
    assert_eq!(numbers, [3, 4, 5]);
}

#[tokio::test]
async fn a_stopped_simulator_frees_its_port() {
    let simulator = open().await;
    let at = simulator.addr();
    simulator.stop().await;
    let config = Config { port: at.port(), ..Config::new(Platform::OpenSpoke) };
    let again = Simulator::start(Platform::OpenSpoke, config).await.unwrap();
    assert_eq!(again.addr(), at);
}
