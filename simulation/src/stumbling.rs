//! A store that stumbles: the in-memory store, with commits that fail and processes that end around them.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use model::budget::{Grant, Wish};
use model::directory::{Correspondence, Entry};
use model::{
    ClubId, ConnectionId, EntryId, Feed, Field, Line, Link, Moment, PersonId, RemoteId, Restored, Setup,
    State, Tracking,
};
use store::{
    Due, Error, Identified, LinePage, LineQuery, Memory, Receipt, Removal, Removed, Result, Settlement,
    Store, Subject, Tally, Verdict, Waiting, Who,
};

use store::nodes::Nodes;

use crate::commons::Commons;
use crate::life::Life;
use crate::world::{COUNTED, World};

/// The store of one life.
pub struct Stumbling {
    /// What every life keeps its people in.
    pub memory: Arc<Memory>,
    /// Time and chance.
    pub world: Arc<World>,
    /// The life.
    pub life: Arc<Life>,
    /// What it shares with other hubs, where there are several.
    pub commons: Option<Arc<Commons>>,
}

impl Stumbling {
    pub(crate) async fn read<T>(&self, read: impl Future<Output = T> + Send) -> T {
        self.pause().await;
        read.await
    }

    /// What is shared, in a store that is asked for it only where something is.
    pub(crate) fn commons(&self) -> &Commons {
        self.commons.as_ref().expect("one hub alone asks for no nodes")
    }

    /// A moment in which others may act; for ever, once the life is over.
    async fn pause(&self) {
        self.life.goes_on().await;
        match self.world.below(6) {
            0 => tokio::time::sleep(Duration::from_millis(1 + self.world.below(4))).await,
            1 | 2 => tokio::task::yield_now().await,
            _ => {}
        }
        self.life.goes_on().await;
    }

    pub(crate) async fn write<T: Send>(&self, write: impl Future<Output = Result<T>> + Send) -> Result<T> {
        self.pause().await;
        let faults = self.world.faults();
        if self.world.strikes("crash before a commit", 2 * faults.crash) {
            return self.life.end().await;
        }
        if self.world.strikes("commit refused", 2 * faults.store) {
            return Err(full());
        }
        let done = write.await;
        if self.world.strikes("crash after a commit", 2 * faults.crash) {
            return self.life.end().await;
        }
        if self.world.strikes("commit kept and refused", 2 * faults.store) {
            return Err(full());
        }
        self.pause().await;
        done
    }

    async fn settled(&self, settlement: Settlement) -> Result<Verdict> {
        let link = &settlement.link;
        let (place, state) = (format!("{} on {}", link.person, link.connection), state(link));
        let verdict = self.memory.settle(settlement).await;
        self.world.note(format_args!("life {}: {place} is {state}: {verdict:?}", self.life.number));
        verdict
    }

    async fn accept(&self, receipt: &Arc<Receipt>) -> Result<Verdict> {
        let verdict = self.memory.receive(receipt).await?;
        if verdict == Verdict::Applied {
            for link in &receipt.links {
                let state = state(link);
                self.world.note(format_args!("accepted {} on {}: {state}", link.person, link.connection));
            }
            let person = &receipt.person.person;
            let name = person.profile.get(Field::LastName).unwrap_or_default();
            for field in COUNTED {
                if let Some(value) = person.profile.get(field) {
                    self.world.committed(name, field, value);
                }
            }
        }
        Ok(verdict)
    }
}

fn state(link: &Link) -> String {
    match &link.state {
        State::Calling(mark) => format!("calling {}", mark.operation.name()),
        State::Doubtful(_) => "doubtful".to_owned(),
        other => format!("{other:?}"),
    }
}

fn full() -> Error {
    Error::Unfit("the disk is full".to_owned())
}

#[async_trait]
impl Store for Stumbling {
    async fn setup(&self) -> Result<Setup> {
        self.read(self.memory.setup()).await
    }

    async fn keep_setup(&self, before: Setup, after: Setup) -> Result<bool> {
        self.write(self.memory.keep_setup(before, after)).await
    }

    async fn new_person(&self) -> Result<PersonId> {
        self.read(self.memory.new_person()).await
    }

    async fn identify(&self, who: Who<'_>) -> Result<Identified> {
        self.read(self.memory.identify(who)).await
    }

    async fn subject(&self, person: PersonId) -> Result<Option<Subject>> {
        self.read(self.memory.subject(person)).await
    }

