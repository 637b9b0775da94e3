//! Copies of the file: taking one while a hub runs, checking one, and putting one in the file's place.
//!
//! A copy is taken by `VACUUM INTO` on a connection of its own. That is one long read: the writer never waits for it,
//! where copying pages on the writer's connection would take turns with commits, and copying them in steps beside it
//! would begin anew after each. The copy holds no free pages. Its price is that the WAL cannot begin anew meanwhile.
//!
//! A copy that is put to use is older than the platforms. So it says of itself that it is one ([`model::Restored`]), and
//! whoever opens it next knows, however it came to its place.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use model::{Moment, Restored};
use rusqlite::Connection;

use super::open::{self, Found};
use super::{migrations, restored};
use crate::{Error, Result};

/// What is known of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Its size.
    pub bytes: u64,
    /// Its schema version.
    pub schema: i64,
    /// How many people it knows.
    pub people: u64,
    /// When it was taken; `None` where it does not say so itself.
    pub taken_at: Option<Moment>,
}

/// The name under which a copy is made until it is whole.
pub fn unfinished(file: &Path) -> PathBuf {
    beside(file, ".unfinished")
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Takes a copy of a database that may be in use. The copy appears under its name once it is whole, checked and on the
/// disk; an existing file is not overwritten.
pub fn back_up(from: &Path, to: &Path, now: Moment) -> Result<Copy> {
    refuse_existing(to)?;
    if !from.exists() {
        return Err(Error::Unfit(format!(
            "`{}` does not exist: there is nothing to back up",
            from.display()
        )));
    }
    let unfinished = unfinished(to);
    let copied = copy_out(from, &unfinished, now).and_then(|copy| {
        refuse_existing(to)?;
        fs::rename(&unfinished, to).map_err(|error| failed(to, &error))?;
        sync_folder(to)?;
        Ok(copy)
    });
    if copied.is_err() {
        drop(fs::remove_file(&unfinished));
    }
    copied
}

fn refuse_existing(file: &Path) -> Result<()> {
    match file.symlink_metadata() {
        Ok(_) => Err(Error::Unfit(format!("`{}` exists already: name another file", file.display()))),
        Err(_) => Ok(()),
    }
}

fn copy_out(from: &Path, to: &Path, now: Moment) -> Result<Copy> {
    let db = Connection::open(from)?;
    db.busy_timeout(open::BUSY)?;
    let Found::Version(schema) = open::look(&db, from)? else {
        return Err(Error::Unfit(format!("`{}` is empty: there is nothing to back up", from.display())));
    };
    drop(fs::remove_file(to));
    OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(to)
        .map_err(|error| failed(to, &error))?;
    db.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    drop(db);
    let copy = Connection::open(to)?;
    if schema >= migrations::TELLS_ITS_STEPS {
        let before = restored::read(&copy)?.unwrap_or_default();
        let mark = Restored { backup_at: now, restored_at: None, ..before };
        restored::keep(&copy, &mark)?;
    }
    drop(copy);
    sync(to)?;
    check(to)
}

/// Checks a file: it is ours, of a version that this binary knows, and whole.
pub fn check(file: &Path) -> Result<Copy> {
    let about = fs::metadata(file).map_err(|error| failed(file, &error))?;
    let db = Connection::open(file)?;
    db.busy_timeout(open::BUSY)?;
    let Found::Version(schema) = open::look(&db, file)? else {
        return Err(Error::Unfit(format!("`{}` is empty: name another file", file.display())));
    };
    let damaged =
        |said: String| Error::Unfit(format!("`{}` is damaged ({said}): name another backup", file.display()));
    let said: String = db
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| damaged(error.to_string()))?;
    if said != "ok" {
        return Err(damaged(said));
    }
    let people: i64 = db.query_row("SELECT count(*) FROM person", [], |row| row.get(0))?;
    let mark = if schema >= migrations::TELLS_ITS_STEPS { restored::read(&db)? } else { None };
    let taken_at = mark.filter(|mark| mark.restored_at.is_none()).map(|mark| mark.backup_at);
    Ok(Copy { bytes: about.len(), schema, people: people as u64, taken_at })
}

