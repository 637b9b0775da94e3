//! Checkpoints: moving the WAL's pages into the file, beside the writer and not inside its commits.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, Row};

use super::open;
use crate::{Error, Result};

/// Frames of the WAL that are still to be moved before the side thread begins.
const BEGIN: i64 = 1 << 10;
/// Frames in the WAL above which the writer finishes the move itself, between two batches, so that the WAL begins anew
/// where its file is: a file that keeps its size costs a commit less than one that grows.
const FINISH: i64 = 16 << 10;
/// How many more frames are written before the next try, when a reader stood in the way.
const AGAIN: i64 = 4 << 10;
/// How long the writer stands still for readers to let go.
const PATIENCE: Duration = Duration::from_millis(50);
const EVERY: Duration = Duration::from_millis(250);

/// The side thread, and the writer's own part.
pub(super) struct Checkpoints {
    finish_above: i64,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    pub(super) fn start(file: &Path) -> Result<Checkpoints> {
        let db = open::readable(file)?;
        db.execute_batch("PRAGMA query_only = OFF")?;
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".into())
            .spawn(move || {
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(EVERY) {
                    if run(&db, "NOOP").is_some_and(|wal| wal.frames - wal.moved > BEGIN) {
                        run(&db, "PASSIVE");
                    }
                }
            })
            .map_err(|error| Error::Unfit(format!("the checkpoint thread could not be started: {error}")))?;
        Ok(Checkpoints { finish_above: FINISH, stop: Some(stop), thread: Some(thread) })
    }

    /// Keeps the WAL small.
    pub(super) fn between_batches(&mut self, db: &Connection) {
        let Some(Wal { frames, .. }) = run(db, "NOOP") else { return };
        if frames <= FINISH {
            self.finish_above = FINISH;
        }
        if frames <= self.finish_above {
            return;
        }
        let finished = db.busy_timeout(PATIENCE).is_ok() && run(db, "RESTART").is_some_and(|wal| !wal.busy);
        self.finish_above = if finished { FINISH } else { frames + AGAIN };
        if let Err(error) = db.busy_timeout(open::BUSY) {
            tracing::warn!(%error, "the writer's patience with other processes could not be restored");
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

/// What a checkpoint says of the WAL.
struct Wal {
    /// Whether somebody stood in the way.
    busy: bool,
    /// Frames in it.
    frames: i64,
    /// Those that are in the file already.
    moved: i64,
}

fn run(db: &Connection, mode: &str) -> Option<Wal> {
    let read = |row: &Row<'_>| Ok(Wal { busy: row.get(0)?, frames: row.get(1)?, moved: row.get(2)? });
    let wal = db
        .prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))
        .and_then(|mut statement| statement.query_row([], read));
    wal.inspect_err(
        |error| tracing::debug!(%error, "a checkpoint was not finished; the next one goes on from there"),
    )
    .ok()
}
