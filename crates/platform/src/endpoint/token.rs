//! Asks for a token: by OAuth 2, or by a call of the platform's own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use jiff::{SignedDuration, Timestamp};
use model::Outcome;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

use super::mask::Mask;
use super::{BoundToken, Endpoint, ask, classify, prepare, writing};
use crate::decode::{self, Decoding};
use crate::description::{Decode, Grant, Host, Login, OAuth2, TokenBy, TokenPlace, Way};
use crate::net::{Request, Response};
use crate::template::{Piece, RequestProblem, interpolate};
use crate::tokens::Token;

/// The largest answer of a token's address.
const MAX_ANSWER: usize = 256 * 1024;
const DEADLINE: Duration = Duration::from_secs(20);

/// What the address of a token answers.
#[derive(Deserialize)]
pub(super) struct Granted {
    pub access_token: String,
    #[serde(default)]
    expires_in: Option<serde_json::Value>,
    #[serde(default)]
    pub refresh_token: Option<String>,
}

impl Granted {
    /// When the token ends, if the answer says so.
    pub fn ends(&self, now: Timestamp) -> Option<Timestamp> {
        let lasts = match &self.expires_in {
            Some(serde_json::Value::Number(n)) => n.as_i64(),
            Some(serde_json::Value::String(text)) => text.parse().ok(),
            _ => None,
        };
        lasts.and_then(|lasts| now.checked_add(SignedDuration::from_secs(lasts)).ok())
    }
}

/// When a token is to be renewed that ends so, or is not said to end: how long one lasts then, and how long before its end.
pub(super) fn renew_at(
    (lasts, before): (Duration, Duration),
    ends: Option<Timestamp>,
    now: Timestamp,
) -> Timestamp {
    let said = ends.and_then(|ends| Duration::try_from(ends.duration_since(now)).ok());
    let lasts = said.unwrap_or(lasts).min(Duration::from_hours(8760));
    // A token that lasts less than twice the margin is renewed at half its life.
    let lasts = lasts.saturating_sub(before.min(lasts / 2));
    let lasts = SignedDuration::try_from(lasts).unwrap_or(SignedDuration::from_secs(60));
    now.checked_add(lasts).unwrap_or(Timestamp::MAX)
}

impl Endpoint {
    /// The token for a host, if it needs one, as long as the call has time for it.
    pub(super) async fn token(
        &self,
        host: usize,
        now: Timestamp,
        within: Duration,
    ) -> Result<Option<SecretString>, Outcome> {
        let (host, chosen) = (&self.description.hosts[host], &self.hosts[host]);
        let (by, bound) = (chosen.auth.as_ref().and_then(|auth| auth.token.as_ref()), &chosen.token);
        let (Some(by), Some(bound)) = (by, bound) else { return Ok(None) };
        let asking = bound.slot.token(now, async |spent| match &by.way {
            Way::OAuth2(oauth2) if oauth2.grant == Grant::Refresh => {
                self.refreshed((by, oauth2, bound), spent, now).await
            }
            _ => self.ask_token(host, (by, bound), now).await,
        });
        let late = || Outcome::Unavailable {
            reason: "no token came in the time that the call has".to_owned(),
            retry_after_s: None,
        };
        tokio::time::timeout(within, asking).await.unwrap_or_else(|_| Err(late())).map(Some)
    }

    async fn ask_token(
        &self,
        host: &Host,
        (by, bound): (&TokenBy, &BoundToken),
        now: Timestamp,
    ) -> Result<Token, Outcome> {
        let made = match &by.way {
            Way::OAuth2(oauth2) => self.oauth2_request(oauth2, by.get, bound, None),
            Way::Login(login) => self.login_request(login, by.get, (host, bound)),
        };
        let request = made.map_err(classify::not_made)?;
        let response = self.net.send(request).await.map_err(|error| classify::no_answer(&error, true))?;
        refused(&self.mask, &response, now)?;
        let (secret, ends) = match &by.way {
            Way::OAuth2(_) => {
                let granted = granted(&self.mask, &response)?;
                let ends = granted.ends(now);
                (SecretString::from(granted.access_token), ends)
            }
            Way::Login(login) => self.logged_in(login, &response, host.decoding(Decode::Auto))?,
        };
        Ok(Token { secret, renew_at: renew_at((by.lasts, by.renew_before), ends, now) })
    }

