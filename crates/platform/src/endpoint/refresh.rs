//! Refresh tokens that rotate: each sign-in uses up the token that it was made with and brings the next.
//!
//! The next one is kept for good before the access token that came with it is used by anybody, and so is the fact that a
//! sign-in is under way, so that of all nodes on one store one signs in and the others wait for what it brings. A sign-in
//! that has begun is carried to its end whatever becomes of the call that wanted it.
//!
//! Nothing makes the platform's answer and our commit one thing. Killed between the two, or without an answer, the
//! Connector has the old token alone. It tries that again, for many platforms take it for a while; where it is refused,
//! somebody must give a new first token, and the refusal says since when and why.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model::Outcome;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::mask::Mask;
use super::token::{self, Granted};
use super::{BoundToken, Endpoint, bind, classify};
use crate::clock::Watch;
use crate::description::{OAuth2, TokenBy, Way};
use crate::expression::Scope;
use crate::net::{Net, NetError, Request, Response};
use crate::template::interpolate;
use crate::tokens::{Keep, Token};

/// How long others wait for a sign-in that is under way: its deadline, and time to keep what it brought.
const UNDER_WAY: SignedDuration = SignedDuration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often what a sign-in brought is kept again where the store does not take it, a second apart.
const KEEP_TRIES: u32 = 600;

/// What is kept of a sign-in that rotates.
#[derive(Clone, Serialize, Deserialize)]
struct SignIn {
    /// The token for the next one.
    refresh: String,
    /// The token for calls, and from when it is to be renewed.
    #[serde(default)]
    access: Option<(String, Timestamp)>,
    /// Since when somebody signs in.
    #[serde(default)]
    under_way_since: Option<Timestamp>,
    /// Since when a sign-in has no known end.
    #[serde(default)]
    unsure_since: Option<Timestamp>,
}

/// The name under which a sign-in is kept: of whoever was given the same first token.
pub(super) fn kept_as(by: &TokenBy, url: &str, scope: &Arc<Scope>) -> Result<String, String> {
    let Way::OAuth2(OAuth2 { client_id, refresh: Some(refresh), .. }) = &by.way else {
        return Ok(String::new());
    };
    let text = |pieces| interpolate(pieces, scope, str::to_owned).map_err(|problem| problem.said);
    let mut hash = Sha256::new();
    bind::add(&mut hash, url);
    bind::add(&mut hash, &client_id.as_deref().map_or(Ok((String::new(), false)), text)?.0);
    bind::add(&mut hash, &text(refresh)?.0);
    Ok(format!("{:x}", hash.finalize()))
}

impl Endpoint {
    /// The token for calls, kept or fetched.
    pub(super) async fn refreshed(
        &self,
        (by, oauth2, bound): (&TokenBy, &OAuth2, &BoundToken),
        spent: Option<SecretString>,
        began: Timestamp,
    ) -> Result<Token, Outcome> {
        let watch = Watch::start();
        let (keep, id) = &bound.kept;
        let is_spent = |access: &str| spent.as_ref().is_some_and(|spent| spent.expose_secret() == access);
        loop {
            let ms = i64::from(watch.elapsed_ms());
            let now = began.checked_add(SignedDuration::from_millis(ms)).unwrap_or(began);
            let kept = keep.read(id).await.map_err(unkept)?;
            let (stamp, sign_in) = match kept {
                None => (None, self.first(oauth2)?),
                Some(kept) => {
                    let read = serde_json::from_str(kept.secret.expose_secret());
                    (Some(kept.stamp), read.map_err(|error| unkept(error.to_string()))?)
                }
            };
            if let Some((access, renew_at)) = &sign_in.access
                && *renew_at > now
                && !is_spent(access)
            {
                return Ok(Token { secret: access.clone().into(), renew_at: *renew_at });
            }
            let lasting = |since: &Timestamp| now.duration_since(*since).abs() < UNDER_WAY;
            if sign_in.under_way_since.as_ref().is_some_and(lasting) {
                tokio::time::sleep(LOOK_EVERY).await;
                continue;
            }
            let unsure_since = sign_in.unsure_since.or(sign_in.under_way_since);
            let sign_in = SignIn { under_way_since: Some(now), unsure_since, ..sign_in };
            let refresh = SecretString::from(sign_in.refresh.clone());
            let request = self.oauth2_request(oauth2, by.get, bound, Some(&refresh));
            let request = request.map_err(classify::not_made)?;
            let Some(stamp) = keep.keep(id, stamp.as_deref(), written(&sign_in)).await.map_err(unkept)?
            else {
                continue;
            };
            let job = Job {
                net: Arc::clone(&self.net),
                keep: Arc::clone(keep),
                id: id.clone(),
                stamp,
                mask: self.mask.with(&sign_in.refresh),
                sign_in,
                now,
            };
            let (lasts, renew_before) = (by.lasts, by.renew_before);
            let renew_at = move |ends, now| token::renew_at((lasts, renew_before), ends, now);
            let job = tokio::spawn(job.carry_out(request, renew_at));
            return job.await.unwrap_or_else(|error| Err(unkept(error.to_string())));
        }
    }

