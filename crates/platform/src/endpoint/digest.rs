//! HTTP Digest (RFC 7616, and RFC 2069 where a challenge has no `qop`): the platform challenges, and the call is made once
//! more with an answer to it. The challenge is kept, so that later calls answer it at once.

use std::sync::{Mutex, PoisonError};

use md5::Digest as _;
use sha2::Digest as _;

use super::hmac::hex;

/// The last challenge of a host, and how often it was answered.
#[derive(Default)]
pub(super) struct Last(Mutex<Option<(Challenge, u32)>>);

/// What a platform asks of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Option<String>,
    /// Whether the answer has a counter and a number of its own.
    auth: bool,
    sha256: bool,
    session: bool,
}

/// Whom a call is made for, and which call it is.
pub(super) struct Asked<'a> {
    pub user: &'a str,
    pub password: &'a str,
    pub method: &'a str,
    /// Path and query.
    pub uri: &'a str,
    /// What makes the client's own number unguessable and new.
    pub salt: &'a str,
}

impl Last {
    /// Takes note of a challenge.
    pub fn note(&self, challenge: Challenge) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((challenge, 0));
    }

    /// The `Authorization` of a call; nothing before the first challenge.
    pub fn answer(&self, asked: &Asked<'_>) -> Option<String> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (challenge, count) = last.as_mut()?;
        *count = count.wrapping_add(1);
        let own = format!("{}:{}:{count}:{}", asked.salt, asked.password, challenge.nonce);
        let own = hex(&sha2::Sha256::digest(own)[..8]);
        Some(challenge.answer(asked, *count, &own))
    }
}

impl Challenge {
    /// Reads a `WWW-Authenticate`; nothing where it asks for another scheme, or for a way of this one that nobody speaks.
    pub fn read(header: &str) -> Option<Challenge> {
        let rest = header.trim_start();
        let (scheme, rest) = rest.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let mut challenge = Challenge::default();
        let mut qop = None;
        for (name, value) in pairs(rest) {
            match name.to_ascii_lowercase().as_str() {
                "realm" => challenge.realm = value,
                "nonce" => challenge.nonce = value,
                "opaque" => challenge.opaque = Some(value),
                "algorithm" => challenge.algorithm = Some(value),
                "qop" => qop = Some(value),
                _ => {}
            }
        }
        let algorithm = challenge.algorithm.as_deref().unwrap_or("MD5").to_ascii_uppercase();
        challenge.session = algorithm.ends_with("-SESS");
        challenge.sha256 = match algorithm.trim_end_matches("-SESS") {
            "MD5" => false,
            "SHA-256" => true,
            _ => return None,
        };
        if let Some(qop) = qop {
            challenge.auth = true;
            qop.split(',').find(|word| word.trim().eq_ignore_ascii_case("auth"))?;
        }
        (!challenge.nonce.is_empty()).then_some(challenge)
    }

    fn hash(&self, text: &str) -> String {
        if self.sha256 { hex(&sha2::Sha256::digest(text)) } else { hex(&md5::Md5::digest(text)) }
    }

    fn answer(&self, asked: &Asked<'_>, count: u32, own: &str) -> String {
        let Challenge { realm, nonce, .. } = self;
        let (user, uri) = (asked.user, asked.uri);
        let mut secret = self.hash(&format!("{user}:{realm}:{}", asked.password));
        if self.session {
            secret = self.hash(&format!("{secret}:{nonce}:{own}"));
        }
        let call = self.hash(&format!("{}:{uri}", asked.method));
        let response = if self.auth {
            self.hash(&format!("{secret}:{nonce}:{count:08x}:{own}:auth:{call}"))
        } else {
            self.hash(&format!("{secret}:{nonce}:{call}"))
        };
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut answer = format!(
            "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{response}\"",
            quoted(user),
            quoted(realm),
            quoted(nonce),
            quoted(uri)
        );
        if let Some(algorithm) = &self.algorithm {
            answer.extend([", algorithm=", algorithm]);
        }
        if let Some(opaque) = &self.opaque {
            answer.extend([", opaque=\"", &quoted(opaque), "\""]);
        }
        if self.auth || self.session {
            let count = format!("{count:08x}");
            answer.extend([", qop=auth, nc=", &count, ", cnonce=\"", own, "\""]);
        }
        answer
    }
}

/// Names and values with commas between; a value may be quoted.
fn pairs(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([',', ' ', '\t']).to_owned();
        let after = after.trim_start();
        let (value, left) = match after.strip_prefix('"') {
            None => {
                let (value, left) = after.split_once(',').unwrap_or((after, ""));
                (value.trim().to_owned(), left)
            }
            Some(quoted) => unquoted(quoted),
        };
        found.push((name, value));
        rest = left;
    }
    found
}

fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return (value, &text[at + 1..]),
            c => {
                value.push(c);
                escaped = false;
            }
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7616, section 3.9.1.
    fn mufasa(algorithm: &str) -> String {
        let challenge = format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        );
        let asked = Asked {
            user: "Mufasa",
            password: "Circle of Life",
            method: "GET",
            uri: "/dir/index.html",
            salt: "",
        };
        let own = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        Challenge::read(&challenge).unwrap().answer(&asked, 1, own)
    }

    #[test]
    fn a_challenge_is_answered_as_the_standards_examples_are() {
        assert!(mufasa("MD5").contains("response=\"8ca523f5e9506fed4657c9700eebdbec\""), "{}", mufasa("MD5"));
        let sha256 = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";
        assert!(mufasa("SHA-256").contains(sha256), "{}", mufasa("SHA-256"));
    }

    #[test]
    fn what_nobody_speaks_is_no_challenge() {
        for header in [
            "Basic realm=\"x\"",
            "Digest",
            "Digest nonce=\"x\", qop=\"auth-int\"",
            "Digest nonce=x, algorithm=SHA-9",
            "Digest realm=\"x",
        ] {
            assert_eq!(Challenge::read(header), None, "{header}");
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic() {
        for header in ["Digest =", "Digest a=\"\\", "Digest nonce=\"é\\\"\",,,=,\"", "digest nonce=,,=="] {
            let _ = Challenge::read(header);
        }
    }
}
