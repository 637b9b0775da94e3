//! Requests: what is sent, as templates.

use std::collections::BTreeMap;

use super::{Draft, Host, names};
use crate::expression::{FieldSet, Place};
use crate::mistakes::Mistakes;
use crate::template::{Absent, Builder, Piece, Template, pieces_fields};
use crate::yaml::Node;

/// One request.
pub(crate) struct Request {
    pub host: usize,
    pub method: http::Method,
    pub path: Vec<Piece>,
    pub query: Vec<(Box<str>, Template)>,
    pub headers: Vec<(Box<str>, Template)>,
    pub body: Body,
    pub unknown: Absent,
    pub cleared: Absent,
}

/// A body, by its kind.
pub(crate) enum Body {
    None,
    Json(Template),
    Form(Vec<(Box<str>, Template)>),
    Multipart(Vec<(Box<str>, Template)>),
    Xml { namespaces: Namespaces, root: Template },
    Soap { action: Box<str>, header: Vec<(Box<str>, Template)>, body: Template },
    Text(Vec<Piece>),
    Csv(Csv),
}

/// A CSV body of one row.
pub(crate) struct Csv {
    pub columns: Vec<(Box<str>, Template)>,
    pub delimiter: char,
    /// Whether the first line names the columns.
    pub names: bool,
}

/// The namespaces of an XML document.
#[derive(Debug, Default)]
pub(crate) struct Namespaces {
    pub default: Option<Box<str>>,
    pub prefixes: BTreeMap<Box<str>, Box<str>>,
}

impl Namespaces {
    pub fn of(node: &Node) -> Namespaces {
        let prefixes = node.get("prefixes").map_or(&[][..], Node::entries);
        Namespaces {
            default: node.text_at("namespace").map(Into::into),
            prefixes: prefixes
                .iter()
                .filter_map(|(key, node)| Some((key.name.as_str().into(), node.text()?.into())))
                .collect(),
        }
    }
}

impl Request {
    /// The person's fields that it carries.
    pub fn fields(&self) -> FieldSet {
        let values = |values: &[(Box<str>, Template)]| {
            values.iter().fold(FieldSet::default(), |set, (_, value)| set | value.fields())
        };
        let body = match &self.body {
            Body::None => FieldSet::default(),
            Body::Json(template) | Body::Xml { root: template, .. } => template.fields(),
            Body::Soap { header, body, .. } => values(header) | body.fields(),
            Body::Form(form) | Body::Multipart(form) => values(form),
            Body::Csv(csv) => values(&csv.columns),
            Body::Text(pieces) => pieces_fields(pieces),
        };
        body | values(&self.query) | values(&self.headers) | pieces_fields(&self.path)
    }

    /// The platform's names of the fields it carries.
    pub fn names(&self) -> Vec<(String, model::Field)> {
        let mut names = Vec::new();
        match &self.body {
            Body::Json(template) | Body::Xml { root: template, .. } | Body::Soap { body: template, .. } => {
                template.names("", &mut names);
            }
            Body::Form(form) | Body::Multipart(form) | Body::Csv(Csv { columns: form, .. }) => {
                for (name, value) in form {
                    value.names(name, &mut names);
                }
            }
            Body::None | Body::Text(_) => {}
        }
        self.query.iter().for_each(|(name, value)| value.names(name, &mut names));
        names
    }
}

const BODIES: [&str; 7] = ["json", "form", "multipart", "xml", "soap", "text", "csv"];

pub(super) fn request(
    node: &Node,
    place: Place,
    draft: &Draft<'_>,
    hosts: &[Host],
    mistakes: &mut Mistakes,
) -> Option<Request> {
    let host = host(node, hosts, mistakes);
    let mut builder = draft.builder(place, mistakes);
    let path = node.get("path").map_or_else(Vec::new, |path| builder.pieces(path));
    let query = builder.values(node.get("query"));
    let headers = builder.values(node.get("headers"));
    let body = one_body(node, &mut builder);
    names::check(&body, host.and_then(|host| hosts.get(host)), node, draft, mistakes);
    check_sign_in(&body, host.and_then(|host| hosts.get(host)), node, mistakes);
    check_charset(&body, host.and_then(|host| hosts.get(host)), node, mistakes);
    let cleared = if matches!(body, Body::Json(_)) { Absent::Null } else { Absent::Empty };
    let policy = |key: &str| node.text_at(key).and_then(Absent::named);
    Some(Request {
        host: host?,
        method: node.text_at("method").and_then(|m| m.parse().ok()).unwrap_or(http::Method::GET),
        path,
        query,
        headers,
        body,
        unknown: policy("unknown").unwrap_or(Absent::Omit),
        cleared: policy("cleared").unwrap_or(cleared),
    })
}

