//! Lanes: one person's calls to one platform, one at a time; different persons in parallel.
//!
//! A lane is a pure step function. It holds a bounded window of what is due and asks for more from the store when the
//! window runs low, so that its memory does not grow with the backlog. While no platform behind it can be called
//! ([`crate::scope`]), its gate is closed and it hands out nothing.
//! Nothing here knows HTTP, SQL or the time of day; `now` comes in as an argument.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{Moment, PersonId};

/// How many due persons a lane keeps in memory.
pub const WINDOW: usize = 4_096;

/// Far behind every instant of our time.
const BEHIND_MS: i64 = 1 << 50;

/// An instant as the place of somebody of a first load: behind everybody who is due for another reason.
pub const fn behind(at: Moment) -> Moment {
    at.plus_ms(BEHIND_MS)
}

/// The instant of a place, and whether it is one behind everybody else.
const fn instant(place: Moment) -> (Moment, bool) {
    let loads = place.0 >= BEHIND_MS;
    (if loads { place.plus_ms(-BEHIND_MS) } else { place }, loads)
}

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A person became due, not before the given time, which may be [`behind`].
    Due(PersonId, Moment),
    /// The store answered a refill with these; `more` says that others wait there.
    Refilled {
        /// The due persons.
        due: Vec<(PersonId, Moment)>,
        /// Whether the store holds more.
        more: bool,
    },
    /// A person's turn ended. `again` is when it is due once more.
    Ended {
        /// Whose turn.
        person: PersonId,
        /// When it is due again, if it is.
        again: Option<Moment>,
    },
    /// Whether any platform behind the lane can be called. When one can again, whoever was left in the store is asked
    /// for.
    Gate(bool),
    /// Nobody of a first load begins before then: there is no room for them.
    LoadsFrom(Moment),
    /// Time passed.
    Tick,
    /// An operator paused or resumed the lane.
    Paused(bool),
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Begin this person's turn.
    Start(PersonId),
    /// Ask the store for more.
    Refill,
    /// Call again with [`Event::Tick`] at this time.
    Wake(Moment),
}

/// One connection's lane.
#[derive(Clone, Debug)]
pub struct Lane {
    limit: usize,
    paused: bool,
    gate: bool,
    busy: BTreeSet<PersonId>,
    again: BTreeMap<PersonId, Moment>,
    ready: VecDeque<PersonId>,
    waiting: BTreeSet<(Moment, PersonId)>,
    loads: BTreeSet<(Moment, PersonId)>,
    loads_from: Moment,
    listed: BTreeMap<PersonId, Moment>,
    beyond: Option<Moment>,
    missed: Option<Moment>,
    refilling: bool,
}

impl Lane {
    /// A lane that makes at most `limit` calls at once. It begins by asking the store what is due.
    pub fn new(limit: usize) -> Self {
        Lane {
            limit: limit.max(1),
            paused: false,
            gate: true,
            busy: BTreeSet::new(),
            again: BTreeMap::new(),
            ready: VecDeque::new(),
            waiting: BTreeSet::new(),
            loads: BTreeSet::new(),
            loads_from: Moment(i64::MIN),
            listed: BTreeMap::new(),
            beyond: Some(Moment(i64::MIN)),
            missed: None,
            refilling: false,
        }
    }

    /// Whether an operator paused it.
    pub const fn is_paused(&self) -> bool {
        self.paused
    }

    /// Calls under way.
    pub fn under_way(&self) -> usize {
        self.busy.len()
    }

    /// Persons kept in memory until their turn; never more than [`WINDOW`].
    pub fn listed(&self) -> usize {
        self.listed.len()
    }

    /// Takes a place for a person who is being accepted right now, if the lane would start the turn at once.
    /// The place must be given back by [`Event::Ended`].
    pub fn claim(&mut self, person: PersonId) -> bool {
        let free = self.has_room()
            && self.ready.is_empty()
            && !self.busy.contains(&person)
            && !self.listed.contains_key(&person);
        if free {
            self.busy.insert(person);
        }
        free
    }

    /// Whether a turn could start now.
    pub fn has_room(&self) -> bool {
        !self.paused && self.gate && self.busy.len() < self.limit
    }

