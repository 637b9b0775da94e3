//! Dates on the wire and dates in the store.

use jiff::civil::Date;

/// Reads a date in the platform's format (strptime) into `yyyy-mm-dd`.
pub(crate) fn read(format: &str, text: &str) -> Option<String> {
    let date = Date::strptime(format, text.trim()).ok()?;
    (date.year() >= 1000).then(|| date.to_string())
}

/// Writes a stored date in the platform's format.
pub(crate) fn write(format: &str, stored: &str) -> String {
    stored.parse::<Date>().map_or_else(|_| stored.to_owned(), |date| date.strftime(format).to_string())
}

/// An instant as `2026-11-22T18:03:11Z`.
pub(crate) fn instant(ms: u64) -> String {
    jiff::Timestamp::from_millisecond(ms as i64).map_or_else(|_| String::new(), |at| at.to_string())
}
