//! The ledger: every call that arrived, in order, also those that were never answered.

use std::collections::VecDeque;

use serde::Serialize;

/// Bodies longer than this are cut in the ledger.
const BODY_MAX_BYTES: usize = 16 * 1024;

/// One call as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Its number, counted from 1.
    pub n: u64,
    /// When it was answered, or would have been, in milliseconds since 1970.
    pub at_ms: u64,
    /// HTTP verb.
    pub method: String,
    /// Path and query; a secret in it is left out.
    pub path: String,
    /// What the platform took it for, such as `AddProspect`; empty when nobody looked.
    pub operation: String,
    /// The club it named.
    pub club: String,
    /// HTTP status; 0 when the platform was down.
    pub status: u16,
    /// The record that was stored by it.
    pub stored: Option<String>,
    /// Whether the caller got the answer.
    pub answered: bool,
    /// What it carried.
    pub body: String,
}

/// The last calls, up to a limit.
#[derive(Debug)]
pub(crate) struct Ledger {
    calls: VecDeque<Call>,
    capacity: usize,
    bodies: bool,
    last: u64,
}

impl Ledger {
    pub(crate) fn new(capacity: usize, bodies: bool) -> Self {
        Ledger { calls: VecDeque::new(), capacity, bodies, last: 0 }
    }

    /// The number that the next call will have.
    pub(crate) fn next(&self) -> u64 {
        self.last + 1
    }

    /// Keeps a call; `make` is asked only if calls are kept at all.
    pub(crate) fn note(&mut self, body: &[u8], make: impl FnOnce() -> Call) {
        self.last += 1;
        if self.capacity == 0 {
            return;
        }
        if self.calls.len() == self.capacity {
            self.calls.pop_front();
        }
        let mut call = make();
        call.n = self.last;
        if self.bodies {
            call.body = String::from_utf8_lossy(&body[..body.len().min(BODY_MAX_BYTES)]).into_owned();
        }
        self.calls.push_back(call);
    }

    pub(crate) fn after(&self, n: u64) -> Vec<Call> {
        self.calls.iter().filter(|call| call.n > n).cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.calls.clear();
    }

    /// Calls ever, and calls still kept.
    pub(crate) fn counts(&self) -> (u64, usize) {
        (self.last, self.calls.len())
    }
}
