//! What a batch reads before it decides: one flight of statements that begins the transaction, takes the locks in order, and
//! then looks. What is seen cannot move until the transaction ends.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{ClubId, Link, Person, PersonId, RemoteId};
use tokio_postgres::Row;

use super::people::{link, record};
use super::search::{BESIDE_INDEXER, INDEXED};
use super::session::{Desk, Statement, Trouble};
use super::text::key;
use super::writer::{Item, Job};
use crate::{Expect, Result, Subject};

/// Names are locked, since what is checked is that nobody of that name has appeared.
const NAMES: &str = "SELECT pg_advisory_xact_lock(name) FROM unnest($1::bigint[]) AS name";
/// The document only of those whom the indexer has passed: their old terms are to be removed.
pub(super) const PEOPLE: &str = "SELECT id, revision,
       CASE WHEN id <= (SELECT at FROM progress WHERE name = 'person_term') THEN doc END
     FROM person WHERE id = ANY($1) ORDER BY id FOR UPDATE";
pub(super) const LINKS: &str =
    "SELECT link.person, link.connection, link.version, link.remote_space, link.remote_id,
       link.due_at, link.waits
     FROM unnest($1::bigint[], $2::bigint[]) AS wanted(person, connection)
     JOIN link ON link.person = wanted.person AND link.connection = wanted.connection
     ORDER BY link.person, link.connection FOR UPDATE OF link";
/// All links of those whom the indexer has passed.
pub(super) const LINKS_BEFORE: &str =
    "SELECT true, person, connection, version, remote_space, remote_id, doc FROM link
     WHERE person = ANY($1) AND person <= (SELECT at FROM progress WHERE name = 'person_term')";
pub(super) const NAMESAKES: &str = "SELECT wanted.nth, found.id
     FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS wanted(nth, club, name_key)
     CROSS JOIN LATERAL (SELECT id FROM person WHERE club = wanted.club AND name_key = wanted.name_key
                         ORDER BY id LIMIT 100) AS found
     ORDER BY wanted.nth, found.id";
pub(super) const OWNERS: &str = "SELECT wanted.nth, record.person
     FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS wanted(nth, connection, remote_id, remote_space)
     JOIN record ON record.connection = wanted.connection AND record.remote_id = wanted.remote_id
       AND record.remote_space = wanted.remote_space";

/// A person as they stand.
pub(super) struct SeenPerson {
    pub(super) revision: u64,
    /// With all links, where the indexer has passed them.
    pub(super) indexed: Option<Subject>,
}

/// A link as it stands.
pub(super) struct SeenLink {
    pub(super) version: u64,
    pub(super) record: Option<RemoteId>,
    pub(super) due_at: Option<i64>,
    pub(super) waits: bool,
}

/// What a batch saw.
pub(super) struct Seen {
    pub(super) indexed_up_to: i64,
    pub(super) people: HashMap<PersonId, SeenPerson>,
    pub(super) links: HashMap<(i64, i64), SeenLink>,
    namesakes: HashMap<(ClubId, String), Vec<PersonId>>,
    owners: HashMap<(i64, RemoteId), PersonId>,
}

impl Seen {
    /// Everyone of a name in a club, as far as the batch asked for them.
    pub(super) fn namesakes(&self, club: ClubId, name_key: &str) -> &[PersonId] {
        self.namesakes.get(&(club, name_key.to_owned())).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whose record it is.
    pub(super) fn owner_of(&self, link: &Link) -> Option<PersonId> {
        self.owners.get(&(link.connection.0, link.record.clone()?)).copied()
    }
}

/// What a batch has to ask for.
#[derive(Default)]
struct Wanted {
    names: BTreeSet<i64>,
    people: BTreeSet<i64>,
    links: BTreeSet<(i64, i64)>,
    namesakes: BTreeSet<(ClubId, String)>,
    owners: BTreeSet<(i64, RemoteId)>,
}

impl Wanted {
    fn of(batch: &[Job]) -> Wanted {
        let mut wanted = Wanted::default();
        for job in batch {
            wanted.names.extend(&job.names);
            match &job.item {
                Item::Receive(receipt) => {
                    let person = &receipt.item.person.person;
                    wanted.people.insert(person.id.0);
                    if let Expect::New { name_key, .. } = &receipt.item.person.expect
                        && !name_key.is_empty()
                    {
                        wanted.namesakes.insert((person.club, name_key.clone()));
                    }
                    receipt.item.links.iter().for_each(|link| wanted.link(link));
                }
                Item::Settle(settlement) => wanted.link(&settlement.item.link),
            }
        }
        wanted
    }

    fn link(&mut self, link: &Link) {
        self.links.insert((link.person.0, link.connection.0));
        self.owners.extend(link.record.iter().map(|record| (link.connection.0, record.clone())));
    }

