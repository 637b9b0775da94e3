//! MINDBODY over SOAP 0_5: credentials in the body, statuses in good answers, an action for each client.

use simulator::{Config, Faults, Kind, LeadSource, Platform, Simulator, Staff};

use crate::http::{Got, call};

const SPACE: &str = "http://clients.mindbodyonline.com/api/0_5";

async fn open() -> Simulator {
    let mut config = Config::new(Platform::Mindbody);
    config.staff =
        (1..=3).map(|n| Staff::new(&n.to_string(), "Nina", "Okafor", "nina@club.example")).collect();
    config.lead_sources = vec![LeadSource::new("7", "Facebook")];
    Simulator::start(Platform::Mindbody, config).await.unwrap()
}

fn credentials(key: &str, site: &str, password: &str) -> String {
    format!(
        "<SourceCredentials><SourceName>Connector</SourceName><Password>{key}</Password><SiteIDs><int>{site}</int></SiteIDs></SourceCredentials>\
         <UserCredentials><Username>connector</Username><Password>{password}</Password><SiteIDs><int>{site}</int></SiteIDs></UserCredentials>"
    )
}

async fn sent(simulator: &Simulator, service: &str, operation: &str, request: &str) -> Got {
    let body = format!(
        r#"<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><{operation} xmlns="{SPACE}"><Request>{request}</Request></{operation}></soap:Body></soap:Envelope>"#
    );
    let action = format!("\"{SPACE}/{operation}\"");
    let headers = [("content-type", "text/xml; charset=utf-8"), ("soapaction", action.as_str())];
    call("POST", &format!("{}/0_5/{service}.asmx", simulator.url()), &headers, body).await.unwrap()
}

async fn asked(simulator: &Simulator, service: &str, operation: &str, request: &str) -> String {
    let with = credentials("mindbody-key", "4100", "mindbody-password") + request;
    let got = sent(simulator, service, operation, &with).await;
    assert_eq!(got.status, 200, "{}", got.text);
    got.text
}

async fn saved(simulator: &Simulator, action: &str, clients: &str) -> String {
    let request =
        format!("<UpdateAction>{action}</UpdateAction><Test>false</Test><Clients>{clients}</Clients>");
    asked(simulator, "ClientService", "AddOrUpdateClients", &request).await
}

const ADA: &str = "<Client><FirstName>Ada</FirstName><LastName>Byron</LastName><Email>ada@home.example</Email>\
                   <IsProspect>true</IsProspect><ReferredBy>Facebook</ReferredBy><SalesReps><Rep><ID>2</ID></Rep></SalesReps>\
                   <BirthDate>1990-05-17T00:00:00</BirthDate></Client>";

#[tokio::test]
async fn wrong_credentials_are_a_status_in_a_good_answer() {
    let simulator = open().await;
    for (with, said) in [
        (credentials("guess", "4100", "mindbody-password"), "Invalid source credentials."),
        (credentials("mindbody-key", "4100", "guess"), "Invalid user credentials."),
        (
            credentials("mindbody-key", "9", "mindbody-password"),
            "associated with your source credentials: 9.",
        ),
        (String::new(), "Source credentials are missing."),
    ] {
        let got = sent(&simulator, "SiteService", "GetSites", &with).await;
        assert_eq!(got.status, 200);
        assert!(
            got.text.contains("<Status>InvalidCredentials</Status>") && got.text.contains(said),
            "{}",
            got.text
        );
    }
    let sites = asked(&simulator, "SiteService", "GetSites", "").await;
    assert!(sites.contains("<Status>Success</Status>") && sites.contains("<Site><ID>4100</ID>"), "{sites}");
}

