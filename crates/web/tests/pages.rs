//! The pages over fixtures: what each address answers, and with which headers.

mod fixtures;

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use fixtures::Fixtures;
use futures::StreamExt;
use tower::ServiceExt;
use web::pages::log::view::LineKind;
use web::pages::router::router;
use web::pages::source::Site;

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("headers are text"))
    }

    fn lines(&self) -> usize {
        self.text.matches("<li class=\"line ").count()
    }
}

fn site(fixtures: &Arc<Fixtures>, demonstration: bool) -> axum::Router {
    let home = demonstration.then(|| fixtures.clone() as _);
    router(Site {
        log: fixtures.clone(),
        home,
        now: fixtures::now,
        stop: tokio::sync::watch::channel(false).1,
    })
}

fn fixtures() -> Arc<Fixtures> {
    Arc::new(Fixtures::new("http://connector.test"))
}

async fn get_from(router: axum::Router, path: &str) -> Answer {
    let response = router
        .oneshot(Request::get(path).body(Body::empty()).expect("a path"))
        .await
        .expect("a router always answers");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 4 << 20).await.expect("a page below 4 MiB");
    Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

async fn get(path: &str) -> Answer {
    get_from(site(&fixtures(), true), path).await
}

#[tokio::test]
async fn a_log_opens_with_the_sentence_and_the_clubs_clock() {
    let page = get("/log/kits-beach").await;
    assert_eq!(page.status, StatusCode::OK);
    let sentence = "13 leads today: 4 in Jonas I4, 2 in VFP, 2 on the way, 2 being looked after, \
        <a href=\"/log/kits-beach?needs=you\">3 need you</a>.";
    assert!(page.text.contains(sentence), "{}", page.text.split("<h1>").nth(1).unwrap_or_default());
    assert!(page.text.contains("Times are Vancouver’s"));
    assert_eq!(page.lines(), 50);
}

#[tokio::test]
async fn every_answer_keeps_the_address_to_itself() {
    let paths = [
        "/",
        "/docs/api",
        "/log/kits-beach",
        "/log/kits-beach/export.csv",
        "/log/withdrawn",
        "/log/nobodys",
        "/log/none",
        "/log/down",
        "/log/panic",
        "/nowhere",
        "/health/live",
    ];
    for path in paths {
        let answer = get(path).await;
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(!answer.header("content-security-policy").contains("unsafe"), "{path}");
    }
}

#[tokio::test]
async fn no_page_carries_what_the_policy_forbids() {
    for path in ["/", "/docs/api", "/log/kits-beach", "/log/withdrawn"] {
        let page = get(path).await.text;
        for forbidden in ["<style", " style=", " onclick=", "<script>"] {
            assert!(!page.contains(forbidden), "{forbidden} in {path}");
        }
    }
}

#[tokio::test]
async fn a_withdrawn_link_says_since_when_on_the_clubs_clock() {
    assert!(get("/log/withdrawn").await.text.contains("On 2 November 2026 at 10:00, on the club’s clock"));
}

#[tokio::test]
async fn a_link_that_opens_no_log_explains_itself() {
    let cases = [
        ("/log/withdrawn", StatusCode::GONE, "This link has been withdrawn"),
        ("/log/nobodys", StatusCode::NOT_FOUND, "This link opens no log"),
        ("/log/%00%27", StatusCode::NOT_FOUND, "This link opens no log"),
        ("/log/down", StatusCode::SERVICE_UNAVAILABLE, "The log cannot be read just now"),
        ("/log/none", StatusCode::OK, "Fraser has no integration yet"),
        ("/log/panic", StatusCode::INTERNAL_SERVER_ERROR, "This page could not be shown"),
        ("/nowhere", StatusCode::NOT_FOUND, "There is no page at this address"),
        ("/log/withdrawn/live", StatusCode::GONE, "This link has been withdrawn"),
        ("/log/withdrawn/export.csv", StatusCode::GONE, "This link has been withdrawn"),
    ];
    for (path, status, heading) in cases {
        let page = get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.text.contains(&format!("<h1>{heading}</h1>")), "{path}");
    }
}

#[tokio::test]
async fn pages_lead_through_the_whole_log_and_back() {
    let first = get("/log/kits-beach").await;
    assert!(first.text.contains("rel=\"next\"") && !first.text.contains("rel=\"prev\""));
    let second = get(&linked(&first.text, "next")).await;
    let third = get(&linked(&second.text, "next")).await;
    assert_eq!((second.lines(), third.lines()), (50, 25));
    assert!(!third.text.contains("rel=\"next\""));
    let back = get(&linked(&third.text, "prev")).await;
    assert_eq!(back.lines(), 50);
    assert!(back.text.contains("data-newest=\"false\""), "an older page takes no new lines");
}

