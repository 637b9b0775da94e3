//! Foreign text as PostgreSQL can keep it.
//!
//! Two things that SQLite takes are refused there: a NUL in a text, and a key of more than a third of a page. JSON documents
//! have neither, since NUL is escaped in them and they are in no index. Columns go through here, so that every text comes
//! back to the letter and two that differ stay different.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

/// The longest key that is kept as it is, in bytes; two of them and the numbers fit into an index entry.
const LONGEST: usize = 640;
/// How much of a longer one stays readable before its hash, in bytes.
const HEAD: usize = 128;

/// Without NUL. What comes out of two texts differs where they do, and begins alike where they do.
pub(super) fn kept(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte <= 1) {
        return Cow::Owned(text.replace('\u{1}', "\u{1}\u{1}").replace('\0', "\u{1}\u{2}"));
    }
    Cow::Borrowed(text)
}

/// Back from [`kept`].
pub(super) fn read(kept: String) -> String {
    if !kept.contains('\u{1}') {
        return kept;
    }
    let mut text = String::with_capacity(kept.len());
    let mut chars = kept.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\u{1}') {
            (_, true) if chars.next() == Some('\u{2}') => text.push('\0'),
            (c, _) => text.push(c),
        }
    }
    text
}

/// As a key that is looked up whole: a very long one is its beginning and its hash.
pub(super) fn key(text: &str) -> Cow<'_, str> {
    let kept = kept(text);
    if kept.len() <= LONGEST {
        return kept;
    }
    let head = kept.floor_char_boundary(HEAD);
    let hash = Sha256::digest(kept.as_bytes());
    Cow::Owned(format!("{}\u{1}\u{3}{hash:x}", &kept[..head]))
}

/// A number for a key, the same in every process and every version: what advisory locks are taken by.
pub(super) fn number(kind: &str, of: i64, parts: &[&str]) -> i64 {
    let mut hash = Sha256::new();
    hash.update(kind.as_bytes());
    hash.update(of.to_be_bytes());
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(8).fold(0, |number, byte| (number << 8) | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back_and_differs_from_any_other() {
        let odd =
            ["", "a", "\0", "\u{1}", "\u{1}\u{2}", "\u{1}\0\u{1}", "a\0b", "a\u{1}\u{2}b", "Ü\0", "\u{2}"];
        let mut seen = std::collections::BTreeSet::new();
        for text in odd {
            let kept = kept(text).into_owned();
            assert!(!kept.contains('\0'), "{text:?}");
            assert_eq!(read(kept.clone()), text);
            assert!(seen.insert(kept), "{text:?} looks like another");
        }
    }

    #[test]
    fn a_long_key_is_short_and_differs_from_any_other() {
        let long = "Ü".repeat(5_000);
        let other = format!("{long}a");
        assert!(key(&long).len() < LONGEST && key(&long) != key(&other));
        assert_eq!(key("007"), "007");
    }
}
