//! A club system of 2008: users in the header, old letters, documents in texts, faults, and a save that says no number.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};
use simulator::{Config, Faults, Kind, LeadSource, Platform, Simulator, Staff, Throttle};

use crate::http::{Got, call};

const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

async fn open() -> Simulator {
    let config = Config {
        staff: vec![
            Staff::new("101", "Nina", "Okafor", "nina@club.example"),
            Staff::new("102", "Sam", "Lee", ""),
        ],
        lead_sources: vec![LeadSource::new("7", "Facebook")],
        ..Config::new(Platform::OnPremisesSoap)
    };
    Simulator::start(Platform::OnPremisesSoap, config).await.unwrap()
}

fn user(password: &str) -> String {
    format!("<w:Username>connector</w:Username><w:Password>{password}</w:Password>")
}

async fn sent(simulator: &Simulator, user: &str, operation: &str, parameters: &[(&str, &str)]) -> Got {
    let parameters: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("<{name} i:type=\"x:string\"><![CDATA[{value}]]></{name}>"))
        .collect();
    let parameters = parameters.concat();
    let document = format!(
        r#"<?xml version="1.0" encoding="windows-1252"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://www.w3.org/2001/XMLSchema"><e:Header><w:Security xmlns:w="{WSSE}"><w:UsernameToken>{user}</w:UsernameToken></w:Security></e:Header><e:Body><o:{operation} xmlns:o="urn:ClubServer">{parameters}</o:{operation}></e:Body></e:Envelope>"#
    );
    let headers = [("content-type", "text/xml; charset=windows-1252"), ("soapaction", "\"\"")];
    let body: Vec<u8> = document.chars().map(|c| u8::try_from(c).unwrap()).collect();
    call("POST", &format!("{}/ClubServer/services/Persons", simulator.url()), &headers, body).await.unwrap()
}

async fn asked(simulator: &Simulator, operation: &str, more: &[(&str, &str)]) -> Got {
    let parameters: Vec<_> = std::iter::once(("club", "7")).chain(more.iter().copied()).collect();
    sent(simulator, &user("club-server-password"), operation, &parameters).await
}

async fn saved(simulator: &Simulator, inner: &str) -> Got {
    asked(simulator, "savePerson", &[("document", &format!("<person>{inner}</person>"))]).await
}

#[tokio::test]
async fn a_save_says_that_it_is_done_and_not_whom_it_made() {
    let simulator = open().await;
    let got = saved(&simulator, "<surname>Flöe</surname><forename>Zoë</forename><born>10-Dec-1985</born><seller>101</seller><active>Y</active>").await;
    assert_eq!((got.status, got.header("content-type")), (200, "text/xml; charset=windows-1252"));
    let person = simulator.people().remove(0);
    assert!(
        got.text.contains("&lt;code&gt;0&lt;/code&gt;") && !got.text.contains(&person.id),
        "{}",
        got.text
    );
    assert_eq!((person.get("last_name"), person.get("first_name")), ("FLÖE", "Zoë"), "its letters were read");
    assert_eq!(
        (person.get("birth_date"), person.get("owner_id"), person.get("status")),
        ("1985-12-10", "101", "ACTIVE")
    );
    let change = format!("<no>{}</no><type>M</type><born/><town>Porto</town>", person.id);
    assert_eq!(saved(&simulator, &change).await.status, 200);
    let person = simulator.person(&person.id).unwrap();
    assert_eq!((person.kind, person.get("birth_date"), person.get("city")), (Kind::Member, "", "Porto"));
}

#[tokio::test]
async fn a_person_is_found_afterwards_by_name_and_address() {
    let simulator = open().await;
    saved(&simulator, "<surname>Flöe</surname><forename>Zoë</forename><email>zoe@home.example</email>").await;
    saved(&simulator, "<surname>Floe</surname><forename>Ann</forename>").await;
    for criteria in ["<surname>flöe</surname><forename>ZOË</forename>", "<email>Zoe@home.example</email>"] {
        let found =
            asked(&simulator, "findPersons", &[("criteria", &format!("<criteria>{criteria}</criteria>"))])
                .await;
        assert_eq!(found.text.matches("&lt;no&gt;").count(), 1, "{}", found.text);
        assert!(
            found.text.contains(&format!("&lt;no&gt;{}&lt;/no&gt;", simulator.people()[0].id)),
            "{}",
            found.text
        );
    }
    let no = simulator.people()[0].id.clone();
    let got = asked(&simulator, "getPerson", &[("no", &no)]).await;
    assert!(got.text.contains("&lt;type&gt;L&lt;/type&gt;"), "{}", got.text);
    simulator.remove_person(&no);
    let gone = asked(&simulator, "getPerson", &[("no", &no)]).await;
    assert!(gone.status == 500 && gone.text.contains(">UNKNOWN_PERSON<"), "{}", gone.text);
}