fn linked(page: &str, rel: &str) -> String {
    let link = page.split(&format!("rel=\"{rel}\" href=\"")).nth(1).expect("the page has that link");
    link.split('"').next().expect("an address ends").replace("&amp;", "&")
}

#[tokio::test]
async fn a_question_in_the_address_is_answered_and_stays_in_the_form() {
    let page =
        get("/log/kits-beach?needs=you&type=warning&platform=vfp&q=nguy%E1%BB%85n&from=2026-11-01").await;
    assert_eq!(page.lines(), 1);
    assert!(page.text.contains("value=\"Nguyễn\"") || page.text.contains("value=\"nguyễn\""));
    assert!(page.text.contains("<option value=\"warning\" selected>"));
    assert!(page.text.contains("<option value=\"vfp\" selected>"));
    assert!(page.text.contains("name=\"from\" value=\"2026-11-01\""));
    assert!(page.text.contains("name=\"needs\" value=\"you\""));
}

#[tokio::test]
async fn what_people_typed_is_shown_as_text_and_never_as_markup() {
    let page = get("/log/kits-beach?q=%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!page.text.contains("<script>alert"));
    assert_eq!(page.lines(), 0);
    let fixtures = fixtures();
    fixtures.put(fixtures::fresh("x", "<img src=x onerror=alert(1)>"));
    let page = get_from(site(&fixtures, true), "/log/kits-beach").await;
    assert!(!page.text.contains("<img"));
}

#[tokio::test]
async fn a_day_that_is_none_is_named_beside_the_form() {
    let page = get("/log/kits-beach?from=yesterday").await;
    assert!(page.text.contains("“yesterday” is not a day"));
    assert_eq!(page.lines(), 50);
}

#[tokio::test]
async fn a_day_stands_on_the_page_once_also_when_something_still_waits_since_the_day_before() {
    let fixtures = fixtures();
    let mut waiting = fixtures::fresh("waiting", "Anna Kowalska");
    waiting.at = "2026-11-21T23:00:00Z".parse().unwrap();
    fixtures.put(waiting);
    let page = get_from(site(&fixtures, true), "/log/kits-beach").await.text;
    for day in ["day-2026-11-22", "day-2026-11-21"] {
        assert_eq!(page.matches(&format!("id=\"{day}\"")).count(), 1, "{day}");
    }
    let place = |what: &str| page.find(what).expect("it is on the page");
    assert!(place("id=\"line-waiting\"") > place("id=\"day-2026-11-21\""));
}

#[tokio::test]
async fn an_empty_log_says_how_it_will_fill() {
    assert!(get("/log/quiet").await.text.contains("No records yet"));
    assert!(get("/log/calm?needs=you").await.text.contains("Nothing needs you"));
    assert!(get("/log/kits-beach?q=nobody-here").await.text.contains("Nothing found for “nobody-here”"));
}

#[tokio::test]
async fn every_kind_of_line_has_a_word_beside_its_colour() {
    let page = get("/log/kits-beach").await.text;
    for word in
        ["Done", "Worth a look", "Not there", "On its way", "Your turn", "Support’s turn", "Nobody’s turn"]
    {
        assert!(page.contains(&format!("</svg> {word}</p>")), "{word}");
    }
}

#[tokio::test]
async fn outside_details_a_reader_meets_no_status_code() {
    let page = get("/log/kits-beach").await.text;
    let outside: String = page
        .split("<details class=\"more\">")
        .enumerate()
        .map(|(place, part)| if place == 0 { part } else { part.split("</details>").nth(1).unwrap_or("") })
        .collect();
    for code in ["401", "I4-2114", "INFO", "WARNING", "EmailAddress", "019aad5e"] {
        assert!(page.contains(code), "{code} is somewhere on the page");
        assert!(!outside.contains(code), "{code} stands outside Details");
    }
}

#[tokio::test]
async fn the_export_holds_every_line_of_every_page() {
    let file = get("/log/kits-beach/export.csv?before=l5").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"connector-log-kits-beach.csv\"");
    assert_eq!(file.text.lines().count(), 126);
    let line = file.text.lines().nth(2).expect("a second line");
    assert!(line.starts_with("\"ERROR\",\"2026-11-22 14:05:00\",\"Liam O’Connor\","), "{line}");
    let narrowed = get("/log/kits-beach/export.csv?type=error").await;
    assert!(narrowed.text.lines().skip(1).all(|line| line.starts_with("\"ERROR\"")));
}

