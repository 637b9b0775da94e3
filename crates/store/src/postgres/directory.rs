//! The set-up and the directory: small, read whole at the start, written by turn-up and by saves of staff and sources.

use std::collections::BTreeMap;

use model::directory::{Correspondence, Entry, How};
use model::{EntryId, Setup};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_postgres::Row;

use super::session::{Session, Statement, Trouble};
use super::text::key;
use crate::written::word;
use crate::{Error, Result};

/// One at a time writes the set-up or the directory.
const LOCK: &str = "SELECT pg_advisory_xact_lock(1129270862, 2)";
const SETUP: &str = "SELECT kind, doc FROM setup ORDER BY kind, id";
/// Nodes that read it before read it anew.
pub(super) const CHANGED: &str =
    "INSERT INTO progress (name, at) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET at = progress.at + 1";
const FORGET_SETUP: &str = "DELETE FROM setup";
const KEEP_SETUP: &str =
    "INSERT INTO setup (kind, id, doc) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])";
/// Entries have no second number; both are read from one commit.
const DIRECTORY: &str = "SELECT id, NULL::bigint AS connection, doc FROM entry
     UNION ALL SELECT entry, connection, doc FROM correspondence ORDER BY 1, 2";
/// Entries by their numbers; what becomes of one that is there already, follows.
macro_rules! keep_entries {
    ($doc:literal) => {
        concat!(
            "INSERT INTO entry (connection, club, role, remote_id, doc)
             SELECT connection, club, role, remote_id, doc
             FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[])
               AS new(connection, club, role, remote_id, doc, nth) ORDER BY nth
             ON CONFLICT ON CONSTRAINT entry_record DO UPDATE SET doc = ",
            $doc,
            " RETURNING connection, club, role, remote_id, id"
        )
    };
}
const KEEP_ENTRIES: &str = keep_entries!("excluded.doc");
const KEEP_NUMBERS: &str = keep_entries!("entry.doc");
const FORGET: &str =
    "DELETE FROM correspondence USING unnest($1::bigint[], $2::bigint[]) AS gone(entry, connection)
     WHERE correspondence.entry = gone.entry AND correspondence.connection = gone.connection";
const KEEP: &str = "INSERT INTO correspondence (entry, connection, doc)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[])
     ON CONFLICT (entry, connection) DO UPDATE SET doc = excluded.doc";

fn of_kind<T: DeserializeOwned>(rows: &[Row], kind: &str) -> Result<Vec<T>> {
    let docs = rows.iter().filter(|row| row.get::<_, &str>(0) == kind);
    docs.map(|row| Ok(serde_json::from_str(row.get(1))?)).collect()
}

/// Reads the whole set-up.
pub(super) async fn setup(session: &Session) -> Result<Setup> {
    read_setup(&session.rows(SETUP, &[]).await?)
}

fn read_setup(rows: &[Row]) -> Result<Setup> {
    Ok(Setup {
        clients: of_kind(rows, "client")?,
        clubs: of_kind(rows, "club")?,
        connections: of_kind(rows, "connection")?,
        tokens: of_kind(rows, "token")?,
        versions: of_kind(rows, "version")?,
    })
}

#[derive(Default)]
struct Documents {
    kind: Vec<&'static str>,
    id: Vec<String>,
    doc: Vec<String>,
}

impl Documents {
    fn add<T: Serialize>(
        &mut self,
        kind: &'static str,
        items: &[T],
        id: impl Fn(&T) -> String,
    ) -> Result<()> {
        for item in items {
            self.kind.push(kind);
            self.id.push(id(item));
            self.doc.push(serde_json::to_string(item)?);
        }
        Ok(())
    }
}

/// Writes the whole set-up, if it is still the one that this was decided on.
pub(super) async fn keep_setup(session: &Session, before: Setup, setup: &Setup) -> Result<bool> {
    let failed = |trouble: Trouble| session.error(&trouble);
    let mut desk = session.desk().await.map_err(failed)?;
    let looked = desk.send(vec![("BEGIN", vec![]), (LOCK, vec![]), (SETUP, vec![])]).await;
    if read_setup(&looked.map_err(failed)?.pop().unwrap_or_default())? != before.in_order() {
        return Ok(false);
    }
    let mut all = Documents::default();
    all.add("client", &setup.clients, |client| format!("{:020}", client.id.0))?;
    all.add("club", &setup.clubs, |club| format!("{:020}", club.id.0))?;
    all.add("connection", &setup.connections, |connection| format!("{:020}", connection.id.0))?;
    all.add("token", &setup.tokens, |token| token.hash.clone())?;
    all.add("version", &setup.versions, |version| version.digest.clone())?;
    let statements: Vec<Statement<'_>> = vec![
        (FORGET_SETUP, vec![]),
        (KEEP_SETUP, vec![Box::new(all.kind), Box::new(all.id), Box::new(all.doc)]),
        (CHANGED, vec![Box::new("setup")]),
    ];
    desk.commit(statements).await.map_err(failed)?;
    Ok(true)
}

