//! `connector versions`: which description each connection runs, and how it comes to run another.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use comfy_table::{Table, presets};
use hub::Hub;
use hub::registry::Registry;
use hub::versions::{self, Becomes, Changed, Preview};
use model::{Connection, Setup, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ask::{Ask, club_named};
use super::entry::{listed, meant, spoke_named, unknown_client};
use crate::cli;
use crate::config::Config;
use crate::control;
use crate::say::tell;

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// What runs.
    List,
    /// What the newest would send.
    Preview(Which),
    /// One club tries the newest.
    Try {
        /// The platform.
        platform: String,
        /// The club.
        club: String,
    },
    /// All run the newest.
    Adopt {
        /// Whose.
        which: Which,
        /// Even where much would no longer go out.
        anyway: bool,
    },
    /// What ran before runs again.
    Back(Which),
}

/// A platform's connections: all, or a client's.
#[derive(Debug, Serialize, Deserialize)]
pub struct Which {
    platform: String,
    client: Option<String>,
}

/// Runs the command.
pub async fn run(asked: cli::Versions, config: &Config) -> Result<ExitCode> {
    let (question, as_json) = match asked {
        cli::Versions::List { json } => (Question::List, json),
        cli::Versions::Preview { platform, client, json } => {
            (Question::Preview(Which { platform, client }), json)
        }
        cli::Versions::Try { platform, club } => (Question::Try { platform, club }, false),
        cli::Versions::Adopt { platform, client, anyway } => {
            (Question::Adopt { which: Which { platform, client }, anyway }, false)
        }
        cli::Versions::Back { platform, client } => (Question::Back(Which { platform, client }), false),
    };
    let answer = control::ask(config, Ask::Versions(question)).await?;
    match &answer {
        _ if as_json => tell(format_args!("{answer:#}"))?,
        Value::Array(connections) if connections.iter().all(|one| one.get("preview").is_none()) => {
            table(connections)?;
        }
        Value::Array(connections) => connections.iter().try_for_each(shown)?,
        told => tell(told["told"].as_str().unwrap_or("done"))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn table(connections: &[Value]) -> Result<()> {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_header(["platform", "client", "runs", "tried by", "before", "here"]);
    for one in connections {
        let cells = ["platform", "client", "runs", "tried_by", "before", "here"].map(|name| text(one, name));
        table.add_row(cells);
    }
    Ok(tell(table)?)
}

fn shown(connection: &Value) -> Result<()> {
    let preview: Preview = serde_json::from_value(connection["preview"].clone())?;
    let count = |becomes| preview.count(becomes);
    tell(format_args!(
        "{} of {}: of the last {} records, sent whole, {} are sent as before, {} otherwise, {} no more, {} for the first time",
        text(connection, "platform"),
        text(connection, "client"),
        preview.looked_at(),
        count(Becomes::Same),
        count(Becomes::Different),
        count(Becomes::NoMore),
        count(Becomes::New),
    ))?;
    for problem in &preview.problems {
        tell(format_args!("  cannot be used yet: {problem}"))?;
    }
    for sample in &preview.samples {
        let becomes = match sample.becomes {
            Becomes::Same => "as before",
            Becomes::Different => "otherwise",
            Becomes::NoMore => "no more",
            Becomes::New => "for the first time",
        };
        tell(format_args!("\n  {}, {becomes}:", sample.name))?;
        sample.lines.iter().try_for_each(|line| tell(format_args!("    {line}")))?;
    }
    Ok(())
}

/// Answers a question.
pub async fn answer(hub: &Arc<Hub>, question: Question) -> Result<Value> {
    let registry = Arc::clone(&hub.registry());
    let setup = &registry.setup;
    match question {
        Question::List => Ok(setup.connections.iter().map(|one| line(hub, setup, one)).collect()),
        Question::Preview(which) => {
            let newest = newest(hub, &which.platform)?;
            let mut all = Vec::new();
            for connection in connections(setup, &which)? {
                let preview = preview(hub, &registry, connection, &newest).await?;
                let mut one = line(hub, setup, connection);
                one["preview"] = serde_json::to_value(preview)?;
                all.push(one);
            }
            Ok(Value::Array(all))
        }
        Question::Try { platform, club } => {
            let newest = newest(hub, &platform)?;
            let club = club_named(hub, Some(&club))?;
            let spoke = spoke_named(hub, &club, &platform)?;
            let told = format!("{} tries {}", club.name, label(&newest));
            change(hub, setup, versions::try_at(setup, (&spoke.connection, &club), newest), told).await
        }
        Question::Adopt { which, anyway } => {
            let newest = newest(hub, &which.platform)?;
            let connections = connections(setup, &which)?;
            for connection in connections.iter().filter(|_| !anyway) {
                let preview = preview(hub, &registry, connection, &newest).await?;
                if preview.brakes() {
                    bail!(
                        "{}: {} of the last {} records would no longer go out{}; look at `connector versions preview {}`, and \
                         say `--anyway` if that is right",
                        client(setup, connection),
                        preview.count(Becomes::NoMore),
                        preview.looked_at(),
                        preview.problems.first().map_or(String::new(), |problem| format!(" ({problem})")),
                        which.platform,
                    );
                }
            }
            let told = format!(
                "all clubs run {}; `connector versions back {}` goes back",
                label(&newest),
                which.platform
            );
            change(hub, setup, versions::adopt(setup, &connections, newest, anyway), told).await
        }
        Question::Back(which) => {
            let connections = connections(setup, &which)?;
            let after = versions::back(setup, &connections);
            change(hub, setup, after, format!("{} runs as before", which.platform)).await
        }
    }
}

async fn change(hub: &Arc<Hub>, before: &Setup, after: Changed, told: String) -> Result<Value> {
    let after = after.map_err(|problem| anyhow!(problem))?;
    if !hub.change_setup(before, after).await? {
        bail!("the set-up was changed by another command meanwhile; run this one again");
    }
    Ok(json!({ "told": told }))
}

async fn preview(
    hub: &Arc<Hub>,
    registry: &Registry,
    connection: &Connection,
    newest: &Version,
) -> Result<Preview> {
    let spoke = registry.spoke(connection.id);
    let spoke =
        spoke.with_context(|| format!("connection {} is left out; see `connector doctor`", connection.id))?;
    Ok(hub.preview_version(spoke, newest.clone()).await?)
}

fn newest(hub: &Hub, platform: &str) -> Result<Version> {
    let library = hub.library();
    versions::newest(platform, library, hub.clock().now())
        .with_context(|| super::platform::unknown(library, platform))
}

fn label(version: &Version) -> String {
    format!("version {} ({})", version.number, version.digest)
}

fn client<'s>(setup: &'s Setup, connection: &Connection) -> &'s str {
    let client = setup.clients.iter().find(|client| client.id == connection.client);
    client.map_or("", |client| &client.name)
}

