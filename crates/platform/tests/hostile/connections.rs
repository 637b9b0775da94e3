//! Heads and connections: floods, and lies about where an answer ends.

use model::Operation;

use crate::server::{Server, Wire, json, whole};
use crate::table::{DESCRIPTION, Row, call, endpoint, play, told};

const LOST: &str = "the connection was lost before the answer";

fn raw(text: &str) -> Wire {
    Wire::Closing(text.as_bytes().to_vec())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_has_an_end_or_is_given_up() {
    let many = (0..10_000).fold("HTTP/1.1 200 OK\r\n".to_owned(), |text, n| text + &format!("x{n}: y\r\n"));
    let long = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(10_000_000));
    let start = b"HTTP/1.1 200 OK\r\n".to_vec();
    let go_on = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
    let hints = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(100);
    play(vec![
        Row::new("ten thousand headers", raw(&(many + "\r\n{}")), "unavailable", LOST),
        Row::new("a header of ten megabytes", raw(&long), "unavailable", "message head is too large"),
        Row::new(
            "headers without an end",
            Wire::Endless(start.clone(), b"x: y\r\n".repeat(100)),
            "unavailable",
            LOST,
        ),
        Row::new("a header without an end", Wire::Endless(start, b"x".repeat(1000)), "unavailable", LOST),
        Row::new(
            "asked to go on without an end",
            Wire::Endless(vec![], go_on),
            "unavailable",
            "no whole answer",
        ),
        Row::new("hints without an end", Wire::Endless(vec![], hints), "unavailable", "no whole answer"),
    ])
    .await;
}

#[tokio::test]
async fn a_status_that_is_none_is_no_success() {
    let said = "answer 999: ";
    play(vec![
        Row::new("999", Wire::Bytes(whole("999 Why", "text/plain", "no")), "unavailable", said),
        Row::new("1000", raw("HTTP/1.1 1000 OK\r\n\r\n"), "unavailable", LOST),
        Row::new("-200", raw("HTTP/1.1 -200 OK\r\n\r\n"), "unavailable", LOST),
        Row::new("000", raw("HTTP/1.1 000 OK\r\n\r\n"), "unavailable", LOST),
        Row::new("another protocol", raw("SSH-2.0-OpenSSH_9.6\r\n"), "unavailable", LOST),
        Row::new(
            "a switch of protocols",
            raw("HTTP/1.1 101 Up\r\nupgrade: x\r\n\r\n"),
            "misconfigured",
            "answer 101",
        ),
        Row::new("nothing, and closed", raw(""), "unavailable", LOST),
    ])
    .await;
}

#[tokio::test]
async fn an_answer_that_lies_about_its_length_is_not_used() {
    let with =
        |lengths: &str| raw(&format!("HTTP/1.1 200 OK\r\n{lengths}\r\n\r\n{{\"id\":5,\"people\":[]}}"));
    let broke = "the answer broke off";
    play(vec![
        Row::new("too long", with("content-length: 900"), "unavailable", broke),
        Row::new("too short", with("content-length: 10"), "unavailable", "the answer is not JSON"),
        Row::new("two lengths", with("content-length: 20\r\ncontent-length: 21"), "unavailable", LOST),
        Row::new("a negative length", with("content-length: -1"), "unavailable", LOST),
        Row::new(
            "a length out of range",
            with("content-length: 99999999999999999999999"),
            "unavailable",
            LOST,
        ),
        Row::new("a length of words", with("content-length: all"), "unavailable", LOST),
        Row::new("chunks that are none", with("transfer-encoding: chunked"), "unavailable", broke),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_follows_an_answer_is_never_the_answer_to_the_next_call() {
    let fine = whole("200 OK", "application/json", br#"{"id":"mine","people":[{"id":"7"}]}"#);
    let forged = whole("200 OK", "application/json", br#"{"id":"forged","people":[{"id":"forged"}]}"#);
    let server = Server::with(Wire::Bytes([fine, forged].concat())).await;
    let endpoint = endpoint(DESCRIPTION, &server.url);
    for _ in 0..100 {
        let made = call(&endpoint, Operation::CreateProspect).await;
        let (word, said) = told(&made.outcome);
        assert!(said == "mine" || word == "doubtful", "{word}: {said}");
        let read = call(&endpoint, Operation::ReadPerson).await;
        assert!(read.found.iter().all(|found| found.id.id == "7"), "{:?}", read.found);
    }
}

#[tokio::test]
async fn an_answer_before_the_question_is_not_taken() {
    let server = Server::with(json(br#"{"id":"5","people":[]}"#)).await;
    let endpoint = endpoint(DESCRIPTION, &server.url);
    for _ in 0..3 {
        assert_eq!(told(&call(&endpoint, Operation::CreateProspect).await.outcome).1, "5");
    }
    assert_eq!(server.asked().len(), 3, "each call was a request of its own");
}
