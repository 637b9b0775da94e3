//! Checkpoints: moving the WAL's pages into the file, beside the writer and not inside its commits.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::open;
use crate::{Error, Result};

/// Above this size of the WAL the side thread begins to move pages.
const BEGIN_BYTES: u64 = 4 << 20;
/// Above this size the writer finishes the move itself, between two batches, and cuts the WAL: its size must say how
/// much is left to do.
const FINISH_BYTES: u64 = 64 << 20;
/// How much is written before the next try, when a reader stood in the way.
const AGAIN_BYTES: u64 = 16 << 20;
/// How long the writer stands still for readers to let go.
const PATIENCE: Duration = Duration::from_millis(50);
const EVERY: Duration = Duration::from_millis(250);

/// The side thread, and the writer's own part.
pub(super) struct Checkpoints {
    wal: PathBuf,
    finish_above: u64,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    pub(super) fn start(file: &Path) -> Result<Checkpoints> {
        let mut wal = file.as_os_str().to_owned();
        wal.push("-wal");
        let wal = PathBuf::from(wal);
        let db = open::readable(file)?;
        db.execute_batch("PRAGMA query_only = OFF")?;
        let (stop, stopped) = channel::<()>();
        let watched = wal.clone();
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".into())
            .spawn(move || {
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(EVERY) {
                    if size(&watched) > BEGIN_BYTES {
                        run(&db, "PRAGMA wal_checkpoint(PASSIVE)");
                    }
                }
            })
            .map_err(|error| Error::Unfit(format!("the checkpoint thread could not be started: {error}")))?;
        Ok(Checkpoints { wal, finish_above: FINISH_BYTES, stop: Some(stop), thread: Some(thread) })
    }

    /// Keeps the WAL small. A look at its size costs a microsecond, a batch at least a hundred.
    pub(super) fn between_batches(&mut self, db: &Connection) {
        let before = size(&self.wal);
        if before > self.finish_above {
            let finished = db.busy_timeout(PATIENCE).is_ok() && run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
            self.finish_above = if finished { FINISH_BYTES } else { before + AGAIN_BYTES };
            if let Err(error) = db.busy_timeout(open::BUSY) {
                tracing::warn!(%error, "the writer's patience with other processes could not be restored");
            }
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn size(wal: &Path) -> u64 {
    std::fs::metadata(wal).map_or(0, |metadata| metadata.len())
}

/// Whether all of it was moved.
fn run(db: &Connection, pragma: &str) -> bool {
    match db.query_row(pragma, [], |row| row.get::<_, bool>(0)) {
        Ok(busy) => !busy,
        Err(error) => {
            tracing::debug!(%error, "a checkpoint was not finished; the next one goes on from there");
            false
        }
    }
}
