//! Signatures: an HMAC over declared parts of a request.

use super::Draft;
use crate::expression::Place;
use crate::mistakes::Mistakes;
use crate::template::{Piece, Template};
use crate::yaml::Node;

/// A signature over parts of a request.
pub(crate) struct Hmac {
    pub secret: Vec<Piece>,
    pub secret_is: Written,
    pub sha512: bool,
    /// What is signed, in order.
    pub parts: Vec<Vec<Piece>>,
    pub written: Written,
    pub headers: Vec<(Box<str>, Template)>,
    pub timestamp: Stamp,
}

/// How bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Text,
    Hex,
    Base64,
}

/// How the instant of signing is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    Unix,
    UnixMs,
    Rfc3339,
}

pub(super) fn hmac(node: &Node, draft: &Draft<'_>, mistakes: &mut Mistakes) -> Hmac {
    let written = |key: &str, unless: Written| match node.text_at(key) {
        Some("text") => Written::Text,
        Some("hex") => Written::Hex,
        Some("base64") => Written::Base64,
        _ => unless,
    };
    let secret = node
        .get("secret")
        .map_or_else(Vec::new, |node| draft.builder(Place::Settings, mistakes).pieces(node));
    let parts = node.get("parts").map_or(&[][..], Node::items);
    if !parts.iter().any(|part| part.text().is_some_and(|text| text.contains("signed.body"))) {
        let at = node.get("parts").map_or(node.span.start, |parts| parts.span.start);
        mistakes
            .add(at..at + 1, "the body is not signed, so anybody could change it")
            .help("let `=signed.body` be one of the parts");
    }
    let mut builder = draft.builder(Place::Signing, mistakes);
    Hmac {
        secret,
        secret_is: written("secret_is", Written::Text),
        sha512: node.text_at("hash") == Some("sha512"),
        parts: parts.iter().map(|part| builder.pieces(part)).collect(),
        written: written("as", Written::Hex),
        headers: builder.values(node.get("headers")),
        timestamp: match node.text_at("timestamp") {
            Some("unix_ms") => Stamp::UnixMs,
            Some("rfc3339") => Stamp::Rfc3339,
            _ => Stamp::Unix,
        },
    }
}