/// Reads the whole directory.
pub(super) async fn directory(session: &Session) -> Result<(Vec<Entry>, Vec<Correspondence>)> {
    let (mut entries, mut correspondences) = (Vec::new(), Vec::new());
    for row in session.rows(DIRECTORY, &[]).await? {
        if row.get::<_, Option<i64>>(1).is_some() {
            correspondences.push(serde_json::from_str(row.get(2))?);
        } else {
            let mut entry: Entry = serde_json::from_str(row.get(2))?;
            entry.id = EntryId(row.get(0));
            entries.push(entry);
        }
    }
    Ok((entries, correspondences))
}

type Key = (i64, i64, String, String);

fn key_of(entry: &Entry) -> Result<Key> {
    Ok((entry.connection.0, entry.club.0, word(&entry.role)?, key(&entry.remote_id).into_owned()))
}

/// Each entry once, in order of its first mention and as it was mentioned last: one statement writes a row once.
fn entries_to_keep(sql: &'static str, entries: &[(&Entry, &Key)]) -> Result<Statement<'static>> {
    let mut wanted: BTreeMap<&Key, (usize, &Entry)> = BTreeMap::new();
    for (nth, (entry, key)) in entries.iter().enumerate() {
        wanted.entry(key).or_insert((nth, entry)).1 = entry;
    }
    let (mut connections, mut clubs, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ids, mut docs, mut order) = (Vec::new(), Vec::new(), Vec::new());
    for ((connection, club, role, id), (nth, entry)) in wanted {
        connections.push(*connection);
        clubs.push(*club);
        roles.push(role.clone());
        ids.push(id.clone());
        docs.push(serde_json::to_string(entry)?);
        order.push(nth as i64);
    }
    let values: Vec<super::session::Value<'_>> = vec![
        Box::new(connections),
        Box::new(clubs),
        Box::new(roles),
        Box::new(ids),
        Box::new(docs),
        Box::new(order),
    ];
    Ok((sql, values))
}

fn correspondences_to_keep(all: &[Correspondence]) -> Result<[Statement<'static>; 2]> {
    let wanted: BTreeMap<(i64, i64), &Correspondence> =
        all.iter().map(|one| ((one.entry.0, one.connection.0), one)).collect();
    let (mut gone, mut kept) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new(), Vec::new()));
    for ((entry, connection), one) in wanted {
        if one.remote_id.is_empty() && one.how == How::Matched {
            gone.0.push(entry);
            gone.1.push(connection);
        } else {
            kept.0.push(entry);
            kept.1.push(connection);
            kept.2.push(serde_json::to_string(one)?);
        }
    }
    Ok([
        (FORGET, vec![Box::new(gone.0), Box::new(gone.1)]),
        (KEEP, vec![Box::new(kept.0), Box::new(kept.1), Box::new(kept.2)]),
    ])
}

/// Writes entries and correspondences; answers the entries' numbers.
pub(super) async fn keep(
    session: &Session,
    entries: &[Entry],
    correspondences: &[Correspondence],
) -> Result<Vec<EntryId>> {
    let keys = entries.iter().map(key_of).collect::<Result<Vec<_>>>()?;
    let (known, numbers): (Vec<_>, Vec<_>) = entries.iter().zip(&keys).partition(|(entry, _)| entry.known);
    let mut statements = vec![(LOCK, vec![])];
    statements.push(entries_to_keep(KEEP_NUMBERS, &numbers)?);
    statements.push(entries_to_keep(KEEP_ENTRIES, &known)?);
    statements.extend(correspondences_to_keep(correspondences)?);
    statements.push((CHANGED, vec![Box::new("directory")]));
    let answers = session.transaction(statements).await.map_err(|trouble| session.error(&trouble))?;
    let numbers: BTreeMap<Key, i64> = answers
        .iter()
        .flatten()
        .filter(|row| row.len() == 5)
        .map(|row| ((row.get(0), row.get(1), row.get(2), row.get(3)), row.get(4)))
        .collect();
    keys.iter().map(|key| numbers.get(key).map(|id| EntryId(*id)).ok_or(Error::Closed)).collect()
}
