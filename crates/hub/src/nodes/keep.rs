//! Keeping the place: beat, read the roll, lead the lanes that are this node's to lead, and leave in good order.

use std::sync::{Arc, Weak};
use std::time::Duration;

use model::ConnectionId;
use model::lane::Event;
use sha2::{Digest, Sha256};
use store::nodes::{News, NodeId, Nodes, Roll};
use tokio::time::Instant;

use super::place::{ALIVE, Until};
use crate::Hub;

/// How often a node beats: three may fail before its lanes are others'.
const BEAT: Duration = Duration::from_millis(1_500);
/// How long a lane that is to be given away is waited for at once, before the next beat; and how often it is looked at.
const SETTLE: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// After so many beats the store is asked whether somebody is due who was not told of.
const SWEEP: u32 = 7;

impl Hub {
    /// Takes a place among the nodes on the store, and keeps it; where the store is not shared, leads every lane.
    pub fn take_place(self: &Arc<Self>, name: &str) {
        if self.place().is_shared() {
            let keeper = tokio::spawn(keep(Arc::downgrade(self), name.to_owned()));
            self.place().is_kept_by(keeper);
            self.hear_news();
        } else {
            self.open_lanes();
            self.release_all_mended();
        }
    }

    async fn beat(self: &Arc<Self>, nodes: &dyn Nodes, name: &str) -> store::Result<()> {
        let (node, leaving) = {
            let known = self.place().known();
            (known.node, known.leaving)
        };
        let node = match node {
            Some(node) => node,
            None if leaving => return Ok(()),
            None => nodes.join(name, ALIVE).await?,
        };
        let Some(roll) = self.renew(nodes, node).await? else { return Ok(()) };
        self.place().known().alone = roll.nodes.len() == 1;
        if self.place().known().node.replace(node).is_none() {
            tracing::info!(node = node.0, nodes = roll.nodes.len(), "took a place among the nodes");
            self.place().tell(News::Look);
        }
        let work = async {
            self.read_anew(&roll).await?;
            self.follow(nodes, node, &roll).await
        };
        self.beating(nodes, node, work).await
    }

    /// One beat. `None`: the node's time was over.
    async fn renew(self: &Arc<Self>, nodes: &dyn Nodes, node: NodeId) -> store::Result<Option<Roll>> {
        let began = (Instant::now(), self.clock().now());
        let lacks: Vec<ConnectionId> = self.registry().left_out().collect();
        let roll = nodes.beat(node, ALIVE, &lacks).await?;
        if roll.is_some() {
            self.place().is_sure_until(Some(Until::after_beat_at(began, node)));
        } else {
            tracing::warn!("this node was not heard of for too long: it leads nothing now, and begins anew");
            self.lose_place();
            self.place().nudge.notify_one();
        }
        Ok(roll)
    }