    /// The flight; what is not asked for is left out.
    fn statements(&self) -> Vec<Statement<'_>> {
        let people: Vec<i64> = self.people.iter().copied().collect();
        let (link_people, link_connections): (Vec<i64>, Vec<i64>) = self.links.iter().copied().unzip();
        let mut flight: Vec<Statement<'_>> = vec![("BEGIN", vec![])];
        if !people.is_empty() || !self.owners.is_empty() {
            flight.push((BESIDE_INDEXER, vec![]));
        }
        if !self.names.is_empty() {
            flight.push((NAMES, vec![Box::new(self.names.iter().copied().collect::<Vec<i64>>())]));
        }
        if !people.is_empty() {
            flight.push((INDEXED, vec![]));
            flight.push((PEOPLE, vec![Box::new(people.clone())]));
            flight.push((LINKS_BEFORE, vec![Box::new(people)]));
        }
        flight.push((LINKS, vec![Box::new(link_people), Box::new(link_connections)]));
        if !self.namesakes.is_empty() {
            let nths: Vec<i64> = (0..self.namesakes.len() as i64).collect();
            let (clubs, keys): (Vec<i64>, Vec<_>) =
                self.namesakes.iter().map(|(club, name_key)| (club.0, key(name_key))).unzip();
            flight.push((NAMESAKES, vec![Box::new(nths), Box::new(clubs), Box::new(keys)]));
        }
        if !self.owners.is_empty() {
            let nths: Vec<i64> = (0..self.owners.len() as i64).collect();
            let connections: Vec<i64> = self.owners.iter().map(|(connection, _)| *connection).collect();
            let ids: Vec<_> = self.owners.iter().map(|(_, record)| key(&record.id)).collect();
            let spaces: Vec<_> = self.owners.iter().map(|(_, record)| key(&record.space)).collect();
            let values: Vec<super::session::Value<'_>> =
                vec![Box::new(nths), Box::new(connections), Box::new(ids), Box::new(spaces)];
            flight.push((OWNERS, values));
        }
        flight
    }

    fn seen(self, answers: &BTreeMap<&'static str, Vec<Row>>) -> Result<Seen> {
        let rows = |sql| answers.get(sql).map(Vec::as_slice).unwrap_or_default();
        let mut people = seen_people(rows(PEOPLE))?;
        for row in rows(LINKS_BEFORE) {
            let link = link(row)?;
            let person = people.get_mut(&link.person).and_then(|person| person.indexed.as_mut());
            if let Some(subject) = person {
                subject.links.push(link);
            }
        }
        let links = rows(LINKS).iter().map(seen_link).collect();
        let mut namesakes: HashMap<_, Vec<PersonId>> = HashMap::new();
        let asked: Vec<_> = self.namesakes.into_iter().collect();
        for row in rows(NAMESAKES) {
            let name = asked[row.get::<_, i64>(0) as usize].clone();
            namesakes.entry(name).or_default().push(PersonId(row.get(1)));
        }
        let asked: Vec<_> = self.owners.into_iter().collect();
        let owner =
            |row: &Row| (asked[row.get::<_, i64>(0) as usize].clone(), PersonId(row.get::<_, i64>(1)));
        Ok(Seen {
            indexed_up_to: rows(INDEXED).first().map_or(0, |row| row.get(0)),
            people,
            links,
            namesakes,
            owners: rows(OWNERS).iter().map(owner).collect(),
        })
    }
}

fn seen_people(rows: &[Row]) -> Result<HashMap<PersonId, SeenPerson>> {
    let mut people = HashMap::new();
    for row in rows {
        let doc: Option<&str> = row.get(2);
        let person: Option<Person> = doc.map(serde_json::from_str).transpose()?;
        let indexed = person.map(|person| Subject { person, links: Vec::new() });
        people.insert(PersonId(row.get(0)), SeenPerson { revision: row.get::<_, i64>(1) as u64, indexed });
    }
    Ok(people)
}

fn seen_link(row: &Row) -> ((i64, i64), SeenLink) {
    let seen = SeenLink {
        version: row.get::<_, i64>(2) as u64,
        record: record(row.get(3), row.get(4)),
        due_at: row.get(5),
        waits: row.get(6),
    };
    ((row.get(0), row.get(1)), seen)
}

/// Begins the transaction, takes the locks, and looks.
pub(super) async fn look(desk: &mut Desk, batch: &[Job]) -> Result<Result<Seen>, Trouble> {
    let wanted = Wanted::of(batch);
    let statements = wanted.statements();
    let asked: Vec<&'static str> = statements.iter().map(|(sql, _)| *sql).collect();
    let answers = desk.send(statements).await?;
    let answers = asked.into_iter().zip(answers).collect();
    Ok(wanted.seen(&answers))
}
