//! Lanes at work: the pure lane of `model`, its timer, and what its effects do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::lane::{Effect, Event, Lane, WINDOW, behind};
use model::scope::Standing;
use model::{ClubId, ConnectionId, Moment, PersonId};
use store::nodes::News;
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

/// A lane for as long as this hub leads it. Another node's turns may follow once it is closed.
pub(crate) struct Running {
    state: Mutex<Timed>,
    changed: Notify,
}

/// A lane that is not given to another node for as long as this is there.
pub(crate) struct Hold(Option<Arc<Running>>);

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(running) = &self.0 {
            lock(&running.state).holds -= 1;
        }
    }
}

/// A lane and the time at which it wants to be woken; under one lock, so that a wake-up cannot be lost.
struct Timed {
    lane: Lane,
    wake_at: Option<Moment>,
    /// How many calls are made beside its turns.
    holds: usize,
    closed: bool,
}

/// A place on a lane, for as long as a record is being accepted. It is on this very lane: another may be open by the time
/// that the record is kept.
pub(crate) struct Claim {
    pub(crate) connection: ConnectionId,
    running: Arc<Running>,
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
    /// Opens a lane for every live connection that this hub leads and that has none yet, and lets each ask the store what
    /// is due. The lane of a connection that is paused, or no longer live, pauses until it goes on.
    pub fn open_lanes(self: &Arc<Self>) {
        for spoke in self.registry().spokes() {
            let id = spoke.id();
            let goes = spoke.flows() && !self.place().gives_away(id);
            if self.lanes().get(id).is_some() {
                self.lane_event(id, Event::Paused(!goes));
            } else if goes && self.place().leads(id) {
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
            state: Mutex::new(Timed { lane: Lane::new(limit), wake_at: None, holds: 0, closed: false }),
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

    /// Closes a lane; turns under way find it closed when they are about to keep something.
    pub(crate) fn close_lane(&self, connection: ConnectionId) {
        let Some(running) = lock(&self.lanes().lanes).remove(&connection) else { return };
        lock(&running.state).closed = true;
        running.changed.notify_one();
    }

    /// Closes a lane on which nothing is under way.
    pub(crate) fn close_idle_lane(&self, connection: ConnectionId) -> bool {
        if let Some(running) = self.lanes().get(connection) {
            let mut state = lock(&running.state);
            if state.lane.under_way() > 0 || state.holds > 0 {
                return false;
            }
            state.closed = true;
        }
        self.close_lane(connection);
        true
    }

    /// Whether a lane is still this hub's to lead.
    pub(crate) fn still_leads(&self, running: &Running) -> bool {
        !lock(&running.state).closed && self.place().is_sure(self.clock())
    }

    /// Holds a lane for a call beside its turns; `None` where it is not this hub's to lead.
    pub(crate) fn hold_lane(&self, connection: ConnectionId) -> Option<Hold> {
        if !self.place().is_shared() {
            return Some(Hold(None));
        }
        let running = self.lanes().get(connection)?;
        lock(&running.state).holds += 1;
        let hold = Hold(Some(running));
        self.still_held(&hold).then_some(hold)
    }

    /// Whether a lane that is held is still this hub's to lead.
    pub(crate) fn still_held(&self, hold: &Hold) -> bool {
        hold.0.as_ref().is_none_or(|running| self.still_leads(running))
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
    pub(crate) fn lane_claim(&self, spoke: &Spoke, club: ClubId, person: PersonId) -> Option<Claim> {
        let endpoint = spoke.endpoint(club).ok()?;
        if !self.is_open(spoke.id(), club, endpoint) || !self.place().is_sure(self.clock()) {
            return None;
        }
        let running = self.lanes().get(spoke.id())?;
        let taken = {
            let mut state = lock(&running.state);
            !state.closed && state.lane.claim(person)
        };
        taken.then(|| Claim { connection: spoke.id(), running })
    }

    pub(crate) fn lane_is_awake(&self, connection: ConnectionId) -> bool {
        self.lanes().get(connection).is_some_and(|running| !lock(&running.state).lane.is_paused())
    }

    /// Gives a place back that was taken.
    pub(crate) fn lane_unclaim(self: &Arc<Self>, claim: &Claim, person: PersonId) {
        self.drive(claim.connection, &claim.running, Event::Ended { person, again: None });
    }

    /// Somebody became due; where another node leads the lane, that one is told.
    pub(crate) fn lane_due(self: &Arc<Self>, connection: ConnectionId, person: PersonId, at: Moment) {
        if self.place().leads(connection) {
            self.lane_event(connection, Event::Due(person, at));
        } else {
            self.place().tell(News::Due(connection, vec![(person, at)]));
        }
    }

    pub(crate) fn lane_event(self: &Arc<Self>, connection: ConnectionId, event: Event) {
        if let Some(running) = self.lanes().get(connection) {
            self.drive(connection, &running, event);
        }
    }

    fn drive(self: &Arc<Self>, connection: ConnectionId, running: &Arc<Running>, event: Event) {
        let effects = {
            let mut state = lock(&running.state);
            if state.closed {
                return;
            }
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
                Effect::Start(person) => self.spawn_turn((connection, Arc::clone(running)), person, None),
                Effect::Refill => self.spawn_refill(connection, Arc::clone(running)),
                Effect::Wake(_) => {}
            }
        }
    }

    /// Begins a turn whose place was taken when its record was accepted.
    pub(crate) fn begin_turn(self: &Arc<Self>, claim: &Claim, handed: Handed) {
        let lane = (claim.connection, Arc::clone(&claim.running));
        self.spawn_turn(lane, handed.person.id, Some(Box::new(handed)));
    }

    fn spawn_turn(
        self: &Arc<Self>,
        (connection, running): (ConnectionId, Arc<Running>),
        person: PersonId,
        handed: Option<Box<Handed>>,
    ) {
        let hub = Arc::clone(self);
        tokio::spawn(async move {
            let ended = hub.deliver((connection, &running), person, handed).await;
            let again = match ended {
                Ended::Again(at) => at,
                Ended::Later(at) => {
                    hub.drive(connection, &running, Event::LoadsFrom(at));
                    Some(behind(at))
                }
                Ended::Left(_) => None,
            };
            hub.drive(connection, &running, Event::Ended { person, again });
            if let (Ended::Left(club), Some(spoke)) = (ended, hub.registry().spoke(connection)) {
                hub.left(spoke, club, person);
            }
        });
    }

    fn spawn_refill(self: &Arc<Self>, connection: ConnectionId, running: Arc<Running>) {
        let hub = Arc::clone(self);
        tokio::spawn(async move {
            let asked = 2 * WINDOW;
            let closed = hub.closed_clubs(connection);
            match hub.store().take_due(connection, &closed, asked).await {
                Ok(due) => {
                    let more = due.len() == asked;
                    let due = due.into_iter().map(|due| (due.person, due.at)).collect();
                    hub.drive(connection, &running, Event::Refilled { due, more });
                }
                Err(error) => {
                    tracing::error!(%connection, %error, "what is due could not be read; asking again in a second");
                    hub.clock_sleep(1_000).await;
                    hub.drive(connection, &running, Event::Refilled { due: Vec::new(), more: true });
                }
            }
        });
    }

    fn spawn_timer(self: &Arc<Self>, connection: ConnectionId, running: Arc<Running>) {
        let hub = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                let (wake_at, closed) = {
                    let state = lock(&running.state);
                    (state.wake_at, state.closed)
                };
                let Some(strong) = hub.upgrade().filter(|_| !closed) else { return };
                let wait_ms = wake_at.map(|at| at.since_ms(strong.clock().now()).max(0));
                match wait_ms {
                    Some(0) => strong.drive(connection, &running, Event::Tick),
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
