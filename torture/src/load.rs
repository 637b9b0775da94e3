//! The load: senders that save and edit leads for as long as their node answers, and the blows between.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use futures::future::join_all;
use simulator::sender::{Answer, Sender};

use crate::Options;
use crate::house::House;

/// The newest acknowledged revision of each person, by family name.
pub type Acknowledged = BTreeMap<String, u64>;

/// How often a person is saved in a row.
const REVISIONS: u64 = 3;
/// The shortest and the longest time between a start and the kill.
const LIVES_MS: std::ops::Range<u64> = 20..350;

/// One in so many blows freezes a node, and one restarts the database; the others kill.
const RARELY: u32 = 12;

/// Strikes the house so often under a load; answers what it had acknowledged.
pub async fn under_blows(
    house: &mut House,
    options: &Options,
    (blows, until): (u32, Option<Instant>),
    chance: &mut fastrand::Rng,
) -> Result<Acknowledged> {
    let mut acknowledged = Acknowledged::new();
    for round in 0..blows {
        if until.is_some_and(|until| Instant::now() >= until) {
            break;
        }
        let life = Duration::from_millis(chance.u64(LIVES_MS));
        let earlier: Vec<(String, u64)> =
            acknowledged.iter().rev().take(options.senders).map(|(name, rev)| (name.clone(), *rev)).collect();
        let enough = Arc::new(AtomicBool::new(false));
        let senders = (0..options.senders).map(|sender| {
            let first = earlier.get(sender).cloned();
            let voice = house.nodes[sender % house.nodes.len()].voice.clone();
            send(voice, format!("r{round}s{sender}"), first, Arc::clone(&enough))
        });
        let load = tokio::spawn(join_all(senders.collect::<Vec<_>>()));
        tokio::time::sleep(life).await;
        let nth = chance.usize(..house.nodes.len());
        match if house.nodes.len() > 1 { chance.u32(..RARELY) } else { RARELY } {
            0 => house.freeze(nth, &enough).await?,
            1 => house.restart_database(),
            _ => {
                house.kill(nth)?;
                house.start(nth).await?;
            }
        }
        enough.store(true, Ordering::Relaxed);
        for sent in load.await? {
            for (name, revision) in sent? {
                let newest = acknowledged.entry(name).or_default();
                *newest = revision.max(*newest);
            }
        }
    }
    Ok(acknowledged)
}

/// One sender: edits somebody whom an earlier life acknowledged, then saves new leads, until nobody answers or it is
/// enough.
async fn send(
    voice: Sender,
    prefix: String,
    earlier: Option<(String, u64)>,
    enough: Arc<AtomicBool>,
) -> Result<Acknowledged> {
    let mut acknowledged = Acknowledged::new();
    let new = (0..).map(|n| (format!("{prefix}n{n}"), 0));
    for (name, seen) in earlier.into_iter().chain(new) {
        for revision in seen + 1..=seen + REVISIONS {
            if enough.load(Ordering::Relaxed) {
                return Ok(acknowledged);
            }
            let lead = voice.user(&name, ("Ann", &name), "PROSPECT");
            let lead = lead
                .with("email", &format!("{name}@example.org"))
                .with("mobile", &mobile(&name))
                .with("city", &format!("rev:{revision}"));
            match voice.save_user(&lead).await {
                Ok(Answer::Done(_)) => drop(acknowledged.insert(name.clone(), revision)),
                Ok(Answer::Refused(refused)) if refused.status < 500 => {
                    bail!("a good lead was refused: {refused:?}")
                }
                Ok(_) | Err(_) => return Ok(acknowledged),
            }
        }
    }
    Ok(acknowledged)
}

/// A mobile number that hardly anybody shares.
fn mobile(name: &str) -> String {
    let number = name.bytes().fold(0_u64, |number, byte| (number * 31 + u64::from(byte)) % 100_000_007);
    format!("604 {number}")
}
