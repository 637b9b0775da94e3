//! Bound endpoints: settings, secrets, waits, tokens, and signatures.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod discovery;
mod letters;
mod login;
mod pages;
mod quiet;
mod refresh;
mod security;
mod sign_in;
mod soap;
mod steps;
mod values;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use model::{Field, Operation, Outcome, RemoteId};
use platform::library::Library;
use platform::net::{NetError, Request, Response};
use platform::{Description, Endpoint, Given, Net, SettingProblem, SettingValue, Settings, Tokens, samples};

type Answers = dyn Fn(&Request) -> Result<Response, NetError> + Send + Sync;

/// Answers every request with one function, and keeps the requests.
struct Fake {
    answer: Box<Answers>,
    asked: Mutex<Vec<Request>>,
}

#[async_trait]
impl Net for Fake {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let answer = (self.answer)(&request);
        self.asked.lock().unwrap().push(request);
        tokio::task::yield_now().await;
        answer
    }
}

fn fake(answer: fn(&Request) -> Result<Response, NetError>) -> Arc<Fake> {
    Arc::new(Fake::with(answer))
}

impl Fake {
    fn with(answer: impl Fn(&Request) -> Result<Response, NetError> + Send + Sync + 'static) -> Self {
        Fake { answer: Box::new(answer), asked: Mutex::default() }
    }
}

fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Response {
    let mut map = http::HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, http::HeaderValue::from_static(value));
    }
    Response { status, headers: map, body: bytes::Bytes::from_static(body.as_bytes()) }
}

fn bind(name: &str, settings: &[(&str, &str)], net: Arc<Fake>) -> Result<Endpoint, Vec<SettingProblem>> {
    let library = Library::bundled().unwrap();
    let settings =
        settings.iter().map(|(name, value)| ((*name).to_owned(), SettingValue::Text((*value).to_owned())));
    Endpoint::bind(library.get(name).unwrap(), Settings(settings.collect()), net, Arc::new(Tokens::new()))
}

const VFP: [(&str, &str); 3] =
    [("base_url", "https://vfp.example"), ("api_key", "k&y<1>secret"), ("site", "0042")];
const INTOUCH: [(&str, &str); 3] =
    [("client_id", "acme"), ("client_secret", "s3cret+/="), ("club_uuid", "c-1")];

fn given() -> Given {
    let person =
        BTreeMap::from([(Field::FirstName, Some("Ada".to_owned())), (Field::Gender, Some("X".to_owned()))]);
    Given { person, now: "2026-11-22T10:00:00Z".parse().unwrap(), ..Given::default() }
}

#[test]
fn all_settings_that_cannot_be_right_are_named_at_once() {
    let settings = [("host", "10.0.0.5/evil"), ("port", "70000"), ("scheme", "ftp"), ("company_id", "12a")];
    let problems = bind("jonas-i4", &settings, fake(|_| unreachable!())).err().unwrap();
    let named: Vec<_> = problems.iter().map(|problem| problem.setting.as_str()).collect();
    assert_eq!(named, ["scheme", "host", "port", "user", "password", "company_id", "club_id"]);
    assert_eq!(problems[4].message, "Password of that user is missing");
}

