//! Tokens: asked for once, shared by everybody with the same credentials, renewed before they end.
//!
//! Whoever comes while a token is being asked for waits for that answer instead of asking too. A refusal is remembered
//! for a few seconds, so that a wrong secret is not tried by every waiting record.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use model::Outcome;
use secrecy::{ExposeSecret, SecretString};

/// How long a refused request for a token stands.
const REFUSED_FOR: SignedDuration = SignedDuration::from_secs(5);
/// The most tokens that are kept; beyond it all are forgotten, which costs a request each.
const MOST: usize = 20_000;

/// All tokens of an installation; share one in an `Arc`.
pub struct Tokens {
    slots: Mutex<HashMap<[u8; 32], Arc<Slot>>>,
    numbers: AtomicU64,
    keep: Arc<dyn Keep>,
}

impl Default for Tokens {
    fn default() -> Self {
        Tokens::kept_in(Arc::new(Forgetful::default()))
    }
}

/// Where sign-ins are kept that outlive the process, because each uses up the one before.
#[async_trait]
pub trait Keep: Send + Sync + 'static {
    /// What was kept last.
    async fn read(&self, id: &str) -> Result<Option<Kept>, String>;

    /// Keeps it for good in place of what was there, if that is still there; answers the new stamp, or nothing where
    /// somebody else had kept another meanwhile.
    async fn keep(
        &self,
        id: &str,
        before: Option<&str>,
        secret: SecretString,
    ) -> Result<Option<String>, String>;
}

/// A kept sign-in, and the stamp that tells it from others.
pub struct Kept {
    /// The stamp.
    pub stamp: String,
    /// What was kept.
    pub secret: SecretString,
}

/// Keeps sign-ins as long as the process lives: for samples and tests.
#[derive(Default)]
struct Forgetful(Mutex<HashMap<String, SecretString>>);

#[async_trait]
impl Keep for Forgetful {
    async fn read(&self, id: &str) -> Result<Option<Kept>, String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        Ok(kept.map(|secret| Kept { stamp: secret.expose_secret().to_owned(), secret }))
    }

    async fn keep(
        &self,
        id: &str,
        before: Option<&str>,
        secret: SecretString,
    ) -> Result<Option<String>, String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.get(id).map(ExposeSecret::expose_secret) != before {
            return Ok(None);
        }
        let stamp = secret.expose_secret().to_owned();
        kept.insert(id.to_owned(), secret);
        Ok(Some(stamp))
    }
}

/// The place of one token.
#[derive(Default)]
pub(crate) struct Slot {
    state: tokio::sync::Mutex<State>,
}

#[derive(Default)]
enum State {
    #[default]
    Empty,
    /// The platform no longer takes this one.
    Spent(SecretString),
    Held(Token),
    Refused(Timestamp, Outcome),
}

/// A token and the instant from which it is to be renewed.
#[derive(Clone)]
pub(crate) struct Token {
    pub secret: SecretString,
    pub renew_at: Timestamp,
}

impl Tokens {
    /// No tokens yet.
    pub fn new() -> Self {
        Tokens::default()
    }

    /// No tokens yet; sign-ins that rotate are kept there.
    pub fn kept_in(keep: Arc<dyn Keep>) -> Self {
        Tokens { slots: Mutex::default(), numbers: AtomicU64::default(), keep }
    }

    /// No tokens yet, beside these: sign-ins that rotate are kept in the same place.
    #[must_use]
    pub fn beside(&self) -> Self {
        Tokens::kept_in(Arc::clone(&self.keep))
    }

    /// Where sign-ins that rotate are kept.
    pub(crate) fn keep(&self) -> &Arc<dyn Keep> {
        &self.keep
    }

    /// A number that was not given out before.
    pub(crate) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// The place of the token for these credentials.
    pub(crate) fn slot(&self, credentials: [u8; 32]) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST {
            slots.clear();
        }
        Arc::clone(slots.entry(credentials).or_default())
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Slot {
    /// The token, asked for if there is none that lasts; whoever asks is told which one is no longer taken.
    pub async fn token<F>(
        &self,
        now: Timestamp,
        ask: impl FnOnce(Option<SecretString>) -> F,
    ) -> Result<SecretString, Outcome>
    where
        F: Future<Output = Result<Token, Outcome>>,
    {
        let mut state = self.state.lock().await;
        match &*state {
            State::Held(token) if token.renew_at > now => return Ok(token.secret.clone()),
            State::Refused(at, outcome) if now.duration_since(*at).abs() < REFUSED_FOR => {
                return Err(outcome.clone());
            }
            _ => {}
        }
        let spent = if let State::Spent(spent) = &*state { Some(spent.clone()) } else { None };
        match ask(spent).await {
            Ok(token) => {
                let secret = token.secret.clone();
                *state = State::Held(token);
                Ok(secret)
            }
            Err(outcome) => {
                *state = State::Refused(now, outcome.clone());
                Err(outcome)
            }
        }
    }

    /// Forgets a token that the platform no longer takes, unless it was renewed meanwhile.
    pub async fn forget(&self, refused: &SecretString) {
        let mut state = self.state.lock().await;
        if let State::Held(token) = &*state
            && token.secret.expose_secret() == refused.expose_secret()
        {
            *state = State::Spent(refused.clone());
        }
    }
}
