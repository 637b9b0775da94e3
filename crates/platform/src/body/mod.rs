//! Writes a rendered tree as a body: JSON, a form, XML, SOAP. No body is ever a string put together by a description.

mod markup;
mod security;
mod soap;

pub(crate) use markup::{fragment, xml};
pub(crate) use security::{SoapPassword, SoapUser};
pub(crate) use soap::{Envelope, soap};

use secrecy::ExposeSecret;

use crate::template::Tree;

type Result<T> = std::result::Result<T, String>;

/// Writes JSON.
pub(crate) fn json(tree: &Tree<'_>, out: &mut Vec<u8>) -> Result<()> {
    match tree {
        Tree::Null => out.extend_from_slice(b"null"),
        Tree::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Tree::Int(n) => out.extend_from_slice(n.to_string().as_bytes()),
        Tree::Float(x) => serde_json::to_writer(out, x).map_err(|error| error.to_string())?,
        Tree::Text(text) => string(text, out)?,
        Tree::Secret(secret) => string(secret.expose_secret(), out)?,
        Tree::Given(value) => serde_json::to_writer(out, value).map_err(|error| error.to_string())?,
        Tree::List(items) => {
            out.push(b'[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                json(item, out)?;
            }
            out.push(b']');
        }
        Tree::Object(members) => {
            out.push(b'{');
            for (n, (name, member)) in members.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                string(name, out)?;
                out.push(b':');
                json(member, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

/// What parts a form in parts. A value that holds it is refused, lest it pass for a part of its own.
const BOUNDARY: &str = "--connector-part-3c1f0f6e9a5d4b27";

/// The content type of a form in parts.
pub(crate) const MULTIPART: &str = "multipart/form-data; boundary=connector-part-3c1f0f6e9a5d4b27";

/// Adds one part of a form in parts (RFC 7578).
pub(crate) fn part((name, value): (&str, &str), out: &mut Vec<u8>) -> Result<()> {
    if value.contains(BOUNDARY) || name.contains(['"', '\r', '\n']) {
        return Err(format!("`{name}` cannot stand in a form of several parts"));
    }
    let part = format!("{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    out.extend_from_slice(part.as_bytes());
    Ok(())
}

/// Ends a form in parts.
pub(crate) fn last_part(out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{BOUNDARY}--\r\n").as_bytes());
}

/// The parts of a form in parts, as a replayed sample compares them.
pub(crate) fn parts(body: &str) -> std::collections::BTreeMap<String, String> {
    let part = |part: &str| {
        let (head, value) = part.split_once("\r\n\r\n")?;
        let name = head.split_once("name=\"")?.1.split_once('"')?.0;
        Some((name.to_owned(), value.strip_suffix("\r\n")?.to_owned()))
    };
    body.split(BOUNDARY).filter_map(part).collect()
}

/// Writes one row of a CSV body (RFC 4180).
pub(crate) fn row<'c>(cells: impl Iterator<Item = &'c str>, delimiter: char, out: &mut String) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(delimiter);
        }
        let plain = !cell.contains(['"', '\r', '\n', delimiter]) && cell.trim() == cell;
        let quoted = if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) };
        out.push_str(&quoted);
    }
    out.push_str("\r\n");
}

fn string(text: &str, out: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(out, text).map_err(|error| error.to_string())
}
