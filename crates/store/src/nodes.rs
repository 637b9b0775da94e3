//! Nodes: several hubs on one store, and which of them leads which lane.
//!
//! A node is alive until a time by the store's own clock, and beats to move it on. A lane belongs to one node at a time;
//! whoever is alive may take it once its node is not. What one node tells the others only saves them from waiting: all
//! of it is found in the store as well.

use std::time::Duration;

use async_trait::async_trait;
use model::{ClubId, ConnectionId, EntryId, Moment, PersonId, Tracking};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::Result;

/// A node: one start of one process. It is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(pub i64);

/// Who is there, and what there is to be read anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roll {
    /// The nodes that are alive, with what people call them, in order of number.
    pub nodes: Vec<(NodeId, String)>,
    /// Lanes that a node cannot lead: it does not know their platform.
    pub lacks: Vec<(NodeId, ConnectionId)>,
    /// Which of them leads a lane; the others are led by nobody.
    pub lanes: Vec<(ConnectionId, NodeId)>,
    /// Grows with every change of the set-up, and of what was decided since a restore.
    pub setup: i64,
    /// Grows with every change of the directory.
    pub directory: i64,
}

impl Roll {
    /// The nodes that can lead a lane, in order of number.
    pub fn able(&self, lane: ConnectionId) -> impl Iterator<Item = NodeId> {
        self.nodes.iter().map(|(node, _)| *node).filter(move |node| !self.lacks.contains(&(*node, lane)))
    }

    /// The node that leads a lane.
    pub fn leader(&self, lane: ConnectionId) -> Option<NodeId> {
        self.lanes.iter().find(|(id, _)| *id == lane).map(|(_, node)| *node)
    }
}

/// What one node tells the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// These people became due on a lane, not before these times.
    Due(ConnectionId, Vec<(PersonId, Moment)>),
    /// The logs of these clubs changed.
    Clubs(Vec<ClubId>),
    /// A staff member or lead source was saved; whoever leads a lane matches it there.
    Entry(EntryId, Tracking),
    /// The roll is to be read at once.
    Look,
    /// Something may not have been heard.
    Missed,
}

/// What a store does for the nodes on it.
#[async_trait]
pub trait Nodes: Send + Sync {
    /// Enters a node, alive for so long.
    async fn join(&self, name: &str, alive: Duration) -> Result<NodeId>;

    /// Keeps a node alive for so long from now, tells which lanes it cannot lead, and reads the roll. `None`: its time was
    /// over, and others may have its lanes.
    async fn beat(&self, node: NodeId, alive: Duration, lacks: &[ConnectionId]) -> Result<Option<Roll>>;

    /// Reads the roll.
    async fn roll(&self) -> Result<Roll>;

    /// Takes lanes that no living node leads; answers which ones it got.
    async fn take(&self, node: NodeId, lanes: &[ConnectionId]) -> Result<Vec<ConnectionId>>;

    /// Gives a lane of its own to another node.
    async fn give(&self, node: NodeId, lane: ConnectionId, to: NodeId) -> Result<()>;

    /// Leaves; its lanes are led by nobody.
    async fn leave(&self, node: NodeId) -> Result<()>;

    /// Those of these lanes on which somebody is due by now.
    async fn due_among(&self, lanes: &[ConnectionId], now: Moment) -> Result<Vec<ConnectionId>>;

    /// Tells the other nodes.
    async fn tell(&self, news: &[News]) -> Result<()>;

    /// What the other nodes tell from now on.
    fn news(&self) -> mpsc::Receiver<News>;
}
