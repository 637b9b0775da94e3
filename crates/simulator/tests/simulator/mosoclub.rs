//! MoSoClub: contact data of leads at once, and a file four times a day that tells agreement types.

use serde_json::{Value, json};
use simulator::{Config, Kind, Platform, Simulator};

use crate::http::{Got, call};

async fn open() -> Simulator {
    let config = Config { check_signatures: false, ..Config::new(Platform::MoSoClub) };
    Simulator::start(Platform::MoSoClub, config).await.unwrap()
}

async fn asked(simulator: &Simulator, method: &str, path: &str, body: &Value) -> Got {
    let token = format!("Bearer {}", Config::new(Platform::MoSoClub).credentials.secret);
    let url = format!("{}/v1/clubs/42{path}", simulator.url());
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    call(method, &url, &headers, body.to_string()).await.unwrap()
}

async fn filed(simulator: &Simulator) -> Vec<Value> {
    let answer = asked(simulator, "GET", "/changes?since=2020-01-01T00:00:00Z", &json!(null)).await.json();
    answer["people"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_file_tells_agreement_types_and_nothing_newer_than_itself() {
    let simulator = open().await;
    let ada = json!({ "kind": "PROSPECT", "first_name": "Ada", "last_name": "Byron", "city": "Porto" });
    let made = asked(&simulator, "PUT", "/people/77", &ada).await;
    assert_eq!(made.status, 201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        filed(&simulator).await,
        [json!({ "id": id, "first_name": "Ada", "last_name": "Byron", "city": "Porto" })]
    );
    assert!(simulator.set_kind(&id, Kind::Member));
    assert_eq!(filed(&simulator).await[0].get("agreement_type"), None, "the next file was not sent yet");
    simulator.send_file();
    let sold = &filed(&simulator).await[0];
    assert_eq!((&sold["agreement_type"], &sold["agreement_active"]), (&json!("Gold 12M"), &json!(true)));
    assert!(simulator.set_kind(&id, Kind::ExMember));
    simulator.send_file();
    assert_eq!(filed(&simulator).await[0]["agreement_active"], json!(false));
}

#[tokio::test]
async fn members_and_what_is_no_contact_data_are_refused() {
    let simulator = open().await;
    let member = json!({ "kind": "MEMBER", "first_name": "Ada", "last_name": "Byron" });
    let owned = json!({ "kind": "PROSPECT", "first_name": "Ada", "last_name": "Byron", "owner_id": "101" });
    for (body, field) in [(member, "kind"), (owned, "owner_id")] {
        let refused = asked(&simulator, "PUT", "/people/77", &body).await;
        assert_eq!((refused.status, &refused.json()["field"]), (422, &json!(field)));
    }
    assert_eq!(asked(&simulator, "GET", "/staff", &json!(null)).await.status, 404);
    assert_eq!(simulator.people(), []);
}
