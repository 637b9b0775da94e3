//! Decodes an answer once, into one tree that expressions read.
//!
//! A body that is not what its platform promised (a web page instead of JSON) is an answer too: the tree is then none,
//! the text is there, and the description's rules can look at both.

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

/// Decodes a response's body, by its content type unless forced.
pub(crate) fn decode(response: &Response, forced: Decode) -> Decoded {
    let header = |name| response.headers.get(name).and_then(|value| value.to_str().ok());
    let (content_type, limits) = (header(CONTENT_TYPE), limits(response.body.len()));
    let (text, mut problem) = match xml::decode(&response.body, content_type, &limits) {
        Ok(text) => (text.into_owned(), None),
        Err(error) => (String::from_utf8_lossy(&response.body).into_owned(), Some(error.to_string())),
    };
    let page = matches!(forced, Decode::Auto | Decode::Json | Decode::Xml) && is_page(&text);
    let mut decoded = Decoded { answer: Value::from(()), fault: Value::from(()), text, page, problem: None };
    let packed = header(CONTENT_ENCODING).map(|packed| packed.trim().to_ascii_lowercase());
    if let Some(packed) = packed.filter(|packed| PACKED.contains(&packed.as_str())) {
        decoded.problem = Some(format!("the answer is compressed ({packed}), which nobody asked for"));
        return decoded;
    }
    if decoded.text.trim().is_empty() {
        return decoded;
    }
    match kind(forced, content_type, &decoded.text) {
        Decode::Json => match json::parse(decoded.text.trim_start_matches('\u{feff}')) {
            Ok(json) => decoded.answer = Value::from(Serde(&json)),
            Err(error) => problem = Some(format!("the answer is not JSON: {error}")),
        },
        Decode::Xml => match xml::parse(&decoded.text, &limits) {
            Ok(root) if root.name.eq_ignore_ascii_case("html") => decoded.page = true,
            Ok(root) => (decoded.answer, decoded.fault) = document(&root),
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

/// A document as a tree; of a SOAP envelope, what is in its body, and the fault if it is one.
fn document(root: &xml::Element) -> (Value, Value) {
    let Some(body) = (root.name == "Envelope").then(|| root.child("Body")).flatten() else {
        return (Value::from_pairs([(root.name.clone(), element(root))]), Value::from(()));
    };
    let Some(fault) = body.child("Fault") else {
        return (element(body), Value::from(()));
    };
    let part =
        |names: &[&str]| names.iter().find_map(|path| fault.path(&path.split('/').collect::<Vec<_>>()));
    let text = |names: &[&str]| part(names).map_or(Value::from(()), |element| Value::from(element.trimmed()));
    let code = part(&["faultcode", "Code/Value"])
        .map_or(Value::from(()), |code| Value::from(code.trimmed().rsplit(':').next().unwrap_or_default()));
    let detail = part(&["detail", "Detail"]).map_or(Value::from(()), element);
    let fault = [("code", code), ("string", text(&["faultstring", "Reason/Text"])), ("detail", detail)];
    (element(body), Value::from_pairs(fault))
}

/// An element as a value: text if it holds only text, else its children by name, repeated ones as lists.
fn element(from: &xml::Element) -> Value {
    if from.nil {
        return Value::from(());
    }
    if from.children.is_empty() && from.attributes.is_empty() {
        return Value::from(from.trimmed());
    }
    let mut members: Vec<(String, Vec<Value>)> = Vec::new();
    let mut places: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    for attribute in &from.attributes {
        members.push((format!("@{}", attribute.name), vec![Value::from(attribute.value.as_str())]));
    }
    if !from.trimmed().is_empty() {
        members.push(("$text".to_owned(), vec![Value::from(from.trimmed())]));
    }
    for child in &from.children {
        let place = *places.entry(&child.name).or_insert_with(|| {
            members.push((child.name.clone(), Vec::new()));
            members.len() - 1
        });
        members[place].1.push(element(child));
    }
    Value::from_pairs(members.into_iter().map(|(name, mut values)| {
        let value = if values.len() == 1 { values.pop().unwrap_or_default() } else { Value::from(values) };
        (name, value)
    }))
}
