//! The tables of ways to sign in.

use super::tables::{later, may, must};
use super::{Is, Shape};

pub(super) static AUTH: Shape = Shape {
    name: "a way to sign in",
    keys: &[
        may("headers", Is::Values, "headers that carry credentials"),
        may("query", Is::Values, "query parameters that carry credentials"),
        may("basic", Is::Object(&BASIC), "HTTP Basic"),
        may("oauth2", Is::Object(&OAUTH2), "a token by OAuth 2"),
        may("login", Is::Object(&LOGIN), "a token by a call of the platform's own"),
        may("sign", Is::Object(&SIGN), "a signature over the request"),
        may("ws_security", Is::Object(&WS_SECURITY), "a UsernameToken in the SOAP header"),
        may("digest", Is::Object(&DIGEST), "HTTP Digest, as the platform's challenge asks for it"),
        may("when", Is::Expression, "for a host with several ways: this one is taken where it is true"),
    ],
};

static BASIC: Shape = Shape {
    name: "HTTP Basic",
    keys: &[
        must("user", Is::Expression, "the user's name"),
        must("password", Is::Expression, "the password"),
    ],
};

static WS_SECURITY: Shape = Shape {
    name: "WS-Security",
    keys: &[
        must("user", Is::Expression, "the user's name"),
        must("password", Is::Expression, "the password"),
        may(
            "password_as",
            Is::OneOf(&["text", "digest"]),
            "the password itself unless said, or a digest of it with nonce and time",
        ),
        may("nonce", Is::Boolean, "a password in text comes with nonce and time, too"),
        may("must_understand", Is::Boolean, "whether the header says `mustUnderstand`; yes unless said"),
    ],
};

static DIGEST: Shape = Shape {
    name: "HTTP Digest",
    keys: &[
        must("user", Is::Expression, "the user's name"),
        must("password", Is::Expression, "the password"),
    ],
};

static OAUTH2: Shape = Shape {
    name: "OAuth 2",
    keys: &[
        must(
            "grant",
            Is::OneOf(&["client_credentials", "password", "refresh_token"]),
            "how the token is asked for",
        ),
        may("grant_type", Is::Text, "the platform's own word for the grant"),
        must("url", Is::Expression, "the token's address"),
        may("method", Is::OneOf(&["GET", "POST"]), "the verb; POST unless said"),
        may("client_id", Is::Expression, "the client's name; needless for a password"),
        may("client_secret", Is::Expression, "the client's secret; needless for a password"),
        may("user", Is::Expression, "the user's name, for a password"),
        may("password", Is::Expression, "the user's password, for a password"),
        may(
            "refresh",
            Is::Expression,
            "the first refresh token, a secret setting; each token after it is kept, sealed",
        ),
        may("credentials", Is::OneOf(&["basic", "body", "query"]), "where they go; `body` unless said"),
        may("parameters", Is::Values, "further parameters, such as `scope`"),
        may("place", Is::Object(&PLACE), "where the token goes; `Authorization: Bearer` unless said"),
        may("per", Is::OneOf(&["credentials", "club"]), "who shares a token; `credentials` unless said"),
        may(
            "renew_before_s",
            Is::Integer(0, 3600),
            "how long before its end a token is renewed; 60 unless said",
        ),
        may("lasts_s", Is::Integer(1, 31_536_000), "how long a token lasts if the answer does not say"),
    ],
};

static LOGIN: Shape = Shape {
    name: "a login",
    keys: &[
        must("url", Is::Expression, "the address"),
        may("method", Is::OneOf(&["GET", "POST"]), "the verb; POST unless said"),
        may("headers", Is::Values, "headers of this call alone"),
        may("json", Is::Value, "a JSON body"),
        may("form", Is::Values, "a form body"),
        must("token", Is::Alternatives, "the token; an answer without one is a refusal"),
        may("ends", Is::Alternatives, "the instant at which it ends"),
        may("place", Is::Object(&PLACE), "where the token goes; `Authorization: Bearer` unless said"),
        may("per", Is::OneOf(&["credentials", "club"]), "who shares a token; `credentials` unless said"),
        may(
            "renew_before_s",
            Is::Integer(0, 3600),
            "how long before its end a token is renewed; 60 unless said",
        ),
        may("lasts_s", Is::Integer(1, 31_536_000), "how long a token lasts if the answer does not say"),
        later("steps", "several calls that hand on values"),
    ],
};

static PLACE: Shape = Shape {
    name: "the token's place",
    keys: &[
        must("header", Is::Text, "the header"),
        must("value", Is::Text, "its value, with `{{ token }}` inside"),
    ],
};

static SIGN: Shape = Shape {
    name: "a signature",
    keys: &[
        may("standard_webhooks", Is::Object(&STANDARD_WEBHOOKS), "the Standard Webhooks scheme"),
        may("hmac", Is::Object(&HMAC), "an HMAC over declared parts"),
    ],
};

static HMAC: Shape = Shape {
    name: "an HMAC",
    keys: &[
        must("secret", Is::Expression, "the signing secret"),
        may(
            "secret_is",
            Is::OneOf(&["text", "hex", "base64"]),
            "how the secret is written; `text` unless said",
        ),
        may("hash", Is::OneOf(&["sha256", "sha512"]), "the hash; `sha256` unless said"),
        must(
            "parts",
            Is::List(&Is::Expression),
            "what is signed, one part after the other: `signed.…` and text",
        ),
        may("as", Is::OneOf(&["hex", "base64"]), "how the signature is written; `hex` unless said"),
        must("headers", Is::Values, "where it goes, with `signature` and `signed.timestamp`"),
        may(
            "timestamp",
            Is::OneOf(&["unix", "unix_ms", "rfc3339"]),
            "how `signed.timestamp` is written; `unix` unless said",
        ),
    ],
};

static STANDARD_WEBHOOKS: Shape = Shape {
    name: "the signature",
    keys: &[must("secret", Is::Expression, "the signing secret, `whsec_` and base64")],
};
