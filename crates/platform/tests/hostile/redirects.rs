//! Redirects: to a cloud's metadata, to somebody else, in circles.

use model::Operation;

use crate::server::{Server, Wire};
use crate::table::{DESCRIPTION, Row, call, endpoint, play, told};

fn to(status: u16, location: &str) -> Wire {
    let text = format!("HTTP/1.1 {status} Over there\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
    Wire::Bytes(text.into_bytes())
}

const METADATA: &str = "http://169.254.169.254/latest/meta-data";

#[tokio::test]
async fn a_redirect_that_nobody_declared_is_not_followed_and_leaves_a_create_in_doubt() {
    let said = "this answer 302: redirected to `http://169.254.169.254/latest/meta-data`";
    play(vec![
        Row::new("to the metadata", to(302, METADATA), "misconfigured", said).made("doubtful", "answer 302"),
        Row::new("see there", to(303, "/done"), "misconfigured", "answer 303").made("doubtful", "answer 303"),
        Row::new("nowhere", to(302, ""), "misconfigured", "answer 302").made("doubtful", "answer 302"),
    ])
    .await;
}

#[tokio::test]
async fn a_redirect_that_is_followed_leads_to_no_other_host() {
    let elsewhere = Server::with(to(200, "/")).await;
    let text = DESCRIPTION.replace("timeout_s: 2", "timeout_s: 2, redirects: 5");
    let host = elsewhere.url.trim_start_matches("http://");
    for (location, said) in [
        (METADATA.to_owned(), "`169.254.169.254:80` is not among the hosts"),
        (elsewhere.url.clone(), "is not among the hosts"),
        (format!("//{host}/x"), "is not among the hosts"),
        (format!("http:\\\\{host}\\x"), "is not among the hosts"),
        ("https://evil.example.com/".to_owned(), "`evil.example.com:443` is not among the hosts"),
        ("file:///etc/passwd".to_owned(), "is not `http:` or `https:`"),
        ("/again".to_owned(), "no rule of the description knows this answer 302"),
    ] {
        let server = Server::with(to(302, &location)).await;
        let answer = call(&endpoint(&text, &server.url), Operation::FindPerson).await;
        let (word, words) = told(&answer.outcome);
        assert!(word == "misconfigured" && words.contains(said), "{location}: {word}: {words}");
        assert!(server.asked().len() <= 6, "{location}: {:?}", server.asked());
    }
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_create_by_get_does_not_follow_a_redirect_and_is_in_doubt() {
    let text = DESCRIPTION.replace("timeout_s: 2", "timeout_s: 2, redirects: 5").replace(
        "request: {method: POST, path: /people, json: {first: =person.first_name}}",
        "request: {method: GET, path: /people, query: {first: =person.first_name}}",
    );
    for location in [METADATA, "http://127.0.0.1:1/", "/again"] {
        let server = Server::with(to(302, location)).await;
        let answer = call(&endpoint(&text, &server.url), Operation::CreateProspect).await;
        assert_eq!(told(&answer.outcome).0, "doubtful", "{location}: {:?}", answer.outcome);
        assert_eq!(server.asked().len(), 1, "{location}");
    }
}
