//! Retention: the details of a log are removed once they are older than the client keeps them.

use std::sync::Arc;

use model::{ClubId, Moment};
use store::Removal;

use crate::Hub;

/// How many lines are looked at in one go: few, for nobody is accepted meanwhile.
const AT_ONCE: usize = 50;
/// How long it rests between two helpings while calls are under way, and while none are.
const REST_BESIDE_WORK_MS: u64 = 1_000;
const REST_IN_PEACE_MS: u64 = 50;
const DAY_MS: i64 = 86_400_000;

impl Hub {
    /// Clubs whose details are not kept for ever, and before when they are removed.
    pub fn details_kept_since(&self) -> Vec<(ClubId, Moment)> {
        let (registry, now) = (self.registry(), self.clock().now());
        let setup = &registry.setup;
        let days = |client| {
            let client = setup.clients.iter().find(|one| one.id == client);
            client.map_or(0, |client| i64::from(client.log_detail_days))
        };
        let kept = setup.clubs.iter().map(|club| (club.id, days(club.client)));
        kept.filter(|(_, days)| *days > 0).map(|(club, days)| (club, now.plus_ms(-days * DAY_MS))).collect()
    }

    /// Removes what is too old, in small helpings, and lets work go first. Answers how many lines lost their details.
    pub async fn remove_old_details(self: &Arc<Self>) -> store::Result<usize> {
        let mut lines = 0;
        for (club, before) in self.details_kept_since() {
            let mut after = None;
            loop {
                let now = self.clock().now();
                let removal = Removal { club, before, after, limit: AT_ONCE, now };
                let removed = self.store().remove_details(removal).await?;
                lines += removed.lines;
                after = removed.last;
                if after.is_none() {
                    break;
                }
                let busy = self.pulses().iter().any(|pulse| pulse.under_way > 0);
                self.clock_sleep(if busy { REST_BESIDE_WORK_MS } else { REST_IN_PEACE_MS }).await;
            }
        }
        Ok(lines)
    }
}
