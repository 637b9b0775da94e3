//! Ways to sign in.

use std::time::Duration;

use super::{Body, Draft, requests};
use crate::expression::{Expr, Place as Where};
use crate::mistakes::Mistakes;
use crate::template::{Piece, Template};
use crate::yaml::Node;

/// One way to sign in; its parts add up.
pub(crate) struct Auth {
    pub name: String,
    pub headers: Vec<(Box<str>, Template)>,
    pub query: Vec<(Box<str>, Template)>,
    pub basic: Option<(Vec<Piece>, Vec<Piece>)>,
    pub username_token: Option<UsernameToken>,
    pub token: Option<TokenBy>,
    /// The signing secret of the Standard Webhooks scheme.
    pub standard_webhooks: Option<Vec<Piece>>,
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

/// OAuth 2 client credentials.
pub(crate) struct OAuth2 {
    pub client_id: Vec<Piece>,
    pub client_secret: Vec<Piece>,
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
    let basic = node.get("basic").map(|basic| {
        let part = |builder: &mut crate::template::Builder<'_>, key| {
            basic.get(key).map_or_else(Vec::new, |node| builder.pieces(node))
        };
        (part(&mut builder, "user"), part(&mut builder, "password"))
    });
    let username_token = node.get("ws_security").map(|token| {
        let says = |key: &str| token.get(key).and_then(Node::boolean);
        let digest = token.text_at("password_as") == Some("digest");
        UsernameToken {
            user: token.get("user").map_or_else(Vec::new, |node| builder.pieces(node)),
            password: token.get("password").map_or_else(Vec::new, |node| builder.pieces(node)),
            digest,
            nonce: digest || says("nonce").unwrap_or(false),
            must_understand: says("must_understand").unwrap_or(true),
        }
    });
    if let Some(token) = node.get("ws_security")
        && token.text_at("password_as") == Some("digest")
        && let Some(nonce) = token.get("nonce").filter(|nonce| nonce.boolean() == Some(false))
    {
        builder
            .vocabulary
            .mistakes
            .add(nonce.span.clone(), "a digest is made of nonce and time, and cannot be without")
            .help("leave `nonce` out, or send the password as text");
    }
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
    Auth { name: name.to_owned(), headers, query, basic, username_token, token, standard_webhooks }
}

fn oauth2(node: &Node, draft: &Draft<'_>, mistakes: &mut Mistakes) -> OAuth2 {
    let mut builder = draft.builder(Where::Settings, mistakes);
    let mut part = |key: &str| node.get(key).map_or_else(Vec::new, |node| builder.pieces(node));
    OAuth2 {
        client_id: part("client_id"),
        client_secret: part("client_secret"),
        place: match node.text_at("credentials") {
            Some("basic") => Place::Basic,
            Some("query") => Place::Query,
            _ => Place::Body,
        },
        parameters: builder.values(node.get("parameters")),
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
