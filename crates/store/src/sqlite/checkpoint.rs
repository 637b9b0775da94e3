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
/// Above this size the writer finishes the move itself, between two batches.
const FINISH_BYTES: u64 = 64 << 20;
const EVERY: Duration = Duration::from_millis(250);
/// How many batches pass between two looks at the WAL's size.
const LOOK_EVERY: u32 = 64;

/// The side thread, and the writer's own part.
pub(super) struct Checkpoints {
    wal: PathBuf,
    batches: u32,
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
        Ok(Checkpoints { wal, batches: 0, stop: Some(stop), thread: Some(thread) })
    }

    pub(super) fn between_batches(&mut self, db: &Connection) {
        self.batches = self.batches.wrapping_add(1);
        if self.batches.is_multiple_of(LOOK_EVERY) && size(&self.wal) > FINISH_BYTES {
            run(db, "PRAGMA wal_checkpoint(RESTART)");
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

fn run(db: &Connection, pragma: &str) {
    if let Err(error) = db.query_row(pragma, [], |_| Ok(())) {
        tracing::debug!(%error, "a checkpoint was not finished; the next one goes on from there");
    }
}
