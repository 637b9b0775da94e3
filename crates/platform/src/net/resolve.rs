//! Names into addresses: the system's resolver, or a test's.

use std::net::SocketAddr;

use async_trait::async_trait;

/// Finds the addresses of a name. What it finds is judged before anything is connected.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// All addresses of `host`, each with `port`, best first.
    async fn resolve(&self, host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>>;
}

/// The resolver of the operating system.
pub(super) struct System;

#[async_trait]
impl Resolve for System {
    async fn resolve(&self, host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}
