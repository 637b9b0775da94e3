//! The receiving platform: takes saves of the open spoke as JSON or SOAP and notes when each revision arrived.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What arrived.
#[derive(Default)]
pub struct Arrivals {
    /// When each marker (`m<number>m`) arrived first.
    pub first: HashMap<u64, Instant>,
    /// Saves in all.
    pub saves: u64,
    /// Saves of a person that were older than one before.
    pub older: u64,
    newest: HashMap<String, u64>,
}

/// A running sink.
#[derive(Clone)]
pub struct Sink {
    /// Where it listens.
    pub addr: SocketAddr,
    arrivals: Arc<Mutex<Arrivals>>,
    manner: Arc<Manner>,
}

/// How it behaves.
#[derive(Default)]
struct Manner {
    away: AtomicBool,
    late_ms: AtomicU64,
}

impl Sink {
    /// Starts on any port.
    pub async fn start() -> Result<Sink> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let sink = Sink { addr: listener.local_addr()?, arrivals: Arc::default(), manner: Arc::default() };
        let (arrivals, manner) = (Arc::clone(&sink.arrivals), Arc::clone(&sink.manner));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&arrivals), Arc::clone(&manner)));
            }
        });
        Ok(sink)
    }

    /// Answers nobody from now on, or everybody again.
    pub fn be_away(&self, away: bool) {
        self.manner.away.store(away, Ordering::Relaxed);
    }

    /// Answers so late from now on.
    pub fn be_late(&self, late: Duration) {
        self.manner.late_ms.store(late.as_millis() as u64, Ordering::Relaxed);
    }

    /// Reads what arrived.
    pub fn with<T>(&self, read: impl FnOnce(&mut Arrivals) -> T) -> T {
        read(&mut self.arrivals.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many people arrived.
    pub fn people(&self) -> u64 {
        self.with(|arrivals| arrivals.newest.len() as u64)
    }
}

async fn serve(mut stream: TcpStream, arrivals: Arc<Mutex<Arrivals>>, manner: Arc<Manner>) {
    drop(stream.set_nodelay(true));
    let mut buffer = Vec::with_capacity(8192);
    loop {
        let Some((head, body_bytes)) = head(&mut stream, &mut buffer).await else { return };
        while buffer.len() < head + body_bytes {
            if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                return;
            }
        }
        if manner.away.load(Ordering::Relaxed) {
            return;
        }
        let late = Duration::from_millis(manner.late_ms.load(Ordering::Relaxed));
        if !late.is_zero() {
            tokio::time::sleep(late).await;
        }
        let answer = answer(&buffer[..head], &buffer[head..head + body_bytes], &arrivals);
        buffer.drain(..head + body_bytes);
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The length of the next head, and of the body that it announces.
async fn head(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<(usize, usize)> {
    loop {
        if let Some(end) = find(buffer, b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
            let length = text.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
            return Some((end + 4, length.and_then(|length| length.trim().parse().ok()).unwrap_or(0)));
        }
        if stream.read_buf(buffer).await.unwrap_or(0) == 0 {
            return None;
        }
    }
}

fn answer(head: &[u8], body: &[u8], arrivals: &Mutex<Arrivals>) -> String {
    let line = String::from_utf8_lossy(&head[..find(head, b"\r\n").unwrap_or(head.len())]).into_owned();
    let soap = line.starts_with("POST /soap");
    let external = if soap { between(body, b"ExternalId>", b"<") } else { external_of(&line) };
    if let (Some(external), Some(marker)) = (external.filter(|id| !id.is_empty()), marker(body)) {
        return saved(&external, marker, soap, arrivals);
    }
    let content = if line.starts_with("POST /Jonas") {
        envelope(
            "<GetClubResponse xmlns=\"http://tempuri.org/\"><GetClubResult><Status>Success</Status><ClubId>1</ClubId>\
             <Name>Bench</Name></GetClubResult></GetClubResponse>",
        )
    } else if soap {
        envelope(
            "<GetClubResponse xmlns=\"urn:connector:open-spoke:1\"><Id>1</Id><Name>Bench</Name></GetClubResponse>",
        )
    } else {
        r#"{"ok":true,"success":true,"site":"0001","id":"1","name":"Bench","staff":[],"lead_sources":[],"people":[]}"#.to_owned()
    };
    response(soap || line.starts_with("POST /Jonas"), &content)
}

fn saved(external: &str, marker: u64, soap: bool, arrivals: &Mutex<Arrivals>) -> String {
    let mut arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
    arrivals.saves += 1;
    arrivals.first.entry(marker).or_insert_with(now);
    let newest = arrivals.newest.entry(external.to_owned()).or_default();
    let is_older = marker < *newest;
    *newest = marker.max(*newest);
    arrivals.older += u64::from(is_older);
    let content = if soap {
        envelope(&format!(
            "<SavePersonResponse xmlns=\"urn:connector:open-spoke:1\"><Id>R{external}</Id></SavePersonResponse>"
        ))
    } else {
        format!(r#"{{"id":"R{external}"}}"#)
    };
    response(soap, &content)
}

fn external_of(line: &str) -> Option<String> {
    let path = line.strip_prefix("PUT ")?.split(' ').next()?;
    path.split('?').next()?.rsplit('/').next().map(str::to_owned)
}

fn envelope(content: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{content}</s:Body></s:Envelope>"
    )
}

fn response(soap: bool, content: &str) -> String {
    let kind = if soap { "text/xml; charset=utf-8" } else { "application/json" };
    format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{content}", content.len())
}

/// The number between the `m`s of `m123m`, which the load generator puts into the company.
fn marker(body: &[u8]) -> Option<u64> {
    between(body, b"company-m", b"m")?.parse().ok()
}

fn between(body: &[u8], from: &[u8], to: &[u8]) -> Option<String> {
    let start = find(body, from)? + from.len();
    let end = find(&body[start..], to)?;
    Some(String::from_utf8_lossy(&body[start..start + end]).into_owned())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The clock of the benchmark.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub fn now() -> Instant {
    Instant::now()
}
