//! Feeds: how far one club's changes at a platform were read, and when they are read again.
//!
//! A feed never skips: what could not be read, or not be kept, is read again from where the last whole reading began, and a
//! record that is read twice changes nothing the second time.

use std::collections::BTreeSet;

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

/// Vain readings in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// How many.
    pub times: u32,
    /// Since when.
    pub since: Moment,
    /// Why the last time.
    pub said: String,
}

/// A reading that would change or make so many people that somebody has to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Braked {
    /// Since when.
    pub since: Moment,
    /// What it would do.
    pub brought: Brought,
    /// What somebody decided; the next reading carries it out.
    pub decided: Option<Decided>,
}

/// What somebody decided about a reading that would change many people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decided {
    /// It is taken in, as it is when it is read anew.
    Apply,
    /// Its records are left out, until they are changed once more.
    Discard,
}

/// What became of reading a platform's changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedStory {
    /// It fails again and again.
    Failing {
        /// What the platform said.
        said: String,
    },
    /// It works again.
    Again,
    /// It would change or make so many people that somebody has to decide it.
    Braked {
        /// What it would do.
        brought: Brought,
        /// How many people the connection has.
        people: usize,
    },
    /// Somebody decided for it.
    Applied,
    /// Somebody decided against it.
    Discarded,
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
    /// That it cannot be read, or not be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<Failing>,
    /// That somebody has to decide, or did and it was not read since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub braked: Option<Braked>,
    /// When records were left out, and their content as hashes: a reading overlaps the one before, and must not bring them again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<(Moment, BTreeSet<u64>)>,
}

impl Feed {
    /// A feed that is read from the day on which the connection went live; whoever was there before is a first load's.
    pub const fn begin(connection: ConnectionId, club: ClubId, live_since: Moment) -> Feed {
        Feed {
            connection,
            club,
            known_until: live_since,
            next_at: live_since,
            last: None,
            failing: None,
            braked: None,
            left_out: None,
        }
    }

    /// From when on a reading asks.
    pub fn since(&self, terms: FeedTerms) -> Moment {
        self.known_until.plus_s(-i64::from(terms.overlap_s))
    }

    /// Whether it is to be read: its time has come, and nobody has to decide first.
    pub fn is_due(&self, now: Moment) -> bool {
        self.next_at <= now && !matches!(self.braked, Some(Braked { decided: None, .. }))
    }

    /// What was decided about a reading that would change many.
    pub const fn decided(&self) -> Option<Decided> {
        match self.braked {
            Some(braked) => braked.decided,
            None => None,
        }
    }

    /// Whether a record of this content was left out.
    pub fn leaves_out(&self, content: u64) -> bool {
        self.left_out.as_ref().is_some_and(|(_, contents)| contents.contains(&content))
    }

    /// Leaves out records from now on.
    pub fn leave_out(&mut self, now: Moment, contents: BTreeSet<u64>) {
        let before = self.left_out.take().map(|(_, contents)| contents).unwrap_or_default();
        self.left_out = Some((now, &before | &contents));
    }

    /// It was read to its end, and all of it was kept. `began` is when the reading did.
    pub fn read(&mut self, began: Moment, brought: Brought, terms: FeedTerms) {
        self.known_until = self.known_until.max(began.plus_s(-i64::from(terms.lag_s)));
        self.next_at = began.plus_s(i64::from(terms.every_s));
        self.last = Some((began, brought));
        (self.failing, self.braked) = (None, None);
        let reaches = self.since(terms).plus_s(-i64::from(terms.lag_s));
        self.left_out.take_if(|(at, _)| *at < reaches);
    }

    /// It could not be read, or not be kept; answers how often in a row. What waits for a decision goes on waiting, and a
    /// decision that was made stays made.
    pub fn failed(&mut self, now: Moment, said: &str, (terms, chance): (FeedTerms, f64)) -> u32 {
        let (times, since) =
            self.failing.as_ref().map_or((1, now), |failing| (failing.times + 1, failing.since));
        let again = retry::again_at(now, times, None, chance);
        self.next_at = again.min(now.plus_s(i64::from(terms.every_s)));
        self.failing = Some(Failing { times, since, said: said.to_owned() });
        times
    }

    /// Somebody has to decide before it goes on. Answers whether that is news.
    pub fn brake(&mut self, now: Moment, brought: Brought) -> bool {
        self.failing = None;
        let before = self.braked.map(|braked| braked.since);
        self.braked = Some(Braked { since: before.unwrap_or(now), brought, decided: None });
        before.is_none()
    }

    /// Somebody decided, and the next reading, which is due at once, carries it out. Answers whether that is news.
    pub fn decide(&mut self, now: Moment, decision: Decided) -> bool {
        let Some(braked) = self.braked.as_mut().filter(|braked| braked.decided != Some(decision)) else {
            return false;
        };
        braked.decided = Some(decision);
        self.next_at = now;
        true
    }
}
