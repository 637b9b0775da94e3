//! ABC: an address for each club, refusals and empty lists in a 200, text for everything, members numbered apart.

use serde_json::{Value, json};
use simulator::{Config, Faults, Kind, LeadSource, Platform, Simulator, Staff};

use crate::http::{Got, call};

async fn open() -> Simulator {
    let mut config = Config::new(Platform::AbcDatatrak);
    config.staff = vec![
        Staff::new("e-1", "Nina", "Okafor", "nina@club.example"),
        Staff::new("e-2", "Omar", "Reyes", "omar@club.example"),
        Staff::new("e-3", "Pia", "Lund", "pia@club.example"),
    ];
    config.lead_sources = vec![LeadSource::new("c-1", "Facebook")];
    Simulator::start(Platform::AbcDatatrak, config).await.unwrap()
}

const KEY: [(&str, &str); 2] = [("app_id", "abc-app"), ("app_key", "abc-key")];

async fn abc(simulator: &Simulator, method: &str, path: &str, body: &Value) -> Got {
    let url = format!("{}/rest/0042{path}", simulator.url());
    let body = if body.is_null() { String::new() } else { body.to_string() };
    call(method, &url, &KEY, body).await.unwrap()
}

fn ada(more: &Value) -> Value {
    let mut personal = json!({"firstName": "Ada", "lastName": "Byron", "email": "ada@home.example"});
    personal.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"personal": personal, "agreement": {"salesPersonId": "e-1", "campaignId": "c-1"}})
}

async fn created(simulator: &Simulator) -> String {
    let got =
        abc(simulator, "POST", "/prospects", &json!({"prospects": [{"prospect": ada(&json!({}))}]})).await;
    assert_eq!((got.status, &got.json()["status"]["message"]), (200, &json!("success")));
    got.json()["result"]["memberId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_wrong_key_is_turned_away_and_an_unopened_club_is_told_so_in_a_200() {
    let simulator = open().await;
    let url = format!("{}/rest/0042/employees", simulator.url());
    let got = call("GET", &url, &[("app_id", "abc-app"), ("app_key", "guess")], "").await.unwrap();
    assert_eq!(got.status, 403);
    let got = call("GET", &url.replace("0042", "42"), &KEY, "").await.unwrap();
    assert_eq!((got.status, &got.json()["status"]["message"]), (200, &json!("Not Authorized")));
}

#[tokio::test]
async fn lists_come_in_pages_and_one_thing_as_an_object() {
    let simulator = open().await;
    let first = abc(&simulator, "GET", "/employees?page=1&size=2", &Value::Null).await.json();
    assert_eq!(
        (first["employees"].as_array().unwrap().len(), &first["status"]["nextPage"]),
        (2, &json!("2"))
    );
    let last = abc(&simulator, "GET", "/employees?page=2&size=2", &Value::Null).await.json();
    assert_eq!((&last["employees"]["employeeId"], &last["status"]["count"]), (&json!("e-3"), &json!("1")));
    assert!(last["status"]["nextPage"].is_null());
    let none = abc(&simulator, "GET", "/employees?page=3&size=2", &Value::Null).await;
    assert_eq!((none.status, &none.json()["status"]["message"]), (200, &json!("No records found.")));
}

#[tokio::test]
async fn a_prospect_is_made_changed_and_read_and_what_is_left_out_stays() {
    let simulator = open().await;
    let id = created(&simulator).await;
    let path = format!("/prospects/{id}");
    let change = json!({"prospect": ada(&json!({"email": "", "city": "Porto", "gender": "Female"}))});
    assert_eq!(abc(&simulator, "PUT", &path, &change).await.json()["status"]["message"], "success");
    let read = abc(&simulator, "GET", &path, &Value::Null).await.json();
    let personal = &read["prospects"]["personal"];
    assert_eq!((&personal["city"], &personal["gender"]), (&json!("Porto"), &json!("Female")));
    assert!(personal["email"].is_null());
    assert_eq!(read["prospects"]["agreement"]["campaignId"], "c-1");
    let gone = abc(&simulator, "PUT", "/prospects/nobody", &change).await.json();
    assert_eq!(gone["status"]["message"], "No records found.");
}

#[tokio::test]
async fn refusals_are_in_a_200_with_a_code() {
    let simulator = open().await;
    let id = created(&simulator).await;
    for (prospect, says) in [
        (json!({"personal": {"firstName": "Ada"}}), "lastName is required"),
        (ada(&json!({"gender": "F"})), "gender is not valid"),
        (ada(&json!({"birthDate": "17/05/1990"})), "birthDate is not valid"),
        (ada(&json!({"city": 5})), "city is not text"),
        (
            json!({"personal": {"firstName": "Ada", "lastName": "Byron"}, "agreement": {"salesPersonId": "x"}}),
            "salesPersonId is not valid",
        ),
    ] {
        let got = abc(&simulator, "PUT", &format!("/prospects/{id}"), &json!({"prospect": prospect})).await;
        assert_eq!((got.status, &got.json()["status"]["message"]), (200, &json!(says)));
    }
    assert_eq!(
        abc(&simulator, "POST", "/prospects", &json!({"prospect": ada(&json!({}))})).await.json()["status"]["messageCode"],
        "API-PRO-0001"
    );
    assert_eq!(simulator.people().len(), 1);
}

#[tokio::test]
async fn a_sale_makes_a_member_in_a_numbering_of_its_own() {
    let simulator = open().await;
    let id = created(&simulator).await;
    assert_eq!(
        abc(&simulator, "GET", "/members", &Value::Null).await.json()["status"]["message"],
        "No records found."
    );
    assert!(simulator.set_kind(&id, Kind::Member));
    let member = abc(&simulator, "GET", "/members", &Value::Null).await.json()["members"].clone();
    assert_ne!(member["memberId"], json!(id));
    assert_eq!(
        (&member["personal"]["joinStatus"], &member["personal"]["isConvertedProspect"]),
        (&json!("Member"), &json!("true"))
    );
    let prospect = abc(&simulator, "GET", &format!("/prospects/{id}"), &Value::Null).await.json();
    assert_eq!(prospect["prospects"]["personal"]["isConvertedProspect"], "true");
}

#[tokio::test]
async fn a_second_record_of_one_person_is_made_and_noticed() {
    let simulator = open().await;
    created(&simulator).await;
    simulator.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    let url = format!("{}/rest/0042/prospects", simulator.url());
    let body = json!({"prospects": [{"prospect": ada(&json!({}))}]}).to_string();
    assert!(call("POST", &url, &KEY, body).await.is_err());
    assert_eq!((simulator.people().len(), simulator.violations().len()), (2, 1));
}
