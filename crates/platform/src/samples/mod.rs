//! Samples: recorded requests and answers that prove a description without a network.
//!
//! A sample names its source and grade, so that a test never looks more certain than what it was written from.

mod script;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use model::{Field, Grade, Kind, Operation, Outcome, RemoteId};
use serde::Deserialize;
use serde_json::Value as Json;

use script::Script;

use crate::net::Net;
use crate::{Description, Endpoint, Found, Given, Settings, Tokens};

/// One recorded call, or several where an operation makes several.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// What it shows.
    pub case: String,
    /// The operation.
    pub operation: Operation,
    /// Where the request and the answer come from.
    pub source: String,
    /// How far they can be trusted.
    pub grade: Grade,
    /// The settings; secrets are made up.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// What the call is about.
    #[serde(default)]
    pub given: SampleGiven,
    /// Requests and answers, in order.
    pub calls: Vec<SampleCall>,
    /// How the call must end.
    pub expected: Expected,
}

/// What a sample's call is about.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SampleGiven {
    /// Canonical values; null is cleared.
    pub person: BTreeMap<Field, Option<String>>,
    /// The fields that changed.
    pub changed: BTreeSet<Field>,
    /// What the person is.
    pub kind: Option<Kind>,
    /// The record's number.
    pub record: Option<String>,
    /// The Connector's id of the person.
    pub external_id: String,
    /// The tracking UUID.
    pub tracking: String,
    /// The name of a lead source.
    pub name: Option<String>,
    /// The e-mail address of a staff member.
    pub email: Option<String>,
    /// The time of the call.
    pub now: Option<Timestamp>,
    /// From when on changes are read, until now.
    pub since: Option<Timestamp>,
    /// Whether it is a trial.
    pub dry_run: bool,
}

/// One request and its answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleCall {
    /// What must be sent.
    pub request: SampleRequest,
    /// What comes back.
    pub response: SampleResponse,
}

/// What must be sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleRequest {
    /// The verb.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Headers that must be there; others may be.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// A JSON body.
    #[serde(default)]
    pub json: Option<Json>,
    /// A form in parts.
    #[serde(default)]
    pub multipart: Option<BTreeMap<String, String>>,
    /// A body as text; XML is compared by its elements.
    #[serde(default)]
    pub text: Option<String>,
}

/// What comes back.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleResponse {
    /// The status; without one the answer is lost.
    #[serde(default)]
    pub status: Option<u16>,
    /// The headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// A JSON body.
    #[serde(default)]
    pub json: Option<Json>,
    /// A body as text.
    #[serde(default)]
    pub text: Option<String>,
    /// The encoding of that text on the wire, by its name in descriptions; UTF-8 unless said.
    #[serde(default)]
    pub charset: Option<String>,
}

/// How a sample's call must end; what is not said is not compared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The outcome's name.
    pub outcome: String,
    /// The record's number.
    #[serde(default)]
    pub id: Option<String>,
    /// The field at fault.
    #[serde(default)]
    pub field: Option<Field>,
    /// A part of what the platform said, or of the reason.
    #[serde(default)]
    pub said: Option<String>,
    /// The wait.
    #[serde(default)]
    pub retry_after_s: Option<u32>,
    /// What was found.
    #[serde(default)]
    pub found: Option<Vec<ExpectedFound>>,
    /// The fields that were sent.
    #[serde(default)]
    pub sent: Option<BTreeSet<Field>>,
}

/// What was found; what is not said is not compared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFound {
    /// Its number.
    pub id: String,
    /// The Connector's id.
    #[serde(default)]
    pub external_id: Option<String>,
    /// The name.
    #[serde(default)]
    pub name: Option<String>,
    /// The given name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// The family name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// The e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// The mobile phone.
    #[serde(default)]
    pub mobile: Option<String>,
    /// Whether it is in use.
    #[serde(default)]
    pub active: Option<bool>,
    /// When it was created.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// What the person is.
    #[serde(default)]
    pub kind: Option<Kind>,
    /// Fields of the record.
    #[serde(default)]
    pub fields: BTreeMap<Field, String>,
}

/// How a replayed sample differs from what it says, line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch(pub Vec<String>);

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Mismatch {}

/// Reads a sample file.
pub fn read(text: &str) -> Result<Sample, Mismatch> {
    serde_saphyr::from_str(text).map_err(|error| Mismatch(vec![error.to_string()]))
}

/// Replays a sample: every request must be as it says, and the call must end as it says.
pub async fn replay(description: &Arc<Description>, sample: &Sample) -> Result<(), Mismatch> {
    let script = Arc::new(Script::of(sample));
    let settings = sample.settings(description);
    let net: Arc<dyn Net> = Arc::<Script>::clone(&script);
    let endpoint = Endpoint::bind(Arc::clone(description), settings, net, Arc::new(Tokens::new()))
        .map_err(|problems| Mismatch(problems.iter().map(ToString::to_string).collect()))?;
    let mut asked = sample.given();
    let mut answer = endpoint.call(sample.operation, &asked).await;
    while let Some(page) = answer.next.take() {
        asked.page = page;
        answer = answer.and(endpoint.call(sample.operation, &asked).await);
    }
    let mut differences = script.finish();
    let expected = &sample.expected;
    compare(&mut differences, "outcome", &expected.outcome.as_str(), &outcome_name(&answer.outcome));
    let about = About::of(&answer.outcome);
    if expected.outcome != outcome_name(&answer.outcome) {
        differences.push(format!("  the outcome was {:?}", answer.outcome));
    }
    compare(&mut differences, "id", &expected.id.as_deref(), &about.id.filter(|_| expected.id.is_some()));
    if expected.field.is_some() {
        compare(&mut differences, "field", &expected.field, &about.field);
    }
    if expected.retry_after_s.is_some() {
        compare(&mut differences, "retry_after_s", &expected.retry_after_s, &about.retry_after_s);
    }
    if let Some(part) = expected.said.as_deref().filter(|part| !about.said.contains(part)) {
        differences.push(format!("said: expected a part `{part}`, got `{}`", about.said));
    }
    if let Some(sent) = &expected.sent {
        compare(&mut differences, "sent", sent, &answer.exchange.sent.iter().copied().collect());
    }
    if let Some(found) = &expected.found {
        compare_found(&mut differences, found, &answer.found);
    }
    if differences.is_empty() { Ok(()) } else { Err(Mismatch(differences)) }
}

