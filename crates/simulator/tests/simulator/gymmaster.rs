//! GymMaster: forms in parts, refusals in a 200, cached reads, tokens of members.

use serde_json::{Value, json};
use simulator::{Config, Faults, Kind, Offline, Platform, Refuse, Simulator, Staff, Wrong};

use crate::http::{Got, call};

const KEY: &str = "gymmaster-key";

async fn open() -> Simulator {
    let mut config = Config::new(Platform::GymMaster);
    config.staff = vec![Staff::new("4", "Nina", "Okafor", "nina@club.example")];
    Simulator::start(Platform::GymMaster, config).await.unwrap()
}

fn parts(fields: &[(&str, &str)]) -> String {
    let part = |(name, value): &(&str, &str)| {
        format!("--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    fields.iter().map(part).collect::<String>() + "--frontier--\r\n"
}

async fn post(simulator: &Simulator, path: &str, fields: &[(&str, &str)]) -> Result<Got, reqwest::Error> {
    let url = format!("{}/portal/api{path}", simulator.url());
    let headers = [("content-type", "multipart/form-data; boundary=frontier")];
    call("POST", &url, &headers, parts(fields)).await
}

async fn get(simulator: &Simulator, path: &str) -> Value {
    let sign = if path.contains('?') { '&' } else { '?' };
    let url = format!("{}/portal/api{path}{sign}api_key={KEY}", simulator.url());
    let got = call("GET", &url, &[], "").await.unwrap();
    assert_eq!(got.status, 200, "{}", got.text);
    got.json()
}

const ANN: [(&str, &str); 7] = [
    ("api_key", KEY),
    ("companyid", "31"),
    ("firstname", "Ann"),
    ("surname", "Lee"),
    ("email", "ann@lee.example"),
    ("phonecell", "+16045550101"),
    ("notes", "saw the poster"),
];

fn ann(but: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    ANN.iter().filter(|(name, _)| !but.iter().any(|(other, _)| other == name)).chain(but).copied().collect()
}

#[tokio::test]
async fn a_wrong_key_is_an_error_in_a_200() {
    let simulator = open().await;
    let got = post(&simulator, "/v1/prospect/create", &ann(&[("api_key", "guess")])).await.unwrap();
    assert_eq!((got.status, &got.json()["error"]), (200, &json!("Invalid api_key")));
    assert!(simulator.people().is_empty());
}

#[tokio::test]
async fn a_plain_header_with_the_key_is_good_for_reads_and_the_vendors_own_header_for_writes_too() {
    let simulator = open().await;
    let url = format!("{}/portal/api/v1/companies", simulator.url());
    let got = call("GET", &url, &[("authorization", KEY)], "").await.unwrap();
    assert_eq!(got.json(), json!({"result": [{"id": 31, "name": "Kits Beach"}], "error": null}));
    let url = format!("{}/portal/api/v1/prospect/create", simulator.url());
    let headers = [("authorization", KEY), ("content-type", "multipart/form-data; boundary=frontier")];
    let got = call("POST", &url, &headers, parts(&ANN[1..])).await.unwrap();
    assert_eq!(got.json()["error"], "Invalid api_key");
    let headers = [("x-gm-api-key", KEY), headers[1]];
    let got = call("POST", &url, &headers, parts(&ANN[1..])).await.unwrap();
    assert!(got.json()["memberid"].is_number(), "{}", got.text);
}

#[tokio::test]
async fn a_prospect_is_made_from_a_form_in_parts_and_from_no_other() {
    let simulator = open().await;
    let got = post(&simulator, "/v1/prospect/create", &ANN).await.unwrap().json();
    let person = simulator.people().remove(0);
    assert_eq!(got["memberid"].as_u64().unwrap().to_string(), person.id);
    assert!(got["error"].is_null() && got["token"].is_string(), "{got}");
    assert_eq!(got["result"], "created", "a word, and never the number");
    assert_eq!(
        (person.kind, person.get("last_name"), person.get("mobile")),
        (Kind::Prospect, "Lee", "+16045550101")
    );
    let url = format!("{}/portal/api/v1/prospect/create?api_key={KEY}", simulator.url());
    let headers = [("content-type", "application/json")];
    let got = call("POST", &url, &headers, r#"{"firstname": "Ann"}"#).await.unwrap();
    assert!(got.status == 200 && got.json()["error"].is_string(), "{}", got.text);
    assert_eq!(simulator.people().len(), 1);
}

#[tokio::test]
async fn a_prospect_whose_details_match_is_updated_and_a_relative_at_the_same_address_is_not() {
    let simulator = open().await;
    let first = post(&simulator, "/v1/prospect/create", &ANN).await.unwrap().json();
    let again = ann(&[("email", "ANN@lee.example"), ("phonecell", "+16045550199")]);
    let again = post(&simulator, "/v1/prospect/create", &again).await.unwrap().json();
    assert_eq!(first["memberid"], again["memberid"]);
    assert_eq!(simulator.people()[0].get("mobile"), "+16045550199");
    post(&simulator, "/v1/prospect/create", &ann(&[("firstname", "Bob")])).await.unwrap();
    assert_eq!(simulator.people().len(), 2);
    assert!(simulator.violations().is_empty());
}

#[tokio::test]
async fn refusals_are_a_text_in_a_200() {
    let simulator = open().await;
    let cases = [
        (("email", ""), "email is required"),
        (("surname", " "), "surname is required"),
        (("email", "none"), "email is not a valid email address"),
        (("companyid", "99"), "Unknown companyid 99"),
    ];
    for (but, said) in cases {
        let got = post(&simulator, "/v1/prospect/create", &ann(&[but])).await.unwrap();
        assert_eq!((got.status, got.json()), (200, json!({"result": null, "error": said})));
    }
    let refuse = Refuse { field: "mobile".to_owned(), contains: "0101".to_owned(), message: String::new() };
    simulator.set_faults(Faults { refuse: Some(refuse), ..Faults::default() });
    let got = post(&simulator, "/v1/prospect/create", &ANN).await.unwrap().json();
    assert_eq!(got["error"], "phonecell is not accepted");
    assert!(simulator.people().is_empty());
}

#[tokio::test]
async fn a_membership_makes_a_member_of_the_prospect_and_only_once() {
    let simulator = open().await;
    post(&simulator, "/v1/prospect/create", &ANN).await.unwrap();
    let id = simulator.people()[0].id.clone();
    let sold = ann(&[("membershiptypeid", "1"), ("addresscity", "Vancouver")]);
    let got = post(&simulator, "/v1/signup", &sold).await.unwrap().json();
    assert_eq!(got["memberid"].as_u64().unwrap().to_string(), id);
    let person = simulator.person(&id).unwrap();
    assert_eq!((person.kind, person.get("city")), (Kind::Member, "Vancouver"));
    let again = post(&simulator, "/v1/signup", &sold).await.unwrap().json();
    assert_eq!(again["error"], "You are already a member");
    let back = post(&simulator, "/v1/prospect/create", &ANN).await.unwrap().json();
    assert_eq!(back["error"], "A member with these details already exists");
    assert_eq!(simulator.people().len(), 1);
}

#[tokio::test]
async fn members_are_listed_in_full_and_prospects_are_not_in_it() {
    let simulator = open().await;
    post(&simulator, "/v1/prospect/create", &ANN).await.unwrap();
    let id = simulator.people()[0].id.clone();
    assert_eq!(get(&simulator, "/v1/members").await["result"], json!([]));
    simulator.put_person(&id, "31", Kind::Member, &[]);
    simulator.add_person("31", Kind::ExMember, &[("first_name", "Bob"), ("last_name", "Lee")]);
    simulator.expire_cache();
    let members = get(&simulator, "/v1/members").await;
    let shown: Vec<Value> =
        members["result"].as_array().unwrap().iter().map(|m| m["status"].clone()).collect();
    assert_eq!(json!(shown), json!(["Current", "Expired"]));
    assert_eq!(members["result"][0]["memberid"].as_u64().unwrap().to_string(), id);
}

#[tokio::test]
async fn sales_staff_have_no_email_address_and_cannot_be_written() {
    let simulator = open().await;
    let staff = get(&simulator, "/v2/staff/salesrep").await;
    assert_eq!(staff["result"], json!([{"id": 4, "name": "Nina Okafor"}]));
    post(&simulator, "/v2/staff/salesrep", &[("api_key", KEY)]).await.unwrap();
    assert_eq!(simulator.violations()[0].wrong, Wrong::StaffWrite);
}

#[tokio::test]
async fn a_members_token_opens_their_profile_until_it_expires() {
    let simulator = open().await;
    let made = post(&simulator, "/v1/prospect/create", &ANN).await.unwrap().json();
    let id = made["memberid"].as_u64().unwrap().to_string();
    let login = post(&simulator, "/v1/login", &[("api_key", KEY), ("memberid", &id)]).await.unwrap().json();
    assert_eq!(login["result"]["expires"], 3600);
    let token = login["result"]["token"].as_str().unwrap();
    let change = [("api_key", KEY), ("token", token), ("addresscity", "Halifax"), ("phonecell", "")];
    post(&simulator, "/v1/member/profile", &change).await.unwrap();
    let profile = get(&simulator, &format!("/v1/member/profile?token={token}")).await;
    assert_eq!(
        (&profile["result"]["addresscity"], &profile["result"]["phonecell"]),
        (&json!("Halifax"), &json!(""))
    );
    simulator.expire_tokens();
    let got = post(&simulator, "/v1/member/profile", &change).await.unwrap();
    assert_eq!((got.status, &got.json()["error"]), (200, &json!("Invalid or expired token")));
}

#[test]
fn a_read_tells_what_it_told_before_for_five_minutes() {
    let offline = Offline::new(Platform::GymMaster, Config::new(Platform::GymMaster));
    let exists = |now_ms: u64| {
        let uri = format!("/portal/api/v2/member/exists?api_key={KEY}&email=ann%40lee.example");
        let request = http::Request::get(uri).body(bytes::Bytes::new()).unwrap();
        let body: Value = serde_json::from_str(&offline.call(request, now_ms, None).body).unwrap();
        if body["result"] == "Member not found" { None } else { body["result"]["current_member"].as_bool() }
    };
    assert_eq!(exists(1_000_000), None);
    let request = http::Request::post("/portal/api/v1/prospect/create")
        .header("content-type", "multipart/form-data; boundary=frontier")
        .body(bytes::Bytes::from(parts(&ANN)))
        .unwrap();
    assert!(offline.call(request, 1_000_001, None).stored.is_some());
    assert_eq!(exists(1_299_999), None, "still the old answer");
    assert_eq!(exists(1_300_000), Some(false), "a prospect is no current member");
}

#[tokio::test]
async fn a_server_error_after_storing_leaves_the_outcome_unknown_and_the_same_form_again_makes_no_second() {
    let simulator = open().await;
    simulator.set_faults(Faults { fail_after_store: 1, ..Faults::default() });
    let got = post(&simulator, "/v1/prospect/create", &ANN).await.unwrap();
    assert!(got.status == 500 && got.text.starts_with("<!DOCTYPE html>"), "{}", got.text);
    assert_eq!(simulator.ledger()[0].stored.as_deref(), Some(simulator.people()[0].id.as_str()));
    assert_eq!(post(&simulator, "/v1/prospect/create", &ANN).await.unwrap().status, 200);
    assert_eq!(simulator.people().len(), 1);
}

#[tokio::test]
async fn the_ledger_keeps_no_key_that_came_in_a_query() {
    let simulator = open().await;
    get(&simulator, "/v1/companies").await;
    assert_eq!(simulator.ledger()[0].path, "/portal/api/v1/companies?api_key=***");
}

#[tokio::test]
async fn foreign_bytes_are_refused() {
    let simulator = open().await;
    let url = format!("{}/portal/api/v1/prospect/create?api_key={KEY}", simulator.url());
    for (kind, body) in [
        ("multipart/form-data", ""),
        ("multipart/form-data; boundary=frontier", "--frontier\r\nname=\"email"),
        ("multipart/form-data; boundary=frontier", "\u{0}\u{1}--frontier--"),
        ("text/plain", "firstname=Ann"),
    ] {
        let got = call("POST", &url, &[("content-type", kind)], body).await.unwrap();
        assert!(got.status == 200 && got.json()["error"].is_string(), "{kind}: {}", got.text);
    }
}
