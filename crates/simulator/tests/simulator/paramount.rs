//! Paramount: a key in the path, and one call that saves a prospect, new or known.

use serde_json::{Value, json};
use simulator::{Config, Kind, Platform, Simulator, Staff};

use crate::http::{Got, call};

async fn open() -> Simulator {
    let mut config = Config::new(Platform::Paramount);
    config.staff = vec![Staff::new("101", "Nina", "Okafor", "nina@club.example")];
    Simulator::start(Platform::Paramount, config).await.unwrap()
}

async fn posted(simulator: &Simulator, name: &str, key: &str, body: &Value) -> Got {
    let url = format!("{}/legacy/PAC/API/{name}/{key}", simulator.url());
    call("POST", &url, &[("content-type", "application/json")], body.to_string()).await.unwrap()
}

#[tokio::test]
async fn a_prospect_without_a_number_is_new_and_with_one_is_changed() {
    let simulator = open().await;
    let ada =
        json!({ "ClubId": 61, "FirstName": "Ada", "LastName": "Byron", "EmployeeId": 101, "City": "Porto" });
    let made = posted(&simulator, "SaveProspect", "paramount-key", &ada).await.json();
    let id = made["ProspectId"].to_string();
    let changed = json!({ "ClubId": "61", "ProspectId": id, "Email": "ada@home.example", "City": "" });
    assert_eq!(posted(&simulator, "SaveProspect", "paramount-key", &changed).await.status, 200);
    let there = simulator.person(&id).unwrap();
    assert_eq!(
        (there.kind, there.get("email"), there.get("city"), there.get("owner_id")),
        (Kind::Prospect, "ada@home.example", "", "101")
    );
    posted(&simulator, "SaveProspect", "paramount-key", &ada).await;
    assert_eq!(simulator.people().len(), 2, "nothing looks for who is there already");
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_stores_nothing() {
    let simulator = open().await;
    let sent = async |body: Value| posted(&simulator, "SaveProspect", "paramount-key", &body).await;
    for body in [
        json!({ "ClubId": "62", "FirstName": "Ada", "LastName": "Byron" }),
        json!({ "ClubId": "61", "FirstName": "Ada" }),
        json!({ "ClubId": "61", "FirstName": "Ada", "LastName": "Byron", "Email": "none" }),
        json!({ "ClubId": "61", "FirstName": "Ada", "LastName": "Byron", "EmployeeId": "7" }),
    ] {
        assert_eq!(sent(body.clone()).await.status, 400, "{body}");
    }
    let ada = json!({ "ClubId": "61", "FirstName": "Ada", "LastName": "Byron" });
    assert_eq!(posted(&simulator, "SaveProspect", "wrong", &ada).await.status, 401);
    assert_eq!(sent(json!({ "ClubId": "61", "ProspectId": "1" })).await.status, 404);
    assert_eq!(simulator.people(), []);
}

#[tokio::test]
async fn employees_are_those_of_the_club_with_their_addresses() {
    let simulator = open().await;
    let list = posted(&simulator, "GetEmployees", "paramount-key", &json!({ "ClubId": "61" })).await.json();
    assert_eq!(list[0]["Email"], "nina@club.example");
    let url = format!("{}/legacy/PAC/API/GetLocations/paramount-key/west", simulator.url());
    assert_eq!(call("GET", &url, &[], "").await.unwrap().json()[0]["ClubId"], 61);
}
