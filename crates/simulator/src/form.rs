//! Forms as browsers send them: in the query, in the body, or in parts.

use crate::http_call::Incoming;
use crate::text::percent_decoded;

/// More fields than this are not read.
const FIELDS_MAX: usize = 200;

/// The fields of a form, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// The query of a call.
    pub(crate) fn query(call: &Incoming) -> Self {
        Form(pairs(&call.query))
    }

    /// The query and then the body of a call, whichever way the body is written.
    pub(crate) fn read(call: &Incoming) -> Self {
        let Form(mut fields) = Form::query(call);
        match boundary(call) {
            Some(boundary) => fields.extend(parts(&call.body, &boundary)),
            None if call.header("content-type").starts_with("application/x-www-form-urlencoded") => {
                fields.extend(pairs(&String::from_utf8_lossy(&call.body)));
            }
            None => {}
        }
        Form(fields)
    }

    /// Adds a field.
    pub(crate) fn add(&mut self, name: String, value: String) {
        self.0.push((name, value));
    }

    /// A field that was sent, empty ones too.
    pub(crate) fn sent(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// A field that was sent with something in it.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.sent(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// A field, empty if it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.filled(name).unwrap_or("")
    }
}

/// Whether the body comes in parts.
pub(crate) fn is_multipart(call: &Incoming) -> bool {
    boundary(call).is_some()
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).take(FIELDS_MAX);
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (percent_decoded(name, true), percent_decoded(value, true))).collect()
}

fn boundary(call: &Incoming) -> Option<String> {
    let parameters = call.header("content-type").strip_prefix("multipart/form-data")?;
    let boundary = parameters.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?;
    Some(boundary.trim_matches('"').to_owned()).filter(|boundary| !boundary.is_empty())
}

/// The named parts of a body (RFC 7578); what is not text is read as well as it can be.
fn parts(body: &[u8], boundary: &str) -> Vec<(String, String)> {
    let body = String::from_utf8_lossy(body);
    let mut fields = Vec::new();
    for part in body.split(&format!("--{boundary}")).skip(1).take(FIELDS_MAX) {
        let Some((head, value)) = part.split_once("\r\n\r\n") else { continue };
        let named = head.split(';').find_map(|piece| piece.trim().strip_prefix("name=\""));
        let Some((name, _)) = named.and_then(|name| name.split_once('"')) else { continue };
        fields.push((name.to_owned(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()));
    }
    fields
}
