//! `connector held`: what waits for somebody, by its cause, and decisions about it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use hub::Hub;
use hub::held::{Decided, HeldRecord};
use hub::registry::Spoke;
use hub::wording::{self, Teller};
use jiff::tz::TimeZone;
use model::{ConnectionId, Decision, Refusal, RemoteId, Turn};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ask::Ask;
use super::entry::meant as meant_by;
use crate::cli;
use crate::config::Config;
use crate::control;
use crate::say::{Untold, tell};

/// The fewest letters by which a group or a record is named.
const SHORTEST: usize = 6;
/// How many records of a group a preview names.
const NAMED: usize = 5;

/// What is asked about held records.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// All groups, or the records of one.
    List {
        /// Only this platform's.
        platform: Option<String>,
        /// The group or record.
        which: Option<String>,
    },
    /// A decision about a group or a record.
    Decide {
        /// Which.
        which: String,
        /// What.
        decision: Word,
        /// Only say what it would do.
        preview: bool,
    },
}

/// A decision as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// Send it again.
    Again,
    /// It is this record.
    Is(String),
    /// It is not there.
    NotThere,
    /// Settled, with a note.
    Settled(String),
}

/// Runs the command.
pub async fn run(asked: cli::Held, config: &Config) -> Result<ExitCode> {
    let (which, decision, sure) = match asked {
        cli::Held::List { platform, json } => {
            let answer = control::ask(config, Ask::Held(Question::List { platform, which: None })).await?;
            show_as(json, &answer, groups)?;
            return Ok(ExitCode::SUCCESS);
        }
        cli::Held::Show { which, json } => {
            let question = Question::List { platform: None, which: Some(which) };
            let answer = control::ask(config, Ask::Held(question)).await?;
            show_as(json, &answer, records)?;
            return Ok(ExitCode::SUCCESS);
        }
        cli::Held::Release { which, yes } => (which, Word::Again, yes),
        cli::Held::Is { which, number, yes } => (which, Word::Is(number), yes),
        cli::Held::NotThere { which } => (which, Word::NotThere, true),
        cli::Held::Settled { which, note, yes } => (which, Word::Settled(note), yes),
    };
    let question = Question::Decide { which, decision, preview: !sure };
    let answer = control::ask(config, Ask::Held(question)).await?;
    tell(answer["said"].as_str().unwrap_or_default())?;
    for why in answer["refused"].as_array().into_iter().flatten() {
        tell(format_args!("  {}", why.as_str().unwrap_or_default()))?;
    }
    let all = answer["refused"].as_array().is_none_or(Vec::is_empty);
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show_as(json: bool, answer: &Value, words: fn(&Value) -> Result<(), Untold>) -> Result<(), Untold> {
    if json { tell(format_args!("{answer:#}")) } else { words(answer) }
}

fn groups(answer: &Value) -> Result<(), Untold> {
    let groups = answer["groups"].as_array().map_or(&[][..], Vec::as_slice);
    if groups.is_empty() {
        tell(format_args!("Nothing waits for anybody."))?;
    }
    for group in groups {
        let cell = |name: &str| group[name].as_str().unwrap_or_default();
        let count = group["count"].as_u64().unwrap_or(0);
        let noun = if count == 1 { "record" } else { "records" };
        tell(format_args!(
            "{}  {count} {noun} for {}, since {}",
            cell("group"),
            cell("platform"),
            cell("since")
        ))?;
        tell(format_args!("          {} ({})", cell("sentence"), cell("turn")))?;
        tell(format_args!("          Cause: {}", cell("cause")))?;
        if !cell("advice").is_empty() {
            tell(format_args!("          {}", cell("advice")))?;
        }
    }
    Ok(())
}

fn records(answer: &Value) -> Result<(), Untold> {
    for record in answer["records"].as_array().into_iter().flatten() {
        let cell = |name: &str| record[name].as_str().unwrap_or_default();
        tell(format_args!(
            "{}  {} of {}, since {}",
            cell("record"),
            cell("name"),
            cell("club"),
            cell("since")
        ))?;
        tell(format_args!("    {}", cell("sentence")))?;
        let candidates: Vec<_> =
            record["candidates"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !candidates.is_empty() {
            tell(format_args!("    It may be one of these there: {}", candidates.join(", ")))?;
        }
    }
    Ok(())
}

/// Answers a question.
pub async fn answer(hub: &Arc<Hub>, question: Question) -> Result<Value> {
    match question {
        Question::List { platform, which: None } => list(hub, platform.as_deref()).await,
        Question::List { which: Some(which), .. } => show(hub, &which).await,
        Question::Decide { which, decision, preview } => decide(hub, &which, &decision, preview).await,
    }
}

async fn list(hub: &Arc<Hub>, platform: Option<&str>) -> Result<Value> {
    let wanted = platform.map(|name| connections_named(hub, name)).transpose()?;
    let mut grouped: BTreeMap<String, Vec<HeldRecord>> = BTreeMap::new();
    for record in hub.held(None).await? {
        if wanted.as_ref().is_none_or(|wanted| wanted.contains(&record.connection)) {
            grouped.entry(record.group.clone()).or_default().push(record);
        }
    }
    let mut groups = Vec::new();
    for (group, records) in grouped {
        let Some(oldest) = records.first() else { continue };
        let told = told(hub, oldest).await?;
        groups.push(json!({
            "group": group, "count": records.len(), "cause": oldest.cause, "platform": told["platform"],
            "since": told["since"], "sentence": told["sentence"], "advice": told["advice"], "turn": told["turn"],
            "names": records.iter().take(NAMED).map(|one| one.name.clone()).collect::<Vec<_>>(),
        }));
    }
    Ok(json!({ "groups": groups }))
}

/// The connections to a platform, by its name or title.
fn connections_named(hub: &Hub, name: &str) -> Result<Vec<ConnectionId>> {
    let registry = hub.registry();
    let is = |spoke: &&Arc<Spoke>| {
        [spoke.connection.platform.as_str(), spoke.title()].iter().any(|it| it.eq_ignore_ascii_case(name))
    };
    let found: Vec<_> = registry.spokes().filter(is).map(|spoke| spoke.id()).collect();
    if found.is_empty() {
        let names: BTreeSet<&str> =
            registry.spokes().map(|spoke| spoke.connection.platform.as_str()).collect();
        let meant = meant_by(name, names.iter().copied());
        bail!(
            "no connection is to `{name}`{meant}; there are {}",
            names.into_iter().collect::<Vec<_>>().join(", ")
        );
    }
    Ok(found)
}

async fn show(hub: &Arc<Hub>, which: &str) -> Result<Value> {
    let mut records = Vec::new();
    for record in meant(hub, which).await? {
        records.push(told(hub, &record).await?);
    }
    Ok(json!({ "records": records }))
}

/// A held record in words, by its line.
async fn told(hub: &Arc<Hub>, record: &HeldRecord) -> Result<Value> {
    let line = hub.line_of(record).await?;
    let registry = hub.registry();
    let club = registry.club(record.club).cloned();
    let zone = club.as_ref().and_then(|club| TimeZone::get(&club.zone).ok()).unwrap_or(TimeZone::UTC);
    let teller = Teller { registry: &registry, zone, now: hub.clock().now() };
    let turn = match line.as_ref().map(|line| line.turn) {
        Some(Turn::Club) => "the club's turn",
        Some(Turn::Platform) => "the platform's turn",
        _ => "your turn",
    };
    let candidates: Vec<&str> = record.candidates.iter().map(|record| record.id.as_str()).collect();
    Ok(json!({
        "record": record.tracking.map(|tracking| tracking.to_string()),
        "group": record.group,
        "name": record.name.clone(),
        "club": club.map(|club| club.name.clone()),
        "platform": teller.title(Some(record.connection)),
        "since": teller.clock(record.since),
        "cause": record.cause,
        "sentence": line.as_ref().map(|line| teller.sentence(line)),
        "advice": line.as_ref().and_then(|line| wording::advice(&teller, line)),
        "turn": turn,
        "candidates": candidates,
    }))
}

/// The records of a group, or the one whose line has this tracking UUID; either by its beginning.
async fn meant(hub: &Arc<Hub>, which: &str) -> Result<Vec<HeldRecord>> {
    if which.len() < SHORTEST {
        bail!(
            "`{which}` is too short: give the {SHORTEST} first letters of a group or tracking UUID, or more"
        );
    }
    let all = hub.held(None).await?;
    let group: Vec<_> = all.iter().filter(|record| record.group.starts_with(which)).cloned().collect();
    if !group.is_empty() {
        return Ok(group);
    }
    let is = |record: &HeldRecord| record.tracking.is_some_and(|it| it.to_string().starts_with(which));
    let found: Vec<_> = all.into_iter().filter(is).collect();
    match found.len() {
        0 => bail!(
            "nothing that is held begins with `{which}`; perhaps it went out already. See `connector held list`"
        ),
        1 => Ok(found),
        several => bail!("{several} held records begin with `{which}`: give more of the tracking UUID"),
    }
}

async fn decide(hub: &Arc<Hub>, which: &str, word: &Word, preview: bool) -> Result<Value> {
    let records = meant(hub, which).await?;
    let (unknown, open): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| record.unknown.is_some());
    let alone = matches!(word, Word::Is(_) | Word::NotThere);
    if alone && unknown.len() + open.len() > 1 {
        bail!("`{which}` means {} records: this is decided for one at a time", unknown.len() + open.len());
    }
    if matches!(word, Word::Is(number) if number.trim().is_empty()) {
        bail!("a record's number is not empty");
    }
    if preview {
        return Ok(previewed(word, &open, &unknown));
    }
    let (mut done, mut refused) = (0, Vec::new());
    for record in open.iter().chain(&unknown) {
        let (decision, note) = match word {
            Word::Again => (Decision::Again, ""),
            Word::Is(number) => (Decision::Is(record_named(record, number)), ""),
            Word::NotThere => (Decision::NotThere, ""),
            Word::Settled(note) => (Decision::Settled, note.as_str()),
        };
        let of = (record.person, record.connection);
        match hub.decide_held(of, decision, note).await? {
            Decided::Done => done += 1,
            Decided::Taken => {
                refused.push(format!("{}: that number is another person's record", record.name));
            }
            Decided::Refused(refusal) => refused.push(format!("{}: {}", record.name, why(refusal))),
        }
    }
    let what = match word {
        Word::Settled(_) => "settled",
        Word::Is(_) => "decided",
        Word::Again | Word::NotThere => "sent again",
    };
    Ok(json!({ "said": format!("{done} {what}, {} not", refused.len()), "done": done, "refused": refused }))
}

/// The record of this number: the candidate of that number, whose space of numbers is known, if there is one.
fn record_named(record: &HeldRecord, number: &str) -> RemoteId {
    let number = number.trim();
    let candidate = record.candidates.iter().find(|candidate| candidate.id == number);
    candidate.cloned().unwrap_or_else(|| RemoteId::plain(number))
}

fn previewed(word: &Word, open: &[HeldRecord], unknown: &[HeldRecord]) -> Value {
    if let Word::Is(number) = word {
        return json!({ "said": previewed_number(number, open.iter().chain(unknown)), "done": 0, "refused": [] });
    }
    let what = if matches!(word, Word::Settled(_)) { "be taken for settled" } else { "be sent again" };
    let mut names: Vec<_> = open.iter().take(NAMED).map(|record| record.name.clone()).collect();
    match open.len() - names.len() {
        0 => {}
        1 => names.push("and 1 other".to_owned()),
        others => names.push(format!("and {others} others")),
    }
    let stays = match unknown.first().and_then(|record| record.unknown) {
        None => String::new(),
        Some(refusal) => format!(" {} would stay held: {}.", unknown.len(), why(refusal)),
    };
    let said = match open.len() {
        0 => stays.trim_start().to_owned(),
        count => format!("{count} would {what}: {}. Say --yes to do it.{stays}", names.join(", ")),
    };
    json!({ "said": said, "done": 0, "refused": [] })
}

fn previewed_number<'a>(number: &str, records: impl Iterator<Item = &'a HeldRecord>) -> String {
    let told = records.map(|record| {
        let among =
            record.candidates.is_empty() || record.candidates.iter().any(|one| one.id == number.trim());
        let but = if among { "" } else { " That is none of those which the platform showed!" };
        format!(
            "{} would be record {} there, and what differs would be written into it.{but}",
            record.name,
            number.trim()
        )
    });
    format!("{} Say --yes to do it.", told.collect::<Vec<_>>().join(" "))
}

fn why(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotHeld => "is no longer held",
        Refusal::InDoubt => {
            "nobody knows whether it arrived; say `is NUMBER` or `not-there` after somebody has looked"
        }
        Refusal::SinceRestore => {
            "nobody knows whether it is there since the restore; say `is NUMBER`, or let all who are not there be \
             created by `connector restore accept`"
        }
        Refusal::NoNumberWanted => "is held for another reason than its number; `release` sends it again",
        Refusal::NotInDoubt => "is not in doubt; `release` sends it again",
    }
}
