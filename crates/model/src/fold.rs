//! Folding: when two spellings mean the same.
//!
//! Club systems shout names, reformat phones and clip fields. These functions say what survives that; the raw text is
//! always kept beside them.

use unicode_normalization::UnicodeNormalization;

use crate::Field;

/// Lower case by way of upper case (shouting turns `ß` into `SS`), composed, trimmed, inner white space folded to one
/// space.
pub fn text(raw: &str) -> String {
    if raw.is_ascii() {
        return fold_spaces(raw.chars().map(|c| c.to_ascii_lowercase()), raw.len());
    }
    fold_spaces(raw.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase), raw.len())
}

fn fold_spaces(chars: impl Iterator<Item = char>, capacity: usize) -> String {
    let mut folded = String::with_capacity(capacity);
    let mut gap = false;
    for c in chars {
        if c.is_whitespace() {
            gap = !folded.is_empty();
        } else {
            if std::mem::take(&mut gap) {
                folded.push(' ');
            }
            folded.push(c);
        }
    }
    folded
}

/// First and last name joined by one space and folded: the key of Smart Match (integration rules §5).
pub fn full_name(first: &str, last: &str) -> String {
    text(&format!("{first} {last}"))
}

/// The digits of a phone number.
pub fn digits(raw: &str) -> String {
    raw.chars().filter(char::is_ascii_digit).collect()
}

/// Whether `seen` at a platform is a rendering of `sent`: the same but for case, white space, phone punctuation, or
/// because the platform clips the field at `clip` characters.
pub fn renders(field: Field, sent: &str, seen: &str, clip: Option<usize>) -> bool {
    if sent == seen {
        return true;
    }
    if matches!(field, Field::Mobile | Field::HomePhone | Field::WorkPhone) {
        let (all, seen_digits) = (digits(sent), digits(seen));
        if all.is_empty() {
            return text(sent) == text(seen);
        }
        let clipped = |clip: usize| {
            let kept: String = sent.trim().chars().take(clip).collect();
            seen_digits == digits(&kept) || all.get(..clip) == Some(&seen_digits)
        };
        return !seen_digits.is_empty() && (all == seen_digits || clip.is_some_and(clipped));
    }
    if field.is_reference() {
        return false;
    }
    let (sent_folded, seen_folded) = (text(sent), text(seen));
    if sent_folded == seen_folded {
        return true;
    }
    clip.is_some_and(|clip| {
        let clipped: String = sent.trim().chars().take(clip).collect();
        text(&clipped) == seen_folded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shouted_name_is_a_rendering() {
        assert!(renders(Field::LastName, "Łukasiewicz ", "ŁUKASIEWICZ", None));
        assert!(!renders(Field::LastName, "Smith", "Smythe", None));
    }

    #[test]
    fn a_phone_is_compared_by_its_digits_only() {
        assert!(renders(Field::Mobile, "+1 (604) 555-0101", "16045550101", None));
        assert!(!renders(Field::Mobile, "ask at desk", "none", None), "no digits match nothing");
    }

    #[test]
    fn a_clipped_field_is_a_rendering_only_where_the_clip_is_declared() {
        assert!(renders(Field::Company, "Pacific Shipping Company", "Pacific Shipping Com", Some(20)));
        assert!(!renders(Field::Company, "Pacific Shipping Company", "Pacific Shipping Com", None));
    }

    #[test]
    fn names_fold_across_composition_and_inner_white_space() {
        assert_eq!(full_name("  Zoe\u{301}  Ann", "O'Brien"), full_name("ZOÉ ann", "O'BRIEN"));
    }
}
