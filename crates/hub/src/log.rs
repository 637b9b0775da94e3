//! The Connector Log as it is read: who may read it, how it is asked, and how it stands today.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{Club, ClubId, ConnectionId, Level, Line, Moment, Tracking, Turn};
use store::{LinePage, LineQuery, Tally, Waiting};
use uuid::Uuid;

use crate::Hub;
use crate::registry::LogKey;

/// How many people a search may bring to a page of the log.
const PEOPLE_FOUND: usize = 200;

/// Where the day of an instant begins in a zone.
pub fn day_of(now: Moment, zone: &TimeZone) -> Moment {
    start_of(now.timestamp().to_zoned(zone.clone()).date(), zone)
}

/// Where a date begins in a zone.
pub fn start_of(date: Date, zone: &TimeZone) -> Moment {
    date.to_zoned(zone.clone()).map_or(Moment(0), |start| Moment::from(start.timestamp()))
}

/// A club's zone; turn-up checked its name.
pub fn zone_of(club: &Club) -> TimeZone {
    TimeZone::get(&club.zone).unwrap_or(TimeZone::UTC)
}

impl Hub {
    /// Whose log a key opens.
    pub fn open_log(&self, key: &str) -> Option<LogKey> {
        self.registry().log_key(key)
    }

    /// Lines of a club, with a search by name, e-mail, phone digits, platform number or tracking UUID.
    pub async fn log_lines(&self, mut query: LineQuery, search: Option<&str>) -> store::Result<LinePage> {
        if let Some(search) = search.map(str::trim).filter(|search| !search.is_empty()) {
            if let Ok(uuid) = Uuid::parse_str(search) {
                query.tracking = Some(Tracking(uuid));
            } else {
                let words = words(search);
                query.people = Some(self.store().search(query.club, &words, PEOPLE_FOUND).await?);
            }
        }
        self.store().lines(query).await
    }

    /// Transfers that are due and have no line yet.
    pub async fn log_waiting(&self, club: ClubId, limit: usize) -> store::Result<Vec<Waiting>> {
        self.store().waiting(club, limit).await
    }

    /// How today's lines of a club stand.
    pub async fn log_today(&self, club: &Club) -> store::Result<Vec<Tally>> {
        self.store().tally(club.id, day_of(self.clock().now(), &zone_of(club))).await
    }

    /// How many people of a club wait for somebody, from all days: lines that are still open.
    pub async fn log_open(&self, club: ClubId, turn: Turn) -> store::Result<Vec<Line>> {
        let query = LineQuery {
            club,
            turn: Some(turn),
            level: Some(Level::Error),
            limit: 500,
            ..LineQuery::default()
        };
        Ok(self.store().lines(query).await?.lines)
    }
}

/// Search words; a phone number typed with blanks is one word.
fn words(search: &str) -> Vec<String> {
    if search.chars().all(|c| c.is_ascii_digit() || "+-() ./".contains(c)) {
        return vec![search.to_owned()];
    }
    search.split_whitespace().take(6).map(str::to_owned).collect()
}

/// What a page needs to name a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformName {
    /// Its connection.
    pub connection: ConnectionId,
    /// Its description's name.
    pub name: String,
    /// What people call it.
    pub title: String,
}

impl Hub {
    /// The platforms of a club, in order of connection.
    pub fn platforms_of(&self, club: ClubId) -> Vec<PlatformName> {
        let registry = self.registry();
        let name = |spoke: &std::sync::Arc<crate::registry::Spoke>| PlatformName {
            connection: spoke.id(),
            name: spoke.connection.platform.clone(),
            title: spoke.title().to_owned(),
        };
        registry.of_club(club).iter().map(name).collect()
    }
}