    /// Does what may take its time, and goes on beating meanwhile; where the place is lost over it, it is broken off.
    async fn beating(
        self: &Arc<Self>,
        nodes: &dyn Nodes,
        node: NodeId,
        work: impl Future<Output = store::Result<()>>,
    ) -> store::Result<()> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(BEAT) => {}
            }
            if self.renew(nodes, node).await?.is_none() {
                return Ok(());
            }
        }
    }

    /// Reads set-up and directory anew where another node changed them.
    async fn read_anew(self: &Arc<Self>, roll: &Roll) -> store::Result<()> {
        let (setup, directory) = {
            let known = self.place().known();
            (known.setup != roll.setup, known.directory != roll.directory)
        };
        if directory {
            self.read_directory().await?;
            self.place().known().directory = roll.directory;
        }
        if setup {
            self.read_setup().await?;
            self.place().known().setup = roll.setup;
        }
        Ok(())
    }

    /// Takes the lanes that are this node's to lead, and gives away those that are another's.
    async fn follow(self: &Arc<Self>, nodes: &dyn Nodes, node: NodeId, roll: &Roll) -> store::Result<()> {
        let leaving = self.place().known().leaving;
        let registry = Arc::clone(&self.registry());
        let able = |lane| {
            let stays = !leaving && registry.spoke(lane).is_some();
            roll.able(lane).filter(move |id| stays || *id != node)
        };
        let (mut wanted, mut given, mut to_give) = (Vec::new(), Vec::new(), Vec::new());
        let receiving = registry.spokes().filter(|spoke| spoke.receives()).map(|spoke| spoke.id());
        for lane in receiving.chain(registry.left_out()) {
            let home = home(lane, able(lane)).unwrap_or(node);
            match roll.leader(lane) {
                None if home == node && able(lane).any(|id| id == node) => wanted.push(lane),
                Some(leader) if leader == node && home == node => given.push(lane),
                Some(leader) if leader == node => to_give.push((lane, home)),
                _ => {}
            }
        }
        let taken = if wanted.is_empty() { wanted } else { nodes.take(node, &wanted).await? };
        let (more, goes_on) = self.place().known().lead(given.into_iter().chain(taken));
        if !more.is_empty() || goes_on {
            self.open_lanes();
        }
        if !more.is_empty() {
            tracing::info!(lanes = more.len(), "leads more lanes of the store");
            self.release_mended(more.clone());
            self.tend_soon(more);
        }
        self.give(nodes, node, to_give).await
    }

    /// Gives lanes away, each once its calls have ended; those that take longer are waited for again at the next beat.
    async fn give(
        self: &Arc<Self>,
        nodes: &dyn Nodes,
        node: NodeId,
        mut lanes: Vec<(ConnectionId, NodeId)>,
    ) -> store::Result<()> {
        for (lane, _) in &lanes {
            self.place().known().draining.insert(*lane);
            self.lane_event(*lane, Event::Paused(true));
        }
        let patience = Instant::now() + SETTLE;
        while !lanes.is_empty() && Instant::now() < patience {
            let free = {
                let _nobody_opens_lanes = self.unchanged().await;
                let free: Vec<_> = lanes.extract_if(.., |(lane, _)| self.close_idle_lane(*lane)).collect();
                for (lane, _) in &free {
                    self.place().known().forget(*lane);
                }
                free
            };
            for (lane, to) in &free {
                nodes.give(node, *lane, *to).await?;
                tracing::info!(%lane, to = to.0, "gave a lane to another node");
            }
            if !free.is_empty() {
                self.place().tell(News::Look);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Leads nothing any more; turns under way find that out for themselves.
    fn lose_place(self: &Arc<Self>) {
        self.place().is_sure_until(None);
        let led = {
            let mut known = self.place().known();
            known.node = None;
            known.draining.clear();
            known.alone = false;
            std::mem::take(&mut known.led)
        };
        for lane in led {
            self.close_lane(lane);
        }
    }

    /// Begins to leave: what is idle is given to others at once.
    pub(crate) fn prepare_to_leave(&self) {
        self.place().known().leaving = true;
        self.place().nudge.notify_one();
    }

    /// Gives all lanes up; those that wait for them take them at once.
    pub(crate) async fn leave_place(self: &Arc<Self>) {
        let Some(nodes) = self.store().nodes() else { return };
        self.place().is_kept_no_more().await;
        let node = self.place().known().node;
        if let Some(node) = node {
            self.lose_place();
            let left = async {
                nodes.leave(node).await?;
                nodes.tell(&[News::Look]).await
            };
            if let Err(error) = left.await {
                tracing::warn!(%error, "the others will notice in some seconds that this node is gone");
            }
        }
    }

    /// Asks the lanes on which somebody is due to look; whoever was told of is there already.
    async fn sweep(self: &Arc<Self>, nodes: &dyn Nodes) -> store::Result<()> {
        let led: Vec<ConnectionId> = self.place().known().led.iter().copied().collect();
        let due = nodes.due_among(&led, self.clock().now()).await?;
        let registry = Arc::clone(&self.registry());
        self.tell_gates(due.iter().filter_map(|lane| registry.spoke(*lane)));
        Ok(())
    }
}

async fn keep(hub: Weak<Hub>, name: String) {
    let (mut beats, mut failing) = (0u32, false);
    loop {
        let Some(strong) = hub.upgrade() else { return };
        let Some(nodes) = strong.store().nodes() else { return };
        let mut done = strong.beat(nodes, &name).await;
        beats = beats.wrapping_add(1);
        let node = strong.place().known().node.filter(|_| beats.is_multiple_of(SWEEP));
        if let (Ok(()), Some(node)) = (&done, node) {
            done = strong.beating(nodes, node, strong.sweep(nodes)).await;
        }
        match done {
            Ok(()) => failing = false,
            Err(error) if !std::mem::replace(&mut failing, true) => {
                tracing::error!(%error, "the store does not hear that this node is alive; it stops calling soon");
            }
            Err(_) => {}
        }
        let nudge = Arc::clone(&strong.place().nudge);
        drop(strong);
        tokio::select! { biased; () = nudge.notified() => {}, () = tokio::time::sleep(BEAT) => {} }
    }
}

/// The node that is to lead a lane: each node and lane draw lots that everybody knows, so that a node that comes or
/// goes moves no lane but its own share.
fn home(lane: ConnectionId, able: impl IntoIterator<Item = NodeId>) -> Option<NodeId> {
    able.into_iter().max_by_key(|node| Sha256::digest(format!("{lane}/{}", node.0)).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_shared_and_only_those_of_a_node_that_goes_move() {
        let nodes = [NodeId(3), NodeId(7), NodeId(8)];
        let lanes = || (0..300).map(ConnectionId);
        let of = |node| lanes().filter(|lane| home(*lane, nodes) == Some(node)).count();
        assert!(nodes.iter().all(|node| of(*node) > 60), "everybody has a share");
        for lane in lanes() {
            let before = home(lane, nodes);
            if before != Some(NodeId(7)) {
                assert_eq!(home(lane, [NodeId(3), NodeId(8)]), before);
            }
        }
        assert_eq!(home(ConnectionId(1), []), None);
    }
}
