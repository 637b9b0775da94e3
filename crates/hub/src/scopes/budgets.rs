//! Budgets at work: a call is made only if every budget that counts it has room.
//!
//! Calls are taken from the store in slices, so that a busy budget costs few writes. A club that finds a budget empty
//! stands in its queue, and its people begin no turn; a watch lets in those in front as room comes, one call each in
//! turn, so that thousands of one club cannot starve another's one. People of a first load never stand in a queue: they
//! come when nobody else does.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use model::budget::{Grant, Limit, Rate, Shared, Wish};
use model::{ClubId, ConnectionId, Moment, Operation};
use platform::Endpoint;
use store::Result;

use crate::Hub;
use crate::registry::Spoke;

/// A budget and who shares it, as the store names it.
type Name = Arc<str>;
/// A club on a connection: what stands in a queue.
type Place = (ConnectionId, ClubId);

/// How long a caller who is no lane waits for room.
const PATIENCE_MS: i64 = 30_000;
/// When those who are let in by others ask again.
const AGAIN_MS: i64 = 100;
/// When a store that did not answer is asked again.
const STORE_PAUSE_MS: u64 = 1_000;

/// Calls that are made one after the other: there is room for all of them or for none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calls<'a> {
    pub(crate) club: ClubId,
    pub(crate) of: &'a [(Operation, u32)],
    pub(crate) manner: Manner,
}

/// How a caller waits for room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// In the queue, for a live change.
    Queues,
    /// Behind all queues, for somebody of a first load.
    Loads,
    /// Beside the queue: rare calls on which many depend, and probes.
    Apart,
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// It may.
    Yes,
    /// The club stands in the queue.
    Queued,
    /// Not before then.
    Later(Moment),
}

/// The budgets that were asked for since the start.
#[derive(Default)]
pub(crate) struct Budgets {
    known: Mutex<HashMap<Name, Arc<Budget>>>,
    queued: Mutex<HashSet<Place>>,
}

struct Budget {
    name: Name,
    limit: Limit,
    pot: Mutex<Pot>,
    /// Held while the store is asked, so that one question serves all who wait for its answer.
    asking: tokio::sync::Mutex<()>,
}

/// What is at hand of a budget.
#[derive(Default)]
struct Pot {
    slice: Option<Slice>,
    queue: VecDeque<(Place, u32)>,
    /// What is put aside for those who were let in.
    aside: HashMap<Place, u32>,
    watched: bool,
}

struct Slice {
    left: u32,
    part: i64,
    until: Moment,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pot {
    fn free(&self) -> u32 {
        self.slice.as_ref().map_or(0, |slice| slice.left).saturating_sub(self.aside.values().sum())
    }

    /// Takes calls that are at hand, if nobody comes first.
    fn take(&mut self, place: Place, calls: u32, (manner, now): (Manner, Moment)) -> bool {
        let own = self.aside.get(&place).copied().unwrap_or(0);
        let may = own >= calls || self.is_open_to(manner) && own + self.free() >= calls;
        let Some(slice) = self.slice.as_mut().filter(|slice| may && slice.until > now) else { return false };
        slice.left -= calls;
        self.aside.remove(&place);
        true
    }

    fn is_open_to(&self, manner: Manner) -> bool {
        self.queue.is_empty() || manner == Manner::Apart
    }

    fn enqueue(&mut self, place: Place, calls: u32) {
        if !self.queue.iter().any(|(queued, _)| *queued == place) {
            self.aside.remove(&place);
            self.queue.push_back((place, calls));
        }
    }

    /// Puts calls aside for those in front, and answers who they are.
    fn serve(&mut self) -> Vec<Place> {
        let mut served = Vec::new();
        while let Some((place, calls)) =
            self.queue.front().copied().filter(|(_, calls)| *calls <= self.free())
        {
            self.queue.pop_front();
            self.aside.insert(place, calls);
            served.push(place);
        }
        served
    }

    /// What a slice that lapsed leaves.
    fn lapse(&mut self, now: Moment) -> Option<(i64, u32)> {
        let old = self.slice.take_if(|slice| slice.until <= now)?;
        self.aside.clear();
        (old.left > 0).then_some((old.part, old.left))
    }

    fn give_back(&mut self, calls: u32) {
        if let Some(slice) = &mut self.slice {
            slice.left += calls;
        }
    }

    fn refill(&mut self, calls: u32, part: i64, until: Moment) {
        let left = self.slice.as_ref().filter(|slice| slice.part == part).map_or(0, |slice| slice.left);
        self.slice = Some(Slice { left: left + calls, part, until });
    }
}

impl Budgets {
    fn get(&self, name: Name, limit: Limit) -> Arc<Budget> {
        let mut known = lock(&self.known);
        let budget = known.entry(Arc::clone(&name)).or_insert_with(|| {
            Arc::new(Budget { name, limit, pot: Mutex::default(), asking: tokio::sync::Mutex::default() })
        });
        Arc::clone(budget)
    }

