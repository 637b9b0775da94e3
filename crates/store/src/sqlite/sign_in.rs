//! Sign-ins: one row each, written only over what its writer had read.

use rusqlite::{Connection, OptionalExtension, params};

use crate::Result;

/// The row's document, if there is one.
pub(super) fn read(db: &Connection, id: &str) -> Result<Option<String>> {
    Ok(db
        .prepare_cached("SELECT doc FROM sign_in WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?)
}

/// Writes the row if it is still as it was; answers whether it was.
pub(super) fn keep(db: &Connection, id: &str, before: Option<&str>, doc: &str) -> Result<bool> {
    let rows = match before {
        None => db
            .prepare_cached("INSERT OR IGNORE INTO sign_in (id, doc) VALUES (?1, ?2)")?
            .execute(params![id, doc])?,
        Some(before) => db
            .prepare_cached("UPDATE sign_in SET doc = ?2 WHERE id = ?1 AND doc = ?3")?
            .execute(params![id, doc, before])?,
    };
    Ok(rows == 1)
}
