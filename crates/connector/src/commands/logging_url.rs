//! `connector logging-url`: the URL that opens a club's log. A withdrawn one explains itself and shows nothing.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use hub::Hub;
use hub::registry::open_log_key;
use model::Club;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ask::{Ask, club_named};
use crate::cli;
use crate::config::Config;
use crate::control;
use crate::say::tell;

/// What is asked about a logging URL.
#[derive(Debug, Serialize, Deserialize)]
pub struct Question {
    club: Option<String>,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Show,
    Rotate,
    Revoke,
}

/// Runs the command.
pub async fn run(asked: cli::LoggingUrl, config: &Config) -> Result<ExitCode> {
    let (what, of) = match asked {
        cli::LoggingUrl::Show(of) => (What::Show, of),
        cli::LoggingUrl::Rotate(of) => (What::Rotate, of),
        cli::LoggingUrl::Revoke(of) => (What::Revoke, of),
    };
    let answer = control::ask(config, Ask::LoggingUrl(Question { club: of.club, what })).await?;
    let text = |name: &str| answer[name].as_str();
    if of.json {
        tell(format_args!("{answer:#}"))?;
    } else if let Some(url) = text("url") {
        tell(url)?;
    } else {
        let since = text("withdrawn").unwrap_or_default();
        tell(format_args!("none since {since}; `connector logging-url rotate` makes another"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows, replaces or withdraws a club's URL.
pub async fn answer(hub: &Arc<Hub>, config: &Config, question: Question) -> Result<Value> {
    let club = club_named(hub, question.club.as_deref())?;
    if question.what != What::Show {
        change(hub, &club, question.what).await?;
    }
    let club = hub.registry().club(club.id).map_or(club, |club| Club::clone(club));
    Ok(json!({
        "club": club.name,
        "url": url_of(hub, &config.public_url, &club),
        "withdrawn": club.log_withdrawn.last().map(ToString::to_string),
    }))
}

async fn change(hub: &Arc<Hub>, club: &Club, what: What) -> Result<()> {
    let before = hub.registry().setup.clone();
    let mut after = before.clone();
    let now = hub.clock().now();
    for club in after.clubs.iter_mut().filter(|one| one.id == club.id) {
        match what {
            What::Show => {}
            What::Rotate => club.rotate_log_url(now),
            What::Revoke if club.revoke_log_url(now) => {}
            What::Revoke => bail!("the logging URL of {} is revoked already", club.name),
        }
    }
    if !hub.change_setup(&before, after).await? {
        bail!("the set-up was changed by another command meanwhile; run this one again");
    }
    Ok(())
}

/// The URL of a club's log, while it has one.
pub fn url_of(hub: &Hub, public_url: &str, club: &Club) -> Option<String> {
    open_log_key(hub.vault(), club).map(|key| format!("{public_url}/log/{key}"))
}
