//! A server of one script: each request gets the next answer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request.
pub(super) enum Answer {
    /// Writes this and reads on.
    Say(String),
    /// Writes this and closes.
    SayAndClose(String),
    /// Writes this and neither goes on nor closes.
    SayAndHang(String),
}

/// A running server and what it has seen.
pub(super) struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
}

impl Server {
    /// Starts a server with a script; when the script is over, it closes connections unanswered.
    pub(super) async fn with(script: Vec<Answer>) -> Server {
        Server::at(0, script).await
    }

    /// The same at a port of one's choice.
    pub(super) async fn at(port: u16, script: Vec<Answer>) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (seen, connections) = (Arc::default(), Arc::default());
        let server = Server { port, seen: Arc::clone(&seen), connections: Arc::clone(&connections) };
        let script = Arc::new(Mutex::new(VecDeque::from(script)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *connections.lock().expect("no panic") += 1;
                tokio::spawn(converse(stream, Arc::clone(&script), Arc::clone(&seen)));
            }
        });
        server
    }

    /// A server that says the same good thing `count` times.
    pub(super) async fn fine(count: usize) -> Server {
        Server::with((0..count).map(|_| Answer::Say(ok("fine"))).collect()).await
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The requests so far, as they came.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("no panic").clone()
    }

    /// How many connections were opened so far.
    pub(super) fn connections(&self) -> usize {
        *self.connections.lock().expect("no panic")
    }
}

/// A port at which nobody listens.
pub(super) async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// A whole answer with a body.
pub(super) fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

async fn converse(
    mut stream: TcpStream,
    script: Arc<Mutex<VecDeque<Answer>>>,
    seen: Arc<Mutex<Vec<String>>>,
) {
    while let Some(request) = read(&mut stream).await {
        seen.lock().expect("no panic").push(request);
        let answer = script.lock().expect("no panic").pop_front();
        match answer {
            Some(Answer::Say(text)) => stream.write_all(text.as_bytes()).await.unwrap_or_default(),
            Some(Answer::SayAndClose(text)) => {
                return stream.write_all(text.as_bytes()).await.unwrap_or_default();
            }
            Some(Answer::SayAndHang(text)) => {
                stream.write_all(text.as_bytes()).await.unwrap_or_default();
                return std::future::pending().await;
            }
            None => return,
        }
    }
}

/// One request with its body, or nothing when the caller is gone.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().expect("a number")) {
                return Some(text);
            }
        }
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        text.push_str(std::str::from_utf8(&buffer[..count]).expect("text"));
    }
}
