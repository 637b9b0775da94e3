//! Ways to sign in.

use std::time::Duration;

use super::hmac::{self, Hmac};
use super::{Body, Draft, requests};
use crate::expression::{Expr, Place as Where};
use crate::mistakes::Mistakes;
use crate::template::{Builder, Piece, Template};
use crate::yaml::Node;

/// One way to sign in; its parts add up.
pub(crate) struct Auth {
    pub name: String,
    pub headers: Vec<(Box<str>, Template)>,
    pub query: Vec<(Box<str>, Template)>,
    pub basic: Option<(Vec<Piece>, Vec<Piece>)>,
    pub username_token: Option<UsernameToken>,
    pub token: Option<TokenBy>,
    /// User and password of HTTP Digest.
    pub digest: Option<(Vec<Piece>, Vec<Piece>)>,
    /// The signing secret of the Standard Webhooks scheme.
    pub standard_webhooks: Option<Vec<Piece>>,
    pub hmac: Option<Hmac>,
    /// Among several ways of one host, whether this one is taken.
    pub when: Option<Expr>,
}

/// A user and password in the SOAP header (OASIS WS-Security UsernameToken Profile 1.0).
pub(crate) struct UsernameToken {
    pub user: Vec<Piece>,
    pub password: Vec<Piece>,
    pub digest: bool,
    pub nonce: bool,
    pub must_understand: bool,
}

/// A token that is asked for, kept, and renewed before it ends.
pub(crate) struct TokenBy {
    pub url: Vec<Piece>,
    pub get: bool,
    pub way: Way,
    pub header: http::HeaderName,
    pub value: Vec<Piece>,
    pub per_club: bool,
    pub renew_before: Duration,
    pub lasts: Duration,
}

/// How a token is asked for.
pub(crate) enum Way {
    OAuth2(OAuth2),
    Login(Box<Login>),
}

/// A token by OAuth 2.
pub(crate) struct OAuth2 {
    pub grant: Grant,
    /// What the platform calls the grant.
    pub grant_type: Box<str>,
    pub client_id: Option<Vec<Piece>>,
    pub client_secret: Option<Vec<Piece>>,
    pub user: Option<Vec<Piece>>,
    pub password: Option<Vec<Piece>>,
    /// The first refresh token; where there is one, each answer may bring the next.
    pub refresh: Option<Vec<Piece>>,
    pub place: Place,
    pub parameters: Vec<(Box<str>, Template)>,
}

/// The platform's own call, whose answer holds the token.
pub(crate) struct Login {
    pub headers: Vec<(Box<str>, Template)>,
    pub body: Body,
    pub token: Vec<Expr>,
    pub ends: Vec<Expr>,
}

/// By what a token is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    ClientCredentials,
    Password,
    /// A refresh token, which may be another after each answer.
    Refresh,
}

impl Grant {
    fn named(name: Option<&str>) -> Grant {
        match name {
            Some("password") => Grant::Password,
            Some("refresh_token") => Grant::Refresh,
            _ => Grant::ClientCredentials,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Grant::ClientCredentials => "client_credentials",
            Grant::Password => "password",
            Grant::Refresh => "refresh_token",
        }
    }

    /// What it needs, and what belongs to others.
    const fn takes(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Grant::ClientCredentials => (&["client_id", "client_secret"], &["user", "password", "refresh"]),
            Grant::Password => (&["user", "password"], &["refresh"]),
            Grant::Refresh => (&["client_id", "refresh"], &["user", "password"]),
        }
    }
}

/// Where the client's credentials go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Basic,
    Body,
    Query,
}

pub(super) fn auths(draft: &Draft<'_>, mistakes: &mut Mistakes) -> Vec<std::sync::Arc<Auth>> {
    draft.section("auth").iter().map(|(key, node)| auth(&key.name, node, draft, mistakes).into()).collect()
}

fn auth(name: &str, node: &Node, draft: &Draft<'_>, mistakes: &mut Mistakes) -> Auth {
    let mut builder = draft.builder(Where::Settings, mistakes);
    let headers = builder.values(node.get("headers"));
    let query = builder.values(node.get("query"));
    let mut pair = |key: &str| {
        let node = node.get(key)?;
        let mut part = |key| node.get(key).map_or_else(Vec::new, |node| builder.pieces(node));
        Some((part("user"), part("password")))
    };
    let (basic, digest) = (pair("basic"), pair("digest"));
    let when = node.get("when").and_then(|when| builder.expression(when));
    let username_token = node.get("ws_security").map(|token| username_token(token, &mut builder));
    let standard_webhooks = node
        .get("sign")
        .and_then(|sign| sign.get("standard_webhooks"))
        .and_then(|scheme| scheme.get("secret"))
        .map(|secret| builder.pieces(secret));
    if let (Some(_), Some(login)) = (node.get("oauth2"), node.get("login")) {
        mistakes.add(
            login.span.start..login.span.start + 1,
            "a token comes by `oauth2` or by `login`, not by both",
        );
    }
    let token = match (node.get("oauth2"), node.get("login")) {
        (Some(oauth2), _) => {
            Some(token(oauth2, Way::OAuth2(self::oauth2(oauth2, draft, mistakes)), draft, mistakes))
        }
        (None, Some(login)) => {
            Some(token(login, Way::Login(self::login(login, draft, mistakes).into()), draft, mistakes))
        }
        (None, None) => None,
    };
    let hmac = node.get("sign").and_then(|sign| sign.get("hmac"));
    let hmac = hmac.map(|hmac| hmac::hmac(hmac, draft, mistakes));
    if let (true, Some(digest)) = (basic.is_some() || token.is_some(), node.get("digest")) {
        mistakes
            .add(
                digest.span.start..digest.span.start + 1,
                "a call is let in by one `Authorization`, not by two",
            )
            .help("leave out `basic:`, `oauth2:` or `login:`, or make two ways with `when:`");
    }
    Auth {
        name: name.to_owned(),
        headers,
        query,
        basic,
        username_token,
        token,
        digest,
        standard_webhooks,
        hmac,
        when,
    }
}

