//! The row that says that the database was put back from a backup.

use model::Restored;

use super::directory::CHANGED;
use super::session::{Session, Statement};
use crate::Result;

const READ: &str = "SELECT doc FROM restored";
const KEEP: &str =
    "INSERT INTO restored (one, doc) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET doc = excluded.doc";
/// The sequence never goes back: others may have numbers of it.
const PASS_OVER: &str = "SELECT setval('person_number', $1, false) FROM person_number WHERE last_value < $1";

/// The row, if there is one.
pub(super) async fn read(session: &Session) -> Result<Option<Restored>> {
    let row = session.row(READ, &[]).await?;
    Ok(row.map(|row| serde_json::from_str(row.get(0))).transpose()?)
}

/// Writes the row; numbers before `next` are not given from then on.
pub(super) async fn keep(session: &Session, restored: &Restored, next: i64) -> Result<()> {
    let doc = serde_json::to_string(restored)?;
    let mut statements: Vec<Statement<'_>> = vec![(KEEP, vec![Box::new(doc)])];
    statements.push((CHANGED, vec![Box::new("setup")]));
    statements.push((PASS_OVER, vec![Box::new(next)]));
    session.transaction(statements).await.map(drop).map_err(|trouble| session.error(&trouble))
}
