//! Ids are types, so that a club's number is never taken for a person's. Instants are milliseconds in UTC.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A client: a business or chain that owns clubs.
    ClientId
);
id!(
    /// A club: one physical location of a client.
    ClubId
);
id!(
    /// A connection: one platform as one client uses it.
    ConnectionId
);
id!(
    /// A person: one human at one club.
    PersonId
);
id!(
    /// A directory entry: one staff member or lead source as one connection numbers it.
    EntryId
);

/// An instant in milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// The instant `ms` milliseconds later.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Moment {
        Moment(self.0.saturating_add(ms))
    }

    /// The instant `s` seconds later.
    #[must_use]
    pub const fn plus_s(self, s: i64) -> Moment {
        self.plus_ms(s.saturating_mul(1000))
    }

    /// Milliseconds from `earlier` to here, negative when it is later.
    pub const fn since_ms(self, earlier: Moment) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// As a timestamp with calendar functions; instants beyond its range are clamped.
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

impl From<jiff::Timestamp> for Moment {
    fn from(timestamp: jiff::Timestamp) -> Self {
        Moment(timestamp.as_millisecond())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

/// A tracking UUID: names one save, is answered to its sender, and is what support searches the Connector Log by.
///
/// Version 7, so that its time of receipt can be read from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tracking(pub Uuid);

impl Tracking {
    /// When the save was received.
    pub fn received_at(self) -> Moment {
        let bytes = self.0.as_bytes();
        Moment(bytes[..6].iter().fold(0, |ms, byte| ms << 8 | i64::from(*byte)))
    }
}

impl fmt::Display for Tracking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
