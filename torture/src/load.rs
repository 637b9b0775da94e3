//! The load: senders that save and edit leads for as long as the hub answers, and the kills between.

use std::collections::BTreeMap;
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

/// Kills the house's hub so often under a load; answers what it had acknowledged.
pub async fn under_kills(
    house: &mut House,
    options: &Options,
    (kills, until): (u32, Option<Instant>),
    chance: &mut fastrand::Rng,
) -> Result<Acknowledged> {
    let mut acknowledged = Acknowledged::new();
    for round in 0..kills {
        if until.is_some_and(|until| Instant::now() >= until) {
            break;
        }
        let life = Duration::from_millis(chance.u64(LIVES_MS));
        let earlier: Vec<(String, u64)> =
            acknowledged.iter().rev().take(options.senders).map(|(name, rev)| (name.clone(), *rev)).collect();
        let senders = (0..options.senders).map(|sender| {
            let first = earlier.get(sender).cloned();
            send(house.voice.clone(), format!("r{round}s{sender}"), first)
        });
        let load = tokio::spawn(join_all(senders.collect::<Vec<_>>()));
        tokio::time::sleep(life).await;
        house.kill()?;
        for sent in load.await? {
            acknowledged.extend(sent?);
        }
        house.start().await?;
    }
    Ok(acknowledged)
}

/// One sender: edits somebody whom an earlier life acknowledged, then saves new leads, until nobody answers.
async fn send(voice: Sender, prefix: String, earlier: Option<(String, u64)>) -> Result<Acknowledged> {
    let mut acknowledged = Acknowledged::new();
    let new = (0..).map(|n| (format!("{prefix}n{n}"), 0));
    for (name, seen) in earlier.into_iter().chain(new) {
        for revision in seen + 1..=seen + REVISIONS {
            let lead = voice.user(&name, ("Ann", &name), "PROSPECT");
            let lead = lead
                .with("email", &format!("{name}@example.org"))
                .with("mobile", &format!("604 {}", name.len()))
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
