//! Lists of several pages.

use std::sync::Arc;

use model::{Operation, Outcome};
use platform::net::{NetError, Request, Response};
use platform::{Answer, Description, Endpoint, Given, SettingValue, Settings};

use crate::{Fake, answer, fake, given};

/// How a platform answers.
type Platform = fn(&Request) -> Result<Response, NetError>;

const LIST: &str = "
platform: {name: gym, title: Gym, vendor: Gym Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [list_staff]}
settings:
  key: {title: Key, kind: secret, scope: client}
auth:
  key: {query: {key: =settings.key}}
hosts:
  main: {base: 'https://gym.example/v1', auth: key}
operations:
  list_staff:
    request: {method: GET, path: /staff, query: {QUERY}}
    answer: {items: =answer.staff, item: {id: =item.id, only: =item.away is none}}
    pages: {PAGES}
";

fn endpoint(query: &str, pages: &str, net: Arc<Fake>) -> Endpoint {
    let text = LIST.replace("QUERY", query).replace("PAGES", pages);
    let description = Description::parse("platform.yaml", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let settings = [("key".to_owned(), SettingValue::Text("k-1".to_owned()))];
    Endpoint::bind(Arc::new(description), Settings(settings.into()), net, Arc::default()).unwrap()
}

/// Reads a list to its end, as the hub does, at most so many pages.
async fn read(endpoint: &Endpoint, most: usize) -> (Answer, usize) {
    let mut asked = given();
    let (mut whole, mut pages) = (endpoint.call(Operation::ListStaff, &asked).await, 1);
    while let Some(page) = whole.next.take() {
        assert!(pages < most, "the list has no end");
        asked = Given { page, ..asked };
        whole = whole.and(endpoint.call(Operation::ListStaff, &asked).await);
        pages += 1;
    }
    (whole, pages)
}

fn ids(answer: &Answer) -> Vec<&str> {
    answer.found.iter().map(|found| found.id.id.as_str()).collect()
}

fn query(request: &Request, wanted: &str) -> Option<String> {
    request.url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

const ENDLESS: Platform =
    |_| Ok(answer(200, &[], r#"{"staff":[{"id":"1"}],"next":"on","url":"/v1/staff?page=on"}"#));

#[tokio::test]
async fn a_cursor_a_number_and_an_offset_lead_to_the_end_of_a_list() {
    let by_cursor = |request: &Request| {
        Ok(match query(request, "after").as_deref() {
            None => answer(200, &[], r#"{"staff":[{"id":"1"},{"id":"2"}],"next":7}"#),
            Some("7") => answer(200, &[], r#"{"staff":[],"next":"b/="}"#),
            Some("b/=") => answer(200, &[], r#"{"staff":[{"id":"3"}],"next":null}"#),
            other => panic!("{other:?}"),
        })
    };
    let ways: [(&str, &str, Platform); 3] = [
        ("after: =page.cursor", "next: =answer.next", by_cursor),
        ("page: =page.number - 1", "more: =page.count == 2", |request| {
            Ok(match query(request, "page").as_deref() {
                Some("0") => answer(200, &[], r#"{"staff":[{"id":"1"},{"id":"2"}]}"#),
                Some("1") => answer(200, &[], r#"{"staff":[{"id":"3"}]}"#),
                other => panic!("{other:?}"),
            })
        }),
        ("skip: =page.offset", "more: =page.offset + page.count < answer.total", |request| {
            Ok(match query(request, "skip").as_deref() {
                Some("0") => answer(200, &[], r#"{"staff":[{"id":"1"},{"id":"2"}],"total":3}"#),
                Some("2") => answer(200, &[], r#"{"staff":[{"id":"3"}],"total":3}"#),
                other => panic!("{other:?}"),
            })
        }),
    ];
    for (query, pages, platform) in ways {
        let (whole, _) = read(&endpoint(query, pages, fake(platform)), 9).await;
        assert_eq!(ids(&whole), ["1", "2", "3"], "{pages}");
    }
}

#[tokio::test]
async fn an_address_leads_on_at_the_same_host_with_our_key_once_and_at_no_other() {
    let net = fake(|request| {
        Ok(match query(request, "from").as_deref() {
            None => answer(200, &[], r#"{"staff":[{"id":"1"}],"url":"?from=2"}"#),
            Some("2") => answer(
                200,
                &[],
                r#"{"staff":[{"id":"2"}],"url":"https://gym.example/v1/staff?key=k-1&from=3"}"#,
            ),
            _ => answer(200, &[], r#"{"staff":[{"id":"3"}]}"#),
        })
    });
    let (whole, _) = read(&endpoint("size: '1'", "url: =answer.url", Arc::clone(&net)), 9).await;
    assert_eq!(ids(&whole), ["1", "2", "3"]);
    let asked: Vec<String> =
        net.asked.lock().unwrap().iter().map(|request| request.url.to_string()).collect();
    let expected = ["size=1&key=k-1", "from=2&key=k-1", "key=k-1&from=3"];
    assert_eq!(asked, expected.map(|query| format!("https://gym.example/v1/staff?{query}")));

    for elsewhere in [
        "https://evil.example/",
        "//evil.example/x",
        "http://gym.example/v1/staff",
        "https://gym.example:444/",
    ] {
        let net = fake(|_| Ok(answer(200, &[], r#"{"staff":[{"id":"1"}]}"#)));
        let (whole, pages) = read(&endpoint("size: '1'", &format!("url: '{elsewhere}'"), net), 2).await;
        let said = format!("{:?}", whole.outcome);
        assert!(said.contains("at another host") && whole.found.is_empty() && pages == 1, "{said}");
    }
}

#[tokio::test]
async fn a_list_that_goes_in_circles_or_never_ends_is_not_used() {
    for (query, pages) in [("after: =page.cursor", "next: =answer.next"), ("size: '1'", "url: =answer.url")] {
        let (whole, pages) = read(&endpoint(query, pages, fake(ENDLESS)), 9).await;
        let said = format!("{:?}", whole.outcome);
        assert!(said.contains("is one that came before") && whole.found.is_empty(), "{said}");
        assert_eq!(pages, 2);
    }
    let growing = fake(|request| {
        let page = query(request, "page").unwrap();
        let body = format!(r#"{{"staff":[{{"id":"{page}"}}]}}"#);
        Ok(Response { status: 200, headers: http::HeaderMap::new(), body: body.into() })
    });
    let (whole, pages) = read(&endpoint("page: =page.number", "more: =true, most: 5", growing), 9).await;
    assert!(format!("{:?}", whole.outcome).contains("no end after 5 pages"), "{:?}", whole.outcome);
    assert_eq!((whole.found.len(), pages), (0, 5));
}

#[tokio::test]
async fn pages_of_which_nothing_is_wanted_are_passed_over_and_are_no_circle() {
    let others = fake(|request| {
        Ok(match query(request, "skip").as_deref() {
            Some("6") => answer(200, &[], r#"{"staff":[{"id":"7"}],"total":7}"#),
            _ => answer(200, &[], r#"{"staff":[{"id":"1","away":1},{"id":"2","away":1}],"total":7}"#),
        })
    });
    let more = "more: =page.offset + page.count < answer.total, most: 5";
    let (whole, _) = read(&endpoint("skip: =page.offset", more, others), 9).await;
    assert_eq!(ids(&whole), ["7"], "{:?}", whole.outcome);

    let empty = fake(|_| Ok(answer(200, &[], r#"{"staff":[],"total":7}"#)));
    let (whole, pages) = read(&endpoint("skip: =page.offset", more, empty), 9).await;
    assert!(format!("{:?}", whole.outcome).contains("is one that came before"), "{:?}", whole.outcome);
    assert_eq!(pages, 2, "an empty page leads nowhere");
}

#[tokio::test]
async fn what_could_not_be_understood_on_any_page_is_counted_and_remarked_on() {
    let net = fake(|request| {
        Ok(match query(request, "page").as_deref() {
            Some("1") => answer(200, &[], r#"{"staff":[{"name":"Ann"},{"id":"2"}]}"#),
            _ => answer(200, &[], r#"{"staff":[{"id":"3"}]}"#),
        })
    });
    let (whole, _) = read(&endpoint("page: =page.number", "more: =page.count == 2", net), 9).await;
    assert_eq!((ids(&whole), whole.unread), (vec!["2", "3"], 1));
    assert_eq!(whole.exchange.notes, ["something without a number was left out"]);
}

#[tokio::test]
async fn half_a_list_is_no_list() {
    let net = fake(|request| {
        Ok(match query(request, "page").as_deref() {
            Some("1") => answer(200, &[], r#"{"staff":[{"id":"1"}]}"#),
            _ => answer(503, &[("retry-after", "7")], ""),
        })
    });
    let (whole, _) = read(&endpoint("page: =page.number", "more: =page.count == 1", net), 9).await;
    assert!(
        matches!(whole.outcome, Outcome::Unavailable { retry_after_s: Some(7), .. }),
        "{:?}",
        whole.outcome
    );
    assert!(whole.found.is_empty());
}

#[test]
fn pages_that_cannot_lead_on_are_found_when_the_description_is_loaded() {
    let wrong = |query: &str, pages: &str| {
        let text = LIST.replace("QUERY", query).replace("PAGES", pages);
        Description::parse("platform.yaml", &text).err().map(|wrong| wrong.to_string()).unwrap_or_default()
    };
    assert!(wrong("a: '1'", "more: =page.count == 2").contains("every page would be the first"));
    assert!(wrong("a: =page.number", "most: 3").contains("pages go on in one way"));
    assert!(wrong("a: =page.number", "more: =true, url: =answer.url").contains("pages go on in one way"));
    assert!(wrong("a: =page.nomber", "more: =true").contains("`nomber` is not part of a page"));
    assert_eq!(wrong("a: =page.number", "more: =true"), "");
}
