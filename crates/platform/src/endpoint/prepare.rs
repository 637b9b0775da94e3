//! Makes a request from a description, settings and what a call is about.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use secrecy::SecretString;
use url::Url;
use xml::Charset;

use super::writing::write_body;
use super::{Endpoint, sign, username};
use crate::description::{Auth, Call, CallStep};
use crate::expression::{FieldSet, Root, Scope};
use crate::given::Given;
use crate::net::Request;
use crate::template::{Absent, Piece, Rendering, RequestProblem, Template, Tree, interpolate};

/// A request ready to be sent, and the fields it carries.
pub(super) struct Sending {
    pub request: Request,
    pub sent: FieldSet,
    /// The digest of a password, which is as good as a password to whoever has time to guess.
    pub digest: Option<String>,
}

pub(super) type Result<T> = std::result::Result<T, RequestProblem>;

impl Endpoint {
    pub(super) fn prepare(
        &self,
        (call, step): (&Call, &CallStep),
        given: &Given,
        scope: &Arc<Scope>,
        token: Option<&SecretString>,
    ) -> Result<Sending> {
        let asked = &step.request;
        let (host, bound) = (&self.description.hosts[asked.host], &self.hosts[asked.host]);
        let only = (call.changed_only && given.record.is_some()).then(|| FieldSet::of(&given.changed));
        let (unknown, cleared) = (asked.unknown, asked.cleared);
        let sent = FieldSet::default();
        let mut rendering = Rendering { scope, only, unknown, cleared, sent, charset: host.sends_in };
        let mut headers = HeaderMap::new();
        let auth = bound.auth.as_deref();
        let user = auth.and_then(|auth| auth.username_token.as_ref());
        let user = user
            .map(|token| {
                let made = username::made(token, scope, given, self.tokens.number());
                made.and_then(|made| made.fitting(host.sends_in))
            })
            .transpose()?;
        let body = write_body(&asked.body, (host, user.as_ref()), &mut rendering, &mut headers)?;
        rendering.charset = Charset::Utf8;
        let auth_headers = auth.map_or(&[][..], |auth| &auth.headers);
        for (name, template) in host.headers.iter().chain(&asked.headers).chain(auth_headers) {
            place_header(name, template, &mut rendering, &mut headers)?;
        }
        if let Some(auth) = auth {
            place_credentials(auth, scope, token, &mut headers)?;
        }
        rendering.cleared = if cleared == Absent::Null { Absent::Omit } else { cleared };
        let auth_query = auth.map_or(&[][..], |auth| &auth.query);
        let mut url;
        if let Some(there) = &given.page.url {
            url = there.clone();
            let lacks = |(name, _): &&(Box<str>, Template)| there.query_pairs().all(|(key, _)| key != **name);
            add_query(&mut url, auth_query.iter().filter(lacks), &mut rendering)?;
        } else {
            url = address(&bound.base, &asked.path, scope)?;
            let query = host.query.iter().chain(&asked.query).chain(auth_query);
            add_query(&mut url, query, &mut rendering)?;
        }
        if let Some(secret) = auth.and_then(|auth| auth.standard_webhooks.as_deref()) {
            sign::standard_webhooks(secret, scope, given, &body, &mut headers)?;
        }
        let sent = rendering.sent;
        if let Some(hmac) = auth.and_then(|auth| auth.hmac.as_ref()) {
            let signed = (asked.method.as_str(), &url, &body[..]);
            super::hmac::sign(hmac, scope, given, signed, &mut headers)?;
        }
        let request = Request {
            method: asked.method.clone(),
            url,
            headers,
            body: Bytes::from(body),
            deadline: call.timeout,
            max_response_bytes: host.max_response_bytes,
            allow: bound.allow.clone(),
            fresh: !step.safe,
            follow_redirects: host.redirects,
        };
        Ok(Sending { request, sent, digest: user.and_then(crate::body::SoapUser::digest) })
    }
}

pub(super) fn place_header(
    name: &str,
    template: &Template,
    rendering: &mut Rendering<'_>,
    headers: &mut HeaderMap,
) -> Result<()> {
    let Some(tree) = rendering.tree(template)? else { return Ok(()) };
    let name: HeaderName =
        name.parse().map_err(|_| plain(format!("`{name}` is not the name of a header")))?;
    let text = tree.as_text().map_err(|said| plain(format!("`{name}`: {said}")))?;
    headers.insert(name, value(&text, matches!(tree, Tree::Secret(_)))?);
    Ok(())
}

fn place_credentials(
    auth: &Auth,
    scope: &Arc<Scope>,
    token: Option<&SecretString>,
    headers: &mut HeaderMap,
) -> Result<()> {
    if let Some((user, password)) = &auth.basic {
        let (user, _) = interpolate(user, scope, str::to_owned)?;
        let (password, _) = interpolate(password, scope, str::to_owned)?;
        let basic = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        headers.insert(header::AUTHORIZATION, value(&basic, true)?);
    }
    if let (Some(by), Some(token)) = (&auth.token, token) {
        let mut scope = Scope::clone(scope);
        scope.set(Root::Token, crate::expression::Hidden::value(token.clone()));
        let (text, _) = interpolate(&by.value, &Arc::new(scope), str::to_owned)?;
        headers.insert(by.header.clone(), value(&text, true)?);
    }
    Ok(())
}

/// The base and the path; each value in the path is escaped, so that it stays one segment.
fn address(base: &str, path: &[Piece], scope: &Arc<Scope>) -> Result<Url> {
    let (path, _) = interpolate(path, scope, escape)?;
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(plain("a value in the path would lead elsewhere".to_owned()));
    }
    let text = format!("{base}/{}", path.trim_start_matches('/'));
    Url::parse(&text).map_err(|error| plain(format!("the address cannot be read: {error}")))
}

fn add_query<'t>(
    url: &mut Url,
    query: impl Iterator<Item = &'t (Box<str>, Template)>,
    rendering: &mut Rendering<'_>,
) -> Result<()> {
    for (name, template) in query {
        let Some(tree) = rendering.tree(template)? else { continue };
        let items = match &tree {
            Tree::List(items) => items.iter().collect(),
            one => vec![one],
        };
        for item in items {
            let text = item.as_text().map_err(|said| plain(format!("`{name}`: {said}")))?;
            url.query_pairs_mut().append_pair(name, &text);
        }
    }
    Ok(())
}

/// Escapes a value for a path: everything but unreserved characters.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            use std::fmt::Write;
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

pub(super) fn value(text: &str, secret: bool) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(text)
        .or_else(|_| HeaderValue::from_bytes(text.as_bytes()))
        .map_err(|_| plain("a header cannot carry line breaks or control characters".to_owned()))?;
    value.set_sensitive(secret);
    Ok(value)
}

pub(super) fn plain(said: String) -> RequestProblem {
    RequestProblem::with(FieldSet::default(), said)
}
