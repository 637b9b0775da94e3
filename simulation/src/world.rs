//! What all parts of a schedule share: its time, its chance, its events, and what the store and the platforms saw.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{Field, Moment};
use tokio::time::Instant;

use crate::plan::Faults;

/// Where the virtual clock starts.
const EPOCH_MS: i64 = 1_800_000_000_000;
/// Everything a schedule checks the order of: each has one author.
pub const COUNTED: [Field; 2] = [Field::Address1, Field::City];

/// What is shared.
pub struct World {
    began: Instant,
    state: Mutex<State>,
}

struct State {
    chance: fastrand::Rng,
    faults: Faults,
    told: Told,
    /// Each person's committed values of each counted field, in order of commit.
    history: BTreeMap<(String, Field), Vec<String>>,
}

/// What came of a schedule so far.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Everything that happened, in order.
    pub events: Vec<String>,
    /// Faults that were injected, by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Calls that reached a platform.
    pub calls: u64,
    /// What must not be.
    pub violations: Vec<String>,
}

impl World {
    /// A world on its first instant.
    pub fn new(seed: u64, faults: Faults) -> Self {
        let (chance, told) = (fastrand::Rng::with_seed(seed), Told::default());
        World {
            began: Instant::now(),
            state: Mutex::new(State { chance, faults, told, history: BTreeMap::new() }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Now.
    pub fn now(&self) -> Moment {
        Moment(EPOCH_MS + self.began.elapsed().as_millis() as i64)
    }

    /// Sixty-four bits of chance.
    pub fn bits(&self) -> u64 {
        self.state().chance.u64(..)
    }

    /// A number below another.
    pub fn below(&self, bound: u64) -> u64 {
        self.state().chance.u64(..bound)
    }

    /// Whether one of so many happens.
    pub fn one_in(&self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// What may go wrong just now.
    pub fn faults(&self) -> Faults {
        self.state().faults
    }

    /// This may go wrong from now on.
    pub fn begin_faults(&self, faults: Faults) {
        self.state().faults = faults;
    }

    /// Nothing goes wrong from now on.
    pub fn end_faults(&self) {
        self.state().faults = Faults::default();
    }

    /// Draws whether a fault of this kind happens, and counts it.
    pub fn strikes(&self, kind: &'static str, one_in: u64) -> bool {
        let strikes = one_in > 0 && self.one_in(one_in);
        if strikes {
            self.count(kind);
        }
        strikes
    }

    /// Counts a fault.
    pub fn count(&self, kind: &'static str) {
        *self.state().told.faults.entry(kind).or_default() += 1;
        self.note(kind);
    }

    /// Writes down what happened.
    pub fn note(&self, event: impl std::fmt::Display) {
        let at = self.began.elapsed().as_millis();
        self.state().told.events.push(format!("{at:>10} {event}"));
    }

    /// Writes down what must not be.
    pub fn wrong(&self, what: impl std::fmt::Display) {
        self.note(format_args!("WRONG {what}"));
        self.state().told.violations.push(what.to_string());
    }

    /// Counts a call.
    pub fn called(&self) {
        self.state().told.calls += 1;
    }

    /// What came of it.
    pub fn told(&self) -> Told {
        self.state().told.clone()
    }

    /// The person of this family name was committed with this value.
    pub fn committed(&self, name: &str, field: Field, value: &str) {
        let mut state = self.state();
        let history = state.history.entry((name.to_lowercase(), field)).or_default();
        if history.last().is_none_or(|last| last != value) {
            history.push(value.to_owned());
        }
    }

    /// The next place in a person's history, from a given one on, where a field had this value; case does not count.
    pub fn place(&self, name: &str, field: Field, (from, value): (usize, &str)) -> Option<usize> {
        let state = self.state();
        let history = state.history.get(&(name.to_lowercase(), field))?;
        (from..history.len()).find(|at| history[*at].eq_ignore_ascii_case(value))
    }
}

impl hub::clock::Clock for World {
    fn now(&self) -> Moment {
        World::now(self)
    }

    fn dice(&self) -> u64 {
        self.bits()
    }
}
