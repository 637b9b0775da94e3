//! A lane with a store, a platform, the scope that stands for it and a clock of its own: every effect is carried out, and
//! every promise of a lane and of a scope is checked when it is.

use std::collections::BTreeMap;

use model::lane::{Effect, Event, Lane, WINDOW};
use model::scope::{Part, Scope, Sign, Standing};
use model::{Moment, PersonId};

/// How the platform behind the lane fares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Health {
    Well,
    Down,
    Busy,
}

/// What happens around the lane.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A change of this person is accepted; the lane hears of it so many milliseconds after the commit.
    Accepted(i64, i64),
    /// Time passes, in milliseconds.
    Passes(i64),
    Turns(Health),
    Paused(bool),
}

const REFILL_MS: i64 = 7;
const CALL_MS: i64 = 40;
const PROBE_MS: i64 = 50;

pub struct LaneWorld {
    pub lane: Lane,
    scope: Scope,
    pub now: Moment,
    /// What the store holds as due.
    pub store: BTreeMap<PersonId, Moment>,
    /// When each person's latest turn began.
    pub started: BTreeMap<PersonId, Moment>,
    limit: usize,
    health: Health,
    paused: bool,
    turns: BTreeMap<PersonId, (Moment, bool)>,
    refill: Option<(Moment, Vec<(PersonId, Moment)>)>,
    probe: Option<Moment>,
    probed: Option<Moment>,
    late: Vec<(Moment, PersonId)>,
    wake: Option<Moment>,
    busy_until: Moment,
}

impl LaneWorld {
    pub fn new(limit: usize, store: BTreeMap<PersonId, Moment>) -> Self {
        let mut world = LaneWorld {
            lane: Lane::new(limit),
            scope: Scope::new(Part::Host),
            now: Moment(1_000_000),
            store,
            started: BTreeMap::new(),
            limit,
            health: Health::Well,
            paused: false,
            turns: BTreeMap::new(),
            refill: None,
            probe: None,
            probed: None,
            late: Vec::new(),
            wake: None,
            busy_until: Moment(0),
        };
        world.tell(Event::Tick);
        world
    }

    pub fn happens(&mut self, happening: &Happening) {
        match happening {
            Happening::Accepted(person, late_ms) => self.accept(PersonId(*person), *late_ms),
            Happening::Passes(ms) => self.pass(self.now.plus_ms(*ms)),
            Happening::Turns(health) => self.health = *health,
            Happening::Paused(paused) => {
                self.paused = *paused;
                self.tell(Event::Paused(*paused));
            }
        }
    }

    fn accept(&mut self, person: PersonId, late_ms: i64) {
        let at = *self.store.entry(person).or_insert(self.now);
        if let Some((_, edited)) = self.turns.get_mut(&person) {
            *edited = true;
        }
        if at <= self.now && self.scope.standing() == Standing::Open && self.lane.claim(person) {
            self.begin(person);
        } else {
            self.late.push((self.now.plus_ms(late_ms), person));
            self.pass(self.now);
        }
    }

    fn begin(&mut self, person: PersonId) {
        assert!(self.turns.len() < self.limit, "more than {} under way", self.limit);
        assert!(!self.paused, "a paused lane begins nothing");
        assert!(self.scope.may_pass(), "only a lane whose platform can be called begins turns");
        assert!(self.now >= self.busy_until, "the platform asked for a pause until {}", self.busy_until.0);
        let before = self.turns.insert(person, (self.now.plus_ms(CALL_MS), false));
        assert!(before.is_none(), "two turns of {person} at once");
        self.started.insert(person, self.now);
    }

    fn tell(&mut self, event: Event) {
        let effects = self.lane.step(event, self.now);
        self.wake = None;
        for effect in effects {
            match effect {
                Effect::Start(person) => self.begin(person),
                Effect::Refill => {
                    assert!(self.refill.is_none(), "one refill at a time");
                    let mut due: Vec<_> = self.store.iter().map(|(person, at)| (*person, *at)).collect();
                    due.sort_by_key(|(_, at)| *at);
                    due.truncate(2 * WINDOW);
                    self.refill = Some((self.now.plus_ms(REFILL_MS), due));
                }
                Effect::Wake(at) => {
                    assert!(at > self.now, "a wake in the past spins");
                    self.wake = Some(at);
                }
            }
        }
        assert!(self.lane.listed() <= WINDOW, "memory is bounded");
        assert_eq!(self.lane.under_way(), self.turns.len());
    }

