//! What another description would send, shown without a call: the last records of a connection, with both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{ClubId, Next, Person, PersonId, Step, Version, next_step, project};
use platform::{Endpoint, Given, Prepared};
use serde::{Deserialize, Serialize};
use store::LineQuery;

use crate::Hub;
use crate::registry::{Registry, Spoke};

/// How many of a connection's last records are looked at.
const RECORDS: usize = 100;
/// How many lines of the log are read at once to find them.
const LINES: usize = 500;
/// How many records are shown of each kind of difference.
const SAMPLES: usize = 3;

/// What becomes of a record under another description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Becomes {
    /// The same is sent.
    Same,
    /// Something else is sent.
    Different,
    /// Nothing is sent any more.
    NoMore,
    /// It is sent for the first time.
    New,
}

/// A record of which something else is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sample {
    /// Whose.
    pub name: String,
    /// What becomes of it.
    pub becomes: Becomes,
    /// The lines of the requests that go, `- `, and that come, `+ `; secrets masked.
    pub lines: Vec<String>,
}

/// What another description would send of a connection's last records.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Preview {
    /// How many were looked at, by what becomes of them.
    pub counts: BTreeMap<Becomes, usize>,
    /// Some of those of which something else is sent.
    pub samples: Vec<Sample>,
    /// Clubs where it could not be used, and why.
    pub problems: Vec<String>,
}

impl Preview {
    /// How many became so.
    pub fn count(&self, becomes: Becomes) -> usize {
        self.counts.get(&becomes).copied().unwrap_or(0)
    }

    /// How many were looked at.
    pub fn looked_at(&self) -> usize {
        self.counts.values().sum()
    }

    /// Whether somebody has to decide: more than five of a hundred would no longer go out (integration rules §8).
    pub fn brakes(&self) -> bool {
        !self.problems.is_empty()
            || self.count(Becomes::NoMore) * 100 > self.looked_at() * model::OF_A_HUNDRED
    }
}

impl Hub {
    /// Shows what another description would send of the last records of a connection, whole, without a call.
    pub async fn preview_version(
        self: &Arc<Self>,
        spoke: &Arc<Spoke>,
        version: Version,
    ) -> store::Result<Preview> {
        let (present, _) = self.as_if_all_ran(spoke, None);
        let (to_come, problems) = self.as_if_all_ran(spoke, Some(version));
        let mut preview = Preview { problems, ..Preview::default() };
        let (Some(now), Some(then)) = (present.spoke(spoke.id()), to_come.spoke(spoke.id())) else {
            return Ok(preview);
        };
        for number in &spoke.connection.clubs {
            if let Err(problem) = then.endpoint(number.club) {
                let club = to_come.club(number.club).map_or("", |club| &club.name);
                preview.problems.push(format!("{club}: {problem}"));
            }
        }
        for person in self.last_records(spoke).await? {
            let Some(subject) = self.store().subject(person).await? else { continue };
            let Some(link) = subject.link(spoke.id()) else { continue };
            let club = subject.person.club;
            let whole = |spoke: &Arc<Spoke>| {
                let mut link = link.clone();
                link.shadow.fields.clear();
                let references = self.directory().expected(&subject.person, spoke.id());
                let projection = project(&subject.person.profile, spoke.agreement(), &references);
                let next = next_step(&link, &projection, spoke.agreement(), spoke.abilities());
                requests(spoke.endpoint(club), &next, &subject.person, &link)
            };
            preview.add(&name(&subject.person), whole(now), whole(then));
        }
        Ok(preview)
    }

    /// The set-up with one connection alone, all of whose clubs run its description, or another.
    fn as_if_all_ran(&self, spoke: &Spoke, other: Option<Version>) -> (Registry, Vec<String>) {
        let mut setup = self.registry().setup.clone();
        setup.connections.retain(|one| one.id == spoke.id());
        for connection in &mut setup.connections {
            connection.clubs.iter_mut().for_each(|club| club.tries = None);
            if let Some(version) = &other {
                connection.runs = Some(version.digest.clone());
            }
        }
        setup.versions.extend(other);
        let tokens = self.other_tokens();
        Registry::new(setup, &self.means(&tokens))
    }