    /// Whether a club's people wait for room.
    pub(super) fn holds(&self, connection: ConnectionId, club: ClubId) -> bool {
        lock(&self.queued).contains(&(connection, club))
    }
}

/// The name of a budget among those who share it.
fn name(rate: &Rate, spoke: &Spoke, (club, endpoint): (ClubId, &Endpoint), operation: Operation) -> Name {
    let reached = endpoint.reached();
    let sharers = match rate.shared {
        Shared::Key => format!("key {}", reached.key),
        Shared::Host => format!("host {}", reached.host),
        Shared::Client => format!("client {} {}", spoke.connection.client, spoke.connection.client_number),
        Shared::Club => format!("club {} {}", spoke.id(), club),
        Shared::Endpoint => format!("key {} {}", reached.key, operation.name()),
    };
    let of: Vec<&str> = rate.of.iter().map(|operation| operation.name()).collect();
    format!("{} {} {} {sharers}", spoke.connection.platform, rate.limit.per.name(), of.join(",")).into()
}

impl Hub {
    /// Takes calls out of every budget that counts them.
    pub(crate) async fn spend(self: &Arc<Self>, spoke: &Spoke, calls: Calls<'_>) -> Result<Room> {
        let Ok(endpoint) = spoke.endpoint(calls.club) else { return Ok(Room::Yes) };
        let mut wanted: BTreeMap<Name, (Limit, u32)> = BTreeMap::new();
        for rate in &spoke.abilities().rates {
            for (operation, count) in calls.of.iter().filter(|(operation, _)| rate.counts(*operation)) {
                let name = name(rate, spoke, (calls.club, endpoint), *operation);
                let requests = count * spoke.abilities().requests(*operation) * rate.cost(*operation);
                wanted.entry(name).or_insert((rate.limit, 0)).1 += requests;
            }
        }
        let mut taken: Vec<(Arc<Budget>, u32)> = Vec::new();
        for (name, (limit, count)) in wanted {
            let budget = self.scopes().budgets.get(name, limit);
            let count = count.min(limit.calls);
            let room = self.take_from(&budget, (spoke.id(), calls.club), count, calls.manner).await?;
            if room != Room::Yes {
                for (budget, count) in taken {
                    lock(&budget.pot).give_back(count);
                }
                return Ok(room);
            }
            taken.push((budget, count));
        }
        Ok(Room::Yes)
    }

    /// As [`Hub::spend`], for one who is no lane: waits a while. Answers whether the call may be made.
    pub(crate) async fn spend_patiently(
        self: &Arc<Self>,
        spoke: &Spoke,
        club: ClubId,
        operation: Operation,
    ) -> Result<bool> {
        let end = self.clock().now().plus_ms(PATIENCE_MS);
        loop {
            match self.spend(spoke, Calls { club, of: &[(operation, 1)], manner: Manner::Apart }).await? {
                Room::Later(at) if at < end => {
                    let wait_ms = at.since_ms(self.clock().now()).max(1);
                    self.clock_sleep(wait_ms.unsigned_abs()).await;
                }
                room => return Ok(room == Room::Yes),
            }
        }
    }

