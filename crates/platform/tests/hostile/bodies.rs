//! Bodies: too large, too deep, never ending, or not what they say they are.

use std::fmt::Write as _;

use crate::server::{Wire, json, whole};
use crate::table::{Row, play};

const UNSAID: &str = "did not say the record's number";
const TOO_LARGE: &str = "the answer is larger than 1048576 bytes";

fn xml(body: impl AsRef<[u8]>) -> Wire {
    Wire::Bytes(whole("200 OK", "application/xml", body))
}

fn head(lines: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{lines}\r\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_without_an_end_is_read_up_to_its_limit_and_no_longer_than_its_call() {
    let piece = || vec![b' '; 64 * 1024];
    let chunk = || [b"10000\r\n".as_slice(), &piece(), b"\r\n"].concat();
    let json = |lines: &str, again| Wire::Endless(head(lines), again);
    let chunked = |start: &str, again| {
        Wire::Endless([head("transfer-encoding: chunked\r\n"), start.into()].concat(), again)
    };
    play(vec![
        Row::new(
            "two gigabytes announced",
            json("content-length: 2147483648\r\n", piece()),
            "misconfigured",
            TOO_LARGE,
        )
        .made("doubtful", TOO_LARGE),
        Row::new("chunks without an end", chunked("", chunk()), "misconfigured", TOO_LARGE),
        Row::new(
            "a body until the connection ends, which it does not",
            json("", piece()),
            "misconfigured",
            TOO_LARGE,
        ),
        Row::new(
            "a chunk of sixteen exabytes",
            chunked("ffffffffffffffff\r\n", piece()),
            "misconfigured",
            TOO_LARGE,
        ),
        Row::new(
            "a chunk larger than numbers go",
            chunked("fffffffffffffffff\r\n", piece()),
            "unavailable",
            "the answer broke off",
        ),
        Row::new(
            "trailers without an end",
            chunked("2\r\n{}\r\n0\r\n", b"x: y\r\n".repeat(1000)),
            "unavailable",
            "the answer broke off",
        ),
        Row::new(
            "extensions of a chunk without an end",
            chunked("2;", b"x=y;".repeat(1000)),
            "unavailable",
            "the answer broke off",
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_trickles_ends_with_its_call() {
    let slow = "no whole answer within 2 s";
    play(vec![
        Row::new(
            "a body of a byte a second",
            Wire::Trickle(head("content-length: 1000\r\n")),
            "unavailable",
            slow,
        ),
        Row::new(
            "a head of a byte a second",
            Wire::Trickle(b"HTTP/1.1 200 OK\r\nx:".to_vec()),
            "unavailable",
            slow,
        ),
        Row::new("not a single byte", Wire::Bytes(Vec::new()), "unavailable", slow),
    ])
    .await;
}

#[tokio::test]
async fn json_that_is_too_deep_is_not_read() {
    let deep = |open: &str| json(format!("{{\"people\":{}", open.repeat(10_000)));
    play(vec![
        Row::new(
            "ten thousand lists",
            deep("["),
            "unavailable",
            "the answer is not JSON: recursion limit exceeded",
        ),
        Row::new("ten thousand objects", deep("{\"a\":"), "unavailable", "recursion limit exceeded"),
    ])
    .await;
}

#[tokio::test]
async fn xml_bombs_are_refused_by_their_fuse() {
    let mut laughs = "<!DOCTYPE l [<!ENTITY l0 'lol'>".to_owned();
    for n in 1..10 {
        write!(laughs, "<!ENTITY l{n} '{}'>", format!("&l{};", n - 1).repeat(10)).unwrap();
    }
    let attributes = (0..10_000).fold("<people".to_owned(), |text, n| text + &format!(" a{n}='1'")) + "/>";
    let outside = "<!DOCTYPE p SYSTEM 'http://169.254.169.254/'><people/>";
    let file = "<!DOCTYPE p [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><people><id>&f;</id></people>";
    let said = "the answer is not XML: ";
    play(vec![
        Row::new("a billion laughs", xml(laughs + "]><people>&l9;</people>"), "unavailable", "`<!DOCTYPE`"),
        Row::new("a document type elsewhere", xml(outside), "unavailable", "`<!DOCTYPE`"),
        Row::new("a file of ours", xml(file), "unavailable", "`<!DOCTYPE`"),
        Row::new(
            "an entity of nobody",
            xml("<people>&f;</people>"),
            "unavailable",
            "is not one of XML's five",
        ),
        Row::new("ten thousand levels", xml("<a>".repeat(10_000)), "unavailable", "more than 32 levels deep"),
        Row::new("ten thousand attributes", xml(attributes), "unavailable", "more than 64 attributes"),
        Row::new(
            "a hundred thousand elements",
            xml(format!("<p>{}</p>", "<a/>".repeat(100_000))),
            "unavailable",
            said,
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_body_that_is_not_what_it_says_makes_nobody_absent() {
    let page = "<html><title>Down for maintenance</title><body>back soon</body></html>";
    let (html, name) = ("text/html; charset=utf-8", "answer 200: ");
    let with = |kind, body: &[u8]| Wire::Bytes(whole("200 OK", kind, body));
    let packed: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xed\xc1\x01\x0d\0\0\0\xc2\xa0";
    let mut gzip = head(&format!("content-encoding: gzip\r\ncontent-length: {}\r\n", packed.len()));
    gzip.extend(packed);
    play(vec![
        Row::new("a web page", with(html, page.as_bytes()), "unavailable", "Down for maintenance"),
        Row::new("a web page that calls itself JSON", json(page), "unavailable", "the answer is not JSON"),
        Row::new("a web page that calls itself XML", xml(page), "unavailable", "Down for maintenance"),
        Row::new("a picture", with("image/png", b"\x89PNG\r\n\x1a\n\0\0"), "unavailable", name),
        Row::new("plain words", with("text/plain", b"not now"), "unavailable", "not now")
            .made("doubtful", UNSAID),
        Row::new(
            "bytes that are no text",
            json(b"{\"people\":[{\"id\":\"\xc3\x28\"}]}"),
            "unavailable",
            "UTF-8",
        ),
        Row::new(
            "an encoding of nobody",
            with("application/json; charset=ebcdic", b"{}"),
            "unavailable",
            "ebcdic",
        ),
        Row::new("UTF-16 that is none", with("application/json; charset=utf-16", b"{}"), "unavailable", name),
        Row::new(
            "a packed body that nobody asked for",
            Wire::Bytes(gzip),
            "unavailable",
            "is compressed (gzip)",
        ),
        Row::new("NUL bytes", json(b"{\"people\":[\0]}"), "unavailable", "the answer is not JSON"),
        Row::new(
            "half a character",
            json(br#"{"id":"\ud800","people":[]}"#),
            "unavailable",
            "the answer is not JSON",
        ),
        Row::new("nothing at all", json(""), "unavailable", "the answer holds no list")
            .made("doubtful", UNSAID),
        Row::new("white space", json(" \r\n "), "unavailable", "the answer holds no list")
            .made("doubtful", UNSAID),
        Row::new(
            "a status without content",
            Wire::Bytes(b"HTTP/1.1 204 No\r\n\r\n".to_vec()),
            "unavailable",
            "204",
        ),
        Row::new("two documents", json("{\"people\":[]}{\"id\":5}"), "unavailable", "trailing characters"),
    ])
    .await;
}
