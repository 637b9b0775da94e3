//! Jonas I4: envelopes, contracts that drop what is out of order, refusals in a 200.

use simulator::{Config, Faults, Kind, Platform, Simulator};

use crate::http::{Got, call};

const BASIC: &str = "Basic Y29ubmVjdG9yOmk0LXBhc3N3b3Jk";

pub async fn open() -> Simulator {
    Simulator::start(Platform::JonasI4, Config::new(Platform::JonasI4)).await.unwrap()
}

pub async fn soap_as(
    simulator: &Simulator,
    company: &str,
    method: &str,
    inner: &str,
) -> Result<Got, reqwest::Error> {
    let body = format!(
        r#"<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><CompanyId xmlns="http://jonasfitness.com/Core/">{company}</CompanyId><CallerContext xmlns="http://jonasfitness.com/Core/"/></s:Header><s:Body><{method} xmlns="http://tempuri.org/">{inner}</{method}></s:Body></s:Envelope>"#
    );
    let action = format!("\"http://tempuri.org/ICustomerService/{method}\"");
    let headers =
        [("content-type", "text/xml; charset=utf-8"), ("soapaction", &action), ("authorization", BASIC)];
    call("POST", &format!("{}/Jonas/CustomerService.svc", simulator.url()), &headers, body).await
}

pub async fn soap(simulator: &Simulator, method: &str, inner: &str) -> Got {
    soap_as(simulator, "1234", method, inner).await.unwrap()
}

pub fn prospect(first: &str, last: &str, rest: &str) -> String {
    format!(
        "<ClubId>7</ClubId><Prospect><FirstName>{first}</FirstName><LastName>{last}</LastName>{rest}</Prospect>"
    )
}

#[tokio::test]
async fn the_verification_call_tells_the_club() {
    let i4 = open().await;
    let got = soap(&i4, "GetClub", "<ClubId>7</ClubId>").await;
    assert!(
        got.text.contains("<Status>Success</Status><ClubId>7</ClubId><Name>Kits Beach</Name>"),
        "{}",
        got.text
    );
}

#[tokio::test]
async fn a_wrong_password_is_an_html_page() {
    let i4 = open().await;
    let url = format!("{}/Jonas/CustomerService.svc", i4.url());
    let got = call("POST", &url, &[("authorization", "Basic eDp5")], "").await.unwrap();
    assert_eq!(got.status, 401);
    assert!(got.text.starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn unknown_company_club_and_action_are_faults_of_the_client() {
    let i4 = open().await;
    let company = soap_as(&i4, "12", "GetClub", "<ClubId>7</ClubId>").await.unwrap();
    let club = soap(&i4, "GetClub", "<ClubId>99</ClubId>").await;
    let action = soap(&i4, "GetProspect", "<ClubId>7</ClubId>").await;
    for (got, said) in [
        (company, "Company 12 is not known"),
        (club, "Club 99 is not known"),
        (action, "cannot be processed"),
    ] {
        assert_eq!(got.status, 500);
        assert!(
            got.text.contains("<faultcode>s:Client</faultcode>") && got.text.contains(said),
            "{}",
            got.text
        );
    }
}

#[tokio::test]
async fn names_are_shouted_and_clipped_and_numbers_have_eight_digits() {
    let i4 = open().await;
    let long = "Featherstonehaugh-Cholmondeley-Warburton";
    let rest = "<BirthDate>04/30/1990</BirthDate><Gender>Female</Gender><Status>A</Status>";
    let got = soap(&i4, "AddProspect", &prospect("Zoë", long, rest)).await;
    let person = &i4.people()[0];
    assert!(got.text.contains(&format!("<CustomerId>{}</CustomerId>", person.id)), "{}", got.text);
    assert!(person.id.len() == 8 && person.id.starts_with("000"), "{}", person.id);
    assert_eq!(
        (person.get("first_name"), person.get("last_name")),
        ("ZOË", "FEATHERSTONEHAUGH-CHOLMONDELEY-WARBURTON".get(..30).unwrap())
    );
    assert_eq!(
        (person.get("birth_date"), person.get("gender"), person.get("status")),
        ("1990-04-30", "F", "ACTIVE")
    );
}

#[tokio::test]
async fn an_element_out_of_order_is_dropped_without_a_word() {
    let i4 = open().await;
    let got =
        soap(&i4, "AddProspect", &prospect("A", "B", "<City>Vancouver</City><Email>a@b.example</Email>"))
            .await;
    assert!(got.text.contains("<Status>Success</Status>"));
    let person = &i4.people()[0];
    assert_eq!((person.get("city"), person.get("email")), ("Vancouver", ""));
}

#[tokio::test]
async fn a_refusal_is_a_status_in_a_good_answer() {
    let i4 = open().await;
    for (rest, field) in [
        ("<Email>none</Email>", "Email"),
        ("<State>British Columbia</State>", "State"),
        ("<BirthDate>1990-04-30</BirthDate>", "BirthDate"),
    ] {
        let got = soap(&i4, "AddProspect", &prospect("A", "B", rest)).await;
        assert_eq!(got.status, 200);
        assert!(
            got.text.contains("<Status>Error</Status>")
                && got.text.contains(&format!("<Field>{field}</Field>")),
            "{}",
            got.text
        );
    }
    assert!(i4.people().is_empty());
}

#[tokio::test]
async fn an_update_changes_what_it_names_clears_what_is_empty_and_converts() {
    let i4 = open().await;
    soap(&i4, "AddProspect", &prospect("A", "B", "<Email>a@b.example</Email><City>Vancouver</City>")).await;
    let id = i4.people()[0].id.clone();
    let inner = format!(
        "<ClubId>7</ClubId><CustomerId>{id}</CustomerId><CustomerType>M</CustomerType><Customer><Email></Email></Customer>"
    );
    soap(&i4, "UpdateCustomer", &inner).await;
    let person = i4.person(&id).unwrap();
    assert_eq!((person.kind, person.get("email"), person.get("city")), (Kind::Member, "", "Vancouver"));
    let nobody = inner.replace(&id, "00000001");
    assert!(soap(&i4, "UpdateCustomer", &nobody).await.text.contains("<Status>NotFound</Status>"));
}

#[tokio::test]
async fn maintenance_is_an_html_page_in_a_200_and_trouble_is_a_fault_of_the_server() {
    let i4 = open().await;
    i4.set_faults(Faults { maintenance: true, ..Faults::default() });
    let got = soap(&i4, "AddProspect", &prospect("A", "B", "")).await;
    assert_eq!((got.status, got.header("content-type")), (200, "text/html; charset=utf-8"));
    i4.set_faults(Faults { error_rate: 1.0, ..Faults::default() });
    let got = soap(&i4, "AddProspect", &prospect("A", "B", "")).await;
    assert!(got.status == 500 && got.text.contains("<faultcode>s:Server</faultcode>"), "{}", got.text);
    assert!(i4.people().is_empty());
}

#[tokio::test]
async fn foreign_bytes_are_faults() {
    let i4 = open().await;
    let url = format!("{}/Jonas/CustomerService.svc", i4.url());
    for body in ["", "<", "<a/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "\u{0}\u{1}"] {
        let headers = [("content-type", "text/xml"), ("authorization", BASIC)];
        let got = call("POST", &url, &headers, body).await.unwrap();
        assert!(got.status == 500 && got.text.contains("s:Client"), "{body}: {}", got.text);
    }
}
