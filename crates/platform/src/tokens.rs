//! Tokens: asked for once, shared by everybody with the same credentials, renewed before they end.
//!
//! Whoever comes while a token is being asked for waits for that answer instead of asking too. A refusal is remembered
//! for a few seconds, so that a wrong secret is not tried by every waiting record.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use model::Outcome;
use secrecy::SecretString;

/// How long a refused request for a token stands.
const REFUSED_FOR: SignedDuration = SignedDuration::from_secs(5);
/// The most tokens that are kept; beyond it all are forgotten, which costs a request each.
const MOST: usize = 20_000;

/// All tokens of an installation; share one in an `Arc`.
#[derive(Default)]
pub struct Tokens {
    slots: Mutex<HashMap<[u8; 32], Arc<Slot>>>,
    numbers: AtomicU64,
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
    /// The token, asked for if there is none that lasts.
    pub async fn token<F>(&self, now: Timestamp, ask: impl FnOnce() -> F) -> Result<SecretString, Outcome>
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
        match ask().await {
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
        use secrecy::ExposeSecret;
        let mut state = self.state.lock().await;
        if let State::Held(token) = &*state
            && token.secret.expose_secret() == refused.expose_secret()
        {
            *state = State::Empty;
        }
    }
}
