//! Faults on demand. Counted ones run down as they happen; the others stay until they are cleared.

use serde::{Deserialize, Serialize};

/// What shall go wrong. The default is: nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Every call is carried out this much later.
    pub latency_ms: u64,
    /// Every call is answered this much after it was carried out.
    pub answer_delay_ms: u64,
    /// This share of calls (0 to 1) fails as the platform's server trouble; nothing is stored.
    pub error_rate: f64,
    /// This share of writes (0 to 1) is stored, and the connection then closed without an answer.
    pub drop_rate: f64,
    /// Where the two rates' chance starts from.
    pub seed: Option<u64>,
    /// The next so many writes are stored, and the connection then closed without an answer.
    pub drop_after_store: u32,
    /// The next so many writes are stored, and then answered with the platform's server trouble.
    pub fail_after_store: u32,
    /// Calls turned away for being too many.
    pub throttle: Option<Throttle>,
    /// Connections are accepted and closed once a call arrives on them.
    pub down: bool,
    /// The port is shut for so long: connections are refused. Only the handle in the same process can end it early.
    pub refuse_connections_ms: Option<u64>,
    /// The platform's maintenance answer to everything.
    pub maintenance: bool,
    /// A new record is found by look-ups only after this long.
    pub visible_after_ms: u64,
    /// A value that the platform does not like.
    pub refuse: Option<Refuse>,
    /// Magicline: what is asked to be changed waits until the platform's people approve it.
    pub changes_wait: bool,
    /// HubSpot: each refresh token is taken once, and its answer brings the next.
    pub refresh_rotates: bool,
    /// Open spoke: a new external id whose name, e-mail and mobile a record has already is answered 409.
    pub refuse_duplicates: bool,
}

/// Too many calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throttle {
    /// The next so many calls are turned away.
    pub count: u32,
    /// What they are told to wait, in seconds.
    #[serde(default = "one")]
    pub retry_after_s: u32,
}

fn one() -> u32 {
    1
}

/// A refused value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refuse {
    /// Our name of the field (`zipcode`) or the platform's (`PostalCode`).
    pub field: String,
    /// Refused when the value contains this; empty refuses every value.
    #[serde(default)]
    pub contains: String,
    /// What the platform says.
    #[serde(default)]
    pub message: String,
}

/// Trouble instead of an answer, in each platform's own style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The server failed.
    Broken,
    /// Too many calls; seconds to wait.
    Throttled(u32),
    /// Down for maintenance.
    Maintenance,
}
