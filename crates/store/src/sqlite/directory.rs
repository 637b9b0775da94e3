//! The set-up and the directory: small, read whole at the start, written by turn-up and by saves of staff and sources.

use model::directory::{Correspondence, Entry};
use model::{EntryId, Setup};
use rusqlite::{Connection, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Result;
use crate::written::word;

fn read<T: DeserializeOwned>(db: &Connection, kind: &str) -> Result<Vec<T>> {
    let mut statement = db.prepare_cached("SELECT doc FROM setup WHERE kind = ?1 ORDER BY id")?;
    let mut rows = statement.query([kind])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(items)
}

fn write<T: Serialize>(db: &Connection, kind: &str, items: &[T], id: impl Fn(&T) -> String) -> Result<()> {
    let mut insert = db.prepare_cached("INSERT INTO setup (kind, id, doc) VALUES (?1, ?2, ?3)")?;
    for item in items {
        insert.execute(params![kind, id(item), serde_json::to_string(item)?])?;
    }
    Ok(())
}

/// Reads the whole set-up.
pub(super) fn setup(db: &Connection) -> Result<Setup> {
    Ok(Setup {
        clients: read(db, "client")?,
        clubs: read(db, "club")?,
        connections: read(db, "connection")?,
        tokens: read(db, "token")?,
        versions: read(db, "version")?,
    })
}

/// Writes the whole set-up.
pub(super) fn keep_setup(db: &Connection, before: &Setup, setup: &Setup) -> Result<bool> {
    if self::setup(db)? != before.clone().in_order() {
        return Ok(false);
    }
    db.execute("DELETE FROM setup", [])?;
    write(db, "client", &setup.clients, |client| format!("{:020}", client.id.0))?;
    write(db, "club", &setup.clubs, |club| format!("{:020}", club.id.0))?;
    write(db, "connection", &setup.connections, |connection| format!("{:020}", connection.id.0))?;
    write(db, "token", &setup.tokens, |token| token.hash.clone())?;
    write(db, "version", &setup.versions, |version| version.digest.clone())?;
    Ok(true)
}

/// Reads the whole directory.
pub(super) fn directory(db: &Connection) -> Result<(Vec<Entry>, Vec<Correspondence>)> {
    let mut entries = Vec::new();
    let mut statement = db.prepare_cached("SELECT id, doc FROM entry ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut entry: Entry =
            serde_json::from_str(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?;
        entry.id = EntryId(row.get(0)?);
        entries.push(entry);
    }
    let mut statement = db.prepare_cached("SELECT doc FROM correspondence ORDER BY entry, connection")?;
    let mut rows = statement.query([])?;
    let mut correspondences = Vec::new();
    while let Some(row) = rows.next()? {
        correspondences.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok((entries, correspondences))
}

/// Writes entries and correspondences; answers the entries' numbers.
pub(super) fn keep(
    db: &Connection,
    entries: &[Entry],
    correspondences: &[Correspondence],
) -> Result<Vec<EntryId>> {
    let mut ids = Vec::with_capacity(entries.len());
    for entry in entries {
        let id: i64 = db
            .prepare_cached(
                "INSERT INTO entry (connection, club, role, remote_id, doc) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (connection, club, role, remote_id)
                   DO UPDATE SET doc = iif(?6, excluded.doc, doc) RETURNING id",
            )?
            .query_row(
                params![
                    entry.connection.0,
                    entry.club.0,
                    word(&entry.role)?,
                    entry.remote_id,
                    serde_json::to_string(entry)?,
                    entry.known
                ],
                |row| row.get(0),
            )?;
        ids.push(EntryId(id));
    }
    for one in correspondences {
        if one.remote_id.is_empty() && one.how == model::directory::How::Matched {
            db.prepare_cached("DELETE FROM correspondence WHERE entry = ?1 AND connection = ?2")?
                .execute([one.entry.0, one.connection.0])?;
        } else {
            db.prepare_cached(
                "INSERT INTO correspondence (entry, connection, doc) VALUES (?1, ?2, ?3)
                 ON CONFLICT (entry, connection) DO UPDATE SET doc = excluded.doc",
            )?
            .execute(params![one.entry.0, one.connection.0, serde_json::to_string(one)?])?;
        }
    }
    Ok(ids)
}