    /// The people whom the newest lines of a connection are about, in all its clubs.
    async fn last_records(&self, spoke: &Spoke) -> store::Result<BTreeSet<PersonId>> {
        let mut newest: Vec<(model::Moment, PersonId)> = Vec::new();
        for number in &spoke.connection.clubs {
            newest.extend(self.last_of_club(spoke, number.club).await?);
        }
        newest.sort_by(|one, other| other.cmp(one));
        let mut people = BTreeSet::new();
        for (_, person) in newest {
            if people.len() < RECORDS {
                people.insert(person);
            }
        }
        Ok(people)
    }

    async fn last_of_club(
        &self,
        spoke: &Spoke,
        club: ClubId,
    ) -> store::Result<Vec<(model::Moment, PersonId)>> {
        let mut found: Vec<(model::Moment, PersonId)> = Vec::new();
        let mut people = BTreeSet::new();
        let mut query = LineQuery {
            connection: Some(spoke.id()),
            outward: Some(false),
            limit: LINES,
            ..LineQuery { club, ..LineQuery::default() }
        };
        while people.len() < RECORDS {
            let page = self.store().lines(query.clone()).await?;
            let Some(last) = page.lines.last() else { break };
            query.older_than = Some((last.tracking, last.about));
            for line in &page.lines {
                found.extend(
                    line.person.filter(|person| people.insert(*person)).map(|person| (line.changed, person)),
                );
            }
            if !page.more {
                break;
            }
        }
        Ok(found)
    }
}

impl Preview {
    fn add(&mut self, name: &str, before: Option<Vec<String>>, after: Option<Vec<String>>) {
        let becomes = match (&before, &after) {
            (before, after) if before == after => Becomes::Same,
            (Some(_), Some(_)) => Becomes::Different,
            (Some(_), None) => Becomes::NoMore,
            (None, _) => Becomes::New,
        };
        *self.counts.entry(becomes).or_default() += 1;
        let shown = self.samples.iter().filter(|sample| sample.becomes == becomes).count();
        if becomes == Becomes::Same || shown == SAMPLES {
            return;
        }
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        let gone = before.iter().filter(|line| !after.contains(line)).map(|line| format!("- {line}"));
        let come = after.iter().filter(|line| !before.contains(line)).map(|line| format!("+ {line}"));
        let lines = gone.chain(come).collect();
        self.samples.push(Sample { name: name.to_owned(), becomes, lines });
    }
}

fn name(person: &Person) -> String {
    let field =
        |field| person.profile.fields.get(&field).and_then(|known| known.value.clone()).unwrap_or_default();
    format!("{} {}", field(model::Field::FirstName), field(model::Field::LastName)).trim().to_owned()
}

/// The requests of a step, line by line; none where nothing is sent.
fn requests(
    endpoint: Result<&Arc<Endpoint>, String>,
    next: &Next,
    person: &Person,
    link: &model::Link,
) -> Option<Vec<String>> {
    let (Ok(endpoint), Next::Call(step)) = (endpoint, next) else { return None };
    let prepared = endpoint.preview(step.operation, &given(step, person, link)).ok()?;
    Some(prepared.iter().flat_map(lines).collect())
}

fn given(step: &Step, person: &Person, link: &model::Link) -> Given {
    Given {
        person: step.fields.clone(),
        changed: step.changed.clone(),
        kind: Some(step.kind),
        record: link.record.clone(),
        external_id: person.id.to_string(),
        ..Given::default()
    }
}

fn lines(request: &Prepared) -> Vec<String> {
    let body = serde_json::from_str::<serde_json::Value>(&request.body);
    let body = body.map_or_else(|_| request.body.clone(), |body| format!("{body:#}"));
    let headers = request.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    std::iter::once(format!("{} {}", request.method, request.url))
        .chain(headers)
        .chain(body.lines().map(|line| line.trim().trim_end_matches(',').to_owned()))
        .collect()
}
