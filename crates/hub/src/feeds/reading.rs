//! One reading: ask, weigh, take in, and only then remember how far it went.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use model::{
    Brought, ClubId, ConnectionId, Decided, Feed, FeedStory, Field, Moment, Operation, Outcome, Report,
};
use platform::{Found, Given};

use super::brake::Weighed;
use super::terms;
use crate::Hub;
use crate::clock::{self, chance};
use crate::decide::{Effect, Incoming};
use crate::door::{Refusal, Sender};
use crate::lines;
use crate::registry::Spoke;

/// After so many vain readings in a row the club is told.
const TOLD_AFTER: u32 = 3;

/// How a reading ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// All of it was taken in.
    Whole(Brought),
    /// It would change or make too many people; somebody has to decide.
    Braked(Brought),
    /// The platform did not answer, or not properly.
    Failed(String),
    /// It is being read already, or cannot be just now.
    NotNow,
}

impl Hub {
    /// Reads what was changed since the last time, and takes it in.
    pub async fn read_feed(
        self: &Arc<Self>,
        (connection, club): (ConnectionId, ClubId),
    ) -> store::Result<Read> {
        let Some(_busy) = self.feed_places().take((connection, club)) else { return Ok(Read::NotNow) };
        let of = |(feed, _): &(Feed, Arc<Spoke>)| (feed.connection, feed.club) == (connection, club);
        let Some((mut feed, spoke)) = self.feeds().await?.into_iter().find(of) else {
            return Ok(Read::NotNow);
        };
        let (spoke, Some(terms)) = (&spoke, terms(&spoke).filter(|_| self.reads_changes(&spoke))) else {
            return Ok(Read::NotNow);
        };
        let began = self.clock().now();
        let sender = Sender { connection: feed.connection, club: feed.club };
        let span = (feed.since(terms).timestamp(), began.timestamp());
        let given = Given { feed: Some(span), ..Given::default() };
        let Some(answer) = self.ask_directory(spoke, feed.club, Operation::ListChanges, given).await else {
            return Ok(Read::NotNow);
        };
        if !matches!(answer.outcome, Outcome::Saved { .. } | Outcome::Unchanged) {
            return self.not_read(feed, spoke, said(&answer.outcome)).await;
        }
        if answer.unread > 0 {
            let (unread, notes) = (answer.unread, answer.exchange.notes.join("; "));
            tracing::warn!(platform = spoke.title(), unread, %notes, "something that was read could not be understood");
            if answer.found.is_empty() {
                return self
                    .not_read(feed, spoke, format!("nothing it listed could be understood: {notes}"))
                    .await;
            }
        }
        let as_of = began.plus_s(-i64::from(terms.lag_s));
        let registry = Arc::clone(&self.registry());
        let mut found = answer.found;
        found.retain(|found| !feed.leaves_out(content(found)));
        if feed.decided() == Some(Decided::Discard) {
            feed.leave_out(began, found.iter().map(content).collect());
            return self.whole(feed, (began, Brought::default()), (sender, spoke)).await;
        }
        if feed.decided().is_none()
            && let Weighed::TooMuch(brought) = self.weigh_feed((&found, as_of), sender, spoke).await?
        {
            let is_news = feed.brake(began, brought);
            self.store().keep_feed(feed).await?;
            if is_news {
                let people = self.store().people_at(sender.connection).await?;
                self.tell_of_feed(sender, FeedStory::Braked { brought, people }).await?;
            }
            return Ok(Read::Braked(brought));
        }
        let mut brought = Brought { records: found.len(), ..Brought::default() };
        for found in found {
            if !self.place().leads(sender.connection) {
                return Ok(Read::NotNow);
            }
            let incoming = self.seen((found, as_of), sender, spoke).await?;
            match self.take(incoming, &registry).await {
                Ok(Effect::New) => brought.new += 1,
                Ok(Effect::Changed) => brought.changed += 1,
                Ok(Effect::Noted | Effect::None) => {}
                Err(refusal @ Refusal::Database) => return Err(store::Error::Database(refusal.into())),
                Err(refusal) => tracing::error!(%refusal, "what was read could not be taken in"),
            }
        }
        self.whole(feed, (began, brought), (sender, spoke)).await
    }

    /// Notes that everything was taken in, and tells the club where that had failed before.
    async fn whole(
        &self,
        mut feed: Feed,
        (began, brought): (Moment, Brought),
        (sender, spoke): (Sender, &Arc<Spoke>),
    ) -> store::Result<Read> {
        let Some(terms) = terms(spoke) else { return Ok(Read::NotNow) };
        let had_failed = feed.failing.as_ref().is_some_and(|failing| failing.times >= TOLD_AFTER);
        feed.read(began, brought, terms);
        self.store().keep_feed(feed).await?;
        if had_failed {
            self.tell_of_feed(sender, FeedStory::Again).await?;
        }
        Ok(Read::Whole(brought))
    }

    async fn not_read(&self, mut feed: Feed, spoke: &Arc<Spoke>, said: String) -> store::Result<Read> {
        let Some(terms) = terms(spoke) else { return Ok(Read::NotNow) };
        let sender = Sender { connection: feed.connection, club: feed.club };
        let times = feed.failed(self.clock().now(), &said, (terms, chance(self.clock())));
        self.store().keep_feed(feed).await?;
        if times == TOLD_AFTER {
            self.tell_of_feed(sender, FeedStory::Failing { said: said.clone() }).await?;
        }
        Ok(Read::Failed(said))
    }

    /// A line of the club's log about the reading itself.
    pub(super) async fn tell_of_feed(&self, sender: Sender, what: FeedStory) -> store::Result<()> {
        let now = self.clock().now();
        let line = lines::of_feed((clock::tracking(self.clock(), now), now), sender, what);
        self.store().keep_lines(vec![line]).await?;
        self.announce(sender.club);
        Ok(())
    }

    /// A record that was read, as a report.
    pub(super) async fn seen<'a>(
        &self,
        (found, as_of): (Found, Moment),
        sender: Sender,
        spoke: &'a Spoke,
    ) -> store::Result<Incoming<'a>> {
        let mut fields: BTreeMap<Field, Option<String>> = BTreeMap::new();
        for (field, value) in found.fields {
            let value = if field.is_reference() { self.refer(sender, field, &value).await? } else { value };
            fields.insert(field, Some(value));
        }
        let now = self.clock().now();
        Ok(Incoming {
            sender,
            spoke,
            tracking: clock::tracking(self.clock(), now),
            now,
            record: found.id,
            report: Report { kind: found.kind, fields, as_of, on_its_way_since: None },
            ignored: Vec::new(),
            quietly: true,
        })
    }
}

/// What a record says, as a hash.
fn content(found: &Found) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&found.id, found.kind, &found.fields).hash(&mut hasher);
    hasher.finish()
}

fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Unavailable { reason, .. }
        | Outcome::Misconfigured { reason }
        | Outcome::Doubtful { reason } => reason.clone(),
        Outcome::Throttled { .. } => "it asked to slow down".to_owned(),
        Outcome::Unauthorised { said } | Outcome::Rejected { said, .. } | Outcome::Duplicate { said, .. } => {
            said.clone()
        }
        Outcome::Gone => "it has no such list".to_owned(),
        _ => "the question could not be asked".to_owned(),
    }
}
