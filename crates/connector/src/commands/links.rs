//! `connector links import`: takes over ids that exist at a platform already, so that nobody is created twice there.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use hub::Hub;
use indicatif::{ProgressBar, ProgressStyle};
use model::RemoteId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ask::Ask;
use super::entry::{listed, meant, unknown_client};
use crate::cli;
use crate::config::Config;
use crate::control;
use crate::say::tell;

/// How many rows go to the hub at once.
const AT_ONCE: usize = 500;
/// How many refused rows are shown.
const SHOWN: usize = 20;

/// Ids to take over.
#[derive(Debug, Serialize, Deserialize)]
pub struct Import {
    client: String,
    club: String,
    provider: String,
    platform: String,
    /// The provider's record id and the platform's, by the row's number in the file.
    rows: BTreeMap<u64, (String, String)>,
}

/// Runs the command.
pub async fn run(asked: cli::Links, config: &Config) -> Result<ExitCode> {
    let cli::Links::Import { file, client, club, provider, platform, json } = asked;
    let rows = read(&file).with_context(|| format!("`{}` cannot be imported", file.display()))?;
    let bar = ProgressBar::new(rows.len() as u64);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}")?);
    let (mut linked, mut known, mut refused) = (0, 0, Vec::new());
    let rows: Vec<_> = rows.into_iter().collect();
    for some in rows.chunks(AT_ONCE) {
        let import = Import {
            client: client.clone(),
            club: club.clone(),
            provider: provider.clone(),
            platform: platform.clone(),
            rows: some.iter().cloned().collect(),
        };
        let answer = control::ask(config, Ask::ImportLinks(import)).await?;
        linked += answer["linked"].as_u64().unwrap_or(0);
        known += answer["known"].as_u64().unwrap_or(0);
        refused.extend(answer["refused"].as_array().cloned().unwrap_or_default());
        bar.inc(some.len() as u64);
    }
    bar.finish_and_clear();
    if json {
        tell(format_args!("{:#}", json!({ "linked": linked, "known": known, "refused": refused })))?;
    } else {
        tell(format_args!("{linked} linked, {known} were linked already, {} refused", refused.len()))?;
        for why in refused.iter().take(SHOWN) {
            tell(format_args!("  {}", why.as_str().unwrap_or_default()))?;
        }
    }
    Ok(if refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(file: &std::path::Path) -> Result<BTreeMap<u64, (String, String)>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file)?;
    let headers = reader.headers()?.clone();
    let column = |name: &str| {
        headers
            .iter()
            .position(|header| header.trim() == name)
            .with_context(|| format!("the column `{name}` is missing"))
    };
    let (theirs, there) = (column("provider_record_id")?, column("platform_record_id")?);
    let mut rows = BTreeMap::new();
    for (place, record) in reader.records().enumerate() {
        let record = record?;
        let cell = |column: usize| record.get(column).unwrap_or_default().trim().to_owned();
        rows.insert(place as u64 + 2, (cell(theirs), cell(there)));
    }
    Ok(rows)
}

/// That the client has nothing of this name, and what it has.
fn no<'a>(what: &str, import: &Import, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let meant = meant(name, known.clone());
    format!("`{}` has no {what} `{name}`{meant}; there are {}", import.client, listed(known))
}

/// Takes the ids over.
pub async fn answer(hub: &Arc<Hub>, import: &Import) -> Result<Value> {
    let (club, provider, platform) = {
        let registry = hub.registry();
        let setup = &registry.setup;
        let Some(client) = setup.clients.iter().find(|client| client.name == import.client) else {
            bail!("{}", unknown_client(&import.client, setup))
        };
        let clubs: Vec<_> = setup.clubs.iter().filter(|club| club.client == client.id).collect();
        let Some(club) = clubs.iter().find(|club| club.name == import.club) else {
            bail!(no("club called", import, &import.club, clubs.iter().map(|club| club.name.as_str())))
        };
        let connections = || setup.connections.iter().filter(|one| one.client == client.id);
        let providers = || connections().filter_map(|one| one.provider.as_deref());
        let platforms = || connections().map(|one| one.platform.as_str());
        let provider = connections().find(|one| one.provider.as_deref() == Some(&import.provider));
        let platform = connections().find(|one| one.platform == import.platform);
        (
            club.id,
            provider.with_context(|| no("provider", import, &import.provider, providers()))?.id,
            platform.with_context(|| no("connection to", import, &import.platform, platforms()))?.id,
        )
    };
    let (mut linked, mut known, mut refused) = (0, 0, Vec::new());
    for (row, (theirs, there)) in &import.rows {
        if theirs.is_empty() || there.is_empty() {
            refused.push(format!("row {row}: an id is missing"));
            continue;
        }
        let (theirs, there) = (RemoteId::plain(theirs), RemoteId::plain(there));
        match hub.import_link(club, (provider, &theirs), (platform, &there)).await? {
            hub::Imported::Linked => linked += 1,
            hub::Imported::Known => known += 1,
            hub::Imported::Refused(why) => refused.push(format!("row {row}: {why}")),
        }
    }
    Ok(json!({ "linked": linked, "known": known, "refused": refused }))
}
