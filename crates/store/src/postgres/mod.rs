//! The shared store: a PostgreSQL database, for houses that run one already.
//!
//! The decisions are those of the embedded store, and one contract suite holds both to them; what differs is the way. A
//! statement costs a journey here, so a read is one statement, and a batch of writes is two flights of statements whatever its
//! size ([`writer`]). One statement sees one commit, which is what a person and their links have to be read from.

mod alone;
pub(crate) mod arrival;
mod budget;
mod connect;
mod decide;
mod directory;
mod feed;
mod log;
mod look;
mod news;
mod nodes;
mod open;
mod people;
mod removal;
mod restored;
mod rows;
mod search;
mod session;
mod sign_in;
mod text;
mod timeline;
mod waiting;
mod writer;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use model::budget::{Grant, Wish};
use model::directory::{Correspondence, Entry};
use model::{
    ClubId, ConnectionId, EntryId, Feed, Line, Moment, PersonId, RemoteId, Restored, Setup, Tracking,
};
use tokio::sync::Mutex;

use crate::nodes::Nodes;
use crate::written::{self, Written};
use crate::{
    Due, Error, Identified, LinePage, LineQuery, Receipt, Removal, Removed, Result, Settlement, Store,
    Subject, Tally, Verdict, Waiting, Who,
};
use connect::Address;
use session::Session;
use writer::{Item, Writers};

/// How many numbers of people one question to the database brings; the sequence counts in these steps.
const NUMBERS: i64 = 100;
/// Connections that write: the writers', and some for what is written rarely.
const WRITING: usize = 5;

/// Where the database is and how it is reached.
#[derive(Clone)]
pub struct Options {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with `sslmode` and `sslrootcert` where they are needed.
    pub url: String,
    /// How many read connections are kept at most.
    pub readers: usize,
}

impl Options {
    /// A database with the usual number of readers.
    pub fn at(url: impl Into<String>) -> Self {
        Options { url: url.into(), readers: 8 }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = Address::read(&self.url).map_or_else(|_| "?".to_owned(), |address| address.shown);
        write!(to, "Options {{ at: {shown:?}, readers: {} }}", self.readers)
    }
}

/// The shared store.
pub struct Postgres {
    session: Arc<Session>,
    writers: Writers,
    numbers: Mutex<Range<i64>>,
    address: Address,
    /// By which other nodes know who tells them something.
    voice: i64,
}

impl Postgres {
    /// Reaches the database, makes its tables where there are none, and starts the writers. Refused, with what to do: a server
    /// before version 15, another program's database, one that a newer version wrote, and a standby.
    pub async fn open(options: &Options) -> Result<Postgres> {
        let address = Address::read(&options.url)?;
        let session = Arc::new(Session::new(&address, options.readers, WRITING)?);
        open::prepare(&session).await?;
        let writers = Writers::start(&session);
        let voice = nodes::number(&session).await?;
        Ok(Postgres { session, writers, numbers: Mutex::new(0..0), address, voice })
    }

    /// Whether a Connector's tables are there; nothing is made.
    pub async fn is_made(options: &Options) -> Result<bool> {
        let session = Session::new(&Address::read(&options.url)?, options.readers, WRITING)?;
        open::is_made(&session).await
    }

    /// A write that ends although its caller goes away.
    async fn write<T, F>(&self, write: impl FnOnce(Arc<Session>) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        tokio::spawn(write(Arc::clone(&self.session))).await.map_err(|_| Error::Closed)?
    }
}

#[async_trait]
impl Store for Postgres {
    async fn setup(&self) -> Result<Setup> {
        directory::setup(&self.session).await
    }

    async fn keep_setup(&self, before: Setup, after: Setup) -> Result<bool> {
        self.write(|session| async move { directory::keep_setup(&session, before, &after).await }).await
    }

    async fn new_person(&self) -> Result<PersonId> {
        let mut numbers = self.numbers.lock().await;
        if numbers.is_empty() {
            let first = people::next_numbers(&self.session).await?;
            *numbers = first..first + NUMBERS;
        }
        numbers.next().map(PersonId).ok_or(Error::Closed)
    }

    async fn identify(&self, who: Who<'_>) -> Result<Identified> {
        people::identify(&self.session, who).await
    }

    async fn subject(&self, person: PersonId) -> Result<Option<Subject>> {
        people::subject(&self.session, person).await
    }

    async fn owner_of(&self, connection: ConnectionId, record: &RemoteId) -> Result<Option<PersonId>> {
        people::owner_of(&self.session, connection, record).await
    }

    async fn receive(&self, receipt: &Arc<Receipt>) -> Result<Verdict> {
        let written = Box::new(Written::receipt(Arc::clone(receipt))?);
        self.writers.keep(Item::Receive(written)).await
    }

