//! Words: the names that a description gives to its own settings, maps, hosts and parts.

/// Whether a name can stand in an expression: lower case, digits and `_`, a letter first.
pub(crate) fn is_word(name: &str) -> bool {
    name.len() <= 60
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
