//! The embedded store: one SQLite file, one writer, many readers.
//!
//! A writer thread commits whatever queued up during the last commit, so that one `fdatasync` serves many callers
//! ([`writer`]). Readers have connections of their own. Point reads run where they are called: they take microseconds
//! from the page cache, less than handing them to another thread would. Lists and searches go to blocking threads.

mod apply;
mod budget;
mod checkpoint;
pub mod copies;
pub(crate) mod departure;
mod directory;
mod feed;
mod log;
mod migrations;
mod open;
mod people;
mod pool;
mod removal;
mod restored;
mod search;
mod sign_in;
mod writer;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use model::budget::{Grant, Wish};
use model::directory::{Correspondence, Entry};
use model::{
    ClubId, ConnectionId, EntryId, Feed, Line, Moment, PersonId, RemoteId, Restored, Setup, Tracking,
};
use rusqlite::Connection;

use crate::written::{self, Written};
use crate::{
    Due, Error, Identified, LinePage, LineQuery, Receipt, Removal, Removed, Result, Settlement, Store,
    Subject, Tally, Verdict, Waiting, Who,
};
use pool::Pool;
use writer::{Job, Writer};

/// Where the file is and how it is kept.
#[derive(Clone, Debug)]
pub struct Options {
    /// The database file.
    pub file: PathBuf,
    /// How many read connections are kept.
    pub readers: usize,
}

impl Options {
    /// A file with the usual number of readers.
    pub fn at(file: impl Into<PathBuf>) -> Self {
        Options { file: file.into(), readers: 4 }
    }
}

/// The embedded store.
pub struct Sqlite {
    writer: Writer,
    pool: Arc<Pool>,
    next_person: AtomicI64,
}

impl Sqlite {
    /// Opens or creates the file, brings its tables up to date and starts the writer.
    pub fn open(options: &Options) -> Result<Sqlite> {
        let connection = open::writable(&options.file)?;
        let next = next_person(&connection)?;
        let pool = Arc::new(Pool::open(&options.file, options.readers)?);
        let writer = Writer::start(connection, &options.file)?;
        Ok(Sqlite { writer, pool, next_person: AtomicI64::new(next) })
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.pool.with(read)
    }

    async fn read_aside<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pool = Arc::clone(&self.pool);
        tokio::task::spawn_blocking(move || pool.with(read)).await.map_err(|_| Error::Closed)?
    }

    async fn write<T: Send + 'static>(
        &self,
        write: impl Fn(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.writer.run(write).await
    }
}

/// The next number of a person that was never given.
fn next_person(db: &Connection) -> Result<i64> {
    let highest: i64 = db.query_row("SELECT coalesce(max(id), 0) FROM person", [], |row| row.get(0))?;
    let restored = restored::read(db)?;
    let passed_over = restored.iter().flat_map(|it| &it.forgotten).map(|(_, until)| until.0).max();
    Ok(passed_over.unwrap_or(0).max(highest + 1))
}

#[async_trait]
impl Store for Sqlite {
    async fn setup(&self) -> Result<Setup> {
        self.read(directory::setup)
    }

    async fn keep_setup(&self, before: Setup, after: Setup) -> Result<bool> {
        self.write(move |db| directory::keep_setup(db, &before, &after)).await
    }

    async fn new_person(&self) -> Result<PersonId> {
        Ok(PersonId(self.next_person.fetch_add(1, Ordering::Relaxed)))
    }

    async fn identify(&self, who: Who<'_>) -> Result<Identified> {
        self.read(|db| people::identify(db, who))
    }

    async fn subject(&self, person: PersonId) -> Result<Option<Subject>> {
        self.read(|db| people::subject(db, person))
    }

    async fn owner_of(&self, connection: ConnectionId, record: &RemoteId) -> Result<Option<PersonId>> {
        self.read(|db| people::owner_of(db, connection, record))
    }

    async fn receive(&self, receipt: &Arc<Receipt>) -> Result<Verdict> {
        let written = Box::new(Written::receipt(Arc::clone(receipt))?);
        self.writer.decide(|answer| Job::Receive(written, answer)).await
    }

    async fn settle(&self, settlement: Settlement) -> Result<Verdict> {
        let written = Box::new(Written::settlement(settlement)?);
        self.writer.decide(|answer| Job::Settle(written, answer)).await
    }

