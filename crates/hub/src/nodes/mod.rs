//! Nodes: several hubs on one store share its lanes.
//!
//! Any of them takes records in. A lane's turns are taken by the one node that leads it, and only while that node's
//! place is sure: it beats at the store, by whose clock it is alive. Whoever cannot beat stops calling before the
//! others may take its lanes, and what it learns afterwards is evidence, no more. A store that one hub has alone has
//! none of this: that hub leads every lane.

mod keep;
mod news;
mod place;

pub(crate) use place::Place;

use model::ConnectionId;
use store::nodes::Roll;

use crate::Hub;

impl Hub {
    /// The nodes on the store and the lanes that they lead; `None` where the store is not shared.
    pub async fn roll(&self) -> store::Result<Option<Roll>> {
        match self.store().nodes() {
            Some(nodes) => nodes.roll().await.map(Some),
            None => Ok(None),
        }
    }

    /// Whether a lane is another node's to lead, as far as this one knows.
    pub fn leads_elsewhere(&self, lane: ConnectionId) -> bool {
        self.place().is_sure(self.clock()) && !self.place().leads(lane)
    }
}
