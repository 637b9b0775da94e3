//! What a failure means: refused before the first byte, lost after it.

use std::time::Duration;

use http::{HeaderValue, header};
use tokio::net::TcpListener;

use super::server::{Answer, Server, free_port, ok};
use super::{NetError, Request, call, client, post, send};
use crate::net::Net;

const SOON: Duration = Duration::from_millis(200);

fn refused(result: Result<super::Response, NetError>) -> String {
    match result {
        Err(NetError::Refused(why)) => why,
        other => panic!("not refused: {other:?}"),
    }
}

fn lost(result: Result<super::Response, NetError>) -> String {
    match result {
        Err(NetError::Lost(why)) => why,
        other => panic!("not lost: {other:?}"),
    }
}

#[tokio::test]
async fn a_call_arrives_whole_and_its_answer_comes_back() {
    let answer = "HTTP/1.1 201 Created\r\nx-id: 7\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    let server = Server::with(vec![Answer::Say(answer.to_owned())]).await;
    let mut request = post(&server.url("/save?a=%20b"), "<x/>");
    request.headers.insert("x-key", HeaderValue::from_static("k"));
    request.headers.insert(header::HOST, HeaderValue::from_static("elsewhere"));
    request.headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("999"));
    let response = send(request).await.expect("an answer");
    assert_eq!((response.status, &response.body[..]), (201, &b"abcde"[..]));
    assert_eq!(response.headers["x-id"], "7");
    let expected = format!(
        "POST /save?a=%20b HTTP/1.1\r\nx-key: k\r\nhost: 127.0.0.1:{}\r\nuser-agent: Connector\r\naccept: */*\r\n\
         content-length: 4\r\n\r\n<x/>",
        server.port
    );
    let mut expected: Vec<&str> = expected.lines().collect();
    let seen = server.seen().remove(0);
    let mut seen: Vec<&str> = seen.lines().collect();
    expected.sort_unstable();
    seen.sort_unstable();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let port = free_port().await;
    let why = refused(send(post(&format!("http://127.0.0.1:{port}/"), "x")).await);
    assert!(why.starts_with(&format!("`127.0.0.1:{port}` could not be connected to: ")), "{why}");
}

#[tokio::test]
async fn tls_that_fails_refuses_and_sends_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 1];
        tokio::io::AsyncReadExt::read_exact(&mut stream, &mut hello).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        hello[0]
    });
    refused(send(post(&format!("https://127.0.0.1:{port}/"), "secret")).await);
    assert_eq!(server.await.unwrap(), 0x16, "the first byte is a handshake record's");
}

#[tokio::test]
async fn a_tls_handshake_that_never_ends_refuses_at_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let request = Request { deadline: SOON, ..call(&format!("https://127.0.0.1:{port}/")) };
    assert_eq!(
        refused(send(request).await),
        format!("`127.0.0.1:{port}` could not be connected to within 200 ms")
    );
}

#[tokio::test]
async fn a_connection_closed_after_the_request_is_lost() {
    let server = Server::with(vec![]).await;
    let why = lost(send(post(&server.url("/"), "x")).await);
    assert!(why.starts_with("the connection was lost before the answer: "), "{why}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn silence_is_lost_at_the_deadline() {
    let server = Server::with(vec![Answer::SayAndHang(String::new())]).await;
    let why = lost(send(Request { deadline: SOON, ..post(&server.url("/"), "x") }).await);
    assert_eq!(why, "no whole answer within 200 ms");
}

#[tokio::test]
async fn the_deadline_covers_the_body() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
    let server = Server::with(vec![Answer::SayAndHang(half.to_owned())]).await;
    let why = lost(send(Request { deadline: SOON, ..call(&server.url("/")) }).await);
    assert_eq!(why, "no whole answer within 200 ms");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_lost() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
    let server = Server::with(vec![Answer::SayAndClose(half.to_owned())]).await;
    let why = lost(send(call(&server.url("/"))).await);
    assert!(why.starts_with("the answer broke off: "), "{why}");
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_lost() {
    let server = Server::with(vec![Answer::SayAndClose("220 mail.example.com ESMTP\r\n".to_owned())]).await;
    lost(send(call(&server.url("/"))).await);
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_cap_and_no_further() {
    let endless =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}", "5\r\n12345\r\n".repeat(300));
    let script = vec![
        Answer::Say(ok(&"x".repeat(1000))),
        Answer::SayAndHang(ok(&"x".repeat(1001))),
        Answer::SayAndHang(endless),
    ];
    let server = Server::with(script).await;
    assert_eq!(send(call(&server.url("/"))).await.expect("just small enough").body.len(), 1000);
    for _ in 0..2 {
        let answer = send(call(&server.url("/"))).await;
        assert!(
            matches!(&answer, Err(NetError::TooLarge(why)) if why == "the answer is larger than 1000 bytes"),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn a_head_of_a_hundred_kilobytes_is_lost() {
    let head = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(100_000));
    let server = Server::with(vec![Answer::SayAndHang(head)]).await;
    let why = lost(send(call(&server.url("/"))).await);
    assert!(why.ends_with("message head is too large"), "{why}");
}

#[tokio::test]
async fn a_connection_in_use_just_now_serves_the_next_call() {
    let server = Server::fine(2).await;
    let client = client(&[]);
    for _ in 0..2 {
        client.send(post(&server.url("/"), "x")).await.expect("an answer");
    }
    assert_eq!((server.connections(), server.seen().len()), (1, 2));
}

#[tokio::test]
async fn an_unsafe_call_does_not_trust_a_connection_idle_for_two_seconds() {
    let server = Server::fine(3).await;
    let client = client(&[]);
    let wait = async || {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(2)).await;
        tokio::time::resume();
    };
    client.send(call(&server.url("/"))).await.expect("an answer");
    wait().await;
    client.send(call(&server.url("/"))).await.expect("an answer");
    assert_eq!(server.connections(), 1, "a safe call may");
    wait().await;
    client.send(post(&server.url("/"), "x")).await.expect("an answer");
    assert_eq!(server.connections(), 2, "a create may not");
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_meanwhile_costs_no_doubt() {
    let closing = || Answer::SayAndClose(ok("fine"));
    let server = Server::with((0..50).map(|_| closing()).collect()).await;
    let client = client(&[]);
    for _ in 0..50 {
        client.send(post(&server.url("/"), "x")).await.expect("sent on a new connection");
    }
    assert_eq!((server.connections(), server.seen().len()), (50, 50));
}

#[tokio::test]
async fn an_empty_post_says_that_it_is_empty() {
    let server = Server::fine(1).await;
    send(post(&server.url("/"), "")).await.expect("an answer");
    assert!(server.seen()[0].contains("content-length: 0\r\n"), "{:?}", server.seen());
}
