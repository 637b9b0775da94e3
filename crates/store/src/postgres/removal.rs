//! Removing the details of old lines, a few at a time. The server's own vacuum gives the space to new rows.

use model::{ConnectionId, Facts, Tracking};
use tokio_postgres::Row;
use uuid::Uuid;

use super::log::bound;
use super::people::at_most;
use super::session::{Session, Statement, Trouble};
use crate::{Removal, Removed, Result};

/// Relies on the key of `line`. The rows are held until what they become is kept.
pub(super) const OLD: &str = "SELECT tracking, about, open, facts FROM line
     WHERE club = $1 AND tracking < $2 AND (tracking, about) > ($3, $4)
     ORDER BY tracking, about LIMIT $5 FOR UPDATE";
pub(super) const BARE: &str = "UPDATE line SET facts = bare.facts
     FROM unnest($2::uuid[], $3::bigint[], $4::text[]) AS bare(tracking, about, facts)
     WHERE line.club = $1 AND line.tracking = bare.tracking AND line.about = bare.about";

/// Removes the details of sealed lines, oldest first.
pub(super) async fn remove(session: &Session, removal: &Removal) -> Result<Removed> {
    let (after, about) =
        removal.after.map_or((Uuid::nil(), i64::MIN), |(tracking, about)| (tracking.0, about.0));
    let asked: Vec<Statement<'_>> = vec![
        ("BEGIN", vec![]),
        (
            OLD,
            vec![
                Box::new(removal.club.0),
                Box::new(bound(removal.before)),
                Box::new(after),
                Box::new(about),
                Box::new(at_most(removal.limit)),
            ],
        ),
    ];
    let failed = |trouble: Trouble| session.error(&trouble);
    let mut desk = session.desk().await.map_err(failed)?;
    let rows = desk.send(asked).await.map_err(failed)?.pop().unwrap_or_default();
    let last = rows.last().filter(|_| rows.len() == removal.limit);
    let last = last.map(|row| (Tracking(row.get(0)), ConnectionId(row.get(1))));
    let (mut trackings, mut abouts, mut facts) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows.iter().filter(|row| !row.get::<_, bool>(2)) {
        if let Some(bare) = bare(row, removal)? {
            trackings.push(row.get::<_, Uuid>(0));
            abouts.push(row.get::<_, i64>(1));
            facts.push(bare);
        }
    }
    let removed = Removed { lines: facts.len(), last };
    let kept: Vec<Statement<'_>> =
        vec![(BARE, vec![Box::new(removal.club.0), Box::new(trackings), Box::new(abouts), Box::new(facts)])];
    desk.commit(kept).await.map_err(failed)?;
    Ok(removed)
}

/// The facts of a line without their details; `None` where they have none.
fn bare(row: &Row, removal: &Removal) -> Result<Option<String>> {
    let mut facts: Facts = serde_json::from_str(row.get(3))?;
    Ok(if facts.remove_details(removal.now) { Some(serde_json::to_string(&facts)?) } else { None })
}
