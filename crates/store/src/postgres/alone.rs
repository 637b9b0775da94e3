//! One move at a time: a lock that is held for as long as a hub moves to the database.
//!
//! A data directory has a lock file; a database may be reached from many machines. The lock belongs to a connection, so it
//! goes with the process, however that ends. A connection that breaks takes the lock along, and it is taken up again.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::session::{Desk, Session, Trouble};
use crate::{Error, Result};

/// Waits as long as a writer waits for a lock: a process that was just killed may still be going.
const LOCK: &str = "SELECT pg_advisory_lock(1129270862, 4)";
const BEAT: Duration = Duration::from_secs(5);

/// The lock; dropping it gives it back.
pub(super) struct Alone(JoinHandle<()>);

impl Alone {
    pub(super) async fn take(session: &Arc<Session>) -> Result<Alone> {
        let desk = locked(session).await.map_err(|trouble| match trouble {
            Trouble::Refused(error) if error.code().code() == "55P03" => Error::Unfit(format!(
                "another hub is moving to `{}`: wait for it, or name another database",
                session.place()
            )),
            other => session.error(&other),
        })?;
        Ok(Alone(tokio::spawn(keep(Arc::clone(session), desk))))
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn locked(session: &Session) -> Result<Desk, Trouble> {
    let mut desk = session.desk().await?;
    desk.send(vec![(LOCK, vec![])]).await?;
    Ok(desk)
}

async fn keep(session: Arc<Session>, mut desk: Desk) {
    loop {
        tokio::time::sleep(BEAT).await;
        if desk.send(vec![("SELECT 1", vec![])]).await.is_ok() {
            continue;
        }
        match locked(&session).await {
            Ok(again) => desk = again,
            Err(Trouble::Refused(error)) => {
                tracing::error!(%error, "another move may have begun while the database was away");
            }
            Err(trouble) => tracing::debug!(?trouble, "the database is still away"),
        }
    }
}
