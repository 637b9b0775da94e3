//! Who makes a SOAP call, with what the profile wants beside the password: a number used once, the time, and a digest of both with
//! the password (OASIS WS-Security UsernameToken Profile 1.0, §3.1).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use xml::Charset;

use super::prepare::{Result, plain};
use crate::body::{SoapPassword, SoapUser};
use crate::description::UsernameToken;
use crate::expression::Scope;
use crate::given::Given;
use crate::template::interpolate;

/// The user of one call; `number` is of this call alone. The nonce need not be secret, only never the same twice: it is made of
/// the number, the time and the transfer, so that one call said again tomorrow is another.
pub(super) fn made(
    token: &UsernameToken,
    scope: &Arc<Scope>,
    given: &Given,
    number: u64,
) -> Result<SoapUser> {
    let (name, _) = interpolate(&token.user, scope, str::to_owned)?;
    let (password, _) = interpolate(&token.password, scope, str::to_owned)?;
    let created = given.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let seed = format!("{number} {} {}", given.now.as_nanosecond(), given.tracking);
    let nonce = &Sha256::digest(seed.as_bytes())[..16];
    let password = if token.digest {
        SoapPassword::Digest(digest(nonce, &created, &password))
    } else {
        SoapPassword::Text(SecretString::from(password))
    };
    let nonce = token.nonce.then(|| (STANDARD.encode(nonce), created));
    Ok(SoapUser { name, password, nonce, must_understand: token.must_understand })
}

fn digest(nonce: &[u8], created: &str, password: &str) -> String {
    let digest = Sha1::new().chain_update(nonce).chain_update(created).chain_update(password);
    STANDARD.encode(digest.finalize())
}

impl SoapUser {
    /// Itself, if it can be written in an encoding; no letter of a password is told.
    pub(super) fn fitting(self, charset: Charset) -> Result<SoapUser> {
        let password = match &self.password {
            SoapPassword::Text(password) => password.expose_secret(),
            SoapPassword::Digest(_) => "",
        };
        if charset.lacks(&self.name).or(charset.lacks(password)).is_some() {
            return Err(plain(format!("user or password has a character that {} has not", charset.name())));
        }
        Ok(self)
    }

    /// The digest, if there is one.
    pub(super) fn digest(self) -> Option<String> {
        match self.password {
            SoapPassword::Text(_) => None,
            SoapPassword::Digest(digest) => Some(digest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn a_digest_is_made_of_nonce_time_and_password() {
        let nonce = b"0123456789abcdef";
        // python3: base64(sha1(b'0123456789abcdef' + b'2008-11-22T10:00:00Z' + b'pass'))
        assert_eq!(digest(nonce, "2008-11-22T10:00:00Z", "pass"), "4u/3MO5X3vFpyhbUBRs9aagBAjU=");
    }
}
