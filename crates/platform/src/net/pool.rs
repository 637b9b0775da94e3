//! Idle connections, kept for a moment.
//!
//! A connection that was idle for long may have been closed by the other side without our having noticed; a create
//! sent into it would be in doubt. So calls that are not safe to repeat only take one that was in use just now.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::connect::Sender;
use super::guard::Target;

/// How long a connection may have been idle for a call that is not safe to repeat.
const FRESH: Duration = Duration::from_secs(2);
/// How long for any other call.
const IDLE_MAX: Duration = Duration::from_secs(20);
/// How many are kept for one host.
const PER_HOST_MAX: usize = 64;

struct Idle {
    sender: Sender,
    since: Instant,
}

struct Shelves {
    by_target: HashMap<Target, Vec<Idle>>,
    swept: Instant,
}

/// The idle connections of one client.
pub(super) struct Pool {
    shelves: Mutex<Shelves>,
}

impl Pool {
    pub(super) fn new() -> Self {
        Pool { shelves: Mutex::new(Shelves { by_target: HashMap::new(), swept: Instant::now() }) }
    }

    /// The connection that was in use last, if it was recently enough.
    pub(super) fn take(&self, target: &Target, fresh: bool) -> Option<Sender> {
        let idle_max = if fresh { FRESH } else { IDLE_MAX };
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let shelf = shelves.by_target.get_mut(target)?;
        while let Some(idle) = shelf.pop() {
            if idle.since.elapsed() >= idle_max {
                // The others are older still.
                shelf.push(idle);
                return None;
            }
            if !idle.sender.is_closed() {
                return Some(idle.sender);
            }
        }
        None
    }

    /// Keeps a connection for the next call.
    pub(super) fn put(&self, target: Target, sender: Sender) {
        if sender.is_closed() {
            return;
        }
        let now = Instant::now();
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(shelves.swept) >= FRESH {
            shelves.swept = now;
            shelves.by_target.retain(|_, shelf| {
                shelf.retain(|idle| now.duration_since(idle.since) < IDLE_MAX && !idle.sender.is_closed());
                !shelf.is_empty()
            });
        }
        let shelf = shelves.by_target.entry(target).or_default();
        if shelf.len() < PER_HOST_MAX {
            shelf.push(Idle { sender, since: now });
        }
    }
}
