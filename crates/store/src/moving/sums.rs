//! What two sides are compared by: how many rows each table has, and a sum over them.
//!
//! Each row is hashed alone and the hashes are added, so that the order in which they are read does not matter: the two
//! databases do not sort all text alike.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::tables::Cell;

/// The rows of a table, counted and added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) rows: u64,
    hash: u128,
}

impl Sum {
    /// Adds a row as it stands, or shall stand, in the database.
    pub(crate) fn add(&mut self, row: &[Cell]) {
        let mut hash = Sha256::new();
        for cell in row {
            match cell {
                Cell::Number(None) | Cell::Text(None) => hash.update([0]),
                Cell::Number(Some(number)) => hash.update(number.to_be_bytes()),
                Cell::Flag(flag) => hash.update([u8::from(*flag)]),
                Cell::Text(Some(text)) => {
                    hash.update((text.len() as u64).to_be_bytes());
                    hash.update(text);
                }
                Cell::Uuid(uuid) => hash.update(uuid),
            }
        }
        let number = hash.finalize().iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte));
        self.hash = self.hash.wrapping_add(number);
        self.rows += 1;
    }
}

/// The sums of all tables, by name.
pub(crate) type Sums = BTreeMap<&'static str, Sum>;

/// What content this is, as a text.
pub(crate) fn identity(sums: &Sums) -> String {
    let mut hash = Sha256::new();
    for (name, sum) in sums {
        hash.update(name);
        hash.update(sum.rows.to_be_bytes());
        hash.update(sum.hash.to_be_bytes());
    }
    format!("{:x}", hash.finalize())
}
