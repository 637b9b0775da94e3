//! Connecting: name, addresses, TCP, TLS. Nothing of a request has been sent when any of it fails.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::guard::Target;
use super::{NetError, Resolve};

/// The longest that one of several addresses may keep the others waiting.
const PER_ADDRESS: Duration = Duration::from_secs(5);
/// How many addresses of one name are tried.
const ADDRESSES_MAX: usize = 6;
/// The largest head of an answer.
const HEAD_MAX_BYTES: usize = 64 * 1024;
const HEADERS_MAX: usize = 128;

/// What opens connections.
pub(super) struct Connector {
    resolver: Arc<dyn Resolve>,
    tls: TlsConnector,
}

/// One open connection, by its sending end.
pub(super) type Sender = SendRequest<Full<Bytes>>;

impl Connector {
    /// Trusts `roots`; takes names from `resolver`.
    pub(super) fn new(
        resolver: Arc<dyn Resolve>,
        roots: rustls::RootCertStore,
    ) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Connector { resolver, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Opens a connection to a host, at an address that the guard admits.
    pub(super) async fn open(&self, target: &Target) -> Result<Sender, NetError> {
        let stream = self.tcp(target).await?;
        if !target.tls {
            return handshake(stream, target).await;
        }
        let bare = target.host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(bare).map_err(|error| refused(target, &error))?;
        let stream = self.tls.connect(name, stream).await.map_err(|error| refused(target, &error))?;
        handshake(stream, target).await
    }

    async fn tcp(&self, target: &Target) -> Result<TcpStream, NetError> {
        let found = match target.literal() {
            Some(address) => vec![(address, target.port).into()],
            None => self.resolver.resolve(&target.host, target.port).await.map_err(|error| {
                NetError::Refused(format!("the name `{}` could not be resolved: {error}", target.host))
            })?,
        };
        let mut last = None;
        for address in target.admit(found)?.into_iter().take(ADDRESSES_MAX) {
            match tokio::time::timeout(PER_ADDRESS, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true).map_err(|error| refused(target, &error))?;
                    return Ok(stream);
                }
                Ok(Err(error)) => last = Some(refused(target, &error)),
                Err(_) => last = Some(refused(target, &"no answer to the connection attempt")),
            }
        }
        Err(last.unwrap_or_else(|| refused(target, &"no address")))
    }
}

async fn handshake<S>(stream: S, target: &Target) -> Result<Sender, NetError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_MAX_BYTES)
        .max_header_size(HEAD_MAX_BYTES)
        .max_headers(HEADERS_MAX)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| refused(target, &error))?;
    // The driver ends with its connection; what went wrong reaches the sending end.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

fn refused(target: &Target, why: &dyn std::fmt::Display) -> NetError {
    NetError::Refused(format!("`{}:{}` could not be connected to: {why}", target.host, target.port))
}
