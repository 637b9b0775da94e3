//! Decodes an answer once, into one tree that expressions read.
//!
//! A body that is not what its platform promised (a web page instead of JSON) is an answer too: the tree is then none,
//! the text is there, and the description's rules can look at both.

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

/// Decodes a response's body, by its content type unless forced; its letters as it says itself unless `charset` does.
pub(crate) fn decode(response: &Response, forced: Decode, charset: Option<xml::Charset>) -> Decoded {
    let content_type = content_type(&response.headers);
    // The charset of a content type goes before what a document says of itself.
    let letters = charset.map(|charset| format!("text/xml; charset={}", charset.name()));
    let letters = letters.as_deref().or(content_type);
    let (text, mut problem) = match xml::decode(&response.body, letters, &limits()) {
        Ok(text) => (text.into_owned(), None),
        Err(error) => (String::from_utf8_lossy(&response.body).into_owned(), Some(error.to_string())),
    };
    let mut decoded = Decoded { answer: Value::from(()), fault: Value::from(()), text, problem: None };
    if decoded.text.trim().is_empty() {
        return decoded;
    }
    match kind(forced, content_type, &decoded.text) {
        Decode::Json => {
            match serde_json::from_str::<serde_json::Value>(decoded.text.trim_start_matches('\u{feff}')) {
                Ok(json) => decoded.answer = Value::from(Serde(&json)),
                Err(error) => problem = Some(format!("the answer is not JSON: {error}")),
            }
        }
        Decode::Xml => match xml::parse(&decoded.text, &limits()) {
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
