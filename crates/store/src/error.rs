//! What can go wrong in a store, by what helps.

/// Why the store could not do it. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused: the disk is full, the file is locked or damaged. Trying again may help.
    #[error("the database did not take it: {0}")]
    Database(#[from] rusqlite::Error),
    /// A row holds what this version cannot read.
    #[error("a stored document cannot be read: {0}")]
    Document(#[from] serde_json::Error),
    /// The file was written by a newer version, or the SQLite library is too old.
    #[error("{0}")]
    Unfit(String),
    /// The store is closing.
    #[error("the store is closed")]
    Closed,
}