fn username_token(node: &Node, builder: &mut Builder<'_>) -> UsernameToken {
    let says = |key: &str| node.get(key).and_then(Node::boolean);
    let digest = node.text_at("password_as") == Some("digest");
    if let (true, Some(nonce)) = (digest && says("nonce") == Some(false), node.get("nonce")) {
        builder
            .vocabulary
            .mistakes
            .add(nonce.span.clone(), "a digest is made of nonce and time, and cannot be without")
            .help("leave `nonce` out, or send the password as text");
    }
    let mut part = |key: &str| node.get(key).map_or_else(Vec::new, |node| builder.pieces(node));
    UsernameToken {
        user: part("user"),
        password: part("password"),
        digest,
        nonce: digest || says("nonce").unwrap_or(false),
        must_understand: says("must_understand").unwrap_or(true),
    }
}

fn oauth2(node: &Node, draft: &Draft<'_>, mistakes: &mut Mistakes) -> OAuth2 {
    let grant = Grant::named(node.text_at("grant"));
    check_grant(node, grant, mistakes);
    let mut builder = draft.builder(Where::Settings, mistakes);
    let mut part = |key: &str| node.get(key).map(|node| builder.pieces(node));
    OAuth2 {
        grant,
        grant_type: node.text_at("grant_type").unwrap_or(grant.name()).into(),
        client_id: part("client_id"),
        client_secret: part("client_secret"),
        user: part("user"),
        password: part("password"),
        refresh: part("refresh"),
        place: match node.text_at("credentials") {
            Some("basic") => Place::Basic,
            Some("query") => Place::Query,
            _ => Place::Body,
        },
        parameters: builder.values(node.get("parameters")),
    }
}

fn check_grant(node: &Node, grant: Grant, mistakes: &mut Mistakes) {
    let (needs, not) = grant.takes();
    for key in needs.iter().filter(|key| node.get(key).is_none()) {
        let at = node.span.start..node.span.start + 1;
        mistakes.add(at, format!("OAuth 2 by `{}` lacks `{key}`", grant.name()));
    }
    for (key, found) in not.iter().filter_map(|key| Some((key, node.get(key)?))) {
        mistakes.add(found.span.clone(), format!("`{key}` says nothing to OAuth 2 by `{}`", grant.name()));
    }
    if let Some(refresh) = node.get("refresh") {
        let setting = refresh.text().and_then(|text| text.strip_prefix("=settings."));
        if !setting.is_some_and(crate::language::is_word) {
            mistakes
                .add(refresh.span.clone(), "the first refresh token is a setting of its own")
                .help("write `=settings.` and its name; what follows it is kept by the Connector");
        }
    }
}

fn login(node: &Node, draft: &Draft<'_>, mistakes: &mut Mistakes) -> Login {
    let mut builder = draft.builder(Where::Settings, mistakes);
    let (headers, body) = (builder.values(node.get("headers")), requests::one_body(node, &mut builder));
    let mut builder = draft.builder(Where::Answer, mistakes);
    Login {
        headers,
        body,
        token: builder.alternatives(node.get("token")),
        ends: builder.alternatives(node.get("ends")),
    }
}

fn token(node: &Node, way: Way, draft: &Draft<'_>, mistakes: &mut Mistakes) -> TokenBy {
    let url =
        node.get("url").map_or_else(Vec::new, |url| draft.builder(Where::Settings, mistakes).pieces(url));
    let (header, value) = placed(node, draft, mistakes);
    let seconds = |key: &str, unless: u64| {
        let seconds = node.get(key).and_then(Node::integer).and_then(|n| u64::try_from(n).ok());
        Duration::from_secs(seconds.unwrap_or(unless))
    };
    TokenBy {
        url,
        get: node.text_at("method") == Some("GET"),
        way,
        header,
        value,
        per_club: node.text_at("per") == Some("club"),
        renew_before: seconds("renew_before_s", 60),
        lasts: seconds("lasts_s", 3600),
    }
}

fn placed(node: &Node, draft: &Draft<'_>, mistakes: &mut Mistakes) -> (http::HeaderName, Vec<Piece>) {
    let bearer = Node {
        span: node.span.clone(),
        value: crate::yaml::Value::Scalar {
            text: "Bearer {{ token }}".to_owned(),
            style: crate::yaml::Style::Single,
        },
    };
    let place = node.get("place");
    let value = place.and_then(|place| place.get("value")).unwrap_or(&bearer);
    let pieces = draft.builder(Where::Token, mistakes).pieces(value);
    let header = match place.and_then(|place| place.get("header")) {
        None => http::header::AUTHORIZATION,
        Some(name) => name.text().unwrap_or_default().parse().unwrap_or_else(|_| {
            mistakes.add(name.span.clone(), "this is not the name of a header");
            http::header::AUTHORIZATION
        }),
    };
    (header, pieces)
}
