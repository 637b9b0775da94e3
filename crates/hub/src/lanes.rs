//! Lanes at work: the pure lane of `model`, its timer, and what its effects do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::lane::{Effect, Event, Lane, WINDOW};
use model::scope::Standing;
use model::{ClubId, ConnectionId, Moment, PersonId};
use tokio::sync::Notify;

use crate::Hub;
use crate::deliver::{Ended, Handed};
use crate::registry::Spoke;

/// How many calls to one platform may be under way where its description does not say.
const USUAL_CONCURRENCY: usize = 8;

/// All lanes, by connection.
#[derive(Default)]
pub(crate) struct Lanes {
    lanes: Mutex<BTreeMap<ConnectionId, Arc<Running>>>,
}

struct Running {
    state: Mutex<Timed>,
    changed: Notify,
}

/// A lane and the time at which it wants to be woken; under one lock, so that a wake-up cannot be lost.
struct Timed {
    lane: Lane,
    wake_at: Option<Moment>,
}

/// How a lane is doing, for pages and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// The connection.
    pub connection: ConnectionId,
    /// Whether its platform can be called.
    pub standing: Standing,
    /// Calls under way.
    pub under_way: usize,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lanes {
    fn get(&self, connection: ConnectionId) -> Option<Arc<Running>> {
        lock(&self.lanes).get(&connection).cloned()
    }
}

impl Hub {
    /// Opens a lane for every live connection that has none yet, and lets each ask the store what is due. The lane of a
    /// connection that is no longer live pauses until it is again.
    pub fn open_lanes(self: &Arc<Self>) {
        for spoke in self.registry().spokes() {
            let id = spoke.id();
            if self.lanes().get(id).is_some() {
                self.lane_event(id, Event::Paused(!spoke.receives()));
            } else if spoke.receives() {
                self.open_lane(spoke);
            }
        }
        self.forget_unreached();
        self.tell_gates(self.registry().spokes());
    }

    fn open_lane(self: &Arc<Self>, spoke: &Spoke) {
        let limit = match spoke.abilities().concurrency {
            0 => USUAL_CONCURRENCY,
            declared => declared,
        };
        let running = Arc::new(Running {
            state: Mutex::new(Timed { lane: Lane::new(limit), wake_at: None }),
            changed: Notify::new(),
        });
        let id = spoke.id();
        let is_new = {
            let mut lanes = lock(&self.lanes().lanes);
            let is_new = !lanes.contains_key(&id);
            lanes.entry(id).or_insert_with(|| Arc::clone(&running));
            is_new
        };
        if is_new {
            self.spawn_timer(id, running);
            self.lane_event(id, Event::Tick);
        }
    }

    /// How the lanes are doing.
    pub fn pulses(&self) -> Vec<Pulse> {
        let registry = self.registry();
        let lanes = lock(&self.lanes().lanes);
        let mut pulses: Vec<Pulse> = lanes
            .iter()
            .map(|(connection, running)| {
                let spoke = registry.spoke(*connection);
                let standing = spoke.map_or(Standing::Open, |spoke| self.standing_of(spoke));
                Pulse { connection: *connection, standing, under_way: lock(&running.state).lane.under_way() }
            })
            .collect();
        pulses.sort_by_key(|pulse| pulse.connection);
        pulses
    }

    /// Lets no lane hand out work any more.
    pub(crate) fn pause_lanes(self: &Arc<Self>) {
        let connections: Vec<ConnectionId> = lock(&self.lanes().lanes).keys().copied().collect();
        for connection in connections {
            self.lane_event(connection, Event::Paused(true));
        }
    }

    /// Takes a place on a lane for a person of this club, if their turn could begin at once.
    pub(crate) fn lane_claim(&self, spoke: &Spoke, club: ClubId, person: PersonId) -> bool {
        spoke.endpoint(club).is_ok_and(|endpoint| self.is_open(endpoint))
            && self.lanes().get(spoke.id()).is_some_and(|running| lock(&running.state).lane.claim(person))
    }

