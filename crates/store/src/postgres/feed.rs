//! How far the platforms' changes were read.

use model::Feed;

use super::session::{Session, Statement};
use crate::Result;

const READ: &str = "SELECT doc FROM feed ORDER BY connection, club";
const KEEP: &str = "INSERT INTO feed (connection, club, doc) VALUES ($1, $2, $3)
     ON CONFLICT (connection, club) DO UPDATE SET doc = excluded.doc";

/// All of them.
pub(super) async fn all(session: &Session) -> Result<Vec<Feed>> {
    let rows = session.rows(READ, &[]).await?;
    rows.iter().map(|row| Ok(serde_json::from_str(row.get(0))?)).collect()
}

/// Writes one.
pub(super) async fn keep(session: &Session, feed: &Feed) -> Result<()> {
    let doc = serde_json::to_string(feed)?;
    let keep: Statement<'_> = (KEEP, vec![Box::new(feed.connection.0), Box::new(feed.club.0), Box::new(doc)]);
    session.transaction(vec![keep]).await.map(drop).map_err(|trouble| session.error(&trouble))
}
