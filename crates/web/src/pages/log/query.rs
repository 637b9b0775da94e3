//! The question a reader asks of a log, as it stands in the page's address.
//!
//! Reading is lenient: an address that was bookmarked, mistyped or shortened still opens the log, and
//! what could not be understood is named beside the form rather than refused.

use jiff::civil::Date;
use url::form_urlencoded;

use super::view::{ClubHead, Cursor, Direction, LineKind};

/// Lines on one page.
pub const PAGE_LIMIT: u16 = 50;
const SEARCH_MAX_CHARS: usize = 120;
const VALUE_MAX_CHARS: usize = 200;
const PAIRS_MAX: usize = 40;

const KINDS: [LineKind; 4] = [LineKind::Info, LineKind::Warning, LineKind::Error, LineKind::OnItsWay];
const DIRECTIONS: [Direction; 2] = [Direction::ToPlatform, Direction::FromPlatform];

/// What to show of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogQuery {
    /// Only lines that wait for the club.
    pub needs_you: bool,
    /// Only these kinds; empty means all. An address asks for at most one.
    pub types: Vec<LineKind>,
    /// Only this platform, by id.
    pub platform: Option<String>,
    /// Only this direction.
    pub direction: Option<Direction>,
    /// From the beginning of this day, in the club's zone.
    pub from: Option<Date>,
    /// To the end of this day, in the club's zone.
    pub to: Option<Date>,
    /// Words of a name, an e-mail, digits of a phone, a platform's number or a tracking UUID.
    pub search: Option<String>,
    /// Only lines older than this place.
    pub before: Option<Cursor>,
    /// Only lines newer than this place: the page that ends just above it.
    pub after: Option<Cursor>,
    /// At most this many lines.
    pub limit: u16,
}

impl Default for LogQuery {
    fn default() -> Self {
        Self {
            needs_you: false,
            types: Vec::new(),
            platform: None,
            direction: None,
            from: None,
            to: None,
            search: None,
            before: None,
            after: None,
            limit: PAGE_LIMIT,
        }
    }
}

impl LogQuery {
    /// Reads a query string; the second part says, in sentences, what was not understood.
    pub fn parse(query: &str) -> (Self, Vec<String>) {
        let mut read = Self::default();
        let mut complaints = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).take(PAIRS_MAX) {
            let value: String =
                value.trim().chars().filter(|c| !c.is_control()).take(VALUE_MAX_CHARS).collect();
            if !value.is_empty() {
                read.take(&name, value, &mut complaints);
            }
        }
        if let (Some(from), Some(to)) = (read.from, read.to)
            && from > to
        {
            (read.from, read.to) = (Some(to), Some(from));
        }
        (read, complaints)
    }

    fn take(&mut self, name: &str, value: String, complaints: &mut Vec<String>) {
        match name {
            "needs" => {
                self.needs_you = value == "you";
                if !self.needs_you {
                    complaints.push(unknown("needs", &value, ["you"]));
                }
            }
            "type" => {
                self.types = kind_of(&value).into_iter().collect();
                if self.types.is_empty() {
                    complaints.push(unknown("type", &value, KINDS.map(kind_name)));
                }
            }
            "platform" => self.platform = Some(value),
            "direction" => {
                self.direction = direction_of(&value);
                if self.direction.is_none() {
                    complaints.push(unknown("direction", &value, DIRECTIONS.map(direction_name)));
                }
            }
            "from" => self.from = date_of(&value, complaints),
            "to" => self.to = date_of(&value, complaints),
            "q" => self.search = Some(value.chars().take(SEARCH_MAX_CHARS).collect()),
            "before" => self.before = Some(Cursor(value)),
            "after" => self.after = Some(Cursor(value)),
            _ => {}
        }
    }

    /// Leaves out a platform that the club does not have, and says so.
    pub fn for_club(mut self, club: &ClubHead, complaints: &mut Vec<String>) -> Self {
        let is_known = |asked: &String| club.platforms.iter().any(|platform| platform.id == *asked);
        if let Some(asked) = self.platform.take_if(|asked| !is_known(asked)) {
            let known = club.platforms.iter().map(|platform| platform.id.as_str());
            complaints.push(unknown("platform", &asked, known));
        }
        self
    }

    /// Whether the list is narrowed by anything.
    pub fn narrowed(&self) -> bool {
        self.needs_you || self.search.is_some() || self.filters() > 0
    }

    /// How many filters under "More filters" are set.
    pub fn filters(&self) -> usize {
        usize::from(!self.types.is_empty())
            + usize::from(self.platform.is_some())
            + usize::from(self.direction.is_some())
            + usize::from(self.from.is_some() || self.to.is_some())
    }

    /// The query string of this question at its first page: `?…`, or nothing when it asks for everything.
    pub fn address(&self) -> String {
        with_mark(&self.pairs().finish())
    }

    /// The same question, older than a place.
    pub fn older(&self, place: &Cursor) -> String {
        with_mark(&self.pairs().append_pair("before", &place.0).finish())
    }

    /// The same question, newer than a place.
    pub fn newer(&self, place: &Cursor) -> String {
        with_mark(&self.pairs().append_pair("after", &place.0).finish())
    }

    fn pairs(&self) -> form_urlencoded::Serializer<'static, String> {
        let mut out = form_urlencoded::Serializer::new(String::new());
        if self.needs_you {
            out.append_pair("needs", "you");
        }
        for kind in &self.types {
            out.append_pair("type", kind_name(*kind));
        }
        let dates = [("from", self.from), ("to", self.to)];
        let texts = [("platform", &self.platform), ("q", &self.search)];
        if let Some(direction) = self.direction {
            out.append_pair("direction", direction_name(direction));
        }
        for (name, date) in dates.into_iter().filter_map(|(name, date)| Some((name, date?))) {
            out.append_pair(name, &date.to_string());
        }
        for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?))) {
            out.append_pair(name, text);
        }
        out
    }
}

