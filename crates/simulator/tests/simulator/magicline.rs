//! Magicline: a key for each studio, four numbers for one person, opaque offsets, amendments by block.

use serde_json::{Value, json};
use simulator::{Club, Config, Faults, Kind, LeadSource, Offline, Platform, Refuse, Simulator, Staff, Wrong};

use crate::http::{Got, call};

const KEY: &str = "magicline-key";

async fn open() -> Simulator {
    let mut config = Config::new(Platform::Magicline);
    config.clubs.push(Club::new("1300", "North"));
    config.staff = vec![Staff::new("3001", "Nina", "Okafor", "nina@club.example")];
    config.lead_sources = vec![LeadSource::new("501", "Facebook"), LeadSource::new("502", "Walk-in")];
    Simulator::start(Platform::Magicline, config).await.unwrap()
}

async fn with_key(simulator: &Simulator, key: &str, method: &str, path: &str, body: &Value) -> Got {
    let url = format!("{}{path}", simulator.url());
    let body = if body.is_null() { String::new() } else { body.to_string() };
    call(method, &url, &[("x-api-key", key)], body).await.unwrap()
}

async fn studio(simulator: &Simulator, method: &str, path: &str, body: Value) -> Got {
    with_key(simulator, KEY, method, &format!("/v1{path}"), &body).await
}

fn lead() -> Value {
    json!({
        "leadCustomer": {
            "firstname": "Ann", "lastname": "Lee", "email": "ann@lee.example", "telephone": "+496045550101",
            "dateOfBirth": "1990-04-30", "gender": "FEMALE", "thirdPartyId": "c-1",
        },
        "address": {
            "street": "Main Street", "houseNumber": "5", "zipCode": "20095", "city": "Hamburg", "countryCode": "DE",
        },
        "additionalInformation": [{"additionalFieldId": 901, "value": "Walk-in"}],
    })
}

