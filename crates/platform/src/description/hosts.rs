//! Hosts: where calls go, and what all calls to one place have in common.
//!
//! A setting must not be able to send a club's key elsewhere. So the part of an address before its path takes only
//! settings that are checked to be a host, a label of one, a port, a scheme or a whole address.

use std::time::Duration;

use xml::Charset;

use super::requests::Namespaces;
use super::{Auth, Decode, Draft, Setting, SettingKind, names};
use crate::decode::Decoding;
use crate::expression::{Expr, Place};
use crate::mistakes::Mistakes;
use crate::template::{Piece, Template};
use crate::yaml::Node;

/// One place that calls go to.
pub(crate) struct Host {
    pub name: String,
    pub base: Vec<Piece>,
    /// The ways to sign in; the first whose condition holds is taken.
    pub auth: Vec<std::sync::Arc<Auth>>,
    pub headers: Vec<(Box<str>, Template)>,
    pub query: Vec<(Box<str>, Template)>,
    pub soap: Option<SoapHost>,
    /// The encoding of its requests.
    pub sends_in: Charset,
    /// The encoding of its answers, whatever they say.
    pub answers_in: Option<Charset>,
    pub timeout: Duration,
    pub max_response_bytes: usize,
    pub redirects: u8,
    /// How many seconds to wait, where an answer says that nothing is left of a quota.
    pub spent: Option<Expr>,
}

impl Host {
    /// How an answer of it is decoded.
    pub fn decoding(&self, forced: Decode) -> Decoding {
        let references = self.soap.as_ref().is_some_and(|soap| soap.style == SoapStyle::RpcEncoded);
        Decoding { forced, charset: self.answers_in, references }
    }
}

/// What all SOAP calls to a host have in common.
pub(crate) struct SoapHost {
    pub version: SoapVersion,
    pub style: SoapStyle,
    pub namespaces: Namespaces,
    pub header: Vec<(Box<str>, Template)>,
}

/// The version of SOAP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SoapVersion {
    V11,
    V12,
}

impl SoapVersion {
    /// The namespace of the envelope.
    pub const fn envelope(self) -> &'static str {
        match self {
            SoapVersion::V11 => "http://schemas.xmlsoap.org/soap/envelope/",
            SoapVersion::V12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    /// The namespace of the encoding (SOAP 1.1 §5, SOAP 1.2 part 2 §3).
    pub const fn encoding(self) -> &'static str {
        match self {
            SoapVersion::V11 => "http://schemas.xmlsoap.org/soap/encoding/",
            SoapVersion::V12 => "http://www.w3.org/2003/05/soap-encoding",
        }
    }
}

/// How what is in the body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SoapStyle {
    /// One element of the host's namespace, with all that is in it.
    Literal,
    /// The call's name in the host's namespace, its parameters in none.
    Rpc,
    /// The same with the type of every value, and answers whose parts refer to each other.
    RpcEncoded,
}

pub(super) fn hosts(
    draft: &Draft<'_>,
    auths: &[std::sync::Arc<Auth>],
    settings: &[Setting],
    mistakes: &mut Mistakes,
) -> Vec<Host> {
    let hosts = draft.section("hosts").iter().map(|(key, node)| {
        let auth = ways(node, auths, mistakes);
        host(&key.name, node, auth, draft, settings, mistakes)
    });
    hosts.collect()
}

/// The ways to sign in at a host, in their order.
fn ways(host: &Node, auths: &[std::sync::Arc<Auth>], mistakes: &mut Mistakes) -> Vec<std::sync::Arc<Auth>> {
    let Some(wanted) = host.get("auth") else { return Vec::new() };
    let wanted = if wanted.items().is_empty() { std::slice::from_ref(wanted) } else { wanted.items() };
    let mut ways: Vec<std::sync::Arc<Auth>> = Vec::new();
    for node in wanted {
        let name = node.text().unwrap_or_default();
        if let Some(before) = ways.last().filter(|before| before.when.is_none()) {
            mistakes
                .add(node.span.clone(), format!("`{name}` is never taken: `{}` always is", before.name))
                .help(format!("say `when:` at `{}`, by a setting", before.name));
        }
        let found = auths.iter().find(|auth| auth.name == name).cloned();
        if found.is_none() {
            mistakes
                .add(node.span.clone(), format!("there is no way to sign in called `{name}`"))
                .nearest(name, auths.iter().map(|auth| auth.name.as_str()))
                .help("declare it under `auth:`");
        }
        if found.as_ref().is_some_and(|auth| auth.username_token.is_some()) && host.get("soap").is_none() {
            mistakes
                .add(node.span.clone(), format!("`{name}` signs in by the SOAP header, and here is no SOAP"))
                .help("declare `soap:` with its `namespace:`, or another way to sign in");
        }
        ways.extend(found);
    }
    ways
}

