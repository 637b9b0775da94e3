//! Tending: completing people when the directory learns something, and asking again by itself.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use model::directory::{Entry, How, Role};
use model::{
    Accepted, ClubId, ConnectionId, DirectoryStory, EntryId, Field, Operation, Person, PersonId, Reference,
    State,
};
use store::{Settlement, Verdict};

use super::SentAnew;
use super::by_hand::field_of;
use super::save::takes;
use crate::Hub;
use crate::clock;
use crate::registry::Spoke;

/// How often those are asked for again for whom a platform did not answer; the whole round of what is unmatched comes
/// after so many of these.
const SOON: Duration = Duration::from_secs(10);
const SOONS_A_ROUND: usize = 360;
/// How many people are read at once.
pub(super) const PAGE: usize = 200;

impl Hub {
    /// Makes due, on one connection, all people who refer to an entry and whose projection it changes; slowly means behind
    /// everybody else. Where the entry is linked otherwise meanwhile, or its brake decided, the rest is up to whoever did so.
    pub(super) async fn apply(
        self: &Arc<Self>,
        entry: EntryId,
        spoke: &Arc<Spoke>,
        slowly: bool,
    ) -> store::Result<SentAnew> {
        let (mut after, mut sent) = (PersonId::default(), SentAnew::default());
        let Some(Entry { role, .. }) = self.directory().get(entry) else { return Ok(sent) };
        let linked = || {
            let linked = self.directory().correspondence(entry, spoke.id());
            linked.map(|one| (one.remote_id, one.how, one.brake))
        };
        let before = linked();
        loop {
            let people = self.store().referring(entry, after, PAGE).await?;
            let Some(last) = people.last() else { return Ok(sent) };
            after = *last;
            for person in people {
                if before.is_some() && linked() != before {
                    return Ok(sent);
                }
                sent.people += usize::from(self.apply_to(person, field_of(role), spoke, slowly).await?);
            }
        }
    }

    async fn apply_to(
        self: &Arc<Self>,
        person: PersonId,
        field: Field,
        spoke: &Arc<Spoke>,
        slowly: bool,
    ) -> store::Result<bool> {
        loop {
            let Some(subject) = self.store().subject(person).await? else { return Ok(false) };
            let Person { club, .. } = subject.person;
            let Some(link) = subject.links.iter().find(|link| link.connection == spoke.id()) else {
                return Ok(false);
            };
            if !self.concerns(field, link, &subject.person, spoke) {
                return Ok(false);
            }
            let mut link = link.clone();
            let now = self.clock().now();
            let save = clock::tracking(self.clock(), now);
            let (at_rest, is_due) = (link.state == State::Idle, link.due_at().is_some());
            if self.accept_on(&mut link, &subject.person, spoke, (save, now)) != Accepted::Due {
                return Ok(false);
            }
            if link.pending.len() > 1 {
                link.pending.retain(|pending| *pending != save);
            }
            link.loads |= slowly && at_rest;
            let at = link.rank().unwrap_or(now);
            if self.store().settle(Settlement { link, lines: Vec::new() }).await? == Verdict::Applied {
                self.lane_due(spoke.id(), person, at);
                self.announce(club);
                return Ok(!is_due);
            }
        }
    }

    /// Reads what other nodes linked or decided. They made due whom it concerns; a turn here that knew nothing of it yet may
    /// have found nothing to be sent to them, so that they are looked at again.
    pub(crate) async fn read_directory(self: &Arc<Self>) -> store::Result<()> {
        let linked = self.directory().load(self.store()).await?;
        self.reproject_later(linked);
        Ok(())
    }

    fn reproject_later(self: &Arc<Self>, linked: Vec<(EntryId, ConnectionId)>) {
        let registry = Arc::clone(&self.registry());
        let led = |connection| registry.spoke(connection).filter(|spoke| self.tends(spoke)).cloned();
        let linked: Vec<_> =
            linked.into_iter().filter_map(|(entry, connection)| Some((entry, led(connection)?))).collect();
        if linked.is_empty() {
            return;
        }
        let hub = Arc::clone(self);
        tokio::spawn(async move {
            for (entry, spoke) in linked {
                if let Err(error) = hub.reproject(entry, &spoke).await {
                    tracing::error!(%error, "whom another node linked was not sent anew");
                }
            }
        });
    }

    /// The same where the store is shared, before something of it is decided.
    pub(super) async fn look_at_directory(self: &Arc<Self>) -> store::Result<()> {
        if self.place().is_shared() { self.read_directory().await } else { Ok(()) }
    }

