//! What the pages ask of the rest of the Connector.
//!
//! Two traits, so that the pages can be shown over fixtures: the hub answers in the product, and
//! `examples/preview.rs` answers with people who do not exist.

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;
use jiff::{Timestamp, Zoned};
use tokio::sync::watch::Receiver;

use super::home::view::HomeView;
use super::log::query::LogQuery;
use super::log::view::{ClubHead, LinePage, Today};

/// Why a logging URL shows no log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyProblem {
    /// No club ever had this key: check the link.
    Unknown,
    /// The club's administrator replaced or withdrew it: ask for the new one.
    Revoked {
        /// When it stopped working, on the club's clock.
        when: Zoned,
    },
    /// The log cannot be read just now: waiting helps.
    Unavailable,
}

/// The Connector Logs, each found by the unguessable key in its URL.
///
/// Every method takes the key, and checks it again: a page left open shows nothing more once its
/// link is revoked.
#[async_trait]
pub trait LogSource: Send + Sync {
    /// The club whose log this key opens.
    async fn open(&self, key: &str) -> Result<ClubHead, KeyProblem>;

    /// The counts for the sentence at the top of the log.
    async fn summary(&self, key: &str) -> Result<Today, KeyProblem>;

    /// One page of lines, newest first, at most `query.limit` of them.
    async fn lines(&self, key: &str, query: &LogQuery) -> Result<LinePage, KeyProblem>;

    /// One tick whenever something in that club's log changed. Ticks may be folded together.
    fn changes(&self, key: &str) -> BoxStream<'static, ()>;

    /// Whether the store behind the logs answers, for `/health/ready`.
    async fn ready(&self) -> bool {
        true
    }
}

/// The landing page of a demonstration; a hub in earnest has none.
#[async_trait]
pub trait HomeSource: Send + Sync {
    /// The doors, the counts and the commands to try.
    async fn home(&self) -> HomeView;

    /// One tick whenever a count changed. Ticks may be folded together.
    fn changes(&self) -> BoxStream<'static, ()>;
}

/// Everything the pages are made from.
#[derive(Clone)]
pub struct Site {
    /// Where the logs come from.
    pub log: Arc<dyn LogSource>,
    /// The landing page's content, in a demonstration.
    pub home: Option<Arc<dyn HomeSource>>,
    /// What time it is, for "today" and "yesterday".
    pub now: fn() -> Timestamp,
    /// Becomes true once the hub is told to stop; whatever follows the log then ends.
    pub stop: Receiver<bool>,
}
