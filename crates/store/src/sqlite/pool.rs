//! Read connections, handed out one to a reader.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::open;
use crate::Result;

/// A few idle read connections; a reader that finds none opens its own.
pub(super) struct Pool {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    keep: usize,
}

impl Pool {
    pub(super) fn open(file: &Path, keep: usize) -> Result<Pool> {
        let idle = (0..keep).map(|_| open::readable(file)).collect::<Result<Vec<_>>>()?;
        Ok(Pool { file: file.to_owned(), idle: Mutex::new(idle), keep })
    }

    pub(super) fn with<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open::readable(&self.file)?,
        };
        let answer = at_one_moment(&connection, read);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.keep && connection.is_autocommit() {
            idle.push(connection);
        }
        answer
    }
}

/// Statements of one read see one commit. A person from before a commit with links from after it would let a lane settle
/// a link on a profile that it never saw.
fn at_one_moment<T>(db: &Connection, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    db.prepare_cached("BEGIN")?.execute([])?;
    let answer = read(db);
    db.prepare_cached("COMMIT")?.execute([])?;
    answer
}