    async fn take_due(&self, connection: ConnectionId, but: &[ClubId], limit: usize) -> Result<Vec<Due>> {
        let but = but.to_vec();
        self.read_aside(move |db| people::due(db, connection, &but, limit)).await
    }

    async fn line(&self, club: ClubId, tracking: Tracking, about: ConnectionId) -> Result<Option<Line>> {
        self.read(|db| log::line(db, club, tracking, about))
    }

    async fn keep_lines(&self, lines: Vec<Line>) -> Result<()> {
        let written = lines.iter().map(written::line).collect::<Result<Vec<_>>>()?;
        let all = move |db: &Connection| {
            lines.iter().zip(&written).try_for_each(|(line, it)| apply::line(db, line, it))
        };
        self.write(all).await
    }

    async fn lines(&self, query: LineQuery) -> Result<LinePage> {
        self.read_aside(move |db| log::lines(db, &query)).await
    }

    async fn tally(&self, club: ClubId, since: Moment) -> Result<Vec<Tally>> {
        self.read_aside(move |db| log::tally(db, club, since)).await
    }

    async fn remove_details(&self, removal: Removal) -> Result<Removed> {
        self.write(move |db| removal::remove(db, &removal)).await
    }

    async fn waiting(&self, club: ClubId, limit: usize) -> Result<Vec<Waiting>> {
        self.read_aside(move |db| people::waiting(db, club, limit)).await
    }

    async fn held(&self, connection: ConnectionId, after: PersonId, limit: usize) -> Result<Vec<Waiting>> {
        self.read_aside(move |db| people::held(db, connection, after, limit)).await
    }

    async fn waiting_people(&self, club: ClubId, limit: usize) -> Result<Vec<PersonId>> {
        self.read_aside(move |db| people::waiting_people(db, club, limit)).await
    }

    async fn search(&self, club: ClubId, words: &[String], limit: usize) -> Result<Vec<PersonId>> {
        let words = words.to_vec();
        self.read_aside(move |db| search::search(db, club, &words, limit)).await
    }

    async fn index_people(&self, limit: usize) -> Result<usize> {
        self.write(move |db| search::index_people(db, limit)).await
    }

    async fn directory(&self) -> Result<(Vec<Entry>, Vec<Correspondence>)> {
        self.read_aside(directory::directory).await
    }

    async fn keep_directory(
        &self,
        entries: Vec<Entry>,
        correspondences: Vec<Correspondence>,
    ) -> Result<Vec<EntryId>> {
        self.write(move |db| directory::keep(db, &entries, &correspondences)).await
    }

    async fn referring(&self, entry: EntryId, after: PersonId, limit: usize) -> Result<Vec<PersonId>> {
        self.read_aside(move |db| people::referring(db, entry, after, limit)).await
    }

    async fn people(&self, club: ClubId, after: PersonId, limit: usize) -> Result<Vec<Subject>> {
        self.read_aside(move |db| people::of_club(db, club, after, limit)).await
    }

    async fn restored(&self) -> Result<Option<Restored>> {
        self.read(restored::read)
    }

    async fn keep_restored(&self, restored: Restored) -> Result<()> {
        let next = restored.first_number().0;
        self.write(move |db| restored::keep(db, &restored)).await?;
        self.next_person.fetch_max(next, Ordering::Relaxed);
        Ok(())
    }

    async fn take_budget(&self, id: &str, wish: Wish) -> Result<Grant> {
        let id = id.to_owned();
        self.write(move |db| budget::take(db, &id, wish)).await
    }

    async fn feeds(&self) -> Result<Vec<Feed>> {
        self.read_aside(feed::all).await
    }

    async fn keep_feed(&self, feed: Feed) -> Result<()> {
        self.write(move |db| feed::keep(db, &feed)).await
    }

    async fn sign_in(&self, id: &str) -> Result<Option<String>> {
        self.read(|db| sign_in::read(db, id))
    }

    async fn keep_sign_in(&self, id: &str, before: Option<String>, doc: String) -> Result<bool> {
        let id = id.to_owned();
        self.write(move |db| sign_in::keep(db, &id, before.as_deref(), &doc)).await
    }

    async fn people_at(&self, connection: ConnectionId) -> Result<usize> {
        self.read_aside(move |db| people::people_at(db, connection)).await
    }

    async fn counts(&self) -> Result<(u64, Vec<(ConnectionId, u64)>)> {
        self.read_aside(people::counts).await
    }
}
