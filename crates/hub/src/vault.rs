//! The vault: secrets sealed at rest with XChaCha20-Poly1305 under one master key, and keys derived from it.
//!
//! A sealed secret is bound to where it stands (connection and setting), so that it cannot be copied to another place.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

const NONCE_BYTES: usize = 24;

/// Why a secret could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Another master key, or the text was changed or moved.
    #[error("a secret cannot be opened: is this the master key that sealed it?")]
    Locked,
    /// The operating system gives no randomness.
    #[error("the operating system gives no random numbers")]
    NoRandomness,
    /// The key is not 32 bytes in base64.
    #[error("the master key must be 32 bytes in base64")]
    NotAKey,
}

/// The holder of the master key.
pub struct Vault {
    key: [u8; 32],
}

impl Vault {
    /// A vault under this master key.
    pub const fn new(key: [u8; 32]) -> Self {
        Vault { key }
    }

    /// A vault under a key written in base64, as it stands in a file or the environment.
    pub fn from_base64(text: &str) -> Result<Self, VaultError> {
        let bytes =
            STANDARD_NO_PAD.decode(text.trim().trim_end_matches('=')).map_err(|_| VaultError::NotAKey)?;
        bytes.try_into().map(Vault::new).map_err(|_| VaultError::NotAKey)
    }

    /// A new random master key, in base64.
    pub fn new_key() -> Result<String, VaultError> {
        let mut key = [0u8; 32];
        getrandom::fill(&mut key).map_err(|_| VaultError::NoRandomness)?;
        Ok(STANDARD_NO_PAD.encode(key))
    }

    /// Seals a secret for one place.
    pub fn seal(&self, secret: &SecretString, place: &str) -> Result<String, VaultError> {
        let mut nonce = [0u8; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::NoRandomness)?;
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: place.as_bytes() };
        let sealed =
            self.cipher().encrypt(XNonce::from_slice(&nonce), payload).map_err(|_| VaultError::Locked)?;
        Ok(STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// Opens a secret that was sealed for this place.
    pub fn open(&self, sealed: &str, place: &str) -> Result<SecretString, VaultError> {
        let bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| VaultError::Locked)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or(VaultError::Locked)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        let open =
            self.cipher().decrypt(XNonce::from_slice(nonce), payload).map_err(|_| VaultError::Locked)?;
        String::from_utf8(open).map(SecretString::from).map_err(|_| VaultError::Locked)
    }

    /// An unguessable key for a purpose, the same whenever it is asked for.
    pub fn derive(&self, purpose: &str) -> String {
        let inner = Sha256::new().chain_update(self.key).chain_update([0]).chain_update(purpose).finalize();
        let outer = Sha256::new().chain_update(self.key).chain_update([1]).chain_update(inner).finalize();
        URL_SAFE_NO_PAD.encode(&outer[..24])
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.key).into())
    }
}

/// The hash under which a caller's token is kept. Tokens carry 192 random bits, so a plain hash is enough.
pub fn token_hash(token: &str) -> String {
    Sha256::digest(token).iter().fold(String::with_capacity(64), |mut hex, byte| {
        use std::fmt::Write;
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A new random token.
pub fn new_token() -> Result<String, VaultError> {
    let mut bytes = [0u8; 24];
    getrandom::fill(&mut bytes).map_err(|_| VaultError::NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_only_in_its_place_and_under_its_key() {
        let vault = Vault::new([7; 32]);
        let sealed = vault.seal(&"s3cret".to_owned().into(), "1/password").unwrap();
        assert!(!sealed.contains("s3cret"));
        assert_eq!(vault.open(&sealed, "1/password").unwrap().expose_secret(), "s3cret");
        assert!(vault.open(&sealed, "2/password").is_err());
        assert!(Vault::new([8; 32]).open(&sealed, "1/password").is_err());
        assert!(vault.open("AAAA", "1/password").is_err());
    }

    #[test]
    fn the_same_secret_is_never_sealed_to_the_same_text() {
        let vault = Vault::new([7; 32]);
        let seal = || vault.seal(&"x".to_owned().into(), "p").unwrap();
        assert_ne!(seal(), seal());
    }
}
