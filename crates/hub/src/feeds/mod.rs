//! Feeds: what a platform's own people changed is read again and again, and taken in like any other report.
//!
//! One node reads a feed, the one that leads its connection's lane. A reading that is broken off, by a crash or by a platform
//! that goes away, is made again from where the last whole one began.

mod brake;
mod decision;
mod reading;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{ClubId, ConnectionId, Feed, FeedTerms};
use tokio::sync::Semaphore;

use crate::Hub;
use crate::registry::Spoke;

pub use decision::Deciding;
pub use reading::Read;

/// How often it is looked what is to be read.
const LOOK: Duration = Duration::from_secs(5);
/// How many feeds are read at once.
const AT_ONCE: usize = 16;

/// Which feeds are being read.
pub(crate) struct Feeds {
    busy: Mutex<HashSet<(ConnectionId, ClubId)>>,
    places: Arc<Semaphore>,
}

impl Default for Feeds {
    fn default() -> Self {
        Feeds { busy: Mutex::default(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// That a feed is being read, until this is dropped.
struct Busy<'a> {
    feeds: &'a Feeds,
    place: (ConnectionId, ClubId),
}

impl Feeds {
    fn busy(&self) -> MutexGuard<'_, HashSet<(ConnectionId, ClubId)>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, place: (ConnectionId, ClubId)) -> Option<Busy<'_>> {
        self.busy().insert(place).then(|| Busy { feeds: self, place })
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.feeds.busy().remove(&self.place);
    }
}

/// How a connection's changes are read, if they can be and that was agreed.
fn terms(spoke: &Spoke) -> Option<FeedTerms> {
    let live = spoke.connection.live_since.is_some();
    spoke.abilities().feed.filter(|_| live && spoke.agreement().receives_people)
}

impl Hub {
    /// Reads whatever is to be read, for as long as the hub runs.
    pub fn tend_feeds(self: &Arc<Self>) {
        let hub = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK).await;
                let Some(strong) = hub.upgrade() else { return };
                if let Err(error) = strong.begin_due_feeds().await {
                    tracing::error!(%error, "it could not be seen which changes are to be read; trying again");
                }
            }
        });
    }

    /// Whether this node reads a connection's changes just now.
    pub(crate) fn reads_changes(&self, spoke: &Spoke) -> bool {
        terms(spoke).is_some() && spoke.connection.paused.is_none() && self.place().leads(spoke.id())
    }

    /// Begins to read each feed whose time has come, the longest due first.
    async fn begin_due_feeds(self: &Arc<Self>) -> store::Result<()> {
        let now = self.clock().now();
        let mut feeds = self.feeds().await?;
        feeds.retain(|(feed, spoke)| {
            let is_read = self.feed_places().busy().contains(&(feed.connection, feed.club));
            self.reads_changes(spoke) && feed.is_due(now) && !is_read
        });
        feeds.sort_by_key(|(feed, _)| feed.next_at);
        for (feed, spoke) in feeds {
            let Ok(place) = Arc::clone(&self.feed_places().places).try_acquire_owned() else { return Ok(()) };
            let hub = Arc::clone(self);
            tokio::spawn(async move {
                if let Err(error) = hub.read_feed((feed.connection, feed.club)).await {
                    tracing::error!(%error, platform = spoke.title(), "changes were not all kept; they are read again");
                }
                drop(place);
            });
        }
        Ok(())
    }

    /// The feeds that are agreed on, also those that were never read, in order of connection and club.
    pub async fn feeds(&self) -> store::Result<Vec<(Feed, Arc<Spoke>)>> {
        let registry = Arc::clone(&self.registry());
        if registry.spokes().all(|spoke| terms(spoke).is_none()) {
            return Ok(Vec::new());
        }
        let known = self.store().feeds().await?;
        let mut feeds = Vec::new();
        for spoke in registry.spokes().filter(|spoke| terms(spoke).is_some()) {
            let Some(live_since) = spoke.connection.live_since else { continue };
            for number in &spoke.connection.clubs {
                let of = |feed: &&Feed| (feed.connection, feed.club) == (spoke.id(), number.club);
                let begun = || Feed::begin(spoke.id(), number.club, live_since);
                feeds.push((known.iter().find(of).cloned().unwrap_or_else(begun), Arc::clone(spoke)));
            }
        }
        Ok(feeds)
    }
}
