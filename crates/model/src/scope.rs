//! Scopes: whether a platform can be called at all, known once for everybody who calls it.
//!
//! A host that does not answer, or a key that is refused or asked to wait, is a state of the host or the key, not an
//! attempt of a record: every lane behind it stops, and one probe per interval asks whether it is back.

use std::collections::BTreeSet;

use crate::{Moment, Outcome, PersonId};

/// Failures in a row, of different persons, after which a platform counts as down.
const DOWN_AFTER: usize = 3;
const FIRST_PROBE_MS: i64 = 1_000;
/// The longest wait between two probes of a host that does not answer.
const LONGEST_PROBE_MS: i64 = 60_000;
/// The longest wait between two probes with a key that is refused: too many wrong passwords lock an account.
const LONGEST_REFUSED_MS: i64 = 900_000;
/// A key's own wait is respected up to here.
const LONGEST_BUSY_MS: i64 = 6 * 3_600_000;
/// A host's wait: one tenant's answer stops everybody behind the host, so it is soon asked again.
const LONGEST_HOST_BUSY_MS: i64 = 60_000;
/// How long a platform asks us to wait where it does not say.
const BUSY_S: u32 = 5;

/// What the scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The addresses that are called.
    Host,
    /// The credentials with which they are called.
    Key,
}

/// What a call said of a host or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It answers.
    Well,
    /// It does not answer, or does not let us in.
    Down,
    /// It asks us to wait until this time.
    Busy(Moment),
    /// Nothing: no call was made, or what it said is about the record alone.
    Silent,
}

impl Sign {
    /// What an outcome says of a part of the platform.
    pub fn of(outcome: &Outcome, part: Part, now: Moment) -> Sign {
        use Outcome::{Doubtful, Misconfigured, Throttled, Unauthorised, Unavailable, Unsupported};
        let wait = |seconds: u32| Sign::Busy(now.plus_s(i64::from(seconds)));
        match (part, outcome) {
            (_, Unsupported | Misconfigured { .. }) | (Part::Key, Doubtful { .. } | Unavailable { .. }) => {
                Sign::Silent
            }
            (Part::Host, Unavailable { retry_after_s: Some(asked), .. }) => wait(*asked),
            (Part::Host, Doubtful { .. } | Unavailable { .. }) | (Part::Key, Unauthorised { .. }) => {
                Sign::Down
            }
            (Part::Key, Throttled { retry_after_s }) => wait(retry_after_s.unwrap_or(BUSY_S)),
            _ => Sign::Well,
        }
    }
}

/// Whether a scope can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can.
    Open,
    /// It does not answer, or does not let us in; the next probe is due then.
    Down {
        /// Since when.
        since: Moment,
        /// When the next probe is due.
        probe_at: Moment,
        /// How many probes were made since a record went through.
        probes: u32,
    },
    /// It asked for a pause until then.
    Busy(Moment),
}

/// One host or key.
#[derive(Clone, Debug)]
pub struct Scope {
    part: Part,
    standing: Standing,
    failing: BTreeSet<PersonId>,
    trial: bool,
    /// Probes since a record went through. A platform whose health call is well while it takes no record is not probed
    /// from the beginning again.
    probes: u32,
}

impl Scope {
    /// A scope of which nothing bad is known.
    pub fn new(part: Part) -> Self {
        Scope { part, standing: Standing::Open, failing: BTreeSet::new(), trial: false, probes: 0 }
    }

    /// What it is.
    pub const fn part(&self) -> Part {
        self.part
    }

    /// Whether it can be called.
    pub const fn standing(&self) -> Standing {
        self.standing
    }

    /// Whether there is nothing to remember of it.
    pub fn is_well(&self) -> bool {
        self.standing == Standing::Open && self.failing.is_empty() && self.probes == 0
    }

    /// Whether a call may be made; where nothing but a record can try a platform that was down, one may.
    pub const fn may_pass(&self) -> bool {
        self.trial || matches!(self.standing, Standing::Open)
    }

    /// Takes the trial, if there is one.
    pub const fn take_trial(&mut self) -> bool {
        std::mem::replace(&mut self.trial, false)
    }

    /// The trial that was taken needed no call: another may.
    pub const fn give_trial_back(&mut self) {
        self.trial = matches!(self.standing, Standing::Down { .. });
    }

    /// A call for a person ended.
    pub fn judge(&mut self, person: PersonId, sign: Sign, now: Moment) {
        match sign {
            Sign::Well => {
                self.probes = 0;
                self.recover();
            }
            Sign::Silent => {}
            Sign::Busy(until) => self.rest(until, now),
            Sign::Down => {
                self.failing.insert(person);
                if self.failing.len() >= DOWN_AFTER && self.standing == Standing::Open {
                    self.go_down(now, now);
                }
                if self.failing.len() > DOWN_AFTER {
                    self.failing.pop_first();
                }
            }
        }
    }

    /// The probe ended. One that says nothing lets a record try.
    pub fn probed(&mut self, sign: Sign, now: Moment) {
        let Standing::Down { since, .. } = self.standing else { return };
        self.probes = self.probes.saturating_add(1);
        match sign {
            Sign::Well => self.recover(),
            Sign::Busy(until) => self.rest(until, now),
            Sign::Down | Sign::Silent => {
                self.trial = sign == Sign::Silent;
                self.go_down(since, now);
            }
        }
    }

    fn go_down(&mut self, since: Moment, now: Moment) {
        let longest = if self.part == Part::Host { LONGEST_PROBE_MS } else { LONGEST_REFUSED_MS };
        let wait = (FIRST_PROBE_MS << self.probes.min(10)).min(longest);
        self.standing = Standing::Down { since, probe_at: now.plus_ms(wait), probes: self.probes };
    }

    /// Time passed: a pause that was asked for may be over.
    pub fn lapse(&mut self, now: Moment) {
        if matches!(self.standing, Standing::Busy(until) if until <= now) {
            self.standing = Standing::Open;
        }
    }

    /// Waits as the platform asked, within bounds. A shorter wish does not undo a longer one.
    fn rest(&mut self, until: Moment, now: Moment) {
        let longest = if self.part == Part::Host { LONGEST_HOST_BUSY_MS } else { LONGEST_BUSY_MS };
        let asked = until.min(now.plus_ms(longest));
        self.trial = false;
        self.standing = match self.standing {
            Standing::Busy(before) => Standing::Busy(before.max(asked)),
            _ => Standing::Busy(asked),
        };
    }

    /// It answers. A pause that it asked for lasts all the same.
    fn recover(&mut self) {
        self.failing.clear();
        self.trial = false;
        if matches!(self.standing, Standing::Down { .. }) {
            self.standing = Standing::Open;
        }
    }
}
