//! The contract suite: what every store does, run on the embedded one, on the shared one, and on the model of
//! both; and what only a file on a disk, or a server, must prove.
#![expect(clippy::unwrap_used, reason = "a failure of the store fails the test")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod budgets;
mod counts;
mod directory;
mod domain;
mod due;
mod identify;
mod lines;
mod log_filters;
mod paging;
mod receive;
mod removal;
mod restored;
mod search;
mod settle;
mod setup;
mod sign_ins;
mod waiting;

#[path = "../house/postgres.rs"]
mod postgres_server;

mod all_agree;
mod copies;
mod disk_full;
mod durability;
mod failover;
mod feeds;
mod moving;
mod nodes;
mod opening;
mod outage;
mod server_opening;
mod together;
mod upgrading;
mod wal;

/// Runs each named function once per store.
macro_rules! on_every_store {
    ($($name:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test] async fn $name() { super::$name(&store::Memory::new()).await; })*
        }
        mod sqlite {
            $(#[tokio::test] async fn $name() {
                let folder = tempfile::tempdir().expect("a folder");
                super::$name(&$crate::domain::open(folder.path())).await;
            })*
        }
        mod postgres {
            $(#[tokio::test] async fn $name() {
                let Some(database) = $crate::postgres_server::database() else { return };
                super::$name(&$crate::domain::shared(&database).await).await;
            })*
        }
    };
}
use on_every_store;
