//! `connector status`: how the hub and its connections are doing.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use comfy_table::{Table, presets};
use hub::Hub;
use indicatif::HumanBytes;
use model::ConnectionId;
use model::lane::Standing;
use serde_json::{Value, json};

use super::ask::Ask;
use super::backup::size;
use crate::config::Config;
use crate::control;

/// Due links are counted up to here.
const COUNTED: usize = 100_000;

/// Runs the command.
pub async fn run(as_json: bool, config: &Config) -> Result<ExitCode> {
    let status = control::ask(config, Ask::Status).await?;
    if as_json {
        println!("{status:#}");
        return Ok(ExitCode::SUCCESS);
    }
    let bytes = HumanBytes(status["store_bytes"].as_u64().unwrap_or(0));
    println!("{} people, {bytes} on the disk", status["people"]);
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(["platform", "client", "", "due", "under way", "held"]);
    for one in status["connections"].as_array().into_iter().flatten() {
        let cell = |name: &str| one[name].as_str().map_or_else(|| one[name].to_string(), str::to_owned);
        table.add_row(["platform", "client", "standing", "due", "under_way", "held"].map(cell));
    }
    println!("{table}");
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
        let due = hub.store().take_due(spoke.id(), COUNTED).await?.len();
        let under_way = pulse.map_or(0, |pulse| pulse.under_way);
        all_due += due;
        all_under_way += under_way;
        let client = spoke.connection.client;
        let client =
            hub.registry().setup.clients.iter().find(|one| one.id == client).map(|one| one.name.clone());
        connections.push(json!({
            "connection": spoke.id(),
            "platform": spoke.title(),
            "client": client,
            "standing": pulse.map_or("takes nothing", |pulse| standing(pulse.standing)),
            "due": due,
            "under_way": under_way,
            "held": held_on(&held, spoke.id()),
        }));
    }
    let wal = config.database().with_extension("db-wal");
    Ok(json!({
        "people": people,
        "due": all_due,
        "under_way": all_under_way,
        "connections": connections,
        "store_bytes": size(&config.database()) + size(&wal),
    }))
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