/// Before a database of an older version is brought up to date: the older binary cannot read it afterwards.
pub(super) fn before_upgrade(file: &Path, version: i64) -> Result<()> {
    let to = migrations::copy_before(file, version);
    if to.exists() {
        return Ok(());
    }
    back_up(file, &to, Moment::default()).map(drop)
}

/// Puts a copy in the place of the database, which nobody may have open. What was there is kept under `aside`.
/// `taken_at` is when the copy was taken, unless it says so itself.
pub fn put_back(copy: &Path, file: &Path, aside: &Path, taken_at: Moment) -> Result<Copy> {
    let incoming = beside(file, ".restoring");
    let done = bring_in(copy, &incoming, taken_at).and_then(|about| {
        keep_aside(file, aside)?;
        fs::rename(&incoming, file).map_err(|error| failed(file, &error))?;
        sync_folder(file)?;
        Ok(about)
    });
    for ending in ["", "-wal", "-shm"] {
        drop(fs::remove_file(beside(&incoming, ending)));
    }
    done
}

/// Copies the file beside the database, checks it, brings it up to date and sees to it that it says what it is.
fn bring_in(copy: &Path, incoming: &Path, taken_at: Moment) -> Result<Copy> {
    for ending in ["", "-wal", "-shm"] {
        drop(fs::remove_file(beside(incoming, ending)));
    }
    take(copy, incoming)?;
    let wal = beside(copy, "-wal");
    if wal.exists() {
        take(&wal, &beside(incoming, "-wal"))?;
    }
    let named = |error| match error {
        Error::Unfit(said) => {
            Error::Unfit(said.replace(&*incoming.to_string_lossy(), &copy.to_string_lossy()))
        }
        other => other,
    };
    let mut about = check(incoming).map_err(named)?;
    let mut db = Connection::open(incoming)?;
    migrations::bring_up_to_date(&mut db)?;
    let before = restored::read(&db)?.unwrap_or_default();
    let backup_at = *about.taken_at.get_or_insert(taken_at);
    restored::keep(&db, &Restored { backup_at, restored_at: None, ..before })?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    drop(db);
    sync(incoming)?;
    Ok(about)
}

fn take(from: &Path, to: &Path) -> Result<()> {
    let failed = |error| failed(from, &error);
    let mut from = File::open(from).map_err(failed)?;
    let mut copy = OpenOptions::new().create_new(true).write(true).mode(0o600).open(to).map_err(failed)?;
    std::io::copy(&mut from, &mut copy).map(drop).map_err(failed)
}

/// Gives the present database a second name; the first is then taken by the copy at once, so that there is no moment
/// without a database. What still stood in its WAL is moved into it before, if it can be read at all.
fn keep_aside(file: &Path, aside: &Path) -> Result<()> {
    if !file.exists() {
        return Ok(());
    }
    refuse_existing(aside)?;
    if let Ok(db) = Connection::open(file) {
        drop(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
    }
    fs::hard_link(file, aside).map_err(|error| failed(aside, &error))?;
    for ending in ["-wal", "-shm"] {
        let from = beside(file, ending);
        if from.exists() {
            fs::rename(&from, beside(aside, ending)).map_err(|error| failed(&from, &error))?;
        }
    }
    Ok(())
}

/// Puts a database away under another name, so that nobody takes it for the present one.
pub fn put_away(file: &Path, aside: &Path) -> Result<()> {
    keep_aside(file, aside)?;
    fs::remove_file(file).map_err(|error| failed(file, &error))?;
    sync_folder(file)
}

fn sync(file: &Path) -> Result<()> {
    File::open(file).and_then(|file| file.sync_all()).map_err(|error| failed(file, &error))
}

fn sync_folder(file: &Path) -> Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync(folder.unwrap_or(Path::new(".")))
}

fn failed(file: &Path, error: &std::io::Error) -> Error {
    Error::Unfit(format!("`{}` cannot be written or read: {error}", file.display()))
}
