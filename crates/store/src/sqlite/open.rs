//! Opening the file: what it holds, its settings, its schema.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::{copies, migrations};
use crate::{Error, Result};

/// How long another process may hold the file.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// The mode of the file.
const OWNER_ALONE: u32 = 0o600;
/// Older libraries could corrupt a WAL when it was reset.
const OLDEST_SQLITE: i32 = 3_051_003;

/// The writer's connection. A file of an older version is copied before it is brought up to date.
pub(super) fn writable(file: &Path) -> Result<Connection> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(Error::Unfit(format!(
            "SQLite {} is too old: 3.51.3 or newer is needed",
            rusqlite::version()
        )));
    }
    make_private(file);
    let mut db = Connection::open(file)?;
    let found = look(&db, file)?;
    if let Found::Version(old) = found
        && old < migrations::VERSION
    {
        copies::before_upgrade(file, old)?;
    }
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
    migrations::bring_up_to_date(&mut db)?;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing yet.
    Nothing,
    /// A database of the Connector.
    Version(i64),
}

/// Looks what a file holds; one that this binary cannot use is refused.
pub(super) fn look(db: &Connection, file: &Path) -> Result<Found> {
    let refused = |error| damaged(file, error);
    let version = migrations::version(db).map_err(refused)?;
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(refused);
    if count("SELECT count(*) FROM sqlite_schema")? == 0 && version == 0 {
        return Ok(Found::Nothing);
    }
    let ours = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('former_record', 'person_term')";
    if version == 0 || count(ours)? != 2 {
        return Err(Error::Unfit(format!(
            "`{}` holds another program's tables: name another file",
            file.display()
        )));
    }
    if version > migrations::VERSION {
        return Err(Error::Unfit(format!(
            "`{}` was written by a newer Connector (schema {version}, this one knows {}): \
             start the newer version, or restore a backup from before",
            file.display(),
            migrations::VERSION
        )));
    }
    migrations::check_steps(db, file)?;
    Ok(Found::Version(version))
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
