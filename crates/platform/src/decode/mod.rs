//! Decodes an answer once, into one tree that expressions read.
//!
//! A body that is not what its platform promised (a web page instead of JSON) is an answer too: the tree is then none,
//! the text is there, and the description's rules can look at both.

mod references;
mod tree;

use std::borrow::Cow;

use minijinja::value::{Serde, Value};

use crate::description::Decode;
use crate::net::Response;

/// A decoded answer.
pub(crate) struct Decoded {
    pub answer: Value,
    pub fault: Value,
    pub text: String,
    /// Why the body could not be decoded, if it could not.
    pub problem: Option<String>,
}

/// A request's body as it is kept and compared: by the encoding that its headers name.
pub(crate) fn shown<'b>(headers: &http::HeaderMap, body: &'b [u8]) -> Cow<'b, str> {
    xml::decode(body, content_type(headers), &limits()).unwrap_or_else(|_| String::from_utf8_lossy(body))
}

fn content_type(headers: &http::HeaderMap) -> Option<&str> {
    headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok())
}

/// How the answers of a host are decoded.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Decoding {
    /// By the content type unless forced.
    pub forced: Decode,
    /// The letters are what the answer says itself unless this does.
    pub charset: Option<xml::Charset>,
    /// Whether parts of a SOAP answer refer to each other.
    pub references: bool,
}

/// Decodes a response's body.
pub(crate) fn decode(response: &Response, decoding: Decoding) -> Decoded {
    let content_type = content_type(&response.headers);
    // The charset of a content type goes before what a document says of itself.
    let letters = decoding.charset.map(|charset| format!("text/xml; charset={}", charset.name()));
    let letters = letters.as_deref().or(content_type);
    let (text, mut problem) = match xml::decode(&response.body, letters, &limits()) {
        Ok(text) => (text.into_owned(), None),
        Err(error) => (String::from_utf8_lossy(&response.body).into_owned(), Some(error.to_string())),
    };
    let mut decoded = Decoded { answer: Value::from(()), fault: Value::from(()), text, problem: None };
    if decoded.text.trim().is_empty() {
        return decoded;
    }
    match kind(decoding.forced, content_type, &decoded.text) {
        Decode::Json => {
            match serde_json::from_str::<serde_json::Value>(decoded.text.trim_start_matches('\u{feff}')) {
                Ok(json) => decoded.answer = Value::from(Serde(&json)),
                Err(error) => problem = Some(format!("the answer is not JSON: {error}")),
            }
        }
        Decode::Xml => match xml::parse(&decoded.text, &limits()) {
            Ok(root) => match tree::document(&root, decoding.references) {
                Ok((answer, fault)) => (decoded.answer, decoded.fault) = (answer, fault),
                Err(said) => problem = Some(said),
            },
            Err(error) => problem = Some(format!("the answer is not XML: {error}")),
        },
        Decode::Form => {
            let pairs = url::form_urlencoded::parse(decoded.text.trim().as_bytes());
            decoded.answer =
                Value::from_pairs(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())));
        }
        Decode::Text => decoded.answer = Value::from(decoded.text.as_str()),
        Decode::None | Decode::Auto => {}
    }
    decoded.problem = problem;
    decoded
}

/// A document that stands in another as text, as the tree that an answer would be.
pub(crate) fn inner(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::from(()));
    }
    let root =
        xml::parse(text.trim_start(), &limits()).map_err(|error| format!("the text is not XML: {error}"))?;
    tree::document(&root, false).map(|(answer, _)| answer)
}

fn limits() -> xml::Limits {
    xml::Limits::default()
}

fn kind(forced: Decode, content_type: Option<&str>, text: &str) -> Decode {
    if forced != Decode::Auto {
        return forced;
    }
    let kind =
        content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/x-www-form-urlencoded" => Decode::Form,
        "text/html" => Decode::None,
        kind if kind.ends_with("json") => Decode::Json,
        kind if kind.ends_with("xml") => Decode::Xml,
        _ => match text.trim_start().as_bytes().first() {
            Some(b'{' | b'[') => Decode::Json,
            Some(b'<') if text.trim_start().starts_with("<?xml") => Decode::Xml,
            _ => Decode::Text,
        },
    }
}
