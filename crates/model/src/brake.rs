//! The brake: no single cause changes people in bulk without a decision (integration rules §8).
//!
//! A staff member or lead source that is matched, renamed or linked to another number changes everybody who refers to it.
//! Where those are many, nothing of it is sent before somebody has looked. People who are edited themselves are not
//! braked, and a first load is a decision of its own.

use serde::{Deserialize, Serialize};

use crate::Moment;

/// So many people a cause may change without a decision.
pub const ALWAYS: usize = 50;
/// Of a hundred of a connection's people, so many.
pub const OF_A_HUNDRED: usize = 5;

/// Whether a cause that changes so many of a connection's people needs a decision.
pub const fn brakes(changes: usize, people: usize) -> bool {
    changes > ALWAYS && changes.saturating_mul(100) > people.saturating_mul(OF_A_HUNDRED)
}

/// What stands in the way of a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Brake {
    /// Somebody has to decide.
    Waits {
        /// Since when.
        since: Moment,
    },
    /// Somebody decided against it.
    Discarded,
}
