//! The Connector Logs, told by the hub.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use hub::Hub;
use hub::log::{PAGE_MAX_BYTES, start_of, zone_of};
use hub::registry::{LogKey, Registry};
use hub::wording::{self, Teller};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::clip::clip;
use model::{Club, ClubId, ConnectionId, Field, Level, Line, Moment, Story, Tracking};
use store::{LineQuery, Waiting};
use tokio_stream::wrappers::BroadcastStream;
use uuid::Uuid;
use web::pages::log::query::LogQuery;
use web::pages::log::view::{
    AttemptView, ClubHead, Cursor, DetailView, Direction, LineKind, LinePage, LineView, PlatformName, Today,
    Turn,
};
use web::pages::source::{KeyProblem, LogSource};

/// How many transfers without a line are shown above the first page.
const WAITING_SHOWN: usize = 50;

/// The time of day, for pages.
#[expect(clippy::disallowed_methods, reason = "pages are at the rim")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The logs of all clubs of a hub.
pub struct Logs {
    hub: Arc<Hub>,
}

impl Logs {
    /// The logs of this hub.
    pub fn new(hub: Arc<Hub>) -> Self {
        Logs { hub }
    }

    fn club(&self, key: &str) -> Result<Club, KeyProblem> {
        match self.hub.open_log(key) {
            Some(LogKey::Opens(id)) => self.club_of(id).ok_or(KeyProblem::Unknown),
            Some(LogKey::Withdrawn(id, at)) => {
                let zone = self.club_of(id).map_or(TimeZone::UTC, |club| zone_of(&club));
                Err(KeyProblem::Revoked { when: at.timestamp().to_zoned(zone) })
            }
            None => Err(KeyProblem::Unknown),
        }
    }

    fn club_of(&self, id: ClubId) -> Option<Club> {
        self.hub.registry().club(id).map(|club| Club::clone(club))
    }

    fn query(&self, club: &Club, asked: &LogQuery) -> LineQuery {
        let zone = zone_of(club);
        let level = match asked.types[..] {
            [LineKind::Info] => Some(Level::Info),
            [LineKind::Warning] => Some(Level::Warning),
            [LineKind::Error] => Some(Level::Error),
            _ => None,
        };
        let platforms = self.hub.platforms_of(club.id);
        let platform =
            asked.platform.as_ref().and_then(|name| platforms.iter().find(|one| one.name == *name));
        LineQuery {
            club: club.id,
            level,
            turn: asked.needs_you.then_some(model::Turn::Club),
            connection: platform.map(|platform| platform.connection),
            outward: asked.direction.map(|direction| direction == Direction::FromPlatform),
            from: asked.from.map(|date| start_of(date, &zone)),
            until: asked.to.map(|date| start_of(next_day(date), &zone)),
            people: None,
            entries: None,
            tracking: None,
            older_than: asked.before.as_ref().and_then(place),
            newer_than: asked.after.as_ref().and_then(place),
            limit: usize::from(asked.limit),
            max_bytes: Some(PAGE_MAX_BYTES),
        }
    }

    async fn waiting(&self, club: &Club, asked: &LogQuery) -> Vec<Waiting> {
        let plain = asked.before.is_none()
            && asked.after.is_none()
            && asked.search.is_none()
            && !asked.needs_you
            && asked.direction.is_none()
            && asked.platform.is_none()
            && asked.types.iter().all(|kind| *kind == LineKind::OnItsWay);
        if !plain {
            return Vec::new();
        }
        self.hub.log_waiting(club.id, WAITING_SHOWN).await.unwrap_or_default()
    }

    /// A transfer without an outcome yet: waiting since, because.
    fn on_its_way(&self, teller: &Teller<'_>, waiting: &Waiting) -> LineView {
        let (person, link) = (&waiting.person, &waiting.link);
        let first = link.bearer();
        let since = first.map_or(Moment(0), Tracking::received_at);
        let (from, to) = (teller.title(Some(person.modified.0)), teller.title(Some(link.connection)));
        let mut name = person.profile.name();
        clip(&mut name);
        let fields = self.hub.to_be_sent(waiting);
        let did = if first.is_some_and(|save| person.was_known_before(save)) { "changed" } else { "entered" };
        LineView {
            id: first.map_or_else(String::new, |first| format!("{first}.{}", link.connection)),
            kind: LineKind::OnItsWay,
            at: since.timestamp(),
            person: name,
            summary: format!("{did} in {from}, on its way to {to}"),
            sentence: teller.on_its_way(since, link.connection),
            advice: None,
            turn: Turn::Nobody,
            platform: to,
            direction: Direction::ToPlatform,
            open: true,
            detail: DetailView {
                notes: wording::clipped(&fields).into_iter().collect(),
                fields: shown(&fields),
                tracking: link.pending.iter().map(ToString::to_string).collect(),
                ..DetailView::default()
            },
        }
    }
}

fn next_day(date: Date) -> Date {
    date.tomorrow().unwrap_or(date)
}

fn place(cursor: &Cursor) -> Option<(Tracking, ConnectionId)> {
    let (tracking, about) = cursor.0.split_once('.')?;
    Some((Tracking(Uuid::parse_str(tracking).ok()?), ConnectionId(about.parse().ok()?)))
}

fn cursor(line: &Line) -> Cursor {
    Cursor(format!("{}.{}", line.tracking, line.about))
}

