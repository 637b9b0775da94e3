//! The language of descriptions, written down once: which keys exist, what each takes, what each is for.
//!
//! The reader checks files against these tables and the JSON Schema is printed from them, so the two cannot disagree.

mod auth;
mod budgets;
mod check;
mod explain;
mod lists;
mod schema;
mod tables;
mod word;

pub(crate) use check::check;
pub use explain::{Explained, explain};
pub use schema::json_schema;
pub(crate) use tables::DESCRIPTION;
pub(crate) use word::is_word;

/// A mapping with known keys.
pub(crate) struct Shape {
    /// What a message calls it: `a setting`.
    pub name: &'static str,
    pub keys: &'static [Entry],
}

/// One key of a mapping.
pub(crate) struct Entry {
    pub key: &'static str,
    pub is: Is,
    pub required: bool,
    pub about: &'static str,
}

/// What a key takes.
pub(crate) enum Is {
    /// Text, quoted or plain.
    Text,
    /// An integer within bounds.
    Integer(i64, i64),
    /// `true` or `false`.
    Boolean,
    /// One of a few words.
    OneOf(&'static [&'static str]),
    /// A value for a request: a literal, an expression, text with `{{ … }}`, or a structure of these.
    Value,
    /// A mapping of free names to values for a request.
    Values,
    /// An expression, or a literal where a constant will do.
    Expression,
    /// One expression or a list of alternatives; the first that gives something counts.
    Alternatives,
    /// A mapping of free names to plain literals.
    Literals,
    /// One word or several, in order.
    Words,
    /// A list.
    List(&'static Is),
    /// A mapping of free names.
    Map(&'static Is),
    /// A mapping with known keys.
    Object(&'static Shape),
    /// Designed, and not carried out yet.
    Later,
}

impl Shape {
    pub(crate) fn entry(&self, key: &str) -> Option<&'static Entry> {
        self.keys.iter().find(|entry| entry.key == key)
    }
}

/// The filters of expressions: each name and what it gives.
pub fn filters() -> impl Iterator<Item = (&'static str, &'static str)> {
    crate::expression::FILTERS.iter().map(|filter| (filter.name, filter.about))
}
