//! Deciding about a reading that the brake stopped.

use std::sync::Arc;

use model::{ClubId, ConnectionId, Decided, FeedStory};

use crate::Hub;
use crate::door::Sender;

/// What became of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deciding {
    /// The next reading carries it out.
    Done,
    /// There was nothing to decide.
    Nothing,
    /// It is being read just now.
    NotNow,
}

impl Hub {
    /// Decides about a reading that was stopped; the next one carries it out.
    pub async fn decide_feed(
        self: &Arc<Self>,
        (connection, club): (ConnectionId, ClubId),
        decision: Decided,
    ) -> store::Result<Deciding> {
        let Some(_busy) = self.feed_places().take((connection, club)) else { return Ok(Deciding::NotNow) };
        let feeds = self.feeds().await?;
        let of = |(feed, _): &(model::Feed, _)| (feed.connection, feed.club) == (connection, club);
        let Some((mut feed, _)) = feeds.into_iter().find(of) else { return Ok(Deciding::Nothing) };
        if !feed.decide(self.clock().now(), decision) {
            return Ok(Deciding::Nothing);
        }
        self.store().keep_feed(feed).await?;
        let line = match decision {
            Decided::Apply => FeedStory::Applied,
            Decided::Discard => FeedStory::Discarded,
        };
        self.tell_of_feed(Sender { connection, club }, line).await?;
        Ok(Deciding::Done)
    }
}
