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

/// Reads an instant of RFC 3339 into milliseconds since 1970.
pub(crate) fn instant_ms(text: &str) -> Option<u64> {
    text.parse::<jiff::Timestamp>().ok().and_then(|at| at.as_millisecond().try_into().ok())
}

/// Reads a local time, or an instant, into milliseconds since 1970; the simulated clubs are in UTC.
pub(crate) fn local_ms(text: &str) -> Option<u64> {
    let local = || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    instant_ms(text).or_else(|| local()?.timestamp().as_millisecond().try_into().ok())
}
