//! The tally of a sink: enough to prove that nothing was lost, doubled or reordered, without keeping people.

use std::collections::HashMap;

use serde::Serialize;

use crate::watch::marker;

/// What arrived for one external id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The number the platform gave the person.
    pub id: u64,
    /// Saves, the first one included.
    pub saves: u32,
    /// The newest `rev:<n>` seen; 0 if none.
    pub rev: u64,
    /// Saves that were older than one before.
    pub older: u32,
}

/// Totals of a sink.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Different external ids.
    pub people: u64,
    /// Saves of all of them.
    pub saves: u64,
    /// Saves that were older than one before.
    pub older: u64,
}

/// Counts per club and external id.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    by_id: HashMap<String, Count>,
    total: Tally,
}

impl Counts {
    /// Counts one save; tells the person's number and whether it is new.
    pub(crate) fn save(&mut self, external: &str, body: &[u8]) -> (u64, bool) {
        self.total.saves += 1;
        if !self.by_id.contains_key(external) {
            self.total.people += 1;
            self.by_id.insert(external.to_owned(), Count { id: self.total.people, ..Count::default() });
        }
        let Some(count) = self.by_id.get_mut(external) else { return (0, true) };
        count.saves += 1;
        if let Some(rev) = std::str::from_utf8(body).ok().and_then(marker) {
            if rev < count.rev {
                count.older += 1;
                self.total.older += 1;
            }
            count.rev = count.rev.max(rev);
        }
        (count.id, count.saves == 1)
    }

    pub(crate) fn total(&self) -> Tally {
        self.total
    }

    pub(crate) fn of(&self, external: &str) -> Option<Count> {
        self.by_id.get(external).copied()
    }

    pub(crate) fn all(&self) -> &HashMap<String, Count> {
        &self.by_id
    }

    pub(crate) fn clear(&mut self) {
        *self = Counts::default();
    }
}
