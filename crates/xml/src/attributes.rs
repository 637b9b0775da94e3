//! Attributes of one tag: declarations first into the scope, then names resolved and values unescaped.

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

use crate::chars::{first_forbidden, is_local_name, is_name, is_space};
use crate::problem::quoted;
use crate::scope::Scope;
use crate::{Attribute, Limits};

/// Namespaces that `nil` was defined in: XML Schema's, and its drafts that toolkits of 2001 still write.
const NIL_NAMESPACES: [&str; 3] = [
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://www.w3.org/2000/10/XMLSchema-instance",
    "http://www.w3.org/1999/XMLSchema-instance",
];

/// What a start tag says beside its name.
pub(crate) struct Read {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) nil: bool,
}

/// Reads the attributes of a tag.
pub(crate) fn read(start: &BytesStart<'_>, limits: &Limits, scope: &mut Scope) -> Result<Read, String> {
    let raw = start.attributes_raw();
    if raw.bytes().all(is_space) {
        return Ok(Read { attributes: Vec::new(), nil: false });
    }
    let mark = scope.mark();
    let mut plain = Vec::new();
    let mut rest = raw;
    let mut count = 0;
    while let Some((name, value, after)) = next(rest)? {
        count += 1;
        if count > limits.max_attributes_per_element {
            return Err(format!(
                "the document has an element with more than {} attributes",
                limits.max_attributes_per_element
            ));
        }
        let value = unescaped(name, value, limits)?;
        match declared_prefix(name) {
            Some(prefix) => {
                if scope.mark() >= limits.max_namespaces {
                    let most = limits.max_namespaces;
                    return Err(format!("the document declares more than {most} namespaces at a time"));
                }
                scope.declare(prefix, &value, mark).map_err(str::to_owned)?;
            }
            None => plain.push((name, value)),
        }
        rest = after;
    }
    resolve(plain, scope)
}

/// The next `name = "value"` of a tag, and what follows it. Each is preceded by white space, as the grammar asks.
fn next(rest: &str) -> Result<Option<(&str, &str, &str)>, String> {
    let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r']);
    if trimmed.is_empty() {
        return Ok(None);
    }
    if trimmed.len() == rest.len() {
        return Err("the attributes of a tag must be separated by white space".to_owned());
    }
    let end = trimmed.bytes().position(|b| b == b'=' || is_space(b)).unwrap_or(trimmed.len());
    let (name, after) = trimmed.split_at(end);
    if !is_name(name) {
        return Err(format!("{} cannot be the name of an attribute", quoted(name)));
    }
    let after = after.trim_start_matches([' ', '\t', '\n', '\r']);
    let Some(after) = after.strip_prefix('=') else {
        return Err(format!("the attribute {} has no value", quoted(name)));
    };
    let after = after.trim_start_matches([' ', '\t', '\n', '\r']);
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
    let closed = quote.and_then(|quote| after[1..].split_once(quote));
    let Some((value, after)) = closed else {
        return Err(format!("the value of the attribute {} must be in quotes", quoted(name)));
    };
    Ok(Some((name, value, after)))
}

fn unescaped(name: &str, raw: &str, limits: &Limits) -> Result<String, String> {
    if raw.len() > limits.max_text_bytes {
        let most = limits.max_text_bytes;
        return Err(format!("the attribute {} has more than {most} bytes", quoted(name)));
    }
    if raw.contains('<') {
        return Err(format!("the attribute {} contains `<`, which must be written `&lt;`", quoted(name)));
    }
    if !raw.bytes().any(|b| matches!(b, b'&' | b'\t' | b'\n' | b'\r')) {
        return Ok(raw.to_owned());
    }
    let attribute = quick_xml::events::attributes::Attribute {
        key: quick_xml::name::QName(name),
        value: std::borrow::Cow::Borrowed(raw),
    };
    let value = attribute.normalized_value(XmlVersion::Explicit1_0);
    let value =
        value.map_err(|_| format!("the attribute {} has an `&` that is no known reference", quoted(name)))?;
    if first_forbidden(&value).is_some() {
        return Err(format!("the attribute {} refers to a character that XML cannot carry", quoted(name)));
    }
    Ok(value.into_owned())
}

fn declared_prefix(name: &str) -> Option<&str> {
    match name.strip_prefix("xmlns") {
        Some("") => Some(""),
        Some(prefix) => prefix.strip_prefix(':').filter(|prefix| is_local_name(prefix)),
        None => None,
    }
}

fn resolve(plain: Vec<(&str, String)>, scope: &Scope) -> Result<Read, String> {
    let mut attributes: Vec<Attribute> = Vec::with_capacity(plain.len());
    let mut nil = false;
    for (name, value) in plain {
        let (namespace, local) = match name.split_once(':') {
            Some((prefix, local)) => match scope.find(prefix) {
                Some(namespace) => (Some(namespace), local),
                None => return Err(format!("the prefix {} is not declared", quoted(prefix))),
            },
            None => (None, name),
        };
        if attributes.iter().any(|seen| seen.name == local && seen.namespace == namespace) {
            return Err(format!("a tag has the attribute {} twice", quoted(local)));
        }
        if local == "nil" && namespace.as_deref().is_some_and(|uri| NIL_NAMESPACES.contains(&uri)) {
            nil = matches!(value.trim(), "true" | "1");
        }
        attributes.push(Attribute { name: local.to_owned(), namespace, value });
    }
    Ok(Read { attributes, nil })
}
