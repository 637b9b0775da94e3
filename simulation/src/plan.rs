//! What a schedule may meet, drawn from its seed: each schedule has some kinds of faults and none of the others.

/// How likely each fault is: one in so many; 0 is never.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// The process ends before or after a commit.
    pub crash: u64,
    /// A commit answers an error, kept or not.
    pub store: u64,
    /// A call fails before anything is stored.
    pub before: u64,
    /// An answer is lost after storing.
    pub lost: u64,
    /// A call or its answer is slower than the deadline.
    pub slow: u64,
    /// Too many calls.
    pub throttled: u64,
    /// A platform is down for a while.
    pub outage: u64,
    /// A sign-in is refused for a while.
    pub locked: u64,
    /// A platform reports our own write back before it answers.
    pub echo: u64,
    /// One of several hubs stands still for a while.
    pub freeze: u64,
    /// How long a new record is hidden from look-ups, in milliseconds.
    pub hidden_ms: u64,
}

impl Faults {
    /// What one schedule may meet; one in eight meets nothing.
    pub fn draw(chance: &mut fastrand::Rng) -> Self {
        if chance.u8(..8) == 0 {
            return Faults::default();
        }
        let mut one_in = |often: u64| if chance.bool() { often + chance.u64(..4 * often) } else { 0 };
        Faults {
            crash: one_in(8),
            store: one_in(10),
            before: one_in(4),
            lost: one_in(3),
            slow: one_in(4),
            throttled: one_in(6),
            outage: one_in(12),
            locked: one_in(15),
            echo: one_in(2),
            hidden_ms: one_in(1_000).min(5_000),
            freeze: 0,
        }
    }
}