fn connections<'s>(setup: &'s Setup, which: &Which) -> Result<Vec<&'s Connection>> {
    let client = match &which.client {
        None => None,
        Some(name) => {
            let client = setup.clients.iter().find(|client| client.name == *name);
            Some(client.ok_or_else(|| anyhow!(unknown_client(name, setup)))?.id)
        }
    };
    let is = |one: &&Connection| {
        one.platform == which.platform && client.is_none_or(|client| one.client == client)
    };
    let found: Vec<&Connection> = setup.connections.iter().filter(is).collect();
    if found.is_empty() {
        let known = || setup.connections.iter().map(|one| one.platform.as_str());
        let meant = meant(&which.platform, known());
        bail!("no connection is called `{}`{meant}; there are {}", which.platform, listed(known()));
    }
    Ok(found)
}

fn line(hub: &Hub, setup: &Setup, connection: &Connection) -> Value {
    let named = |digest: &Option<String>| {
        digest.as_ref().map(|digest| setup.version(digest).map_or_else(|| digest.clone(), label))
    };
    let here = versions::newest(&connection.platform, hub.library(), hub.clock().now());
    let newer = here.filter(|here| connection.runs.as_ref() != Some(&here.digest));
    let tried = connection.clubs.iter().filter(|club| club.tries.is_some());
    let tried: Vec<&str> = tried
        .filter_map(|number| {
            setup.clubs.iter().find(|club| club.id == number.club).map(|club| club.name.as_str())
        })
        .collect();
    json!({
        "platform": connection.platform,
        "client": client(setup, connection),
        "runs": named(&connection.runs).unwrap_or_else(|| "what is here".to_owned()),
        "tried_by": tried.join(", "),
        "before": named(&connection.ran),
        "here": newer.map_or("the same".to_owned(), |here| label(&here)),
    })
}
