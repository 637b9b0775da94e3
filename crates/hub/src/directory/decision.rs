//! Decisions: what waits because of the brake, shown to whoever decides it, and decided.

use std::sync::Arc;

use model::directory::{Correspondence, Entry};
use model::{Brake, ConnectionId, DirectoryStory, Moment};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Subject;

use super::brake::{Would, there};
use crate::Hub;
use crate::clock;
use crate::registry::Spoke;

/// How many people are shown before somebody decides.
const SAMPLES: usize = 5;
/// Letters of a decision's name, as of a group of held records.
const NAME: usize = 8;

/// What one person would have there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Their name.
    pub name: String,
    /// The owner or lead source that the platform has, as far as it is known.
    pub before: Option<String>,
    /// The one that it would be told.
    pub after: Option<String>,
}

/// A change of many people that waits for a decision.
#[derive(Clone, Debug)]
pub struct Braked {
    /// What it is called: the beginning of a hash of entry, connection, number there and instant, so that whoever read of one
    /// decision takes no other by its name.
    pub name: String,
    /// The staff member or lead source.
    pub entry: Entry,
    /// Where people would change.
    pub connection: ConnectionId,
    /// Since when.
    pub since: Moment,
    /// How many of them.
    pub changes: usize,
    /// Of how many.
    pub people: usize,
    /// Some of them.
    pub samples: Vec<Sample>,
}

/// What is done about a change that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is sent at once.
    Apply,
    /// It is sent behind everybody else.
    ApplySlowly,
    /// It is not sent: people have it there once they change themselves.
    Discard,
}

impl Hub {
    /// All changes that wait for a decision, the oldest first.
    pub async fn braked(&self) -> store::Result<Vec<Braked>> {
        let registry = Arc::clone(&self.registry());
        let mut all = Vec::new();
        for (linked, since) in self.directory().waiting() {
            let (Some(entry), Some(spoke)) =
                (self.directory().get(linked.entry), registry.spoke(linked.connection))
            else {
                continue;
            };
            let Would { changes, samples, .. } = self.would_change(&entry, spoke, SAMPLES).await?;
            if changes == 0 {
                continue;
            }
            let people = self.store().people_at(spoke.id()).await?;
            let what = format!("{}@{}/{}/{}", entry.id, spoke.id(), since.0, linked.remote_id);
            let hash = Sha256::digest(what);
            let name = format!("{hash:x}").chars().take(NAME).collect();
            all.push(Braked { name, entry, connection: spoke.id(), since, changes, people, samples });
        }
        all.sort_by_key(|braked| braked.since);
        Ok(all)
    }

    /// Decides a change that waits; answers how many people are sent anew, or `None` where it no longer waits.
    pub async fn decide_braked(
        self: &Arc<Self>,
        braked: &Braked,
        verdict: Verdict,
    ) -> store::Result<Option<usize>> {
        let registry = Arc::clone(&self.registry());
        let (entry, Some(spoke)) = (&braked.entry, registry.spoke(braked.connection)) else {
            return Ok(None);
        };
        self.look_at_directory().await?;
        let waits = Some(Brake::Waits { since: braked.since });
        if self.directory().correspondence(entry.id, spoke.id()).is_none_or(|one| one.brake != waits) {
            return Ok(None);
        }
        let (after, people, story) = match verdict {
            Verdict::Discard => (Some(Brake::Discarded), 0, DirectoryStory::Discarded),
            Verdict::Apply | Verdict::ApplySlowly => {
                let sent = self.apply(entry.id, spoke, verdict == Verdict::ApplySlowly).await?;
                (None, sent.people, DirectoryStory::Applied)
            }
        };
        if !self.brake(entry, spoke, |before| (before == waits).then_some(after)).await? {
            return Ok(None);
        }
        let tracking = clock::tracking(self.clock(), self.clock().now());
        self.tell_directory(entry, spoke, tracking, story).await?;
        Ok(Some(people))
    }

    /// What somebody has there, and would have.
    pub(super) fn sample(&self, entry: &Entry, subject: &Subject, spoke: &Spoke) -> Sample {
        let named = |number: String| {
            let there = self.directory().numbered(entry, spoke.id(), &number);
            there.map(|there| there.name).filter(|name| !name.is_empty()).unwrap_or(number)
        };
        let before = subject.link(spoke.id()).and_then(|link| there(link, entry.role)).map(named);
        let linked = self.directory().correspondence(entry.id, spoke.id());
        let name = subject.person.profile.name();
        Sample { name, before, after: linked.map(|one| named(one.remote_id)) }
    }
}

impl super::Directory {
    fn waiting(&self) -> Vec<(Correspondence, Moment)> {
        let tables = self.read();
        let waits = |one: &Correspondence| match one.brake {
            Some(Brake::Waits { since }) => Some((one.clone(), since)),
            _ => None,
        };
        tables.correspondences.values().filter_map(waits).collect()
    }
}
