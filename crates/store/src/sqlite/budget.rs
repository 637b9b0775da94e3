//! Budgets: one row each, with what was spent of it.

use model::budget::{Grant, Spent, Wish};
use rusqlite::{Connection, OptionalExtension};

use crate::Result;

/// Takes calls out of a budget. What is refused writes nothing.
pub(super) fn take(db: &Connection, id: &str, wish: Wish) -> Result<Grant> {
    let doc: Option<String> = db
        .prepare_cached("SELECT doc FROM budget WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let mut spent: Spent = doc.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    let grant = spent.take(wish);
    if matches!(grant, Grant::Calls { .. }) || wish.back.is_some() {
        let doc = serde_json::to_string(&spent)?;
        db.prepare_cached("INSERT OR REPLACE INTO budget (id, doc) VALUES (?1, ?2)")?.execute([id, &doc])?;
    }
    Ok(grant)
}
