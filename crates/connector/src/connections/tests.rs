use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::{Bounds, serve};

const PATIENCE: Duration = Duration::from_secs(20);
const HEAD_WITHIN: Duration = Duration::from_millis(300);
const HELLO: &[u8] = b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n";

async fn serving(bounds: Bounds) -> (SocketAddr, watch::Sender<bool>, JoinHandle<()>) {
    let routes = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/echo", post(|body: String| async { body }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    (address, stop, tokio::spawn(serve(listener, routes, bounds, stopped)))
}

fn hasty() -> Bounds {
    Bounds { at_once: 2, head_within: HEAD_WITHIN, idle_within: PATIENCE }
}

/// Reads until this is there.
async fn hear(socket: &mut TcpStream, text: &str) {
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).ends_with(text) {
        let read =
            timeout(PATIENCE, socket.read_buf(&mut heard)).await.expect("it is answered in time").unwrap();
        assert_ne!(read, 0, "closed after {:?}", String::from_utf8_lossy(&heard));
    }
}

/// Waits until the other side closed without a word.
async fn hear_nothing_more(socket: &mut TcpStream) {
    let mut heard = Vec::new();
    timeout(PATIENCE, socket.read_to_end(&mut heard)).await.expect("it is closed in time").unwrap();
    assert_eq!(String::from_utf8_lossy(&heard), "");
}

#[tokio::test]
async fn a_half_sent_head_is_closed_within_its_deadline_and_not_at_once() {
    let (address, _stop, _serving) = serving(hasty()).await;
    let mut served_before = TcpStream::connect(address).await.unwrap();
    served_before.write_all(HELLO).await.unwrap();
    hear(&mut served_before, "hello").await;
    for mut socket in [TcpStream::connect(address).await.unwrap(), served_before] {
        let began = Instant::now();
        socket.write_all(b"GET / HTTP/1.1\r\nHost: h").await.unwrap();
        hear_nothing_more(&mut socket).await;
        assert!(began.elapsed() >= HEAD_WITHIN / 3, "after {:?}", began.elapsed());
        assert!(began.elapsed() < HEAD_WITHIN * 10, "after {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_head_that_dribbles_in_has_no_more_time_than_another() {
    let (address, _stop, _serving) = serving(hasty()).await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    let dribbling = async {
        for byte in HELLO.iter().cycle().filter(|byte| !byte.is_ascii_whitespace()) {
            if socket.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(HEAD_WITHIN / 10).await;
        }
    };
    timeout(PATIENCE, dribbling).await.expect("it is closed in time");
}

#[tokio::test]
async fn a_slow_body_and_a_rest_between_requests_are_no_slow_head() {
    let (address, _stop, _serving) = serving(hasty()).await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(b"POST /echo HTTP/1.1\r\nHost: hub\r\nContent-Length: 5\r\n\r\nsl").await.unwrap();
    tokio::time::sleep(HEAD_WITHIN * 3).await;
    socket.write_all(b"owly").await.unwrap();
    hear(&mut socket, "slowl").await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    for _ in 0..2 {
        socket.write_all(HELLO).await.unwrap();
        hear(&mut socket, "hello").await;
        tokio::time::sleep(HEAD_WITHIN * 3).await;
    }
}

#[tokio::test]
async fn a_connection_that_rests_too_long_is_closed() {
    let (address, _stop, _serving) = serving(Bounds { idle_within: HEAD_WITHIN, ..hasty() }).await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(HELLO).await.unwrap();
    hear(&mut socket, "hello").await;
    hear_nothing_more(&mut socket).await;
}

#[tokio::test]
async fn who_comes_when_all_places_are_taken_waits_and_is_served_once_one_is_left() {
    let (address, _stop, _serving) = serving(Bounds { head_within: PATIENCE, ..hasty() }).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    for socket in [&mut first, &mut second] {
        socket.write_all(HELLO).await.unwrap();
        hear(socket, "hello").await;
    }
    let mut third = TcpStream::connect(address).await.unwrap();
    third.write_all(HELLO).await.unwrap();
    let early = timeout(Duration::from_millis(300), third.readable()).await;
    assert!(early.is_err(), "nobody answers while both places are taken");
    first.write_all(HELLO).await.unwrap();
    hear(&mut first, "hello").await;
    drop(first);
    hear(&mut third, "hello").await;
}

#[tokio::test]
async fn half_sent_heads_in_every_place_do_not_keep_others_out_for_long() {
    let (address, _stop, _serving) = serving(hasty()).await;
    let mut held = Vec::new();
    for _ in 0..6 {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(b"GET / HT").await.unwrap();
        held.push(socket);
    }
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(HELLO).await.unwrap();
    hear(&mut socket, "hello").await;
}

#[tokio::test]
async fn who_is_told_to_stop_closes_what_rests_and_finishes_what_is_under_way() {
    let (address, stop, serving) = serving(Bounds { head_within: PATIENCE, ..hasty() }).await;
    let mut resting = TcpStream::connect(address).await.unwrap();
    resting.write_all(HELLO).await.unwrap();
    hear(&mut resting, "hello").await;
    let mut busy = TcpStream::connect(address).await.unwrap();
    busy.write_all(b"POST /echo HTTP/1.1\r\nHost: hub\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        .await
        .unwrap();
    hear(&mut busy, "100 Continue\r\n\r\n").await;
    stop.send(true).unwrap();
    hear_nothing_more(&mut resting).await;
    assert!(!serving.is_finished());
    busy.write_all(b"bye!").await.unwrap();
    hear(&mut busy, "bye!").await;
    timeout(PATIENCE, serving).await.expect("it ends in time").unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody is taken any more");
}
