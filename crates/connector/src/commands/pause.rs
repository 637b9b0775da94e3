//! `connector pause` and `connector resume`: nothing goes out to a platform for a while, and everybody can read why.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use hub::Hub;
use model::{Connection, Pause, Setup};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ask::Ask;
use super::entry::{listed, meant, unknown_client};
use crate::cli;
use crate::config::Config;
use crate::control;
use crate::say::tell;

/// A connection to pause, with the reason, or to resume.
#[derive(Debug, Serialize, Deserialize)]
pub struct Question {
    connection: String,
    client: Option<String>,
    reason: Option<String>,
}

/// Runs the command.
pub async fn run(which: cli::Which, reason: Option<String>, config: &Config) -> Result<ExitCode> {
    let cli::Which { connection, client } = which;
    let question = Question { connection, client, reason };
    let told = control::ask(config, Ask::Pause(question)).await?;
    tell(told["told"].as_str().unwrap_or_default())?;
    Ok(ExitCode::SUCCESS)
}

/// Pauses a connection, or resumes it.
pub async fn answer(hub: &Arc<Hub>, question: Question) -> Result<Value> {
    let before = hub.registry().setup.clone();
    let mut after = before.clone();
    let connection = named(&mut after, &question.connection, question.client.as_deref())?;
    let name = hub
        .registry()
        .spoke(connection.id)
        .map_or_else(|| connection.platform.clone(), |spoke| spoke.title().to_owned());
    let told = match question.reason.as_deref().map(str::trim) {
        Some("") => bail!("say why: clubs and operators read it"),
        Some(reason) => {
            let since = connection.paused.as_ref().map_or_else(|| hub.clock().now(), |pause| pause.since);
            connection.paused = Some(Pause { since, reason: reason.to_owned() });
            format!("{name} is paused: what is due waits until `connector resume`")
        }
        None => match connection.paused.take() {
            Some(pause) => format!("{name} goes on; it was paused since {} ({})", pause.since, pause.reason),
            None => bail!("{name} is not paused"),
        },
    };
    if !hub.change_setup(&before, after).await? {
        bail!("the set-up was changed by another command meanwhile; run this one again");
    }
    Ok(json!({ "told": told }))
}

/// The connection of a platform's name or of a number; where several clients have one, of this client.
pub(super) fn named<'a>(
    setup: &'a mut Setup,
    name: &str,
    client: Option<&str>,
) -> Result<&'a mut Connection> {
    let client = match client {
        None => None,
        Some(name) => {
            let client = setup.clients.iter().find(|client| client.name == *name);
            Some(client.ok_or_else(|| anyhow!(unknown_client(name, setup)))?.id)
        }
    };
    let names: Vec<String> = setup.connections.iter().map(|one| one.platform.clone()).collect();
    let is = |one: &&mut Connection| {
        (one.platform == *name || one.id.to_string() == *name)
            && client.is_none_or(|client| one.client == client)
    };
    let mut found: Vec<&mut Connection> = setup.connections.iter_mut().filter(is).collect();
    match (found.pop(), found.len()) {
        (Some(one), 0) => Ok(one),
        (Some(_), _) => bail!("several clients are connected to `{name}`; say --client with one of them"),
        (None, _) => {
            let meant = meant(name, names.iter().map(String::as_str));
            bail!(
                "no connection is called `{name}`{meant}; there are {}",
                listed(names.iter().map(String::as_str))
            )
        }
    }
}
