//! The server: takes calls, lets them go wrong as asked, and writes the ledger.
//!
//! It speaks HTTP through hyper directly, because a simulator must be able to take a call, store it, and close the
//! connection without a word.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use encoding_rs::WINDOWS_1252;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming as Stream;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::clock::now_ms;
use crate::control;
use crate::faults::Trouble;
use crate::http_call::{Incoming, Reply};
use crate::ledger::Call;
use crate::room::Room;

/// Bodies longer than this are cut off with the connection.
const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;
/// How long the port is tried again after it was shut.
const REBIND_TRIES: u32 = 100;
/// What connections still have when the port is shut: time for whoever shut it to hear so.
const LAST_ANSWERS: Duration = Duration::from_millis(20);

/// Whether the port is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    Open,
    /// Shut for so many milliseconds.
    Shut(u64),
}

/// What connections and the handle share.
#[derive(Debug)]
pub(crate) struct Shared {
    room: Mutex<Room>,
    pub gate: watch::Sender<Gate>,
}

impl Shared {
    pub(crate) fn new(room: Room) -> Self {
        Shared { room: Mutex::new(room), gate: watch::channel(Gate::Open).0 }
    }

    pub(crate) fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed without an answer")]
struct Dropped;

/// Takes connections until the task is aborted.
pub(crate) async fn serve(mut listener: TcpListener, at: SocketAddr, shared: Arc<Shared>) {
    let mut gate = shared.gate.subscribe();
    loop {
        let connections = accept(&listener, &shared, &mut gate).await;
        let shut = *gate.borrow_and_update();
        let Gate::Shut(ms) = shut else { continue };
        drop(listener);
        tokio::time::sleep(LAST_ANSWERS).await;
        drop(connections);
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(ms)) => {
                shared.room().faults.refuse_connections_ms = None;
                shared.gate.send_replace(Gate::Open);
            }
            _ = gate.wait_for(|gate| *gate == Gate::Open) => {}
        }
        match rebind(at).await {
            Ok(again) => listener = again,
            Err(_) => return,
        }
    }
}

/// Takes connections until the gate shuts; hands back the open ones, which are cut when they are dropped.
async fn accept(
    listener: &TcpListener,
    shared: &Arc<Shared>,
    gate: &mut watch::Receiver<Gate>,
) -> JoinSet<()> {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            taken = listener.accept() => {
                if let Ok((socket, _)) = taken {
                    connections.spawn(connection(socket, Arc::clone(shared)));
                }
            }
            Some(_) = connections.join_next() => {}
            _ = gate.wait_for(|gate| *gate != Gate::Open) => return connections,
        }
    }
}

async fn rebind(at: SocketAddr) -> io::Result<TcpListener> {
    let mut tried = TcpListener::bind(at).await;
    for _ in 0..REBIND_TRIES {
        if tried.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        tried = TcpListener::bind(at).await;
    }
    tried
}

async fn connection(socket: TcpStream, shared: Arc<Shared>) {
    let _ = socket.set_nodelay(true);
    let service = service_fn(move |request| respond(Arc::clone(&shared), request));
    let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
}

async fn respond(shared: Arc<Shared>, request: Request<Stream>) -> Result<Response<Full<Bytes>>, Dropped> {
    let (head, stream) = request.into_parts();
    let body = Limited::new(stream, BODY_MAX_BYTES).collect().await.map_err(|_| Dropped)?.to_bytes();
    let call = Incoming {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or("").to_owned(),
        headers: head.headers,
        body,
    };
    if call.path == "/_sim" || call.path.starts_with("/_sim/") {
        return Ok(response(control::answer(&shared, &call)));
    }
    let Plan { latency_ms, answer_delay_ms, fate } = plan(&shared);
    if latency_ms + answer_delay_ms == 0 {
        return carry_out(&shared, &call, fate).map(response).ok_or(Dropped);
    }
    let _ticket = Ticket::take(&shared, &call);
    let at_work = tokio::spawn(async move {
        pause(latency_ms).await;
        let reply = carry_out(&shared, &call, fate);
        pause(answer_delay_ms).await;
        reply
    });
    at_work.await.ok().flatten().map(response).ok_or(Dropped)
}

