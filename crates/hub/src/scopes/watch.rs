//! The watch over a scope that cannot be called: it waits, and it probes, until the scope is open.

use std::sync::{Arc, Weak};
use std::time::Duration;

use model::scope::{Part, Sign, Standing};
use model::{Moment, Operation};
use platform::Given;
use tokio::sync::Notify;

use super::{Calls, Id, Manner, Room, ids, reaches};
use crate::Hub;
use crate::registry::Spoke;

/// How long a watch waits while every lane behind its scope is paused.
const PAUSED: Duration = Duration::from_secs(5);

/// Watches over a scope until it is open again.
pub(super) async fn over(hub: Weak<Hub>, id: Id) {
    loop {
        let Some(strong) = hub.upgrade() else { return };
        let Some((standing, changed)) = strong.look_at(&id) else { return };
        let now = strong.clock().now();
        let (at, is_down) = match standing {
            Standing::Open => return,
            Standing::Busy(until) => (until, false),
            Standing::Down { probe_at, .. } => (probe_at, true),
        };
        if at > now {
            drop(strong);
            pause(&changed, millis(at, now)).await;
        } else if !is_down {
            strong.change(&id, |scope| scope.lapse(now));
        } else if let Some(sign) = strong.probe(&id).await {
            let now = strong.clock().now();
            strong.change(&id, |scope| scope.probed(sign, now));
        } else {
            drop(strong);
            pause(&changed, PAUSED).await;
        }
    }
}

fn millis(at: Moment, now: Moment) -> Duration {
    Duration::from_millis(at.since_ms(now).max(0).unsigned_abs())
}

async fn pause(changed: &Notify, long: Duration) {
    tokio::select! { biased; () = tokio::time::sleep(long) => {}, () = changed.notified() => {} }
}

impl Hub {
    /// Asks whether a host is up, by its health call, else by its verification; or whether a key is let in, by its
    /// verification. `None` while nobody wants to know.
    async fn probe(self: &Arc<Self>, id: &Id) -> Option<Sign> {
        let registry = Arc::clone(&self.registry());
        let wanted = |spoke: &&Arc<Spoke>| {
            reaches(spoke, id) && (self.lane_is_awake(spoke.id()) || self.reads_changes(spoke))
        };
        let spoke = registry.spokes().find(wanted)?;
        let (club, endpoint) = spoke.endpoints().find(|(_, endpoint)| ids(endpoint).contains(id))?;
        let by: &[Operation] = match id.0 {
            Part::Host => &[Operation::Health, Operation::Verify],
            Part::Key => &[Operation::Verify],
        };
        let Some(operation) = by.iter().find(|operation| spoke.abilities().can(**operation)) else {
            return Some(Sign::Silent);
        };
        let calls = Calls { club, of: &[(*operation, 1)], manner: Manner::Apart };
        if !matches!(self.spend(spoke, calls).await, Ok(Room::Yes)) {
            return None;
        }
        let given = Given { now: self.clock().now().timestamp(), ..Given::default() };
        let answer = endpoint.call(*operation, &given).await;
        let sign = Sign::of(&answer.outcome, id.0, self.clock().now());
        let well = sign == Sign::Well;
        tracing::info!(platform = spoke.title(), part = ?id.0, well, "asked a platform whether it is back");
        Some(sign)
    }

    /// What a watch waits for; `None` ends it, for the scope is open.
    fn look_at(&self, id: &Id) -> Option<(Standing, Arc<Notify>)> {
        let mut known = self.scopes().lock();
        let entry = known.get_mut(id)?;
        let standing = entry.scope.standing();
        if standing != Standing::Open {
            return Some((standing, Arc::clone(&entry.changed)));
        }
        entry.watched = false;
        if entry.scope.is_well() {
            known.remove(id);
        }
        None
    }
}
