//! Refusals: the closed list of reasons, their statuses, and how they are answered.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use model::Tracking;

use super::answer;

/// The `reason` of an error. The first three are the vendor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The document or the query must be changed.
    Validation,
    /// The store did not take it; sending it again later helps.
    Database,
    /// Our fault.
    Unknown,
    /// No token, or not a good one.
    Unauthorized,
    /// The token does not reach this far.
    Forbidden,
    /// There is no such record or path.
    NotFound,
    /// The path does not take this verb.
    WrongVerb,
    /// The document is too large.
    TooLarge,
    /// The body is not declared as XML.
    UnsupportedType,
    /// Too many calls; `Retry-After` says when to go on.
    Throttled,
}

impl Reason {
    /// The literal on the wire. A wrong verb has none of its own in the contract.
    pub const fn literal(self) -> &'static str {
        match self {
            Reason::Validation | Reason::WrongVerb => "VALIDATION",
            Reason::Database => "DATABASE",
            Reason::Unknown => "UNKNOWN",
            Reason::Unauthorized => "UNAUTHORIZED",
            Reason::Forbidden => "FORBIDDEN",
            Reason::NotFound => "NOT_FOUND",
            Reason::TooLarge => "TOO_LARGE",
            Reason::UnsupportedType => "UNSUPPORTED_TYPE",
            Reason::Throttled => "THROTTLED",
        }
    }

    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        match self {
            Reason::Validation => StatusCode::BAD_REQUEST,
            Reason::Database => StatusCode::SERVICE_UNAVAILABLE,
            Reason::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
            Reason::Unauthorized => StatusCode::UNAUTHORIZED,
            Reason::Forbidden => StatusCode::FORBIDDEN,
            Reason::NotFound => StatusCode::NOT_FOUND,
            Reason::WrongVerb => StatusCode::METHOD_NOT_ALLOWED,
            Reason::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Reason::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Reason::Throttled => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// A refusal for this reason.
    pub fn because(self, message: impl Into<String>) -> Refusal {
        Refusal { reason: self, message: message.into(), retry_after_s: None }
    }
}

/// Why a call is refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub reason: Reason,
    /// What is wrong and where, for the partner's developer.
    pub message: String,
    /// When to try again, in seconds.
    pub retry_after_s: Option<u32>,
}

/// A refusal with the tracking UUID under which the Connector Log shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The tracking UUID.
    pub tracking: Tracking,
    /// Why.
    pub refusal: Refusal,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Refusal { reason, message, retry_after_s } = self.refusal;
        let mut response = answer::xml(reason.status(), answer::error(reason, self.tracking, &message));
        let headers = response.headers_mut();
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        match reason {
            Reason::Unauthorized => {
                headers
                    .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Connector\""));
            }
            Reason::WrongVerb => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
            }
            _ => {}
        }
        response
    }
}