    /// Asks again, now and then, for whatever is still unmatched.
    pub fn tend_directory(self: &Arc<Self>) {
        let hub = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                let Some(strong) = hub.upgrade() else { return };
                if let Err(error) = strong.tend_once().await {
                    tracing::error!(%error, "the round of unmatched staff and lead sources was broken off");
                }
                drop(strong);
                for _ in 0..SOONS_A_ROUND {
                    tokio::time::sleep(SOON).await;
                    let Some(strong) = hub.upgrade() else { return };
                    if let Err(error) = strong.ask_the_unanswered().await {
                        tracing::error!(%error, "staff and lead sources could not be asked for; the next round will");
                    }
                }
            }
        });
    }

    /// Asks once more where a platform did not answer, and goes on to the next one where it still does not.
    async fn ask_the_unanswered(self: &Arc<Self>) -> store::Result<()> {
        let registry = Arc::clone(&self.registry());
        let waiting: Vec<_> = self.directory().read().unanswered.iter().copied().collect();
        let mut down: HashSet<(ConnectionId, ClubId)> = HashSet::new();
        for (entry, connection) in waiting {
            let Some(club) = self.directory().get(entry).map(|entry| entry.club) else { continue };
            if down.contains(&(connection, club)) {
                continue;
            }
            self.directory().write().unanswered.remove(&(entry, connection));
            let Some(spoke) = registry.spoke(connection).filter(|spoke| self.tends(spoke)) else { continue };
            match self.ask_for(entry, spoke).await? {
                (_, DirectoryStory::NotAsked) => drop(down.insert((connection, club))),
                (Reference::To(_), _) => drop(self.complete(entry, spoke).await?),
                _ => {}
            }
        }
        Ok(())
    }

    /// Makes every lead source of a connection's clubs at a platform that can create them and cannot be asked for them:
    /// such a platform has none but those it is given (integration rules §2).
    pub async fn give_sources(self: &Arc<Self>, connection: ConnectionId) -> store::Result<()> {
        let registry = Arc::clone(&self.registry());
        let Some(spoke) = registry.spoke(connection) else { return Ok(()) };
        let can = |operation| spoke.abilities().can(operation);
        if !can(Operation::CreateLeadSource)
            || can(Operation::ListLeadSources)
            || can(Operation::FindLeadSource)
        {
            return Ok(());
        }
        for number in &spoke.connection.clubs {
            self.read_lists(number.club).await?;
            let given = |other: &&Arc<Spoke>| other.agreement().receives_directory;
            for other in registry.of_club(number.club).iter().filter(given) {
                let sources = self.directory().entries_of(other.id(), number.club, Role::LeadSource);
                for source in sources.iter().filter(|one| one.known && one.active && takes(spoke, one)) {
                    self.review(source, spoke).await?;
                }
            }
        }
        Ok(())
    }

    /// One round over everything unmatched, and over what matching would no longer link.
    pub async fn tend_once(self: &Arc<Self>) -> store::Result<()> {
        self.tend_some(|_| true).await
    }

    /// The same for some connections, whose lanes another node led before: whom it was still to ask for, it alone knew.
    pub(crate) fn tend_soon(self: &Arc<Self>, connections: Vec<ConnectionId>) {
        let hub = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = hub.tend_some(|spoke| connections.contains(&spoke.id())).await {
                tracing::error!(%error, "unmatched staff and lead sources were not asked for; the next round will");
            }
        });
    }

    /// What a round links is added up, for its cause is one: a widened agreement, a platform's new list.
    async fn tend_some(self: &Arc<Self>, are_meant: impl Fn(&Spoke) -> bool) -> store::Result<()> {
        let registry = Arc::clone(&self.registry());
        for spoke in registry.spokes().filter(|spoke| self.tends(spoke) && are_meant(spoke)) {
            let mut changed = 0;
            for entry in self.to_be_reviewed(spoke) {
                if self.is_linked_anew(&entry, spoke).await? {
                    changed += self.reproject_after(changed, entry.id, spoke).await?.people;
                }
            }
        }
        Ok(())
    }

    /// Whether matching at a connection is this hub's: one node asks for a source at a time, or two would make it.
    pub(super) fn tends(&self, spoke: &Spoke) -> bool {
        self.place().leads(spoke.id())
    }

    /// Entries of other connections of the spoke's clubs that have no counterpart there, or one by a match that no
    /// longer holds.
    fn to_be_reviewed(&self, spoke: &Spoke) -> Vec<Entry> {
        let wanted =
            |entry: &Entry| entry.known && takes(spoke, entry) && spoke.connection.at(entry.club).is_some();
        let entries: Vec<Entry> = {
            let tables = self.directory().read();
            tables.entries.values().filter(|entry| wanted(entry)).cloned().collect()
        };
        let doubtful = |entry: &Entry| match self.directory().correspondence(entry.id, spoke.id()) {
            None => true,
            Some(one) => {
                one.how == How::Matched
                    && entry.role == Role::Staff
                    && !self.directory().still_matches(entry, &one)
            }
        };
        entries.into_iter().filter(doubtful).collect()
    }
}
