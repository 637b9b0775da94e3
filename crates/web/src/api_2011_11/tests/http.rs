//! The API over HTTP: statuses, headers and the XML form of every error.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::super::handlers::Api;
use super::super::router;
use super::super::routes::{BASE, Bounds, bounded};
use super::fake::{Fake, TOKEN};
use super::{USER, user_with};

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn element(&self, name: &str) -> String {
        let root = xml::parse(&self.text, &xml::Limits::default()).expect("every answer is XML");
        assert_eq!(root.namespace.as_deref(), Some("http://www.intouchfollowup.com/api/2011-11"));
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/xml; charset=utf-8");
        root.child(name).map(|element| element.text.clone()).unwrap_or_default()
    }

    /// Status, reason and message of an error; it has an errorUUID too.
    fn error(&self) -> (u16, String, String) {
        assert_eq!(self.element("errorUUID").len(), 36, "{}", self.text);
        (self.status.as_u16(), self.element("reason"), self.element("message"))
    }
}

async fn call(router: Router, request: Request) -> Answer {
    let response: Response = router.oneshot(request).await.expect("a router never fails");
    let (status, headers) = (response.status(), response.headers().clone());
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a whole answer");
    Answer { status, headers, text: String::from_utf8(body.to_vec()).expect("text") }
}

fn api() -> Router {
    router(Arc::new(Fake::default()))
}

fn request(method: &str, path: &str, body: impl Into<Body>) -> Request {
    let request = Request::builder().method(method).uri(format!("{BASE}{path}"));
    request.header(header::AUTHORIZATION, format!("Bearer {TOKEN}")).body(body.into()).expect("a request")
}

fn post(body: impl Into<Body>) -> Request {
    request("POST", "/user", body)
}

const WHO: &str = "provider=INTOUCH&client_id=0007&club_id=1111";

#[tokio::test]
async fn a_saved_user_can_be_fetched_by_the_callers_own_number() {
    let api = api();
    let saved = call(api.clone(), post(user_with("<email>a@b.c</email>"))).await;
    assert_eq!(
        (saved.status, saved.element("uuid").as_str()),
        (StatusCode::OK, "ffffffff-ffff-ffff-ffff-ffffffffffff")
    );
    for name in ["recordID", "uuid", "record_id"] {
        let fetched = call(api.clone(), request("GET", &format!("/user?{WHO}&{name}=r-1"), "")).await;
        assert_eq!(fetched.status, StatusCode::OK);
        assert!(
            fetched.text.contains("<recordID>r-1</recordID>")
                && fetched.text.contains("<email>a@b.c</email>")
        );
    }
    let missing = call(api, request("GET", &format!("/user?{WHO}&recordID=r-2"), "")).await;
    assert_eq!(missing.error(), (404, "NOT_FOUND".to_owned(), "no such record".to_owned()));
}

#[tokio::test]
async fn staff_and_lead_sources_are_saved_and_listed() {
    let api = api();
    let staff =
        USER.replace("userInfo", "staffInfo").replace("user>", "staff>").replace("{}", "<email>e@x</email>");
    let source =
        USER.replace("userInfo", "leadInfo").replace("user>", "leadSource>").replace("{}", "<name>N</name>");
    for (path, document) in [("/staff", staff), ("/leadsource", source)] {
        for record in ["r-1", "r-2"] {
            let saved = call(api.clone(), request("POST", path, document.replace("r-1", record))).await;
            assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
        }
        let all = call(api.clone(), request("GET", &format!("{path}?{WHO}"), "")).await;
        assert_eq!(all.text.matches("<recordID>").count(), 2, "{}", all.text);
        let one = call(api.clone(), request("GET", &format!("{path}?{WHO}&recordID=r-2"), "")).await;
        assert!(one.text.contains("r-2") && !one.text.contains("r-1"), "{}", one.text);
    }
    let named = call(api, request("GET", &format!("/leadsource?{WHO}&identifier=r-2"), "")).await;
    assert_eq!(named.text.matches("<recordID>").count(), 1);
}

