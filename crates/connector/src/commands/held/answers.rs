//! What is held, as the hub answers it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Result, bail};
use hub::Hub;
use hub::held::HeldRecord;
use hub::registry::Spoke;
use hub::wording::{self, Teller};
use jiff::tz::TimeZone;
use model::{ConnectionId, Turn};
use serde_json::{Value, json};

use super::decide::decide;
use super::{NAMED, Question, many};
use crate::commands::entry::meant as meant_by;

/// The fewest letters by which a group or a record is named.
const SHORTEST: usize = 6;

/// Answers a question.
pub async fn answer(hub: &Arc<Hub>, question: Question) -> Result<Value> {
    match question {
        Question::List { platform } => list(hub, platform.as_deref()).await,
        Question::Show { which } => show(hub, &which).await,
        Question::Decide { which, decision, preview } => decide(hub, &which, &decision, preview).await,
    }
}

async fn list(hub: &Arc<Hub>, platform: Option<&str>) -> Result<Value> {
    let wanted = platform.map(|name| connections_named(hub, name)).transpose()?;
    let mut grouped: BTreeMap<String, Vec<HeldRecord>> = BTreeMap::new();
    for record in hub.held(None).await? {
        if wanted.as_ref().is_none_or(|wanted| wanted.contains(&record.connection)) {
            grouped.entry(record.group.clone()).or_default().push(record);
        }
    }
    let mut groups = Vec::new();
    for (group, records) in grouped {
        let Some(oldest) = records.first() else { continue };
        let told = told(hub, oldest).await?;
        let registry = hub.registry();
        let clubs: BTreeSet<&str> =
            records.iter().filter_map(|one| Some(registry.club(one.club)?.name.as_str())).collect();
        groups.push(json!({
            "group": group, "count": records.len(), "cause": oldest.cause, "platform": told["platform"],
            "client": told["client"], "clubs": clubs,
            "since": told["since"], "sentence": told["sentence"], "advice": told["advice"], "turn": told["turn"],
            "names": records.iter().take(NAMED).map(|one| one.name.clone()).collect::<Vec<_>>(),
        }));
    }
    let decisions = many::list(hub, wanted.as_deref()).await?;
    Ok(json!({ "groups": groups, "decisions": decisions }))
}

/// The connections to a platform, by its name or title.
fn connections_named(hub: &Hub, name: &str) -> Result<Vec<ConnectionId>> {
    let registry = hub.registry();
    let is = |spoke: &&Arc<Spoke>| {
        [spoke.connection.platform.as_str(), spoke.title()].iter().any(|it| it.eq_ignore_ascii_case(name))
    };
    let found: Vec<_> = registry.spokes().filter(is).map(|spoke| spoke.id()).collect();
    if found.is_empty() {
        let names: BTreeSet<&str> =
            registry.spokes().map(|spoke| spoke.connection.platform.as_str()).collect();
        let meant = meant_by(name, names.iter().copied());
        bail!(
            "no connection is to `{name}`{meant}; there are {}",
            names.into_iter().collect::<Vec<_>>().join(", ")
        );
    }
    Ok(found)
}

async fn show(hub: &Arc<Hub>, which: &str) -> Result<Value> {
    long_enough(which)?;
    if let Some(braked) = many::meant(hub, which).await? {
        return Ok(json!({ "records": [], "decisions": [many::told(hub, &braked)] }));
    }
    let mut records = Vec::new();
    for record in meant(hub, which).await? {
        records.push(told(hub, &record).await?);
    }
    Ok(json!({ "records": records }))
}

/// A held record in words, by its line.
async fn told(hub: &Arc<Hub>, record: &HeldRecord) -> Result<Value> {
    let line = hub.line_of(record).await?;
    let registry = hub.registry();
    let club = registry.club(record.club).cloned();
    let zone = club.as_ref().and_then(|club| TimeZone::get(&club.zone).ok()).unwrap_or(TimeZone::UTC);
    let client =
        club.as_ref().and_then(|club| registry.setup.clients.iter().find(|one| one.id == club.client));
    let client = client.map(|client| client.name.clone());
    let teller = Teller { registry: &registry, zone, now: hub.clock().now() };
    let turn = match line.as_ref().map(|line| line.turn) {
        Some(Turn::Club) => "the club's turn",
        Some(Turn::Platform) => "the platform's turn",
        _ => "your turn",
    };
    let candidates: Vec<&str> = record.candidates.iter().map(|record| record.id.as_str()).collect();
    Ok(json!({
        "record": record.tracking.map(|tracking| tracking.to_string()),
        "group": record.group,
        "name": record.name.clone(),
        "client": client,
        "club": club.map(|club| club.name.clone()),
        "platform": teller.title(Some(record.connection)),
        "since": teller.clock(record.since),
        "cause": record.cause,
        "sentence": line.as_ref().map(|line| teller.sentence(line)),
        "advice": line.as_ref().and_then(|line| wording::advice(&teller, line)),
        "turn": turn,
        "candidates": candidates,
    }))
}

/// The records of a group, or the one whose line has this tracking UUID; either by its beginning.
pub(super) async fn meant(hub: &Arc<Hub>, which: &str) -> Result<Vec<HeldRecord>> {
    let all = hub.held(None).await?;
    let group: Vec<_> = all.iter().filter(|record| record.group.starts_with(which)).cloned().collect();
    if !group.is_empty() {
        return Ok(group);
    }
    let is = |record: &HeldRecord| record.tracking.is_some_and(|it| it.to_string().starts_with(which));
    let found: Vec<_> = all.into_iter().filter(is).collect();
    match found.len() {
        0 => bail!(
            "nothing that is held begins with `{which}`; perhaps it went out already. See `connector held list`"
        ),
        1 => Ok(found),
        several => bail!("{several} held records begin with `{which}`: give more of the tracking UUID"),
    }
}

/// A name is given by its beginning.
pub(super) fn long_enough(which: &str) -> Result<()> {
    if which.len() < SHORTEST {
        bail!(
            "`{which}` is too short: give the {SHORTEST} first letters of a group or tracking UUID, or more"
        );
    }
    Ok(())
}
