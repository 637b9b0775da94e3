//! What can go wrong in a store, by what helps.

/// What a database's own library said.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the store could not do it. Nothing was changed, unless it says that this is unknown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or did not answer: the disk is full, a file is locked or damaged, a server is away. Trying
    /// again may help; where the end of a commit is unknown, decide again by what is read.
    #[error("the database did not take it: {0}")]
    Database(#[source] Cause),
    /// A row holds what this version cannot read.
    #[error("a stored document cannot be read: {0}")]
    Document(#[from] serde_json::Error),
    /// The database was written by a newer version, is not ours, or is too old or wrongly set up.
    #[error("{0}")]
    Unfit(String),
    /// Another node leads the lane by now.
    #[error("another node leads this lane by now")]
    Fenced,
    /// The store is closing.
    #[error("the store is closed")]
    Closed,
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Error::Database(Box::new(error))
    }
}
