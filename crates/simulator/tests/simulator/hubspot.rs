//! HubSpot: values as text, one contact for an address, a search that trails, options that are written whole.

use serde_json::{Value, json};
use simulator::{Config, Faults, Kind, LeadSource, Platform, Refuse, Simulator, Staff, Wrong};

use crate::http::{Got, call};

const CONTACTS: &str = "/objects/contacts";

async fn open() -> Simulator {
    let mut config = Config::new(Platform::HubSpot);
    let gone = Staff { active: false, ..Staff::new("702", "Sam", "Winters", "sam@club.example") };
    config.staff = vec![Staff::new("701", "Nina", "Okafor", "nina@club.example"), gone];
    config.lead_sources =
        vec![LeadSource::new("facebook", "Facebook"), LeadSource::new("walk_in", "Walk-in")];
    Simulator::start(Platform::HubSpot, config).await.unwrap()
}

async fn with_token(simulator: &Simulator, token: &str, method: &str, path: &str, body: &Value) -> Got {
    let url = format!("{}/crm/v3{path}", simulator.url());
    let bearer = format!("Bearer {token}");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    call(method, &url, &[("authorization", &bearer)], body).await.unwrap()
}

async fn crm(simulator: &Simulator, method: &str, path: &str, body: Value) -> Got {
    with_token(simulator, "pat-hubspot", method, path, &body).await
}

fn ann() -> Value {
    json!({"properties": {
        "firstname": "Ann", "lastname": "Lee", "email": "Ann@Lee.example", "mobilephone": "+16045550101",
        "date_of_birth": "1990-04-30", "gender": "Female", "hubspot_owner_id": "701", "connector_lead_source": "walk_in", "connector_id": "c-1",
    }})
}

