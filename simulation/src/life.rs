//! One life of a hub: after its end nothing it awaits at its store or its platforms ever comes back, and while it stands
//! still nothing does.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// A life.
#[derive(Default)]
pub struct Life {
    /// Which one, counted from 1.
    pub number: u32,
    ended: AtomicBool,
    told: Notify,
    still: AtomicBool,
    woke: Notify,
}

impl Life {
    /// The life of that number.
    pub fn new(number: u32) -> Self {
        Life { number, ..Life::default() }
    }

    /// Goes on while it lasts, and never afterwards; where it stood still, others of its tasks come first.
    pub async fn goes_on(&self) {
        while self.stands_still() {
            let mut woke = pin!(self.woke.notified());
            woke.as_mut().enable();
            if self.stands_still() {
                woke.await;
                tokio::task::yield_now().await;
            }
        }
        if self.is_over() {
            std::future::pending::<()>().await;
        }
    }

    /// Stands still, or goes on.
    pub fn stand_still(&self, still: bool) {
        self.still.store(still, Ordering::Relaxed);
        self.woke.notify_waiters();
    }

    /// Whether it stands still.
    pub fn stands_still(&self) -> bool {
        self.still.load(Ordering::Relaxed)
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
