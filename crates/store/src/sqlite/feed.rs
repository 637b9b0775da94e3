//! How far the platforms' changes were read.

use model::Feed;
use rusqlite::{Connection, params};

use crate::Result;

/// All of them.
pub(super) fn all(db: &Connection) -> Result<Vec<Feed>> {
    let mut statement = db.prepare_cached("SELECT doc FROM feed ORDER BY connection, club")?;
    let docs = statement.query_map([], |row| row.get::<_, String>(0))?;
    docs.map(|doc| Ok(serde_json::from_str(&doc?)?)).collect()
}

/// Writes one.
pub(super) fn keep(db: &Connection, feed: &Feed) -> Result<()> {
    let doc = serde_json::to_string(feed)?;
    db.prepare_cached("INSERT OR REPLACE INTO feed (connection, club, doc) VALUES (?1, ?2, ?3)")?
        .execute(params![feed.connection.0, feed.club.0, doc])?;
    Ok(())
}