    /// Moves on by one event.
    pub fn step(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::Due(person, at) => self.list(person, at, now),
            Event::Refilled { due, more } => {
                self.refilling = false;
                self.beyond = self.missed.take();
                if more {
                    self.defer(due.last().map_or(now, |(_, at)| *at));
                }
                for (person, at) in due {
                    if !self.busy.contains(&person) {
                        self.list(person, at, now);
                    }
                }
            }
            Event::Ended { person, again } => {
                self.busy.remove(&person);
                let noted = self.again.remove(&person);
                if let Some(at) = [again, noted].into_iter().flatten().min() {
                    self.list(person, at, now);
                }
            }
            Event::Gate(open) => {
                self.gate = open;
                if open {
                    self.defer(now);
                }
            }
            Event::LoadsFrom(at) => self.loads_from = at,
            Event::Tick => {}
            Event::Paused(paused) => self.paused = paused,
        }
        self.hand_out(now, &mut effects);
        effects
    }

    fn list(&mut self, person: PersonId, at: Moment, now: Moment) {
        if self.busy.contains(&person) {
            let noted = self.again.entry(person).or_insert(at);
            *noted = at.min(*noted);
        } else if let Some(listed) = self.listed.get(&person).copied() {
            let place = (listed, person);
            if at < listed && (self.waiting.remove(&place) || self.loads.remove(&place)) {
                self.enlist(person, at, now);
            }
        } else if self.listed.len() < WINDOW {
            self.enlist(person, at, now);
        } else if !instant(at).1
            && let Some((latest, other)) = self.loads.pop_last()
        {
            self.listed.remove(&other);
            self.defer(latest);
            self.enlist(person, at, now);
        } else if let Some((latest, other)) = self.waiting.last().copied()
            && at < latest
        {
            self.waiting.pop_last();
            self.listed.remove(&other);
            self.defer(latest);
            self.enlist(person, at, now);
        } else {
            self.defer(at);
        }
    }

    fn enlist(&mut self, person: PersonId, at: Moment, now: Moment) {
        self.listed.insert(person, at);
        if instant(at).1 {
            self.loads.insert((at, person));
        } else if at <= now {
            self.ready.push_back(person);
        } else {
            self.waiting.insert((at, person));
        }
    }

    /// Somebody who is due at `at` stays in the store for want of room. A refill that is under way may have been read
    /// before they were there, so it does not count for them.
    fn defer(&mut self, place: Moment) {
        let (at, _) = instant(place);
        let sooner = |known: Option<Moment>| Some(known.map_or(at, |known| known.min(at)));
        self.beyond = sooner(self.beyond);
        if self.refilling {
            self.missed = sooner(self.missed);
        }
    }

    fn hand_out(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        while let Some((at, person)) = self.waiting.first().copied() {
            if at > now {
                break;
            }
            self.waiting.pop_first();
            self.ready.push_back(person);
        }
        while self.has_room() {
            let Some(person) = self.ready.pop_front().or_else(|| self.next_load(now)) else { break };
            self.listed.remove(&person);
            self.busy.insert(person);
            effects.push(Effect::Start(person));
        }
        if self.beyond.is_some_and(|at| at <= now) && !self.refilling && self.at_hand() < WINDOW / 4 {
            self.refilling = true;
            effects.push(Effect::Refill);
        }
        if let Some(at) = self.next_wake(now) {
            effects.push(Effect::Wake(at));
        }
    }

    /// Those whose turn could begin, first loads included.
    fn at_hand(&self) -> usize {
        self.ready.len() + self.loads.len()
    }

    fn next_load(&mut self, now: Moment) -> Option<PersonId> {
        let (place, _) = *self.loads.first()?;
        let due = self.loads_from.max(instant(place).0) <= now;
        if due { self.loads.pop_first().map(|(_, person)| person) } else { None }
    }

    fn next_wake(&self, now: Moment) -> Option<Moment> {
        let waiting = self.waiting.first().map(|(at, _)| *at);
        let beyond = self.beyond.filter(|at| *at > now && !self.refilling);
        let load = self.loads.first().map(|(place, _)| self.loads_from.max(instant(*place).0));
        let load = load.filter(|at| *at > now);
        [waiting, beyond, load].into_iter().flatten().min()
    }
}
