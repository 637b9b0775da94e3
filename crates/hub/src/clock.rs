//! The rim's clock and dice: the only place that reads the time or draws chance.

use model::{Moment, Tracking};

/// Time and chance. A simulation brings its own.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Moment;
    /// Sixty-four random bits.
    fn dice(&self) -> u64;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the rim")]
    fn now(&self) -> Moment {
        jiff::Timestamp::now().into()
    }

    fn dice(&self) -> u64 {
        getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id()).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// A new tracking UUID of version 7, so that its time of receipt can be read from it.
pub fn tracking(clock: &dyn Clock, now: Moment) -> Tracking {
    let mut random = [0u8; 10];
    random[..8].copy_from_slice(&clock.dice().to_le_bytes());
    random[8..].copy_from_slice(&clock.dice().to_le_bytes()[..2]);
    Tracking(uuid::Builder::from_unix_timestamp_millis(now.0.max(0) as u64, &random).into_uuid())
}

/// A number in 0..1.
pub fn chance(clock: &dyn Clock) -> f64 {
    (clock.dice() >> 11) as f64 / (1u64 << 53) as f64
}
