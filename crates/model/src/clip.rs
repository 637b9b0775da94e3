//! Clipping: of a very long text the log keeps the beginning. The text itself travels whole.

/// The most characters of one text that a line of the log keeps.
pub const SHOWN_MAX_CHARS: usize = 1_000;
/// What the last of them is where something was left out.
const LEFT_OUT: char = '…';

/// A text as the log keeps it: whole, or its beginning and an ellipsis.
pub fn clip(text: &mut String) {
    if text.len() <= SHOWN_MAX_CHARS || text.chars().nth(SHOWN_MAX_CHARS).is_none() {
        return;
    }
    let kept = text.char_indices().nth(SHOWN_MAX_CHARS - 1).map_or(text.len(), |(at, _)| at);
    text.truncate(kept);
    text.push(LEFT_OUT);
    text.shrink_to_fit();
}

/// Whether a text was clipped.
pub fn is_clipped(text: &str) -> bool {
    text.ends_with(LEFT_OUT) && text.chars().count() == SHOWN_MAX_CHARS
}