    async fn take_from(
        self: &Arc<Self>,
        budget: &Arc<Budget>,
        place: Place,
        calls: u32,
        manner: Manner,
    ) -> Result<Room> {
        let spare = if manner == Manner::Loads { budget.limit.kept_for_changes() } else { 0 };
        let at_hand = || lock(&budget.pot).take(place, calls, (manner, self.clock().now()));
        if spare == 0 && at_hand() {
            return Ok(Room::Yes);
        }
        let _one_at_a_time = budget.asking.lock().await;
        if spare == 0 && at_hand() {
            return Ok(Room::Yes);
        }
        let mut later = None;
        if lock(&budget.pot).is_open_to(manner) {
            later = self.refill(budget, calls, spare).await?;
            if (later.is_none() || spare == 0) && at_hand() {
                return Ok(Room::Yes);
            }
        }
        if manner != Manner::Queues {
            return Ok(Room::Later(later.unwrap_or_else(|| self.clock().now().plus_ms(AGAIN_MS))));
        }
        let unwatched = {
            let mut pot = lock(&budget.pot);
            pot.enqueue(place, calls);
            lock(&self.scopes().budgets.queued).insert(place);
            !std::mem::replace(&mut pot.watched, true)
        };
        if unwatched {
            tokio::spawn(over(Arc::downgrade(self), Arc::clone(budget)));
        }
        Ok(Room::Queued)
    }

    /// Takes a slice from the store, and gives back what is left of one that lapsed. Answers when there is room again
    /// where there is none.
    async fn refill(&self, budget: &Budget, calls: u32, spare: u32) -> Result<Option<Moment>> {
        let now = self.clock().now();
        let back = lock(&budget.pot).lapse(now);
        let wish = Wish { limit: budget.limit, now, calls: calls.max(budget.limit.slice()), spare, back };
        Ok(match self.store().take_budget(&budget.name, wish).await? {
            Grant::Calls { calls, part, until } => {
                lock(&budget.pot).refill(calls, part, until);
                None
            }
            Grant::Later(at) => Some(at),
        })
    }

    /// Lets in those in front of a budget's queue; answers when there is room for the next, and nothing when nobody
    /// waits any more.
    async fn let_in(self: &Arc<Self>, budget: &Budget) -> Result<Option<Moment>> {
        let _one_at_a_time = budget.asking.lock().await;
        let wanted = lock(&budget.pot).queue.iter().map(|(_, calls)| *calls).sum();
        let later = self.refill(budget, wanted, 0).await?;
        let (served, nobody_waits) = {
            let mut pot = lock(&budget.pot);
            let served = pot.serve();
            let mut queued = lock(&self.scopes().budgets.queued);
            queued.retain(|place| !served.contains(place));
            pot.watched = !pot.queue.is_empty();
            (served, pot.queue.is_empty())
        };
        let registry = Arc::clone(&self.registry());
        self.tell_gates(served.iter().filter_map(|(connection, _)| registry.spoke(*connection)));
        let at = later.unwrap_or_else(|| self.clock().now().plus_ms(1));
        Ok((!nobody_waits).then_some(at))
    }
}

/// Watches over a budget's queue until nobody stands in it.
async fn over(hub: Weak<Hub>, budget: Arc<Budget>) {
    loop {
        let Some(strong) = hub.upgrade() else { return };
        let wait_ms = match strong.let_in(&budget).await {
            Ok(None) => return,
            Ok(Some(at)) => at.since_ms(strong.clock().now()).max(1).unsigned_abs(),
            Err(error) => {
                tracing::error!(%error, "a budget could not be read; asking again in a second");
                STORE_PAUSE_MS
            }
        };
        drop(strong);
        tokio::time::sleep(std::time::Duration::from_millis(wait_ms)).await;
    }
}
