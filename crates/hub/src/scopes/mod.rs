//! Scopes at work: whoever calls a platform tells what the answer says of its host and key, and every lane behind one
//! that cannot be called stops until a probe finds it back.

mod budgets;
mod overview;
mod watch;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::lane::Event;
use model::scope::{Part, Scope, Sign, Standing};
use model::{ClubId, ConnectionId, Operation, Outcome, PersonId};
use platform::{Answer, Endpoint, Given};
use tokio::sync::Notify;

use crate::Hub;
use crate::registry::Spoke;

pub(crate) use budgets::{Calls, Manner, Room};
pub use overview::Closed;

/// A host by its address, or a key by its hash.
pub(crate) type Id = (Part, Arc<str>);

/// The scopes of which something is to be remembered; all others are well.
#[derive(Default)]
pub(crate) struct Scopes {
    known: Mutex<BTreeMap<Id, Known>>,
    /// Held while gates are worked out and told, so that an older finding cannot follow a newer one.
    telling: Mutex<()>,
    budgets: budgets::Budgets,
}

struct Known {
    scope: Scope,
    watched: bool,
    changed: Arc<Notify>,
}

impl Scopes {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Id, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self, endpoint: &Endpoint, is: impl Fn(&Scope) -> bool) -> bool {
        let known = self.lock();
        known.is_empty() || all(&known, &ids(endpoint), is)
    }
}

/// Whether something is so of every scope of which anything is known; the others are well.
fn all(known: &BTreeMap<Id, Known>, ids: &[Id], is: impl Fn(&Scope) -> bool) -> bool {
    ids.iter().all(|id| known.get(id).is_none_or(|it| is(&it.scope)))
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
        if let Some(seconds) = answer.exchange.spent_s {
            // The call went well, and the next one would not.
            self.heard(endpoint, person, &Outcome::Throttled { retry_after_s: Some(seconds) });
        }
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
            tokio::spawn(watch::over(Arc::downgrade(self), id.clone()));
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

    /// Opens or closes the gate of each connection's lane.
    pub(crate) fn tell_gates<'a>(self: &Arc<Self>, spokes: impl Iterator<Item = &'a Arc<Spoke>>) {
        let _in_order = self.scopes().telling.lock().unwrap_or_else(PoisonError::into_inner);
        for spoke in spokes {
            self.lane_event(spoke.id(), Event::Gate(self.any_may_pass(spoke)));
        }
    }

    /// A person's turn ended before it began, for the platform cannot be called; the store keeps them for later. What
    /// may have opened meanwhile told the lane before it knew of them.
    pub(crate) fn left(self: &Arc<Self>, spoke: &Arc<Spoke>, club: ClubId, person: PersonId) {
        if spoke.endpoint(club).is_ok_and(|endpoint| !self.may_begin(spoke.id(), club, endpoint)) {
            if !self.any_may_pass(spoke) {
                self.tell_gates(std::iter::once(spoke));
            }
        } else {
            self.lane_due(spoke.id(), person, self.clock().now());
        }
    }

    /// Whether turns may begin for any club. One whose settings are broken counts: its people are held, and say so.
    fn any_may_pass(&self, spoke: &Spoke) -> bool {
        let clubs = &mut spoke.connection.clubs.iter();
        clubs.any(|number| {
            let endpoint = spoke.endpoint(number.club);
            endpoint.map_or(true, |endpoint| self.may_begin(spoke.id(), number.club, endpoint))
        })
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

    /// Whether a turn may begin for a club: it can be called, and does not stand in the queue of a budget.
    fn may_begin(&self, connection: ConnectionId, club: ClubId, endpoint: &Endpoint) -> bool {
        self.may_pass(endpoint) && !self.scopes().budgets.holds(connection, club)
    }

    /// Whether a call may be made to an endpoint, be it as a trial.
    pub(crate) fn may_pass(&self, endpoint: &Endpoint) -> bool {
        self.scopes().all(endpoint, Scope::may_pass)
    }

    /// Whether host and key of a club's endpoint are well, and it does not stand in the queue of a budget.
    pub(crate) fn is_open(&self, connection: ConnectionId, club: ClubId, endpoint: &Endpoint) -> bool {
        self.scopes().all(endpoint, |scope| scope.standing() == Standing::Open)
            && !self.scopes().budgets.holds(connection, club)
    }

    /// Whether a turn may call now, and the scopes whose trial it takes, for only a record can try them.
    pub(crate) fn pass(&self, endpoint: &Endpoint) -> Option<Vec<Id>> {
        let mut known = self.scopes().lock();
        let ids = ids(endpoint);
        if !all(&known, &ids, Scope::may_pass) {
            return None;
        }
        let mut tries = |id: &Id| known.get_mut(id).is_some_and(|it| it.scope.take_trial());
        Some(ids.into_iter().filter(|id| tries(id)).collect())
    }

    /// A turn ended without a call, and leaves its trials to others.
    pub(crate) fn give_trials_back(self: &Arc<Self>, trials: Vec<Id>) {
        for id in trials {
            self.change(&id, Scope::give_trial_back);
        }
    }

    /// The clubs of a connection whose people stay in the store for now.
    pub(crate) fn closed_clubs(&self, connection: ConnectionId) -> Vec<ClubId> {
        let registry = self.registry();
        let Some(spoke) = registry.spoke(connection) else { return Vec::new() };
        let closed =
            spoke.endpoints().filter(|(club, endpoint)| !self.may_begin(connection, *club, endpoint));
        closed.map(|(club, _)| club).collect()
    }
}
