//! Persistence as use cases.
//!
//! The hub decides, the store keeps. A decision names the versions that it was made on; the store answers
//! [`Verdict::Stale`] when they have moved, and the hub decides again. So rules stay out of SQL and SQL out of rules.
//! [`Sqlite`] is the embedded store, [`Postgres`] the shared one, [`Memory`] the model of both for simulation; one contract
//! suite runs on all three.

mod error;
mod memory;
pub mod moving;
pub mod nodes;
mod postgres;
mod query;
pub mod sabotage;
mod sqlite;
mod terms;
mod write;
mod written;

use std::sync::Arc;

use async_trait::async_trait;
use model::budget::{Grant, Wish};
use model::directory::{Correspondence, Entry};
use model::{
    ClubId, ConnectionId, EntryId, Feed, Line, Link, Moment, Person, PersonId, RemoteId, Restored, Setup,
    Tracking,
};

pub use error::Error;
pub use memory::Memory;
pub use postgres::{Options as PostgresOptions, Postgres};
pub use query::{Due, Identified, LinePage, LineQuery, Removal, Removed, Subject, Tally, Waiting, Who};
pub use sqlite::{Options, Sqlite, copies};
pub use write::{Expect, PersonWrite, Receipt, Settlement, Verdict};

/// What a store answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How many bytes of links and people one page of them holds at most.
const WAITING_MAX_BYTES: usize = 4 << 20;

/// The store's use cases. A write is answered after its commit.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Clients, clubs and connections in order of number, and tokens in order of hash, descriptions of digest.
    async fn setup(&self) -> Result<Setup>;

    /// Replaces the set-up, ids included, if it is still the one that this was decided on; turn-up decides it whole.
    async fn keep_setup(&self, before: Setup, after: Setup) -> Result<bool>;

    /// A number for a new person; unused ones leave a gap.
    async fn new_person(&self) -> Result<PersonId>;

    /// Finds whom a report is about: by the sender's number, else everyone in the club of the same folded name.
    async fn identify(&self, who: Who<'_>) -> Result<Identified>;

    /// A person with all links.
    async fn subject(&self, person: PersonId) -> Result<Option<Subject>>;

    /// The person behind a connection's number, current or former.
    async fn owner_of(&self, connection: ConnectionId, record: &RemoteId) -> Result<Option<PersonId>>;

    /// Keeps an accepted report: person, links and lines in one commit.
    async fn receive(&self, receipt: &Arc<Receipt>) -> Result<Verdict>;

    /// Keeps what a lane did: marks before calls, results after them.
    async fn settle(&self, settlement: Settlement) -> Result<Verdict>;

    /// What is due on a connection, soonest first, but for the people of some clubs.
    async fn take_due(&self, connection: ConnectionId, but: &[ClubId], limit: usize) -> Result<Vec<Due>>;

    /// One line of the log.
    async fn line(&self, club: ClubId, tracking: Tracking, about: ConnectionId) -> Result<Option<Line>>;

    /// Keeps lines that belong to no transfer of a person.
    async fn keep_lines(&self, lines: Vec<Line>) -> Result<()>;

    /// A page of a club's log, newest first.
    async fn lines(&self, query: LineQuery) -> Result<LinePage>;

    /// How a club's lines since an instant stand, per connection.
    async fn tally(&self, club: ClubId, since: Moment) -> Result<Vec<Tally>>;

    /// Removes the details of sealed lines, oldest first; what happened stays. Space that becomes free is given back.
    async fn remove_details(&self, removal: Removal) -> Result<Removed>;

    /// Transfers of a club that are due and have no line yet, oldest first; fewer where their rows are large.
    async fn waiting(&self, club: ClubId, limit: usize) -> Result<Vec<Waiting>>;

    /// Links of a connection that wait for somebody, with their people, in order, after the given person; fewer where
    /// their rows are large.
    async fn held(&self, connection: ConnectionId, after: PersonId, limit: usize) -> Result<Vec<Waiting>>;

    /// The people of such transfers, as many as `limit` transfers have, in order of number.
    async fn waiting_people(&self, club: ClubId, limit: usize) -> Result<Vec<PersonId>>;

    /// People of a club whose indexed terms begin with every one of the given words.
    async fn search(&self, club: ClubId, words: &[String], limit: usize) -> Result<Vec<PersonId>>;

    /// Indexes the next new people for search; answers how many there were.
    async fn index_people(&self, limit: usize) -> Result<usize>;

    /// All staff, lead sources and their correspondences.
    async fn directory(&self) -> Result<(Vec<Entry>, Vec<Correspondence>)>;

    /// Keeps directory entries and correspondences. An entry whose id is 0 is new; the ids are answered in order.
    /// An entry of which only the number is known replaces nothing. A correspondence with an empty number and `Matched`
    /// is withdrawn.
    async fn keep_directory(
        &self,
        entries: Vec<Entry>,
        correspondences: Vec<Correspondence>,
    ) -> Result<Vec<EntryId>>;

    /// People whose owner or lead source is this entry, in order, after the given one.
    async fn referring(&self, entry: EntryId, after: PersonId, limit: usize) -> Result<Vec<PersonId>>;

    /// People of a club in order, after the given one.
    async fn people(&self, club: ClubId, after: PersonId, limit: usize) -> Result<Vec<Subject>>;

    /// That the store was put back from a backup, and what was decided since; `None` where it never was.
    async fn restored(&self) -> Result<Option<Restored>>;

    /// Keeps it. Numbers of people that were passed over are not given from then on.
    async fn keep_restored(&self, restored: Restored) -> Result<()>;

    /// Takes calls out of a budget in one commit, so that all who share the store share it.
    async fn take_budget(&self, id: &str, wish: Wish) -> Result<Grant>;

    /// How far each platform's changes were read, in order of connection and club.
    async fn feeds(&self) -> Result<Vec<Feed>>;

    /// Keeps how far one was read.
    async fn keep_feed(&self, feed: Feed) -> Result<()>;

    /// What was kept under a sign-in that is renewed by what its last answer gave.
    async fn sign_in(&self, id: &str) -> Result<Option<String>>;

    /// Keeps it in place of what was there, if that is still there; answers whether it was.
    async fn keep_sign_in(&self, id: &str, before: Option<String>, doc: String) -> Result<bool>;

    /// What it does for several hubs on it; `None` where one hub has it alone.
    fn nodes(&self) -> Option<&dyn nodes::Nodes> {
        None
    }

    /// How many people have a record at a connection.
    async fn people_at(&self, connection: ConnectionId) -> Result<usize>;

    /// How many people there are, and how many links wait for somebody, per connection.
    async fn counts(&self) -> Result<(u64, Vec<(ConnectionId, u64)>)>;
}

/// Fills in the version that a link has after a write.
fn next_version(link: &Link) -> u64 {
    link.version + 1
}

fn check_revision(person: &Person, stored: Option<u64>, expect: &Expect) -> bool {
    match expect {
        Expect::New { .. } => stored.is_none(),
        Expect::Revision(revision) => stored == Some(*revision) && person.revision >= *revision,
    }
}
