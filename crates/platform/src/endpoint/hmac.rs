//! Signs a request: an HMAC (RFC 2104) over the parts that the description declares.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac as Keyed, Mac};
use http::HeaderMap;
use minijinja::value::Value;
use sha2::{Sha256, Sha512};
use url::Url;

use super::{prepare, writing};
use crate::description::{Hmac, Stamp, Written};
use crate::expression::{FieldSet, Root, Scope};
use crate::given::Given;
use crate::template::{RequestProblem, interpolate};

/// Adds the headers of a signature over a request: its verb, address and body.
pub(super) fn sign(
    by: &Hmac,
    scope: &Arc<Scope>,
    given: &Given,
    (method, url, body): (&str, &Url, &[u8]),
    headers: &mut HeaderMap,
) -> Result<(), RequestProblem> {
    let body = std::str::from_utf8(body).map_err(|_| wrong("only text can be signed"))?;
    let timestamp = match by.timestamp {
        Stamp::Unix => given.now.as_second().to_string(),
        Stamp::UnixMs => given.now.as_millisecond().to_string(),
        Stamp::Rfc3339 => given.now.to_string(),
    };
    let mut scope = Scope::clone(scope);
    scope.set(
        Root::Signed,
        Value::from_pairs([
            ("method", method),
            ("url", url.as_str()),
            ("path", url.path()),
            ("query", url.query().unwrap_or_default()),
            ("body", body),
            ("timestamp", &timestamp),
        ]),
    );
    let signing = Arc::new(scope.clone());
    let mut message = String::new();
    for part in &by.parts {
        message.push_str(&interpolate(part, &signing, str::to_owned)?.0);
    }
    let (secret, _) = interpolate(&by.secret, &signing, str::to_owned)?;
    let key =
        bytes(&secret, by.secret_is).ok_or_else(|| wrong("the signing secret is not written as said"))?;
    let signature = if by.sha512 {
        Keyed::<Sha512>::new_from_slice(&key)
            .map(|mac| mac.chain_update(&message).finalize().into_bytes().to_vec())
    } else {
        Keyed::<Sha256>::new_from_slice(&key)
            .map(|mac| mac.chain_update(&message).finalize().into_bytes().to_vec())
    };
    let signature = signature.map_err(|_| wrong("the signing secret has no length"))?;
    let signature = match by.written {
        Written::Base64 => STANDARD.encode(signature),
        Written::Hex | Written::Text => hex(&signature),
    };
    scope.set(Root::Signature, Value::from(signature));
    let signed = Arc::new(scope);
    let mut rendering = writing::rendering(&signed, xml::Charset::Utf8);
    for (name, template) in &by.headers {
        prepare::place_header(name, template, &mut rendering, headers)?;
    }
    Ok(())
}

/// Bytes in hexadecimal digits, in lower case.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        use std::fmt::Write;
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn bytes(text: &str, written: Written) -> Option<Vec<u8>> {
    match written {
        Written::Text => Some(text.as_bytes().to_vec()),
        Written::Base64 => STANDARD.decode(text).ok(),
        Written::Hex => {
            let digits: Option<Vec<u8>> =
                text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
            let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
            Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
        }
    }
}

fn wrong(said: &str) -> RequestProblem {
    RequestProblem::with(FieldSet::default(), said.to_owned())
}