    async fn settle(&self, settlement: Settlement) -> Result<Verdict> {
        let written = Box::new(Written::settlement(settlement)?);
        self.writers.keep(Item::Settle(written)).await
    }

    async fn take_due(&self, connection: ConnectionId, but: &[ClubId], limit: usize) -> Result<Vec<Due>> {
        people::due(&self.session, connection, but, limit).await
    }

    async fn line(&self, club: ClubId, tracking: Tracking, about: ConnectionId) -> Result<Option<Line>> {
        log::line(&self.session, club, tracking, about).await
    }

    async fn keep_lines(&self, lines: Vec<Line>) -> Result<()> {
        let written = lines.iter().map(written::line).collect::<Result<Vec<_>>>()?;
        self.write(|session| async move {
            let statement = log::keep(lines.iter().zip(&written));
            let kept = session.transaction(vec![statement]).await;
            kept.map(drop).map_err(|trouble| session.error(&trouble))
        })
        .await
    }

    async fn lines(&self, query: LineQuery) -> Result<LinePage> {
        log::lines(&self.session, &query).await
    }

    async fn tally(&self, club: ClubId, since: Moment) -> Result<Vec<Tally>> {
        log::tally(&self.session, club, since).await
    }

    async fn remove_details(&self, removal: Removal) -> Result<Removed> {
        self.write(|session| async move { removal::remove(&session, &removal).await }).await
    }

    async fn waiting(&self, club: ClubId, limit: usize) -> Result<Vec<Waiting>> {
        waiting::waiting(&self.session, club, limit).await
    }

    async fn held(&self, connection: ConnectionId, after: PersonId, limit: usize) -> Result<Vec<Waiting>> {
        waiting::held(&self.session, connection, after, limit).await
    }

    async fn waiting_people(&self, club: ClubId, limit: usize) -> Result<Vec<PersonId>> {
        waiting::people(&self.session, club, limit).await
    }

    async fn search(&self, club: ClubId, words: &[String], limit: usize) -> Result<Vec<PersonId>> {
        search::search(&self.session, club, words, limit).await
    }

    async fn index_people(&self, limit: usize) -> Result<usize> {
        self.write(|session| async move { search::index_people(&session, limit).await }).await
    }

    async fn directory(&self) -> Result<(Vec<Entry>, Vec<Correspondence>)> {
        directory::directory(&self.session).await
    }

    async fn keep_directory(
        &self,
        entries: Vec<Entry>,
        correspondences: Vec<Correspondence>,
    ) -> Result<Vec<EntryId>> {
        self.write(|session| async move { directory::keep(&session, &entries, &correspondences).await }).await
    }

    async fn referring(&self, entry: EntryId, after: PersonId, limit: usize) -> Result<Vec<PersonId>> {
        people::referring(&self.session, entry, after, limit).await
    }

    async fn people(&self, club: ClubId, after: PersonId, limit: usize) -> Result<Vec<Subject>> {
        people::of_club(&self.session, club, after, limit).await
    }

    async fn restored(&self) -> Result<Option<Restored>> {
        restored::read(&self.session).await
    }

    async fn keep_restored(&self, restored: Restored) -> Result<()> {
        let mut numbers = self.numbers.lock().await;
        let next = restored.first_number().0;
        self.write(move |session| async move { restored::keep(&session, &restored, next).await }).await?;
        if numbers.start < next {
            *numbers = 0..0;
        }
        Ok(())
    }

    async fn take_budget(&self, id: &str, wish: Wish) -> Result<Grant> {
        let id = id.to_owned();
        self.write(move |session| async move { budget::take(&session, &id, wish).await }).await
    }

    async fn feeds(&self) -> Result<Vec<Feed>> {
        feed::all(&self.session).await
    }

    async fn keep_feed(&self, feed: Feed) -> Result<()> {
        self.write(move |session| async move { feed::keep(&session, &feed).await }).await
    }

    async fn sign_in(&self, id: &str) -> Result<Option<String>> {
        sign_in::read(&self.session, id).await
    }

    async fn keep_sign_in(&self, id: &str, before: Option<String>, doc: String) -> Result<bool> {
        let id = id.to_owned();
        self.write(move |session| async move { sign_in::keep(&session, &id, before, doc).await }).await
    }

    fn nodes(&self) -> Option<&dyn Nodes> {
        Some(self)
    }

    async fn people_at(&self, connection: ConnectionId) -> Result<usize> {
        people::people_at(&self.session, connection).await
    }

    async fn counts(&self) -> Result<(u64, Vec<(ConnectionId, u64)>)> {
        people::counts(&self.session).await
    }
}
