//! What only a hub can say: its clock, its connections, its lanes, and what waits for somebody.

use std::sync::Arc;

use anyhow::Result;
use hub::Hub;
use hub::registry::Spoke;
use model::scope::{Part, Standing};
use model::{Feed, Moment};
use serde_json::Value;
use store::LineQuery;

use super::{Finding, Question};
use crate::commands::restore::people;

/// A clock may be this much behind what it wrote itself.
const SKEW_MS: i64 = 5 * 60 * 1_000;

/// Looks at everything that a hub knows.
pub async fn answer(hub: &Arc<Hub>, question: Question) -> Result<Value> {
    let mut findings = vec![clock(hub).await?];
    findings.extend(left_out(hub));
    let spokes: Vec<Arc<Spoke>> = hub.registry().spokes().map(Arc::clone).collect();
    if spokes.is_empty() {
        findings.push(Finding::note(
            "connections",
            "no client is turned up yet",
            "see `connector turn-up --help`",
        ));
    }
    let (_, held) = hub.store().counts().await?;
    for spoke in &spokes {
        findings.push(connection(hub, spoke, question.call).await);
        let count = held.iter().find(|(id, _)| *id == spoke.id()).map_or(0, |(_, count)| *count);
        findings.extend(lane(hub, spoke, count));
        findings.extend(undecided(hub, spoke));
    }
    for (feed, spoke) in hub.feeds().await? {
        findings.extend(changes(&about(hub, &spoke), &feed));
    }
    Ok(serde_json::to_value(findings)?)
}

/// What stands in the way of reading a platform's changes.
fn changes(about: &str, feed: &Feed) -> Vec<Finding> {
    let failing = feed.failing.as_ref().map(|failing| {
        let said = format!("its changes cannot be read since {}: {}", failing.since, failing.said);
        Finding::problem(
            about,
            said,
            "nothing is lost, and they are asked for by themselves; look at its settings if it lasts",
        )
    });
    let braked = feed.braked.filter(|braked| braked.decided.is_none()).map(|braked| {
        let said = format!(
            "its changes wait for a decision since {}, for they would change many people",
            braked.since
        );
        Finding::problem(
            about,
            said,
            "`connector feeds list` says how many; decide by `connector feeds apply` or `discard`",
        )
    });
    failing.into_iter().chain(braked).collect()
}

async fn clock(hub: &Hub) -> Result<Finding> {
    let now = hub.clock().now();
    let clubs: Vec<_> = hub.registry().setup.clubs.iter().map(|club| club.id).collect();
    let mut newest = Moment::default();
    for club in clubs {
        let page = hub.store().lines(LineQuery { club, limit: 1, ..LineQuery::default() }).await?;
        newest = page.lines.iter().map(|line| line.tracking.received_at()).fold(newest, Moment::max);
    }
    let said = format!("it is {}", now.timestamp().strftime("%Y-%m-%d %H:%M:%S UTC"));
    if newest.since_ms(now) > SKEW_MS {
        let said = format!("{said}, and the log holds lines of {newest}");
        return Ok(Finding::problem(
            "clock",
            said,
            "set the machine's clock, and let it follow a time server",
        ));
    }
    Ok(Finding::ok("clock", said))
}

/// Connections that were turned up and cannot be used at all.
fn left_out(hub: &Hub) -> Vec<Finding> {
    let registry = hub.registry();
    let missing = registry.setup.connections.iter().filter(|one| registry.spoke(one.id).is_none());
    missing
        .map(|one| {
            if hub.library().get(&one.platform).is_some() {
                let to_do =
                    format!("`connector versions adopt {} --anyway` runs the newest instead", one.platform);
                return Finding::problem(&one.platform, "the description that it runs cannot be read", to_do);
            }
            let to_do = "put its description into the directory that `platforms` of the configuration names";
            Finding::problem(&one.platform, "no platform of this name is described", to_do)
        })
        .collect()
}

fn client_of(hub: &Hub, spoke: &Spoke) -> String {
    let registry = hub.registry();
    let client = registry.setup.clients.iter().find(|one| one.id == spoke.connection.client);
    client.map_or_else(String::new, |client| client.name.clone())
}

fn about(hub: &Hub, spoke: &Spoke) -> String {
    format!("{} of {}", spoke.title(), client_of(hub, spoke))
}

async fn connection(hub: &Arc<Hub>, spoke: &Arc<Spoke>, call: bool) -> Finding {
    let about = about(hub, spoke);
    for number in &spoke.connection.clubs {
        let club = hub.registry().club(number.club).map_or_else(String::new, |club| club.name.clone());
        let problem = match spoke.endpoint(number.club) {
            Ok(_) if call => hub.verify(spoke, number.club).await,
            Ok(_) => None,
            Err(problem) => Some(problem),
        };
        if let Some(problem) = problem {
            let to_do = "mend its settings in the turn-up file and turn it up again, or the master key";
            return Finding::problem(&about, format!("{club}: {problem}"), to_do);
        }
    }
    let clubs = spoke.connection.clubs.len();
    let checked = if call { "accepts our credentials at" } else { "is set up for" };
    let said = format!("{checked} {clubs} {}", if clubs == 1 { "club" } else { "clubs" });
    match spoke.connection.live_since {
        Some(_) => Finding::ok(&about, said),
        None => {
            Finding::note(&about, format!("{said}, and not live"), "set `live: true` in the turn-up file")
        }
    }
}

fn lane(hub: &Hub, spoke: &Spoke, held: u64) -> Vec<Finding> {
    let about = about(hub, spoke);
    let mut findings = Vec::new();
    for closed in hub.closed().into_iter().filter(|closed| closed.connections.contains(&spoke.id())) {
        match (closed.standing, closed.part) {
            (Standing::Down { since, .. }, Part::Host) => {
                let said = format!("{} has not answered since {since}", closed.host);
                let to_do = "nothing is lost, and it is asked by itself; tell its vendor if it lasts";
                findings.push(Finding::problem(&about, said, to_do));
            }
            (Standing::Down { since, .. }, Part::Key) => {
                let said = format!("{} has refused our sign-in since {since}", closed.host);
                let to_do = "nothing is lost; renew the sign-in in the turn-up file and turn it up again";
                findings.push(Finding::problem(&about, said, to_do));
            }
            (Standing::Busy(until), _) => {
                let said = format!("{} asked us to wait until {until}", closed.host);
                findings.push(Finding::note(&about, said, "it goes on by itself"));
            }
            (Standing::Open, _) => {}
        }
    }
    let newest = hub.library().digest(&spoke.connection.platform);
    if newest.is_some() && spoke.connection.runs.as_deref() != newest {
        let to_do =
            format!("`connector versions preview {}` shows what it would send", spoke.connection.platform);
        findings.push(Finding::note(&about, "a newer description of it is here and not adopted", to_do));
    }
    if held > 0 {
        let said = format!("{} there wait for somebody", people(held));
        let to_do = "`connector held list` says for what";
        findings.push(Finding::note(&about, said, to_do));
    }
    findings
}

/// A restore that nobody decided yet, where the platform cannot be asked.
fn undecided(hub: &Hub, spoke: &Spoke) -> Option<Finding> {
    let restored = hub.restored().filter(|restored| !restored.is_over_for(spoke.id()))?;
    (spoke.receives() && !spoke.abilities().can_be_asked()).then(|| {
        let said =
            format!("nobody is created there since the restore from a backup of {}", restored.backup_at);
        let to_do = "`connector restore status` shows who waits, `connector restore accept` lets them go";
        Finding::problem(&about(hub, spoke), said, to_do)
    })
}