#[tokio::test]
async fn an_open_page_hears_of_a_change_and_of_nothing_else() {
    let fixtures = fixtures();
    let request = Request::get("/log/kits-beach/live").body(Body::empty()).unwrap();
    let response = site(&fixtures, true).oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = response.into_body().into_data_stream();
    let mut line = fixtures::fresh("arriving", "Anna Kowalska");
    fixtures.put(line.clone());
    line.kind = LineKind::Info;
    fixtures.put(line);
    let event = events.next().await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&event), "event: changed\ndata: look again\n\n");
}

#[tokio::test]
async fn only_a_demonstration_has_doors_and_a_working_example() {
    let home = get("/").await.text;
    assert!(home.contains("http://connector.test/connector/api/2011-11/user") && home.contains("12,480"));
    let earnest = |path| get_from(site(&fixtures(), false), path);
    assert!(earnest("/").await.text.contains("The Connector is running"));
    assert!(earnest("/docs/api").await.text.contains("YOUR_PROVIDER:YOUR_TOKEN"));
    assert_eq!(earnest("/live").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn files_are_kept_by_browsers_until_they_change() {
    let page = get("/log/kits-beach").await.text;
    for name in ["connector.css", "connector.js"] {
        let address = page.split('"').find(|part| part.starts_with(&format!("/assets/{name}?v=")));
        let file = get(address.expect("the page names it with its version")).await;
        assert_eq!(file.status, StatusCode::OK);
        assert!(file.header("cache-control").contains("immutable"));
    }
    assert_eq!(get("/assets/..%2FCargo.toml").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_body_is_not_what_pages_are_for() {
    let request = Request::post("/log/kits-beach").body(Body::from(vec![b'x'; 64 * 1024])).unwrap();
    let response = site(&fixtures(), true).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_filter_that_is_none_is_named_and_the_log_is_shown_without_it() {
    let page = get("/log/kits-beach?type=fatal&direction=up&platform=mindbody&q=a%00nna").await;
    assert_eq!(page.status, StatusCode::OK);
    for said in [
        "“fatal” was not understood and left out: type can be info, warning, error, on-its-way.",
        "“up” was not understood and left out: direction can be to, from.",
        "“mindbody” was not understood and left out: platform can be jonas-i4, vfp.",
    ] {
        assert!(page.text.contains(said), "`{said}` is missing");
    }
    assert!(!page.text.contains('\0'), "nothing raw is repeated");
    assert!(page.text.contains("value=\"anna\""), "what was understood still counts");
    assert!(!page.text.contains("platform=mindbody"), "the next page does not ask for it again");
}

#[tokio::test]
async fn an_export_that_is_not_understood_exports_nothing_and_says_what_is_expected() {
    for (query, said) in [
        ("from=31/12/2026", "“31/12/2026” is not a day; write it as 2026-11-22."),
        ("from=2026-11-01&to=soon", "“soon” is not a day; write it as 2026-11-22."),
        ("type=fatal", "“fatal” was not understood"),
        ("platform=mindbody", "“mindbody” was not understood"),
    ] {
        let answer = get(&format!("/log/kits-beach/export.csv?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(answer.header("content-type").starts_with("text/html"));
        assert!(
            answer.text.contains("Nothing was exported") && answer.text.contains(said),
            "{}",
            answer.text
        );
    }
    assert_eq!(get("/log/kits-beach/export.csv?from=2026-11-01&platform=vfp").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_sent_to_a_page_is_refused_in_words_that_help() {
    let large = "x".repeat(20 << 10);
    for (method, path, body, status, said) in [
        ("POST", "/log/kits-beach", "", 405, "Nothing can be sent to this address"),
        ("DELETE", "/log/kits-beach/export.csv", "", 405, "Nothing can be sent to this address"),
        ("PUT", "/log/kits-beach/live", "", 405, "Nothing can be sent to this address"),
        ("POST", "/", "", 405, "Nothing can be sent to this address"),
        ("POST", "/log/kits-beach", large.as_str(), 413, "too much to send to this address"),
    ] {
        let length = body.len().to_string();
        let request = Request::builder().method(method).uri(path).header("content-length", length);
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        let response = site(&fixtures(), true).oneshot(request).await.expect("a router always answers");
        let (parts, body) = response.into_parts();
        assert_eq!(parts.status, status, "{method} {path}");
        assert_eq!(parts.headers["cache-control"], "no-store");
        if status == 405 {
            assert_eq!(parts.headers["allow"], "GET, HEAD");
        }
        let page = to_bytes(body, 1 << 20).await.expect("a page");
        let page = String::from_utf8_lossy(&page);
        for said in [said, "open the address in a browser", "/connector/api/2011-11"] {
            assert!(page.contains(said), "`{said}` is missing in {page}");
        }
    }
}
