//! Redirects: followed by us, hop by hop, each hop guarded.

use http::{HeaderValue, Method, header};

use super::server::{Answer, Server, free_port, ok};
use super::{NetError, Request, call, post, send};

fn to(location: &str) -> Answer {
    Answer::Say(format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"))
}

fn following(url: &str) -> Request {
    let mut request = Request { follow_redirects: 3, ..call(url) };
    request.headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer secret"));
    request.headers.insert("x-api-key", HeaderValue::from_static("secret"));
    request.headers.insert(header::ACCEPT, HeaderValue::from_static("text/xml"));
    request
}

#[tokio::test]
async fn a_redirect_within_the_host_keeps_the_credentials() {
    let server = Server::with(vec![to("/b?c=1"), Answer::Say(ok("there"))]).await;
    let response = send(following(&server.url("/a"))).await.expect("an answer");
    assert_eq!(&response.body[..], b"there");
    let second = &server.seen()[1];
    assert!(second.starts_with("GET /b?c=1 ") && second.contains("authorization: Bearer secret"), "{second}");
}

#[tokio::test]
async fn a_redirect_to_another_listed_host_carries_no_credentials() {
    let there = Server::fine(1).await;
    let here = Server::with(vec![to(&there.url("/b"))]).await;
    let mut request = following(&here.url("/a"));
    request.allow.hosts.push(("127.0.0.1".to_owned(), there.port));
    send(request).await.expect("an answer");
    let seen = there.seen().remove(0);
    assert!(!seen.contains("secret") && seen.contains("accept: text/xml"), "{seen}");
}

#[tokio::test]
async fn credentials_dropped_on_the_way_do_not_come_back() {
    let (first_port, second_port) = (free_port().await, free_port().await);
    let here = Server::at(
        first_port,
        vec![to(&format!("http://127.0.0.1:{second_port}/b")), Answer::Say(ok("back"))],
    );
    let there = Server::at(second_port, vec![to(&format!("http://127.0.0.1:{first_port}/c"))]);
    let (here, there) = (here.await, there.await);
    let mut request = following(&here.url("/a"));
    request.allow.hosts.push(("127.0.0.1".to_owned(), there.port));
    assert_eq!(&send(request).await.expect("an answer").body[..], b"back");
    assert!(here.seen()[0].contains("secret") && !here.seen()[1].contains("secret"), "{:?}", here.seen());
}

#[tokio::test]
async fn a_redirect_out_of_the_allow_list_is_stopped() {
    let elsewhere = Server::fine(1).await;
    for location in [
        "http://169.254.169.254/latest/meta-data".to_owned(),
        elsewhere.url("/"),
        format!("//127.0.0.1:{}/", elsewhere.port),
        "file:///etc/passwd".to_owned(),
    ] {
        let server = Server::with(vec![to(&location)]).await;
        let result = send(following(&server.url("/"))).await;
        assert!(matches!(result, Err(NetError::NotAllowed(_))), "{location}: {result:?}");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_redirect_to_a_listed_host_at_a_forbidden_address_is_stopped() {
    let server = Server::with(vec![to("http://169.254.169.254/")]).await;
    let mut request = following(&server.url("/"));
    request.allow.hosts.push(("169.254.169.254".to_owned(), 80));
    let result = send(request).await;
    assert!(matches!(result, Err(NetError::NotAllowed(_))), "{result:?}");
}

#[tokio::test]
async fn a_save_is_never_redirected() {
    let server = Server::with(vec![to("/b"), Answer::Say(ok("no"))]).await;
    let request = Request { follow_redirects: 3, ..post(&server.url("/a"), "x") };
    assert_eq!(send(request).await.expect("the redirect itself").status, 302);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_circle_ends_where_the_caller_said() {
    let server = Server::with((0..9).map(|_| to("/again")).collect()).await;
    let request = Request { method: Method::HEAD, ..following(&server.url("/")) };
    assert_eq!(send(request).await.expect("the last redirect").status, 302);
    assert_eq!(server.seen().len(), 4);
}