#[tokio::test]
async fn without_a_good_token_nothing_is_even_read() {
    let (missing, wrong) = ("this call needs a token", "this token is not accepted");
    for (authorization, why) in [
        (None, missing),
        (Some("Bearer wrong"), wrong),
        (Some("Basic Ong="), wrong),
        (Some("Basic !"), missing),
        (Some("Digest x"), missing),
    ] {
        let mut bad = post("not XML");
        bad.headers_mut().remove(header::AUTHORIZATION);
        if let Some(authorization) = authorization {
            bad.headers_mut().insert(header::AUTHORIZATION, authorization.parse().expect("a header"));
        }
        let answer = call(api(), bad).await;
        let (status, reason, message) = answer.error();
        assert_eq!((status, reason.as_str()), (401, "UNAUTHORIZED"));
        assert!(message.starts_with(why), "{authorization:?}: {message}");
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Basic realm=\"Connector\"");
    }
}

#[tokio::test]
async fn a_token_speaks_for_its_own_provider_only() {
    let answer = call(api(), post(user_with("").replace("INTOUCH", "OTHER"))).await;
    assert_eq!((answer.error().0, answer.error().1.as_str()), (403, "FORBIDDEN"));
}

#[tokio::test]
async fn a_mistake_in_document_or_query_is_validation() {
    let document = call(api(), post(user_with("").replace("PROSPECT", "LEAD"))).await;
    let message = "userInfo/userType must be PROSPECT, MEMBER or EX_MEMBER, not 'LEAD'";
    assert_eq!(document.error(), (400, "VALIDATION".to_owned(), message.to_owned()));
    let query = call(api(), request("GET", &format!("/user?{WHO}"), "")).await;
    let message = "the query parameter recordID, uuid, record_id is missing";
    assert_eq!(query.error(), (400, "VALIDATION".to_owned(), message.to_owned()));
    let club = call(api(), post(user_with("").replace("1111", "2222"))).await;
    assert_eq!(club.error().2, "no club `2222` is mapped");
}

#[tokio::test]
async fn xml_and_nothing_said_are_taken_and_other_types_are_not() {
    for fine in
        [None, Some("application/xml"), Some("Text/XML; charset=utf-8"), Some("application/vnd.x+xml")]
    {
        let mut request = post(user_with(""));
        if let Some(fine) = fine {
            request.headers_mut().insert(header::CONTENT_TYPE, fine.parse().expect("a header"));
        }
        assert_eq!(call(api(), request).await.status, StatusCode::OK, "{fine:?}");
    }
    for wrong in ["application/json", "application/x-www-form-urlencoded", "xml", "text/xmlish"] {
        let mut request = post(user_with(""));
        request.headers_mut().insert(header::CONTENT_TYPE, wrong.parse().expect("a header"));
        let message = format!("send the document as application/xml, not as '{wrong}'");
        assert_eq!(call(api(), request).await.error(), (415, "UNSUPPORTED_TYPE".to_owned(), message));
    }
}

