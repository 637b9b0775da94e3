//! Feeds: how far one club's changes at a platform were read, and when they are read again.
//!
//! A feed never skips: what could not be read, or not be kept, is read again from where the last whole reading began, and a
//! record that is read twice changes nothing the second time.

use serde::{Deserialize, Serialize};

use crate::brake::ALWAYS;
use crate::{ClubId, ConnectionId, Moment, brakes, retry};

/// Of a hundred of a connection's people, so many may be new in one reading without a decision (integration rules §8).
const NEW_OF_A_HUNDRED: usize = 20;

/// How a platform's changes can be read, as its description says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedTerms {
    /// How often they are read, in seconds.
    pub every_s: u32,
    /// How far before the end of the last reading the next one begins, in seconds.
    pub overlap_s: u32,
    /// How old what it says may be, in seconds.
    pub lag_s: u32,
}

/// What a reading brings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// Records in it.
    pub records: usize,
    /// People whom it changes.
    pub changed: usize,
    /// People nobody knew.
    pub new: usize,
}

impl Brought {
    /// Whether it changes or makes so many of a connection's people that somebody has to decide first.
    pub const fn brakes(self, people: usize) -> bool {
        let many_new = self.new.saturating_mul(100) > people.saturating_mul(NEW_OF_A_HUNDRED);
        brakes(self.changed, people) || self.new > ALWAYS && many_new
    }
}

/// What stands in a feed's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// It could not be read.
    Failing {
        /// How often in a row.
        times: u32,
        /// Since when.
        since: Moment,
        /// Why the last time.
        said: String,
    },
    /// It would change or make so many people that somebody has to decide.
    Braked {
        /// Since when.
        since: Moment,
        /// What it would do.
        brought: Brought,
        /// Whether somebody decided for it: the next reading goes through.
        applied: bool,
    },
}

/// One club's changes at a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// The platform.
    pub connection: ConnectionId,
    /// The club.
    pub club: ClubId,
    /// What was changed there before this instant is known here.
    pub known_until: Moment,
    /// When it is read next.
    pub next_at: Moment,
    /// When it was last read to its end, and what that brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<(Moment, Brought)>,
    /// What stands in its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<Obstacle>,
}

impl Feed {
    /// A feed that is read from the day on which the connection went live; whoever was there before is a first load's.
    pub const fn begin(connection: ConnectionId, club: ClubId, live_since: Moment) -> Feed {
        Feed { connection, club, known_until: live_since, next_at: live_since, last: None, obstacle: None }
    }

    /// From when on a reading asks.
    pub fn since(&self, terms: FeedTerms) -> Moment {
        self.known_until.plus_s(-i64::from(terms.overlap_s))
    }

    /// Whether it is to be read: its time has come, and nobody has to decide first.
    pub fn is_due(&self, now: Moment) -> bool {
        self.next_at <= now && !matches!(self.obstacle, Some(Obstacle::Braked { applied: false, .. }))
    }

    /// Whether a reading that would change many may do so.
    pub const fn is_let_through(&self) -> bool {
        matches!(self.obstacle, Some(Obstacle::Braked { applied: true, .. }))
    }

    /// It was read to its end, and all of it was kept. `began` is when the reading did.
    pub fn read(&mut self, began: Moment, brought: Brought, terms: FeedTerms) {
        self.known_until = self.known_until.max(began.plus_s(-i64::from(terms.lag_s)));
        self.next_at = began.plus_s(i64::from(terms.every_s));
        self.last = Some((began, brought));
        self.obstacle = None;
    }

    /// It could not be read, or not be kept; answers how often in a row. A decision that was made stays made.
    pub fn failed(&mut self, now: Moment, said: &str, (terms, chance): (FeedTerms, f64)) -> u32 {
        let (times, since) = match &self.obstacle {
            Some(Obstacle::Failing { times, since, .. }) => (times + 1, *since),
            _ => (1, now),
        };
        let again = retry::again_at(now, times, None, chance);
        self.next_at = again.min(now.plus_s(i64::from(terms.every_s)));
        if !self.is_let_through() {
            self.obstacle = Some(Obstacle::Failing { times, since, said: said.to_owned() });
        }
        times
    }

    /// Somebody has to decide before it goes on.
    pub fn brake(&mut self, now: Moment, brought: Brought) {
        self.obstacle = Some(Obstacle::Braked { since: now, brought, applied: false });
    }

    /// Somebody decided: the changes are read and taken now, or those until now never are. Answers whether there was
    /// anything to decide.
    pub fn decide(&mut self, now: Moment, apply: bool) -> bool {
        let Some(Obstacle::Braked { applied, .. }) = &mut self.obstacle else { return false };
        self.next_at = now;
        if apply {
            *applied = true;
        } else {
            self.known_until = now;
            self.obstacle = None;
        }
        true
    }
}
