//! Bodies that no door wants, sent by clients that look for an answer only when all is sent: over raw sockets, for a
//! client that is too clever would hide what an ordinary one sees.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::house::{House, house};

const PATH: &str = "/connector/api/2011-11/user";
const CHUNK: usize = 64 << 10;

async fn socket(house: &House) -> TcpStream {
    TcpStream::connect(house.url().strip_prefix("http://").unwrap()).await.unwrap()
}

/// The head of a save by this token.
fn head(token: &str, further: &str) -> String {
    format!(
        "POST {PATH} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {token}\r\nContent-Type: application/xml\r\n{further}\r\n"
    )
}

/// Sends a body of so many bytes in chunks, to its end, without looking.
async fn send_chunked(socket: &mut TcpStream, bytes: usize) -> std::io::Result<()> {
    let chunk = [format!("{CHUNK:x}\r\n").as_bytes(), &vec![b' '; CHUNK], b"\r\n"].concat();
    for _ in 0..bytes / CHUNK {
        socket.write_all(&chunk).await?;
    }
    socket.write_all(b"0\r\n\r\n").await
}

/// One answer: its status and its body.
async fn answer(socket: &mut TcpStream) -> (String, String) {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return (head.split(' ').nth(1).unwrap().to_owned(), body.to_owned());
            }
        }
        let mut more = [0; 4096];
        let n = socket.read(&mut more).await.expect("the connection is not broken");
        assert_ne!(n, 0, "the connection ended within an answer: {text:?}");
        read.extend_from_slice(&more[..n]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_body_that_is_too_large_is_answered_and_the_connection_goes_on() {
    let house = house().open().await;
    let mut socket = socket(&house).await;
    for _ in 0..3 {
        let head = head(&house.intouch.token, "Transfer-Encoding: chunked\r\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        send_chunked(&mut socket, 20 << 20).await.expect("the whole body can be sent");
        let (status, body) = answer(&mut socket).await;
        assert_eq!(status, "413", "{body}");
        assert!(body.contains("<reason>TOO_LARGE</reason>"), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_even_looked_at_is_answered_just_as_well() {
    let house = house().open().await;
    let mut socket = socket(&house).await;
    for further in ["Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nX-Other: 1\r\n"] {
        socket.write_all(head("wrong", further).as_bytes()).await.unwrap();
        send_chunked(&mut socket, 1 << 20).await.expect("the whole body can be sent");
        let (status, body) = answer(&mut socket).await;
        assert_eq!(status, "401", "{body}");
        assert!(body.contains("<reason>UNAUTHORIZED</reason>"), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_first_is_refused_before_it_sends() {
    let house = house().open().await;
    let mut socket = socket(&house).await;
    let further = format!("Content-Length: {}\r\nExpect: 100-continue\r\n", 50 << 20);
    socket.write_all(head(&house.intouch.token, &further).as_bytes()).await.unwrap();
    let (status, body) = answer(&mut socket).await;
    assert_eq!(status, "413", "and not 100: {body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_cannot_send_more_than_a_document_may_have() {
    let house = house().open().await;
    let mut socket = socket(&house).await;
    socket.write_all(head("wrong", "Transfer-Encoding: chunked\r\n").as_bytes()).await.unwrap();
    send_chunked(&mut socket, 64 << 20).await.expect_err("what is not read cannot be sent");
    assert!(house.intouch.list_staff().await.unwrap().done().is_some(), "the hub is well");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_is_cut_off() {
    let house = house().open().await;
    let mut socket = socket(&house).await;
    let head = head(&house.intouch.token, "Transfer-Encoding: chunked\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    send_chunked(&mut socket, 1 << 30).await.expect_err("nobody listens for ever");
    assert!(house.intouch.list_staff().await.unwrap().done().is_some(), "the hub is well");
}

/// Each hangs up a little later than the one before, so that some do so in the middle of the commit.
#[tokio::test(flavor = "multi_thread")]
async fn callers_who_hang_up_take_no_place_from_those_who_come_after() {
    let house = house().with_vfp().open().await;
    for n in 0..200 {
        let mut socket = socket(&house).await;
        let body = house.lead(&format!("gone-{n}"), ("Gone", &format!("Caller {n}"))).xml();
        let length = format!("Content-Length: {}\r\n", body.len());
        socket.write_all((head(&house.intouch.token, &length) + &body).as_bytes()).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_micros(n * 20)).await;
    }
    let saved = house.save(&house.lead("1", ("Ann", "Able"))).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    house.nothing_forbidden_happened();
}