impl Sample {
    /// The settings, its secrets as secrets.
    pub fn settings(&self, description: &Description) -> Settings {
        Settings::typed(description, self.settings.clone())
    }

    /// What its call is about.
    pub fn given(&self) -> Given {
        let given = &self.given;
        Given {
            person: given.person.clone(),
            changed: given.changed.clone(),
            kind: given.kind,
            record: given.record.as_deref().map(RemoteId::plain),
            external_id: given.external_id.clone(),
            tracking: given.tracking.clone(),
            name: given.name.clone(),
            email: given.email.clone(),
            dry_run: given.dry_run,
            now: given.now.unwrap_or(Timestamp::UNIX_EPOCH),
            feed: given.since.map(|since| (since, given.now.unwrap_or(Timestamp::UNIX_EPOCH))),
            ..Given::default()
        }
    }
}

fn compare<T: PartialEq + fmt::Debug>(differences: &mut Vec<String>, what: &str, expected: &T, got: &T) {
    if expected != got {
        differences.push(format!("{what}: expected {expected:?}, got {got:?}"));
    }
}

/// The name of an outcome, as samples and descriptions write it.
pub fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Saved { .. } => "saved",
        Outcome::Unchanged => "unchanged",
        Outcome::Rejected { .. } => "rejected",
        Outcome::Unsendable { .. } => "unsendable",
        Outcome::Duplicate { .. } => "duplicate",
        Outcome::Gone => "gone",
        Outcome::Doubtful { .. } => "doubtful",
        Outcome::Unsupported => "unsupported",
        Outcome::Misconfigured { .. } => "misconfigured",
        Outcome::Unavailable { .. } => "unavailable",
        Outcome::Throttled { .. } => "throttled",
        Outcome::Unauthorised { .. } => "unauthorised",
    }
}

/// What an outcome carries, whichever it is.
#[derive(Default)]
struct About<'a> {
    id: Option<&'a str>,
    field: Option<Field>,
    said: &'a str,
    retry_after_s: Option<u32>,
}

impl<'a> About<'a> {
    fn of(outcome: &'a Outcome) -> About<'a> {
        let id = |id: &'a Option<RemoteId>| id.as_ref().map(|id| id.id.as_str());
        match outcome {
            Outcome::Saved { id: saved } => About { id: id(saved), ..About::default() },
            Outcome::Duplicate { id: known, said } => About { id: id(known), said, ..About::default() },
            Outcome::Rejected { field, said } | Outcome::Unsendable { field, said, .. } => {
                About { field: *field, said, ..About::default() }
            }
            Outcome::Unauthorised { said } => About { said, ..About::default() },
            Outcome::Doubtful { reason } | Outcome::Misconfigured { reason } => {
                About { said: reason, ..About::default() }
            }
            Outcome::Unavailable { reason, retry_after_s } => {
                About { said: reason, retry_after_s: *retry_after_s, ..About::default() }
            }
            Outcome::Throttled { retry_after_s } => {
                About { retry_after_s: *retry_after_s, ..About::default() }
            }
            Outcome::Unchanged | Outcome::Gone | Outcome::Unsupported => About::default(),
        }
    }
}

fn compare_found(differences: &mut Vec<String>, expected: &[ExpectedFound], got: &[Found]) {
    compare(differences, "number found", &expected.len(), &got.len());
    for (expected, got) in expected.iter().zip(got) {
        let id = &expected.id;
        compare(differences, "found", id, &got.id.id);
        let texts = [
            ("external_id", &expected.external_id, &got.external_id),
            ("name", &expected.name, &got.name),
            ("first_name", &expected.first_name, &got.first_name),
            ("last_name", &expected.last_name, &got.last_name),
            ("email", &expected.email, &got.email),
            ("mobile", &expected.mobile, &got.mobile),
        ];
        for (name, expected, got) in texts.into_iter().filter(|(_, expected, _)| expected.is_some()) {
            compare(differences, &format!("{id}: {name}"), expected, got);
        }
        if expected.active.is_some() {
            compare(differences, &format!("{id}: active"), &expected.active, &got.active);
        }
        if expected.created_at.is_some() {
            compare(differences, &format!("{id}: created_at"), &expected.created_at, &got.created_at);
        }
        if expected.kind.is_some() {
            compare(differences, &format!("{id}: kind"), &expected.kind, &got.kind);
        }
        for (field, value) in &expected.fields {
            compare(differences, &format!("{id}: {field}"), &Some(value), &got.fields.get(field));
        }
    }
}
