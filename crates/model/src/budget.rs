//! Budgets: how many calls a platform allows in a second, a minute, an hour, a day or a month, and what of them is spent.
//!
//! A second, minute or hour is counted in tenths: the calls of the present tenth and of the ten before it are never more
//! than the budget, so that no stretch of that length has more, wherever it begins. Days and months are those of the
//! calendar in UTC, for that is how platforms that bill their calls count.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{Moment, Operation};

/// In how many parts a rolling window is counted.
const TENTHS: i64 = 10;
const DAY_MS: i64 = 86_400_000;

/// The stretch of time in which a budget is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Per {
    /// Any second.
    Second,
    /// Any minute.
    Minute,
    /// Any hour.
    Hour,
    /// A day in UTC.
    Day,
    /// A month in UTC.
    Month,
}

/// Who spends a budget together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shared {
    /// Whoever signs in with the same credentials.
    #[default]
    Key,
    /// Whoever calls the same addresses.
    Host,
    /// All clubs of a client.
    Client,
    /// A club alone.
    Club,
    /// Whoever makes the same call with the same credentials.
    Endpoint,
}

/// A number of calls in a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Limit {
    /// How many calls.
    pub calls: u32,
    /// In what time.
    pub per: Per,
}

/// A budget as a description declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How much there is.
    pub limit: Limit,
    /// Who spends it together.
    pub shared: Shared,
    /// The calls that are counted; all where none is named.
    pub of: BTreeSet<Operation>,
    /// What a call takes of it, where that is more than one.
    pub costs: BTreeMap<Operation, u32>,
}

/// What is asked of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// How much there is at most.
    pub limit: Limit,
    /// Now.
    pub now: Moment,
    /// How many calls are wanted; fewer may be granted.
    pub calls: u32,
    /// How many calls must stay for others.
    pub spare: u32,
    /// What was granted in this part of the time before and was not used.
    pub back: Option<(i64, u32)>,
}

/// What is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// So many calls, to be begun before the part of the time ends in which they are counted.
    Calls {
        /// How many.
        calls: u32,
        /// Where they are counted.
        part: i64,
        /// When they lapse.
        until: Moment,
    },
    /// None before then.
    Later(Moment),
}

/// What was spent, by part of the time; the parts that no longer count are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Spent(BTreeMap<i64, u32>);

impl Per {
    const fn rolling_ms(self) -> Option<i64> {
        match self {
            Per::Second => Some(1_000),
            Per::Minute => Some(60_000),
            Per::Hour => Some(3_600_000),
            Per::Day | Per::Month => None,
        }
    }

    /// The word in descriptions.
    pub const fn name(self) -> &'static str {
        match self {
            Per::Second => "second",
            Per::Minute => "minute",
            Per::Hour => "hour",
            Per::Day => "day",
            Per::Month => "month",
        }
    }

    /// The part of the time that an instant is in.
    fn part(self, at: Moment) -> i64 {
        let day = at.0.div_euclid(DAY_MS);
        match self.rolling_ms() {
            Some(ms) => at.0.div_euclid(ms / TENTHS),
            None if self == Per::Day => day,
            None => {
                let date = at.timestamp().to_zoned(TimeZone::UTC).date();
                i64::from(date.year()) * 12 + i64::from(date.month()) - 1
            }
        }
    }

    /// When a call stops counting that was made in a part of the time.
    fn forgotten_at(self, part: i64) -> Moment {
        match self.rolling_ms() {
            Some(ms) => Moment((part + TENTHS + 1).saturating_mul(ms / TENTHS)),
            None if self == Per::Day => Moment((part + 1).saturating_mul(DAY_MS)),
            None => {
                let (year, month) = (part.div_euclid(12) as i16, part.rem_euclid(12) as i8 + 1);
                let next = jiff::civil::date(year, month, 1).saturating_add(1.month());
                next.to_zoned(TimeZone::UTC).map_or(Moment(i64::MAX), |at| at.timestamp().into())
            }
        }
    }

    /// When a part of the time ends.
    fn end(self, part: i64) -> Moment {
        match self.rolling_ms() {
            Some(ms) => Moment((part + 1).saturating_mul(ms / TENTHS)),
            None => self.forgotten_at(part),
        }
    }
}

impl Limit {
    /// How many calls are taken at once, so that a busy budget costs few writes: a tenth, and no more than last a second.
    pub const fn slice(self) -> u32 {
        let a_second = match self.per {
            Per::Second => self.calls,
            Per::Minute => self.calls / 60,
            Per::Hour => self.calls / 3_600,
            Per::Day | Per::Month => self.calls / 86_400,
        };
        let tenth = self.calls / TENTHS as u32;
        let slice = if a_second < tenth { a_second } else { tenth };
        if slice == 0 { 1 } else { slice }
    }

    /// How much of it is kept for live changes while people are loaded: a tenth of what comes back only in an hour or more.
    pub const fn kept_for_changes(self) -> u32 {
        match self.per {
            Per::Second | Per::Minute => 0,
            Per::Hour | Per::Day | Per::Month => self.calls / 10,
        }
    }
}

impl Rate {
    /// Whether a call is counted.
    pub fn counts(&self, operation: Operation) -> bool {
        self.of.is_empty() || self.of.contains(&operation)
    }

    /// How much a call takes of it.
    pub fn cost(&self, operation: Operation) -> u32 {
        self.costs.get(&operation).copied().unwrap_or(1)
    }
}

impl Spent {
    /// Takes what is there of what is wanted.
    pub fn take(&mut self, wish: Wish) -> Grant {
        let Limit { calls, per } = wish.limit;
        if let Some((part, unused)) = wish.back
            && let Some(spent) = self.0.get_mut(&part)
        {
            *spent = spent.saturating_sub(unused);
        }
        self.0.retain(|part, spent| *spent > 0 && per.forgotten_at(*part) > wish.now);
        let within = calls.saturating_sub(wish.spare);
        let spent = self.0.values().fold(0, |sum: u32, spent| sum.saturating_add(*spent));
        let room = within.saturating_sub(spent).min(wish.calls);
        if room > 0 {
            let part = per.part(wish.now);
            *self.0.entry(part).or_default() += room;
            return Grant::Calls { calls: room, part, until: per.end(part) };
        }
        let mut left = spent;
        let enough = self.0.iter().find(|(_, spent)| {
            left = left.saturating_sub(**spent);
            left < within
        });
        Grant::Later(enough.map_or(wish.now, |(part, _)| per.forgotten_at(*part)).max(wish.now.plus_ms(1)))
    }
}
