//! MINDBODY: key, site and token; flat records; pages by offset; referral types without numbers.

use serde_json::{Value, json};
use simulator::{Config, Kind, LeadSource, Platform, Simulator, Staff};

use crate::http::{Got, call};

async fn open() -> (Simulator, String) {
    let mut config = Config::new(Platform::Mindbody);
    config.staff =
        (1..=3).map(|n| Staff::new(&n.to_string(), "Nina", "Okafor", "nina@club.example")).collect();
    config.lead_sources =
        vec![LeadSource::new("7", "Facebook"), LeadSource { active: false, ..LeadSource::new("8", "Radio") }];
    let simulator = Simulator::start(Platform::Mindbody, config).await.unwrap();
    let login = json!({"Username": "connector", "Password": "mindbody-password"});
    let got = asked(&simulator, "POST", "/usertoken/issue", &login, "").await;
    let token = got.json()["AccessToken"].as_str().unwrap().to_owned();
    (simulator, token)
}

async fn asked(simulator: &Simulator, method: &str, path: &str, body: &Value, token: &str) -> Got {
    let url = format!("{}/public/v6{path}", simulator.url());
    let authorization = format!("Bearer {token}");
    let headers =
        [("api-key", "mindbody-key"), ("siteid", "4100"), ("authorization", authorization.as_str())];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    call(method, &url, &headers, body).await.unwrap()
}

fn ada(more: &Value) -> Value {
    let mut client =
        json!({"FirstName": "Ada", "LastName": "Byron", "Email": "ada@home.example", "IsProspect": true});
    client.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client
}

fn code(got: &Got) -> (u16, String) {
    (got.status, got.json()["Error"]["Code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_key_a_site_and_a_token_are_needed_and_a_token_ends() {
    let (simulator, token) = open().await;
    assert_eq!(
        asked(&simulator, "GET", "/site/sites", &Value::Null, &token).await.json()["Sites"][0]["Id"],
        4100
    );
    let url = format!("{}/public/v6/site/sites", simulator.url());
    for headers in [
        [("api-key", "guess"), ("siteid", "4100"), ("authorization", token.as_str())],
        [("api-key", "mindbody-key"), ("siteid", "4100"), ("authorization", "guess")],
        [("api-key", "mindbody-key"), ("siteid", "9"), ("authorization", token.as_str())],
    ] {
        assert!([401, 403].contains(&call("GET", &url, &headers, "").await.unwrap().status));
    }
    simulator.expire_tokens();
    assert_eq!(code(&asked(&simulator, "GET", "/site/sites", &Value::Null, &token).await).0, 401);
    let wrong = json!({"Username": "connector", "Password": "guess"});
    assert_eq!(asked(&simulator, "POST", "/usertoken/issue", &wrong, "").await.status, 401);
}

#[tokio::test]
async fn lists_come_in_pages_that_say_how_many_there_are() {
    let (simulator, token) = open().await;
    let page =
        asked(&simulator, "GET", "/staff/staff?request.limit=2&request.offset=2", &Value::Null, &token)
            .await
            .json();
    assert_eq!(
        (page["StaffMembers"].as_array().unwrap().len(), &page["PaginationResponse"]["TotalResults"]),
        (1, &json!(3))
    );
    let names = asked(&simulator, "GET", "/client/clientreferraltypes", &Value::Null, &token).await.json();
    assert_eq!(names["ReferralTypes"], json!(["Facebook"]));
    let too_many = asked(&simulator, "GET", "/staff/staff?request.limit=201", &Value::Null, &token).await;
    assert_eq!(code(&too_many), (400, "InvalidParameter".to_owned()));
}

#[tokio::test]
async fn a_client_is_made_changed_found_and_won() {
    let (simulator, token) = open().await;
    let more =
        json!({"ReferredBy": "Facebook", "SalesReps": [{"Id": 2}], "BirthDate": "1990-05-17T00:00:00"});
    let got = asked(&simulator, "POST", "/client/addclient", &ada(&more), &token).await;
    let client = got.json()["Client"].clone();
    let id = client["Id"].as_str().unwrap();
    assert_eq!(client["UniqueId"], json!(id.parse::<u64>().unwrap()));
    let change = json!({"Client": {"Id": id, "City": "Porto", "MobilePhone": "", "IsProspect": false}});
    assert_eq!(asked(&simulator, "POST", "/client/updateclient", &change, &token).await.status, 200);
    let there = simulator.person(id).unwrap();
    assert_eq!(
        (there.kind, there.get("city"), there.get("email")),
        (Kind::Member, "Porto", "ada@home.example")
    );
    assert_eq!(
        (there.get("owner_id"), there.get("lead_source_id"), there.get("birth_date")),
        ("2", "7", "1990-05-17")
    );
    for path in
        ["/client/clients?request.searchText=byron", &format!("/client/clients?request.clientIDs={id}")]
    {
        let found = asked(&simulator, "GET", path, &Value::Null, &token).await.json();
        assert_eq!(
            (found["Clients"][0]["Id"].as_str(), found["Clients"][0]["IsProspect"].as_bool()),
            (Some(id), Some(false))
        );
    }
    let nobody = json!({"Client": {"Id": "5", "City": "Porto"}});
    assert_eq!(
        code(&asked(&simulator, "POST", "/client/updateclient", &nobody, &token).await).1,
        "ClientNotFound"
    );
}

#[tokio::test]
async fn refusals_have_codes_and_a_dry_run_stores_nothing() {
    let (simulator, token) = open().await;
    for (body, expected) in [
        (json!({"FirstName": "Ada"}), "MissingRequiredFields"),
        (ada(&json!({"ReferredBy": "Radio waves"})), "ValidationFailed"),
        (ada(&json!({"SalesReps": [{"Id": 99}]})), "ValidationFailed"),
        (ada(&json!({"BirthDate": "17/05/1990"})), "ValidationFailed"),
        (ada(&json!({"Email": "none"})), "ValidationFailed"),
    ] {
        let got = asked(&simulator, "POST", "/client/addclient", &body, &token).await;
        assert_eq!(code(&got), (400, expected.to_owned()), "{body}");
    }
    assert_eq!(
        asked(&simulator, "POST", "/client/addclient", &ada(&json!({"Test": true})), &token).await.status,
        200
    );
    assert_eq!(simulator.people(), []);
    assert_eq!(asked(&simulator, "POST", "/client/addclient", &ada(&json!({})), &token).await.status, 200);
    let again = asked(&simulator, "POST", "/client/addclient", &ada(&json!({})), &token).await;
    assert_eq!(code(&again), (400, "InvalidClientCreation".to_owned()));
    assert_eq!((simulator.people().len(), simulator.violations()), (1, Vec::new()));
}
