//! After a restore: noticing it, telling what is known of each connection since, and an operator's decision.

use std::sync::Arc;

use model::{ConnectionId, Decision, HoldReason, Link, Moment, PersonId, Refusal, Restored, State};
use store::{Store, Waiting};

use crate::Hub;
use crate::held::Decided;
use crate::registry::Spoke;

/// How many people are read at once.
const PAGE: usize = 200;

/// Begins to reconcile, where a store is a copy that nobody put to use yet. Answers what is known of its restore.
pub async fn begin(store: &dyn Store, now: Moment) -> store::Result<Option<Restored>> {
    let Some(mut restored) = store.restored().await? else { return Ok(None) };
    if restored.restored_at.is_none() {
        let next = store.new_person().await?;
        restored.begin(now, next);
        store.keep_restored(restored.clone()).await?;
        tracing::warn!(
            "the store was put back from a backup and is older than the platforms; `connector restore status` shows \
             what is not known"
        );
    }
    Ok(Some(restored))
}

/// What is known of the people of a connection since a restore.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// They have a record, as the backup says or because it was made since.
    pub known: u64,
    /// They have a record that was found by asking since the restore.
    pub found: u64,
    /// They are due, and the platform is asked before they are created.
    pub to_be_asked: u64,
    /// A call was under way, and nobody knows yet how it ended.
    pub in_doubt: u64,
    /// Nobody knows whether they are there; an operator decides.
    pub held: u64,
}

impl Reconciled {
    fn count(&mut self, link: &Link, (restored, spoke): (&Restored, &Spoke)) {
        let since = restored.restored_at.unwrap_or_default();
        match (&link.state, &link.record) {
            (State::Held(hold), _) if matches!(hold.reason, HoldReason::Restored { .. }) => self.held += 1,
            (State::Held(hold), _) if matches!(hold.reason, HoldReason::Doubt { .. }) => self.in_doubt += 1,
            (State::Doubtful(_) | State::Calling(_), None) => self.in_doubt += 1,
            (_, Some(_)) if link.found_at.is_some_and(|found| found >= since) => self.found += 1,
            (_, Some(_)) => self.known += 1,
            (State::Due { .. }, None) if spoke.abilities().can_be_asked() => self.to_be_asked += 1,
            _ => {}
        }
    }
}

impl Hub {
    /// That the store was put back from a backup, if it was.
    pub fn restored(&self) -> Option<Arc<Restored>> {
        self.restore().load_full()
    }

    /// The same, with what was decided at any node by now.
    pub(crate) async fn read_restored(&self) -> store::Result<Option<Arc<Restored>>> {
        let restored = self.store().restored().await?.map(Arc::new);
        self.restore().store(restored.clone());
        Ok(restored)
    }

    /// What is known of a connection's people since the restore.
    pub async fn reconciled(&self, spoke: &Spoke, restored: &Restored) -> store::Result<Reconciled> {
        let mut reconciled = Reconciled::default();
        for number in &spoke.connection.clubs {
            let mut after = PersonId::default();
            loop {
                let page = self.store().people(number.club, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.person.id;
                for link in page.iter().filter_map(|subject| subject.link(spoke.id())) {
                    reconciled.count(link, (restored, spoke));
                }
            }
        }
        Ok(reconciled)
    }

    /// An operator's word that creating may go on at these connections. Answers how many people it releases.
    pub async fn accept_restored(self: &Arc<Self>, connections: &[ConnectionId]) -> store::Result<u64> {
        let Some(restored) = self.read_restored().await? else { return Ok(0) };
        let mut restored = Restored::clone(&restored);
        let now = self.clock().now();
        for connection in connections {
            restored.accepted.entry(*connection).or_insert(now);
        }
        self.store().keep_restored(restored.clone()).await?;
        self.restore().store(Some(Arc::new(restored)));
        let mut released = 0;
        for connection in connections {
            released += self.release_held(*connection).await?;
        }
        Ok(released)
    }

    async fn release_held(self: &Arc<Self>, connection: ConnectionId) -> store::Result<u64> {
        let (mut released, mut after) = (0, PersonId::default());
        loop {
            let page = self.store().held(connection, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(released) };
            after = last.person.id;
            for Waiting { person, link } in page {
                if !matches!(&link.state, State::Held(hold) if hold.reason.unknown() == Some(Refusal::SinceRestore))
                {
                    continue;
                }
                let decided = self.decide_held((person.id, connection), Decision::Accepted, "").await?;
                released += u64::from(decided == Decided::Done);
            }
        }
    }
}
