//! Who calls: a UsernameToken in the SOAP header, its password as text or as a digest that is used once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Node;
use sha1::{Digest as _, Sha1};

use crate::room::Room;
use crate::soap::{child, content, text};

pub(super) const WSSE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
/// How old, or how far ahead, the time of a token may be.
const FRESH_MS: i64 = 300_000;

/// Whether the header names the user with the right password.
pub(super) fn is_let_in(room: &mut Room, header: &[Node<'_, '_>]) -> bool {
    let security = header.iter().find(|entry| entry.has_tag_name((WSSE, "Security")));
    let Some(token) = security.and_then(|security| child(*security, "UsernameToken")) else { return false };
    let credentials = &room.config.credentials;
    let Some(password) = child(token, "Password") else { return false };
    if text(token, "Username") != credentials.user {
        return false;
    }
    if !password.attribute("Type").is_some_and(|kind| kind.ends_with("#PasswordDigest")) {
        return content(password) == credentials.secret;
    }
    let (nonce, created) = (text(token, "Nonce"), text(token, "Created"));
    let at_ms = created.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_millisecond);
    let fresh = (at_ms - room.now_ms.cast_signed()).abs() <= FRESH_MS;
    let Ok(bytes) = STANDARD.decode(nonce) else { return false };
    let sha1 = Sha1::new().chain_update(bytes).chain_update(created).chain_update(&credentials.secret);
    let right = content(password) == STANDARD.encode(sha1.finalize());
    let until_ms = room.now_ms + FRESH_MS.unsigned_abs();
    fresh && right && room.tokens.insert(nonce.to_owned(), until_ms).is_none()
}
