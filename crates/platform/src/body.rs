//! Writes a rendered tree as a body: JSON, a form, XML. No body is ever a string put together by a description.

use serde_json::Value as Json;

use crate::description::Namespaces;
use crate::template::Tree;
use secrecy::ExposeSecret;

type Result<T> = std::result::Result<T, String>;

const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

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
pub(crate) fn row<'c>(cells: impl Iterator<Item = &'c str>, delimiter: char, out: &mut Vec<u8>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.extend_from_slice(delimiter.encode_utf8(&mut [0; 4]).as_bytes());
        }
        let plain = !cell.contains(['"', '\r', '\n', delimiter]) && cell.trim() == cell;
        let quoted = if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) };
        out.extend_from_slice(quoted.as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

fn string(text: &str, out: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(out, text).map_err(|error| error.to_string())
}

/// Writes an XML document with one root element.
pub(crate) fn xml(root: &Tree<'_>, namespaces: &Namespaces) -> Result<String> {
    let mut writer = xml::Writer::with_declaration();
    let declared = declarations(namespaces);
    let declared: Vec<_> = declared.iter().map(|(name, uri)| (name.as_str(), *uri)).collect();
    members(root, &declared, &mut writer)?;
    Ok(writer.finish())
}

/// Writes a SOAP 1.1 envelope.
pub(crate) fn soap(header: &[(&str, Tree<'_>)], body: &Tree<'_>, namespaces: &Namespaces) -> Result<String> {
    let mut writer = xml::Writer::with_declaration();
    let prefixes: Vec<_> =
        namespaces.prefixes.iter().map(|(p, uri)| (format!("xmlns:{p}"), &**uri)).collect();
    let mut attributes = vec![("xmlns:soap", ENVELOPE)];
    attributes.extend(prefixes.iter().map(|(name, uri)| (name.as_str(), *uri)));
    let default: Vec<_> = namespaces.default.iter().map(|uri| ("xmlns", &**uri)).collect();
    writer.open("soap:Envelope", &attributes);
    if !header.is_empty() {
        writer.open("soap:Header", &[]);
        for (name, tree) in header {
            element(name, tree, &default, &mut writer)?;
        }
        writer.close();
    }
    writer.open("soap:Body", &[]);
    members(body, &default, &mut writer)?;
    writer.close().close();
    Ok(writer.finish())
}

fn declarations(namespaces: &Namespaces) -> Vec<(String, &str)> {
    let default = namespaces.default.iter().map(|uri| ("xmlns".to_owned(), &**uri));
    default.chain(namespaces.prefixes.iter().map(|(p, uri)| (format!("xmlns:{p}"), &**uri))).collect()
}

fn members(tree: &Tree<'_>, attributes: &[(&str, &str)], writer: &mut xml::Writer) -> Result<()> {
    let Tree::Object(members) = tree else {
        return Err("an XML body is one element with elements inside".to_owned());
    };
    for (name, member) in members.iter().filter(|(name, _)| !name.starts_with('@')) {
        element(name, member, attributes, writer)?;
    }
    Ok(())
}

fn element(name: &str, tree: &Tree<'_>, attributes: &[(&str, &str)], writer: &mut xml::Writer) -> Result<()> {
    match tree {
        Tree::List(items) => items.iter().try_for_each(|item| element(name, item, attributes, writer))?,
        Tree::Null => {
            writer.nil(name);
        }
        Tree::Bool(b) => {
            writer.open(name, attributes).text(if *b { "true" } else { "false" }).close();
        }
        Tree::Float(x) => {
            writer.open(name, attributes).text(&x.to_string()).close();
        }
        Tree::Given(value) => return given(name, value, attributes, writer),
        Tree::Object(inner) => {
            let mut all: Vec<(&str, String)> = Vec::new();
            for (name, value) in inner {
                if let Some(name) = name.strip_prefix('@') {
                    all.push((name, value.as_text()?.into_owned()));
                }
            }
            let mut shown = attributes.to_vec();
            shown.extend(all.iter().map(|(name, value)| (*name, value.as_str())));
            writer.open(name, &shown);
            members(tree, &[], writer)?;
            writer.close();
        }
        Tree::Int(_) | Tree::Text(_) | Tree::Secret(_) => {
            writer.open(name, attributes).text(&tree.as_text()?).close();
        }
    }
    Ok(())
}

fn given(name: &str, value: &Json, attributes: &[(&str, &str)], writer: &mut xml::Writer) -> Result<()> {
    match value {
        Json::Null => {
            writer.nil(name);
        }
        Json::String(text) => {
            writer.open(name, attributes).text(text).close();
        }
        Json::Bool(_) | Json::Number(_) => {
            writer.open(name, attributes).text(&value.to_string()).close();
        }
        Json::Array(items) => items.iter().try_for_each(|item| given(name, item, attributes, writer))?,
        Json::Object(inner) => {
            writer.open(name, attributes);
            inner.iter().try_for_each(|(name, value)| given(name, value, &[], writer))?;
            writer.close();
        }
    }
    Ok(())
}
