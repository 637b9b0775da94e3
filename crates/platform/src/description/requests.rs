//! Requests: what is sent, as templates.

use std::collections::BTreeMap;

use super::{Draft, Host};
use crate::expression::{FieldSet, Place};
use crate::mistakes::Mistakes;
use crate::template::{Absent, Builder, Object, Piece, Policies, Template, pieces_fields};
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
    check_names(&body, host.and_then(|host| hosts.get(host)), node, draft, mistakes);
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
        "xml" => Body::Xml { namespaces: Namespaces::of(node), root: root(node.get("body"), builder) },
        _ => Body::Soap {
            action: node.text_at("action").unwrap_or_default().into(),
            header: builder.values(node.get("header")),
            body: root(node.get("body"), builder),
        },
    }
}

/// The one root element of an XML body; it is never left out, however little is in it.
fn root(node: Option<&Node>, builder: &mut Builder<'_>) -> Template {
    let Some(node) = node else {
        return Template::Object(Object {
            members: Vec::new(),
            policies: Policies::default(),
            when: None,
            each: None,
        });
    };
    let template = builder.template(node);
    if !matches!(&template, Template::Object(object) if object.members.len() == 1) {
        builder
            .vocabulary
            .mistakes
            .add(node.span.start..node.span.start + 1, "an XML body has one root element");
    }
    template
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

/// Element names must be names, and their prefixes declared.
fn check_names(body: &Body, host: Option<&Host>, node: &Node, draft: &Draft<'_>, mistakes: &mut Mistakes) {
    let (prefixes, section) = match body {
        Body::Xml { namespaces, .. } => (&namespaces.prefixes, node.get("xml")),
        Body::Soap { .. } => {
            if let Some(soap) = host.and_then(|host| host.soap.as_ref()) {
                (&soap.namespaces.prefixes, node.get("soap"))
            } else {
                let at = node.get("soap").map_or(0..0, |soap| soap.span.start..soap.span.start + 1);
                mistakes
                    .add(at, "the host says nothing of SOAP")
                    .help("declare `soap:` with its `namespace:` there");
                return;
            }
        }
        _ => return,
    };
    let Some(section) = section.and_then(|section| section.get("body")) else { return };
    let mut open = vec![section];
    let mut left = 10_000;
    while let Some(node) = open.pop().filter(|_| left > 0) {
        left -= 1;
        let part = node.text().and_then(|text| text.strip_prefix("=parts."));
        open.extend(part.and_then(|name| draft.parts.get(name).copied()));
        open.extend(node.items());
        for (key, value) in node.entries() {
            open.push(value);
            let name = key.name.trim_start_matches('@');
            let prefix = name.split_once(':').map(|(prefix, _)| prefix);
            if name.starts_with('$') {
                continue;
            }
            if !xml::is_name(name) {
                mistakes.add(key.span.clone(), format!("`{name}` cannot be the name of an element"));
            } else if let Some(prefix) = prefix.filter(|prefix| !prefixes.contains_key(*prefix)) {
                mistakes
                    .add(key.span.clone(), format!("the prefix `{prefix}` stands for no namespace"))
                    .help("declare it under `prefixes:`");
            }
        }
    }
}
