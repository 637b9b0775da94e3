//! What is shut, for those who look: pages, commands, metrics.

use std::sync::Arc;

use model::ConnectionId;
use model::scope::{Part, Standing};
use platform::Endpoint;

use super::{Id, host_of, ids, reaches};
use crate::Hub;
use crate::registry::Spoke;

/// A host or key that cannot be called just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// What it is.
    pub part: Part,
    /// The address.
    pub host: Arc<str>,
    /// How it stands.
    pub standing: Standing,
    /// The connections that wait for it.
    pub connections: Vec<ConnectionId>,
}

impl Hub {
    /// How a connection's platform stands: open as soon as one of its clubs can be called.
    pub(crate) fn standing_of(&self, spoke: &Spoke) -> Standing {
        let known = self.scopes().lock();
        let of = |endpoint: &Endpoint| {
            let standings = ids(endpoint).map(|id| known.get(&id).map(|it| it.scope.standing()));
            standings.into_iter().flatten().find(|it| *it != Standing::Open).unwrap_or(Standing::Open)
        };
        let standings: Vec<Standing> = spoke.endpoints().map(|(_, endpoint)| of(endpoint)).collect();
        match standings.first() {
            Some(first) if !standings.contains(&Standing::Open) => *first,
            _ => Standing::Open,
        }
    }

    /// Every host and key that cannot be called, with who waits for it.
    pub fn closed(&self) -> Vec<Closed> {
        let registry = Arc::clone(&self.registry());
        let standings: Vec<(Id, Standing)> = {
            let known = self.scopes().lock();
            known.iter().map(|(id, it)| (id.clone(), it.scope.standing())).collect()
        };
        let mut closed: Vec<Closed> = standings
            .into_iter()
            .filter(|(_, standing)| *standing != Standing::Open)
            .map(|(id, standing)| {
                let behind: Vec<_> = registry.spokes().filter(|spoke| reaches(spoke, &id)).collect();
                let host = host_of(&behind, &id);
                let connections = behind.iter().map(|spoke| spoke.id()).collect();
                Closed { part: id.0, host, standing, connections }
            })
            .collect();
        closed.sort_by(|a, b| (&a.host, a.part).cmp(&(&b.host, b.part)));
        closed
    }
}