/// The name of a kind in an address.
pub fn kind_name(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Info => "info",
        LineKind::Warning => "warning",
        LineKind::Error => "error",
        LineKind::OnItsWay => "on-its-way",
    }
}

fn kind_of(name: &str) -> Option<LineKind> {
    KINDS.into_iter().find(|kind| kind_name(*kind).eq_ignore_ascii_case(name))
}

/// The name of a direction in an address.
pub fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::ToPlatform => "to",
        Direction::FromPlatform => "from",
    }
}

fn direction_of(name: &str) -> Option<Direction> {
    DIRECTIONS.into_iter().find(|direction| direction_name(*direction) == name)
}

/// What is said of a value that no filter knows.
fn unknown<'a>(filter: &str, value: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    format!("“{value}” was not understood and left out: {filter} can be {}.", known.join(", "))
}

fn date_of(value: &str, complaints: &mut Vec<String>) -> Option<Date> {
    let date = value.parse().ok();
    if date.is_none() {
        complaints.push(format!("“{value}” is not a day; write it as 2026-11-22."));
    }
    date
}

fn with_mark(pairs: &str) -> String {
    if pairs.is_empty() { String::new() } else { format!("?{pairs}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_read_and_written_again_is_the_same_question() {
        let address =
            "?needs=you&type=error&direction=to&from=2026-11-01&to=2026-11-22&platform=vfp&q=ann%26a";
        let (query, complaints) = LogQuery::parse(&address[1..]);
        assert!(complaints.is_empty());
        assert_eq!(query.address(), address);
        assert_eq!(query.search.as_deref(), Some("ann&a"));
    }

    #[test]
    fn a_day_that_is_none_is_named_and_the_rest_still_counts() {
        let (query, complaints) = LogQuery::parse("from=31/02/2026&q=anna&colour=blue");
        assert_eq!(query.from, None);
        assert_eq!(query.search.as_deref(), Some("anna"));
        assert_eq!(complaints, ["“31/02/2026” is not a day; write it as 2026-11-22."]);
    }

    #[test]
    fn a_filter_that_is_none_is_named_with_those_there_are() {
        let (query, complaints) = LogQuery::parse("type=fatal&direction=up&needs=me&q=anna");
        assert_eq!(query, LogQuery { search: Some("anna".into()), ..LogQuery::default() });
        assert_eq!(
            complaints,
            [
                "“fatal” was not understood and left out: type can be info, warning, error, on-its-way.",
                "“up” was not understood and left out: direction can be to, from.",
                "“me” was not understood and left out: needs can be you.",
            ]
        );
        let (query, complaints) = LogQuery::parse("type=ERROR");
        assert_eq!((query.types, complaints), (vec![LineKind::Error], Vec::new()));
    }

    #[test]
    fn characters_that_cannot_be_shown_are_left_out() {
        let (query, complaints) = LogQuery::parse("q=an%00na%07&from=20%0026");
        assert_eq!(query.search.as_deref(), Some("anna"));
        assert_eq!(complaints, ["“2026” is not a day; write it as 2026-11-22."]);
    }

    #[test]
    fn days_the_wrong_way_round_are_turned() {
        let (query, _) = LogQuery::parse("from=2026-11-22&to=2026-11-01");
        assert!(query.from < query.to);
    }

    #[test]
    fn an_empty_form_asks_for_everything() {
        let (query, _) = LogQuery::parse("q=&from=&to=&platform=&direction=");
        assert_eq!(query, LogQuery::default());
        assert_eq!(query.address(), "");
    }

    #[test]
    fn a_search_has_a_limit() {
        let (query, _) = LogQuery::parse(&format!("q={}", "ł".repeat(5000)));
        assert_eq!(query.search.map(|text| text.chars().count()), Some(SEARCH_MAX_CHARS));
    }
}
