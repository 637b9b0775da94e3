//! Signs a request as a Standard Webhook: `id.timestamp.body`, HMAC-SHA256, base64 (standardwebhooks.com).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use http::{HeaderMap, HeaderValue};
use sha2::Sha256;

use crate::expression::{FieldSet, Scope};
use crate::given::Given;
use crate::template::{Piece, RequestProblem, interpolate};

/// Adds the three headers of the scheme. The message's id is the transfer's tracking UUID.
pub(super) fn standard_webhooks(
    secret: &[Piece],
    scope: &Arc<Scope>,
    given: &Given,
    body: &[u8],
    headers: &mut HeaderMap,
) -> Result<(), RequestProblem> {
    let (secret, _) = interpolate(secret, scope, str::to_owned)?;
    let key = STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap_or(&secret))
        .map_err(|_| wrong("the signing secret is `whsec_` and base64"))?;
    let id = if given.tracking.is_empty() { "untracked" } else { &given.tracking };
    let at = given.now.as_second().to_string();
    let mut mac =
        Hmac::<Sha256>::new_from_slice(&key).map_err(|_| wrong("the signing secret has no length"))?;
    for part in [id.as_bytes(), b".", at.as_bytes(), b".", body] {
        mac.update(part);
    }
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    for (name, text) in [("webhook-id", id), ("webhook-timestamp", &at), ("webhook-signature", &signature)] {
        let value = HeaderValue::from_str(text).map_err(|_| wrong("the tracking UUID cannot be a header"))?;
        headers.insert(name, value);
    }
    Ok(())
}

fn wrong(said: &str) -> RequestProblem {
    RequestProblem::with(FieldSet::default(), said.to_owned())
}
