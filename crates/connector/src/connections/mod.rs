//! Connections over HTTP: how many at once, and how long one may keep us waiting for the head of a request.
//!
//! A head that is never finished would hold its connection for ever, and so would a peer that goes away without a word.
//! So each connection looks twice per deadline at what it is doing ([`progress`]); a request itself pays for two
//! stores and no timer. Where all places are taken, whoever comes next waits in the system's queue and is taken once
//! another one leaves. How long an answer may take is the doors' own business.

mod progress;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tower::Service;

use progress::{Heard, Patience, Progress, Underway};

/// How long nobody is taken when the system has no more room for a connection.
const WHEN_FULL: Duration = Duration::from_millis(200);
/// Open files that are left to calls out, the store and commands.
const FILES_LEFT: usize = 256;

/// What connections may ask of us.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How many there are at once.
    pub at_once: usize,
    /// How long the head of a request may take, from its first byte; of a new connection, from the beginning.
    pub head_within: Duration,
    /// How long a connection may rest between two requests: longer than a proxy in front keeps its own, for one that
    /// is closed just as it is used again looks like a failure.
    pub idle_within: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            at_once: places(),
            head_within: Duration::from_secs(10),
            idle_within: Duration::from_secs(90),
        }
    }
}

/// 4,096, or fewer where the system lets this process open few files.
fn places() -> usize {
    const AT_ONCE: usize = 4_096;
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits.lines().find_map(|line| {
        line.strip_prefix("Max open files")?.split_whitespace().next()?.parse::<usize>().ok()
    });
    files.map_or(AT_ONCE, |files| files.saturating_sub(FILES_LEFT).clamp(64, AT_ONCE))
}

/// Takes connections until told to stop; then lets requests under way finish.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    bounds: Bounds,
    mut stopped: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(bounds.at_once));
    let stop = stopped.clone();
    let taking = async {
        while let Ok(place) = Arc::clone(&room).acquire_owned().await {
            match listener.accept().await {
                Ok((socket, _)) => {
                    let conversation = converse(socket, routes.clone(), bounds, stop.clone());
                    tokio::spawn(async move {
                        conversation.await;
                        drop(place);
                    });
                }
                Err(error) if is_the_peers(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection could be taken; trying again");
                    tokio::time::sleep(WHEN_FULL).await;
                }
            }
        }
    };
    tokio::select! {
        () = taking => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    drop(listener);
    let everyone = u32::try_from(bounds.at_once).unwrap_or(u32::MAX);
    drop(room.acquire_many(everyone).await);
}

/// Whether a connection failed before it was taken.
fn is_the_peers(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One connection, from its beginning to its end.
async fn converse(socket: TcpStream, routes: Router, bounds: Bounds, mut stopped: watch::Receiver<bool>) {
    let progress = Arc::new(Progress::default());
    let heard = TokioIo::new(Heard::new(socket, Arc::clone(&progress)));
    let service = {
        let progress = Arc::clone(&progress);
        service_fn(move |request| answer(routes.clone(), request, Underway::begin(&progress)))
    };
    let mut connection = std::pin::pin!(http1::Builder::new().serve_connection(heard, service));
    let (mut patience, every) = Patience::of(&bounds);
    let mut look = interval_at(Instant::now() + every, every);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopping = false;
    loop {
        tokio::select! {
            biased;
            _ = connection.as_mut() => return,
            _ = look.tick() => {
                if patience.ends(&progress) {
                    return;
                }
            }
            _ = stopped.wait_for(|stopped| *stopped), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(
    mut routes: Router,
    request: Request<Incoming>,
    underway: Underway,
) -> Result<Response<progress::Answer>, std::convert::Infallible> {
    let response = routes.call(request.map(Body::new)).await?;
    Ok(response.map(|body| underway.with(body)))
}
