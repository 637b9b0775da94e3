//! `connector status`: how the hub and its connections are doing.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use comfy_table::{Table, presets};
use hub::{Closed, Hub};
use indicatif::HumanBytes;
use model::ConnectionId;
use model::scope::{Part, Standing};
use serde_json::{Value, json};

use super::ask::Ask;
use super::backup::size;
use crate::config::Config;
use crate::control::{self, By};
use crate::say::tell;

/// Due links are counted up to here.
const COUNTED: usize = 100_000;

/// Runs the command.
pub async fn run(as_json: bool, config: &Config) -> Result<ExitCode> {
    let (mut status, by) = control::ask_and_see(config, Ask::Status).await?;
    let running = by == By::RunningHub;
    status["running"] = json!(running);
    if as_json {
        tell(format_args!("{status:#}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let data = config.data.display();
    if running {
        tell(format_args!("a hub runs on `{data}`"))?;
    } else {
        tell(format_args!(
            "no hub runs on `{data}`: nothing is received or sent until `connector serve` does"
        ))?;
    }
    let place = match status["store_bytes"].as_u64() {
        Some(bytes) => format!("{} on the disk", HumanBytes(bytes)),
        None => "kept by PostgreSQL".to_owned(),
    };
    tell(format_args!("{} people, {place}", status["people"]))?;
    for node in status["nodes"].as_array().into_iter().flatten() {
        tell(format_args!(
            "node {} leads {} lanes",
            node["name"].as_str().unwrap_or_default(),
            node["lanes"]
        ))?;
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(["platform", "client", "", "due", "under way", "held"]);
    for one in status["connections"].as_array().into_iter().flatten() {
        let cell = |name: &str| match &one[name] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        table.add_row(["platform", "client", "standing", "due", "under_way", "held"].map(cell));
    }
    tell(table)?;
    for one in status["connections"].as_array().into_iter().flatten().filter(|one| !one["paused"].is_null()) {
        let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (platform, client) = (of(&one["platform"]), of(&one["client"]));
        let (since, reason) = (of(&one["paused"]["since"]), of(&one["paused"]["reason"]));
        tell(format_args!("{platform} of {client} is paused since {since}: {reason}"))?;
    }
    for closed in status["closed"].as_array().into_iter().flatten() {
        let cell = |name: &str| closed[name].as_str().unwrap_or_default();
        let waiting = closed["connections"].as_array().map_or(0, Vec::len);
        let noun = if waiting == 1 { "connection waits" } else { "connections wait" };
        tell(format_args!("{} {} {}; {waiting} {noun}.", cell("what"), cell("standing"), cell("when")))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// How the hub is doing.
pub async fn answer(hub: &Arc<Hub>, config: &Config) -> Result<Value> {
    let (people, held) = hub.store().counts().await?;
    let (mut all_due, mut all_under_way) = (0, 0);
    let mut connections = Vec::new();
    let pulses = hub.pulses();
    for spoke in hub.registry().spokes().map(Arc::clone).collect::<Vec<_>>() {
        let pulse = pulses.iter().find(|pulse| pulse.connection == spoke.id());
        let due = hub.store().take_due(spoke.id(), &[], COUNTED).await?.len();
        let under_way = pulse.map_or(0, |pulse| pulse.under_way);
        all_due += due;
        all_under_way += under_way;
        let paused = spoke.connection.paused.as_ref();
        let takes_nothing = (!spoke.receives()).then_some("takes nothing");
        let led_elsewhere = hub.leads_elsewhere(spoke.id()).then_some("led by another node");
        let client = spoke.connection.client;
        let client =
            hub.registry().setup.clients.iter().find(|one| one.id == client).map(|one| one.name.clone());
        connections.push(json!({
            "connection": spoke.id(),
            "platform": spoke.title(),
            "client": client,
            "standing": paused.map(|_| "paused").or(pulse.map(|it| standing(it.standing))).or(takes_nothing).or(led_elsewhere),
            "paused": paused.map(|it| json!({ "since": it.since.to_string(), "reason": it.reason })),
            "due": due,
            "under_way": under_way,
            "held": held_on(&held, spoke.id()),
        }));
    }
    let nodes = hub.roll().await?.map(|roll| {
        let lanes = |node| roll.lanes.iter().filter(|(_, leader)| *leader == node).count();
        roll.nodes
            .iter()
            .map(|(id, name)| json!({ "id": id, "name": name, "lanes": lanes(*id) }))
            .collect::<Vec<_>>()
    });
    let closed: Vec<Value> = hub.closed().iter().map(closed_scope).collect();
    Ok(json!({
        "people": people,
        "due": all_due,
        "under_way": all_under_way,
        "connections": connections,
        "nodes": nodes,
        "closed": closed,
        "store_bytes": config.file().map(|file| size(&file) + size(&file.with_extension("db-wal"))),
    }))
}

/// A host or key that cannot be called, in words.
fn closed_scope(closed: &Closed) -> Value {
    let (what, down) = match closed.part {
        Part::Host => (closed.host.to_string(), "does not answer"),
        Part::Key => (format!("The sign-in at {}", closed.host), "is refused"),
    };
    let (standing, when) = match closed.standing {
        Standing::Busy(until) => ("asked us to wait", format!("until {}", until.timestamp())),
        Standing::Down { since, .. } => (down, format!("since {}", since.timestamp())),
        Standing::Open => ("well", String::new()),
    };
    json!({ "what": what, "standing": standing, "when": when, "connections": closed.connections })
}

fn held_on(held: &[(ConnectionId, u64)], connection: ConnectionId) -> u64 {
    held.iter().find(|(id, _)| *id == connection).map_or(0, |(_, count)| *count)
}

const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "well",
        Standing::Down { .. } => "not answering",
        Standing::Busy(_) => "asked us to wait",
    }
}