    fn next_instant(&self) -> Option<Moment> {
        let turns = self.turns.values().map(|(ends, _)| *ends).min();
        let refill = self.refill.as_ref().map(|(at, _)| *at);
        let late = self.late.iter().map(|(at, _)| *at).min();
        let watch = match self.scope.standing() {
            Standing::Open => None,
            Standing::Busy(until) => Some(until),
            Standing::Down { probe_at, .. } => (self.probe.is_none() && !self.paused).then_some(probe_at),
        };
        [turns, refill, late, watch, self.probe, self.wake].into_iter().flatten().min()
    }

    fn pass(&mut self, until: Moment) {
        while let Some(at) = self.next_instant().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.one();
        }
        self.now = self.now.max(until);
    }

    fn one(&mut self) {
        let now = self.now;
        if let Some(place) = self.late.iter().position(|(at, _)| *at <= now) {
            let (_, person) = self.late.swap_remove(place);
            if let Some(at) = self.store.get(&person).copied() {
                self.tell(Event::Due(person, at));
            }
        } else if let Some((_, due)) = self.refill.take_if(|(at, _)| *at <= now) {
            let more = due.len() == 2 * WINDOW;
            self.tell(Event::Refilled { due, more });
        } else if self.probe.take_if(|at| *at <= now).is_some() {
            self.probed = Some(now);
            let sign = self.sign();
            self.change(|scope| scope.probed(sign, now));
        } else if let Some(person) =
            self.turns.iter().find(|(_, (ends, _))| *ends <= now).map(|(person, _)| *person)
        {
            self.end(person);
        } else if self.wake.take_if(|at| *at <= now).is_some() {
            self.tell(Event::Tick);
        } else {
            self.watch();
        }
    }

    fn watch(&mut self) {
        let now = self.now;
        match self.scope.standing() {
            Standing::Busy(until) if until <= now => self.change(|scope| scope.lapse(now)),
            Standing::Down { probe_at, .. } if probe_at <= now && self.probe.is_none() => {
                assert!(self.probed.is_none_or(|last| now.since_ms(last) >= 1_000), "probes are spaced");
                self.probe = Some(now.plus_ms(PROBE_MS));
            }
            _ => {}
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut Scope)) {
        let before = self.scope.may_pass();
        change(&mut self.scope);
        if self.scope.may_pass() != before {
            self.tell(Event::Gate(!before));
        }
    }

    fn sign(&mut self) -> Sign {
        match self.health {
            Health::Well => Sign::Well,
            Health::Down => Sign::Down,
            Health::Busy => {
                let until = self.now.plus_s(30);
                self.busy_until = self.busy_until.max(until);
                Sign::Busy(until)
            }
        }
    }

    fn end(&mut self, person: PersonId) {
        let Some((_, edited)) = self.turns.get(&person).copied() else { return };
        let due = self.store.get(&person).is_some_and(|at| *at <= self.now);
        let platform = if due { self.sign() } else { Sign::Silent };
        match platform {
            Sign::Well if !edited => drop(self.store.remove(&person)),
            Sign::Down | Sign::Busy(_) => drop(self.store.insert(person, self.now.plus_s(5))),
            Sign::Well | Sign::Silent => {}
        }
        let now = self.now;
        self.change(|scope| scope.judge(person, platform, now));
        self.turns.remove(&person);
        let again = self.store.get(&person).copied();
        self.tell(Event::Ended { person, again });
    }

    /// The platform is well, nobody pauses the lane, and time goes on until nothing is due.
    pub fn settles(&mut self) {
        self.happens(&Happening::Turns(Health::Well));
        self.happens(&Happening::Paused(false));
        let bound = 40 * (self.store.len() + 100);
        for _ in 0..bound {
            let Some(at) = self.next_instant() else { break };
            self.now = self.now.max(at);
            self.one();
        }
        assert_eq!(self.store.len(), 0, "somebody was forgotten: {:?}", self.store.first_key_value());
        assert_eq!(self.next_instant().filter(|_| self.refill.is_none()), None, "and the lane falls silent");
    }
}
