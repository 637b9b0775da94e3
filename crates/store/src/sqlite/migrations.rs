//! Migrations: the schema as numbered steps, each one file. A step that was released is never edited: its checksum
//! stands in every database that it made, and one that differs is refused.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior, params};
use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// The steps in order; the first makes version 1.
pub(super) const STEPS: [&str; 6] = [
    include_str!("sql/schema-1.sql"),
    include_str!("sql/schema-2.sql"),
    include_str!("sql/schema-3.sql"),
    include_str!("sql/schema-4.sql"),
    include_str!("sql/schema-5.sql"),
    include_str!("sql/schema-6.sql"),
];
/// The schema version that this binary writes.
pub(super) const VERSION: i64 = STEPS.len() as i64;
/// The first version that knows what made it, and whether it was put back from a backup.
pub(super) const TELLS_ITS_STEPS: i64 = 3;

/// Makes every step that is missing, all in one commit.
pub(super) fn bring_up_to_date(db: &mut Connection) -> Result<()> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found < VERSION {
        for step in STEPS.iter().skip(found as usize) {
            transaction.execute_batch(step)?;
        }
        for (version, step) in (1..).zip(STEPS) {
            let keep = "INSERT OR IGNORE INTO migration (version, sha256) VALUES (?1, ?2)";
            transaction.execute(keep, params![version, checksum(step)])?;
        }
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    Ok(transaction.commit()?)
}

/// Refuses a database that other steps made than those of this binary.
pub(super) fn check_steps(db: &Connection, file: &Path) -> Result<()> {
    if version(db)? < TELLS_ITS_STEPS {
        return Ok(());
    }
    let mut statement = db.prepare("SELECT version, sha256 FROM migration ORDER BY version")?;
    let made: Vec<(i64, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    for (version, sha256) in made {
        let ours = STEPS.get(version as usize - 1).map(|step| checksum(step));
        if ours.as_ref() != Some(&sha256) {
            return Err(Error::Unfit(format!(
                "step {version} of the schema of `{}` is not that of this Connector: start the build that made it, or \
                 restore a backup",
                file.display()
            )));
        }
    }
    Ok(())
}

pub(super) fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Where the copy lies that is made before a database of an older version is brought up to date.
pub(super) fn copy_before(file: &Path, version: i64) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".schema-{version}"));
    name.into()
}

pub(super) fn checksum(step: &str) -> String {
    Sha256::digest(step).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
