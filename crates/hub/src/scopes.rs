//! Scopes at work: whoever calls a platform tells what the answer says of its host and key, and every lane behind one
//! that cannot be called stops until a probe finds it back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use model::lane::Event;
use model::scope::{Part, Scope, Sign, Standing};
use model::{ClubId, ConnectionId, Moment, Operation, Outcome, PersonId};
use platform::{Answer, Endpoint, Given};
use tokio::sync::Notify;

use crate::Hub;
use crate::registry::Spoke;

/// How long a watch waits while every lane behind its scope is paused.
const PAUSED: Duration = Duration::from_secs(5);

/// A host by its address, or a key by its hash.
type Id = (Part, Arc<str>);

/// The scopes of which something is to be remembered; all others are well.
#[derive(Default)]
pub(crate) struct Scopes {
    known: Mutex<HashMap<Id, Known>>,
    /// Held while gates are worked out and told, so that an older finding cannot follow a newer one.
    telling: Mutex<()>,
}

struct Known {
    scope: Scope,
    watched: bool,
    changed: Arc<Notify>,
}

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

impl Scopes {
    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ids(endpoint: &Endpoint) -> [Id; 2] {
    let reached = endpoint.reached();
    [(Part::Host, Arc::clone(&reached.host)), (Part::Key, Arc::clone(&reached.key))]
}

fn reaches(spoke: &Spoke, id: &Id) -> bool {
    spoke.endpoints().any(|(_, endpoint)| ids(endpoint).contains(id))
}

/// The address behind a scope.
fn host_of(behind: &[&Arc<Spoke>], id: &Id) -> Arc<str> {
    let mut endpoints = behind.iter().flat_map(|spoke| spoke.endpoints());
    let endpoint = endpoints.find(|(_, endpoint)| ids(endpoint).contains(id));
    endpoint.map_or_else(Arc::default, |(_, it)| Arc::clone(&it.reached().host))
}

impl Hub {
    /// One call for a person, or for nobody in particular; what its end says of host and key is taken to heart.
    pub(crate) async fn call(
        self: &Arc<Self>,
        endpoint: &Endpoint,
        person: PersonId,
        operation: Operation,
        given: &Given,
    ) -> Answer {
        let answer = endpoint.call(operation, given).await;
        self.heard(endpoint, person, &answer.outcome);
        answer
    }

    fn heard(self: &Arc<Self>, endpoint: &Endpoint, person: PersonId, outcome: &Outcome) {
        let now = self.clock().now();
        for id in ids(endpoint) {
            let sign = Sign::of(outcome, id.0, now);
            if sign == Sign::Silent || sign == Sign::Well && !self.scopes().lock().contains_key(&id) {
                continue;
            }
            self.change(&id, |scope| scope.judge(person, sign, now));
        }
    }

    /// Changes a scope, has it watched while it cannot be called, and tells the lanes behind it.
    fn change(self: &Arc<Self>, id: &Id, change: impl FnOnce(&mut Scope)) {
        let (passed, passes, watch, standing) = {
            let mut known = self.scopes().lock();
            let entry = known.entry(id.clone()).or_insert_with(|| Known {
                scope: Scope::new(id.0),
                watched: false,
                changed: Arc::default(),
            });
            let passed = entry.scope.may_pass();
            change(&mut entry.scope);
            entry.changed.notify_one();
            let standing = entry.scope.standing();
            let watch = standing != Standing::Open && !std::mem::replace(&mut entry.watched, true);
            let passes = entry.scope.may_pass();
            if entry.scope.is_well() && !entry.watched {
                known.remove(id);
            }
            (passed, passes, watch, standing)
        };
        if watch {
            tokio::spawn(watch_over(Arc::downgrade(self), id.clone()));
        }
        if passed != passes {
            self.tell_lanes(id, standing);
        }
    }

