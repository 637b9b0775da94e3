//! Lines as the page lays them out: by day, with every time in the club's zone.

use std::cmp::Reverse;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::view::{ClubHead, LineKind, LineView, Turn};
use super::words;

/// One day of lines.
pub struct Day<'a> {
    /// `2026-11-22`, for anchors.
    pub date: Date,
    /// "Today", "Yesterday", or the weekday.
    pub name: String,
    /// "22 November 2026"
    pub full: String,
    /// The day's lines, newest first.
    pub lines: Vec<Shown<'a>>,
}

/// One line with everything the page adds to it.
pub struct Shown<'a> {
    /// The line itself.
    pub line: &'a LineView,
    /// When it was received.
    pub at: Moment,
    /// The kind in plain words.
    pub kind: &'static str,
    /// The kind in the words of the log of old.
    pub kind_type: &'static str,
    /// The class and the icon of the kind.
    pub look: &'static str,
    /// Whose turn it is, where worth a word.
    pub turn: Option<String>,
    /// The class and the icon of the turn.
    pub turn_look: &'static str,
    /// "to VFP"
    pub way: String,
    /// The attempts with their times.
    pub attempts: Vec<(Moment, &'a str)>,
}

/// An instant as a club reads it.
pub struct Moment {
    /// "14:05"
    pub clock: String,
    /// "Sun 22 Nov 2026, 14:05:31"
    pub full: String,
    /// RFC 3339 with the club's offset, for machines.
    pub machine: String,
}

impl Moment {
    /// Puts an instant on the club's clock.
    pub fn new(at: Timestamp, zone: &TimeZone) -> Self {
        let local = at.to_zoned(zone.clone());
        Self {
            clock: local.strftime("%H:%M").to_string(),
            full: local.strftime("%a %-d %b %Y, %H:%M:%S").to_string(),
            machine: local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        }
    }
}

/// Groups lines into days of the club's calendar, newest first. What still waits since an earlier day
/// may come in front of today's lines, and is put where it belongs.
pub fn group<'a>(lines: &'a [LineView], club: &ClubHead, now: Timestamp) -> Vec<Day<'a>> {
    let today = now.to_zoned(club.zone.clone()).date();
    let mut days: Vec<Day<'a>> = Vec::new();
    let mut lines: Vec<&LineView> = lines.iter().collect();
    lines.sort_by_key(|line| Reverse(line.at));
    for line in lines {
        let date = line.at.to_zoned(club.zone.clone()).date();
        let shown = Shown::new(line, &club.zone);
        match days.last_mut() {
            Some(day) if day.date == date => day.lines.push(shown),
            _ => days.push(Day { date, name: name(date, today), full: full(date), lines: vec![shown] }),
        }
    }
    days
}

fn name(date: Date, today: Date) -> String {
    if date == today {
        "Today".into()
    } else if today.checked_sub(1.day()).is_ok_and(|yesterday| yesterday == date) {
        "Yesterday".into()
    } else {
        date.strftime("%A").to_string()
    }
}

fn full(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

impl<'a> Shown<'a> {
    fn new(line: &'a LineView, zone: &TimeZone) -> Self {
        Self {
            line,
            at: Moment::new(line.at, zone),
            kind: words::kind_word(line.kind),
            kind_type: words::kind_type(line.kind),
            look: look(line.kind),
            turn: words::turn_word(line),
            turn_look: turn_look(line.turn),
            way: words::way(line),
            attempts: line
                .detail
                .attempts
                .iter()
                .map(|attempt| (Moment::new(attempt.at, zone), attempt.sentence.as_str()))
                .collect(),
        }
    }
}

fn look(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Info => "done",
        LineKind::Warning => "look",
        LineKind::Error => "missing",
        LineKind::OnItsWay => "way",
    }
}

fn turn_look(turn: Turn) -> &'static str {
    match turn {
        Turn::You => "you",
        Turn::Platform | Turn::Operator => "others",
        Turn::Nobody => "nobody",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_named_from_where_the_club_stands() {
        let today = date("2026-03-01");
        assert_eq!(name(date("2026-03-01"), today), "Today");
        assert_eq!(name(date("2026-02-28"), today), "Yesterday");
        assert_eq!(name(date("2026-02-27"), today), "Friday");
    }

    #[test]
    fn a_moment_is_told_on_the_clubs_clock() {
        let zone = TimeZone::get("America/Vancouver").unwrap();
        let moment = Moment::new("2026-11-22T22:05:31Z".parse().unwrap(), &zone);
        assert_eq!(moment.clock, "14:05");
        assert_eq!(moment.full, "Sun 22 Nov 2026, 14:05:31");
        assert_eq!(moment.machine, "2026-11-22T14:05:31-08:00");
    }
}
