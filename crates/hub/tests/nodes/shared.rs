//! A store that several hubs share, in memory: its use cases can be held up, and its nodes declared dead. What nodes tell
//! each other is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use model::budget::{Grant, Wish};
use model::directory::{Correspondence, Entry};
use model::{
    ClubId, ConnectionId, EntryId, Feed, Line, Moment, PersonId, RemoteId, Restored, Setup, Tracking,
};
use store::nodes::{News, NodeId, Nodes, Roll};
use store::{
    Due, Identified, LinePage, LineQuery, Memory, Receipt, Removal, Removed, Result, Settlement, Store,
    Subject, Tally, Verdict, Waiting, Who,
};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

/// How long a beat is on its way back.
pub const JOURNEY: Duration = Duration::from_millis(5);

/// The store.
pub struct Shared {
    memory: Memory,
    rows: Mutex<Rows>,
    held_up: watch::Sender<BTreeSet<&'static str>>,
}

#[derive(Default)]
struct Rows {
    last: i64,
    nodes: BTreeMap<NodeId, (Instant, String)>,
    lacks: Vec<(NodeId, ConnectionId)>,
    lanes: BTreeMap<ConnectionId, NodeId>,
    setup: i64,
    directory: i64,
}

impl Rows {
    fn bury(&mut self) {
        self.nodes.retain(|_, (until, _)| *until > Instant::now());
    }

    fn roll(&self) -> Roll {
        let lanes = self.lanes.iter().filter(|(_, node)| self.nodes.contains_key(node));
        Roll {
            nodes: self.nodes.iter().map(|(id, (_, name))| (*id, name.clone())).collect(),
            lacks: self.lacks.clone(),
            lanes: lanes.map(|(lane, node)| (*lane, *node)).collect(),
            setup: self.setup,
            directory: self.directory,
        }
    }
}

impl Shared {
    /// An empty store without nodes.
    pub fn new() -> Arc<Shared> {
        Arc::new(Shared { memory: Memory::new(), rows: Mutex::default(), held_up: watch::Sender::default() })
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap()
    }

    /// From now on, this use case waits.
    pub fn hold_up(&self, what: &'static str) {
        self.held_up.send_if_modified(|held_up| held_up.insert(what));
    }

    /// Whoever waits goes on.
    pub fn let_go(&self, what: &'static str) {
        self.held_up.send_if_modified(|held_up| held_up.remove(what));
    }

    async fn pass(&self, what: &'static str) {
        let mut held_up = self.held_up.subscribe();
        held_up.wait_for(|held_up| !held_up.contains(what)).await.unwrap();
    }

    /// Declares a node dead.
    pub fn kill(&self, node: NodeId) {
        self.rows().nodes.remove(&node);
    }

    /// Another node, which lives on and leads these lanes.
    pub async fn other(&self, lanes: &[ConnectionId]) -> NodeId {
        let other = self.join("other", Duration::from_hours(1)).await.unwrap();
        self.rows().lanes.extend(lanes.iter().map(|lane| (*lane, other)));
        other
    }
}

