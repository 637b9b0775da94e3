//! The guarded client against real sockets that misbehave on purpose.

mod failing;
mod guarding;
mod redirecting;
mod server;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderMap, Method};

use super::{Egress, GuardedClient, Net, NetError, Request, Resolve, Response};

/// A resolver that answers every name with the same addresses.
struct Everything(Vec<&'static str>);

#[async_trait]
impl Resolve for Everything {
    async fn resolve(&self, _host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        Ok(self.0.iter().map(|ip| SocketAddr::new(ip.parse().expect("an address"), port)).collect())
    }
}

/// A client in whose world every name is at `addresses`.
fn client(addresses: &[&'static str]) -> GuardedClient {
    GuardedClient::with_resolver(Arc::new(Everything(addresses.to_vec()))).expect("ring offers the protocols")
}

/// A call to a private system that is allowed to be where it says.
fn call(url: &str) -> Request {
    let url: url::Url = url.parse().expect("an address");
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port_or_known_default().unwrap_or_default();
    Request {
        method: Method::GET,
        url,
        headers: HeaderMap::new(),
        body: bytes::Bytes::new(),
        deadline: Duration::from_secs(5),
        max_response_bytes: 1000,
        allow: Egress { hosts: vec![(host, port)], private: true },
        fresh: false,
        follow_redirects: 0,
    }
}

fn post(url: &str, body: &'static str) -> Request {
    Request { method: Method::POST, body: body.into(), fresh: true, ..call(url) }
}

async fn send(request: Request) -> Result<Response, NetError> {
    client(&["127.0.0.1"]).send(request).await
}
