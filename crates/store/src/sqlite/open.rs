//! Opening the file: settings, version check, schema.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use crate::{Error, Result};

/// The schema version that this binary writes.
const VERSION: i64 = STEPS.len() as i64;
/// What makes each version of the one before.
const STEPS: [&str; 2] = [include_str!("sql/schema-1.sql"), include_str!("sql/schema-2.sql")];
/// How long another process may hold the file.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// The mode of the file.
const OWNER_ALONE: u32 = 0o600;
/// Older libraries could corrupt a WAL when it was reset.
const OLDEST_SQLITE: i32 = 3_051_003;

/// The writer's connection.
pub(super) fn writable(file: &Path) -> Result<Connection> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(Error::Unfit(format!(
            "SQLite {} is too old: 3.51.3 or newer is needed",
            rusqlite::version()
        )));
    }
    make_private(file);
    let mut db = Connection::open(file)?;
    let found = version(&db).map_err(|error| damaged(file, error))?;
    let begin = match found {
        Found::Nothing => 0,
        Found::Version(version @ 1..=VERSION) => version,
        Found::AnotherProgram => {
            return Err(Error::Unfit(format!(
                "`{}` holds another program's tables: name another file",
                file.display()
            )));
        }
        Found::Version(newer) => {
            return Err(Error::Unfit(format!(
                "`{}` was written by a newer Connector (schema {newer}, this one knows {VERSION}): \
                 start the newer version, or restore a backup from before",
                file.display()
            )));
        }
    };
    keep_private(file);
    db.execute_batch(
        "PRAGMA auto_vacuum = INCREMENTAL;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = 134217728;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -16000;
         PRAGMA temp_store = MEMORY;",
    )?;
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(64);
    if begin < VERSION {
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        STEPS[begin as usize..].iter().try_for_each(|step| transaction.execute_batch(step))?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
    }
    Ok(db)
}

/// Makes a new file that its owner alone can read, as SQLite then makes those beside it. What stands in the way, SQLite
/// meets as well and says so.
fn make_private(file: &Path) {
    drop(OpenOptions::new().write(true).create_new(true).mode(OWNER_ALONE).open(file));
}

/// Takes the file and those beside it from everybody but their owner, for it holds people's data in clear. Where they
/// are another user's, whoever gave us the right to write knows why.
fn keep_private(file: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        let open_to_others = fs::metadata(&name).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0);
        if open_to_others {
            drop(fs::set_permissions(&name, Permissions::from_mode(OWNER_ALONE)));
        }
    }
}

/// What a file holds before it is touched.
enum Found {
    Nothing,
    AnotherProgram,
    Version(i64),
}

fn version(db: &Connection) -> rusqlite::Result<Found> {
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let objects: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (version, objects) {
        (0, 0) => Found::Nothing,
        (0, _) => Found::AnotherProgram,
        (version, _) => Found::Version(version),
    })
}

fn damaged(file: &Path, error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Error::Unfit(format!(
            "`{}` is not a database of the Connector, or is damaged ({error}): \
             name another file, or restore a backup",
            file.display()
        )),
        _ => error.into(),
    }
}

/// A reader's connection.
pub(super) fn readable(file: &Path) -> Result<Connection> {
    let db = Connection::open(file)?;
    db.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -1000; PRAGMA temp_store = MEMORY;")?;
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}
