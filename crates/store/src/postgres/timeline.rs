//! Which primary is the right one.
//!
//! A standby that is promoted begins a new timeline. When the primary of before comes back, it knows nothing of what the
//! new one has taken: a hub that spoke to it would forget what was acknowledged. So no connection to a server of an older
//! timeline than one that was seen is used.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use deadpool_postgres::{Hook, HookError};

/// The timeline is the beginning of the name of the file that is being written.
const TIMELINE: &str = "SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint";

/// The newest timeline that any connection of this process has seen.
#[derive(Clone, Default)]
pub(super) struct Newest(Arc<AtomicI64>);

impl Newest {
    /// Refuses new connections to a standby and to an older primary, and tells the others one thing more.
    pub(super) fn hook(&self, then: &'static str) -> Hook {
        let newest = self.clone();
        Hook::async_fn(move |client, _| {
            let newest = newest.clone();
            Box::pin(async move {
                let row = client.query_one(TIMELINE, &[]).await.map_err(HookError::Backend)?;
                let timeline: i64 = row.get(0);
                let seen = newest.0.fetch_max(timeline, Ordering::Relaxed);
                if timeline < seen {
                    tracing::error!(
                        timeline,
                        seen,
                        "a PostgreSQL server is an older primary: another one was promoted; shut it down"
                    );
                    return Err(HookError::message(
                        "it is an older primary than one that was seen: shut it down",
                    ));
                }
                client.batch_execute(then).await.map_err(HookError::Backend)
            })
        })
    }
}
