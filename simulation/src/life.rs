//! One life of a hub: after its end nothing it awaits at its store or its platforms ever comes back.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// A life.
#[derive(Default)]
pub struct Life {
    /// Which one, counted from 1.
    pub number: u32,
    ended: AtomicBool,
    told: Notify,
}

impl Life {
    /// The life of that number.
    pub fn new(number: u32) -> Self {
        Life { number, ..Life::default() }
    }

    /// Goes on while it lasts, and never afterwards.
    pub async fn goes_on(&self) {
        if self.is_over() {
            std::future::pending::<()>().await;
        }
    }

    /// Ends it, and never comes back.
    pub async fn end<T>(&self) -> T {
        self.ended.store(true, Ordering::Relaxed);
        self.told.notify_one();
        std::future::pending().await
    }

    /// Whether it ended.
    pub fn is_over(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Waits for its end.
    pub async fn ended(&self) {
        self.told.notified().await;
    }
}
