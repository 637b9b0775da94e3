//! Who may call: a private app with its token, or a public one whose tokens end.

use serde_json::json;

use super::problem::Problem;
use crate::form::Form;
use crate::http_call::{Incoming, Reply};
use crate::room::Room;

/// How long it is remembered that a token has ended.
const FORGOTTEN_MS: u64 = 24 * 3600 * 1000;

pub(super) fn allowed(room: &Room, call: &Incoming) -> Result<(), Problem> {
    let token = call.bearer();
    let ends = room.tokens.get(token);
    if token == room.config.credentials.secret || ends.is_some_and(|ends_ms| *ends_ms > room.now_ms) {
        return Ok(());
    }
    if ends.is_some() {
        return Err(Problem::new(
            401,
            "EXPIRED_AUTHENTICATION",
            "The OAuth token used to make this call expired",
        ));
    }
    Err(Problem::new(401, "INVALID_AUTHENTICATION", "Authentication credentials not found or not valid"))
}

/// A token for an authorization code or a refresh token; both are the one that the account was given.
pub(super) fn token(room: &mut Room, call: &Incoming) -> Reply {
    let form = Form::read(call);
    let credentials = &room.config.credentials;
    let grant = match form.text("grant_type") {
        "refresh_token" => form.text("refresh_token"),
        "authorization_code" => form.text("code"),
        _ => "",
    };
    if form.text("client_id") != credentials.user || form.text("client_secret") != credentials.secret {
        return Problem::new(400, "BAD_CLIENT", "missing or invalid client id or secret").reply();
    }
    if grant != credentials.company {
        return Problem::new(400, "BAD_REFRESH_TOKEN", "missing or invalid refresh token").reply();
    }
    if room.faults.refresh_rotates {
        room.config.credentials.company = room.dice.uuid();
    }
    let refresh = room.config.credentials.company.clone();
    let (token, ttl_s) = (room.dice.uuid(), room.config.token_ttl_s);
    room.tokens.retain(|_, ends_ms| *ends_ms + FORGOTTEN_MS > room.now_ms);
    room.tokens.insert(token.clone(), room.now_ms + ttl_s * 1000);
    let answer = json!({
        "token_type": "bearer",
        "access_token": token,
        "refresh_token": refresh,
        "expires_in": ttl_s,
    });
    Reply::json(200, &answer)
}
