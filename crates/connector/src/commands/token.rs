//! `connector token`: by which platforms call the hub. A token is shown once and kept as a hash.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use comfy_table::{Table, presets};
use hub::Hub;
use hub::vault::{new_token, token_hash};
use model::{ClientId, ClubId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ask::{Ask, club_named};
use super::entry::{listed, meant, unknown_client};
use crate::cli;
use crate::config::Config;
use crate::control;
use crate::say::{note, tell};

/// How much of a hash is shown.
const SHOWN: usize = 12;
/// How much of it must be said to name a token.
const NAMING: usize = 6;

/// A token to make.
#[derive(Debug, Serialize, Deserialize)]
pub struct Create {
    provider: String,
    client: Option<String>,
    #[serde(default)]
    clubs: Vec<String>,
    label: String,
}

impl Create {
    /// A token for a provider, of all its clients.
    pub fn new(provider: &str, label: &str) -> Self {
        Create { provider: provider.to_owned(), client: None, clubs: Vec::new(), label: label.to_owned() }
    }
}

/// Runs the command.
pub async fn run(asked: cli::Token, config: &Config) -> Result<ExitCode> {
    match asked {
        cli::Token::Create { provider, client, clubs, label } => {
            let create = Create { provider, client, clubs, label };
            let made = control::ask(config, Ask::CreateToken(create)).await?;
            tell(made["token"].as_str().unwrap_or_default())?;
            note("keep it now: it is not shown again");
        }
        cli::Token::List { json } => {
            let tokens = control::ask(config, Ask::ListTokens).await?;
            if json { tell(format_args!("{tokens:#}"))? } else { tell(table(&tokens))? }
        }
        cli::Token::Revoke { hash } => {
            let revoked = control::ask(config, Ask::RevokeToken { hash }).await?;
            tell(format_args!("revoked: {}", revoked["token"].as_str().unwrap_or_default()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn table(tokens: &Value) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_header(["hash", "provider", "client", "clubs", "label", "created", "revoked"]);
    for token in tokens.as_array().into_iter().flatten() {
        let cell = |name: &str| token[name].as_str().unwrap_or("").to_owned();
        let clubs: Vec<&str> =
            token["clubs"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let [hash, provider, client] = ["hash", "provider", "client"].map(cell);
        let [label, created, revoked] = ["label", "created", "revoked"].map(cell);
        table.add_row([hash, provider, client, clubs.join(", "), label, created, revoked]);
    }
    table
}

/// Makes a token.
pub async fn create(hub: &Arc<Hub>, create: Create) -> Result<Value> {
    let before = hub.registry().setup.clone();
    let mut setup = before.clone();
    let client = match &create.client {
        None => None,
        Some(name) => {
            let client = setup.clients.iter().find(|client| client.name == *name);
            Some(client.with_context(|| unknown_client(name, &setup))?.id)
        }
    };
    let clubs = create.clubs.iter().map(|name| club_for(hub, client, name)).collect::<Result<Vec<_>>>()?;
    if !hub.registry().knows_provider(&create.provider) {
        let known = setup.connections.iter().filter_map(|one| one.provider.as_deref());
        let known: BTreeSet<&str> = known.collect();
        bail!(
            "no connection is known by the provider identifier `{}`{}; there are {}",
            create.provider,
            meant(&create.provider.to_uppercase(), known.iter().copied()),
            listed(known)
        );
    }
    let token = new_token()?;
    setup.tokens.push(model::Token {
        hash: token_hash(&token),
        provider: create.provider,
        client,
        clubs,
        label: create.label,
        created: hub.clock().now(),
        revoked: None,
    });
    change(hub, &before, setup).await?;
    Ok(json!({ "token": token }))
}

/// A club that a token is limited to: one of the client, where one is named.
fn club_for(hub: &Hub, client: Option<ClientId>, name: &str) -> Result<ClubId> {
    let clubs = &hub.registry().setup.clubs;
    let of_client = clubs.iter().find(|club| Some(club.client) == client && club.name == name).cloned();
    let club = of_client.map_or_else(|| club_named(hub, Some(name)), Ok)?;
    if client.is_some_and(|client| client != club.client) {
        bail!("`{name}` is a club of another client");
    }
    Ok(club.id)
}

/// Lists tokens.
#[expect(clippy::unnecessary_wraps, reason = "all answers have one shape")]
pub fn list(hub: &Arc<Hub>) -> Result<Value> {
    let registry = hub.registry();
    let name =
        |id| registry.setup.clients.iter().find(|client| client.id == id).map(|client| client.name.clone());
    let tokens = registry.setup.tokens.iter().map(|token| {
        json!({
            "hash": shown(token),
            "provider": token.provider,
            "client": token.client.and_then(name),
            "clubs": token.clubs.iter().filter_map(|id| Some(&registry.club(*id)?.name)).collect::<Vec<_>>(),
            "label": token.label,
            "created": token.created.to_string(),
            "revoked": token.revoked.map(|at| at.to_string()),
        })
    });
    Ok(tokens.collect())
}

/// Withdraws a token.
pub async fn revoke(hub: &Arc<Hub>, hash: &str) -> Result<Value> {
    const LIST: &str = "`connector token list` shows them all";
    if hash.chars().count() < NAMING {
        bail!("`{hash}` is too short to name a token: give {NAMING} or more characters of its hash; {LIST}");
    }
    let before = hub.registry().setup.clone();
    let mut setup = before.clone();
    let hash = hash.to_ascii_lowercase();
    let mut found: Vec<_> = setup.tokens.iter_mut().filter(|token| token.hash.starts_with(&hash)).collect();
    let token = match &mut found[..] {
        [token] => token,
        [] => bail!("no token's hash begins with `{hash}`; {LIST}"),
        several => {
            let several = several.iter().map(|token| named(token)).collect::<Vec<_>>().join("; ");
            bail!("several tokens' hashes begin with `{hash}`, say more of it: {several}")
        }
    };
    if let Some(at) = token.revoked {
        bail!("{} was revoked already, at {at}", named(token));
    }
    token.revoked = Some(hub.clock().now());
    let named = named(token);
    change(hub, &before, setup).await?;
    Ok(json!({ "token": named }))
}

/// A token in a sentence: `0123456789ab of INTOUCH (front desk)`.
fn named(token: &model::Token) -> String {
    let label = if token.label.is_empty() { String::new() } else { format!(" ({})", token.label) };
    format!("{} of {}{label}", shown(token), token.provider)
}

fn shown(token: &model::Token) -> &str {
    token.hash.get(..SHOWN).unwrap_or(&token.hash)
}

async fn change(hub: &Arc<Hub>, before: &model::Setup, after: model::Setup) -> Result<()> {
    if !hub.change_setup(before, after).await? {
        bail!("the set-up was changed by another command meanwhile; run this one again");
    }
    Ok(())
}