/// The one body of a request.
pub(super) fn one_body(node: &Node, builder: &mut Builder<'_>) -> Body {
    let mut bodies = node.entries().iter().filter(|(key, _)| BODIES.contains(&key.name.as_str()));
    let body = bodies.next().map_or(Body::None, |(key, value)| body(&key.name, value, builder));
    if let Some((key, _)) = bodies.next() {
        builder.vocabulary.mistakes.add(key.span.clone(), "a request has one body, and this is its second");
    }
    body
}

fn body(kind: &str, node: &Node, builder: &mut Builder<'_>) -> Body {
    match kind {
        "json" => Body::Json(builder.template(node)),
        "form" => Body::Form(builder.values(Some(node))),
        "multipart" => Body::Multipart(builder.values(Some(node))),
        "text" => Body::Text(builder.pieces(node)),
        "csv" => Body::Csv(Csv {
            columns: builder.values(node.get("columns")),
            delimiter: match node.text_at("delimiter") {
                Some(";") => ';',
                Some("|") => '|',
                Some("tab") => '\t',
                _ => ',',
            },
            names: node.get("names").and_then(Node::boolean).unwrap_or(true),
        }),
        "xml" => Body::Xml { namespaces: Namespaces::of(node), root: builder.root(node.get("body")) },
        _ => Body::Soap {
            action: node.text_at("action").unwrap_or_default().into(),
            header: builder.values(node.get("header")),
            body: builder.root(node.get("body")),
        },
    }
}

fn host(node: &Node, hosts: &[Host], mistakes: &mut Mistakes) -> Option<usize> {
    let Some(wanted) = node.get("host") else {
        if hosts.len() > 1 {
            mistakes
                .add(node.span.start..node.span.start + 1, "there are several hosts: say which")
                .help("write `host:` and its name");
        }
        return (!hosts.is_empty()).then_some(0);
    };
    let name = wanted.text().unwrap_or_default();
    let found = hosts.iter().position(|host| host.name == name);
    if found.is_none() {
        mistakes
            .add(wanted.span.clone(), format!("there is no host `{name}`"))
            .nearest(name, hosts.iter().map(|host| host.name.as_str()))
            .help("declare it under `hosts:`");
    }
    found
}

/// A user in the SOAP header signs in SOAP calls alone.
fn check_sign_in(body: &Body, host: Option<&Host>, node: &Node, mistakes: &mut Mistakes) {
    let ways = host.map_or(&[][..], |host| &host.auth);
    let auth = ways.iter().find(|auth| auth.username_token.is_some());
    if let (Some(auth), false) = (auth, matches!(body, Body::Soap { .. })) {
        mistakes
            .add(node.span.start..node.span.start + 1, "this call would go out without credentials")
            .help(format!("`{}` signs in by the SOAP header, and this is no SOAP call", auth.name));
    }
}

/// JSON is UTF-8 by its standard, and a form in parts says nothing of its letters.
fn check_charset(body: &Body, host: Option<&Host>, node: &Node, mistakes: &mut Mistakes) {
    let fixed = match body {
        Body::Json(_) => "json",
        Body::Multipart(_) => "multipart",
        _ => return,
    };
    if let Some(host) = host.filter(|host| host.sends_in != xml::Charset::Utf8) {
        let at = node
            .entries()
            .iter()
            .find(|(key, _)| key.name == fixed)
            .map_or(0..0, |(key, _)| key.span.clone());
        let (host, charset) = (&host.name, host.sends_in.name());
        mistakes
            .add(at, format!("`{fixed}` is always UTF-8, and the host `{host}` is sent {charset}"))
            .help("`sends_in` is for XML, SOAP, forms and text: declare a second host for this call");
    }
}
