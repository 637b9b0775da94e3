//! The one reading of a clock here: how long a call took, and how much of its time is left.

use std::time::Duration;

use tokio::time::Instant;

/// A stopwatch.
pub(crate) struct Watch(Instant);

impl Watch {
    pub fn start() -> Self {
        Watch(Instant::now())
    }

    /// What is left of the time that a call may take.
    pub fn left_of(&self, whole: Duration) -> Duration {
        whole.saturating_sub(self.0.elapsed())
    }

    pub fn elapsed_ms(&self) -> u32 {
        u32::try_from(self.0.elapsed().as_millis()).unwrap_or(u32::MAX)
    }
}
