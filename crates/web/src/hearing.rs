//! Hearing out: what a door did not want to read of a body is read to its end and thrown away before the answer is given.
//!
//! Most clients send their whole body before they look for an answer. One who is cut off meanwhile sees a broken
//! connection instead of the answer that says why. So the rest is heard, within bounds, and only then answered. A client
//! that asks first (`Expect: 100-continue`) is answered at once and need not send anything.
//!
//! It is a courtesy, and must not be a way to keep us busy: few bodies are heard out at once, a document that is too
//! large for longer than what a stranger sends, and whoever is not heard out is answered and cut off.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::api_2011_11::BASE;

/// How many bodies are heard out at once.
const HEARD_AT_ONCE: usize = 64;
/// The most that is heard out of a document that is too large; who sends it has shown a token.
const TOO_LARGE_HEARD_MAX_BYTES: usize = 128 << 20;
/// The most that is heard out of any other body: more than any document may have.
const HEARD_MAX_BYTES: usize = 2 << 20;
/// How long a body is listened to at most, the door's own reading included.
const HEARD_OUT_WITHIN: Duration = Duration::from_secs(10);

/// Places for those who are heard out.
#[derive(Clone, Debug)]
pub struct Ears(Arc<Semaphore>);

impl Default for Ears {
    fn default() -> Self {
        Ears::of(HEARD_AT_ONCE)
    }
}

impl Ears {
    fn of(at_once: usize) -> Self {
        Ears(Arc::new(Semaphore::new(at_once)))
    }

    /// Hears a body to its end, if there is room and it ends in time.
    async fn hear(&self, rest: Rest, max_bytes: usize, until: Instant) -> bool {
        let Ok(_place) = self.0.try_acquire() else { return false };
        timeout_at(until, rest.hear(max_bytes)).await.unwrap_or(false)
    }
}

/// Answers once the body was heard to its end, whatever the door took of it.
pub async fn hear_out(State(ears): State<Ears>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let until = Instant::now() + HEARD_OUT_WITHIN;
    let asks_first = request.headers().contains_key(header::EXPECT);
    let declared = declared(request.headers());
    let is_document = request.uri().path().starts_with(BASE);
    let (head, body) = request.into_parts();
    let (back, mut left) = oneshot::channel();
    let lent = Lent { rest: Some(Rest { stream: body.into_data_stream(), begun: false }), back: Some(back) };
    let mut response = next.run(Request::from_parts(head, Body::from_stream(lent))).await;
    if let Ok(rest) = left.try_recv()
        && (rest.begun || !asks_first)
    {
        let too_large = is_document && response.status() == StatusCode::PAYLOAD_TOO_LARGE;
        let max_bytes = if too_large { TOO_LARGE_HEARD_MAX_BYTES } else { HEARD_MAX_BYTES };
        let is_endless = declared.is_some_and(|length| length > max_bytes as u64);
        if is_endless || !ears.hear(rest, max_bytes, until).await {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
    response
}

/// How large a body is by its own word.
fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What is left of a body.
struct Rest {
    stream: BodyDataStream,
    begun: bool,
}

impl Rest {
    /// Whether it ended, within so many bytes.
    async fn hear(mut self, max_bytes: usize) -> bool {
        let mut heard = 0;
        while let Some(Ok(chunk)) = self.stream.next().await {
            heard += chunk.len();
            if heard > max_bytes {
                return false;
            }
        }
        true
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

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use futures::channel::mpsc::{UnboundedSender, unbounded};
    use tower::ServiceExt;

    use super::*;

    fn refusing(ears: Ears) -> Router {
        let refuse = post(|| async { (StatusCode::UNAUTHORIZED, "who are you?") });
        Router::new().route("/", refuse).layer(from_fn_with_state(ears, hear_out))
    }

    /// A body that goes on until its sender is dropped.
    fn unended() -> (UnboundedSender<Result<Bytes, Infallible>>, Request) {
        let (sender, chunks) = unbounded();
        sender.unbounded_send(Ok(Bytes::from_static(b"begun"))).unwrap();
        (sender, Request::post("/").body(Body::from_stream(chunks)).unwrap())
    }

    fn is_cut_off(response: &Response) -> bool {
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        response.headers().get(header::CONNECTION).is_some_and(|said| said == "close")
    }

    #[tokio::test]
    async fn who_finds_no_place_to_be_heard_out_is_answered_at_once_and_cut_off() {
        let ears = Ears::of(1);
        let door = refusing(ears.clone());
        let (sender, first) = unended();
        let first = tokio::spawn(door.clone().oneshot(first));
        while ears.0.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let (_sender, second) = unended();
        assert!(is_cut_off(&door.clone().oneshot(second).await.unwrap()));
        drop(sender);
        assert!(!is_cut_off(&first.await.unwrap().unwrap()));
        let (sender, third) = unended();
        drop(sender);
        assert!(!is_cut_off(&door.oneshot(third).await.unwrap()), "the place is free again");
    }

    #[tokio::test]
    async fn a_stranger_is_heard_out_for_as_much_as_a_document_may_have() {
        for (bytes, cut_off) in [(HEARD_MAX_BYTES, false), (HEARD_MAX_BYTES + 1, true)] {
            let chunks = vec![Ok::<_, Infallible>(Bytes::from(vec![b' '; 1 << 20])); bytes >> 20];
            let rest = Ok(Bytes::from(vec![b' '; bytes & ((1 << 20) - 1)]));
            let body = Body::from_stream(futures::stream::iter(chunks.into_iter().chain([rest])));
            let request = Request::post("/").body(body).unwrap();
            let response = refusing(Ears::default()).oneshot(request).await.unwrap();
            assert_eq!(is_cut_off(&response), cut_off, "{bytes} bytes");
        }
    }
}
