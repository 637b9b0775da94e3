//! The names inside of a request: elements that can be elements, prefixes that stand for something, and `$text` where there
//! is an element whose text it could be.

use std::collections::BTreeMap;

use super::hosts::SoapHost;
use super::{Body, Draft, Host, SoapStyle};
use crate::mistakes::Mistakes;
use crate::yaml::{Key, Node};

/// The most nodes that are looked at.
const MOST: usize = 10_000;

/// Where a node stands.
#[derive(Clone, Copy)]
enum Where<'a> {
    /// In JSON, a form, a query: names are free.
    Plain,
    /// In a document with these prefixes.
    Markup(&'a [&'a str]),
}

/// Checks the names of a request's body.
pub(super) fn check(
    body: &Body,
    host: Option<&Host>,
    node: &Node,
    draft: &Draft<'_>,
    mistakes: &mut Mistakes,
) {
    let section = |kind: &str, part: &str| node.get(kind).and_then(|section| section.get(part));
    match body {
        Body::Xml { namespaces, .. } => {
            let known = keys(&namespaces.prefixes);
            walk(section("xml", "body"), Where::Markup(&known), draft, mistakes);
        }
        Body::Soap { .. } => {
            let Some(soap) = host.and_then(|host| host.soap.as_ref()) else {
                let at = node.get("soap").map_or(0..0, |soap| soap.span.start..soap.span.start + 1);
                mistakes
                    .add(at, "the host says nothing of SOAP")
                    .help("declare `soap:` with its `namespace:` there");
                return;
            };
            let known = prefixes(soap);
            for part in ["header", "body"] {
                walk(section("soap", part), Where::Markup(&known), draft, mistakes);
            }
        }
        _ => {
            for kind in ["json", "form", "multipart"] {
                walk(node.get(kind), Where::Plain, draft, mistakes);
            }
        }
    }
    for kind in ["query", "headers"] {
        walk(node.get(kind), Where::Plain, draft, mistakes);
    }
}

/// Checks what all SOAP calls to a host have in common.
pub(super) fn check_host(soap: &SoapHost, node: &Node, draft: &Draft<'_>, mistakes: &mut Mistakes) {
    let known = prefixes(soap);
    walk(node.get("header"), Where::Markup(&known), draft, mistakes);
    let ours: &[&str] = match soap.style {
        SoapStyle::Literal => &["soap"],
        SoapStyle::Rpc => &["soap", "rpc"],
        SoapStyle::RpcEncoded => &["soap", "rpc", "xsi", "xsd", "soapenc"],
    };
    for (key, _) in node.get("prefixes").map_or(&[][..], Node::entries) {
        if ours.contains(&key.name.as_str()) {
            mistakes
                .add(key.span.clone(), format!("the prefix `{}` is declared by the Connector", key.name))
                .help("take another for a namespace of your own, and leave this one out");
        }
    }
}

fn keys(prefixes: &BTreeMap<Box<str>, Box<str>>) -> Vec<&str> {
    prefixes.keys().map(|prefix| &**prefix).collect()
}

fn prefixes(soap: &SoapHost) -> Vec<&str> {
    let ours: &[&str] =
        if soap.style == SoapStyle::RpcEncoded { &["soap", "xsi", "xsd", "soapenc"] } else { &["soap"] };
    keys(&soap.namespaces.prefixes).into_iter().chain(ours.iter().copied()).collect()
}

fn walk(section: Option<&Node>, place: Where<'_>, draft: &Draft<'_>, mistakes: &mut Mistakes) {
    let Some(section) = section else { return };
    let mut open = vec![(section, place)];
    let mut left = MOST;
    while let Some((node, place)) = open.pop().filter(|_| left > 0) {
        left -= 1;
        let part = node.text().and_then(|text| text.strip_prefix("=parts."));
        open.extend(part.and_then(|name| draft.parts.get(name).copied()).map(|part| (part, place)));
        open.extend(node.items().iter().map(|item| (item, place)));
        for (key, value) in node.entries() {
            // A document inside of a value stands for itself: what is declared around it means nothing there.
            let below = if key.name == "$xml" { Where::Markup(&[]) } else { place };
            open.push((value, below));
            match place {
                Where::Plain => plain(key, mistakes),
                Where::Markup(known) => element(key, value, node, known, mistakes),
            }
        }
    }
}

fn plain(key: &Key, mistakes: &mut Mistakes) {
    if key.name == "$text" {
        mistakes
            .add(key.span.clone(), "`$text` is the text of an XML element, and here is none")
            .help("elsewhere a value stands where it belongs, without a key of its own");
    }
}

fn element(key: &Key, value: &Node, around: &Node, known: &[&str], mistakes: &mut Mistakes) {
    let name = key.name.trim_start_matches('@');
    if name == "$text" {
        let other = around.entries().iter().find(|(key, _)| !key.name.starts_with(['@', '$']));
        if let Some((other, _)) = other {
            mistakes
                .add(other.span.clone(), format!("`{}` cannot stand beside `$text`", other.name))
                .help("an element has text or elements, and attributes with either");
        }
        return;
    }
    if name.starts_with('$') {
        return;
    }
    let stands = |prefix: &str| known.contains(&prefix) || prefix == "xmlns";
    let unknown = |prefix: &str, at: std::ops::Range<usize>, mistakes: &mut Mistakes| {
        mistakes
            .add(at, format!("the prefix `{prefix}` stands for no namespace"))
            .help("declare it under `prefixes:`");
    };
    if !xml::is_name(name) {
        mistakes.add(key.span.clone(), format!("`{name}` cannot be the name of an element"));
    } else if let Some((prefix, _)) = name.split_once(':').filter(|(prefix, _)| !stands(prefix)) {
        unknown(prefix, key.span.clone(), mistakes);
    }
    // The value of `xsi:type` is a name, too.
    let kind = value.text().filter(|_| key.name == "@xsi:type").filter(|kind| !kind.contains(['=', '{']));
    if let Some((prefix, _)) =
        kind.and_then(|kind| kind.split_once(':')).filter(|(prefix, _)| !stands(prefix))
    {
        unknown(prefix, value.span.clone(), mistakes);
    }
}
