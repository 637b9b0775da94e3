//! Templates: the structures of a request, with expressions at their leaves.
//!
//! A template is built once per description and rendered once per call into a [`Tree`], which the body's kind then
//! writes as JSON, XML, a form or a query. Structures are never strings put together.

mod build;
mod render;
mod tree;

pub(crate) use build::{Builder, literal};
pub(crate) use render::{Rendering, RequestProblem, interpolate};
pub(crate) use tree::Tree;

use crate::expression::{Expr, FieldSet};

/// One value of a request.
pub(crate) enum Template {
    /// Always the same.
    Literal(Literal),
    /// An expression, keeping its type.
    Expr(Expr, Policies),
    /// Text with expressions inside.
    Text(Vec<Piece>, Policies),
    /// A structure.
    Object(Object),
    /// A list of structures.
    List(Vec<Template>),
    /// A structure that is sent as text, written as XML.
    Xml(Box<Template>),
}

/// A literal of the file.
#[derive(Clone, Debug)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Box<str>),
}

/// A part of interpolated text.
pub(crate) enum Piece {
    Literal(Box<str>),
    Expr(Expr),
}

/// A structure with its own policies.
pub(crate) struct Object {
    pub members: Vec<(Box<str>, Template)>,
    pub policies: Policies,
    /// `$when`: the whole structure or nothing of it.
    pub when: Option<Expr>,
    /// `$each`: one such structure for each thing of a list, by the name `item`.
    pub each: Option<Expr>,
}

/// What becomes of a value that is not there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Policies {
    /// Nobody ever said it. The request's policy unless said here.
    pub unknown: Option<Absent>,
    /// Somebody emptied it. The request's policy unless said here.
    pub cleared: Option<Absent>,
}

/// Leave it out, send it empty, or send null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    Omit,
    Empty,
    Null,
}

impl Absent {
    pub fn named(name: &str) -> Option<Absent> {
        match name {
            "omit" => Some(Absent::Omit),
            "empty" => Some(Absent::Empty),
            "null" => Some(Absent::Null),
            _ => None,
        }
    }
}

impl Template {
    /// The person's fields that it mentions.
    pub fn fields(&self) -> FieldSet {
        match self {
            Template::Literal(_) => FieldSet::default(),
            Template::Expr(expr, _) => expr.fields(),
            Template::Text(pieces, _) => pieces_fields(pieces),
            Template::Object(object) => {
                let when = object.when.as_ref().map_or(FieldSet::default(), Expr::fields);
                object.members.iter().fold(when, |set, (_, member)| set | member.fields())
            }
            Template::List(items) => items.iter().fold(FieldSet::default(), |set, item| set | item.fields()),
            Template::Xml(root) => root.fields(),
        }
    }

    /// The platform's names of the fields it carries: the path of each leaf that mentions exactly one.
    pub fn names(&self, path: &str, names: &mut Vec<(String, model::Field)>) {
        match self {
            Template::Object(object) => {
                for (name, member) in &object.members {
                    let name = name.rsplit(':').next().unwrap_or(name);
                    let below = match name {
                        "$text" => path.to_owned(),
                        name if path.is_empty() => name.to_owned(),
                        name => format!("{path}.{name}"),
                    };
                    member.names(&below, names);
                }
            }
            Template::Xml(root) => root.names(path, names),
            Template::List(items) => items.iter().for_each(|item| item.names(path, names)),
            leaf => names.extend(leaf.fields().only().map(|field| (path.to_ascii_lowercase(), field))),
        }
    }
}

pub(crate) fn pieces_fields(pieces: &[Piece]) -> FieldSet {
    pieces.iter().fold(FieldSet::default(), |set, piece| match piece {
        Piece::Literal(_) => set,
        Piece::Expr(expr) => set | expr.fields(),
    })
}
