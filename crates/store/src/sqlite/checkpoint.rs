//! Checkpoints: moving the WAL's pages into the file, beside the writer and not inside its commits.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
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
/// How many more frames are written before the next try, when a reader or the side thread stood in the way.
const AGAIN: i64 = 4 << 10;
/// Frames above which the writer waits for the side thread, so that a move that never catches up cannot let the WAL grow.
const BOUND: i64 = 64 << 10;
/// Frames, a gigabyte of them, above which somebody should look: a reader holds on to an old state.
const STUCK: i64 = 256 << 10;
/// How long the writer stands still for readers to let go.
const PATIENCE: Duration = Duration::from_millis(50);
const EVERY: Duration = Duration::from_millis(250);

/// The side thread, and the writer's own part.
pub(super) struct Checkpoints {
    finish_above: i64,
    told_stuck: bool,
    shared: Arc<Shared>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the side thread and the writer share: two checkpoints at once would each find the other in the way.
#[derive(Default)]
struct Shared {
    turn: Mutex<()>,
    failing: AtomicBool,
}

impl Checkpoints {
    pub(super) fn start(file: &Path) -> Result<Checkpoints> {
        let db = open::readable(file)?;
        db.execute_batch("PRAGMA query_only = OFF")?;
        let (stop, stopped) = channel::<()>();
        let shared = Arc::new(Shared::default());
        let beside = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".into())
            .spawn(move || {
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(EVERY) {
                    let _turn = beside.turn.lock().unwrap_or_else(PoisonError::into_inner);
                    if beside.run(&db, "NOOP").is_some_and(|wal| wal.frames - wal.moved > BEGIN) {
                        beside.run(&db, "PASSIVE");
                    }
                }
            })
            .map_err(|error| Error::Unfit(format!("the checkpoint thread could not be started: {error}")))?;
        let (stop, thread) = (Some(stop), Some(thread));
        Ok(Checkpoints { finish_above: FINISH, told_stuck: false, shared, stop, thread })
    }

    /// Keeps the WAL small.
    pub(super) fn between_batches(&mut self, db: &Connection) {
        let Some(Wal { frames, .. }) = self.shared.run(db, "NOOP") else { return };
        if frames <= FINISH {
            (self.finish_above, self.told_stuck) = (FINISH, false);
        }
        if frames <= self.finish_above {
            return;
        }
        let finished = self.finish(db, frames);
        self.finish_above = if finished { FINISH } else { frames + AGAIN };
        if !finished && frames > STUCK && !std::mem::replace(&mut self.told_stuck, true) {
            tracing::warn!(
                frames,
                "the write-ahead log beside the database has grown beyond 1 GB, for a reader does not let go of an old \
                 state; end backups or other programs that read `connector.db`"
            );
        }
    }

    fn finish(&self, db: &Connection, frames: i64) -> bool {
        let turn = match self.shared.turn.try_lock() {
            Ok(turn) => turn,
            Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
            Err(TryLockError::WouldBlock) if frames <= BOUND => return false,
            Err(TryLockError::WouldBlock) => self.shared.turn.lock().unwrap_or_else(PoisonError::into_inner),
        };
        let finished =
            db.busy_timeout(PATIENCE).is_ok() && self.shared.run(db, "RESTART").is_some_and(|wal| !wal.busy);
        drop(turn);
        if let Err(error) = db.busy_timeout(open::BUSY) {
            tracing::warn!(%error, "the writer's patience with other processes could not be restored");
        }
        finished
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

impl Shared {
    /// Runs a checkpoint; one that fails is told once, until one succeeds again.
    fn run(&self, db: &Connection, mode: &str) -> Option<Wal> {
        let read = |row: &Row<'_>| Ok(Wal { busy: row.get(0)?, frames: row.get(1)?, moved: row.get(2)? });
        let wal = db
            .prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))
            .and_then(|mut statement| statement.query_row([], read));
        let moves = mode != "NOOP";
        let failed_before = moves && self.failing.swap(wal.is_err(), Ordering::Relaxed);
        wal.inspect_err(|error| {
            if moves && !failed_before {
                tracing::warn!(%error, "a checkpoint failed; the write-ahead log beside the database grows until one succeeds");
            }
        })
        .ok()
    }
}
