//! Platforms without a network: one that answers everything alike, one that never answers; and a call carried out.

use std::sync::Arc;

use async_trait::async_trait;
use model::Operation;
use platform::net::{NetError, Request, Response};
use platform::{Answer, Description, Endpoint, Given, Net, Settings, Tokens};

/// Answers every request with this.
pub struct Same(pub Response);

#[async_trait]
impl Net for Same {
    async fn send(&self, _: Request) -> Result<Response, NetError> {
        Ok(self.0.clone())
    }
}

/// Answers nothing.
pub struct Silent;

#[async_trait]
impl Net for Silent {
    async fn send(&self, _: Request) -> Result<Response, NetError> {
        Err(NetError::Refused("nobody is there".to_owned()))
    }
}

/// An answer with a content type.
pub fn response(status: u16, kind: &'static str, body: &[u8]) -> Response {
    let kind = (http::header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
    Response { status, headers: [kind].into_iter().collect(), body: bytes::Bytes::copy_from_slice(body) }
}

/// An endpoint without settings.
pub fn endpoint(description: &Arc<Description>, net: Arc<dyn Net>) -> Endpoint {
    let tokens = Arc::new(Tokens::new());
    Endpoint::bind(Arc::clone(description), Settings::default(), net, tokens)
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// Carries out one call.
pub fn call(endpoint: &Endpoint, operation: Operation, given: &Given) -> Answer {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime starts");
    }
    RUNTIME.with(|runtime| runtime.block_on(endpoint.call(operation, given)))
}
