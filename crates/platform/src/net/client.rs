//! The guarded client: deadline, pool, redirects.
//!
//! It stands on hyper's connection and not on a ready-made client, for three reasons. The guard needs one place that
//! resolves, checks and connects, with a different allow-list per call; ready-made clients skip a custom resolver for
//! IP literals. What a failure means for a record hangs on whether a byte was sent, and only the connection knows:
//! a request that found its kept connection closed is sent again on a new one, without a doubt. And a call costs half
//! the CPU. HTTP/1.1 alone, no proxies, no compression, no cookies.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Method;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http_body_util::Full;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::connect::Connector;
use super::exchange::{Failure, exchange};
use super::guard::Target;
use super::pool::Pool;
use super::resolve::System;
use super::{Net, NetError, Request, Resolve, Response};

/// Headers that describe the message on the wire: ours to write, never the caller's.
const OURS: [HeaderName; 4] =
    [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION];
/// All that may follow a redirect to another host: any other header may be a credential.
const HARMLESS: [HeaderName; 3] = [header::ACCEPT, header::ACCEPT_LANGUAGE, header::USER_AGENT];

/// Sends calls to platforms, and only where their connections allow.
pub struct GuardedClient {
    connector: Connector,
    pool: Pool,
}

impl GuardedClient {
    /// A client that trusts the public certificate authorities and asks the system for names.
    pub fn new() -> Result<Self, rustls::Error> {
        GuardedClient::with_resolver(Arc::new(System))
    }

    /// A client that takes its names from elsewhere.
    pub fn with_resolver(resolver: Arc<dyn Resolve>) -> Result<Self, rustls::Error> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Ok(GuardedClient { connector: Connector::new(resolver, roots)?, pool: Pool::new() })
    }

    async fn hop(
        &self,
        call: &Request,
        url: &Url,
        headers: &HeaderMap,
        until: Instant,
    ) -> Result<Response, NetError> {
        let target = Target::of(url, &call.allow)?;
        let mut message = message(call, url, headers, &target)?;
        loop {
            let (mut sender, kept) = match self.pool.take(&target, call.fresh) {
                Some(sender) => (sender, true),
                None => (self.connect(&target, call.deadline, until).await?, false),
            };
            let sent = timeout_at(until, exchange(&mut sender, message, call.max_response_bytes)).await;
            match sent {
                Ok(Ok(response)) => {
                    self.pool.put(target, sender);
                    return Ok(response);
                }
                Ok(Err(Failure::Unsent(unsent, _))) if kept => message = *unsent,
                Ok(Err(Failure::Unsent(_, why))) => return Err(NetError::Refused(why)),
                Ok(Err(Failure::Lost(why))) => return Err(NetError::Lost(why)),
                Ok(Err(Failure::TooLarge(why))) => return Err(NetError::TooLarge(why)),
                Err(_) => {
                    return Err(NetError::Lost(format!("no whole answer within {}", said(call.deadline))));
                }
            }
        }
    }

    async fn connect(
        &self,
        target: &Target,
        deadline: Duration,
        until: Instant,
    ) -> Result<super::connect::Sender, NetError> {
        timeout_at(until, self.connector.open(target)).await.unwrap_or_else(|_| {
            let (host, port) = (&target.host, target.port);
            Err(NetError::Refused(format!(
                "`{host}:{port}` could not be connected to within {}",
                said(deadline)
            )))
        })
    }
}

#[async_trait]
impl Net for GuardedClient {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let until = Instant::now() + request.deadline;
        let mut response = self.hop(&request, &request.url, &request.headers, until).await?;
        let repeatable = matches!(request.method, Method::GET | Method::HEAD);
        let (mut url, mut headers) = (request.url.clone(), None::<HeaderMap>);
        for _ in 0..request.follow_redirects {
            let Some(next) = location(&response, &url).filter(|_| repeatable) else { break };
            let carried = headers.as_ref().unwrap_or(&request.headers);
            if next.origin() != url.origin() {
                headers = Some(harmless(carried));
            }
            url = next;
            response = self.hop(&request, &url, headers.as_ref().unwrap_or(&request.headers), until).await?;
        }
        Ok(response)
    }
}

fn message(
    call: &Request,
    url: &Url,
    headers: &HeaderMap,
    target: &Target,
) -> Result<http::Request<Full<Bytes>>, NetError> {
    let unwritable =
        || NetError::Refused(format!("the address at `{}` cannot be written in a request", target.host));
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut message = http::Request::new(Full::new(call.body.clone()));
    *message.method_mut() = call.method.clone();
    *message.uri_mut() = path.parse().map_err(|_| unwritable())?;
    let mut all = headers.clone();
    for name in OURS {
        all.remove(name);
    }
    if call.body.is_empty() && matches!(call.method, Method::POST | Method::PUT | Method::PATCH) {
        // Without it, many servers wait for a body or answer 411.
        all.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    all.insert(header::HOST, HeaderValue::from_str(host).map_err(|_| unwritable())?);
    all.entry(header::USER_AGENT).or_insert(HeaderValue::from_static("Connector"));
    all.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    *message.headers_mut() = all;
    Ok(message)
}

fn location(response: &Response, from: &Url) -> Option<Url> {
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    from.join(response.headers.get(header::LOCATION)?.to_str().ok()?).ok()
}

fn harmless(headers: &HeaderMap) -> HeaderMap {
    let kept = |name: &HeaderName, value: &HeaderValue| HARMLESS.contains(name) && !value.is_sensitive();
    let kept = headers.iter().filter(|(name, value)| kept(name, value));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn said(deadline: Duration) -> String {
    if deadline < Duration::from_secs(1) {
        format!("{} ms", deadline.as_millis())
    } else {
        format!("{} s", (deadline + Duration::from_millis(500)).as_secs())
    }
}