    async fn owner_of(&self, connection: ConnectionId, record: &RemoteId) -> Result<Option<PersonId>> {
        self.read(self.memory.owner_of(connection, record)).await
    }

    async fn receive(&self, receipt: &Arc<Receipt>) -> Result<Verdict> {
        self.write(self.accept(receipt)).await
    }

    async fn settle(&self, settlement: Settlement) -> Result<Verdict> {
        self.write(self.settled(settlement)).await
    }

    async fn take_due(&self, connection: ConnectionId, but: &[ClubId], limit: usize) -> Result<Vec<Due>> {
        self.read(self.memory.take_due(connection, but, limit)).await
    }

    async fn line(&self, club: ClubId, tracking: Tracking, about: ConnectionId) -> Result<Option<Line>> {
        self.read(self.memory.line(club, tracking, about)).await
    }

    async fn keep_lines(&self, lines: Vec<Line>) -> Result<()> {
        self.write(self.memory.keep_lines(lines)).await
    }

    async fn lines(&self, query: LineQuery) -> Result<LinePage> {
        self.read(self.memory.lines(query)).await
    }

    async fn tally(&self, club: ClubId, since: Moment) -> Result<Vec<Tally>> {
        self.read(self.memory.tally(club, since)).await
    }

    async fn remove_details(&self, removal: Removal) -> Result<Removed> {
        self.write(self.memory.remove_details(removal)).await
    }

    async fn waiting(&self, club: ClubId, limit: usize) -> Result<Vec<Waiting>> {
        self.read(self.memory.waiting(club, limit)).await
    }

    async fn held(&self, connection: ConnectionId, after: PersonId, limit: usize) -> Result<Vec<Waiting>> {
        self.read(self.memory.held(connection, after, limit)).await
    }

    async fn waiting_people(&self, club: ClubId, limit: usize) -> Result<Vec<PersonId>> {
        self.read(self.memory.waiting_people(club, limit)).await
    }

    async fn search(&self, club: ClubId, words: &[String], limit: usize) -> Result<Vec<PersonId>> {
        self.read(self.memory.search(club, words, limit)).await
    }

    async fn index_people(&self, limit: usize) -> Result<usize> {
        self.write(self.memory.index_people(limit)).await
    }

    async fn directory(&self) -> Result<(Vec<Entry>, Vec<Correspondence>)> {
        self.read(self.memory.directory()).await
    }

    async fn keep_directory(
        &self,
        entries: Vec<Entry>,
        correspondences: Vec<Correspondence>,
    ) -> Result<Vec<EntryId>> {
        let kept = self.write(self.memory.keep_directory(entries, correspondences)).await;
        if let Some(commons) = &self.commons {
            commons.directory_changed();
        }
        kept
    }

    async fn referring(&self, entry: EntryId, after: PersonId, limit: usize) -> Result<Vec<PersonId>> {
        self.read(self.memory.referring(entry, after, limit)).await
    }

    async fn people(&self, club: ClubId, after: PersonId, limit: usize) -> Result<Vec<Subject>> {
        self.read(self.memory.people(club, after, limit)).await
    }

    async fn restored(&self) -> Result<Option<Restored>> {
        self.read(self.memory.restored()).await
    }

    async fn keep_restored(&self, restored: Restored) -> Result<()> {
        self.write(self.memory.keep_restored(restored)).await
    }

    async fn take_budget(&self, id: &str, wish: Wish) -> Result<Grant> {
        self.write(self.memory.take_budget(id, wish)).await
    }

    async fn feeds(&self) -> Result<Vec<Feed>> {
        self.read(self.memory.feeds()).await
    }

    async fn keep_feed(&self, feed: Feed) -> Result<()> {
        self.write(self.memory.keep_feed(feed)).await
    }

    async fn sign_in(&self, id: &str) -> Result<Option<String>> {
        self.read(self.memory.sign_in(id)).await
    }

    async fn keep_sign_in(&self, id: &str, before: Option<String>, doc: String) -> Result<bool> {
        self.write(self.memory.keep_sign_in(id, before, doc)).await
    }

    fn nodes(&self) -> Option<&dyn Nodes> {
        self.commons.as_ref().map(|_| self as &dyn Nodes)
    }

    async fn people_at(&self, connection: ConnectionId) -> Result<usize> {
        self.read(self.memory.people_at(connection)).await
    }

    async fn counts(&self) -> Result<(u64, Vec<(ConnectionId, u64)>)> {
        self.read(self.memory.counts()).await
    }
}
