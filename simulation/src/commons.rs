//! What several hubs on one store have in common besides its people: who is alive, by the store's clock, who leads which
//! lane, and what they tell each other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use model::{ConnectionId, Moment};
use store::nodes::{News, NodeId, Nodes, Roll};
use store::{Result, Store};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::life::Life;
use crate::stumbling::Stumbling;

/// How much may wait to be heard.
const UNHEARD: usize = 1_024;

/// It.
#[derive(Default)]
pub struct Commons {
    shared: Mutex<Shared>,
}

#[derive(Default)]
struct Shared {
    last: i64,
    alive: BTreeMap<NodeId, (Instant, String)>,
    lanes: BTreeMap<ConnectionId, NodeId>,
    directory: i64,
    ears: Vec<(Arc<Life>, mpsc::Sender<News>)>,
}

impl Shared {
    fn is_alive(&self, node: NodeId) -> bool {
        self.alive.get(&node).is_some_and(|(until, _)| *until > Instant::now())
    }

    fn roll(&self) -> Roll {
        let alive = self.alive.iter().filter(|(node, _)| self.is_alive(**node));
        let led = self.lanes.iter().filter(|(_, node)| self.is_alive(**node));
        Roll {
            nodes: alive.map(|(node, (_, name))| (*node, name.clone())).collect(),
            lanes: led.map(|(lane, node)| (*lane, *node)).collect(),
            lacks: Vec::new(),
            setup: 0,
            directory: self.directory,
        }
    }
}

impl Commons {
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The directory was written.
    pub fn directory_changed(&self) {
        self.shared().directory += 1;
    }
}

#[async_trait]
impl Nodes for Stumbling {
    async fn join(&self, name: &str, alive: Duration) -> Result<NodeId> {
        self.write(async {
            let mut shared = self.commons().shared();
            shared.last += 1;
            let node = NodeId(shared.last);
            shared.alive.insert(node, (Instant::now() + alive, name.to_owned()));
            Ok(node)
        })
        .await
    }

    async fn beat(&self, node: NodeId, alive: Duration, _: &[ConnectionId]) -> Result<Option<Roll>> {
        self.write(async {
            let mut shared = self.commons().shared();
            if !shared.is_alive(node) {
                return Ok(None);
            }
            if let Some((until, _)) = shared.alive.get_mut(&node) {
                *until = Instant::now() + alive;
            }
            Ok(Some(shared.roll()))
        })
        .await
    }

    async fn roll(&self) -> Result<Roll> {
        self.read(async { Ok(self.commons().shared().roll()) }).await
    }

    async fn take(&self, node: NodeId, lanes: &[ConnectionId]) -> Result<Vec<ConnectionId>> {
        self.write(async {
            let mut shared = self.commons().shared();
            let free =
                |lane: &&ConnectionId| shared.lanes.get(*lane).is_none_or(|led| !shared.is_alive(*led));
            let taken: Vec<ConnectionId> = lanes.iter().filter(free).copied().collect();
            if !shared.alive.contains_key(&node) {
                return Ok(Vec::new());
            }
            for lane in &taken {
                shared.lanes.insert(*lane, node);
            }
            self.world.note(format_args!("life {}: node {} leads {taken:?}", self.life.number, node.0));
            Ok(taken)
        })
        .await
    }

    async fn give(&self, node: NodeId, lane: ConnectionId, to: NodeId) -> Result<()> {
        self.write(async {
            let mut shared = self.commons().shared();
            if shared.lanes.get(&lane) == Some(&node) {
                shared.lanes.insert(lane, to);
                self.world.note(format_args!("node {} gave {lane} to {}", node.0, to.0));
            }
            Ok(())
        })
        .await
    }

    async fn leave(&self, node: NodeId) -> Result<()> {
        self.write(async {
            self.commons().shared().alive.remove(&node);
            Ok(())
        })
        .await
    }

    async fn due_among(&self, lanes: &[ConnectionId], now: Moment) -> Result<Vec<ConnectionId>> {
        let mut due = Vec::new();
        for lane in lanes {
            if self.take_due(*lane, &[], 1).await?.iter().any(|one| one.at <= now) {
                due.push(*lane);
            }
        }
        Ok(due)
    }

    async fn tell(&self, news: &[News]) -> Result<()> {
        self.write(async {
            let mut shared = self.commons().shared();
            shared.ears.retain(|(life, _)| !life.is_over());
            for (life, ear) in &shared.ears {
                for one in news.iter().filter(|_| life.number != self.life.number) {
                    drop(ear.try_send(one.clone()));
                }
            }
            Ok(())
        })
        .await
    }

    fn news(&self) -> mpsc::Receiver<News> {
        let (tell, heard) = mpsc::channel(UNHEARD);
        self.commons().shared().ears.push((Arc::clone(&self.life), tell));
        heard
    }
}
