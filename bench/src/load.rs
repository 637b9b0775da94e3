//! The load generator: `2011-11` documents over kept connections, each answer's latency noted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::sink::now;

/// Where the load goes and how it signs in.
#[derive(Clone)]
pub struct Target {
    /// The hub's nodes; the connections are spread over them.
    pub addrs: Vec<SocketAddr>,
    /// The sender's token.
    pub token: String,
}

impl Target {
    async fn connect(&self, nth: usize) -> Result<TcpStream> {
        let stream = TcpStream::connect(self.addrs[nth % self.addrs.len()]).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// One record to send.
#[derive(Clone, Copy)]
pub struct Record {
    /// Whose record.
    pub person: u64,
    /// What makes this version of it different.
    pub marker: u64,
}

/// What a load did.
pub struct Sent {
    /// When each marker's request began.
    pub began: Vec<(u64, Instant)>,
    /// How long each answer took.
    pub answered: Vec<Duration>,
    /// From the first request to the last answer.
    pub took: Duration,
}

/// A document of about 600 bytes.
fn document(record: Record) -> String {
    let Record { person, marker } = record;
    format!(
        "<user><providerInfo><identifier>BENCH</identifier><clientID>1</clientID><clubID>1</clubID><recordID>P{person}</recordID></providerInfo>\
         <userInfo><firstname>First{person}</firstname><lastname>Last{person}</lastname><userStatus>ACTIVE</userStatus><userType>PROSPECT</userType>\
         <birthdate>1990-05-17</birthdate><gender>F</gender><address1>{person} Water Street</address1><city>Vancouver</city><zipcode>V6B 1A1</zipcode>\
         <state>BC</state><country>CA</country><mobile>+1 604 555 {tail:04}</mobile><email>person{person}@example.com</email>\
         <company>company-m{marker}m</company></userInfo></user>",
        tail = person % 10_000
    )
}

fn request(target: &Target, record: Record) -> Vec<u8> {
    let body = document(record);
    format!(
        "POST /connector/api/2011-11/user HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {}\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n{body}",
        target.token,
        body.len()
    )
    .into_bytes()
}

/// Sends one record over a connection and waits for its answer.
async fn send(stream: &mut TcpStream, buffer: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    stream.write_all(bytes).await?;
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the hub closed the connection");
        }
        let text = String::from_utf8_lossy(buffer);
        if let Some(end) = text.find("\r\n\r\n") {
            let head = text[..end].to_ascii_lowercase();
            let length = head.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
            let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            if buffer.len() >= end + 4 + length {
                if !head.starts_with("http/1.1 200") {
                    bail!("the hub answered {}", text.lines().next().unwrap_or_default());
                }
                return Ok(());
            }
        }
    }
}

/// Sends all records over so many connections, as fast as the answers come. A person's records stay in order.
pub async fn flat_out(target: &Target, connections: usize, records: Vec<Record>) -> Result<Sent> {
    let records = Arc::new(records);
    let started = now();
    let workers = (0..connections).map(|worker| {
        let (target, records) = (target.clone(), Arc::clone(&records));
        tokio::spawn(async move {
            let mut stream = target.connect(worker).await?;
            let (mut buffer, mut began, mut answered) = (Vec::with_capacity(1024), Vec::new(), Vec::new());
            for record in records.iter().filter(|record| record.person as usize % connections == worker) {
                let bytes = request(&target, *record);
                let start = now();
                send(&mut stream, &mut buffer, &bytes).await?;
                answered.push(start.elapsed());
                began.push((record.marker, start));
            }
            anyhow::Ok((began, answered))
        })
    });
    gather(workers.collect(), started).await
}

/// Sends records at a fixed rate, whether or not the answers keep up.
pub async fn at_rate(target: &Target, connections: usize, rate: u64, records: Vec<Record>) -> Result<Sent> {
    let started = now();
    let next = Arc::new(AtomicU64::new(0));
    let records = Arc::new(records);
    let workers = (0..connections).map(|worker| {
        let (target, records, next) = (target.clone(), Arc::clone(&records), Arc::clone(&next));
        tokio::spawn(async move {
            let mut stream = target.connect(worker).await?;
            let (mut buffer, mut began, mut answered) = (Vec::with_capacity(1024), Vec::new(), Vec::new());
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                let Some(record) = records.get(turn as usize) else { return anyhow::Ok((began, answered)) };
                let due = started + Duration::from_micros(turn * 1_000_000 / rate);
                tokio::time::sleep_until(due.into()).await;
                let bytes = request(&target, *record);
                let start = now();
                send(&mut stream, &mut buffer, &bytes).await?;
                answered.push(start.elapsed());
                began.push((record.marker, start));
            }
        })
    });
    gather(workers.collect(), started).await
}

type Told = Result<(Vec<(u64, Instant)>, Vec<Duration>)>;

/// What all workers did.
async fn gather(workers: Vec<JoinHandle<Told>>, started: Instant) -> Result<Sent> {
    let mut sent = Sent { began: Vec::new(), answered: Vec::new(), took: Duration::ZERO };
    for worker in workers {
        let (began, answered) = worker.await??;
        sent.began.extend(began);
        sent.answered.extend(answered);
    }
    sent.took = started.elapsed();
    Ok(sent)
}
