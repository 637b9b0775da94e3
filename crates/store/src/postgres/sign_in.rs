//! Sign-ins: one row each, written only over what its writer had read.

use super::session::{Session, Statement};
use crate::Result;

const READ: &str = "SELECT doc FROM sign_in WHERE id = $1";
const BEGIN: &str = "INSERT INTO sign_in (id, doc) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING 1";
const GO_ON: &str = "UPDATE sign_in SET doc = $2 WHERE id = $1 AND doc = $3 RETURNING 1";

/// The row's document, if there is one.
pub(super) async fn read(session: &Session, id: &str) -> Result<Option<String>> {
    Ok(session.row(READ, &[&id]).await?.map(|row| row.get(0)))
}

/// Writes the row if it is still as it was; answers whether it was.
pub(super) async fn keep(session: &Session, id: &str, before: Option<String>, doc: String) -> Result<bool> {
    let keep: Statement<'_> = match before {
        None => (BEGIN, vec![Box::new(id), Box::new(doc)]),
        Some(before) => (GO_ON, vec![Box::new(id), Box::new(doc), Box::new(before)]),
    };
    let kept = session.transaction(vec![keep]).await.map_err(|trouble| session.error(&trouble))?;
    Ok(kept.iter().any(|rows| !rows.is_empty()))
}
