//! Problems: what is wrong with a document, and where.

use std::fmt;

/// Why a document was refused: a sentence for whoever wrote it, and the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problem {
    /// What is wrong, without the place: `the document has no root element`.
    pub message: String,
    /// Line, counted from 1; 0 when the problem has no place.
    pub line: u32,
    /// Column in characters, counted from 1; 0 when the problem has no place.
    pub column: u32,
}

impl Problem {
    /// A problem of the document as a whole.
    pub(crate) fn anywhere(message: impl Into<String>) -> Self {
        Problem { message: message.into(), line: 0, column: 0 }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.line > 0 {
            write!(f, " (line {}, column {})", self.line, self.column)?;
        }
        Ok(())
    }
}

/// A foreign word inside a message, cut so that a message stays a sentence.
pub(crate) fn quoted(word: &str) -> String {
    const LONGEST: usize = 40;
    match word.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &word[..end]),
        None => format!("`{word}`"),
    }
}