/// The use cases that the store in memory does; each can be held up by its name.
macro_rules! store {
    ($($name:ident($($given:ident: $of:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl Store for Shared {
            $(async fn $name(&self, $($given: $of),*) -> Result<$answer> {
                self.pass(stringify!($name)).await;
                match stringify!($name) {
                    "keep_setup" | "keep_restored" => self.rows().setup += 1,
                    "keep_directory" => self.rows().directory += 1,
                    _ => {}
                }
                self.memory.$name($($given),*).await
            })*

            fn nodes(&self) -> Option<&dyn Nodes> {
                Some(self)
            }
        }
    };
}

store! {
    setup() -> Setup;
    keep_setup(before: Setup, after: Setup) -> bool;
    new_person() -> PersonId;
    identify(who: Who<'_>) -> Identified;
    subject(person: PersonId) -> Option<Subject>;
    owner_of(connection: ConnectionId, record: &RemoteId) -> Option<PersonId>;
    receive(receipt: &Arc<Receipt>) -> Verdict;
    settle(settlement: Settlement) -> Verdict;
    take_due(connection: ConnectionId, but: &[ClubId], limit: usize) -> Vec<Due>;
    line(club: ClubId, tracking: Tracking, about: ConnectionId) -> Option<Line>;
    keep_lines(lines: Vec<Line>) -> ();
    lines(query: LineQuery) -> LinePage;
    tally(club: ClubId, since: Moment) -> Vec<Tally>;
    remove_details(removal: Removal) -> Removed;
    waiting(club: ClubId, limit: usize) -> Vec<Waiting>;
    held(connection: ConnectionId, after: PersonId, limit: usize) -> Vec<Waiting>;
    waiting_people(club: ClubId, limit: usize) -> Vec<PersonId>;
    search(club: ClubId, words: &[String], limit: usize) -> Vec<PersonId>;
    index_people(limit: usize) -> usize;
    directory() -> (Vec<Entry>, Vec<Correspondence>);
    keep_directory(entries: Vec<Entry>, correspondences: Vec<Correspondence>) -> Vec<EntryId>;
    referring(entry: EntryId, after: PersonId, limit: usize) -> Vec<PersonId>;
    people(club: ClubId, after: PersonId, limit: usize) -> Vec<Subject>;
    restored() -> Option<Restored>;
    keep_restored(restored: Restored) -> ();
    take_budget(id: &str, wish: Wish) -> Grant;
    feeds() -> Vec<Feed>;
    keep_feed(feed: Feed) -> ();
    sign_in(id: &str) -> Option<String>;
    keep_sign_in(id: &str, before: Option<String>, doc: String) -> bool;
    people_at(connection: ConnectionId) -> usize;
    counts() -> (u64, Vec<(ConnectionId, u64)>);
}

#[async_trait]
impl Nodes for Shared {
    async fn join(&self, name: &str, alive: Duration) -> Result<NodeId> {
        let mut rows = self.rows();
        rows.last += 1;
        let node = NodeId(rows.last);
        rows.nodes.insert(node, (Instant::now() + alive, name.to_owned()));
        Ok(node)
    }

    async fn beat(&self, node: NodeId, alive: Duration, lacks: &[ConnectionId]) -> Result<Option<Roll>> {
        let answer = {
            let mut rows = self.rows();
            rows.lacks.retain(|(other, _)| *other != node);
            rows.lacks.extend(lacks.iter().map(|lane| (node, *lane)));
            rows.bury();
            rows.nodes.get_mut(&node).map(|(until, _)| *until = Instant::now() + alive).map(|()| rows.roll())
        };
        self.pass("beat").await;
        sleep(JOURNEY).await;
        Ok(answer)
    }

    async fn roll(&self) -> Result<Roll> {
        self.rows().bury();
        Ok(self.rows().roll())
    }

    async fn take(&self, node: NodeId, lanes: &[ConnectionId]) -> Result<Vec<ConnectionId>> {
        let mut rows = self.rows();
        rows.bury();
        let free = |lane: &&ConnectionId| {
            rows.nodes.contains_key(&node)
                && rows.lanes.get(lane).is_none_or(|leader| !rows.nodes.contains_key(leader))
        };
        let taken: Vec<ConnectionId> = lanes.iter().filter(free).copied().collect();
        rows.lanes.extend(taken.iter().map(|lane| (*lane, node)));
        Ok(taken)
    }

    async fn give(&self, node: NodeId, lane: ConnectionId, to: NodeId) -> Result<()> {
        let mut rows = self.rows();
        if rows.lanes.get(&lane) == Some(&node) {
            rows.lanes.insert(lane, to);
        }
        Ok(())
    }

    async fn leave(&self, node: NodeId) -> Result<()> {
        self.kill(node);
        Ok(())
    }

    async fn due_among(&self, lanes: &[ConnectionId], now: Moment) -> Result<Vec<ConnectionId>> {
        self.pass("due_among").await;
        let mut due = Vec::new();
        for lane in lanes {
            let first = self.memory.take_due(*lane, &[], 1).await?;
            due.extend(first.first().filter(|first| first.at <= now).map(|_| *lane));
        }
        Ok(due)
    }

    async fn tell(&self, _: &[News]) -> Result<()> {
        Ok(())
    }

    fn news(&self) -> mpsc::Receiver<News> {
        mpsc::channel(1).1
    }
}
