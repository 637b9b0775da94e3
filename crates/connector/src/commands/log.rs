//! `connector log`: the Connector Log on the command line.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use comfy_table::{ContentArrangement, Table, presets};
use hub::Hub;
use hub::log::zone_of;
use hub::wording::{self, Teller};
use model::{Level, Line, Tracking, Turn};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::LineQuery;

use super::ask::{Ask, club_named};
use crate::cli;
use crate::config::Config;
use crate::control;

/// How often a following command asks again.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);

/// What to read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Query {
    club: Option<String>,
    search: Option<String>,
    level: Option<Level>,
    platform: Option<String>,
    turn: Option<Turn>,
    limit: usize,
    after: Option<(Tracking, i64)>,
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
    let mut query = Query {
        club: asked.club,
        search: asked.search,
        level,
        platform: asked.platform,
        turn,
        limit: usize::from(asked.limit),
        after: None,
    };
    loop {
        let answer = control::ask(config, Ask::Log(query.clone())).await?;
        let lines = answer.as_array().cloned().unwrap_or_default();
        print(&lines, asked.json);
        if let Some(newest) = lines.first() {
            query.after = serde_json::from_value(newest["key"].clone()).ok();
        }
        if !asked.follow {
            return Ok(ExitCode::SUCCESS);
        }
        tokio::select! {
            () = tokio::time::sleep(FOLLOW_EVERY) => {}
            _ = tokio::signal::ctrl_c() => return Ok(ExitCode::SUCCESS),
        }
    }
}

fn print(lines: &[Value], as_json: bool) {
    if as_json {
        lines.iter().rev().for_each(|line| println!("{line}"));
        return;
    }
    if lines.is_empty() {
        return;
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    for line in lines.iter().rev() {
        let cell = |name: &str| line[name].as_str().unwrap_or("").to_owned();
        let told = [cell("sentence"), cell("advice")].join(" ");
        table.add_row([cell("type"), cell("at"), cell("name"), cell("summary"), told.trim().to_owned()]);
    }
    println!("{table}");
}

/// Reads the log.
pub async fn answer(hub: &Arc<Hub>, query: &Query) -> Result<Value> {
    let club = club_named(hub, query.club.as_deref())?;
    let connection = match &query.platform {
        None => None,
        Some(name) => {
            let platforms = hub.platforms_of(club.id);
            let found = platforms.iter().find(|platform| platform.name == *name);
            Some(found.with_context(|| format!("{} is not connected to `{name}`", club.name))?.connection)
        }
    };
    let lines = LineQuery {
        club: club.id,
        level: query.level,
        turn: query.turn,
        connection,
        newer_than: query.after.map(|(tracking, about)| (tracking, model::ConnectionId(about))),
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
        "record": line.facts.record.as_ref().map(|record| &record.id),
        "tracking": line.tracking,
        "attempts": line.facts.attempts.iter().map(|attempt| teller.attempt(attempt)).collect::<Vec<_>>(),
        "notes": wording::notes(teller, line),
    })
}
