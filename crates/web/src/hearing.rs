//! Hearing out: what a door did not want to read of a body is read to its end and thrown away before the answer is given.
//!
//! Most clients send their whole body before they look for an answer. One who is cut off meanwhile sees a broken
//! connection instead of the answer that says why. So the rest is heard, within bounds, and only then answered. A client
//! that asks first (`Expect: 100-continue`) is answered at once and need not send anything.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::{HeaderMap, header};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// The most that is heard out of one body.
const HEARD_OUT_MAX_BYTES: usize = 128 << 20;
/// How long a body is listened to at most, the door's own reading included.
const HEARD_OUT_WITHIN: Duration = Duration::from_secs(10);

/// Answers once the body was heard to its end, whatever the door took of it.
pub async fn hear_out(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() || is_endless(request.headers()) {
        return next.run(request).await;
    }
    let until = Instant::now() + HEARD_OUT_WITHIN;
    let asks_first = request.headers().contains_key(header::EXPECT);
    let (head, body) = request.into_parts();
    let (back, mut left) = oneshot::channel();
    let lent = Lent { rest: Some(Rest { stream: body.into_data_stream(), begun: false }), back: Some(back) };
    let response = next.run(Request::from_parts(head, Body::from_stream(lent))).await;
    if let Ok(rest) = left.try_recv()
        && (rest.begun || !asks_first)
    {
        drop(timeout_at(until, rest.hear()).await);
    }
    response
}

/// Whether a body is so large by its own word that hearing a part of it would help nobody.
fn is_endless(headers: &HeaderMap) -> bool {
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    declared.is_some_and(|length: u64| length > HEARD_OUT_MAX_BYTES as u64)
}

/// What is left of a body.
struct Rest {
    stream: BodyDataStream,
    begun: bool,
}

impl Rest {
    async fn hear(mut self) {
        let mut heard = 0;
        while let Some(Ok(chunk)) = self.stream.next().await {
            heard += chunk.len();
            if heard > HEARD_OUT_MAX_BYTES {
                return;
            }
        }
    }
}

/// A body that is lent to a door, and comes back when the door drops it unread.
struct Lent {
    rest: Option<Rest>,
    back: Option<oneshot::Sender<Rest>>,
}

impl Stream for Lent {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        rest.begun = true;
        let polled = rest.stream.poll_next_unpin(cx);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.rest = None;
        }
        polled
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(rest), Some(back)) = (self.rest.take(), self.back.take()) {
            drop(back.send(rest));
        }
    }
}
