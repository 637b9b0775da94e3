//! Masks secrets in everything that is kept: whatever text a secret ends up in, and however it was escaped there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What stands in a secret's place.
pub(super) const MASK: &str = "••••••";
/// Secrets shorter than this would mask half of every text; nothing worth protecting is that short.
const LEAST: usize = 3;
/// The most that is kept of a request or an answer.
const KEPT: usize = 8 * 1024;

/// The secrets of one endpoint, in every spelling they can take.
#[derive(Clone, Default)]
pub(super) struct Mask {
    spellings: Vec<String>,
}

impl Mask {
    pub fn of(secrets: &[String]) -> Mask {
        let mut mask = Mask::default();
        for secret in secrets {
            mask.add(secret);
        }
        mask
    }

    pub fn add(&mut self, secret: &str) {
        if secret.len() < LEAST {
            return;
        }
        // A document inside of another has its letters escaped twice, and so has one inside of JSON or a form.
        let text = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let attribute = text.replace('"', "&quot;");
        for spelling in [secret, &text, &attribute] {
            let json = serde_json::to_string(spelling).unwrap_or_default();
            let escaped = spelling.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let form: String = url::form_urlencoded::byte_serialize(spelling.as_bytes()).collect();
            self.spellings.extend([spelling.to_owned(), json.trim_matches('"').to_owned(), escaped, form]);
        }
        self.spellings.extend([super::prepare::escape(secret), STANDARD.encode(secret)]);
        if let Ok(bytes) = xml::Charset::Windows1252.encode(secret.to_owned()) {
            self.spellings.push(url::form_urlencoded::byte_serialize(&bytes).collect());
        }
        self.spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
        self.spellings.dedup();
    }

    pub fn with(&self, secret: &str) -> Mask {
        let mut mask = self.clone();
        mask.add(secret);
        mask
    }

    /// The text without secrets.
    pub fn apply(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for spelling in &self.spellings {
            if masked.contains(spelling.as_str()) {
                masked = masked.replace(spelling.as_str(), MASK);
            }
        }
        masked
    }

    /// The text without secrets, cut to what is kept. Cut after masking: half a secret would not be found.
    pub fn keep(&self, text: &str) -> String {
        let head = &text[..text.floor_char_boundary(KEPT * 2)];
        let mut masked = self.apply(head);
        if masked.len() > KEPT || head.len() < text.len() {
            masked.truncate(masked.floor_char_boundary(KEPT));
            masked.push('…');
        }
        masked
    }
}
