//! A node's place among the others, as those who call platforms ask for it.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{ConnectionId, Moment};
use store::nodes::{News, NodeId};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::clock::Clock;

/// How long a node is believed to be alive after a beat, by the store's clock.
pub(super) const ALIVE: Duration = Duration::from_secs(6);
/// By how much earlier it stops by its own.
const MARGIN: Duration = Duration::from_millis(500);
/// What is to be told waits here; what finds no room is found in the store, later.
const UNTOLD: usize = 4_096;

/// Until when the place is sure. Both clocks must agree: one stands still while the machine sleeps, the other may be
/// set back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Until {
    node: NodeId,
    by_time_passed: Instant,
    by_time_of_day: Moment,
}

impl Until {
    pub(super) fn after_beat_at(began: (Instant, Moment), node: NodeId) -> Until {
        let sure = ALIVE.saturating_sub(MARGIN);
        let sure_ms = i64::try_from(sure.as_millis()).unwrap_or(i64::MAX);
        Until { node, by_time_passed: began.0 + sure, by_time_of_day: began.1.plus_ms(sure_ms) }
    }
}

/// This process's place.
pub(crate) struct Place {
    shared: bool,
    until: Mutex<Option<Until>>,
    /// Until when it is sure has changed. It wakes in the order of waiting, so that a schedule of tests plays again alike.
    changed: Notify,
    known: Mutex<Known>,
    pub(super) nudge: Arc<Notify>,
    untold: mpsc::Sender<News>,
    to_tell: Mutex<Option<mpsc::Receiver<News>>>,
    keeper: Mutex<Option<JoinHandle<()>>>,
}

/// What the last beat said.
#[derive(Default)]
pub(super) struct Known {
    pub(super) node: Option<NodeId>,
    pub(super) led: BTreeSet<ConnectionId>,
    /// Lanes that pause until they can be given away.
    pub(super) draining: BTreeSet<ConnectionId>,
    /// Whether the node is about to end, or has left.
    pub(super) leaving: bool,
    /// Whether the last roll had no other node: nobody would hear what is told. Who comes meanwhile finds it in the store.
    pub(super) alone: bool,
    pub(super) setup: i64,
    pub(super) directory: i64,
}

impl Known {
    /// Leads these lanes. Answers those that it did not lead before, and whether one goes on that was to be given away.
    pub(super) fn lead(&mut self, lanes: impl Iterator<Item = ConnectionId>) -> (Vec<ConnectionId>, bool) {
        let (mut more, mut goes_on) = (Vec::new(), false);
        for lane in lanes {
            goes_on |= self.draining.remove(&lane);
            if self.led.insert(lane) {
                more.push(lane);
            }
        }
        (more, goes_on)
    }

    /// The lane is another node's.
    pub(super) fn forget(&mut self, lane: ConnectionId) {
        self.led.remove(&lane);
        self.draining.remove(&lane);
    }
}

impl Place {
    /// A place on a store that is shared, or not. On a shared one it is not sure before the first beat.
    pub(crate) fn new(shared: bool) -> Place {
        let (untold, to_tell) = mpsc::channel(UNTOLD);
        Place {
            shared,
            until: Mutex::default(),
            changed: Notify::new(),
            known: Mutex::default(),
            nudge: Arc::default(),
            untold,
            to_tell: Mutex::new(Some(to_tell)),
            keeper: Mutex::default(),
        }
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether others may be on the store.
    pub(crate) const fn is_shared(&self) -> bool {
        self.shared
    }

    /// Whether this node leads a lane.
    pub(crate) fn leads(&self, lane: ConnectionId) -> bool {
        !self.shared || self.known().led.contains(&lane)
    }

    /// Whether a lane hands out nothing, for it is to be given away.
    pub(crate) fn gives_away(&self, lane: ConnectionId) -> bool {
        let known = self.known();
        known.leaving || known.draining.contains(&lane)
    }

    /// Notes who beats.
    pub(super) fn is_kept_by(&self, keeper: JoinHandle<()>) {
        *self.keeper.lock().unwrap_or_else(PoisonError::into_inner) = Some(keeper);
    }

    /// Ends the beats; afterwards no beat that was under way changes anything here.
    pub(super) async fn is_kept_no_more(&self) {
        let keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(keeper) = keeper {
            keeper.abort();
            drop(keeper.await);
        }
    }

    pub(super) fn is_sure_until(&self, until: Option<Until>) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
        self.changed.notify_waiters();
    }

    fn until(&self) -> Option<Until> {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the place is sure now.
    pub(crate) fn is_sure(&self, clock: &dyn Clock) -> bool {
        !self.shared
            || self.until().is_some_and(|until| {
                Instant::now() < until.by_time_passed && clock.now() < until.by_time_of_day
            })
    }

    /// Does something while the place is sure; `None` where it is not, or stopped being so meanwhile.
    pub(crate) async fn within<T>(&self, clock: &dyn Clock, act: impl Future<Output = T>) -> Option<T> {
        if !self.shared {
            return Some(act.await);
        }
        if !self.is_sure(clock) {
            return None;
        }
        tokio::select! {
            biased;
            done = act => Some(done),
            () = self.lost() => None,
        }
    }

    /// The place is lost although it is sure again by the time that this looks: then it is another.
    async fn lost(&self) {
        let node = self.until().map(|until| until.node);
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let Some(now) = self.until().filter(|now| Some(now.node) == node) else { return };
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(now.by_time_passed) => return,
                () = changed => {}
            }
        }
    }

    /// What waits to be told, for the one who tells it.
    pub(super) fn to_tell(&self) -> Option<mpsc::Receiver<News>> {
        self.to_tell.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Has the roll looked at now.
    pub(crate) fn look(&self) {
        self.nudge.notify_one();
        self.tell(News::Look);
    }

    /// Has something told to the other nodes.
    pub(crate) fn tell(&self, news: News) {
        if !self.shared || self.known().alone {
            return;
        }
        if self.untold.try_send(news).is_err() {
            tracing::debug!("there is more to tell the other nodes than can wait; they find it in the store");
        }
    }
}
