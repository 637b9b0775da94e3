//! What a Connector Log page shows, as plain values: already decided, already worded.
//!
//! The one who fills these in has done the thinking; the page adds layout, icons and the club's
//! clock, and nothing else.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The club a log belongs to.
#[derive(Debug, Clone)]
pub struct ClubHead {
    /// The club's name, as its people say it.
    pub name: String,
    /// The club's own time zone, with its IANA name.
    pub zone: TimeZone,
    /// The platforms whose lines this log can hold, for the filter.
    pub platforms: Vec<PlatformName>,
    /// Whether any platform is connected; without one the page says what to do instead.
    pub integrated: bool,
}

/// A platform, to people and to a query string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformName {
    /// The identifier in a URL, such as `jonas-i4`.
    pub id: String,
    /// The name people use, such as `Jonas I4`.
    pub title: String,
}

/// The counts behind the sentence at the top: people since midnight, in the club's zone. One person may
/// count in several places, for a lead can be in one platform and on the way to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Today {
    /// All people a record was received about today.
    pub total: u64,
    /// Whether every one of them is a prospect, so that the page may say "leads".
    pub only_leads: bool,
    /// How many have arrived, by the platform's title, most first.
    pub arrived: Vec<(String, u64)>,
    /// How many have no answer yet.
    pub on_its_way: u64,
    /// How many wait for the club to do something.
    pub needs_you: u64,
    /// How many wait for a platform or for integration support.
    pub others_turn: u64,
    /// How many lines of earlier days still wait for the club.
    pub needs_you_before: u64,
}

/// What became of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// INFO: transferred, or rightly not sent.
    Info,
    /// WARNING: saved there, but something may be missing.
    Warning,
    /// ERROR: not saved there.
    Error,
    /// No answer yet.
    OnItsWay,
}

/// Who has to do something next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The club.
    You,
    /// The platform, or its vendor.
    Platform,
    /// Those who run the Connector.
    Operator,
    /// Nobody: it is done, or heals by itself.
    Nobody,
}

/// Which way a record went, seen from the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Sent to the platform.
    ToPlatform,
    /// Received from the platform.
    FromPlatform,
}

/// A place in the list, opaque to the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

/// One page of lines.
#[derive(Debug, Clone, Default)]
pub struct LinePage {
    /// The lines, newest first.
    pub lines: Vec<LineView>,
    /// Where older lines begin, if there are any (for `before`).
    pub older: Option<Cursor>,
    /// Where newer lines begin, if there are any (for `after`).
    pub newer: Option<Cursor>,
}

/// One transfer, from receipt to end: always the same line, however often it was tried.
#[derive(Debug, Clone)]
pub struct LineView {
    /// Stable for the life of the line, and unique in the log.
    pub id: String,
    /// What became of it.
    pub kind: LineKind,
    /// When the record was received.
    pub at: Timestamp,
    /// The person's name.
    pub person: String,
    /// The way it went, without the name: "entered in InTouch and sent to VFP".
    pub summary: String,
    /// What happened, in plain words: "Arrived at 14:05, third try." Empty when the summary says it all.
    pub sentence: String,
    /// What the one whose turn it is should do.
    pub advice: Option<String>,
    /// Whose turn it is.
    pub turn: Turn,
    /// The platform's title, as people say it.
    pub platform: String,
    /// Which way it went.
    pub direction: Direction,
    /// Whether the transfer can still change.
    pub open: bool,
    /// What opens under the line.
    pub detail: DetailView,
}

/// The facts under a line, for those who want them.
#[derive(Debug, Clone, Default)]
pub struct DetailView {
    /// Every field sent, as label and value. Never a secret.
    pub fields: Vec<(String, String)>,
    /// The lead or member number at the platform.
    pub record_number: Option<String>,
    /// What the platform said, in its own words.
    pub said: Option<String>,
    /// The attempts, oldest first.
    pub attempts: Vec<AttemptView>,
    /// Tracking UUIDs of all saves this line carries; support can search by them.
    pub tracking: Vec<String>,
    /// Anything else worth knowing, one sentence each.
    pub notes: Vec<String>,
}

/// One attempt to hand a record over.
#[derive(Debug, Clone)]
pub struct AttemptView {
    /// When it was made.
    pub at: Timestamp,
    /// How it went.
    pub sentence: String,
}
