//! Asks for a token by OAuth 2 client credentials.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use jiff::{SignedDuration, Timestamp};
use model::Outcome;
use secrecy::SecretString;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

use super::{BoundToken, Endpoint, classify};
use crate::description::{OAuth2, TokenPlace};
use crate::net::Request;
use crate::template::{RequestProblem, interpolate};
use crate::tokens::Token;

/// The largest answer of a token's address.
const MAX_ANSWER: usize = 256 * 1024;
const DEADLINE: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    expires_in: Option<serde_json::Value>,
}

impl Endpoint {
    /// The token for a host, if it needs one, as long as the call has time for it.
    pub(super) async fn token(
        &self,
        host: usize,
        now: Timestamp,
        within: Duration,
    ) -> Result<Option<SecretString>, Outcome> {
        let auth = self.description.hosts[host].auth.as_ref();
        let (Some(oauth2), Some(bound)) =
            (auth.and_then(|auth| auth.oauth2.as_ref()), &self.hosts[host].token)
        else {
            return Ok(None);
        };
        let asking = bound.slot.token(now, || self.ask_token(oauth2, bound, now));
        let late = || Outcome::Unavailable {
            reason: "no token came in the time that the call has".to_owned(),
            retry_after_s: None,
        };
        tokio::time::timeout(within, asking).await.unwrap_or_else(|_| Err(late())).map(Some)
    }

    async fn ask_token(&self, oauth2: &OAuth2, bound: &BoundToken, now: Timestamp) -> Result<Token, Outcome> {
        let request = self.token_request(oauth2, bound).map_err(classify::not_made)?;
        let response = self.net.send(request).await.map_err(|error| classify::no_answer(&error, true))?;
        let said = || classify::excerpt(&self.mask.apply(&String::from_utf8_lossy(&response.body)));
        match response.status {
            200..=299 => {}
            429 => {
                return Err(Outcome::Throttled {
                    retry_after_s: classify::retry_after(&response.headers, now),
                });
            }
            400..=499 => return Err(Outcome::Unauthorised { said: format!("no token: {}", said()) }),
            status => {
                let reason = format!("the token's address answers {status}");
                let retry_after_s = classify::retry_after(&response.headers, now);
                return Err(Outcome::Unavailable { reason, retry_after_s });
            }
        }
        let granted: Granted =
            serde_json::from_slice(&response.body).map_err(|_| Outcome::Misconfigured {
                reason: format!("the token's address answers without a token: {}", said()),
            })?;
        let lasts = match granted.expires_in {
            Some(serde_json::Value::Number(n)) => n.as_u64(),
            Some(serde_json::Value::String(text)) => text.parse().ok(),
            _ => None,
        };
        let lasts = lasts.map_or(oauth2.lasts, Duration::from_secs).min(Duration::from_hours(8760));
        // A token that lasts less than twice the margin is renewed at half its life.
        let lasts = lasts.saturating_sub(oauth2.renew_before.min(lasts / 2));
        let lasts = SignedDuration::try_from(lasts).unwrap_or(SignedDuration::from_secs(60));
        let renew_at = now.checked_add(lasts).unwrap_or(Timestamp::MAX);
        Ok(Token { secret: SecretString::from(granted.access_token), renew_at })
    }

    fn token_request(&self, oauth2: &OAuth2, bound: &BoundToken) -> Result<Request, RequestProblem> {
        let scope = Arc::new(self.scope.clone());
        let text = |pieces| interpolate(pieces, &scope, str::to_owned).map(|(text, _)| text);
        let (id, secret) = (text(&oauth2.client_id)?, text(&oauth2.client_secret)?);
        let mut pairs = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        if oauth2.place == TokenPlace::Basic {
            let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
            let mut value = HeaderValue::from_str(&basic).unwrap_or(HeaderValue::from_static(""));
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        } else {
            pairs.extend([("client_id".to_owned(), id), ("client_secret".to_owned(), secret)]);
        }
        let mut rendering = super::prepare::rendering(&scope);
        for (name, template) in &oauth2.parameters {
            if let Some(tree) = rendering.tree(template)? {
                let text = tree.as_text().map_err(|said| RequestProblem::with(rendering.sent, said))?;
                pairs.push((name.to_string(), text.into_owned()));
            }
        }
        let mut url = bound.url.clone();
        let mut body = Bytes::new();
        if oauth2.place == TokenPlace::Query || oauth2.get {
            url.query_pairs_mut().extend_pairs(pairs);
        } else {
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            headers
                .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
            body = Bytes::from(form);
        }
        Ok(Request {
            method: if oauth2.get { Method::GET } else { Method::POST },
            url,
            headers,
            body,
            deadline: DEADLINE,
            max_response_bytes: MAX_ANSWER,
            allow: bound.allow.clone(),
            fresh: false,
            follow_redirects: 0,
        })
    }
}