#[tokio::test]
async fn a_secret_is_nowhere_in_what_is_kept_even_if_the_platform_repeats_it() {
    let net = fake(|_| {
        Ok(answer(422, &[], "{\"error\":{\"message\":\"key k&y<1>secret is bad\"},\"success\":false}"))
    });
    let endpoint = bind("vfp", &VFP, net).unwrap();
    let answer = endpoint.call(Operation::ListStaff, &given()).await;
    let shown = format!("{answer:?} {:?}", endpoint.preview(Operation::ListStaff, &given()));
    assert!(!shown.contains("y<1>secret"), "{shown}");
    assert!(
        matches!(&answer.outcome, Outcome::Rejected { said, .. } if said.contains("••••••")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn waits_are_seconds_or_dates_and_bounded() {
    for (text, expected) in
        [("12", 12), ("Sun, 22 Nov 2026 10:01:30 GMT", 90), ("99999999", 86_400), ("-5", 1)]
    {
        let headers: &'static [(&'static str, &'static str)] = Box::leak(Box::new([("retry-after", text)]));
        let mut map = http::HeaderMap::new();
        map.insert("retry-after", http::HeaderValue::from_static(headers[0].1));
        let found = endpoint_answer(map).await;
        assert_eq!(found, Outcome::Throttled { retry_after_s: Some(expected) }, "{text}");
    }
}

async fn endpoint_answer(headers: http::HeaderMap) -> Outcome {
    struct Once(http::HeaderMap);
    #[async_trait]
    impl Net for Once {
        async fn send(&self, _: Request) -> Result<Response, NetError> {
            Ok(Response { status: 429, headers: self.0.clone(), body: bytes::Bytes::new() })
        }
    }
    let library = Library::bundled().unwrap();
    let settings =
        VFP.iter().map(|(name, value)| ((*name).to_owned(), SettingValue::Text((*value).to_owned())));
    let tokens = Arc::new(Tokens::new());
    let net = Arc::new(Once(headers));
    let endpoint =
        Endpoint::bind(library.get("vfp").unwrap(), Settings(settings.collect()), net, tokens).unwrap();
    endpoint.call(Operation::ListStaff, &given()).await.outcome
}

#[tokio::test]
async fn a_call_has_the_time_that_its_description_gives_it_and_the_planner_knows_how_much() {
    let net = fake(|request| {
        Ok(if request.url.path() == "/oauth/token" {
            answer(200, &[], "{\"access_token\":\"t-1\",\"expires_in\":3600}")
        } else {
            answer(401, &[], "{}")
        })
    });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../platforms/intouch/platform.yaml");
    let text = std::fs::read_to_string(path).unwrap().replace("timeout_s: 30", "timeout_s: 70");
    let text = text.replace("\n  list_staff:\n", "\n  list_staff:\n    timeout_s: 7\n");
    let description = Arc::new(Description::parse("platform.yaml", &text).unwrap());
    let given_s = |operation| description.abilities().of(operation).unwrap().deadline_s;
    assert_eq!((given_s(Operation::ListStaff), given_s(Operation::CreateProspect)), (7, 70));

    let settings =
        INTOUCH.iter().map(|(name, value)| ((*name).to_owned(), SettingValue::Text((*value).to_owned())));
    let tokens = Arc::new(Tokens::new());
    let endpoint =
        Endpoint::bind(Arc::clone(&description), Settings(settings.collect()), net.clone(), tokens).unwrap();
    endpoint.call(Operation::ListStaff, &given()).await;
    let asked = net.asked.lock().unwrap();
    let calls: Vec<_> = asked.iter().filter(|request| request.url.path() != "/oauth/token").collect();
    assert_eq!(calls.len(), 2, "a refused token is renewed once");
    let whole = std::time::Duration::from_secs(7);
    assert!(calls[0].deadline <= whole && calls[0].deadline > whole / 2, "{:?}", calls[0].deadline);
    assert!(calls[1].deadline < calls[0].deadline, "both together have no more than one");
}

#[tokio::test]
async fn many_calls_at_once_ask_for_one_token() {
    let net = fake(|request| {
        Ok(if request.url.path() == "/oauth/token" {
            answer(200, &[], "{\"access_token\":\"t-1\",\"expires_in\":3600}")
        } else {
            answer(200, &[], "{}")
        })
    });
    let endpoint = Arc::new(bind("intouch", &INTOUCH, Arc::clone(&net)).unwrap());
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let endpoint = Arc::clone(&endpoint);
            tokio::spawn(async move { endpoint.call(Operation::ListStaff, &given()).await })
        })
        .collect();
    for call in calls {
        assert!(matches!(call.await.unwrap().outcome, Outcome::Saved { .. }));
    }
    let tokens =
        |net: &Fake| net.asked.lock().unwrap().iter().filter(|r| r.url.path() == "/oauth/token").count();
    assert_eq!(tokens(&net), 1);
    let later = Given { now: "2026-11-22T10:59:30Z".parse().unwrap(), ..given() };
    endpoint.call(Operation::ListStaff, &later).await;
    assert_eq!(tokens(&net), 2, "renewed before it ends");
}

#[tokio::test]
async fn fifty_calls_whose_token_is_no_longer_taken_renew_it_once() {
    static GIVEN_OUT: AtomicUsize = AtomicUsize::new(0);
    static EXPIRED: AtomicUsize = AtomicUsize::new(0);
    const TOKENS: [&str; 3] =
        ["{\"access_token\":\"t-0\"}", "{\"access_token\":\"t-1\"}", "{\"access_token\":\"too many\"}"];
    let net = fake(|request| {
        if request.url.path() == "/oauth/token" {
            return Ok(answer(200, &[], TOKENS[GIVEN_OUT.fetch_add(1, Ordering::SeqCst).min(2)]));
        }
        let token = if EXPIRED.load(Ordering::SeqCst) == 0 { "Bearer t-0" } else { "Bearer t-1" };
        let taken = request.headers["authorization"] == token;
        Ok(if taken { answer(200, &[], "{}") } else { answer(401, &[], "{}") })
    });
    let endpoint = Arc::new(bind("intouch", &INTOUCH, Arc::clone(&net)).unwrap());
    endpoint.call(Operation::ListStaff, &given()).await;
    EXPIRED.store(1, Ordering::SeqCst);
    let calls = (0..50).map(|_| {
        let endpoint = Arc::clone(&endpoint);
        tokio::spawn(async move { endpoint.call(Operation::ListStaff, &given()).await })
    });
    for call in calls.collect::<Vec<_>>() {
        assert!(matches!(call.await.unwrap().outcome, Outcome::Saved { .. }));
    }
    assert_eq!(GIVEN_OUT.load(Ordering::SeqCst), 2, "one to begin with, one renewal");
    let refused = net.asked.lock().unwrap().len() - 2 - 1 - 50;
    assert!(refused > 1, "several had begun with the old one");
}

#[tokio::test]
async fn a_refused_token_is_not_asked_for_by_every_record() {
    let net = fake(|_| Ok(answer(401, &[], "{\"error\":\"invalid_client\"}")));
    let endpoint = bind("intouch", &INTOUCH, Arc::clone(&net)).unwrap();
    for _ in 0..5 {
        let answer = endpoint.call(Operation::ListStaff, &given()).await;
        assert!(matches!(answer.outcome, Outcome::Unauthorised { .. }), "{answer:?}");
    }
    assert_eq!(net.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_call_leaves_only_for_its_own_host_and_its_record_cannot_change_the_path() {
    let net = fake(|_| Ok(answer(200, &[], "{\"success\":true}")));
    let endpoint = bind("vfp", &VFP, Arc::clone(&net)).unwrap();
    for record in ["../../admin", "..", "a/b?c#d@evil.example"] {
        let given = Given { record: Some(RemoteId::plain(record)), ..given() };
        endpoint.call(Operation::ReadPerson, &given).await;
    }
    for request in net.asked.lock().unwrap().iter() {
        assert_eq!(request.url.host_str(), Some("vfp.example"));
        assert_eq!(request.url.path_segments().unwrap().count(), 4, "{}", request.url);
        assert_eq!(request.allow.hosts, [("vfp.example".to_owned(), 443)]);
    }
    assert_eq!(net.asked.lock().unwrap().len(), 2, "`..` is refused");
}

#[tokio::test]
async fn a_value_that_a_map_does_not_know_is_the_records_fault_and_named() {
    let settings =
        [("host", "10.0.0.5"), ("user", "u"), ("password", "p"), ("company_id", "1"), ("club_id", "1")];
    let endpoint = bind("jonas-i4", &settings, fake(|_| unreachable!())).unwrap();
    let answer = endpoint.call(Operation::CreateProspect, &given()).await;
    assert!(
        matches!(&answer.outcome, Outcome::Unsendable { field: Some(Field::Gender), too_long: false, said } if said.contains("no value for `X`")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn foreign_bytes_of_any_kind_end_in_an_outcome() {
    static BODY: Mutex<&'static [u8]> = Mutex::new(b"");
    let bodies: [&'static [u8]; 8] = [
        b"",
        b"\xff\xfe\x00",
        b"{",
        b"[[[[",
        b"<a",
        b"<?xml version='1.0'?><!DOCTYPE x><x/>",
        b"null",
        b"\"text\"",
    ];
    for name in ["vfp", "open-spoke", "open-spoke-soap"] {
        let settings: Vec<_> = match name {
            "vfp" => VFP.to_vec(),
            _ => vec![
                ("base_url", "https://x.example"),
                ("token", "token"),
                ("club", "1"),
                ("signing_secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            ],
        };
        for body in bodies {
            *BODY.lock().unwrap() = body;
            let net = fake(|_| {
                let body = bytes::Bytes::from_static(*BODY.lock().unwrap());
                Ok(Response { status: 200, headers: http::HeaderMap::new(), body })
            });
            let endpoint = bind(name, &settings, net).unwrap();
            for operation in Operation::ALL {
                let given =
                    Given { external_id: "1".to_owned(), record: Some(RemoteId::plain("1")), ..given() };
                endpoint.call(operation, &given).await;
            }
        }
    }
}

#[tokio::test]
async fn a_sample_that_differs_is_told_line_by_line() {
    let text = include_str!("../../../../platforms/vfp/samples/create_lead_source.yaml");
    let sample = samples::read(
        &text.replace("id: L-9\n", "id: L-8\n").replace("json: {name: Facebook}", "json: {name: Else}"),
    )
    .unwrap();
    let description: Arc<Description> = Library::bundled().unwrap().get("vfp").unwrap();
    let mismatch = samples::replay(&description, &sample).await.unwrap_err();
    assert_eq!(mismatch.0.len(), 2, "{mismatch}");
}

#[test]
fn clubs_of_one_sign_in_share_host_and_key_and_another_sign_in_the_host_alone() {
    let reached = |change: (&'static str, &'static str)| {
        let mut settings = VFP.to_vec();
        settings.retain(|(name, _)| *name != change.0);
        settings.push(change);
        bind("vfp", &settings, fake(|_| Ok(answer(200, &[], "{}")))).unwrap().reached().clone()
    };
    let (first, club) = (reached(VFP[2]), reached(("site", "0043")));
    assert_eq!(first, club);
    let (sign_in, elsewhere) =
        (reached(("api_key", "another")), reached(("base_url", "https://other.example")));
    assert!(sign_in.host == first.host && sign_in.key != first.key);
    assert!(elsewhere.host != first.host && elsewhere.key != first.key);
    assert!(!format!("{first:?}").contains("secret"), "a key is told as a hash: {first:?}");
}
