//! Dates and instants: ours are `yyyy-mm-dd` and RFC 3339 in UTC; a platform's are what its description says.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

/// Writes one of our dates or instants in a platform's format.
pub(super) fn write(text: &str, format: &str) -> Result<String, String> {
    if text.len() == 10 {
        let date: Date = text.parse().map_err(|_| format!("`{text}` is not a date"))?;
        return strtime::format(format, date).map_err(|error| error.to_string());
    }
    let at: Timestamp = text.parse().map_err(|_| format!("`{text}` is not a date"))?;
    strtime::format(format, &at.to_zoned(TimeZone::UTC)).map_err(|error| error.to_string())
}

/// Reads a platform's date into ours.
pub(super) fn read_date(text: &str, format: &str) -> Result<String, String> {
    match strtime::parse(format, text.trim()).and_then(|time| time.to_date()) {
        Ok(date) => Ok(date.to_string()),
        Err(_) => Err(format!("`{text}` is not a date of the form `{format}`")),
    }
}

/// Reads a platform's instant into ours: RFC 3339, a local time taken as UTC, or seconds or milliseconds since 1970.
pub(super) fn read_instant(text: &str, format: Option<&str>) -> Result<String, String> {
    let text = text.trim();
    let wrong = || format!("`{text}` is not an instant");
    let at = match format {
        Some("unix") => text.parse().ok().and_then(|s| Timestamp::from_second(s).ok()),
        Some("unix_ms") => text.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()),
        Some(format) => strtime::parse(format, text).ok().and_then(|time| {
            time.to_timestamp()
                .ok()
                .or_else(|| Some(utc(time.to_datetime().or_else(|_| midnight(&time)).ok()?)))
        }),
        None => text.parse::<Timestamp>().ok().or_else(|| text.parse::<DateTime>().ok().map(utc)),
    };
    at.map(|at| at.to_string()).ok_or_else(wrong)
}

/// Writes one of our instants as a local time.
pub(super) fn local(text: &str, format: &str, zone: &TimeZone) -> Result<String, String> {
    let at: Timestamp = text.parse().map_err(|_| format!("`{text}` is not an instant"))?;
    strtime::format(format, &at.to_zoned(zone.clone())).map_err(|error| error.to_string())
}

/// Reads a local time into our instant. Where the clock was put back, a time that was twice is its first; where it was put
/// forward, one that was not is as much later as the clock was put forward. A date alone is its midnight.
pub(super) fn read_local(text: &str, format: &str, zone: &TimeZone) -> Result<String, String> {
    let wrong = || format!("`{text}` is not a local time of the form `{format}`");
    let time = strtime::parse(format, text.trim()).map_err(|_| wrong())?;
    let local = time.to_datetime().or_else(|_| midnight(&time)).map_err(|_| wrong())?;
    let zoned = local.to_zoned(zone.clone()).map_err(|_| wrong())?;
    Ok(zoned.timestamp().to_string())
}

/// Whether a format can be written at all, found when the description is loaded.
pub(super) fn is_format(format: &str) -> bool {
    strtime::format(format, &Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)).is_ok_and(|text| text != format)
}

fn utc(at: DateTime) -> Timestamp {
    at.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

fn midnight(time: &strtime::BrokenDownTime) -> Result<DateTime, jiff::Error> {
    Ok(time.to_date()?.to_datetime(jiff::civil::Time::midnight()))
}
