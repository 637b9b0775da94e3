//! Numbers of records that are none: each could be somebody else's.

use model::{Operation, Outcome};

use crate::server::{Server, Wire, json, whole};
use crate::table::{DESCRIPTION, Row, call, endpoint, play, told};

const NO_NUMBER: &str = "did not say the record's number";

/// The same number as that of a record that was made, and of a person on a list.
fn number(id: &str) -> Wire {
    json(format!("{{\"id\":{id},\"people\":[{{\"id\":{id}}}]}}"))
}

fn unusable(name: &'static str, id: &str) -> Row {
    Row::new(name, number(id), "misconfigured", "without a usable number is in it")
        .made("doubtful", NO_NUMBER)
}

#[tokio::test]
async fn what_is_no_number_of_a_record_is_not_taken_for_one_and_its_list_not_used() {
    let long = |length| format!("\"{}\"", "9".repeat(length));
    play(vec![
        unusable("an object", "{\"id\":5}"),
        unusable("a list", "[5]"),
        unusable("a fraction", "12.5"),
        unusable("a number that became a fraction", "12345678901234567890123"),
        unusable("a fraction that looks whole", "5.0"),
        unusable("true", "true"),
        unusable("null", "null"),
        unusable("nothing", "\"\""),
        unusable("white space", "\" \\t\""),
        unusable("a text of nine hundred kilobytes", &long(450_000))
            .made("doubtful", "more than 65536 bytes of text"),
        unusable("a text longer than any number", &long(300)),
        unusable("a NUL inside", "\"5\\u0000\""),
        unusable("a line break inside", "\"5\\r\\nx: y\""),
        Row::new("out of range", number("1e999"), "unavailable", "number out of range"),
        Row::new(
            "a number twice",
            json(br#"{"id":5,"id":6,"people":[]}"#),
            "unavailable",
            "`id` stands twice",
        ),
        Row::new(
            "a number twice, spelt in two ways",
            json(br#"{"id":5,"\u0069d":6,"people":[]}"#),
            "unavailable",
            "`id` stands twice",
        ),
        Row::new(
            "a person's number twice",
            json(br#"{"id":5,"people":[{"id":5,"id":6}]}"#),
            "unavailable",
            "`id` stands twice",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_number_of_five_megabytes_is_not_taken_where_answers_may_be_that_long() {
    let text = DESCRIPTION.replace("timeout_s: 2", "timeout_s: 2, max_response_kb: 20000");
    let server = Server::with(number(&format!("\"{}\"", "9".repeat(5_000_000)))).await;
    let answer = call(&endpoint(&text, &server.url), Operation::CreateProspect).await;
    let (word, said) = told(&answer.outcome);
    assert!(word == "doubtful" && said.contains("more than 65536 bytes of text"), "{word}: {said}");
    let answer = call(&endpoint(&text, &server.url), Operation::FindPerson).await;
    assert_eq!(told(&answer.outcome).0, "misconfigured");
}

#[tokio::test]
async fn an_answer_may_be_as_large_as_its_description_says() {
    let text = DESCRIPTION.replace("timeout_s: 2", "timeout_s: 20, max_response_kb: 3000");
    let body = format!("{{\"people\":[{{\"id\":5}}],\"x\":\"{}\"}}", "y".repeat(2_000_000));
    let server = Server::with(json(body)).await;
    let answer = call(&endpoint(&text, &server.url), Operation::ListStaff).await;
    assert_eq!((told(&answer.outcome).0, answer.found.len()), ("saved", 1), "{:?}", answer.outcome);
    let body =
        format!("<p><people><id>5</id></people>{}</p>", format!("<x>{}</x>", "y".repeat(60)).repeat(30_000));
    let server = Server::with(Wire::Bytes(whole("200 OK", "application/xml", body))).await;
    let text = text.replace("answer.people", "answer.p.people");
    let answer = call(&endpoint(&text, &server.url), Operation::ListStaff).await;
    assert_eq!((told(&answer.outcome).0, answer.found.len()), ("saved", 1), "{:?}", answer.outcome);
}

#[tokio::test]
async fn the_same_thing_said_twice_is_no_contradiction() {
    let server = Server::with(json(br#"{"id":5,"id":5}"#)).await;
    let answer = call(&endpoint(DESCRIPTION, &server.url), Operation::CreateProspect).await;
    assert_eq!(told(&answer.outcome), ("saved", "5".to_owned()));
}

#[tokio::test]
async fn a_reading_that_is_answered_with_another_record_is_not_used() {
    let server = Server::with(json(br#"{"people":[{"id":8,"first":"Eve"}]}"#)).await;
    let answer = call(&endpoint(DESCRIPTION, &server.url), Operation::ReadPerson).await;
    assert_eq!(
        told(&answer.outcome),
        ("misconfigured", "asked for the record 7, the platform answers with 8".to_owned())
    );
    assert!(answer.found.is_empty());
    let server = Server::with(json(br#"{"people":[{"id":8,"first":"Eve"},{"id":"7","first":"Ada"}]}"#)).await;
    let answer = call(&endpoint(DESCRIPTION, &server.url), Operation::ReadPerson).await;
    let first = &answer.found[0];
    assert!(matches!(answer.outcome, Outcome::Saved { .. }) && first.id.id == "7", "{:?}", answer.found);
    assert_eq!(answer.found.len(), 1);
}
