//! Calls out: one request, one answer, through a guard.
//!
//! What is here says *what* may be called and *how a call can fail*; the client that opens connections stands beside it.

mod address;
mod client;
mod connect;
mod exchange;
mod guard;
mod pool;
mod resolve;
#[cfg(test)]
mod tests;

pub use client::GuardedClient;
pub use resolve::Resolve;

use async_trait::async_trait;

/// One call out, ready to be sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// The verb.
    pub method: http::Method,
    /// The whole address.
    pub url: url::Url,
    /// All headers, credentials included.
    pub headers: http::HeaderMap,
    /// The body; empty when there is none.
    pub body: bytes::Bytes,
    /// The longest that the whole call may take, the body included.
    pub deadline: std::time::Duration,
    /// The largest answer that is read.
    pub max_response_bytes: usize,
    /// Where the call may go.
    pub allow: Egress,
    /// Not safe to repeat: takes a fresh connection, or one idle for less than two seconds.
    pub fresh: bool,
    /// How many redirects may be followed.
    pub follow_redirects: u8,
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body.
    pub body: bytes::Bytes,
}

/// Why there is no whole answer, by what it means for the record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// Nothing was sent: the name, the connection or TLS failed before the first byte.
    #[error("{0}")]
    Refused(String),
    /// The guard forbids the address; nothing was sent.
    #[error("{0}")]
    NotAllowed(String),
    /// Something was sent and no whole answer came: a timeout, a reset.
    #[error("{0}")]
    Lost(String),
    /// It was answered, with more than may be read.
    #[error("{0}")]
    TooLarge(String),
}

/// Where a call may go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Egress {
    /// The only hosts and ports that may be called.
    pub hosts: Vec<(String, u16)>,
    /// Whether these may be at private addresses: a club's own system on its own premises.
    pub private: bool,
}

/// What sends a request: the guarded client, or a script of answers in a test.
#[async_trait]
pub trait Net: Send + Sync {
    /// Sends one request and waits for the whole answer.
    async fn send(&self, request: Request) -> Result<Response, NetError>;
}