fn host(
    name: &str,
    node: &Node,
    auth: Vec<std::sync::Arc<Auth>>,
    draft: &Draft<'_>,
    settings: &[Setting],
    mistakes: &mut Mistakes,
) -> Host {
    let base = node.get("base").map_or_else(Vec::new, |base| {
        let pieces = draft.builder(Place::Settings, mistakes).pieces(base);
        check_authority(&pieces, base, settings, mistakes);
        pieces
    });
    let mut builder = draft.builder(Place::Request, mistakes);
    let headers = builder.values(node.get("headers"));
    let query = builder.values(node.get("query"));
    let soap = node.get("soap").map(|soap| SoapHost {
        version: if soap.text_at("version") == Some("1.2") { SoapVersion::V12 } else { SoapVersion::V11 },
        style: match soap.text_at("encoding") {
            Some("rpc") => SoapStyle::Rpc,
            Some("rpc_encoded") => SoapStyle::RpcEncoded,
            _ => SoapStyle::Literal,
        },
        header: builder.values(soap.get("header")),
        namespaces: Namespaces::of(soap),
    });
    if let (Some(soap), Some(node)) = (&soap, node.get("soap")) {
        names::check_host(soap, node, draft, mistakes);
    }
    let spent = node.get("spent").and_then(|spent| draft.builder(Place::Answer, mistakes).expression(spent));
    let charset = |key: &str| node.text_at(key).and_then(Charset::named);
    let number = |key: &str, unless: i64| node.get(key).and_then(Node::integer).unwrap_or(unless);
    Host {
        name: name.to_owned(),
        base,
        auth,
        headers,
        query,
        soap,
        sends_in: charset("sends_in").unwrap_or_default(),
        answers_in: charset("answers_in"),
        timeout: Duration::from_secs(number("timeout_s", 30).unsigned_abs()),
        max_response_bytes: usize::try_from(number("max_response_kb", 1024)).unwrap_or(1024) * 1024,
        redirects: u8::try_from(number("redirects", 0)).unwrap_or(0),
        spent,
    }
}

/// The setting that an expression is, if it is nothing more.
pub(crate) fn bare_setting<'s>(source: &str, settings: &'s [Setting]) -> Option<&'s Setting> {
    let name = source.strip_prefix("settings.")?;
    settings.iter().find(|setting| setting.name == name)
}

fn check_authority(pieces: &[Piece], node: &Node, settings: &[Setting], mistakes: &mut Mistakes) {
    let mut before = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => before.push_str(text),
            Piece::Expr(expr) => {
                let in_path =
                    before.split_once("://").map_or(before.contains('/'), |(_, rest)| rest.contains('/'));
                let setting = bare_setting(expr.source(), settings);
                let whole = before.is_empty() && setting.is_some_and(|s| s.kind == SettingKind::Url);
                let checked = setting.is_some_and(|s| {
                    matches!(
                        s.kind,
                        SettingKind::Scheme | SettingKind::Host | SettingKind::Port | SettingKind::Label
                    )
                });
                if !in_path && !whole && !checked {
                    mistakes
                        .add(node.span.clone(), format!("`{}` could send the call to any host", expr.source()))
                        .help(
                            "before the path only settings of kind `url` (at the beginning), `scheme`, `host`, \
                             `label` or `port` can stand",
                        );
                }
                before.push_str(if whole { "https://x/" } else { "x" });
            }
        }
    }
    if !before.contains("://") && !before.starts_with('x') {
        mistakes.add(node.span.clone(), "an address begins with `https://`, `http://` or a setting");
    }
}
