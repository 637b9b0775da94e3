//! The Connector Log as it is read: who may read it, how it is asked, and how it stands today.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::clip::clip;
use model::{
    Club, ClubId, ConnectionId, Field, Kind, Line, Moment, Next, Person, PersonId, State, Story, Tracking,
    Turn, next_step, project,
};
use store::{LinePage, LineQuery, Waiting};
use uuid::Uuid;

use crate::Hub;
use crate::registry::LogKey;

/// How many people a search may bring to a page of the log.
const PEOPLE_FOUND: usize = 200;
/// How many lines the sentence above the log is counted from.
const LINES_COUNTED: usize = 2_000;
/// How many bytes of facts are read at once for them, or for a page.
pub const PAGE_MAX_BYTES: usize = 2 << 20;

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

    /// Lines of a club, with a search by name, e-mail, phone digits, platform number or tracking UUID: of people, staff and
    /// lead sources.
    pub async fn log_lines(&self, mut query: LineQuery, search: Option<&str>) -> store::Result<LinePage> {
        if let Some(search) = search.map(str::trim).filter(|search| !search.is_empty()) {
            if let Ok(uuid) = Uuid::parse_str(search) {
                query.tracking = Some(Tracking(uuid));
            } else {
                let words = words(search);
                query.entries = Some(self.directory().search(query.club, &words));
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
        let Some(spoke) = registry.spoke(link.connection).map(|spoke| spoke.at(person.club)) else {
            return BTreeMap::new();
        };
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

    /// Values as the log shows them: an owner and a lead source by name instead of by a platform's number, and of a very
    /// long one the beginning.
    pub(crate) fn in_words(
        &self,
        person: &Person,
        fields: &BTreeMap<Field, Option<String>>,
    ) -> BTreeMap<Field, Option<String>> {
        let name = |field| self.directory().name(person.profile.entry(field)?);
        let shown = |(field, value): (&Field, &Option<String>)| {
            let named = field.is_reference().then(|| name(*field)).flatten();
            let mut shown = named.or_else(|| value.clone());
            shown.iter_mut().for_each(clip);
            (*field, shown)
        };
        fields.iter().map(shown).collect()
    }

    /// How a club stands today, told by the newest of the day's lines and by what waits.
    pub async fn log_today(&self, club: &Club) -> store::Result<Today> {
        let midnight = day_of(self.clock().now(), &zone_of(club));
        let of_today = LineQuery { club: club.id, from: Some(midnight), ..LineQuery::default() };
        let before = LineQuery {
            club: club.id,
            turn: Some(Turn::Club),
            until: Some(midnight),
            ..LineQuery::default()
        };
        let waiting = self.store().waiting_people(club.id, LINES_COUNTED).await?;
        let mut count = Count { only_leads: true, ..Count::default() };
        count.everybody.extend(&waiting);
        count.on_its_way.extend(&waiting);
        self.newest(of_today, |line| count.take(line)).await?;
        let mut today = count.told();
        self.newest(before, |line| today.needs_club_before += u64::from(line.open)).await?;
        Ok(today)
    }

    /// Goes through the newest lines that are asked for, a page at a time.
    async fn newest(&self, mut query: LineQuery, mut see: impl FnMut(&Line) + Send) -> store::Result<()> {
        query.max_bytes = Some(PAGE_MAX_BYTES);
        query.limit = LINES_COUNTED;
        while query.limit > 0 {
            let page = self.store().lines(query.clone()).await?;
            page.lines.iter().for_each(&mut see);
            let Some(last) = page.lines.last().filter(|_| page.more) else { break };
            query.older_than = Some((last.tracking, last.about));
            query.limit = query.limit.saturating_sub(page.lines.len());
        }
        Ok(())
    }
}

/// People of a day, each counted once.
#[derive(Default)]
struct Count {
    everybody: BTreeSet<PersonId>,
    only_leads: bool,
    arrived: BTreeMap<ConnectionId, BTreeSet<PersonId>>,
    on_its_way: BTreeSet<PersonId>,
    club_turn: BTreeSet<PersonId>,
    others: BTreeSet<PersonId>,
}

impl Count {
    fn take(&mut self, line: &Line) {
        let Some(person) = line.person else { return };
        self.everybody.insert(person);
        self.only_leads &= line.facts.kind.is_none_or(|kind| kind == Kind::Prospect);
        if matches!(line.facts.story, Story::Arrived) {
            self.arrived.entry(line.about).or_default().insert(person);
        }
        match line.turn {
            Turn::Club => drop(self.club_turn.insert(person)),
            Turn::Platform | Turn::Operator => drop(self.others.insert(person)),
            Turn::Nobody if line.open => drop(self.on_its_way.insert(person)),
            Turn::Nobody => {}
        }
    }

    fn told(self) -> Today {
        let arrived = self.arrived.into_iter();
        let mut arrived: Vec<_> =
            arrived.map(|(connection, people)| (connection, people.len() as u64)).collect();
        arrived.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Today {
            people: self.everybody.len() as u64,
            only_leads: self.only_leads,
            arrived,
            on_its_way: self.on_its_way.len() as u64,
            needs_club: self.club_turn.len() as u64,
            needs_others: self.others.len() as u64,
            needs_club_before: 0,
        }
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
