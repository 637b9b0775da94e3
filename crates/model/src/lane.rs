//! Lanes: one person's calls to one platform, one at a time; different persons in parallel.
//!
//! A lane is a pure step function. It holds a bounded window of what is due and asks for more from the store when the
//! window runs low, so that its memory does not grow with the backlog. When its platform does not answer, it stops
//! handing out work and probes, once per interval, until the platform is back.
//! Nothing here knows HTTP, SQL or the time of day; `now` comes in as an argument.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{Moment, PersonId};

/// How many due persons a lane keeps in memory.
pub const WINDOW: usize = 4_096;
/// Failures in a row, of different persons, after which the platform counts as down.
const DOWN_AFTER: usize = 3;
const FIRST_PROBE_MS: i64 = 1_000;
const LONGEST_PROBE_MS: i64 = 60_000;
/// A platform's own wait is respected up to here.
const LONGEST_BUSY_MS: i64 = 6 * 3_600_000;

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A person became due, not before the given time.
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
        /// What the turn said of the platform.
        platform: Sign,
    },
    /// The platform was probed.
    Probed(Sign),
    /// Time passed.
    Tick,
    /// An operator paused or resumed the lane.
    Paused(bool),
}

/// What a call said of the platform as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It answers.
    Well,
    /// It does not answer, or does not let us in.
    Down,
    /// It asks us to wait until this time.
    Busy(Moment),
    /// No call was made.
    Silent,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Begin this person's turn.
    Start(PersonId),
    /// Ask the store for more.
    Refill,
    /// Ask the platform whether it is up.
    Probe,
    /// Call again with [`Event::Tick`] at this time.
    Wake(Moment),
}

/// Whether the platform behind the lane answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Work is handed out.
    Open,
    /// Nothing is handed out; the next probe is due then.
    Down {
        /// Since when.
        since: Moment,
        /// When the next probe is due.
        probe_at: Moment,
        /// How many probes failed.
        probes: u32,
    },
    /// The platform asked for a pause until then.
    Busy(Moment),
}

/// One connection's lane.
#[derive(Clone, Debug)]
pub struct Lane {
    limit: usize,
    paused: bool,
    standing: Standing,
    failing: BTreeSet<PersonId>,
    probing: bool,
    busy: BTreeSet<PersonId>,
    again: BTreeMap<PersonId, Moment>,
    ready: VecDeque<PersonId>,
    waiting: BTreeSet<(Moment, PersonId)>,
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
            standing: Standing::Open,
            failing: BTreeSet::new(),
            probing: false,
            busy: BTreeSet::new(),
            again: BTreeMap::new(),
            ready: VecDeque::new(),
            waiting: BTreeSet::new(),
            listed: BTreeMap::new(),
            beyond: Some(Moment(i64::MIN)),
            missed: None,
            refilling: false,
        }
    }

    /// Whether the platform behind the lane answers.
    pub const fn standing(&self) -> Standing {
        self.standing
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
        !self.paused && self.standing == Standing::Open && self.busy.len() < self.limit
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
            Event::Ended { person, again, platform } => {
                self.busy.remove(&person);
                self.judge(person, platform, now);
                let noted = self.again.remove(&person);
                if let Some(at) = [again, noted].into_iter().flatten().min() {
                    self.list(person, at, now);
                }
            }
            Event::Probed(sign) => {
                self.probing = false;
                self.judge_probe(sign, now);
            }
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
            if at < listed && self.waiting.remove(&(listed, person)) {
                self.enlist(person, at, now);
            }
        } else if self.listed.len() < WINDOW {
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
        if at <= now {
            self.ready.push_back(person);
        } else {
            self.waiting.insert((at, person));
        }
    }

    /// Somebody who is due at `at` stays in the store for want of room. A refill that is under way may have been read
    /// before they were there, so it does not count for them.
    fn defer(&mut self, at: Moment) {
        let sooner = |known: Option<Moment>| Some(known.map_or(at, |known| known.min(at)));
        self.beyond = sooner(self.beyond);
        if self.refilling {
            self.missed = sooner(self.missed);
        }
    }

    fn judge(&mut self, person: PersonId, sign: Sign, now: Moment) {
        match sign {
            Sign::Well => self.recover(),
            Sign::Silent => {}
            Sign::Busy(until) => self.rest(until, now),
            Sign::Down => {
                self.failing.insert(person);
                if self.failing.len() >= DOWN_AFTER && self.standing == Standing::Open {
                    let probe_at = now.plus_ms(FIRST_PROBE_MS);
                    self.standing = Standing::Down { since: now, probe_at, probes: 0 };
                }
                if self.failing.len() > DOWN_AFTER {
                    self.failing.pop_first();
                }
            }
        }
    }

    /// Waits as the platform asked, within bounds. A shorter wish does not undo a longer one.
    fn rest(&mut self, until: Moment, now: Moment) {
        let asked = until.min(now.plus_ms(LONGEST_BUSY_MS));
        self.standing = match self.standing {
            Standing::Busy(before) => Standing::Busy(before.max(asked)),
            _ => Standing::Busy(asked),
        };
    }

    fn judge_probe(&mut self, sign: Sign, now: Moment) {
        let Standing::Down { since, probes, .. } = self.standing else { return };
        match sign {
            Sign::Well => {
                self.recover();
                for (_, person) in std::mem::take(&mut self.waiting) {
                    self.ready.push_back(person);
                }
            }
            Sign::Busy(until) => self.rest(until, now),
            Sign::Down | Sign::Silent => {
                let probes = probes.saturating_add(1);
                let wait = (FIRST_PROBE_MS << probes.min(10)).min(LONGEST_PROBE_MS);
                self.standing = Standing::Down { since, probe_at: now.plus_ms(wait), probes };
            }
        }
    }

    /// The platform answers. A pause that it asked for lasts all the same.
    fn recover(&mut self) {
        self.failing.clear();
        if matches!(self.standing, Standing::Down { .. }) {
            self.standing = Standing::Open;
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
        match self.standing {
            Standing::Busy(until) if until <= now => self.standing = Standing::Open,
            Standing::Down { probe_at, .. } if probe_at <= now && !self.probing && !self.paused => {
                self.probing = true;
                effects.push(Effect::Probe);
            }
            _ => {}
        }
        while self.has_room() {
            let Some(person) = self.ready.pop_front() else { break };
            self.listed.remove(&person);
            self.busy.insert(person);
            effects.push(Effect::Start(person));
        }
        if self.beyond.is_some_and(|at| at <= now) && !self.refilling && self.ready.len() < WINDOW / 4 {
            self.refilling = true;
            effects.push(Effect::Refill);
        }
        if let Some(at) = self.next_wake(now) {
            effects.push(Effect::Wake(at));
        }
    }

    fn next_wake(&self, now: Moment) -> Option<Moment> {
        let standing = match self.standing {
            Standing::Open => None,
            Standing::Down { .. } if self.paused => None,
            Standing::Busy(until) => Some(until),
            Standing::Down { .. } if self.probing => None,
            Standing::Down { probe_at, .. } => Some(probe_at),
        };
        let waiting = self.waiting.first().map(|(at, _)| *at);
        let beyond = self.beyond.filter(|at| *at > now && !self.refilling);
        [standing, waiting, beyond].into_iter().flatten().min()
    }
}
