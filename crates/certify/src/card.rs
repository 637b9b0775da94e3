//! The report card: what was checked, what was seen, and what clubs lose by what does not work.

use jiff::Timestamp;
use serde::Serialize;

/// What the checks of one system found.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    /// The platform's name in descriptions.
    pub platform: String,
    /// What people call it.
    pub title: String,
    /// The version of the description that was carried out.
    pub version: u32,
    /// The address that was called.
    pub url: String,
    /// When the checks began.
    pub began: Timestamp,
    /// How long they took, in milliseconds.
    pub took_ms: i64,
    /// The checks, in the order in which they were made.
    pub checks: Vec<Check>,
    /// The calls that the platform took as described, by the names of the description language.
    pub taken: Vec<&'static str>,
    /// The test people who are there now.
    pub people: Vec<Left>,
}

impl Card {
    /// How many checks ended so.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.checks.iter().filter(|check| check.verdict == verdict).count()
    }
}

/// One question to the system, and its answer.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// A name that stays the same from run to run.
    pub id: String,
    /// What it is about.
    pub part: Part,
    /// The question, as a statement that holds where it works.
    pub title: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: String,
    /// What clubs lose by it, where it does not work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loses: Option<&'static str>,
    /// The calls that were made for it.
    pub calls: Vec<Call>,
}

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Being let in.
    Access,
    /// Staff and lead sources.
    Directory,
    /// The people's records.
    Records,
    /// Names that are not plain.
    Names,
    /// Finding people, and what changed.
    Search,
    /// How fast it answers.
    Pace,
    /// What is left behind.
    Tidying,
}

impl Part {
    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Part::Access => "Access",
            Part::Directory => "Staff and lead sources",
            Part::Records => "Prospects and members",
            Part::Names => "Names",
            Part::Search => "Finding people",
            Part::Pace => "Pace",
            Part::Tidying => "Tidying up",
        }
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As agreed.
    Works,
    /// Agreed, and not so.
    Fails,
    /// Not offered: clubs have less, and nothing breaks.
    Missing,
    /// Nothing could be seen.
    NotTried,
}

impl Verdict {
    /// The word beside a check.
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Works => "works",
            Verdict::Fails => "fails",
            Verdict::Missing => "missing",
            Verdict::NotTried => "not tried",
        }
    }

    /// The name in JSON, and that of its colour on the page.
    pub const fn class(self) -> &'static str {
        match self {
            Verdict::NotTried => "not_tried",
            other => other.word(),
        }
    }
}

/// What went over the wire, secrets masked.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// The call's name in the description.
    pub operation: &'static str,
    /// The verb.
    pub method: String,
    /// The address.
    pub url: String,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
    /// What was sent.
    pub request: String,
    /// What came back.
    pub response: String,
    /// How the answer was understood.
    pub outcome: String,
    /// Remarks about it.
    pub notes: Vec<String>,
}

/// A test person at the partner's system.
#[derive(Clone, Debug, Serialize)]
pub struct Left {
    /// Their number there, where it is known.
    pub number: Option<String>,
    /// Their e-mail address, by which they can be found.
    pub email: String,
    /// Whether their record says that it may be deleted.
    pub retired: bool,
}