#[tokio::test]
async fn answers_are_in_windows_1252_and_what_that_lacks_is_a_question_mark() {
    let simulator = open().await;
    let body = format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><e:Header><w:Security xmlns:w='{WSSE}'><w:UsernameToken>{}</w:UsernameToken></w:Security></e:Header><e:Body><o:savePerson xmlns:o='urn:ClubServer'><club i:type='s'>7</club><document i:type='s'>&lt;person>&lt;surname>Łuk €&lt;/surname>&lt;forename>A&lt;/forename>&lt;/person></document></o:savePerson></e:Body></e:Envelope>",
        user("club-server-password")
    );
    let url = format!("{}/ClubServer/services/Persons", simulator.url());
    let headers = [("content-type", "text/xml; charset=utf-8"), ("soapaction", "")];
    assert_eq!(call("POST", &url, &headers, body).await.unwrap().status, 200);
    assert_eq!(simulator.people()[0].get("last_name"), "?UK €", "as old databases do it");
    let no = simulator.people()[0].id.clone();
    let parameters = [("club", "7"), ("no", no.as_str())];
    let got = sent(&simulator, &user("club-server-password"), "getPerson", &parameters).await;
    assert!(got.raw.windows(8).any(|bytes| bytes == b"?UK \x80&lt"), "{}", got.text);
    let raw = call("GET", &format!("{url}?wsdl"), &[], "").await.unwrap().raw;
    assert!(raw.starts_with(b"<?xml version=\"1.0\" encoding=\"windows-1252\"?>"));
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a digest is of the time at which it is read")]
async fn a_digest_is_as_good_as_a_password_and_only_once() {
    let simulator = open().await;
    let created = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let with = |created: &str, password: &str| {
        let digest = STANDARD.encode(
            Sha1::new().chain_update("nonce").chain_update(created).chain_update(password).finalize(),
        );
        format!(
            "<w:Username>connector</w:Username><w:Password Type='#PasswordDigest'>{digest}</w:Password><w:Nonce>{}</w:Nonce><Created>{created}</Created>",
            STANDARD.encode("nonce")
        )
    };
    for (user, status) in [
        (with(&created, "guess"), 500),
        (with("2008-11-22T10:00:00Z", "club-server-password"), 500),
        (with(&created, "club-server-password"), 200),
        (with(&created, "club-server-password"), 500),
        (user("guess"), 500),
        (String::new(), 500),
    ] {
        let got = sent(&simulator, &user, "getClub", &[("club", "7")]).await;
        assert_eq!(got.status, status, "{user}");
        assert_eq!(got.text.contains("wsse:FailedAuthentication"), status == 500, "{}", got.text);
    }
}

#[tokio::test]
async fn lists_refer_to_things_that_stand_behind_the_answer() {
    let simulator = open().await;
    let text = asked(&simulator, "listStaff", &[]).await.text;
    assert!(
        text.contains("<item href=\"#id1\"/></listStaffReturn></ns1:listStaffResponse><multiRef id=\"id0\""),
        "{text}"
    );
    assert!(text.contains("<email xsi:type=\"xsd:string\">nina@club.example</email>"), "{text}");
    assert!(asked(&simulator, "listSources", &[]).await.text.contains(">Facebook<"));
}

#[tokio::test]
async fn refusals_and_trouble_are_faults() {
    let simulator = open().await;
    for (inner, field) in [
        ("<surname>B</surname>", "forename"),
        ("<surname>B</surname><forename>A</forename><born>1985-12-10</born>", "born"),
        ("<surname>B</surname><forename>A</forename><seller>9</seller>", "seller"),
        ("<surname>B</surname><forename>A</forename><type>X</type>", "type"),
        ("<no>5</no><town>Porto</town>", "no"),
    ] {
        let got = saved(&simulator, inner).await;
        assert!(
            got.status == 500 && got.text.contains(&format!(">{field}</field>")),
            "{inner}: {}",
            got.text
        );
    }
    let odd = sent(&simulator, &user("club-server-password"), "getClub", &[("club", "9")]).await;
    assert!(odd.text.contains(">UNKNOWN_CLUB<"), "{}", odd.text);
    asked(&simulator, "saveStaff", &[]).await;
    assert_eq!((simulator.people().len(), simulator.violations().len()), (0, 1));
    simulator
        .set_faults(Faults { throttle: Some(Throttle { count: 1, retry_after_s: 9 }), ..Faults::default() });
    let busy = saved(&simulator, "<surname>B</surname><forename>A</forename>").await;
    assert!(busy.text.contains("soapenv:Server.Busy") && busy.text.contains(">9</seconds>"), "{}", busy.text);
}
