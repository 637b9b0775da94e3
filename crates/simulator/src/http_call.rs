//! A call as it came in, and a reply before it is sent.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use crate::text::percent_decoded;

/// A call, its body read in full.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query as sent.
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Incoming {
    /// The parts of the path, decoded.
    pub(crate) fn segments(&self) -> Vec<String> {
        self.path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(|part| percent_decoded(part, false))
            .collect()
    }

    /// A query parameter, decoded.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        let (_, value) = self
            .query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .find(|(key, _)| *key == name)?;
        Some(percent_decoded(value, true))
    }

    /// A header, empty if absent or not text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// User and password of HTTP Basic.
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        use base64::Engine as _;
        let encoded = self.header("authorization").strip_prefix("Basic ")?;
        let decoded = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
        let (user, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    }

    /// The token of `Authorization: Bearer`.
    pub(crate) fn bearer(&self) -> &str {
        self.header("authorization").strip_prefix("Bearer ").unwrap_or("")
    }
}

/// An answer, and what the ledger shall say about it.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    pub operation: &'static str,
    pub club: String,
    /// The record that was stored.
    pub stored: Option<String>,
}

impl Reply {
    pub(crate) fn new(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        Reply { status, content_type, body: body.into(), ..Reply::default() }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Reply::new(status, "application/json", body.to_string())
    }

    pub(crate) fn html(status: u16, title: &str) -> Self {
        let page = format!(
            "<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        );
        Reply::new(status, "text/html; charset=utf-8", page)
    }

    pub(crate) fn empty(status: u16) -> Self {
        Reply { status, ..Reply::default() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Says what was stored.
    pub(crate) fn stored(mut self, id: &str) -> Self {
        self.stored = Some(id.to_owned());
        self
    }

    /// Says which operation and club this was.
    pub(crate) fn of(mut self, operation: &'static str, club: &str) -> Self {
        self.operation = operation;
        club.clone_into(&mut self.club);
        self
    }
}