    fn first(&self, oauth2: &OAuth2) -> Result<SignIn, Outcome> {
        let scope = Arc::new(self.scope.clone());
        let pieces = oauth2.refresh.as_deref().unwrap_or_default();
        let (refresh, _) = interpolate(pieces, &scope, str::to_owned)
            .map_err(|problem| classify::not_made(problem.into()))?;
        Ok(SignIn { refresh, access: None, under_way_since: None, unsure_since: None })
    }
}

/// A sign-in that was written down and is made whatever becomes of the call that wanted it.
struct Job {
    net: Arc<dyn Net>,
    keep: Arc<dyn Keep>,
    id: String,
    stamp: String,
    mask: Mask,
    sign_in: SignIn,
    now: Timestamp,
}

impl Job {
    async fn carry_out(
        self,
        request: Request,
        renew_at: impl Fn(Option<Timestamp>, Timestamp) -> Timestamp + Send,
    ) -> Result<Token, Outcome> {
        let answer = self.net.send(request).await;
        let answered = self.understood(answer);
        let (next, token) = match answered {
            Ok(granted) => {
                let renew_at = renew_at(granted.ends(self.now), self.now);
                let next = granted.refresh_token.filter(|token| !token.is_empty());
                let next = SignIn {
                    refresh: next.unwrap_or_else(|| self.sign_in.refresh.clone()),
                    access: Some((granted.access_token.clone(), renew_at)),
                    under_way_since: None,
                    unsure_since: None,
                };
                (next, Ok(Token { secret: granted.access_token.into(), renew_at }))
            }
            Err((unsure, outcome)) => {
                let unsure_since = self.sign_in.unsure_since.or(unsure.then_some(self.now));
                let next = SignIn { under_way_since: None, unsure_since, ..self.sign_in.clone() };
                (next, Err(outcome))
            }
        };
        self.keep_surely(&next).await?;
        token
    }

    /// What was answered; of a failure also whether the old token may have been used up by it.
    fn understood(&self, answer: Result<Response, NetError>) -> Result<Granted, (bool, Outcome)> {
        let response = answer
            .map_err(|error| (matches!(error, NetError::Lost(_)), classify::no_answer(&error, true)))?;
        match token::refused(&self.mask, &response, self.now) {
            Ok(()) => {}
            Err(Outcome::Unauthorised { said }) => {
                return Err((false, Outcome::Unauthorised { said: self.explained(said) }));
            }
            Err(other) => return Err((response.status >= 500, other)),
        }
        serde_json::from_slice(&response.body).map_err(|_| {
            let reason = "the token's address answers without a token".to_owned();
            (true, Outcome::Misconfigured { reason })
        })
    }

    fn explained(&self, said: String) -> String {
        let Some(since) = self.sign_in.unsure_since else { return said };
        format!(
            "{said}; a sign-in of {since} was not answered, or not kept, and may have used up the refresh token: \
             obtain a new one and give it as the setting"
        )
    }

    /// Keeps what came, however long the store takes: the platform will not say it again.
    async fn keep_surely(&self, next: &SignIn) -> Result<(), Outcome> {
        let secret = written(next);
        for _ in 0..KEEP_TRIES {
            match self.keep.keep(&self.id, Some(&self.stamp), secret.clone()).await {
                Ok(Some(_)) => return Ok(()),
                Ok(None) => {
                    let kept = self.keep.read(&self.id).await.map_err(unkept)?;
                    let ours = kept.is_some_and(|kept| kept.secret.expose_secret() == secret.expose_secret());
                    return if ours {
                        Ok(())
                    } else {
                        Err(unkept("another node signed in meanwhile".to_owned()))
                    };
                }
                Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
            }
        }
        Err(unkept("the store did not take it".to_owned()))
    }
}

fn written(sign_in: &SignIn) -> SecretString {
    serde_json::to_string(sign_in).unwrap_or_default().into()
}

fn unkept(said: String) -> Outcome {
    Outcome::Unavailable { reason: format!("the sign-in could not be kept: {said}"), retry_after_s: None }
}
