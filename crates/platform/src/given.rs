//! What the hub gives to a call, and what it gets back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use model::{Field, Kind, Outcome, Part, RemoteId};
use secrecy::SecretString;

use crate::description::{Description, Setting};

/// What a call is about. Only what the operation's description mentions is read.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Canonical values; absent is unknown, `None` is cleared. Owner and lead source are the platform's own ids already.
    pub person: BTreeMap<Field, Option<String>>,
    /// The fields that changed; an update of changed fields sends these alone.
    pub changed: BTreeSet<Field>,
    /// What the person is to become or stay.
    pub kind: Option<Kind>,
    /// The record's number at the platform.
    pub record: Option<RemoteId>,
    /// The Connector's own id of the person.
    pub external_id: String,
    /// The tracking UUID of the transfer.
    pub tracking: String,
    /// The name of a lead source.
    pub name: Option<String>,
    /// The e-mail address of a staff member.
    pub email: Option<String>,
    /// The time of the call.
    pub now: Timestamp,
    /// From when until when changes are read.
    pub feed: Option<(Timestamp, Timestamp)>,
    /// Whether the platform is only to try it; nothing but a trial is made where it cannot.
    pub dry_run: bool,
    /// The page of a list; the first unless said.
    pub page: Page,
}

/// How a call ended, what it found, and what went over the wire.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How it ended.
    pub outcome: Outcome,
    /// What a look-up found; for the verification, the club.
    pub found: Vec<Found>,
    /// How many things it listed that could not be understood; the remarks say why.
    pub unread: usize,
    /// What went over the wire, for the log.
    pub exchange: Exchange,
    /// Where a list goes on: what was found is a page of it.
    pub next: Option<Page>,
    /// What its earlier steps stored, where a later one failed; the outcome is then that of the rest.
    pub part: Option<Part>,
}

impl Answer {
    /// A call that was not made.
    pub fn without_call(outcome: Outcome) -> Answer {
        Answer {
            outcome,
            found: Vec::new(),
            unread: 0,
            exchange: Exchange::default(),
            next: None,
            part: None,
        }
    }

    /// A list so far and its next page. Half a list is none: where the page was not answered, nothing was found.
    #[must_use]
    pub fn and(mut self, page: Answer) -> Answer {
        if !matches!(page.outcome, Outcome::Saved { .. }) {
            return Answer { found: Vec::new(), unread: 0, next: None, ..page };
        }
        self.found.extend(page.found);
        let mut notes = self.exchange.notes;
        notes.extend(page.exchange.notes);
        notes.dedup();
        notes.truncate(MOST_NOTES);
        Answer {
            found: self.found,
            unread: self.unread + page.unread,
            exchange: Exchange { notes, ..page.exchange },
            ..page
        }
    }
}

/// The most remarks about one list.
const MOST_NOTES: usize = 20;

/// A page of a list: how it is asked for, and which came before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Which it is, from one.
    pub(crate) number: u32,
    /// How many things came before it.
    pub(crate) offset: u64,
    pub(crate) cursor: Option<String>,
    pub(crate) url: Option<url::Url>,
    /// The pages that came before, as hashes.
    pub(crate) marks: Vec<u64>,
}

impl Default for Page {
    fn default() -> Self {
        Page { number: 1, offset: 0, cursor: None, url: None, marks: Vec::new() }
    }
}

/// One staff member, lead source, club or person that a look-up found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its number at the platform.
    pub id: RemoteId,
    /// The Connector's id that the platform keeps, if it does.
    pub external_id: Option<String>,
    /// The name: of a lead source, a club, or a person in one piece.
    pub name: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Mobile phone.
    pub mobile: Option<String>,
    /// Whether it is in use; `None` where the platform does not say.
    pub active: Option<bool>,
    /// When it was created, where the platform says so.
    pub created_at: Option<Timestamp>,
    /// What a person is to the club.
    pub kind: Option<Kind>,
    /// The whole record in canonical values, where the description reads it.
    pub fields: BTreeMap<Field, String>,
}

impl Default for Found {
    fn default() -> Self {
        Found {
            id: RemoteId::plain(""),
            external_id: None,
            name: None,
            first_name: None,
            last_name: None,
            email: None,
            mobile: None,
            active: None,
            created_at: None,
            kind: None,
            fields: BTreeMap::new(),
        }
    }
}

/// What went over the wire, without its secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// The verb.
    pub method: String,
    /// The address, masked.
    pub url: String,
    /// The HTTP status, if an answer came.
    pub status: Option<u16>,
    /// How long the call took; set by whoever holds the clock, 0 until then.
    pub took_ms: u32,
    /// The fields that were sent, cleared ones included.
    pub sent: Vec<Field>,
    /// Headers and body, masked, at most 8 KiB.
    pub request: String,
    /// The body of the answer, masked, at most 8 KiB.
    pub response: String,
    /// How many seconds to wait before the next call, where the answer says that nothing is left of a quota.
    pub spent_s: Option<u32>,
    /// Remarks: a token renewed, a value that could not be read.
    pub notes: Vec<String>,
    /// The rule of the description by which the answer was understood; none where HTTP's own status decided.
    pub rule: Option<String>,
}

/// An expression of a request, and what it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computed {
    /// Where it stands: `json.guest.firstName`.
    pub place: String,
    /// The expression.
    pub source: String,
    /// What it gives, as JSON, masked; else `unknown`, `cleared` or `none`, or why it cannot be carried out.
    pub value: String,
}

/// The request that a call would send, secrets masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The name of its step; empty where the call has one alone.
    pub step: String,
    /// The verb.
    pub method: String,
    /// The address, masked.
    pub url: String,
    /// The headers, masked.
    pub headers: Vec<(String, String)>,
    /// The body, masked.
    pub body: String,
    /// The fields that it carries, cleared ones included.
    pub sent: Vec<Field>,
}

/// The settings of one club of one connection: installation, client and club merged.
#[derive(Clone, Debug, Default)]
pub struct Settings(pub BTreeMap<String, SettingValue>);

impl Settings {
    /// What somebody typed, secrets kept as such.
    pub fn typed(description: &Description, texts: impl IntoIterator<Item = (String, String)>) -> Settings {
        let value = |(name, text): (String, String)| {
            let secret = description.setting(&name).is_some_and(Setting::is_secret);
            let value = if secret { SettingValue::Secret(text.into()) } else { SettingValue::Text(text) };
            (name, value)
        };
        Settings(texts.into_iter().map(value).collect())
    }
}

/// The value of a setting.
#[derive(Clone)]
pub enum SettingValue {
    /// Anybody may read it.
    Text(String),
    /// It renders only into a request.
    Secret(SecretString),
}

impl fmt::Debug for SettingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingValue::Text(text) => write!(f, "{text:?}"),
            SettingValue::Secret(_) => f.write_str("(secret)"),
        }
    }
}

/// A setting that is missing or cannot be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{setting}`: {message}")]
pub struct SettingProblem {
    /// The setting's name in the description.
    pub setting: String,
    /// What is wrong with it, to stand beside its field.
    pub message: String,
}
