//! Descriptions: any text is one, or is told all its mistakes; telling them works too.

use std::sync::Arc;

use platform::{Description, Endpoint, Settings, Tokens};

use crate::net::Silent;

/// The bytes are a `platform.yaml`.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Description::parse("platform.yaml", &text) {
        Err(mistakes) => assert!(!mistakes.to_string().trim().is_empty(), "a mistake says something"),
        Ok(description) => {
            let net = Arc::new(Silent);
            let _ = Endpoint::bind(Arc::new(description), Settings::default(), net, Arc::new(Tokens::new()));
        }
    }
}
