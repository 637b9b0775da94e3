//! What Magicline says when it does not do what was asked, in the caller's language.

use serde_json::json;

use crate::http_call::{Incoming, Reply};

/// The sentences that it knows.
#[derive(Clone, Debug)]
pub(super) enum Said {
    Missing,
    Invalid,
    NotFound,
    Unauthorised,
    TooMany,
    Broken,
    Malformed,
    Waiting,
    /// In the words of whoever asked for the fault.
    Own(String),
}

impl Said {
    pub(super) fn words(&self, call: &Incoming) -> String {
        let german = call.header("accept-language").starts_with("de");
        let (english, in_german) = match self {
            Said::Missing => ("must not be empty", "darf nicht leer sein"),
            Said::Invalid => ("is not valid", "ist nicht gültig"),
            Said::NotFound => ("was not found", "wurde nicht gefunden"),
            Said::Unauthorised => ("the API key is not valid", "der API-Schlüssel ist nicht gültig"),
            Said::TooMany => ("too many requests", "zu viele Anfragen"),
            Said::Broken => ("an unexpected error occurred", "ein unerwarteter Fehler ist aufgetreten"),
            Said::Malformed => ("the body is not valid JSON", "der Inhalt ist kein gültiges JSON"),
            Said::Waiting => {
                ("another change waits for approval", "eine andere Änderung wartet auf Bestätigung")
            }
            Said::Own(words) => return words.clone(),
        };
        (if german { in_german } else { english }).to_owned()
    }
}

/// A refusal of the open API.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub status: u16,
    pub code: &'static str,
    pub said: Said,
    /// The path of the offending field.
    pub reference: Option<String>,
}

impl Problem {
    pub(super) fn new(status: u16, code: &'static str, said: Said) -> Self {
        Problem { status, code, said, reference: None }
    }

    pub(super) fn about(reference: &str, code: &'static str, said: Said) -> Self {
        Problem { reference: Some(reference.to_owned()), ..Problem::new(400, code, said) }
    }

    pub(super) fn missing(reference: &str) -> Self {
        Problem::about(reference, "MISSING_VALUE", Said::Missing)
    }

    pub(super) fn invalid(reference: &str) -> Self {
        Problem::about(reference, "INVALID_VALUE", Said::Invalid)
    }

    pub(super) fn malformed() -> Self {
        Problem::new(400, "MALFORMED_REQUEST", Said::Malformed)
    }

    pub(super) fn reply(&self, call: &Incoming) -> Reply {
        let body = json!({
            "errorMessage": self.said.words(call),
            "errorCode": self.code,
            "traceId": trace(call),
            "reference": self.reference,
            "args": [],
            "typedArgs": [],
        });
        Reply::json(self.status, &body)
    }
}

/// Something to quote to the vendor's support.
pub(super) fn trace(call: &Incoming) -> String {
    let sum = call.path.bytes().chain(call.body.iter().copied());
    format!(
        "{:016x}",
        sum.fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    )
}
