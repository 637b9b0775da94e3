//! The Connector Log as it is read: who may read it, how it is asked, and how it stands today.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{
    Club, ClubId, ConnectionId, Field, Kind, Moment, Next, Person, PersonId, State, Story, Tracking, Turn,
    next_step, project,
};
use store::{LinePage, LineQuery, Waiting};
use uuid::Uuid;

use crate::Hub;
use crate::registry::LogKey;

/// How many people a search may bring to a page of the log.
const PEOPLE_FOUND: usize = 200;
/// How many lines the sentence above the log is counted from.
const LINES_COUNTED: usize = 2_000;

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

    /// What a transfer that is due is to carry.
    pub fn to_be_sent(&self, waiting: &Waiting) -> BTreeMap<Field, Option<String>> {
        let (person, link) = (&waiting.person, &waiting.link);
        let registry = self.registry();
        let Some(spoke) = registry.spoke(link.connection) else { return BTreeMap::new() };
        if let State::Calling(mark) = &link.state {
            return self.in_words(person, &mark.fields);
        }
        let references = self.directory().expected(person, spoke.id());
        let projection = project(&person.profile, spoke.agreement(), &references);
        match next_step(link, &projection, spoke.agreement(), spoke.abilities()) {
            Next::Call(step) => self.in_words(person, &step.fields),
            Next::Rest(_) => BTreeMap::new(),
        }
    }

    /// Values as people know them: an owner and a lead source by name instead of by a platform's number.
    pub(crate) fn in_words(
        &self,
        person: &Person,
        fields: &BTreeMap<Field, Option<String>>,
    ) -> BTreeMap<Field, Option<String>> {
        let name = |field| self.directory().name(person.profile.entry(field)?);
        let shown = |(field, value): (&Field, &Option<String>)| {
            let named = field.is_reference().then(|| name(*field)).flatten();
            (*field, named.or_else(|| value.clone()))
        };
        fields.iter().map(shown).collect()
    }

    /// How a club stands today, told by the newest of the day's lines and by what waits.
    pub async fn log_today(&self, club: &Club) -> store::Result<Today> {
        let midnight = day_of(self.clock().now(), &zone_of(club));
        let of_today =
            LineQuery { club: club.id, from: Some(midnight), limit: LINES_COUNTED, ..LineQuery::default() };
        let before = LineQuery {
            club: club.id,
            turn: Some(Turn::Club),
            until: Some(midnight),
            limit: LINES_COUNTED,
            ..LineQuery::default()
        };
        let lines = self.store().lines(of_today).await?.lines;
        let earlier = self.store().lines(before).await?.lines;
        let waiting = self.store().waiting(club.id, LINES_COUNTED).await?;
        let mut today = Today::default();
        let mut everybody: BTreeSet<PersonId> = waiting.iter().map(|waiting| waiting.person.id).collect();
        let mut arrived = BTreeMap::<ConnectionId, BTreeSet<PersonId>>::new();
        let (mut club_turn, mut others) = (BTreeSet::new(), BTreeSet::new());
        today.only_leads = true;
        for line in &lines {
            let Some(person) = line.person else { continue };
            everybody.insert(person);
            today.only_leads &= line.facts.kind.is_none_or(|kind| kind == Kind::Prospect);
            if matches!(line.facts.story, Story::Arrived) {
                arrived.entry(line.about).or_default().insert(person);
            }
            match line.turn {
                Turn::Club => drop(club_turn.insert(person)),
                Turn::Platform | Turn::Operator => drop(others.insert(person)),
                Turn::Nobody => {}
            }
        }
        let on_its_way = lines.iter().filter(|line| line.open && line.turn == Turn::Nobody);
        let on_its_way =
            on_its_way.filter_map(|line| line.person).chain(waiting.iter().map(|it| it.person.id));
        today.on_its_way = on_its_way.collect::<BTreeSet<_>>().len() as u64;
        today.people = everybody.len() as u64;
        today.arrived =
            arrived.into_iter().map(|(connection, people)| (connection, people.len() as u64)).collect();
        today.arrived.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        today.needs_club = club_turn.len() as u64;
        today.needs_others = others.len() as u64;
        today.needs_club_before = earlier.iter().filter(|line| line.open).count() as u64;
        Ok(today)
    }
}

/// How a club stands today, counted in people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// Everybody of whom something was received today.
    pub people: u64,
    /// Whether all of them are leads.
    pub only_leads: bool,
    /// How many arrived, by connection, most first.
    pub arrived: Vec<(ConnectionId, u64)>,
    /// How many have no answer yet.
    pub on_its_way: u64,
    /// How many wait for the club.
    pub needs_club: u64,
    /// How many wait for a platform or for whoever runs the Connector.
    pub needs_others: u64,
    /// How many lines of earlier days still wait for the club.
    pub needs_club_before: u64,
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
