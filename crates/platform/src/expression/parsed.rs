//! Where an expression stands in its file, and what went wrong when one was run.

use std::ops::Range;

use super::FieldSet;
use crate::yaml::{Node, Style, Value};

/// Where an expression stands, so that a caret can point into it.
pub(crate) struct Origin {
    span: Range<usize>,
    /// The place of the expression's first byte.
    start: usize,
    /// The raw text from there on, if quotes inside are written twice.
    doubled: Option<String>,
}

impl Origin {
    /// The expression that begins `skip` bytes into a scalar.
    pub fn of(node: &Node, skip: usize, file: &str) -> Origin {
        let quoted = matches!(&node.value, Value::Scalar { style: Style::Single | Style::Double, .. });
        let base = node.span.start + usize::from(quoted);
        let raw = file.get(base..node.span.end).unwrap_or_default();
        let single = matches!(&node.value, Value::Scalar { style: Style::Single, .. });
        let doubled = (single && raw.trim_end_matches('\'').contains("''")).then(|| raw.to_owned());
        let mut origin = Origin { span: node.span.clone(), start: base, doubled };
        origin.start = origin.at(skip);
        origin.doubled =
            origin.doubled.take().and_then(|raw| raw.get(origin.start - base..).map(str::to_owned));
        origin
    }

    /// The scalar itself.
    pub fn whole(&self) -> Range<usize> {
        self.span.clone()
    }

    /// A part of the expression, in the file.
    pub fn part(&self, range: Range<usize>) -> Range<usize> {
        let start = self.at(range.start).min(self.span.end);
        start..self.at(range.end).clamp(start, self.span.end.max(start))
    }

    fn at(&self, offset: usize) -> usize {
        let Some(raw) = &self.doubled else {
            return self.start + offset;
        };
        let (mut read, mut written) = (0, 0);
        let bytes = raw.as_bytes();
        while read < offset && written < bytes.len() {
            written += if bytes[written..].starts_with(b"''") { 2 } else { 1 };
            read += 1;
        }
        self.start + written
    }
}

/// An expression that could not be carried out for one record.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub source: Box<str>,
    pub fields: FieldSet,
    pub said: String,
    /// Whether its text was longer than anything that is sent.
    pub too_long: bool,
}
