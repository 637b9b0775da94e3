//! Credentials: the token of a call.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};

/// The token of a call: `Authorization: Bearer <token>`, or HTTP Basic with the token as password and any user name.
pub fn token(headers: &HeaderMap) -> Option<String> {
    let (scheme, credentials) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let credentials = credentials.trim();
    let token = if scheme.eq_ignore_ascii_case("bearer") {
        credentials.to_owned()
    } else if scheme.eq_ignore_ascii_case("basic") {
        let pair = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
        pair.split_once(':')?.1.to_owned()
    } else {
        return None;
    };
    Some(token).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(authorization: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
        token(&headers)
    }

    #[test]
    fn a_token_comes_as_bearer_or_as_basic_password() {
        assert_eq!(from("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(from("bearer  abc").as_deref(), Some("abc"));
        assert_eq!(from(&format!("Basic {}", STANDARD.encode("INTOUCH:a:b"))).as_deref(), Some("a:b"));
        assert_eq!(from(&format!("basic {}", STANDARD.encode(":abc"))).as_deref(), Some("abc"));
    }

    #[test]
    fn anything_else_is_no_token() {
        for bad in ["", "abc", "Bearer ", "Digest abc", "Basic !!!", "Basic YWJj"] {
            assert_eq!(from(bad), None, "{bad}");
        }
        assert_eq!(token(&HeaderMap::new()), None);
    }
}
