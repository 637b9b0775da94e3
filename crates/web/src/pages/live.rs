//! Telling an open page that something changed; the page then asks for itself again.
//!
//! What travels is one word, so that a page left open can never show more than a reload would, and a
//! busy club costs a browser no more than a few looks a second.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::Semaphore;
use tokio::sync::watch::Receiver;

/// Changes closer together than this are one.
const FOLD: Duration = Duration::from_millis(300);
const FOLD_AT_MOST: usize = 10_000;
/// A browser connects again by itself, and its key is checked again.
const AT_MOST: Duration = Duration::from_mins(15);
const STILL_HERE: Duration = Duration::from_secs(20);

/// Open pages at once; the ones beyond look again by themselves now and then.
static ROOM: Semaphore = Semaphore::const_new(2_000);

/// Answers with one `changed` event for every burst of ticks, until `stop` says so: an open page would otherwise hold up
/// a hub that is told to stop.
pub fn events(ticks: BoxStream<'static, ()>, stop: Receiver<bool>) -> Response {
    let Ok(place) = ROOM.try_acquire() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "15")]).into_response();
    };
    let events = ticks
        .ready_chunks(FOLD_AT_MOST)
        .then(|_| tokio::time::sleep(FOLD))
        .map(move |()| {
            let _held = &place;
            Ok::<_, Infallible>(Event::default().event("changed").data("look again"))
        })
        .take_until(tokio::time::timeout(AT_MOST, told(stop)));
    Sse::new(events).keep_alive(KeepAlive::new().interval(STILL_HERE)).into_response()
}

/// Resolves once the word is given; where nobody is left to give it, never.
async fn told(mut stop: Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
