//! `connector restore`: puts a backup in the place of the database, and decides what nobody knows since.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use comfy_table::{Table, presets};
use hub::Hub;
use hub::clock::{Clock, SystemClock};
use hub::registry::Spoke;
use model::Moment;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Options, Sqlite, copies};

use super::ask::Ask;
use super::backup::{Bar, key_place, size};
use super::entry::meant;
use crate::cli::{self, AfterRestore};
use crate::config::Config;
use crate::say::tell;
use crate::{control, running};

/// What is asked after a restore.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// What is known of each connection.
    Status,
    /// Let people be created again.
    Accept {
        /// At these platforms; none: at all.
        platforms: Vec<String>,
        /// Of this client; none: of all.
        client: Option<String>,
    },
}

/// Runs the command.
pub async fn run(asked: cli::Restore, config: &Config) -> Result<ExitCode> {
    match (asked.after, asked.file) {
        (Some(AfterRestore::Status { json }), _) => status(json, config).await,
        (Some(AfterRestore::Accept { connections, client, json }), _) => {
            let question = Question::Accept { platforms: connections, client };
            let answer = control::ask(config, Ask::Restore(question)).await?;
            if json {
                tell(format_args!("{answer:#}"))?;
            } else {
                tell(answer["told"].as_str().unwrap_or_default())?;
            }
            Ok(ExitCode::SUCCESS)
        }
        (Some(AfterRestore::Taken { at }), _) => taken(at.into(), config).await,
        (None, Some(file)) => put_back(&file, asked.json, config).await,
        (None, None) => bail!("which backup? Name the file"),
    }
}

