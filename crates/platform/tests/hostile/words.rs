//! Words of a platform: what is kept of them has an end, and concealing them too.

use model::Operation;

use crate::server::{Server, Wire, json, whole};
use crate::table::{DESCRIPTION, call, endpoint, peak_mb, told};

#[tokio::test]
async fn what_is_kept_of_an_answer_has_an_end() {
    let long = "x".repeat(900_000);
    for body in [
        format!("{{\"people\":[{{\"id\":1,\"active\":\"{long}\"}}]}}"),
        format!("{{\"people\":\"{long}\"}}"),
        format!("{{\"people\":[{}]}}", vec!["[]"; 300_000].join(",")),
        format!("{{\"{long}\":1,\"{long}\":2}}"),
    ] {
        let server = Server::with(json(body)).await;
        let answer = call(&endpoint(DESCRIPTION, &server.url), Operation::FindPerson).await;
        let (word, said) = told(&answer.outcome);
        assert!(said.len() < 1000, "{word}: {} bytes", said.len());
        let notes: usize = answer.exchange.notes.iter().map(String::len).sum();
        assert!(notes < 10_000 && answer.exchange.response.len() < 10_000, "{notes} bytes of notes");
    }
    assert!(peak_mb() < 300, "{} MB", peak_mb());
}

#[tokio::test]
async fn a_flood_of_values_to_conceal_is_concealed_in_time() {
    let text = format!("{DESCRIPTION}\nconceal: [pin]\n");
    let pins: Vec<_> = (100_000..200_000).map(|pin| format!("\"{pin}\"")).collect();
    let elements =
        (100_000..118_000).fold(String::new(), |text, pin| text + "<pin>" + &pin.to_string() + "</pin>");
    let xml = Wire::Bytes(whole("200 OK", "application/xml", format!("<r>{elements}</r>")));
    for wire in [json(format!("{{\"pin\":[{}]}}", pins.join(","))), xml] {
        let server = Server::with(wire).await;
        let answer = call(&endpoint(&text, &server.url), Operation::CreateProspect).await;
        let shown = format!("{answer:?}");
        assert!(!shown.contains("100000") && !shown.contains("100017"), "{}", answer.exchange.response);
    }
}

#[tokio::test]
async fn a_refusal_says_its_words_without_markup_or_control_characters() {
    let body = "\u{1b}[31mno\u{0}\u{7}\r\n<script>alert(1)</script>";
    let server = Server::with(Wire::Bytes(whole("422 No", "text/plain", body))).await;
    let answer = call(&endpoint(DESCRIPTION, &server.url), Operation::CreateProspect).await;
    let (word, said) = told(&answer.outcome);
    assert_eq!(word, "rejected");
    assert!(!said.contains(char::is_control) && !said.contains('<'), "{said:?}");
}
