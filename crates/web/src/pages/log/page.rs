//! `GET /log/{key}`: the page itself.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::days::{self, Day, Moment};
use super::query::{LogQuery, direction_name, kind_name};
use super::view::{ClubHead, Direction, LineKind, LinePage, Today};
use super::words::{self, Opening};
use crate::pages::closed;
use crate::pages::render::{Frame, html};
use crate::pages::source::{KeyProblem, Site};

/// Shows one club's log.
pub async fn show(State(site): State<Site>, Path(key): Path<String>, RawQuery(query): RawQuery) -> Response {
    match answer(&site, key, query.as_deref().unwrap_or_default()).await {
        Ok(response) => response,
        Err(problem) => closed::page(&problem),
    }
}

async fn answer(site: &Site, key: String, query: &str) -> Result<Response, KeyProblem> {
    plausible(&key)?;
    let club = site.log.open(&key).await?;
    if !club.integrated {
        return Ok(closed::not_integrated(&club));
    }
    let (query, mut complaints) = LogQuery::parse(query);
    let query = query.for_club(&club, &mut complaints);
    let (today, page) = futures::try_join!(site.log.summary(&key), site.log.lines(&key, &query))?;
    let asked = Asked { key, query, complaints };
    Ok(html(&LogPage::new(site, &asked, &club, &today, &page)))
}

/// Keys are short and plain; anything else is not worth asking the store about.
pub fn plausible(key: &str) -> Result<(), KeyProblem> {
    let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if plain && (1..=128).contains(&key.len()) { Ok(()) } else { Err(KeyProblem::Unknown) }
}

struct Asked {
    key: String,
    query: LogQuery,
    complaints: Vec<String>,
}

/// One choice of a filter.
struct Choice {
    value: String,
    label: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "log/page.html")]
struct LogPage<'a> {
    frame: Frame,
    key: &'a str,
    club: &'a ClubHead,
    opening: Opening,
    city: String,
    now: Moment,
    query: &'a LogQuery,
    complaints: &'a [String],
    types: Vec<Choice>,
    platforms: Vec<Choice>,
    directions: Vec<Choice>,
    days: Vec<Day<'a>>,
    needs_you: u64,
    newest: bool,
    older: Option<String>,
    newer: Option<String>,
}

impl<'a> LogPage<'a> {
    fn new(site: &Site, asked: &'a Asked, club: &'a ClubHead, today: &Today, page: &'a LinePage) -> Self {
        let (query, now) = (&asked.query, (site.now)());
        Self {
            frame: Frame::new(&format!("{} · Connector Log", club.name)),
            key: &asked.key,
            club,
            opening: words::opening(today),
            city: words::city(club.zone.iana_name()),
            now: Moment::new(now, &club.zone),
            query,
            complaints: &asked.complaints,
            types: types(query),
            platforms: platforms(club, query),
            directions: directions(query),
            days: days::group(&page.lines, club, now),
            needs_you: today.needs_you + today.needs_you_before,
            newest: page.newer.is_none(),
            older: page.older.as_ref().map(|place| query.older(place)),
            newer: page.newer.as_ref().map(|place| query.newer(place)),
        }
    }

    /// The address of the export of what is shown.
    fn export(&self) -> String {
        format!("/log/{}/export.csv{}", self.key, self.query.address())
    }

    /// The address of the same question, narrowed to or widened from what waits for the club.
    fn with_needs(&self, needs_you: bool) -> String {
        let query = LogQuery { needs_you, ..self.query.clone() };
        format!("/log/{}{}", self.key, query.address())
    }
}

fn types(query: &LogQuery) -> Vec<Choice> {
    [LineKind::Info, LineKind::Warning, LineKind::Error, LineKind::OnItsWay]
        .into_iter()
        .map(|kind| Choice {
            value: kind_name(kind).into(),
            label: words::kind_word(kind).into(),
            on: query.types.contains(&kind),
        })
        .collect()
}

fn platforms(club: &ClubHead, query: &LogQuery) -> Vec<Choice> {
    club.platforms
        .iter()
        .map(|platform| Choice {
            value: platform.id.clone(),
            label: platform.title.clone(),
            on: query.platform.as_ref() == Some(&platform.id),
        })
        .collect()
}

fn directions(query: &LogQuery) -> Vec<Choice> {
    [(Direction::ToPlatform, "Sent to the platform"), (Direction::FromPlatform, "Received from it")]
        .into_iter()
        .map(|(direction, label)| Choice {
            value: direction_name(direction).into(),
            label: label.into(),
            on: query.direction == Some(direction),
        })
        .collect()
}
