//! What commands ask of a hub, and its answers. Everything goes through here, whether a hub runs or not.

use std::sync::Arc;

use anyhow::{Result, bail};
use hub::Hub;
use hub::turn_up::TurnUpFile;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entry::meant;
use super::{
    backup, directory, doctor, feeds, held, links, log, logging_url, pause, restore, status, token, turn_up,
    versions,
};
use crate::config::Config;

/// A question.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Check, plan and, unless only planned, apply a turn-up file.
    TurnUp {
        /// The file.
        file: Box<TurnUpFile>,
        /// Only plan.
        plan: bool,
    },
    /// Take over ids.
    ImportLinks(links::Import),
    /// Show a club's directory, or change it by hand.
    Directory(directory::Question),
    /// Make a token.
    CreateToken(token::Create),
    /// List tokens.
    ListTokens,
    /// Withdraw a token.
    RevokeToken {
        /// The beginning of its hash.
        hash: String,
    },
    /// Read a club's log.
    Log(log::Query),
    /// Show, replace or withdraw the URL of a club's log.
    LoggingUrl(logging_url::Question),
    /// Copy the database.
    Backup(backup::Question),
    /// What is known since a restore, or an operator's decision.
    Restore(restore::Question),
    /// Whether everything is well.
    Doctor(doctor::Question),
    /// Pause a connection, or resume it.
    Pause(pause::Question),
    /// Show how far changes were read, read them, or decide about them.
    Feeds(feeds::Question),
    /// Show what is held, or decide about it.
    Held(held::Question),
    /// Show which descriptions run, or change that.
    Versions(versions::Question),
    /// How the hub is doing.
    Status,
}

/// Answers a question.
pub async fn answer(hub: &Arc<Hub>, config: &Config, ask: Ask) -> Result<Value> {
    match ask {
        Ask::TurnUp { file, plan } => turn_up::answer(hub, config, &file, plan).await,
        Ask::ImportLinks(import) => links::answer(hub, &import).await,
        Ask::Directory(question) => directory::answer(hub, question).await,
        Ask::CreateToken(create) => token::create(hub, create).await,
        Ask::ListTokens => token::list(hub),
        Ask::RevokeToken { hash } => token::revoke(hub, &hash).await,
        Ask::Log(query) => log::answer(hub, &query).await,
        Ask::LoggingUrl(question) => logging_url::answer(hub, config, question).await,
        Ask::Backup(question) => backup::answer(config, question).await,
        Ask::Restore(question) => restore::answer(hub, question).await,
        Ask::Doctor(question) => doctor::answer(hub, question).await,
        Ask::Pause(question) => pause::answer(hub, question).await,
        Ask::Feeds(question) => feeds::answer(hub, question).await,
        Ask::Held(question) => held::answer(hub, question).await,
        Ask::Versions(question) => versions::answer(hub, question).await,
        Ask::Status => status::answer(hub, config).await,
    }
}

/// The club of a name, or the only one. Where clients have clubs of one name, it is written `CLIENT/CLUB`.
pub fn club_named(hub: &Hub, name: Option<&str>) -> Result<model::Club> {
    let registry = hub.registry();
    let setup = &registry.setup;
    let whole = |club: &model::Club| {
        let client = setup.clients.iter().find(|client| client.id == club.client);
        format!("{}/{}", client.map_or("", |client| &client.name), club.name)
    };
    let clubs = &setup.clubs;
    let is = |club: &&model::Club| name.is_none_or(|name| club.name == name || whole(club) == name);
    let found: Vec<_> = clubs.iter().filter(is).collect();
    let names = || clubs.iter().map(|club| club.name.as_str()).collect::<Vec<_>>().join(", ");
    match (&found[..], name) {
        ([one], _) => Ok((*one).clone()),
        ([], None) => bail!("no club is turned up yet; see `connector turn-up --help`"),
        ([], Some(name)) => {
            let meant = meant(name, clubs.iter().map(|club| club.name.as_str()));
            bail!("no club is called `{name}`{meant}; there are {}", names())
        }
        (_, None) => bail!("which club? Say --club with one of {}", names()),
        (several, Some(name)) => {
            let several = several.iter().map(|club| whole(club)).collect::<Vec<_>>().join(", ");
            bail!("several clients have a club called `{name}`; say which: {several}")
        }
    }
}