fn unavailable(error: &store::Error) -> KeyProblem {
    tracing::error!(%error, "a log could not be read");
    KeyProblem::Unavailable
}

#[async_trait]
impl LogSource for Logs {
    async fn open(&self, key: &str) -> Result<ClubHead, KeyProblem> {
        let club = self.club(key)?;
        let platforms: Vec<PlatformName> = self
            .hub
            .platforms_of(club.id)
            .into_iter()
            .map(|platform| PlatformName { id: platform.name, title: platform.title })
            .collect();
        Ok(ClubHead { zone: zone_of(&club), integrated: !platforms.is_empty(), name: club.name, platforms })
    }

    async fn summary(&self, key: &str) -> Result<Today, KeyProblem> {
        let club = self.club(key)?;
        let today = self.hub.log_today(&club).await.map_err(|error| unavailable(&error))?;
        let registry = self.hub.registry();
        Ok(Today {
            total: today.people,
            only_leads: today.only_leads,
            arrived: today
                .arrived
                .into_iter()
                .map(|(connection, count)| (title(&registry, connection), count))
                .collect(),
            on_its_way: today.on_its_way,
            needs_you: today.needs_club,
            others_turn: today.needs_others,
            needs_you_before: today.needs_club_before,
        })
    }

    async fn lines(&self, key: &str, asked: &LogQuery) -> Result<LinePage, KeyProblem> {
        let club = self.club(key)?;
        let query = self.query(&club, asked);
        let newer_asked = query.newer_than.is_some();
        let only_waiting = asked.types == [LineKind::OnItsWay];
        let page = if only_waiting {
            store::LinePage::default()
        } else {
            let search = asked.search.as_deref();
            self.hub.log_lines(query, search).await.map_err(|error| unavailable(&error))?
        };
        let registry = self.hub.registry();
        let teller = Teller { registry: &registry, zone: zone_of(&club), now: self.hub.clock().now() };
        let mut lines: Vec<LineView> = self
            .waiting(&club, asked)
            .await
            .iter()
            .map(|waiting| self.on_its_way(&teller, waiting))
            .collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.at));
        lines.extend(page.lines.iter().map(|line| view(&teller, line)));
        let has_older = if newer_asked { true } else { page.more };
        let has_newer = if newer_asked { page.more } else { asked.before.is_some() };
        Ok(LinePage {
            lines,
            older: page.lines.last().filter(|_| has_older).map(cursor),
            newer: page.lines.first().filter(|_| has_newer).map(cursor),
        })
    }

    fn changes(&self, key: &str) -> BoxStream<'static, ()> {
        let club = self.club(key).map(|club| club.id).ok();
        let changes = BroadcastStream::new(self.hub.changes());
        let mine = changes.filter_map(move |change| async move {
            match change {
                Ok(changed) => (Some(changed) == club).then_some(()),
                Err(_) => Some(()),
            }
        });
        mine.boxed()
    }

    async fn ready(&self) -> bool {
        self.hub.store().setup().await.is_ok()
    }
}

fn title(registry: &Registry, connection: ConnectionId) -> String {
    registry.spoke(connection).map_or_else(String::new, |spoke| spoke.title().to_owned())
}

/// A line as the page shows it.
fn view(teller: &Teller<'_>, line: &Line) -> LineView {
    let facts = &line.facts;
    let platform = facts.to.or(facts.from);
    LineView {
        id: format!("{}.{}", line.tracking, line.about),
        kind: match (line.level, &facts.story) {
            (Level::Info, _) => LineKind::Info,
            (Level::Warning, _) => LineKind::Warning,
            (Level::Error, _) => LineKind::Error,
        },
        at: line.tracking.received_at().timestamp(),
        person: facts.name.clone(),
        summary: teller.summary(line),
        sentence: teller.sentence(line),
        advice: wording::advice(teller, line),
        turn: match line.turn {
            model::Turn::Nobody => Turn::Nobody,
            model::Turn::Club => Turn::You,
            model::Turn::Platform => Turn::Platform,
            model::Turn::Operator => Turn::Operator,
        },
        platform: teller.title(platform),
        direction: if facts.to.is_some() { Direction::ToPlatform } else { Direction::FromPlatform },
        open: line.open,
        detail: detail(teller, line),
    }
}

fn detail(teller: &Teller<'_>, line: &Line) -> DetailView {
    let facts = &line.facts;
    let said = match &facts.story {
        Story::Refused { said, .. } | Story::AlreadyThere { said } | Story::Broken { said } => {
            Some(said.clone())
        }
        _ => None,
    };
    DetailView {
        fields: shown(&facts.fields),
        record_number: facts.record.as_ref().map(|record| record.id.clone()),
        said,
        attempts: facts
            .attempts
            .iter()
            .map(|attempt| AttemptView { at: attempt.at.timestamp(), sentence: teller.attempt(attempt) })
            .collect(),
        tracking: std::iter::once(line.tracking)
            .chain(facts.carries.iter().copied())
            .map(|t| t.to_string())
            .collect(),
        notes: wording::notes(teller, line),
    }
}

fn shown(fields: &BTreeMap<Field, Option<String>>) -> Vec<(String, String)> {
    let shown = |(field, value): (&Field, &Option<String>)| {
        (field.label().to_owned(), value.clone().unwrap_or_else(|| "(cleared)".to_owned()))
    };
    fields.iter().map(shown).collect()
}
