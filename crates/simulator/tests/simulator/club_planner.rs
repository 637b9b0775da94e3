//! Club Planner: writes by GET, JSON answers and XML refusals, dates with the day first.

use serde_json::{Value, json};
use simulator::{Club, Config, Faults, Kind, Platform, Refuse, Simulator, Wrong};

use crate::http::{Got, call};

async fn open() -> Simulator {
    let mut config = Config::new(Platform::ClubPlanner);
    config.clubs.push(Club::new("6", "North"));
    Simulator::start(Platform::ClubPlanner, config).await.unwrap()
}

async fn get(simulator: &Simulator, method: &str, query: &str) -> Got {
    let url = format!("{}/api/{method}?token=club-planner-token&from=connector&{query}", simulator.url());
    call("GET", &url, &[], "").await.unwrap()
}

const ANN: &str = "owner=5&firstname=Ann&lastname=Lee%20%26%20Wu&email=ann%40lee.example&mobile=%2B32470000101\
    &dayofbirth=30%2F04%2F1990&gender=F&addressline=Kerkstraat+5&zip=2000&city=Antwerpen&info3=c-1";

async fn add(simulator: &Simulator) -> String {
    let got = get(simulator, "member/AddMember", ANN).await;
    assert_eq!(got.status, 200, "{}", got.text);
    got.json()["Id"].as_u64().unwrap().to_string()
}

fn refused(got: &Got, said: &str) {
    let xml = format!("<Error><Message>{said}</Message></Error>");
    assert_eq!((got.status, got.text.as_str()), (400, xml.as_str()));
    assert_eq!(got.header("content-type"), "application/xml; charset=utf-8");
}

#[tokio::test]
async fn a_call_needs_the_token_and_may_say_whom_it_is_from() {
    let simulator = open().await;
    let url = format!("{}/api/general/GetClubs", simulator.url());
    refused(
        &call("GET", &format!("{url}?token=guess&from=connector"), &[], "").await.unwrap(),
        "Ongeldig token",
    );
    let got = call("GET", &format!("{url}?token=club-planner-token"), &[], "").await.unwrap();
    let clubs = get(&simulator, "general/GetClubs", "").await.json();
    assert_eq!(got.json(), clubs);
    assert_eq!((&clubs[0]["Id"], &clubs[0]["Name"]), (&json!(5), &json!("Kits Beach")));
    assert_eq!((&clubs[1]["Id"], &clubs[1]["EMail"]), (&json!(6), &json!("info@club.example")));
    assert!(simulator.ledger()[2].path.contains("token=***"));
}

#[tokio::test]
async fn a_member_is_made_by_a_get_and_by_nothing_else() {
    let simulator = open().await;
    let got = get(&simulator, "member/AddMember", ANN).await.json();
    let person = simulator.people().remove(0);
    assert_eq!(
        (&got["OwnerId"], &got["OwnerName"], &got["FullName"]),
        (&json!(5), &json!("Kits Beach"), &json!("Ann Lee & Wu"))
    );
    assert_eq!(got["Id"].as_u64().unwrap().to_string(), person.id);
    assert_eq!(
        (person.kind, person.get("birth_date"), person.get("address1")),
        (Kind::Prospect, "1990-04-30", "Kerkstraat 5")
    );
    let url =
        format!("{}/api/member/AddMember?token=club-planner-token&from=connector&{ANN}", simulator.url());
    assert_eq!(call("POST", &url, &[], "").await.unwrap().status, 405);
    assert_eq!(simulator.people().len(), 1);
    let least = get(&simulator, "member/AddMember", "firstname=Bob&lastname=Lee").await.json();
    assert_eq!(least["OwnerId"], 5, "the first club, where none is said");
}

#[tokio::test]
async fn refusals_are_xml() {
    let simulator = open().await;
    for (query, said) in [
        ("owner=5&firstname=Ann", "lastname is mandatory"),
        ("owner=9&firstname=Ann&lastname=Lee", "Onbekende club 9"),
        ("owner=5&firstname=Ann&lastname=Lee&dayofbirth=1990-04-30", "Parameter dayofbirth is ongeldig"),
        ("owner=5&firstname=Ann&lastname=Lee&gender=X", "Parameter gender is ongeldig"),
        ("owner=5&firstname=Ann&lastname=Lee&email=none", "Parameter email is ongeldig"),
        ("owner=5&firstname=Ann&lastname=Lee&statusid=9", "Onbekende status 9"),
        ("owner=5&firstname=Ann&lastname=Lee&parentmemberid=1", "Lid niet gevonden"),
    ] {
        refused(&get(&simulator, "member/AddMember", query).await, said);
    }
    let message = "Niet <zo>".to_owned();
    let refuse = Refuse { field: "city".to_owned(), contains: String::new(), message };
    simulator.set_faults(Faults { refuse: Some(refuse), ..Faults::default() });
    refused(&get(&simulator, "member/AddMember", ANN).await, "Niet &lt;zo&gt;");
    assert!(simulator.people().is_empty());
}

