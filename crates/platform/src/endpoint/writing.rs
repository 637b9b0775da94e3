//! Writes the body of a request and says what it is, in the encoding that its host reads.

use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, header};
use xml::Charset;

use super::prepare::{Result, plain, value};
use crate::body::{self, SoapUser};
use crate::description::{Body, Csv, Host, SoapVersion};
use crate::expression::{FieldSet, Scope};
use crate::template::{Absent, Rendering, RequestProblem, Template, Tree, interpolate, pieces_fields};

/// A rendering without a person: settings alone.
pub(super) fn rendering(scope: &Arc<Scope>, charset: Charset) -> Rendering<'_> {
    let (unknown, cleared) = (Absent::Omit, Absent::Omit);
    Rendering { scope, only: None, unknown, cleared, sent: FieldSet::default(), charset }
}

/// A body, and in the headers its type and action; a SOAP call also says who makes it.
pub(super) fn write_body(
    body: &Body,
    (host, user): (&Host, Option<&SoapUser>),
    rendering: &mut Rendering<'_>,
    headers: &mut HeaderMap,
) -> Result<Vec<u8>> {
    let charset = host.sends_in;
    let mut bytes = Vec::new();
    let kind = match body {
        Body::None => return Ok(bytes),
        Body::Json(template) => {
            bytes.reserve(1024);
            let tree = rendering.tree(template)?.unwrap_or(Tree::Object(Vec::new()));
            body::json(&tree, &mut bytes).map_err(plain)?;
            HeaderValue::from_static("application/json")
        }
        Body::Form(form) => {
            bytes = self::form(form, charset, rendering)?.into_bytes();
            typed("application/x-www-form-urlencoded", Some(charset).filter(|it| *it != Charset::Utf8))?
        }
        Body::Multipart(form) => {
            for (name, tree) in render_all(form, rendering)? {
                let text = tree.as_text().map_err(|said| plain(format!("`{name}`: {said}")))?;
                body::part((name, &text), &mut bytes).map_err(plain)?;
            }
            body::last_part(&mut bytes);
            HeaderValue::from_static(body::MULTIPART)
        }
        Body::Xml { namespaces, root } => {
            let tree = rendering.tree(root)?.unwrap_or(Tree::Object(Vec::new()));
            bytes = encoded(body::xml(&tree, namespaces, charset).map_err(plain)?, charset)?;
            typed("application/xml", Some(charset))?
        }
        Body::Soap { action, header, body } => {
            let shared = host.soap.as_ref().map_or(&[][..], |soap| &soap.header);
            let mut elements = render_all(shared, rendering)?;
            elements.extend(render_all(header, rendering)?);
            let tree = rendering.tree(body)?.unwrap_or(Tree::Object(Vec::new()));
            let soap = host.soap.as_ref().ok_or_else(|| plain("the host says nothing of SOAP".to_owned()))?;
            let envelope = body::Envelope { header: &elements, user, body: &tree, charset };
            bytes = encoded(body::soap(soap, &envelope).map_err(plain)?, charset)?;
            match soap.version {
                SoapVersion::V11 => {
                    headers.insert("soapaction", value(&format!("\"{action}\""), false)?);
                    typed("text/xml", Some(charset))?
                }
                SoapVersion::V12 => {
                    let action =
                        if action.is_empty() { String::new() } else { format!("; action=\"{action}\"") };
                    let kind = format!("application/soap+xml; charset={}{action}", charset.name());
                    value(&kind, false)?
                }
            }
        }
        Body::Csv(csv) => {
            bytes = encoded(rows(csv, rendering)?, charset)?;
            typed("text/csv", Some(charset))?
        }
        Body::Text(pieces) => {
            let text = interpolate(pieces, rendering.scope, str::to_owned)?.0;
            let fields = pieces_fields(pieces);
            bytes = charset.encode(text).map_err(|c| lacking(fields, c, charset))?;
            typed("text/plain", Some(charset))?
        }
    };
    headers.insert(header::CONTENT_TYPE, kind);
    Ok(bytes)
}

fn typed(kind: &str, charset: Option<Charset>) -> Result<HeaderValue> {
    match charset {
        Some(charset) => value(&format!("{kind}; charset={}", charset.name()), false),
        None => value(kind, false),
    }
}

/// A form; what is not a letter is escaped byte by byte of the encoding.
fn form(form: &[(Box<str>, Template)], charset: Charset, rendering: &mut Rendering<'_>) -> Result<String> {
    let bytes: &dyn Fn(&str) -> Cow<'_, [u8]> =
        &|text| Cow::Owned(charset.encode(text.to_owned()).unwrap_or_default());
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    if charset != Charset::Utf8 {
        pairs.encoding_override(Some(bytes));
    }
    for (name, tree) in render_all(form, rendering)? {
        let text = tree.as_text().map_err(|said| plain(format!("`{name}`: {said}")))?;
        if let Some(c) = charset.lacks(&text) {
            return Err(lacking(FieldSet::default(), c, charset));
        }
        pairs.append_pair(name, &text);
    }
    Ok(pairs.finish())
}

/// One row, after the names of its columns where they are wanted.
fn rows(csv: &Csv, rendering: &mut Rendering<'_>) -> Result<String> {
    let mut cells = Vec::with_capacity(csv.columns.len());
    for (name, template) in &csv.columns {
        let tree = rendering.tree(template)?.unwrap_or(Tree::Null);
        cells.push(tree.as_text().map_err(|said| plain(format!("`{name}`: {said}")))?.into_owned());
    }
    let mut rows = String::new();
    if csv.names {
        body::row(csv.columns.iter().map(|(name, _)| &**name), csv.delimiter, &mut rows);
    }
    body::row(cells.iter().map(String::as_str), csv.delimiter, &mut rows);
    Ok(rows)
}

fn encoded(text: String, charset: Charset) -> Result<Vec<u8>> {
    charset.encode(text).map_err(|c| lacking(FieldSet::default(), c, charset))
}

/// Of no field, a character is the description's own: those of values were found where they stand.
fn lacking(fields: FieldSet, c: char, charset: Charset) -> RequestProblem {
    RequestProblem::unwritable(fields, format!("`{c}` cannot be written: {} has it not", charset.name()))
}

fn render_all<'t>(
    values: &'t [(Box<str>, Template)],
    rendering: &mut Rendering<'_>,
) -> Result<Vec<(&'t str, Tree<'t>)>> {
    let mut trees = Vec::with_capacity(values.len());
    for (name, template) in values {
        trees.extend(rendering.tree(template)?.map(|tree| (&**name, tree)));
    }
    Ok(trees)
}
