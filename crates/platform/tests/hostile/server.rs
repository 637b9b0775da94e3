//! A server that answers every request with the same bytes, however wrong, or without an end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is sent for every request.
#[derive(Clone)]
pub enum Wire {
    /// These bytes; the connection stays open.
    Bytes(Vec<u8>),
    /// These bytes and the end of the connection.
    Closing(Vec<u8>),
    /// These bytes, and then the others again and again until nobody listens.
    Endless(Vec<u8>, Vec<u8>),
    /// These bytes, and then one more every second.
    Trickle(Vec<u8>),
    /// The answer to each path; in it `{host}` stands for the host and port of the server itself, which have fifteen
    /// characters.
    Paths(fn(&str) -> String),
}

/// A running server.
pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub async fn with(wire: Wire) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let server = Server { url: url.clone(), asked: Arc::clone(&asked) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, wire.clone(), Arc::clone(&asked), url.clone()));
            }
        });
        server
    }

    /// The first lines of the requests so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A whole answer with a body.
pub fn whole(status: &str, kind: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// JSON with a status of 200.
pub fn json(body: impl AsRef<[u8]>) -> Wire {
    Wire::Bytes(whole("200 OK", "application/json", body))
}

async fn converse(mut stream: TcpStream, wire: Wire, asked: Arc<Mutex<Vec<String>>>, here: String) {
    let host = here.trim_start_matches("http://");
    while let Some(line) = read(&mut stream).await {
        asked.lock().unwrap().push(line.clone());
        let fine = match &wire {
            Wire::Bytes(bytes) => stream.write_all(bytes).await.is_ok(),
            Wire::Closing(bytes) => {
                stream.write_all(bytes).await.unwrap_or_default();
                return;
            }
            Wire::Endless(first, again) => {
                let mut fine = stream.write_all(first).await.is_ok();
                while fine {
                    fine = stream.write_all(again).await.is_ok();
                }
                fine
            }
            Wire::Trickle(first) => {
                let mut fine = stream.write_all(first).await.is_ok();
                while fine {
                    // The delay is what the platform does.
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    fine = stream.write_all(b" ").await.is_ok();
                }
                fine
            }
            Wire::Paths(answer) => {
                let path = line.split(' ').nth(1).unwrap_or_default();
                stream.write_all(answer(path).replace("{host}", host).as_bytes()).await.is_ok()
            }
        };
        if !fine {
            return;
        }
    }
}

/// The first line of one request, once it was read whole; nothing when the caller is gone.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return head.lines().next().map(str::to_owned);
            }
        }
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
}
