//! The body of a save: declared as XML, arriving in time, and not too large.

use std::time::Duration;

use axum::extract::Request;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::{HeaderMap, header};

use super::document::BODY_MAX_BYTES;
use super::literal::quoted;
use super::{Reason, Refusal};

/// How long a body may take to arrive.
const ARRIVES_WITHIN: Duration = Duration::from_secs(10);

/// A body that arrived whole.
pub(super) struct Body {
    /// Its bytes.
    pub bytes: Bytes,
    /// The `Content-Type` it came with.
    pub content_type: Option<String>,
}

/// Reads the body of a request.
pub(super) async fn read(request: Request) -> Result<Body, Refusal> {
    let content_type = content_type(request.headers())?;
    let too_large =
        || Reason::TooLarge.because(format!("the document is larger than {BODY_MAX_BYTES} bytes"));
    let declared =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: usize| length > BODY_MAX_BYTES) {
        return Err(too_large());
    }
    let mut stream = request.into_body().into_data_stream();
    let collecting = async {
        let mut first = Bytes::new();
        let mut joined = BytesMut::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| Reason::Validation.because("the body broke off"))?;
            if first.len() + joined.len() + chunk.len() > BODY_MAX_BYTES {
                return Err(too_large());
            }
            if first.is_empty() && joined.is_empty() {
                first = chunk;
                continue;
            }
            if joined.is_empty() {
                joined.extend_from_slice(&std::mem::take(&mut first));
            }
            joined.extend_from_slice(&chunk);
        }
        Ok(if joined.is_empty() { first } else { joined.freeze() })
    };
    let late = || {
        Reason::Validation.because(format!("the body did not arrive within {} s", ARRIVES_WITHIN.as_secs()))
    };
    let bytes = tokio::time::timeout(ARRIVES_WITHIN, collecting).await.map_err(|_| late())??;
    Ok(Body { bytes, content_type })
}

/// Accepts `application/xml`, `text/xml`, any `…+xml`, and senders that declare nothing.
fn content_type(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(declared) = headers.get(header::CONTENT_TYPE) else {
        return Ok(None);
    };
    let declared = declared.to_str().unwrap_or("?");
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if matches!(essence.as_str(), "" | "application/xml" | "text/xml") || essence.ends_with("+xml") {
        return Ok(Some(declared.to_owned()));
    }
    Err(Reason::UnsupportedType
        .because(format!("send the document as application/xml, not as {}", quoted(&essence))))
}
