//! `connector log`: the Connector Log on the command line.

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets};
use hub::Hub;
use hub::log::zone_of;
use hub::wording::{self, Teller};
use model::{Level, Line, Turn};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::LineQuery;

use super::ask::{Ask, club_named};
use super::entry::spoke_named;
use crate::cli;
use crate::config::Config;
use crate::control;
use crate::say::{note, tell};

/// How often a following command asks again.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);

/// How many of the newest lines it watches for changes.
const FOLLOWED: usize = 500;

/// What to read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Query {
    club: Option<String>,
    search: Option<String>,
    level: Option<Level>,
    platform: Option<String>,
    turn: Option<Turn>,
    limit: usize,
}

/// Runs the command.
pub async fn run(asked: cli::Log, config: &Config) -> Result<ExitCode> {
    let level = match asked.level.as_deref().map(str::to_uppercase).as_deref() {
        Some("INFO") => Some(Level::Info),
        Some("WARNING") => Some(Level::Warning),
        Some("ERROR") => Some(Level::Error),
        _ => None,
    };
    let turn = match asked.needs.as_deref() {
        Some("club") => Some(Turn::Club),
        Some("platform") => Some(Turn::Platform),
        Some("operator") => Some(Turn::Operator),
        _ => None,
    };
    let query = Query {
        club: asked.club,
        search: asked.search,
        level,
        platform: asked.platform,
        turn,
        limit: usize::from(asked.limit),
    };
    if !asked.follow {
        let lines = ask(config, &query).await?;
        if lines.is_empty() {
            note("no line is like that");
        }
        print(&lines, asked.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    tokio::select! {
        told = follow(config, query, asked.json) => told,
        _ = tokio::signal::ctrl_c() => Ok(ExitCode::SUCCESS),
    }
}

/// Tells what is new for as long as it is let.
async fn follow(config: &Config, mut query: Query, as_json: bool) -> Result<ExitCode> {
    let shown = std::mem::replace(&mut query.limit, FOLLOWED);
    let mut told = Told::default();
    let mut lines = told.news(ask(config, &query).await?);
    lines.truncate(shown);
    loop {
        print(&lines, as_json)?;
        tokio::time::sleep(FOLLOW_EVERY).await;
        lines = told.news(ask(config, &query).await?);
    }
}

async fn ask(config: &Config, query: &Query) -> Result<Vec<Value>> {
    let answer = control::ask(config, Ask::Log(query.clone())).await?;
    Ok(answer.as_array().cloned().unwrap_or_default())
}

/// What a following command has told already. A line that changed is told again; one that is written late, for a save
/// before the newest, is told as well.
#[derive(Default)]
struct Told {
    changed: HashMap<String, Value>,
    oldest: Option<String>,
}

impl Told {
    /// Those of the newest lines that are new or changed.
    fn news(&mut self, lines: Vec<Value>) -> Vec<Value> {
        let key = |line: &Value| line["key"].to_string();
        let full = lines.len() == FOLLOWED;
        let now = Told {
            changed: lines.iter().map(|line| (key(line), line["changed"].clone())).collect(),
            oldest: lines.last().filter(|_| full).map(key).max(self.oldest.clone()),
        };
        let before = std::mem::replace(self, now);
        let is_new = |line: &Value| {
            let key = key(line);
            before.oldest.as_ref().is_none_or(|oldest| key >= *oldest)
                && before.changed.get(&key) != Some(&line["changed"])
        };
        lines.into_iter().filter(is_new).collect()
    }
}

fn print(lines: &[Value], as_json: bool) -> Result<()> {
    if as_json {
        return Ok(lines.iter().rev().try_for_each(tell)?);
    }
    if lines.is_empty() {
        return Ok(());
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    for line in lines.iter().rev() {
        let cell = |name: &str| line[name].as_str().unwrap_or("").to_owned();
        let told = [cell("sentence"), cell("advice")].join(" ");
        table.add_row([cell("type"), cell("at"), cell("name"), cell("summary"), told.trim().to_owned()]);
    }
    Ok(tell(table)?)
}

/// Reads the log.
pub async fn answer(hub: &Arc<Hub>, query: &Query) -> Result<Value> {
    let club = club_named(hub, query.club.as_deref())?;
    let connection = match &query.platform {
        None => None,
        Some(name) => Some(spoke_named(hub, &club, name)?.id()),
    };
    let lines = LineQuery {
        club: club.id,
        level: query.level,
        turn: query.turn,
        connection,
        limit: query.limit,
        ..LineQuery::default()
    };
    let page = hub.log_lines(lines, query.search.as_deref()).await?;
    let registry = hub.registry();
    let teller = Teller { registry: &registry, zone: zone_of(&club), now: hub.clock().now() };
    Ok(page.lines.iter().map(|line| shown(&teller, line)).collect())
}

fn shown(teller: &Teller<'_>, line: &Line) -> Value {
    json!({
        "key": (line.tracking, line.about),
        "type": line.level,
        "at": teller.clock(line.tracking.received_at()),
        "received": line.tracking.received_at().to_string(),
        "name": line.facts.name,
        "summary": teller.summary(line),
        "sentence": teller.sentence(line),
        "advice": wording::advice(teller, line),
        "turn": line.turn,
        "open": line.open,
        "changed": line.changed,
        "record": line.facts.record.as_ref().map(|record| &record.id),
        "tracking": line.tracking,
        "attempts": line.facts.attempts.iter().map(|attempt| teller.attempt(attempt)).collect::<Vec<_>>(),
        "notes": wording::notes(teller, line),
    })
}
