//! One request and its answer over one connection. From the first byte on, every failure is a doubt.

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};

use super::Response;
use super::connect::Sender;

/// How an exchange failed.
pub(super) enum Failure {
    /// The connection was gone before anything was written; the request is as good as new.
    Unsent(Box<http::Request<Full<Bytes>>>, String),
    /// Something was sent.
    Lost(String),
    /// It was answered with too much.
    TooLarge(String),
}

/// Sends a request and reads the whole answer, up to `most` bytes of it.
pub(super) async fn exchange(
    sender: &mut Sender,
    request: http::Request<Full<Bytes>>,
    most: usize,
) -> Result<Response, Failure> {
    if let Err(error) = sender.ready().await {
        return Err(Failure::Unsent(Box::new(request), chain(&error)));
    }
    let answer = match sender.try_send_request(request).await {
        Ok(answer) => answer,
        Err(mut error) => {
            let unsent = error.take_message();
            let why = chain(error.error());
            return Err(match unsent {
                Some(request) => Failure::Unsent(Box::new(request), why),
                None => Failure::Lost(format!("the connection was lost before the answer: {why}")),
            });
        }
    };
    let (head, body) = answer.into_parts();
    let body = read(body, most).await?;
    Ok(Response { status: head.status.as_u16(), headers: head.headers, body })
}

async fn read(mut body: Incoming, most: usize) -> Result<Bytes, Failure> {
    let too_large = || Failure::TooLarge(format!("the answer is larger than {most} bytes"));
    if body.size_hint().lower() > most as u64 {
        return Err(too_large());
    }
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|error| Failure::Lost(format!("the answer broke off: {}", chain(&error))))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + joined.len() + data.len() > most {
            return Err(too_large());
        }
        if first.is_empty() && joined.is_empty() {
            first = data;
            continue;
        }
        if joined.is_empty() {
            joined.extend_from_slice(&std::mem::take(&mut first));
        }
        joined.extend_from_slice(&data);
    }
    Ok(if joined.is_empty() { first } else { joined.freeze() })
}

/// An error with its causes, for the operator.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        said.push_str(": ");
        said.push_str(&inner.to_string());
        cause = inner.source();
    }
    said
}
