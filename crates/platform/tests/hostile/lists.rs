//! Lists: endless, in circles, elsewhere, or with more on one page than anybody needs.

use model::Operation;
use platform::{Answer, Given};

use crate::server::{Server, Wire, json};
use crate::table::{DESCRIPTION, call, endpoint, given, peak_mb, told};

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Reads a list to its end, as the hub does.
async fn read(pages: &str, wire: Wire) -> (Answer, Server) {
    let list = "request: {method: GET, path: /staff}";
    let paged = "request: {method: GET, path: /staff, query: {page: =page.number, after: =page.cursor}}";
    let text = DESCRIPTION.replace(list, &format!("{paged}\n    pages: {{{pages}}}"));
    let server = Server::with(wire).await;
    let endpoint = endpoint(&text, &server.url);
    let mut whole = call(&endpoint, Operation::ListStaff).await;
    while let Some(page) = whole.next.take() {
        whole = whole.and(endpoint.call(Operation::ListStaff, &Given { page, ..given() }).await);
    }
    (whole, server)
}

#[tokio::test]
async fn a_list_that_never_ends_or_goes_in_circles_is_not_used() {
    let new_each_time: fn(&str) -> String = |path| {
        let number = path.split("page=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or("1");
        ok(&format!("{{\"people\":[{{\"id\":\"{number}\"}}],\"next\":\"c{number}\"}}"))
    };
    let same = json(br#"{"people":[{"id":"1"}],"next":"on"}"#);
    for (pages, wire, calls, said) in [
        ("next: =answer.next", Wire::Paths(new_each_time), 200, "its list has no end after 200 pages"),
        ("more: true == true", Wire::Paths(new_each_time), 200, "its list has no end after 200 pages"),
        ("next: =answer.next", same.clone(), 2, "page 2 of its list is one that came before"),
        ("more: =page.count == 1", same, 2, "page 2 of its list is one that came before"),
    ] {
        let pages = pages.replace("true == true", "=1 == 1");
        let (answer, server) = read(&pages, wire).await;
        let (word, words) = told(&answer.outcome);
        assert!(word == "misconfigured" && words.contains(said), "{pages}: {word}: {words}");
        assert!(answer.found.is_empty(), "{pages}");
        assert_eq!(server.asked().len(), calls, "{pages}");
    }
}

#[tokio::test]
async fn a_list_that_goes_on_elsewhere_is_not_used() {
    let elsewhere = Server::with(json(br#"{"people":[]}"#)).await;
    let host = elsewhere.url.trim_start_matches("http://");
    for (next, said) in [
        (elsewhere.url.clone(), "its list goes on at another host"),
        (format!("//{host}/staff"), "its list goes on at another host"),
        (format!("\\\\\\\\{host}/staff"), "its list goes on at another host"),
        (
            "http://169.254.169.254/latest".to_owned(),
            "its list goes on at another host, http://169.254.169.254",
        ),
        ("https://evil.example.com/staff".to_owned(), "its list goes on at another host"),
        ("file:///etc/passwd".to_owned(), "its list goes on at another host"),
        ("http://[".to_owned(), "is no address"),
        (format!("http://[{}", "x".repeat(60_000)), "is no address"),
    ] {
        let wire = json(format!("{{\"people\":[{{\"id\":\"1\"}}],\"next\":\"{next}\"}}"));
        let (answer, server) = read("url: =answer.next", wire).await;
        let (word, words) = told(&answer.outcome);
        assert!(
            word == "misconfigured" && words.contains(said) && words.len() < 1000,
            "{next}: {word}: {words}"
        );
        assert_eq!((answer.found.len(), server.asked().len()), (0, 1), "{next}");
    }
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_page_with_a_password_in_its_address_is_not_called() {
    let with_password: fn(&str) -> String = |_| {
        let body = "{\"people\":[{\"id\":\"1\"}],\"next\":\"//a:b@{host}/\"}";
        ok(&body.replace("{host}", "127.0.0.1:00000")).replace("127.0.0.1:00000", "{host}")
    };
    let (answer, _) = read("url: =answer.next", Wire::Paths(with_password)).await;
    let (word, words) = told(&answer.outcome);
    assert!(word == "misconfigured" && words.contains("carries a user name or password"), "{word}: {words}");
    assert!(answer.found.is_empty());
}

#[tokio::test]
async fn a_page_with_more_on_it_than_is_read_is_not_half_a_list() {
    let people = vec!["{\"id\":1}"; 60_000].join(",");
    let server = Server::with(json(format!("{{\"people\":[{people}]}}"))).await;
    let answer = call(&endpoint(DESCRIPTION, &server.url), Operation::ListStaff).await;
    let (word, words) = told(&answer.outcome);
    assert!(word == "misconfigured" && words.contains("more than 50000"), "{word}: {words}");
    assert!(answer.found.is_empty() && peak_mb() < 300, "{} MB", peak_mb());
}

#[tokio::test]
async fn a_look_up_that_finds_everybody_ends_in_time() {
    let text = DESCRIPTION.replace("find_by: [email]", "find_by: [email, external_id]");
    let people: Vec<_> = (0..49_000).map(|n| format!("{{\"id\":{n}}}")).collect();
    let server = Server::with(json(format!("{{\"people\":[{}]}}", people.join(",")))).await;
    let answer = call(&endpoint(&text, &server.url), Operation::FindPerson).await;
    assert_eq!((told(&answer.outcome).0, answer.found.len()), ("saved", 49_000), "{:?}", answer.outcome);
}