    fn tell_lanes(self: &Arc<Self>, id: &Id, standing: Standing) {
        let registry = Arc::clone(&self.registry());
        let behind: Vec<_> = registry.spokes().filter(|spoke| reaches(spoke, id)).collect();
        let host = host_of(&behind, id);
        let what = if id.0 == Part::Host { "" } else { "the sign-in at " };
        let connections = behind.len();
        match standing {
            Standing::Open => tracing::info!(connections, "{what}{host} is well again"),
            Standing::Busy(until) => {
                tracing::warn!(connections, until = %until.timestamp(), "{what}{host} asked us to wait");
            }
            Standing::Down { .. } => {
                tracing::warn!(connections, "{what}{host} cannot be used; it is probed until it can");
            }
        }
        self.tell_gates(behind.into_iter());
    }

    /// Opens or closes the gate of each connection's lane; whoever was left in the store may try.
    pub(crate) fn tell_gates<'a>(self: &Arc<Self>, spokes: impl Iterator<Item = &'a Arc<Spoke>>) {
        let _in_order = self.scopes().telling.lock().unwrap_or_else(PoisonError::into_inner);
        for spoke in spokes {
            let open = self.any_may_pass(spoke);
            self.lane_event(spoke.id(), Event::Gate(open));
            if open {
                self.lane_event(spoke.id(), Event::Reread);
            }
        }
    }

    /// A person's turn ended before it began, for the platform cannot be called; the store keeps them for later. What
    /// may have opened meanwhile told the lane before it knew of them.
    pub(crate) fn left(self: &Arc<Self>, spoke: &Arc<Spoke>, club: ClubId, person: PersonId) {
        match spoke.endpoint(club) {
            Ok(endpoint) if !self.may_pass(endpoint) => {
                let _in_order = self.scopes().telling.lock().unwrap_or_else(PoisonError::into_inner);
                self.lane_event(spoke.id(), Event::Gate(self.any_may_pass(spoke)));
            }
            _ => self.lane_due(spoke.id(), person, self.clock().now()),
        }
    }

    /// Whether turns may begin for any club. One whose settings are broken counts: its people are held, and say so.
    fn any_may_pass(&self, spoke: &Spoke) -> bool {
        let clubs = &mut spoke.connection.clubs.iter();
        clubs.any(|number| spoke.endpoint(number.club).map_or(true, |endpoint| self.may_pass(endpoint)))
    }

    /// Forgets the scopes that no connection reaches any more.
    pub(crate) fn forget_unreached(&self) {
        let registry = self.registry();
        self.scopes().lock().retain(|id, known| {
            let reached = registry.spokes().any(|spoke| reaches(spoke, id));
            if !reached {
                known.changed.notify_one();
            }
            reached
        });
    }

    pub(crate) fn may_pass(&self, endpoint: &Endpoint) -> bool {
        let known = self.scopes().lock();
        known.is_empty() || ids(endpoint).iter().all(|id| known.get(id).is_none_or(|it| it.scope.may_pass()))
    }

    /// Whether host and key of an endpoint are well.
    pub(crate) fn is_open(&self, endpoint: &Endpoint) -> bool {
        let known = self.scopes().lock();
        let open = |id: &Id| known.get(id).is_none_or(|it| it.scope.standing() == Standing::Open);
        known.is_empty() || ids(endpoint).iter().all(open)
    }

    /// Whether a turn may call now; it takes the trial of a scope that only a record can try.
    pub(crate) fn pass(&self, endpoint: &Endpoint) -> bool {
        let mut known = self.scopes().lock();
        let ids = ids(endpoint);
        let may = ids.iter().all(|id| known.get(id).is_none_or(|it| it.scope.may_pass()));
        if may {
            for id in &ids {
                known.get_mut(id).map(|it| it.scope.pass());
            }
        }
        may
    }

