//! Standard Webhooks signatures: HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::config::Credentials;
use crate::http_call::Incoming;

/// A signature older or younger than this is refused.
const TOLERANCE_S: u64 = 300;

/// Signs a call; the key is what follows `whsec_` in the secret, in base64. None if it is not base64.
pub fn sign(secret: &str, id: &str, timestamp_s: u64, body: &[u8]) -> Option<String> {
    let code = mac(secret, id, &timestamp_s.to_string(), body)?.finalize().into_bytes();
    Some(format!("v1,{}", STANDARD.encode(code)))
}

fn mac(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Some(mac)
}

/// Whether a call carries a good signature of today. A token that is no `whsec_` secret means that nothing is signed.
pub(super) fn is_signed(credentials: &Credentials, now_ms: u64, call: &Incoming) -> bool {
    let Some(secret) = credentials
        .signing
        .as_deref()
        .or(Some(&credentials.secret).filter(|s| s.starts_with("whsec_")).map(String::as_str))
    else {
        return true;
    };
    let (id, timestamp) = (call.header("webhook-id"), call.header("webhook-timestamp"));
    let Ok(signed_s) = timestamp.parse::<u64>() else { return false };
    if id.is_empty() || signed_s.abs_diff(now_ms / 1000) > TOLERANCE_S {
        return false;
    }
    call.header("webhook-signature").split(' ').filter_map(|one| one.strip_prefix("v1,")).any(|given| {
        let (Ok(given), Some(mac)) = (STANDARD.decode(given), mac(secret, id, timestamp, &call.body)) else {
            return false;
        };
        mac.verify_slice(&given).is_ok()
    })
}
