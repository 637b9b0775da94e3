//! The keys of ways to sign in.

use super::super::{Is, Shape};
use super::{later, may, must};

pub(super) static AUTH: Shape = Shape {
    name: "a way to sign in",
    keys: &[
        may("headers", Is::Values, "headers that carry credentials"),
        may("query", Is::Values, "query parameters that carry credentials"),
        may("basic", Is::Object(&BASIC), "HTTP Basic"),
        may("oauth2", Is::Object(&OAUTH2), "a token by client credentials"),
        may("login", Is::Object(&LOGIN), "a token by a call of the platform's own"),
        may("sign", Is::Object(&SIGN), "a signature over the request"),
        may("ws_security", Is::Object(&WS_SECURITY), "a UsernameToken in the SOAP header"),
        later("digest", "HTTP Digest"),
        later("when", "alternative ways chosen by a setting"),
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

static OAUTH2: Shape = Shape {
    name: "OAuth 2",
    keys: &[
        must("grant", Is::OneOf(&["client_credentials"]), "how the token is asked for"),
        must("url", Is::Expression, "the token's address"),
        may("method", Is::OneOf(&["GET", "POST"]), "the verb; POST unless said"),
        must("client_id", Is::Expression, "the client's name"),
        must("client_secret", Is::Expression, "the client's secret"),
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
        later("refresh", "refresh tokens that rotate"),
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
        later("hmac", "an HMAC over declared parts"),
    ],
};

static STANDARD_WEBHOOKS: Shape = Shape {
    name: "the signature",
    keys: &[must("secret", Is::Expression, "the signing secret, `whsec_` and base64")],
};