async fn put_back(file: &Path, as_json: bool, config: &Config) -> Result<ExitCode> {
    if config.store.is_some() {
        bail!(
            "PostgreSQL keeps the people: put its database back with its own tools, then say when the backup was taken \
             with `connector restore taken TIME`, before the hub starts"
        );
    }
    let modified = std::fs::metadata(file)
        .and_then(|about| about.modified())
        .with_context(|| format!("`{}` cannot be read", file.display()))?;
    running::make_directory(&config.data)?;
    let _lock = running::lock(&config.data)?;
    let now = SystemClock.now();
    let (copy, database) = (file.to_owned(), config.database());
    let aside =
        database.with_extension(format!("db.before-restore-{}", now.timestamp().strftime("%Y%m%dT%H%M%SZ")));
    let had_one = database.exists();
    let taken_at = jiff::Timestamp::try_from(modified).map_or(now, Moment::from);
    let incoming = PathBuf::from(format!("{}.restoring", database.display()));
    let bar = Bar::over(&incoming, size(file))?;
    let put = {
        let (database, aside) = (database.clone(), aside.clone());
        tokio::task::spawn_blocking(move || copies::put_back(&copy, &database, &aside, taken_at)).await
    };
    bar.end();
    let copy = put??;
    let store = Sqlite::open(&Options::at(&database))?;
    hub::restored::begin(&store, now).await?;
    let taken_at = copy.taken_at.unwrap_or(taken_at).timestamp();
    let aside = had_one.then_some(aside);
    let has_key =
        std::env::var_os("CONNECTOR_MASTER_KEY").is_some() || Path::new(&key_place(config)).exists();
    if as_json {
        tell(format_args!(
            "{:#}",
            json!({ "people": copy.people, "taken_at": taken_at.to_string(), "kept_aside": aside, "has_master_key": has_key })
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    let taken_at = taken_at.strftime("%Y-%m-%d %H:%M UTC");
    tell(format_args!("restored {} from a backup of {taken_at}", people(copy.people)))?;
    if let Some(aside) = aside {
        tell(format_args!("the database that was there is kept as {}", aside.display()))?;
    }
    if !has_key {
        let place = key_place(config);
        tell(format_args!("put the master key that belongs to it at {place} before you start the hub"))?;
    }
    tell(
        "it is older than the platforms: who was created since is looked up, or waits for you; see `connector restore \
         status`\ntokens and logging URLs that were withdrawn since are valid again, and those made since are gone",
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Marks a database that was put back by other means. A hub that works on it would not notice.
async fn taken(at: Moment, config: &Config) -> Result<ExitCode> {
    let now = SystemClock.now();
    if at > now {
        bail!("a backup of {} is yet to be taken", at.timestamp());
    }
    let running = running::open_existing(config).await?;
    let mut restored = running.hub.restored().as_deref().cloned().unwrap_or_default();
    (restored.backup_at, restored.restored_at) = (at, None);
    running.hub.store().keep_restored(restored).await?;
    hub::restored::begin(running.hub.store(), now).await?;
    tell(
        "noted: the database is older than the platforms; who was created since is looked up, or waits for you; see \
         `connector restore status`",
    )?;
    Ok(ExitCode::SUCCESS)
}

async fn status(as_json: bool, config: &Config) -> Result<ExitCode> {
    let status = control::ask(config, Ask::Restore(Question::Status)).await?;
    if as_json {
        tell(format_args!("{status:#}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(backup_at) = status["backup_at"].as_str() else {
        tell("the database was never put back from a backup")?;
        return Ok(ExitCode::SUCCESS);
    };
    let restored_at = status["restored_at"].as_str().unwrap_or_default();
    tell(format_args!("restored {restored_at} from a backup of {backup_at}"))?;
    let mut table = Table::new();
    let heads = ["platform", "client", "known", "found", "to be asked", "in doubt", "nobody knows", ""];
    table.load_preset(presets::NOTHING).set_header(heads);
    for one in status["connections"].as_array().into_iter().flatten() {
        let cell = |name: &str| one[name].as_str().map_or_else(|| one[name].to_string(), str::to_owned);
        let names = ["platform", "client", "known", "found", "to_be_asked", "in_doubt", "held", "standing"];
        table.add_row(names.map(cell));
    }
    tell(table)?;
    Ok(ExitCode::SUCCESS)
}

/// `one person`, `7 people`.
pub fn people(count: u64) -> String {
    if count == 1 { "one person".to_owned() } else { format!("{count} people") }
}

/// Answers what is asked after a restore.
pub async fn answer(hub: &Arc<Hub>, question: Question) -> Result<Value> {
    match question {
        Question::Status => standing(hub).await,
        Question::Accept { platforms, client } => accept(hub, &platforms, client.as_deref()).await,
    }
}

/// Connections to which people are sent, with their client's name.
fn receiving(hub: &Hub) -> Vec<(Arc<Spoke>, String)> {
    let registry = hub.registry();
    let client = |spoke: &Spoke| {
        let client = registry.setup.clients.iter().find(|one| one.id == spoke.connection.client);
        client.map_or_else(String::new, |client| client.name.clone())
    };
    registry
        .spokes()
        .filter(|spoke| spoke.receives())
        .map(|spoke| (Arc::clone(spoke), client(spoke)))
        .collect()
}

async fn standing(hub: &Arc<Hub>) -> Result<Value> {
    let Some(restored) = hub.restored() else { return Ok(json!({ "backup_at": null, "connections": [] })) };
    let mut connections = Vec::new();
    for (spoke, client) in receiving(hub) {
        let reconciled = hub.reconciled(&spoke, &restored).await?;
        let accepted = restored.accepted.get(&spoke.id());
        let standing = match (accepted, spoke.abilities().can_be_asked()) {
            (Some(at), _) => format!("accepted {}", at.timestamp()),
            (None, true) => "is asked before anybody is created".to_owned(),
            (None, false) => "cannot be asked; nobody is created".to_owned(),
        };
        connections.push(json!({
            "connection": spoke.id(),
            "platform": spoke.connection.platform,
            "client": client,
            "can_be_asked": spoke.abilities().can_be_asked(),
            "known": reconciled.known,
            "found": reconciled.found,
            "to_be_asked": reconciled.to_be_asked,
            "in_doubt": reconciled.in_doubt,
            "held": reconciled.held,
            "accepted_at": accepted.map(|at| at.timestamp().to_string()),
            "standing": standing,
        }));
    }
    Ok(json!({
        "backup_at": restored.backup_at.timestamp().to_string(),
        "restored_at": restored.restored_at.map(|at| at.timestamp().to_string()),
        "connections": connections,
    }))
}

async fn accept(hub: &Arc<Hub>, platforms: &[String], client: Option<&str>) -> Result<Value> {
    if hub.restored().is_none() {
        bail!("the database was never put back from a backup: there is nothing to accept");
    }
    let mut all = receiving(hub);
    let known: Vec<String> = all.iter().map(|(spoke, _)| spoke.connection.platform.clone()).collect();
    if let Some(unknown) = platforms.iter().find(|name| !known.contains(name)) {
        bail!("nobody is sent to `{unknown}`{}", meant(unknown, known.iter().map(String::as_str)));
    }
    all.retain(|(spoke, of)| {
        client.is_none_or(|client| client == of)
            && (platforms.is_empty() || platforms.contains(&spoke.connection.platform))
    });
    if all.is_empty() {
        bail!("no connection of `{}` is meant; see `connector restore status`", client.unwrap_or_default());
    }
    let ids: Vec<_> = all.iter().map(|(spoke, _)| spoke.id()).collect();
    let released = hub.accept_restored(&ids).await?;
    let titles = all.iter().map(|(spoke, _)| spoke.title()).collect::<Vec<_>>().join(", ");
    let told = format!("{titles}: people are created again; released {}", people(released));
    Ok(json!({ "released": released, "connections": ids, "told": told }))
}
