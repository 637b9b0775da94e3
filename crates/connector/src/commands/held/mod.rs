//! `connector held`: what waits for somebody, by its cause, and decisions about it.

mod answers;
mod decide;
mod many;

use std::process::ExitCode;

use anyhow::Result;
use hub::directory::Verdict;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ask::Ask;
use crate::cli;
use crate::config::Config;
use crate::control;
use crate::say::{Untold, tell};

pub use answers::answer;

/// How many records of a group are named.
const NAMED: usize = 5;

/// What is asked about held records.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// All groups.
    List {
        /// Only this platform's.
        platform: Option<String>,
    },
    /// The records of a group, or one.
    Show {
        /// Which.
        which: String,
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
    /// What becomes of a change of many people.
    Many(Verdict),
}

/// Runs the command.
pub async fn run(asked: cli::Held, config: &Config) -> Result<ExitCode> {
    let (which, decision, sure) = match asked {
        cli::Held::List { platform, json } => {
            let answer = control::ask(config, Ask::Held(Question::List { platform })).await?;
            show_as(json, &answer, groups)?;
            return Ok(ExitCode::SUCCESS);
        }
        cli::Held::Show { which, json } => {
            let answer = control::ask(config, Ask::Held(Question::Show { which })).await?;
            show_as(json, &answer, records)?;
            return Ok(ExitCode::SUCCESS);
        }
        cli::Held::Apply { which, slowly: false, yes } => (which, Word::Many(Verdict::Apply), yes),
        cli::Held::Apply { which, slowly: true, yes } => (which, Word::Many(Verdict::ApplySlowly), yes),
        cli::Held::Discard { which, yes } => (which, Word::Many(Verdict::Discard), yes),
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
    let decisions = many::tell_all(answer)?;
    let groups = answer["groups"].as_array().map_or(&[][..], Vec::as_slice);
    if groups.is_empty() && !decisions {
        tell("Nothing waits for anybody.")?;
    }
    for group in groups {
        let cell = |name: &str| group[name].as_str().unwrap_or_default();
        let count = group["count"].as_u64().unwrap_or(0);
        let noun = if count == 1 { "record" } else { "records" };
        let clubs: Vec<_> =
            group["clubs"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        tell(format_args!(
            "{}  {count} {noun} for {}, since {}",
            cell("group"),
            cell("platform"),
            cell("since")
        ))?;
        tell(format_args!("          {}: {}", cell("client"), clubs.join(", ")))?;
        tell(format_args!("          {} ({})", cell("sentence"), cell("turn")))?;
        tell(format_args!("          Cause: {}", cell("cause")))?;
        if !cell("advice").is_empty() {
            tell(format_args!("          {}", cell("advice")))?;
        }
    }
    Ok(())
}

fn records(answer: &Value) -> Result<(), Untold> {
    many::tell_all(answer)?;
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
