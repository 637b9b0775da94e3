//! Deciding about a reading that the brake stopped.

use std::sync::Arc;

use model::{ClubId, ConnectionId, FeedStory};

use crate::Hub;
use crate::door::Sender;

impl Hub {
    /// Takes the changes in after all, as they are when they are read anew, or leaves out those until now. Answers whether
    /// there was anything to decide.
    pub async fn decide_feed(
        self: &Arc<Self>,
        (connection, club): (ConnectionId, ClubId),
        apply: bool,
    ) -> store::Result<bool> {
        let feeds = self.feeds().await?;
        let of = |(feed, _): &(model::Feed, _)| (feed.connection, feed.club) == (connection, club);
        let Some((mut feed, _)) = feeds.into_iter().find(of) else { return Ok(false) };
        if !feed.decide(self.clock().now(), apply) {
            return Ok(false);
        }
        self.store().keep_feed(feed).await?;
        let line = if apply { FeedStory::Applied } else { FeedStory::Discarded };
        self.tell_of_feed(Sender { connection, club }, line).await?;
        Ok(true)
    }
}
