//! The row that says that the store was put back from a backup.

use model::Restored;
use rusqlite::{Connection, OptionalExtension};

use crate::Result;

/// The row, if there is one.
pub(super) fn read(db: &Connection) -> Result<Option<Restored>> {
    let doc: Option<String> =
        db.prepare_cached("SELECT doc FROM restored")?.query_row([], |row| row.get(0)).optional()?;
    Ok(doc.as_deref().map(serde_json::from_str).transpose()?)
}

/// Writes the row.
pub(super) fn keep(db: &Connection, restored: &Restored) -> Result<()> {
    let doc = serde_json::to_string(restored)?;
    db.prepare_cached("INSERT OR REPLACE INTO restored (one, doc) VALUES (1, ?1)")?.execute([doc])?;
    Ok(())
}
