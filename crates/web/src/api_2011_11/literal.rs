//! Literals: values that must come from a list, and dates that must be dates.

/// A foreign value inside a message, cut so that a message stays a sentence.
pub(super) fn quoted(value: &str) -> String {
    const LONGEST: usize = 40;
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("'{}…'", &value[..end]),
        None => format!("'{value}'"),
    }
}

/// Whether a value is a day of the calendar, written `yyyy-mm-dd`.
pub(super) fn is_date(value: &str) -> bool {
    let shape = value.len() == 10
        && value
            .bytes()
            .enumerate()
            .all(|(at, b)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    shape && value.parse::<jiff::civil::Date>().is_ok()
}

/// Whether a value has the form of a country's code in ISO 3166. Which codes are given out is not ours to know.
pub(super) fn is_country(value: &str) -> bool {
    value.len() == 2 && value.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Reads a boolean as XML Schema writes it.
pub(super) fn boolean(value: &str) -> Option<bool> {
    match value {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}
