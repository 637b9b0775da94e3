//! The characters of XML 1.0, fifth edition: which may occur at all (§2.2), and which may form a name (§2.3).

/// Whether XML 1.0 can carry the character.
pub(crate) const fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// The offset of the first character that XML 1.0 cannot carry. Looks at bytes, since nearly every text has none.
pub(crate) fn first_forbidden(text: &str) -> Option<usize> {
    let suspicious = text.bytes().any(|b| (b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r')) || b == 0xEF);
    if !suspicious {
        return None;
    }
    text.char_indices().find(|(_, c)| !is_xml_char(*c)).map(|(offset, _)| offset)
}

/// White space as the grammar means it; a non-breaking space is not.
pub(crate) const fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r')
}

const fn starts_name(c: char) -> bool {
    matches!(c,
        'a'..='z' | 'A'..='Z' | '_' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

const fn continues_name(c: char) -> bool {
    starts_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// A name without a colon.
pub(crate) fn is_local_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(starts_name) && chars.all(continues_name)
}

/// Whether `name` can name an element or an attribute: a local name, or a prefix, one colon and a local name.
pub fn is_name(name: &str) -> bool {
    match name.split_once(':') {
        Some((prefix, local)) => is_local_name(prefix) && is_local_name(local),
        None => is_local_name(name),
    }
}

/// The character that stands for one that a name cannot hold.
pub(crate) fn as_name_char(c: char, first: bool) -> char {
    let fits = if first { starts_name(c) } else { continues_name(c) };
    if fits { c } else { '_' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_as_the_standard_says() {
        for good in ["a", "_", "clientID", "soap:Envelope", "é", "a-b.c1", "名"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", ":", "a:", ":a", "a:b:c", "1a", "-a", "a b", "a<", "a/", "×"] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn control_characters_and_non_characters_are_found_where_they_are() {
        assert_eq!(first_forbidden("plain\r\n\ttext – “fine” \u{FEFF}\u{FFFD}"), None);
        assert_eq!(first_forbidden("ab\u{1}"), Some(2));
        assert_eq!(first_forbidden("é\u{FFFE}"), Some(2));
    }
}
