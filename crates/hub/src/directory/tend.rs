//! Tending: completing people when the directory learns something, and asking again by itself.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use model::directory::Entry;
use model::lane::Standing;
use model::{Accepted, ConnectionId, DirectoryStory, EntryId, Person, PersonId, Reference};
use store::{Settlement, Verdict};

use crate::Hub;
use crate::clock;
use crate::registry::Spoke;

/// How often those are asked for again for whom a platform did not answer; the whole round of what is unmatched comes
/// after so many of these.
const SOON: Duration = Duration::from_secs(10);
const SOONS_A_ROUND: usize = 360;
/// How many people are read at once.
const PAGE: usize = 200;

impl Hub {
    /// Makes due, on one connection, the people who refer to an entry and whose projection it changes.
    pub(crate) async fn reproject(self: &Arc<Self>, entry: EntryId, spoke: &Arc<Spoke>) -> store::Result<()> {
        let mut after = PersonId::default();
        loop {
            let people = self.store().referring(entry, after, PAGE).await?;
            let Some(last) = people.last() else { return Ok(()) };
            after = *last;
            for person in people {
                self.reproject_one(person, spoke).await?;
            }
        }
    }

    async fn reproject_one(self: &Arc<Self>, person: PersonId, spoke: &Arc<Spoke>) -> store::Result<()> {
        loop {
            let Some(subject) = self.store().subject(person).await? else { return Ok(()) };
            let Person { club, .. } = subject.person;
            let Some(link) = subject.links.iter().find(|link| link.connection == spoke.id()) else {
                return Ok(());
            };
            let mut link = link.clone();
            let now = self.clock().now();
            let save = clock::tracking(self.clock(), now);
            if self.accept_on(&mut link, &subject.person, spoke, (save, now)) != Accepted::Due {
                return Ok(());
            }
            if link.pending.len() > 1 {
                link.pending.retain(|pending| *pending != save);
            }
            if self.store().settle(Settlement { link, lines: Vec::new() }).await? == Verdict::Applied {
                self.lane_due(spoke.id(), person, now);
                self.announce(club);
                return Ok(());
            }
        }
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
        let mut down: HashSet<ConnectionId> = self
            .pulses()
            .into_iter()
            .filter(|it| it.standing != Standing::Open)
            .map(|it| it.connection)
            .collect();
        for (entry, connection) in waiting {
            if down.contains(&connection) {
                continue;
            }
            self.directory().write().unanswered.remove(&(entry, connection));
            let Some(spoke) = registry.spoke(connection) else { continue };
            match self.ask_for(entry, spoke).await? {
                (_, DirectoryStory::NotAsked) => drop(down.insert(connection)),
                (Reference::To(_), _) => self.reproject(entry, spoke).await?,
                _ => {}
            }
        }
        Ok(())
    }

    /// One round over everything unmatched.
    pub async fn tend_once(self: &Arc<Self>) -> store::Result<()> {
        let registry = Arc::clone(&self.registry());
        for spoke in registry.spokes().filter(|spoke| spoke.receives()) {
            for entry in self.unmatched_on(spoke) {
                self.directory().write().asked.remove(&(entry.id, spoke.id()));
                if let (Reference::To(_), _) = self.ask_for(entry.id, spoke).await? {
                    self.reproject(entry.id, spoke).await?;
                }
            }
        }
        Ok(())
    }

    /// Entries of other connections of the spoke's clubs that have no counterpart there.
    fn unmatched_on(&self, spoke: &Spoke) -> Vec<Entry> {
        use model::directory::Role;
        let tables = self.directory().read();
        let wanted = |entry: &&Entry| {
            entry.known
                && entry.connection != spoke.id()
                && spoke.connection.at(entry.club).is_some()
                && !tables.correspondences.contains_key(&(entry.id, spoke.id()))
                && match entry.role {
                    Role::Staff => spoke.agreement().owner,
                    Role::LeadSource => spoke.agreement().lead_source,
                }
        };
        tables.entries.values().filter(wanted).cloned().collect()
    }
}
