//! The one reading of a clock here: how long a call took. It decides nothing.

use std::time::Instant;

/// A stopwatch.
pub(crate) struct Watch(Instant);

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "measures a call for the log; no decision depends on it")]
    pub fn start() -> Self {
        Watch(Instant::now())
    }

    pub fn elapsed_ms(&self) -> u32 {
        u32::try_from(self.0.elapsed().as_millis()).unwrap_or(u32::MAX)
    }
}