#[tokio::test]
async fn a_key_opens_its_own_studio_and_a_head_checks_it() {
    let simulator = open().await;
    assert_eq!(studio(&simulator, "HEAD", "/customers", Value::Null).await.status, 200);
    let guessed = with_key(&simulator, "guess", "HEAD", "/v1/customers", &Value::Null).await;
    assert_eq!(guessed.status, 401);
    studio(&simulator, "POST", "/leads/create", lead()).await;
    let north = format!("{KEY}-1300");
    let got = with_key(&simulator, &north, "GET", "/v1/customers", &Value::Null).await.json();
    assert_eq!(got, json!({"result": [], "hasNext": false, "offset": null}));
    let id = &simulator.people()[0].id;
    let path = format!("/v1/customers/{id}");
    assert_eq!(with_key(&simulator, &north, "GET", &path, &Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_lead_has_four_numbers_and_all_but_one_lead_to_the_customer() {
    let simulator = open().await;
    let made = studio(&simulator, "POST", "/leads/create", lead()).await.json();
    let person = simulator.people().remove(0);
    assert_eq!(made["customerId"].as_u64().unwrap().to_string(), person.id);
    assert_ne!(made["id"], made["customerId"]);
    assert_eq!(
        (person.get("birth_date"), person.get("gender"), person.get("country")),
        ("1990-04-30", "F", "DE")
    );
    assert_eq!((person.get("lead_source_id"), person.get("address2")), ("502", "5"));
    let customer = studio(&simulator, "GET", &format!("/customers/{}", person.id), Value::Null).await.json();
    assert_eq!((&customer["uuid"], &customer["thirdPartyId"]), (&made["uuid"], &json!("c-1")));
    assert_eq!(
        (&customer["status"], &customer["phonePrivateMobile"]),
        (&json!("PROSPECT"), &json!("+496045550101"))
    );
    let number = made["customerNumber"].as_str().unwrap();
    let by = studio(&simulator, "GET", &format!("/customers/by?customerNumber={number}"), Value::Null).await;
    assert_eq!(by.json()["id"], made["customerId"]);
    let by_lead_number = format!("/customers/{}", made["id"]);
    assert_eq!(studio(&simulator, "GET", &by_lead_number, Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_refusal_names_the_path_of_the_field_in_the_callers_language() {
    let simulator = open().await;
    let cases = [
        ("/leadCustomer/email", json!(null), "leadCustomer.email", "must not be empty"),
        ("/leadCustomer/email", json!("none"), "leadCustomer.email", "is not valid"),
        ("/leadCustomer/gender", json!("F"), "leadCustomer.gender", "is not valid"),
        ("/leadCustomer/dateOfBirth", json!("30.04.1990"), "leadCustomer.dateOfBirth", "is not valid"),
        ("/address/houseNumber", json!(""), "address.houseNumber", "must not be empty"),
        ("/address/countryCode", json!("de"), "address.countryCode", "is not valid"),
        ("/additionalInformation/0/value", json!("Radio"), "additionalInformation[0].value", "is not valid"),
    ];
    for (pointer, value, reference, said) in cases {
        let mut lead = lead();
        *lead.pointer_mut(pointer).unwrap() = value;
        for path in ["/leads/validate", "/leads/create"] {
            let got = studio(&simulator, "POST", path, lead.clone()).await;
            assert_eq!((got.status, &got.json()["reference"]), (400, &json!(reference)));
            assert_eq!(got.json()["errorMessage"], said);
        }
    }
    let url = format!("{}/v1/leads/create", simulator.url());
    let headers = [("x-api-key", KEY), ("accept-language", "de-DE")];
    let got = call("POST", &url, &headers, "{}").await.unwrap().json();
    assert_eq!(got["errorMessage"], "darf nicht leer sein");
    let refuse = Refuse { field: "city".to_owned(), contains: String::new(), message: "No".to_owned() };
    simulator.set_faults(Faults { refuse: Some(refuse), ..Faults::default() });
    let got = studio(&simulator, "POST", "/leads/create", lead()).await.json();
    assert_eq!((&got["reference"], &got["errorMessage"]), (&json!("address.city"), &json!("No")));
    assert!(simulator.people().is_empty());
}

#[tokio::test]
async fn lead_sources_are_values_of_a_field_of_the_studios_own() {
    let simulator = open().await;
    let config = studio(&simulator, "GET", "/leads/config", Value::Null).await.json();
    let field = &config["additionalInformation"][0];
    assert_eq!(
        (&field["type"], &field["selectionValues"]),
        (&json!("LIST"), &json!(["Facebook", "Walk-in"]))
    );
}

#[tokio::test]
async fn a_lead_names_its_campaign_by_the_external_identifier() {
    let simulator = open().await;
    let mut lead = lead();
    lead["additionalInformation"] = json!([]);
    lead["externalIdentifier"] = json!("CMPGN-9");
    let got = studio(&simulator, "POST", "/leads/create", lead.clone()).await;
    assert_eq!((got.status, &got.json()["reference"]), (400, &json!("externalIdentifier")));
    lead["externalIdentifier"] = json!("CMPGN-501");
    assert_eq!(studio(&simulator, "POST", "/leads/create", lead).await.status, 200);
    assert_eq!(simulator.people()[0].get("lead_source_id"), "501");
}

#[tokio::test]
async fn customers_come_in_slices_with_an_offset_that_only_the_platform_understands() {
    let simulator = open().await;
    for n in 0..5 {
        let kind = if n == 4 { Kind::Member } else { Kind::Prospect };
        simulator.add_person("1200", kind, &[("first_name", "A"), ("last_name", &format!("B{n}"))]);
    }
    let (mut seen, mut offset, mut slices) = (Vec::new(), String::new(), 0);
    loop {
        let path = format!("/customers?sliceSize=2&offset={offset}");
        let got = studio(&simulator, "GET", &path, Value::Null).await.json();
        let names = got["result"].as_array().unwrap().iter().map(|customer| customer["lastName"].clone());
        seen.extend(names);
        slices += 1;
        if got["hasNext"] == json!(false) {
            break;
        }
        got["offset"].as_str().unwrap().clone_into(&mut offset);
    }
    assert_eq!((json!(seen), slices), (json!(["B0", "B1", "B2", "B3", "B4"]), 3));
    let members = studio(&simulator, "GET", "/customers?customerStatus=MEMBER", Value::Null).await.json();
    assert_eq!(members["result"].as_array().unwrap().len(), 1);
    for bad in ["offset=2", "sliceSize=x", "customerStatus=SLEEPING"] {
        assert_eq!(studio(&simulator, "GET", &format!("/customers?{bad}"), Value::Null).await.status, 400);
    }
}

#[tokio::test]
async fn a_search_answers_with_a_bare_list_of_those_in_whom_everything_holds() {
    let simulator = open().await;
    studio(&simulator, "POST", "/leads/create", lead()).await;
    let search = json!({"email": "ANN@lee.example", "lastName": "lee"});
    let found = studio(&simulator, "POST", "/customers/search", search).await.json();
    assert_eq!(found[0]["id"].as_u64().unwrap().to_string(), simulator.people()[0].id);
    let begun = json!({"firstName": "An", "lastName": "L"});
    let found = studio(&simulator, "POST", "/customers/search", begun).await.json();
    assert_eq!(found.as_array().unwrap().len(), 1, "a name is searched from its beginning");
    assert_eq!(
        studio(&simulator, "POST", "/customers/search", json!({"lastName": "ee"})).await.json(),
        json!([])
    );
    let other = json!({"email": "ann@lee.example", "firstName": "Bob"});
    assert_eq!(studio(&simulator, "POST", "/customers/search", other).await.json(), json!([]));
    assert_eq!(studio(&simulator, "POST", "/customers/search", json!({})).await.status, 400);
    simulator.set_faults(Faults { visible_after_ms: 600_000, ..Faults::default() });
    let search = json!({"email": "ann@lee.example"});
    assert_eq!(studio(&simulator, "POST", "/customers/search", search).await.json(), json!([]));
}

#[tokio::test]
async fn a_customer_is_amended_block_by_block_and_a_block_is_whole() {
    let simulator = open().await;
    studio(&simulator, "POST", "/leads/create", lead()).await;
    let id = simulator.people()[0].id.clone();
    let amend = |block: &str| format!("/customers/{id}/self-service/{block}");
    let contact = json!({"email": "ann@new.example"});
    let got = studio(&simulator, "POST", &amend("contact-data"), contact).await;
    assert_eq!((got.status, &got.json()["email"]), (200, &json!("ann@new.example")));
    assert!(got.json()["id"].is_number(), "the number of the request: {}", got.text);
    let master =
        json!({"firstName": "Ann", "lastName": "Lee-Wu", "dateOfBirth": "1990-05-01", "gender": "FEMALE"});
    assert_eq!(studio(&simulator, "POST", &amend("master-data"), master).await.status, 200);
    let person = simulator.person(&id).unwrap();
    assert_eq!((person.get("email"), person.get("mobile")), ("ann@new.example", ""));
    assert_eq!((person.get("last_name"), person.get("city")), ("Lee-Wu", "Hamburg"));
    let half = studio(&simulator, "POST", &amend("address-data"), json!({"city": "Bremen"})).await;
    assert_eq!((half.status, &half.json()["reference"]), (400, &json!("street")));
    assert_eq!(studio(&simulator, "POST", &amend("nothing"), json!({})).await.status, 404);
}

#[tokio::test]
async fn where_changes_want_approval_one_of_a_block_waits_and_the_customer_reads_as_before() {
    let simulator = open().await;
    studio(&simulator, "POST", "/leads/create", lead()).await;
    let id = simulator.people()[0].id.clone();
    let path = format!("/customers/{id}/self-service/contact-data");
    simulator.set_faults(Faults { changes_wait: true, ..Faults::default() });
    let change = json!({"email": "ann@new.example"});
    assert_eq!(studio(&simulator, "POST", &path, change.clone()).await.status, 200);
    assert_eq!(simulator.person(&id).unwrap().get("email"), "ann@lee.example");
    let again = studio(&simulator, "POST", &path, change).await;
    assert_eq!((again.status, &again.json()["errorCode"]), (409, &json!("AMENDMENT_ALREADY_PENDING")));
    let shown = studio(&simulator, "GET", &path, Value::Null).await.json();
    assert_eq!(shown["amendmentConfigurationStatus"], "CHANGES_REQUIRE_VERIFICATION");
    assert_eq!(
        (&shown["email"], &shown["pendingAmendment"]["email"]),
        (&json!("ann@lee.example"), &json!("ann@new.example"))
    );
    simulator.approve_changes();
    assert_eq!(simulator.person(&id).unwrap().get("email"), "ann@new.example");
    let shown = studio(&simulator, "GET", &path, Value::Null).await.json();
    assert!(shown.get("pendingAmendment").is_none());
}

#[tokio::test]
async fn a_contract_makes_the_member_and_a_second_call_makes_a_second_contract() {
    let simulator = open().await;
    studio(&simulator, "POST", "/leads/create", lead()).await;
    let id = simulator.people()[0].id.clone();
    let path = format!("/memberships/customers/{id}/add-membership");
    let unknown = json!({"contractOfferTermId": 1, "startDate": "2026-11-22"});
    let got = studio(&simulator, "POST", &path, unknown).await;
    assert_eq!((got.status, &got.json()["reference"]), (400, &json!("contractOfferTermId")));
    let term = json!({"contractOfferTermId": 2001, "startDate": "2026-11-22"});
    let first = studio(&simulator, "POST", &path, term.clone()).await.json();
    assert_eq!(simulator.person(&id).unwrap().kind, Kind::Member);
    let second = studio(&simulator, "POST", &path, term).await.json();
    assert_ne!(first["contractId"], second["contractId"]);
}

#[tokio::test]
async fn a_customer_needs_a_birth_date_an_address_and_a_language() {
    let simulator = open().await;
    let customer = json!({
        "firstName": "Ann", "lastName": "Lee", "dateOfBirth": "1990-04-30", "street": "Main Street", "houseNumber": "5",
        "zipCode": "20095", "city": "Hamburg", "countryCode": "DE", "language": {"languageCode": "de"},
    });
    for needed in ["dateOfBirth", "houseNumber", "language"] {
        let mut without = customer.clone();
        without.as_object_mut().unwrap().remove(needed);
        let got = studio(&simulator, "POST", "/customers/create", without).await;
        assert!(
            got.status == 400 && got.json()["reference"].as_str().unwrap().starts_with(needed),
            "{needed}"
        );
    }
    let made = studio(&simulator, "POST", "/customers/create", customer.clone()).await.json();
    assert_eq!(made["customerId"].as_u64().unwrap().to_string(), simulator.people()[0].id);
    let contract = json!({"contractOfferTermId": 2002, "startDate": "2026-11-22"});
    studio(&simulator, "POST", "/memberships/signup", json!({"contract": contract, "customer": customer}))
        .await;
    let kinds: Vec<Kind> = simulator.people().iter().map(|person| person.kind).collect();
    assert_eq!(kinds, [Kind::Prospect, Kind::Member]);
}

#[tokio::test]
async fn employees_have_email_addresses_and_cannot_be_written() {
    let simulator = open().await;
    let got = studio(&simulator, "GET", "/employees", Value::Null).await.json();
    let nina = &got["result"][0];
    assert_eq!((&nina["id"], &nina["email"]), (&json!(3001), &json!("nina@club.example")));
    studio(&simulator, "POST", "/employees", json!({})).await;
    assert_eq!(simulator.violations()[0].wrong, Wrong::StaffWrite);
}

#[tokio::test]
async fn the_connect_api_takes_a_lead_with_its_campaign_and_needs_no_key() {
    let simulator = open().await;
    let connect = format!("{}/connect/v1", simulator.url());
    let campaigns = call("GET", &format!("{connect}/campaign?studioId=1200"), &[], "").await.unwrap().json();
    assert_eq!(campaigns[0], json!({"id": 501, "name": "Facebook", "externalIdentifier": "CMPGN-501"}));
    let lead = json!({"studioId": 1200, "firstname": "Ann", "lastname": "Lee", "sourceCampaignId": 501});
    let made = call("POST", &format!("{connect}/lead"), &[], lead.to_string()).await.unwrap().json();
    let person = simulator.people().remove(0);
    assert_eq!((person.get("lead_source_id"), person.club.as_str()), ("501", "1200"));
    assert!(made.get("customerId").is_none());
    let url = format!("{connect}/lead/{}", made["uuid"].as_str().unwrap());
    assert_eq!(call("GET", &url, &[], "").await.unwrap().json()["customerNumber"], made["customerNumber"]);
    for (field, value) in [("studioId", json!(99)), ("lastname", json!(null)), ("sourceCampaignId", json!(9))]
    {
        let mut lead = lead.clone();
        lead[field] = value;
        let got = call("POST", &format!("{connect}/lead"), &[], lead.to_string()).await.unwrap();
        let code = got.json()["errorCodes"][0].as_str().unwrap().to_owned();
        assert!(got.status == 400 && code.ends_with(field), "{}", got.text);
    }
}

#[test]
fn an_endpoint_takes_a_thousand_calls_in_a_minute() {
    let offline = Offline::new(Platform::Magicline, Config::new(Platform::Magicline));
    let get = |path: &str, now_ms: u64| {
        let request = http::Request::get(path).header("x-api-key", KEY).body(bytes::Bytes::new()).unwrap();
        offline.call(request, now_ms, None).status
    };
    for n in 0..1000 {
        assert_eq!(get(&format!("/v1/customers/{n}"), 60_000 + n), 404);
    }
    assert_eq!(get("/v1/customers/5", 70_000), 429);
    assert_eq!(get("/v1/employees", 70_000), 200, "another endpoint");
    assert_eq!(get("/v1/customers/5", 120_000), 404, "the next minute");
}

#[tokio::test]
async fn a_lost_answer_leaves_a_lead_and_a_second_one_is_doubled() {
    let simulator = open().await;
    simulator.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    let url = format!("{}/v1/leads/create", simulator.url());
    assert!(call("POST", &url, &[("x-api-key", KEY)], lead().to_string()).await.is_err());
    assert_eq!(studio(&simulator, "POST", "/leads/create", lead()).await.status, 200);
    assert_eq!((simulator.people().len(), simulator.violations()[0].wrong), (2, Wrong::Doubled));
}

#[tokio::test]
async fn foreign_bytes_are_refused() {
    let simulator = open().await;
    for path in ["leads/create", "customers/create", "customers/search", "memberships/signup"] {
        for body in ["", "[]", "{", "\u{0}", r#"{"leadCustomer": 5}"#] {
            let url = format!("{}/v1/{path}", simulator.url());
            let got = call("POST", &url, &[("x-api-key", KEY)], body).await.unwrap();
            assert!(
                got.status == 400 && got.json()["errorMessage"].is_string(),
                "{path} {body}: {}",
                got.text
            );
        }
    }
}