async fn create(simulator: &Simulator) -> String {
    let got = crm(simulator, "POST", CONTACTS, ann()).await;
    assert_eq!(got.status, 201, "{}", got.text);
    got.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_wrong_token_is_a_401_and_the_token_of_a_public_app_ends() {
    let simulator = open().await;
    let guessed = with_token(&simulator, "guess", "GET", CONTACTS, &Value::Null).await;
    assert_eq!((guessed.status, &guessed.json()["category"]), (401, &json!("INVALID_AUTHENTICATION")));
    let url = format!("{}/oauth/v1/token", simulator.url());
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let refresh = "grant_type=refresh_token&client_id=connector&client_secret=pat-hubspot&refresh_token=";
    let got = call("POST", &url, &form, format!("{refresh}hubspot-refresh")).await.unwrap().json();
    let token = got["access_token"].as_str().unwrap();
    assert_eq!(with_token(&simulator, token, "GET", CONTACTS, &Value::Null).await.status, 200);
    simulator.expire_tokens();
    assert_eq!(with_token(&simulator, token, "GET", CONTACTS, &Value::Null).await.status, 401);
    assert_eq!(call("POST", &url, &form, format!("{refresh}guess")).await.unwrap().status, 400);
}

#[tokio::test]
async fn a_property_has_to_be_asked_for_to_come_back() {
    let simulator = open().await;
    let id = create(&simulator).await;
    let person = simulator.person(&id).unwrap();
    assert_eq!(
        (person.get("email"), person.get("gender"), person.get("owner_id")),
        ("ann@lee.example", "F", "701")
    );
    let path = format!("{CONTACTS}/{id}");
    let unasked = crm(&simulator, "GET", &path, Value::Null).await.json();
    assert_eq!(
        (&unasked["properties"]["lastname"], unasked["properties"].get("city")),
        (&json!("Lee"), None)
    );
    assert!(unasked["properties"].get("connector_lead_source").is_none());
    let path = format!("{path}?properties=connector_lead_source,gender,city,shoe_size");
    let asked = crm(&simulator, "GET", &path, Value::Null).await.json();
    let properties = &asked["properties"];
    assert_eq!(
        (&properties["connector_lead_source"], &properties["gender"]),
        (&json!("walk_in"), &json!("Female"))
    );
    assert!(properties["city"].is_null() && properties.get("shoe_size").is_none());
}

#[tokio::test]
async fn a_second_contact_with_an_address_is_a_conflict_that_names_the_first() {
    let simulator = open().await;
    let id = create(&simulator).await;
    let got = crm(&simulator, "POST", CONTACTS, ann()).await;
    assert_eq!((got.status, &got.json()["category"]), (409, &json!("CONFLICT")));
    assert!(got.json()["message"].as_str().unwrap().ends_with(&format!("Existing ID: {id}")));
    let bob = json!({"properties": {"firstname": "Bob", "lastname": "Lee"}});
    let bob = crm(&simulator, "POST", CONTACTS, bob).await.json();
    let path = format!("{CONTACTS}/{}", bob["id"].as_str().unwrap());
    let taken = json!({"properties": {"email": "ANN@lee.example"}});
    assert_eq!(crm(&simulator, "PATCH", &path, taken).await.status, 409);
    assert_eq!(simulator.people().len(), 2);
}

#[tokio::test]
async fn no_two_contacts_have_one_connector_id() {
    let simulator = open().await;
    create(&simulator).await;
    let property = crm(&simulator, "GET", "/properties/contacts/connector_id", Value::Null).await.json();
    assert_eq!((&property["name"], &property["hasUniqueValue"]), (&json!("connector_id"), &json!(true)));
    let other = json!({"properties": {"lastname": "Lee", "connector_id": "c-1"}});
    let got = crm(&simulator, "POST", CONTACTS, other).await;
    assert_eq!((got.status, &got.json()["errors"][0]["code"]), (400, &json!("CONFLICTING_UNIQUE_VALUE")));
    let found = json!({"filterGroups": [{"filters": [{"propertyName": "connector_id", "operator": "EQ", "value": "c-1"}]}]});
    assert_eq!(crm(&simulator, "POST", &format!("{CONTACTS}/search"), found).await.json()["total"], 1);
}

#[tokio::test]
async fn a_contact_changes_by_number_or_by_address_and_an_empty_value_clears() {
    let simulator = open().await;
    let id = create(&simulator).await;
    let change = json!({"properties": {"city": "Vancouver", "mobilephone": ""}});
    assert_eq!(crm(&simulator, "PATCH", &format!("{CONTACTS}/{id}"), change).await.status, 200);
    let person = simulator.person(&id).unwrap();
    assert_eq!((person.get("city"), person.get("mobile"), person.get("last_name")), ("Vancouver", "", "Lee"));
    let by_email = format!("{CONTACTS}/ann%40lee.example?idProperty=email");
    let got = crm(&simulator, "PATCH", &by_email, json!({"properties": {"city": "Halifax"}})).await;
    assert_eq!((got.status, simulator.person(&id).unwrap().get("city")), (200, "Halifax"));
    simulator.remove_person(&id);
    let got = crm(&simulator, "PATCH", &by_email, json!({"properties": {"city": "Toronto"}})).await;
    assert_eq!((got.status, &got.json()["category"]), (404, &json!("OBJECT_NOT_FOUND")));
}

#[tokio::test]
async fn a_stage_moves_on_and_goes_back_only_after_it_was_emptied() {
    let simulator = open().await;
    let id = create(&simulator).await;
    let stage = async |stage: &str| {
        let change = json!({"properties": {"lifecyclestage": stage}});
        let got = crm(&simulator, "PATCH", &format!("{CONTACTS}/{id}"), change).await;
        (got.status, simulator.person(&id).unwrap().kind, got.json()["properties"]["lifecyclestage"].clone())
    };
    assert_eq!(stage("customer").await, (200, Kind::Member, json!("customer")));
    assert_eq!(stage("lead").await, (200, Kind::Member, json!("customer")), "taken, and nothing happens");
    assert_eq!(stage("other").await, (200, Kind::ExMember, json!("other")));
    assert_eq!(stage("").await, (200, Kind::Prospect, Value::Null));
    assert_eq!(stage("customer").await.1, Kind::Member);
    assert_eq!(stage("asleep").await.0, 400);
}

#[tokio::test]
async fn what_the_accounts_people_make_of_a_contact_shows_in_its_stage() {
    let simulator = open().await;
    let id = create(&simulator).await;
    simulator.put_person(&id, "hub", Kind::Member, &[]);
    let got =
        crm(&simulator, "GET", &format!("{CONTACTS}/{id}?properties=lifecyclestage"), Value::Null).await;
    assert_eq!(got.json()["properties"]["lifecyclestage"], "customer");
}

#[tokio::test]
async fn refusals_name_the_property() {
    let simulator = open().await;
    for (name, value, code) in [
        ("shoe_size", "44", "PROPERTY_DOESNT_EXIST"),
        ("email", "none", "INVALID_EMAIL"),
        ("hubspot_owner_id", "702", "INVALID_OWNER_ID"),
        ("connector_lead_source", "radio", "INVALID_OPTION"),
        ("createdate", "2026-11-22", "READ_ONLY_VALUE"),
    ] {
        let got = crm(&simulator, "POST", CONTACTS, json!({"properties": {name: value}})).await;
        let error = &got.json()["errors"][0];
        assert_eq!((got.status, &error["code"]), (400, &json!(code)), "{}", got.text);
        assert_eq!(error["context"]["propertyName"], json!([name]));
    }
    let refuse = Refuse { field: "zipcode".to_owned(), contains: "9".to_owned(), message: "No".to_owned() };
    simulator.set_faults(Faults { refuse: Some(refuse), ..Faults::default() });
    let got = crm(&simulator, "POST", CONTACTS, json!({"properties": {"zip": "98101"}})).await;
    assert_eq!((got.status, &got.json()["errors"][0]["message"]), (400, &json!("No")));
    assert!(simulator.people().is_empty());
}

#[tokio::test]
async fn a_search_finds_by_groups_of_filters_and_later_than_a_read() {
    let simulator = open().await;
    let id = create(&simulator).await;
    let search =
        |filters: Value| json!({"filterGroups": [{"filters": filters}], "properties": ["mobilephone"]});
    let eq = |name: &str, value: &str| json!({"propertyName": name, "operator": "EQ", "value": value});
    let find = async |body: Value| crm(&simulator, "POST", &format!("{CONTACTS}/search"), body).await.json();
    let found = find(search(json!([eq("email", "ANN@LEE.example"), eq("lastname", "lee")]))).await;
    assert_eq!((&found["total"], &found["results"][0]["id"]), (&json!(1), &json!(id)));
    assert_eq!(found["results"][0]["properties"]["mobilephone"], "+16045550101");
    assert_eq!(find(search(json!([eq("firstname", "Bob")]))).await["total"], 0);
    let either = json!({"filterGroups": [{"filters": [eq("firstname", "Bob")]}, {"filters": [eq("firstname", "Ann")]}]});
    assert_eq!(find(either).await["total"], 1);
    let since =
        |value: &str| json!([{"propertyName": "lastmodifieddate", "operator": "GTE", "value": value}]);
    assert_eq!(find(search(since("2020-01-01T00:00:00Z"))).await["total"], 1);
    assert_eq!(find(search(since("4102444800000"))).await["total"], 0);
    assert_eq!(find(search(json!([eq("shoe_size", "44")]))).await["status"], "error");
    simulator.set_faults(Faults { visible_after_ms: 600_000, ..Faults::default() });
    assert_eq!(find(search(json!([eq("lastname", "Lee")]))).await["total"], 0);
    assert_eq!(crm(&simulator, "GET", &format!("{CONTACTS}/{id}"), Value::Null).await.status, 200);
}

#[tokio::test]
async fn pages_end_with_the_one_that_names_no_next() {
    let simulator = open().await;
    for n in 0..5 {
        simulator.add_person("hub", Kind::Prospect, &[("last_name", &format!("B{n}"))]);
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let got =
            crm(&simulator, "GET", &format!("{CONTACTS}?limit=2&after={after}"), Value::Null).await.json();
        seen.extend(
            got["results"].as_array().unwrap().iter().map(|one| one["properties"]["lastname"].clone()),
        );
        let Some(next) = got["paging"]["next"]["after"].as_str() else { break };
        next.clone_into(&mut after);
    }
    assert_eq!(json!(seen), json!(["B0", "B1", "B2", "B3", "B4"]));
    assert_eq!(crm(&simulator, "GET", &format!("{CONTACTS}?limit=101"), Value::Null).await.status, 400);
}

#[tokio::test]
async fn a_batch_of_which_a_part_failed_is_a_207() {
    let simulator = open().await;
    let id = create(&simulator).await;
    let input = |email: &str, properties: Value| json!({"idProperty": "email", "id": email, "properties": properties});
    let ann = input("ann@lee.example", json!({"city": "Halifax"}));
    let bob = input("bob@lee.example", json!({"firstname": "Bob"}));
    let bad = input("bad@lee.example", json!({"shoe_size": "44"}));
    let path = format!("{CONTACTS}/batch/upsert");
    let got = crm(&simulator, "POST", &path, json!({"inputs": [ann.clone(), bad, bob]})).await;
    let answer = got.json();
    assert_eq!((got.status, &answer["numErrors"]), (207, &json!(1)));
    assert_eq!((&answer["results"][0]["id"], &answer["results"][0]["new"]), (&json!(id), &json!(false)));
    assert_eq!(answer["results"][1]["new"], true);
    assert_eq!(answer["errors"][0]["context"]["ids"], json!(["bad@lee.example"]));
    assert_eq!(crm(&simulator, "POST", &path, json!({"inputs": [ann]})).await.status, 200);
    let emails: Vec<String> =
        simulator.people().iter().map(|person| person.get("email").to_owned()).collect();
    assert_eq!(emails, ["ann@lee.example", "bob@lee.example"]);
}

#[tokio::test]
async fn owners_are_found_by_address_and_archived_ones_only_when_asked_for() {
    let simulator = open().await;
    let owners =
        async |query: &str| crm(&simulator, "GET", &format!("/owners?{query}"), Value::Null).await.json();
    assert_eq!(owners("email=NINA%40club.example").await["results"][0]["id"], "701");
    assert_eq!(owners("email=sam%40club.example").await["results"], json!([]));
    assert_eq!(owners("archived=true").await["results"][0]["id"], "702");
    crm(&simulator, "POST", "/owners", json!({})).await;
    assert_eq!(simulator.violations()[0].wrong, Wrong::StaffWrite);
}

#[tokio::test]
async fn two_who_write_all_options_back_lose_each_others_option() {
    let simulator = open().await;
    let path = "/properties/contacts/connector_lead_source";
    let read = crm(&simulator, "GET", path, Value::Null).await.json();
    let with = |name: &str| {
        let mut options = read["options"].as_array().unwrap().clone();
        options
            .push(json!({"label": name, "value": name.to_lowercase(), "displayOrder": 9, "hidden": false}));
        json!({"options": options})
    };
    assert_eq!(crm(&simulator, "PATCH", path, with("Radio")).await.status, 200);
    assert_eq!(crm(&simulator, "PATCH", path, with("Poster")).await.status, 200);
    let names: Vec<String> = simulator.lead_sources().into_iter().map(|source| source.name).collect();
    assert_eq!(names, ["Facebook", "Walk-in", "Poster"]);
    let twice = json!({"options": [{"label": "A", "value": "a"}, {"label": "a", "value": "b"}]});
    assert_eq!(crm(&simulator, "PATCH", path, twice).await.status, 400);
    assert_eq!(crm(&simulator, "GET", "/properties/contacts/none", Value::Null).await.status, 404);
}

#[tokio::test]
async fn after_a_lost_answer_the_second_create_is_the_conflict() {
    let simulator = open().await;
    simulator.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    let url = format!("{}/crm/v3{CONTACTS}", simulator.url());
    assert!(call("POST", &url, &[("authorization", "Bearer pat-hubspot")], ann().to_string()).await.is_err());
    assert_eq!(crm(&simulator, "POST", CONTACTS, ann()).await.status, 409);
    assert_eq!(simulator.people().len(), 1);
}

#[tokio::test]
async fn foreign_bytes_are_refused() {
    let simulator = open().await;
    for path in [CONTACTS, "/objects/contacts/search", "/objects/contacts/batch/upsert"] {
        for body in ["", "[]", "{", "\u{0}", r#"{"properties": 5, "inputs": 5, "limit": 0}"#] {
            let url = format!("{}/crm/v3{path}", simulator.url());
            let got = call("POST", &url, &[("authorization", "Bearer pat-hubspot")], body).await.unwrap();
            assert_eq!(
                (got.status, &got.json()["category"]),
                (400, &json!("VALIDATION_ERROR")),
                "{path} {body}"
            );
        }
    }
}
