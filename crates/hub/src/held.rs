//! Held records as things: what waits for somebody, grouped by its cause, and what somebody decided about it.

use std::sync::Arc;

use model::{
    ClubId, Connection, ConnectionId, Decision, HoldReason, Line, Moment, PersonId, Refusal, RemoteId, State,
    Story, Tracking,
};
use sha2::{Digest, Sha256};
use store::Waiting;

use crate::Hub;

/// How many are read at once.
const PAGE: usize = 500;
/// How many are looked at in all; more than this is one cause many times over.
const MOST: usize = 100_000;
/// Letters of a group's name.
const NAME: usize = 8;

/// One held record.
#[derive(Clone, Debug)]
pub struct HeldRecord {
    /// Whose.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their club.
    pub club: ClubId,
    /// Where.
    pub connection: ConnectionId,
    /// The tracking UUID of the line that tells of it.
    pub tracking: Option<Tracking>,
    /// Its reason, as far as it is common to others.
    pub cause: String,
    /// The group it belongs to: the beginning of a hash of connection and cause.
    pub group: String,
    /// Since when.
    pub since: Moment,
    /// Records there that might be the person.
    pub candidates: Vec<RemoteId>,
    /// Why it is neither sent again nor settled for the asking, where nobody knows whether it is there.
    pub unknown: Option<Refusal>,
    /// Whether other settings may mend it.
    mended_by_settings: bool,
}

impl HeldRecord {
    fn of(Waiting { person, link }: Waiting) -> Option<HeldRecord> {
        let (since, reason) = match &link.state {
            State::Held(hold) => (hold.since, Some(&hold.reason)),
            State::Gone { since } => (*since, None),
            _ => return None,
        };
        let (word, said) = reason.map_or_else(|| ("gone at the platform", String::new()), cause_of);
        let candidates = match reason {
            Some(HoldReason::Doubt { candidates, .. } | HoldReason::Restored { candidates, .. }) => {
                candidates.clone()
            }
            _ => Vec::new(),
        };
        let cause = if said.is_empty() { word.to_owned() } else { format!("{word}: {said}") };
        let hash = Sha256::digest(format!("{}/{cause}", link.connection));
        Some(HeldRecord {
            person: person.id,
            name: person.profile.name(),
            club: person.club,
            connection: link.connection,
            tracking: link.line,
            group: format!("{hash:x}").chars().take(NAME).collect(),
            since,
            candidates,
            unknown: reason.and_then(HoldReason::unknown),
            mended_by_settings: matches!(reason, Some(HoldReason::Misconfigured { .. })),
            cause,
        })
    }
}

/// A reason, and what of it tells one cause from another.
fn cause_of(reason: &HoldReason) -> (&'static str, String) {
    match reason {
        HoldReason::Rejected { field: Some(field), .. } => ("rejected", field.name().to_owned()),
        HoldReason::Rejected { field: None, said } => ("rejected", said.clone()),
        HoldReason::Unsendable { field, .. } => {
            ("cannot be sent", field.map(|field| field.name().to_owned()).unwrap_or_default())
        }
        HoldReason::Doubt { .. } => ("in doubt", String::new()),
        HoldReason::Duplicate { .. } => ("exists already", String::new()),
        HoldReason::Misconfigured { said } => ("broken", said.clone()),
        HoldReason::Exhausted { .. } => ("given up", String::new()),
        HoldReason::Restored { .. } => ("not known since a restore", String::new()),
    }
}

/// What became of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Done.
    Done,
    /// Not done, and why.
    Refused(Refusal),
    /// The number belongs to another person's record.
    Taken,
}

impl Hub {
    /// What waits for somebody, on every connection or on one; the oldest first.
    pub async fn held(&self, connection: Option<ConnectionId>) -> store::Result<Vec<HeldRecord>> {
        let registry = Arc::clone(&self.registry());
        let mut all = Vec::new();
        for spoke in registry.spokes().filter(|spoke| connection.is_none_or(|id| id == spoke.id())) {
            let mut after = PersonId::default();
            loop {
                let page = self.store().held(spoke.id(), after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.person.id;
                all.extend(page.into_iter().filter_map(HeldRecord::of));
                if all.len() >= MOST {
                    break;
                }
            }
        }
        all.sort_by_key(|held| (held.since, held.person));
        Ok(all)
    }

    /// The line that tells of a held record.
    pub async fn line_of(&self, held: &HeldRecord) -> store::Result<Option<Line>> {
        let Some(tracking) = held.tracking else { return Ok(None) };
        self.store().line(held.club, tracking, held.connection).await
    }

    /// Takes a decision about a held link: once, however often it is given. The note is for the line.
    pub async fn decide_held(
        self: &Arc<Self>,
        (person, connection): (PersonId, ConnectionId),
        decision: Decision,
        note: &str,
    ) -> store::Result<Decided> {
        let registry = Arc::clone(&self.registry());
        let Some(spoke) = registry.spoke(connection) else { return Ok(Decided::Refused(Refusal::NotHeld)) };
        let story = match &decision {
            Decision::Settled => Story::Settled { note: note.to_owned() },
            Decision::Again | Decision::Accepted | Decision::Is(_) | Decision::NotThere => Story::Released,
        };
        self.decide_turn(spoke, person, (decision, story)).await
    }

    /// Lets whatever settings or a description held try once more: they may have been mended while no hub ran.
    pub fn release_all_mended(self: &Arc<Self>) {
        let all = self.registry().spokes().map(|spoke| spoke.id()).collect();
        self.release_mended(all);
    }

    /// Lets whatever a connection's settings held go out again, after they were changed.
    pub(crate) fn release_mended(self: &Arc<Self>, changed: Vec<ConnectionId>) {
        let hub = Arc::clone(self);
        tokio::spawn(async move {
            for connection in changed {
                let held = match hub.held(Some(connection)).await {
                    Ok(held) => held,
                    Err(error) => {
                        tracing::error!(%error, %connection, "what was held for its settings stays held; release it by hand");
                        continue;
                    }
                };
                for record in held.into_iter().filter(|record| record.mended_by_settings) {
                    let person = record.person;
                    let decided = hub.decide_held((person, connection), Decision::Again, "").await;
                    if let Err(error) = decided {
                        tracing::error!(%error, %person, "a record stays held; release it by hand");
                    }
                }
            }
        });
    }
}

/// Connections whose settings or descriptions are not what they were.
pub(crate) fn changed_settings(before: &[Connection], after: &[Connection]) -> Vec<ConnectionId> {
    let same = |old: &Connection, new: &Connection| {
        old.settings == new.settings && old.clubs == new.clubs && old.runs == new.runs
    };
    let changed = |new: &&Connection| before.iter().any(|old| old.id == new.id && !same(old, new));
    after.iter().filter(changed).map(|new| new.id).collect()
}