async fn pause(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

/// What will become of a call, decided when it arrives.
struct Plan {
    latency_ms: u64,
    answer_delay_ms: u64,
    fate: Fate,
}

#[derive(Clone, Copy)]
enum Fate {
    Down,
    Trouble(Trouble),
    Answer,
}

fn plan(shared: &Shared) -> Plan {
    let mut room = shared.room();
    let mut fate = Fate::Answer;
    if room.faults.down || *shared.gate.borrow() != Gate::Open {
        fate = Fate::Down;
    } else if room.faults.maintenance {
        fate = Fate::Trouble(Trouble::Maintenance);
    } else if let Some(throttle) = room.faults.throttle.as_mut().filter(|throttle| throttle.count > 0) {
        throttle.count -= 1;
        fate = Fate::Trouble(Trouble::Throttled(throttle.retry_after_s));
    } else {
        let share = room.faults.error_rate;
        if room.dice.happens(share) {
            fate = Fate::Trouble(Trouble::Broken);
        }
    }

    Plan { latency_ms: room.faults.latency_ms, answer_delay_ms: room.faults.answer_delay_ms, fate }
}

/// Carries a call out and writes it down; none closes the connection.
fn carry_out(shared: &Shared, call: &Incoming, fate: Fate) -> Option<Reply> {
    let room = &mut *shared.room();
    room.now_ms = now_ms();
    let mut reply = match fate {
        Fate::Down => Reply::empty(0),
        Fate::Trouble(trouble) => room.trouble(trouble, call),
        Fate::Answer => room.answer(call),
    };
    let mut answered = !matches!(fate, Fate::Down);
    if reply.stored.is_some() {
        let share = room.faults.drop_rate;
        if room.faults.fail_after_store > 0 {
            room.faults.fail_after_store -= 1;
            let failed = room.trouble(Trouble::Broken, call).of(reply.operation, &reply.club);
            reply = Reply { stored: reply.stored, ..failed };
        }
        if room.faults.drop_after_store > 0 {
            room.faults.drop_after_store -= 1;
            answered = false;
        } else if room.dice.happens(share) {
            answered = false;
        }
    }
    let at_ms = room.now_ms;
    room.ledger.note(&call.body, || Call {
        n: 0,
        at_ms,
        method: call.method.clone(),
        path: public_path(call, &room.config.credentials.secret),
        operation: reply.operation.to_owned(),
        club: reply.club.clone(),
        status: reply.status,
        stored: reply.stored.clone(),
        answered,
        body: String::new(),
    });
    answered.then_some(reply)
}

fn public_path(call: &Incoming, secret: &str) -> String {
    if call.query.is_empty() || call.query.contains("secret") {
        call.path.clone()
    } else {
        let query = if secret.is_empty() { call.query.clone() } else { call.query.replace(secret, "***") };
        format!("{}?{query}", call.path)
    }
}

/// A call under way; it ends when it is answered, or when its caller goes away.
struct Ticket {
    shared: Arc<Shared>,
    subject: Option<String>,
}

impl Ticket {
    fn take(shared: &Arc<Shared>, call: &Incoming) -> Self {
        let mut room = shared.room();
        let subject = room.subject(call);
        if let Some(subject) = &subject {
            let n = room.ledger.next();
            room.watch.begin(n, subject);
        }
        Ticket { shared: Arc::clone(shared), subject }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(subject) = &self.subject {
            self.shared.room().watch.end(subject);
        }
    }
}

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(reply.status);
    if !reply.content_type.is_empty() {
        response = response.header("content-type", reply.content_type);
    }
    for (name, value) in &reply.headers {
        response = response.header(*name, value.as_str());
    }
    let old = reply.content_type.ends_with("charset=windows-1252");
    let body = if old { WINDOWS_1252.encode(&reply.body).0.into_owned() } else { reply.body.into_bytes() };
    response.body(Full::new(Bytes::from(body))).unwrap_or_else(|_| {
        let mut broken = Response::new(Full::new(Bytes::new()));
        *broken.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        broken
    })
}
