//! Decodes an answer once, into one tree that expressions read.
//!
//! A body that is not what its platform promised (a web page instead of JSON) is an answer too: the tree is then none,
//! the text is there, and the description's rules can look at both.

mod references;
mod tree;

use std::borrow::Cow;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use minijinja::value::{Serde, Value};

use crate::description::Decode;
use crate::json;
use crate::net::Response;

/// Ways to pack a body. None is asked for, and none is unpacked: a small answer could become a large one.
const PACKED: [&str; 6] = ["gzip", "x-gzip", "deflate", "compress", "br", "zstd"];

/// A decoded answer.
pub(crate) struct Decoded {
    pub answer: Value,
    pub fault: Value,
    pub text: String,
    /// Whether it is a web page where data was due.
    pub page: bool,
    /// Why the body could not be decoded, if it could not.
    pub problem: Option<String>,
}

/// A request's body as it is kept and compared: by the encoding that its headers name.
pub(crate) fn shown<'b>(headers: &http::HeaderMap, body: &'b [u8]) -> Cow<'b, str> {
    xml::decode(body, content_type(headers), &limits(body.len()))
        .unwrap_or_else(|_| String::from_utf8_lossy(body))
}

fn content_type(headers: &http::HeaderMap) -> Option<&str> {
    header(headers, &CONTENT_TYPE)
}

fn header<'h>(headers: &'h http::HeaderMap, name: &http::HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
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
    let (content_type, limits) = (content_type(&response.headers), limits(response.body.len()));
    // The charset of a content type goes before what a document says of itself.
    let letters = decoding.charset.map(|charset| format!("text/xml; charset={}", charset.name()));
    let letters = letters.as_deref().or(content_type);
    let (text, mut problem) = match xml::decode(&response.body, letters, &limits) {
        Ok(text) => (text.into_owned(), None),
        Err(error) => (String::from_utf8_lossy(&response.body).into_owned(), Some(error.to_string())),
    };
    let page = matches!(decoding.forced, Decode::Auto | Decode::Json | Decode::Xml) && is_page(&text);
    let mut decoded = Decoded { answer: Value::from(()), fault: Value::from(()), text, page, problem: None };
    let packed =
        header(&response.headers, &CONTENT_ENCODING).map(|packed| packed.trim().to_ascii_lowercase());
    if let Some(packed) = packed.filter(|packed| PACKED.contains(&packed.as_str())) {
        decoded.problem = Some(format!("the answer is compressed ({packed}), which nobody asked for"));
        return decoded;
    }
    if decoded.text.trim().is_empty() {
        return decoded;
    }
    match kind(decoding.forced, content_type, &decoded.text) {
        Decode::Json => match json::parse(decoded.text.trim_start_matches('\u{feff}')) {
            Ok(json) => decoded.answer = Value::from(Serde(&json)),
            Err(error) => problem = Some(format!("the answer is not JSON: {error}")),
        },
        Decode::Xml => match xml::parse(&decoded.text, &limits) {
            Ok(root) if root.name.eq_ignore_ascii_case("html") => decoded.page = true,
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

/// The limits of a document that the description lets be as large as it is: as many elements as its size explains.
fn limits(size: usize) -> xml::Limits {
    const BYTES_PER_ELEMENT: usize = 50;
    let usual = xml::Limits::default();
    let max_elements = usual.max_elements.max(size / BYTES_PER_ELEMENT);
    // UTF-16 and windows-1252 may grow to three times their size as UTF-8.
    xml::Limits { max_bytes: usual.max_bytes.max(size * 3), max_elements, ..usual }
}

/// Whether a text is a web page. A platform that is down, or a sign-in in front of it, often answers with one, and with a
/// status of 200.
fn is_page(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    ["<!doctype html", "<html"]
        .iter()
        .any(|tag| start.get(..tag.len()).is_some_and(|it| it.eq_ignore_ascii_case(tag)))
}

/// A document that stands in another as text, as the tree that an answer would be.
pub(crate) fn inner(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::from(()));
    }
    let root = xml::parse(text.trim_start(), &limits(text.len()))
        .map_err(|error| format!("the text is not XML: {error}"))?;
    tree::document(&root, false).map(|(answer, _)| answer)
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