#[tokio::test]
async fn a_client_is_added_changed_found_and_won_and_each_answer_says_what_it_did() {
    let simulator = open().await;
    let added = saved(&simulator, "AddNew", ADA).await;
    let ada = simulator.people().remove(0);
    assert!(
        added.contains("<Action>Added</Action>") && added.contains(&format!("<ID>{}</ID>", ada.id)),
        "{added}"
    );
    assert!(added.contains("<City xsi:nil=\"true\"/>"), "what is empty is nil: {added}");
    assert_eq!(
        (ada.kind, ada.get("owner_id"), ada.get("lead_source_id"), ada.get("birth_date")),
        (Kind::Prospect, "2", "7", "1990-05-17")
    );
    let change = format!(
        "<Client><ID>{}</ID><City>Porto</City><IsProspect>false</IsProspect>\
         <BirthDate xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/><SalesReps/></Client>",
        ada.id
    );
    assert!(saved(&simulator, "Fail", &change).await.contains("<Action>Updated</Action>"));
    let ada = simulator.person(&ada.id).unwrap();
    assert_eq!(
        (ada.kind, ada.get("city"), ada.get("birth_date"), ada.get("owner_id"), ada.get("email")),
        (Kind::Member, "Porto", "", "", "ada@home.example")
    );
    for wanted in [
        "<SearchText>ada byron</SearchText>".to_owned(),
        format!("<ClientIDs><string>{}</string></ClientIDs>", ada.id),
    ] {
        let found = asked(&simulator, "ClientService", "GetClients", &wanted).await;
        assert!(found.contains("<City>Porto</City>") && found.contains("<Action>None</Action>"), "{found}");
    }
    let nobody = asked(&simulator, "ClientService", "GetClients", "<SearchText>nobody</SearchText>").await;
    assert!(
        nobody.contains("<ResultCount>0</ResultCount>") && nobody.contains("<Clients></Clients>"),
        "{nobody}"
    );
}

#[tokio::test]
async fn a_client_that_is_refused_is_failed_and_the_others_are_stored() {
    let simulator = open().await;
    let both = ADA.to_owned() + "<Client><FirstName>Bo</FirstName></Client>";
    let said = saved(&simulator, "AddNew", &both).await;
    assert!(said.contains("<Status>Success</Status>"), "{said}");
    assert!(
        said.contains(
            "<Messages><string>Missing fields: LastName</string></Messages><Action>Failed</Action>"
        ),
        "{said}"
    );
    assert_eq!(simulator.people().len(), 1);
    for (action, client, words) in [
        ("AddNew", ADA, "exists already"),
        ("Fail", "<Client><ID>5</ID><City>Porto</City></Client>", "Client 5 was not found"),
        ("AddNew", "<Client><ID>5</ID><City>Porto</City></Client>", "Client 5 was not found"),
    ] {
        let said = saved(&simulator, action, client).await;
        assert!(said.contains("<Action>Failed</Action>") && said.contains(words), "{said}");
    }
    let odd = saved(&simulator, "Replace", ADA).await;
    assert!(odd.contains("<Status>InvalidParameters</Status>"), "{odd}");
    assert_eq!((simulator.people().len(), simulator.violations()), (1, Vec::new()));
}

#[tokio::test]
async fn a_dry_run_answers_and_stores_nothing() {
    let simulator = open().await;
    let request = format!("<UpdateAction>AddNew</UpdateAction><Test>true</Test><Clients>{ADA}</Clients>");
    let said = asked(&simulator, "ClientService", "AddOrUpdateClients", &request).await;
    assert!(said.contains("<Action>Added</Action>"), "{said}");
    assert_eq!(simulator.people(), []);
}

#[tokio::test]
async fn lists_come_in_pages_counted_from_zero() {
    let simulator = open().await;
    let page = asked(
        &simulator,
        "StaffService",
        "GetStaff",
        "<PageSize>2</PageSize><CurrentPageIndex>1</CurrentPageIndex>",
    )
    .await;
    assert!(
        page.contains("<CurrentPageIndex>1</CurrentPageIndex><TotalPageCount>2</TotalPageCount>"),
        "{page}"
    );
    assert_eq!(page.matches("<Staff>").count(), 1, "{page}");
    let names = asked(&simulator, "ClientService", "GetClientReferralTypes", "").await;
    assert!(names.contains("<ReferralTypes><string>Facebook</string></ReferralTypes>"), "{names}");
}

#[tokio::test]
async fn an_action_of_another_service_or_of_nobody_is_a_fault() {
    let simulator = open().await;
    for (service, operation) in [("SiteService", "GetStaff"), ("StaffService", "AddOrUpdateStaff")] {
        let got = sent(&simulator, service, operation, "").await;
        assert!(got.status == 500 && got.text.contains("did not recognize"), "{}", got.text);
    }
    assert_eq!(simulator.violations().len(), 1, "nobody writes staff");
    simulator.set_faults(Faults { error_rate: 1.0, ..Faults::default() });
    let got = sent(&simulator, "SiteService", "GetSites", "").await;
    assert!(got.status == 500 && got.text.contains("<faultcode>s:Server</faultcode>"), "{}", got.text);
}