    /// An answer without a token is a refusal: many platforms refuse a sign-in with a status of 200.
    fn logged_in(
        &self,
        login: &Login,
        response: &Response,
        decoding: Decoding,
    ) -> Result<(SecretString, Option<Timestamp>), Outcome> {
        let decoded = decode::decode(response, decoding);
        let scope = ask::answered(self.scope.clone(), response, &decoded);
        let first = |alternatives| {
            classify::first(alternatives, &scope).map_err(|problem| classify::unreadable(&problem))
        };
        let token = first(&login.token)?.filter(|token| !token.trim().is_empty());
        let token = token.ok_or_else(|| Outcome::Unauthorised {
            said: format!("no token: {}", said(&self.mask, response)),
        })?;
        Ok((SecretString::from(token), first(&login.ends)?.and_then(|ends| ends.parse().ok())))
    }

    fn login_request(
        &self,
        login: &Login,
        get: bool,
        (host, bound): (&Host, &BoundToken),
    ) -> Result<Request, RequestProblem> {
        let scope = Arc::new(self.scope.clone());
        let mut rendering = writing::rendering(&scope, host.sends_in);
        let mut headers = HeaderMap::new();
        let body = writing::write_body(&login.body, (host, None), &mut rendering, &mut headers)?;
        rendering.charset = xml::Charset::Utf8;
        for (name, template) in &login.headers {
            prepare::place_header(name, template, &mut rendering, &mut headers)?;
        }
        Ok(sent(get, bound.url.clone(), (headers, body.into()), bound))
    }

    pub(super) fn oauth2_request(
        &self,
        oauth2: &OAuth2,
        get: bool,
        bound: &BoundToken,
        refresh: Option<&SecretString>,
    ) -> Result<Request, RequestProblem> {
        let scope = Arc::new(self.scope.clone());
        let text = |pieces: &Option<Vec<Piece>>| match pieces {
            None => Ok(None),
            Some(pieces) => interpolate(pieces, &scope, str::to_owned).map(|(text, _)| Some(text)),
        };
        let (id, secret) = (text(&oauth2.client_id)?, text(&oauth2.client_secret)?);
        let mut pairs = vec![("grant_type".to_owned(), oauth2.grant_type.to_string())];
        let refresh = refresh.map(|token| token.expose_secret().to_owned());
        let own = [
            ("username", text(&oauth2.user)?),
            ("password", text(&oauth2.password)?),
            ("refresh_token", refresh),
        ];
        pairs.extend(own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        if oauth2.place == TokenPlace::Basic {
            let (id, secret) = (id.unwrap_or_default(), secret.unwrap_or_default());
            let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
            let mut value = HeaderValue::from_str(&basic).unwrap_or(HeaderValue::from_static(""));
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        } else {
            let client = [("client_id", id), ("client_secret", secret)];
            pairs.extend(client.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        }
        let mut rendering = writing::rendering(&scope, xml::Charset::Utf8);
        for (name, template) in &oauth2.parameters {
            if let Some(tree) = rendering.tree(template)? {
                let text = tree.as_text().map_err(|said| RequestProblem::with(rendering.sent, said))?;
                pairs.push((name.to_string(), text.into_owned()));
            }
        }
        let mut url = bound.url.clone();
        let mut body = Bytes::new();
        if oauth2.place == TokenPlace::Query || get {
            url.query_pairs_mut().extend_pairs(pairs);
        } else {
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            headers
                .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
            body = Bytes::from(form);
        }
        Ok(sent(get, url, (headers, body), bound))
    }
}

/// A status that is no answer with a token.
pub(super) fn refused(mask: &Mask, response: &Response, now: Timestamp) -> Result<(), Outcome> {
    let retry_after_s = || classify::retry_after(&response.headers, now);
    Err(match response.status {
        200..=299 => return Ok(()),
        429 => Outcome::Throttled { retry_after_s: retry_after_s() },
        400..=499 => Outcome::Unauthorised { said: format!("no token: {}", said(mask, response)) },
        status => Outcome::Unavailable {
            reason: format!("the token's address answers {status}"),
            retry_after_s: retry_after_s(),
        },
    })
}

fn said(mask: &Mask, response: &Response) -> String {
    classify::excerpt(&mask.apply(&String::from_utf8_lossy(&response.body)))
}

fn granted(mask: &Mask, response: &Response) -> Result<Granted, Outcome> {
    serde_json::from_slice(&response.body).map_err(|_| Outcome::Misconfigured {
        reason: format!("the token's address answers without a token: {}", said(mask, response)),
    })
}

fn sent(get: bool, url: url::Url, (headers, body): (HeaderMap, Bytes), bound: &BoundToken) -> Request {
    Request {
        method: if get { Method::GET } else { Method::POST },
        url,
        headers,
        body,
        deadline: DEADLINE,
        max_response_bytes: MAX_ANSWER,
        allow: bound.allow.clone(),
        fresh: false,
        follow_redirects: 0,
    }
}
