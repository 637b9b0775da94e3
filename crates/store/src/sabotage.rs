//! Sabotage: what a hub must never do, so that the proofs can be seen to find it out.
//!
//! Without the feature of that name nothing here is compiled in, and every question is answered `false` by the compiler.

/// A way to break the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Callers are answered before the commit.
    AckBeforeCommit,
    /// A call that is not safe to repeat is made without being written down.
    MarkSkipped,
    /// A link is written whatever version the decision was made on.
    FenceRemoved,
}

impl Way {
    /// As the environment spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Way::AckBeforeCommit => "ack-before-commit",
            Way::MarkSkipped => "mark-skipped",
            Way::FenceRemoved => "fence-removed",
        }
    }
}

/// Whether this process is broken in this way.
#[cfg(feature = "sabotage")]
pub fn is(way: Way) -> bool {
    static NAME: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    *NAME.get_or_init(|| std::env::var("CONNECTOR_SABOTAGE").unwrap_or_default()) == way.name()
}

/// Whether this process is broken in this way.
#[cfg(not(feature = "sabotage"))]
pub const fn is(_: Way) -> bool {
    false
}