#[tokio::test]
async fn a_member_is_found_by_either_number_and_by_address() {
    let simulator = open().await;
    let id = add(&simulator).await;
    let by_id = get(&simulator, "member/getmember", &format!("id={id}")).await.json();
    assert_eq!(
        (&by_id["BirthDate"], &by_id["Info3"], &by_id["StatusId"]),
        (&json!("30/04/1990"), &json!("c-1"), &json!(1))
    );
    assert!(by_id["Password"].is_string(), "what the vendor's own example shows");
    let uid = by_id["UId"].as_str().unwrap();
    assert_ne!(uid, id);
    refused(&get(&simulator, "member/getmember", "").await, "id or uid or email is mandatory");
    for query in [format!("uid={uid}"), "email=ANN%40lee.example".to_owned()] {
        assert_eq!(get(&simulator, "member/getmember", &query).await.json(), by_id, "{query}");
    }
    refused(&get(&simulator, "member/getmember", "email=bob%40lee.example").await, "Lid niet gevonden");
    simulator.set_faults(Faults { visible_after_ms: 600_000, ..Faults::default() });
    refused(&get(&simulator, "member/getmember", "email=ann%40lee.example").await, "Lid niet gevonden");
    assert_eq!(get(&simulator, "member/getmember", &format!("id={id}")).await.status, 200);
}

#[tokio::test]
async fn an_update_changes_what_is_sent_and_the_status_makes_the_member() {
    let simulator = open().await;
    let id = add(&simulator).await;
    let query = format!("memberid={id}&statusid=2&mobile=&city=Gent");
    let got = get(&simulator, "member/UpdateMember", &query).await;
    assert_eq!((got.status, &got.json()["CheckInStatus"]), (200, &json!("Valid subscription")));
    let person = simulator.person(&id).unwrap();
    assert_eq!((person.kind, person.get("mobile"), person.get("city")), (Kind::Member, "", "Gent"));
    assert_eq!((person.get("email"), person.get("zipcode")), ("ann@lee.example", "2000"));
    simulator.put_person(&id, "5", Kind::ExMember, &[]);
    let shown = get(&simulator, "member/getmember", &format!("id={id}")).await.json();
    assert_eq!(shown["StatusId"], 3);
    assert_eq!(get(&simulator, "member/DeleteMember", &format!("memberid={id}")).await.status, 200);
    refused(&get(&simulator, "member/UpdateMember", &query).await, "Lid niet gevonden");
}

#[tokio::test]
async fn a_get_that_is_sent_again_makes_a_second_member() {
    let simulator = open().await;
    simulator.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    let url =
        format!("{}/api/member/AddMember?token=club-planner-token&from=connector&{ANN}", simulator.url());
    assert!(call("GET", &url, &[], "").await.is_err());
    add(&simulator).await;
    let wrongs: Vec<Wrong> = simulator.violations().iter().map(|violation| violation.wrong).collect();
    assert_eq!((simulator.people().len(), wrongs), (2, vec![Wrong::Doubled]));
}

#[tokio::test]
async fn trouble_is_a_page_and_too_many_calls_are_xml() {
    let simulator = open().await;
    simulator.set_faults(Faults { error_rate: 1.0, ..Faults::default() });
    let got = get(&simulator, "general/GetClubs", "").await;
    assert!(got.status == 500 && got.text.starts_with("<!DOCTYPE html>"), "{}", got.text);
    let throttle = simulator::Throttle { count: 1, retry_after_s: 7 };
    simulator.set_faults(Faults { throttle: Some(throttle), ..Faults::default() });
    let got = get(&simulator, "general/GetClubs", "").await;
    assert_eq!((got.status, got.header("retry-after")), (429, "7"));
    assert_eq!(get(&simulator, "general/GetNothing", "").await.status, 404);
}

#[tokio::test]
async fn foreign_bytes_are_refused() {
    let simulator = open().await;
    for query in ["%ff=%00", "owner=5&firstname=%00%01&lastname=", "owner=5&&&=&firstname", "memberid=%F0%9F"]
    {
        for method in ["member/AddMember", "member/UpdateMember", "member/getmember"] {
            let got = get(&simulator, method, query).await;
            assert_eq!((got.status, got.json()), (400, Value::Null), "{method} {query}");
        }
    }
}