    /// The clubs of a connection whose people stay in the store for now.
    pub(crate) fn closed_clubs(&self, connection: ConnectionId) -> Vec<ClubId> {
        let registry = self.registry();
        let Some(spoke) = registry.spoke(connection) else { return Vec::new() };
        let closed = spoke.endpoints().filter(|(_, endpoint)| !self.may_pass(endpoint));
        closed.map(|(club, _)| club).collect()
    }

    /// How a connection's platform stands: open as soon as one of its clubs can be called.
    pub(crate) fn standing_of(&self, spoke: &Spoke) -> Standing {
        let known = self.scopes().lock();
        let of = |endpoint: &Endpoint| {
            let standings =
                ids(endpoint).into_iter().filter_map(|id| known.get(&id).map(|it| it.scope.standing()));
            standings.into_iter().find(|standing| *standing != Standing::Open).unwrap_or(Standing::Open)
        };
        let mut standings = spoke.endpoints().map(|(_, endpoint)| of(endpoint));
        let first = standings.next().unwrap_or(Standing::Open);
        standings.fold(first, |worst, next| if next == Standing::Open { next } else { worst })
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

    /// Asks whether a host is up, by its health call, else by its verification; or whether a key is let in, by its
    /// verification. `None` while nobody wants to know.
    async fn probe(self: &Arc<Self>, id: &Id) -> Option<Sign> {
        let registry = Arc::clone(&self.registry());
        let wanted = |spoke: &&Arc<Spoke>| reaches(spoke, id) && self.lane_is_awake(spoke.id());
        let spoke = registry.spokes().find(wanted)?;
        let (_, endpoint) = spoke.endpoints().find(|(_, endpoint)| ids(endpoint).contains(id))?;
        let by: &[Operation] = match id.0 {
            Part::Host => &[Operation::Health, Operation::Verify],
            Part::Key => &[Operation::Verify],
        };
        let Some(operation) = by.iter().find(|operation| spoke.abilities().can(**operation)) else {
            return Some(Sign::Silent);
        };
        let given = Given { now: self.clock().now().timestamp(), ..Given::default() };
        let answer = endpoint.call(*operation, &given).await;
        let sign = Sign::of(&answer.outcome, id.0, self.clock().now());
        let well = sign == Sign::Well;
        tracing::info!(platform = spoke.title(), part = ?id.0, well, "asked a platform whether it is back");
        Some(sign)
    }

    /// What a watch waits for; `None` ends it, for the scope is open.
    fn look_at(&self, id: &Id) -> Option<(Standing, Arc<Notify>)> {
        let mut known = self.scopes().lock();
        let entry = known.get_mut(id)?;
        let standing = entry.scope.standing();
        if standing != Standing::Open {
            return Some((standing, Arc::clone(&entry.changed)));
        }
        entry.watched = false;
        if entry.scope.is_well() {
            known.remove(id);
        }
        None
    }
}

/// Watches over a scope until it is open again.
async fn watch_over(hub: Weak<Hub>, id: Id) {
    loop {
        let Some(strong) = hub.upgrade() else { return };
        let Some((standing, changed)) = strong.look_at(&id) else { return };
        let now = strong.clock().now();
        let (at, is_down) = match standing {
            Standing::Open => return,
            Standing::Busy(until) => (until, false),
            Standing::Down { probe_at, .. } => (probe_at, true),
        };
        if at > now {
            drop(strong);
            pause(&changed, millis(at, now)).await;
        } else if !is_down {
            strong.change(&id, |scope| scope.lapse(now));
        } else if let Some(sign) = strong.probe(&id).await {
            let now = strong.clock().now();
            strong.change(&id, |scope| scope.probed(sign, now));
        } else {
            drop(strong);
            pause(&changed, PAUSED).await;
        }
    }
}

fn millis(at: Moment, now: Moment) -> Duration {
    Duration::from_millis(at.since_ms(now).max(0).unsigned_abs())
}

async fn pause(changed: &Notify, long: Duration) {
    tokio::select! { () = tokio::time::sleep(long) => {}, () = changed.notified() => {} }
}
