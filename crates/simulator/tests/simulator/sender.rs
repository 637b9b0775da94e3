//! The sender against a hub of three lines: what it writes, and how it reads answers.

use std::sync::{Arc, Mutex};

use simulator::sender::{Answer, Encoding, LeadSourceDocument, Login, Sender, StaffDocument};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

pub type Seen = Arc<Mutex<Vec<Vec<u8>>>>;

/// Answers every call alike and keeps what came.
pub async fn hub(status: &'static str, headers: &'static str, body: &'static str) -> (Sender, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Seen::default();
    let kept = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = Vec::new();
            let whole = |request: &[u8]| {
                let end = request.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
                let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
                let length = head
                    .split("content-length: ")
                    .nth(1)
                    .map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
                (request.len() >= end + length).then_some(())
            };
            while whole(&request).is_none() {
                let mut chunk = [0; 4096];
                let read = socket.read(&mut chunk).await.unwrap();
                request.extend_from_slice(&chunk[..read]);
            }
            kept.lock().unwrap().push(request);
            let answer = format!(
                "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (Sender::new(&url, "VFP", ("1111", "0042"), "token").unwrap(), seen)
}

pub const XML: &str = "content-type: application/xml\r\n";
pub const RECEIPT: &str = r#"<response xmlns="http://www.intouchfollowup.com/api/2011-11"><uuid>0197c1a0-0000-7000-8000-000000000001</uuid></response>"#;

fn last(seen: &Seen) -> String {
    String::from_utf8_lossy(seen.lock().unwrap().last().unwrap()).into_owned()
}

#[tokio::test]
async fn a_save_is_the_contracts_document() {
    let (sender, seen) = hub("200 OK", XML, RECEIPT).await;
    let user = sender
        .user("G-1", ("Conor", "O'Brien & Sons"), "PROSPECT")
        .with("email", "c@x.example")
        .empty("mobile")
        .nil("city");
    let answer = sender.save_user(&user).await.unwrap();
    assert_eq!(answer.done().unwrap().uuid, "0197c1a0-0000-7000-8000-000000000001");
    let request = last(&seen);
    assert!(request.starts_with("POST /connector/api/2011-11/user HTTP/1.1"));
    assert!(request.contains("authorization: Basic VkZQOnRva2Vu"));
    assert!(request.ends_with(
        "<user xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><providerInfo><identifier>VFP</identifier>\
         <clientID>1111</clientID><clubID>0042</clubID><recordID>G-1</recordID></providerInfo><userInfo>\
         <firstname>Conor</firstname><lastname>O&apos;Brien &amp; Sons</lastname><userStatus>ACTIVE</userStatus>\
         <userType>PROSPECT</userType><email>c@x.example</email><mobile/><city xsi:nil=\"true\"/></userInfo></user>"
    ), "{request}");
}

#[tokio::test]
async fn every_encoding_is_one_that_a_reader_can_undo() {
    let (sender, seen) = hub("200 OK", XML, RECEIPT).await;
    for encoding in [
        Encoding::Utf8,
        Encoding::Utf8Bom,
        Encoding::Utf16Le,
        Encoding::Utf16Be,
        Encoding::Latin1,
        Encoding::Windows1252,
    ] {
        let user = sender.user("G-1", ("Zoë", "Łuk"), "MEMBER").namespaced().encoded(encoding);
        sender.save_user(&user).await.unwrap();
        let request = seen.lock().unwrap().last().unwrap().clone();
        let end = request.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
        let label = encoding_rs::Encoding::for_label(encoding.label().as_bytes()).unwrap();
        let (text, _, broken) = label.decode(&request[end..]);
        assert!(!broken, "{encoding:?}");
        let document = roxmltree::Document::parse(&text).unwrap();
        let name = |name: &str| {
            document.descendants().find(|n| n.tag_name().name() == name).unwrap().text().unwrap().to_owned()
        };
        assert_eq!(
            (name("firstname"), name("lastname")),
            ("Zoë".to_owned(), "Łuk".to_owned()),
            "{encoding:?}"
        );
    }
}

#[tokio::test]
async fn staff_and_lead_sources_are_saved_and_listed() {
    let list = r#"<leadSources xmlns="http://www.intouchfollowup.com/api/2011-11"><leadSource><providerInfo><recordID>FACEBOOK</recordID></providerInfo><leadInfo><name>Facebook</name><active>true</active></leadInfo></leadSource></leadSources>"#;
    let (sender, seen) = hub("200 OK", XML, list).await;
    let sources = sender.list_lead_sources().await.unwrap().done().unwrap();
    assert_eq!((sources[0].record_id.as_str(), sources[0].name.as_str()), ("FACEBOOK", "Facebook"));
    assert!(
        last(&seen).starts_with(
            "GET /connector/api/2011-11/leadsource?provider=VFP&client_id=1111&club_id=0042 HTTP"
        )
    );
    let staff = StaffDocument {
        record_id: "S-1".into(),
        first_name: "N".into(),
        last_name: "O".into(),
        email: "n@x.example".into(),
        active: true,
    };
    sender.save_staff(&staff).await.unwrap();
    assert!(last(&seen).contains("<staffInfo><firstname>N</firstname><lastname>O</lastname><email>n@x.example</email><active>true</active></staffInfo>"));
    let source = LeadSourceDocument { record_id: "L-1".into(), name: "Web".into(), active: false };
    sender.save_lead_source(&source).await.unwrap();
    assert!(last(&seen).contains("<leadInfo><name>Web</name><active>false</active></leadInfo>"));
}

#[tokio::test]
async fn a_fetched_user_is_read_by_element() {
    let user = r#"<user xmlns="http://www.intouchfollowup.com/api/2011-11"><providerInfo><recordID>G 1</recordID></providerInfo><extraProviderIDs><inTouchID>7</inTouchID></extraProviderIDs><userInfo><firstname>A</firstname><userType>MEMBER</userType></userInfo></user>"#;
    let (mut sender, seen) = hub("200 OK", XML, user).await;
    (sender.login, sender.record_parameter) = (Login::Bearer, "uuid");
    let user = sender.fetch_user("G 1").await.unwrap().done().unwrap();
    assert_eq!((user.user_info["userType"].as_str(), user.intouch_id.as_deref()), ("MEMBER", Some("7")));
    assert!(last(&seen).contains("&uuid=G%201 HTTP") && last(&seen).contains("authorization: Bearer token"));
}

#[tokio::test]
async fn an_error_is_read_and_anything_else_is_strange() {
    let error = r#"<error xmlns="http://www.intouchfollowup.com/api/2011-11"><reason>THROTTLED</reason><errorUUID>u-1</errorUUID><message>slow down</message></error>"#;
    let (sender, _) =
        hub("429 Too Many Requests", "content-type: application/xml\r\nretry-after: 5\r\n", error).await;
    let refused = sender.fetch_user("x").await.unwrap().refused().unwrap();
    assert_eq!((refused.status, refused.reason.as_str(), refused.retry_after_s), (429, "THROTTLED", Some(5)));
    for (headers, body) in
        [(XML, "<response><uuid>x</uuid></response>"), ("content-type: text/html\r\n", RECEIPT), (XML, "<")]
    {
        let (sender, _) = hub("200 OK", headers, body).await;
        let user = sender.user("G-1", ("A", "B"), "MEMBER");
        assert!(matches!(sender.save_user(&user).await.unwrap(), Answer::Strange(200, _)), "{body}");
    }
}
