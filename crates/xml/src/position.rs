//! Positions: where in a text an offset lies, found by walking forward so that a whole document costs one walk.

/// A place in a text that only moves forward.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    offset: usize,
    line: u32,
    column: u32,
}

impl Cursor {
    /// The beginning of a text.
    pub(crate) const fn start() -> Cursor {
        Cursor { offset: 0, line: 1, column: 1 }
    }

    /// Walks on to `offset` and says line and column there, both counted from 1. An offset behind the cursor, or
    /// beyond the text, leaves it where it is.
    pub(crate) fn advance(&mut self, text: &str, offset: usize) -> (u32, u32) {
        let passed = text.as_bytes().get(self.offset..offset).unwrap_or_default();
        for byte in passed {
            if *byte == b'\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else if byte & 0xC0 != 0x80 {
                self.column = self.column.saturating_add(1);
            }
        }
        self.offset += passed.len();
        (self.line, self.column)
    }
}