    pub(crate) fn lane_is_awake(&self, connection: ConnectionId) -> bool {
        self.lanes().get(connection).is_some_and(|running| !lock(&running.state).lane.is_paused())
    }

    pub(crate) fn lane_unclaim(self: &Arc<Self>, connection: ConnectionId, person: PersonId) {
        self.lane_event(connection, Event::Ended { person, again: None });
    }

    pub(crate) fn lane_due(self: &Arc<Self>, connection: ConnectionId, person: PersonId, at: Moment) {
        self.lane_event(connection, Event::Due(person, at));
    }

    pub(crate) fn lane_event(self: &Arc<Self>, connection: ConnectionId, event: Event) {
        let Some(running) = self.lanes().get(connection) else { return };
        let effects = {
            let mut state = lock(&running.state);
            let effects = state.lane.step(event, self.clock().now());
            let wake_at = effects.iter().find_map(|effect| match effect {
                Effect::Wake(at) => Some(*at),
                _ => None,
            });
            if wake_at != state.wake_at {
                state.wake_at = wake_at;
                running.changed.notify_one();
            }
            effects
        };
        for effect in effects {
            match effect {
                Effect::Start(person) => self.spawn_turn(connection, person, None),
                Effect::Refill => self.spawn_refill(connection),
                Effect::Wake(_) => {}
            }
        }
    }

    /// Begins a turn whose place was taken when its record was accepted.
    pub(crate) fn begin_turn(self: &Arc<Self>, connection: ConnectionId, handed: Handed) {
        self.spawn_turn(connection, handed.person.id, Some(Box::new(handed)));
    }

    fn spawn_turn(self: &Arc<Self>, connection: ConnectionId, person: PersonId, handed: Option<Box<Handed>>) {
        let hub = Arc::clone(self);
        tokio::spawn(async move {
            let ended = hub.deliver(connection, person, handed).await;
            let again = if let Ended::Again(at) = ended { at } else { None };
            hub.lane_event(connection, Event::Ended { person, again });
            if let (Ended::Left(club), Some(spoke)) = (ended, hub.registry().spoke(connection)) {
                hub.left(spoke, club, person);
            }
        });
    }

    fn spawn_refill(self: &Arc<Self>, connection: ConnectionId) {
        let hub = Arc::clone(self);
        tokio::spawn(async move {
            let asked = 2 * WINDOW;
            let closed = hub.closed_clubs(connection);
            match hub.store().take_due(connection, &closed, asked).await {
                Ok(due) => {
                    let more = due.len() == asked;
                    let due = due.into_iter().map(|due| (due.person, due.at)).collect();
                    hub.lane_event(connection, Event::Refilled { due, more });
                }
                Err(error) => {
                    tracing::error!(%connection, %error, "what is due could not be read; asking again in a second");
                    hub.clock_sleep(1_000).await;
                    hub.lane_event(connection, Event::Refilled { due: Vec::new(), more: true });
                }
            }
        });
    }

    fn spawn_timer(self: &Arc<Self>, connection: ConnectionId, running: Arc<Running>) {
        let hub = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                let wake_at = lock(&running.state).wake_at;
                let Some(strong) = hub.upgrade() else { return };
                let wait_ms = wake_at.map(|at| at.since_ms(strong.clock().now()).max(0));
                match wait_ms {
                    Some(0) => strong.lane_event(connection, Event::Tick),
                    Some(wait_ms) => {
                        drop(strong);
                        let pause = tokio::time::sleep(std::time::Duration::from_millis(wait_ms as u64));
                        tokio::select! { biased; () = pause => {}, () = running.changed.notified() => {} }
                    }
                    None => {
                        drop(strong);
                        running.changed.notified().await;
                    }
                }
            }
        });
    }
}
