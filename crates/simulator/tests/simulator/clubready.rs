//! ClubReady: a key in the query, a duplicate that answers the old number, and an e-mail that must be chosen.

use serde_json::Value;
use simulator::{Config, Kind, LeadSource, Platform, Simulator, Staff};

use crate::http::{Got, call};

async fn open() -> Simulator {
    let mut config = Config::new(Platform::ClubReady);
    config.staff = vec![Staff::new("101", "Nina", "Okafor", "nina@club.example")];
    config.lead_sources = vec![LeadSource::new("7", "Facebook")];
    Simulator::start(Platform::ClubReady, config).await.unwrap()
}

async fn asked(simulator: &Simulator, method: &str, path: &str, fields: &str) -> Got {
    let key = "ApiKey=clubready-key&StoreId=801";
    let url = format!("{}/api/current{path}?{key}&{fields}", simulator.url());
    call(method, &url, &[], "").await.unwrap()
}

const ADA: &str = "FirstName=Ada&LastName=Byron&Email=ada%40home.example&SendEmail=false";

#[tokio::test]
async fn a_prospect_is_made_once_changed_and_found() {
    let simulator = open().await;
    let form = format!(
        "ApiKey=clubready-key&StoreId=801&{ADA}&AssignToId=101&ReferralTypeId=7&DateOfBirth=1990-05-17"
    );
    let url = format!("{}/api/current/users/prospect", simulator.url());
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let made = call("POST", &url, &headers, form).await.unwrap().json();
    assert_eq!((made["Success"].as_bool(), made["EmailSent"].as_bool()), (Some(true), Some(false)));
    let id = made["UserId"].to_string();
    let again = asked(&simulator, "POST", "/users/prospect", ADA).await.json();
    assert_eq!((again["UserId"].to_string(), simulator.people().len()), (id.clone(), 1));

    let changed =
        asked(&simulator, "PUT", "/users/prospect", &format!("UserId={id}&City=Porto&CellPhone=")).await;
    assert_eq!(changed.status, 200);
    let there = simulator.person(&id).unwrap();
    assert_eq!(
        (there.kind, there.get("city"), there.get("owner_id"), there.get("lead_source_id")),
        (Kind::Prospect, "Porto", "101", "7")
    );
    let found =
        asked(&simulator, "GET", "/users/find", "email=ada%40home.example&FirstName=Ada").await.json();
    assert_eq!(found["users"][0]["UserId"].to_string(), id);
    assert_eq!(
        asked(&simulator, "GET", &format!("/users/{id}"), "FullDetail=true").await.json()["City"],
        "Porto"
    );
    assert_eq!(
        asked(&simulator, "GET", "/users/find", "email=nobody%40home.example").await.json()["users"],
        Value::Array(Vec::new())
    );
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_refused_and_stores_nothing() {
    let simulator = open().await;
    for (fields, says) in [
        ("FirstName=Ada&LastName=Byron&Email=ada%40home.example", "SendEmail is required"),
        ("FirstName=Ada&LastName=Byron&SendEmail=false", "Email is required"),
        (&format!("{ADA}&Gender=Female"), "Gender is not valid"),
        (&format!("{ADA}&AssignToId=9"), "AssignToId is not valid"),
        (&format!("{ADA}&DateOfBirth=17.5.1990"), "DateOfBirth is not valid"),
    ] {
        let got = asked(&simulator, "POST", "/users/prospect", fields).await;
        assert_eq!((got.status, got.json()["ResponseStatus"]["Message"].as_str()), (400, Some(says)));
    }
    assert_eq!(simulator.people(), []);
    let url = format!("{}/api/current/users/find?ApiKey=guess&StoreId=801", simulator.url());
    assert_eq!(call("GET", &url, &[], "").await.unwrap().status, 401);
    let url = format!("{}/api/current/users/find?ApiKey=clubready-key&StoreId=9", simulator.url());
    assert_eq!(call("GET", &url, &[], "").await.unwrap().status, 403);
}
