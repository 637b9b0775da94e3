//! Removing the details of old lines, a few at a time, and giving the pages back that become free.
//!
//! A row that only shrinks leaves its page half empty, and nothing new is ever written between old lines. So the rows of
//! one go are taken out together, which joins their pages, and put back in order.

use model::{ConnectionId, Facts, Tracking};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use uuid::Uuid;

use super::log;
use crate::{Removal, Removed, Result};

/// Free pages that one removal gives back at most.
const PAGES: usize = 256;

const COLUMNS: &str = "tracking, about, open, facts, id, club, person, level, turn, changed, sender, entry";

/// An old line: its key, whether it is open, its facts, and the other columns as they are.
struct Old {
    key: (Tracking, ConnectionId),
    open: bool,
    facts: String,
    others: Vec<Value>,
}

fn old(row: &Row<'_>) -> rusqlite::Result<Old> {
    let key = (Tracking(Uuid::from_bytes(row.get(0)?)), ConnectionId(row.get(1)?));
    let others = (4..12).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?;
    Ok(Old { key, open: row.get(2)?, facts: row.get(3)?, others })
}

/// Removes the details of sealed lines, oldest first. Relies on `line_key`.
pub(super) fn remove(db: &Connection, removal: &Removal) -> Result<Removed> {
    let mut values = vec![removal.club.0.into(), log::bound(removal.before)];
    let after = match removal.after {
        Some((tracking, about)) => {
            values.extend([log::key(tracking), about.0.into()]);
            "AND (tracking, about) > (?, ?)"
        }
        None => "",
    };
    values.push(i64::try_from(removal.limit).unwrap_or(i64::MAX).into());
    let lines: Vec<Old> = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM line WHERE club = ? AND tracking < ? {after}
             ORDER BY tracking, about LIMIT ?"
        ))?
        .query_map(params_from_iter(values), old)?
        .collect::<rusqlite::Result<_>>()?;
    let last = lines.last().filter(|_| lines.len() == removal.limit).map(|line| line.key);
    let mut bare = Vec::new();
    for mut line in lines.into_iter().filter(|line| !line.open) {
        let mut facts: Facts = serde_json::from_str(&line.facts)?;
        if facts.remove_details(removal.now) {
            line.facts = serde_json::to_string(&facts)?;
            bare.push(line);
        }
    }
    let removed = Removed { lines: bare.len(), last };
    if removed.lines > 0 {
        rewrite(db, bare)?;
        give_back(db)?;
    }
    Ok(removed)
}

fn rewrite(db: &Connection, lines: Vec<Old>) -> Result<()> {
    let mut delete = db.prepare_cached("DELETE FROM line WHERE id = ?1")?;
    for line in &lines {
        delete.execute([&line.others[0]])?;
    }
    let sql = format!("INSERT INTO line ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    let mut insert = db.prepare_cached(&sql)?;
    for line in lines {
        let (tracking, about) = line.key;
        let first = [log::key(tracking), about.0.into(), line.open.into(), line.facts.into()];
        insert.execute(params_from_iter(first.into_iter().chain(line.others)))?;
    }
    Ok(())
}

/// The pragma gives back a page with each step.
fn give_back(db: &Connection) -> Result<()> {
    let mut statement = db.prepare(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}
