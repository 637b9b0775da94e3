//! Budgets: one row each, with what was spent of it; written only if nobody else wrote it meanwhile.

use model::budget::{Grant, Spent, Wish};

use super::session::{Session, Statement};
use crate::Result;

const READ: &str = "SELECT doc FROM budget WHERE id = $1";
const KEEP: &str =
    "INSERT INTO budget (id, doc) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc
     WHERE budget.doc = $3 RETURNING 1";

/// Takes calls out of a budget. What is refused writes nothing.
pub(super) async fn take(session: &Session, id: &str, wish: Wish) -> Result<Grant> {
    loop {
        let before: Option<String> = session.row(READ, &[&id]).await?.map(|row| row.get(0));
        let mut spent: Spent = before.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
        let grant = spent.take(wish);
        if !matches!(grant, Grant::Calls { .. }) && wish.back.is_none() {
            return Ok(grant);
        }
        let doc = serde_json::to_string(&spent)?;
        let keep: Statement<'_> = (KEEP, vec![Box::new(id), Box::new(doc), Box::new(before)]);
        let kept = session.transaction(vec![keep]).await.map_err(|trouble| session.error(&trouble))?;
        if kept.iter().any(|rows| !rows.is_empty()) {
            return Ok(grant);
        }
    }
}