#[tokio::test]
async fn a_document_above_a_mebibyte_is_too_large_declared_or_not() {
    let padding = " ".repeat((1 << 20) - user_with("").len());
    assert_eq!(call(api(), post(user_with("") + &padding)).await.status, StatusCode::OK);
    let large = user_with("") + &padding + " ";
    let mut declared = post(Body::empty());
    declared.headers_mut().insert(header::CONTENT_LENGTH, ((1 << 20) + 1).into());
    let pieces: Vec<Result<String, std::io::Error>> = large
        .as_bytes()
        .chunks(50_000)
        .map(|piece| Ok(String::from_utf8_lossy(piece).into_owned()))
        .collect();
    let streamed = post(Body::from_stream(futures::stream::iter(pieces)));
    for request in [declared, streamed, post(large)] {
        let message = "the document is larger than 1048576 bytes".to_owned();
        assert_eq!(call(api(), request).await.error(), (413, "TOO_LARGE".to_owned(), message));
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let pieces = [Ok("<user>".to_owned()), Err(std::io::Error::other("gone"))];
    let answer = call(api(), post(Body::from_stream(futures::stream::iter(pieces)))).await;
    assert_eq!(answer.error().2, "the body broke off");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_refused_in_time() {
    let never = futures::stream::pending::<Result<String, std::io::Error>>();
    let answer = call(api(), post(Body::from_stream(never))).await;
    assert_eq!(
        answer.error(),
        (400, "VALIDATION".to_owned(), "the body did not arrive within 10 s".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_too_long_is_answered_and_may_be_sent_again() {
    let answer = call(api(), post(user_with("").replace("r-1", "slow"))).await;
    assert_eq!((answer.error().0, answer.error().1.as_str()), (503, "DATABASE"));
    assert_eq!(answer.headers[header::RETRY_AFTER], "5");
}

#[tokio::test]
async fn a_panic_is_our_fault_and_says_nothing_else() {
    let answer = call(api(), post(user_with("").replace("r-1", "panic"))).await;
    let message = "something went wrong on our side; please tell us the errorUUID".to_owned();
    assert_eq!(answer.error(), (500, "UNKNOWN".to_owned(), message));
}

#[tokio::test]
async fn a_refusal_of_the_hub_keeps_its_reason_and_its_wait() {
    let busy = call(api(), post(user_with("").replace("r-1", "busy"))).await;
    assert_eq!(busy.error(), (429, "THROTTLED".to_owned(), "slow down".to_owned()));
    assert_eq!(busy.headers[header::RETRY_AFTER], "7");
    let full = call(api(), post(user_with("").replace("r-1", "full"))).await;
    assert_eq!(full.error(), (503, "DATABASE".to_owned(), "the disk is full".to_owned()));
}

#[tokio::test]
async fn calls_beyond_the_room_are_throttled() {
    let api = Api::new(Arc::new(Fake::default()));
    let bounds =
        Bounds { api: api.clone(), room: Arc::new(Semaphore::new(0)), within: Duration::from_secs(1) };
    let answer = call(bounded(api, bounds), post(user_with(""))).await;
    assert_eq!((answer.error().0, answer.error().1.as_str()), (429, "THROTTLED"));
    assert_eq!(answer.headers[header::RETRY_AFTER], "1");
}

#[tokio::test]
async fn other_verbs_and_other_paths_are_told_what_there_is() {
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let answer = call(api(), request(method, "/user", "")).await;
        assert_eq!(answer.error().0, 405, "{method}");
        assert_eq!(answer.headers[header::ALLOW], "GET, HEAD, POST");
    }
    for path in ["", "/", "/users", "/user/1", "/user/"] {
        assert_eq!(call(api(), request("GET", path, "")).await.error().0, 404, "{path}");
    }
}

#[tokio::test]
async fn every_refusal_is_noted_and_its_uuid_answered() {
    let fake = Arc::new(Fake::default());
    for (number, path) in ["/user", "/nothing"].into_iter().enumerate() {
        let answer = call(router(fake.clone()), request("GET", path, "")).await;
        let noted = fake.noted.lock().expect("no panic").last().cloned().expect("noted");
        assert_eq!(answer.element("errorUUID"), format!("00000000-0000-0000-0000-{:012}", number + 1));
        assert_eq!(answer.element("message"), noted.message);
    }
}

#[tokio::test]
async fn a_bad_document_of_a_known_sender_is_told_to_its_club_with_the_name() {
    let fake = Arc::new(Fake::default());
    let bad = user_with("<gender>X</gender>");
    for document in [bad.clone(), bad.replace("1111", "2222"), "<user>".to_owned()] {
        assert_eq!(call(router(fake.clone()), post(document)).await.error().0, 400);
    }
    let turned = fake.turned.lock().expect("no panic").clone();
    assert_eq!(turned.len(), 1, "the other two name no club that we know");
    assert_eq!((turned[0].name.as_str(), turned[0].kind), ("Foo Bar", Some(model::Kind::Prospect)));
}
