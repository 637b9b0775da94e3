//! Deciding about a reading that the brake stopped.

use std::sync::Arc;

use model::{ClubId, ConnectionId, Decided, FeedStory};

use crate::Hub;
use crate::door::Sender;

impl Hub {
    /// Decides about a reading that was stopped; the next one carries it out. Answers whether there was anything to decide.
    pub async fn decide_feed(
        self: &Arc<Self>,
        (connection, club): (ConnectionId, ClubId),
        decision: Decided,
    ) -> store::Result<bool> {
        let feeds = self.feeds().await?;
        let of = |(feed, _): &(model::Feed, _)| (feed.connection, feed.club) == (connection, club);
        let Some((mut feed, _)) = feeds.into_iter().find(of) else { return Ok(false) };
        if !feed.decide(self.clock().now(), decision) {
            return Ok(false);
        }
        self.store().keep_feed(feed).await?;
        let line = match decision {
            Decided::Apply => FeedStory::Applied,
            Decided::Discard => FeedStory::Discarded,
        };
        self.tell_of_feed(Sender { connection, club }, line).await?;
        Ok(true)
    }
}
