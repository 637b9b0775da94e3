//! Settings, as a draft finds that it needs them: credentials, the club's number, and whatever else a call asks for.

use crate::words::words;
use crate::yaml::{Entry, Yaml, entry, text};

/// The settings of a description.
#[derive(Default)]
pub(crate) struct Settings {
    entries: Vec<Entry>,
}

impl Settings {
    /// The address of the system, where each client has one of its own.
    pub fn base_url(&mut self) -> String {
        self.add("base_url", "Address of the system", ("url", "client"), Some("client_id"), &[])
    }

    /// A part of an address.
    pub fn label(&mut self, name: &str, usual: &str) -> String {
        let title = sentence(name);
        let expression = self.add(&word(name), &title, ("label", "client"), None, &[]);
        let known = self.entries.iter_mut().find(|known| known.key == word(name));
        if let (Some(Yaml::Map(keys)), false) = (known.map(|known| &mut known.value), usual.is_empty()) {
            keys.retain(|key| key.key != "default");
            keys.push(entry("default", text(usual)));
        }
        expression
    }

    /// A secret.
    pub fn secret(&mut self, name: &str, title: &str) -> String {
        self.add(name, title, ("secret", "client"), None, &[])
    }

    /// Text that is no secret, such as a user's name.
    pub fn text(&mut self, name: &str, title: &str) -> String {
        self.add(name, title, ("text", "client"), None, &[])
    }

    /// The club's number.
    pub fn club(&mut self) -> String {
        self.add("club", "Club number in the system", ("text", "club"), Some("club_id"), &[])
    }

    /// The business's number.
    pub fn client(&mut self) -> String {
        let role = Some("client_id").filter(|_| !self.has_client());
        self.add("business", "Number of the business in the system", ("text", "client"), role, &[])
    }

    /// What a call needs and nothing of ours fits.
    pub fn needed(&mut self, name: &str, about: &str) -> String {
        let said = if about.is_empty() { String::new() } else { format!(" ({about})") };
        let comment = format!(
            "TODO: a call asks for `{name}`{said}; is it a setting, a constant, or a field of the person?"
        );
        let secret = ["password", "secret", "token", "apikey"]
            .iter()
            .any(|word| crate::words::folded(name).contains(word));
        let kind = if secret { "secret" } else { "text" };
        self.add(&word(name), &sentence(name), (kind, "client"), None, &[comment])
    }

    fn has_client(&self) -> bool {
        let named = |entry: &Entry| match &entry.value {
            Yaml::Map(keys) => keys.iter().any(|key| key.key == "role" && key.value == text("client_id")),
            _ => false,
        };
        self.entries.iter().any(named)
    }

    fn add(
        &mut self,
        name: &str,
        title: &str,
        (kind, scope): (&str, &str),
        role: Option<&str>,
        comments: &[String],
    ) -> String {
        if !self.entries.iter().any(|known| known.key == name) {
            let mut keys = vec![entry("title", text(title))];
            keys.extend([entry("kind", text(kind)), entry("scope", text(scope))]);
            keys.extend(role.map(|role| entry("role", text(role))));
            let mut setting = entry(name, Yaml::Map(keys));
            setting.comments = comments.to_vec();
            if comments.is_empty() {
                setting.comments.push("TODO: a `help:` that says where a club manager finds it.".to_owned());
            }
            self.entries.push(setting);
        }
        format!("settings.{name}")
    }

    /// The section of the description.
    pub fn section(self) -> Yaml {
        Yaml::Map(self.entries)
    }
}

/// A name that can stand in an expression.
fn word(name: &str) -> String {
    let word = crate::words::spelt(name);
    if word.starts_with(|c: char| c.is_ascii_lowercase()) { word } else { format!("a_{word}") }
}

/// A name as a label.
pub(crate) fn sentence(name: &str) -> String {
    let text = words(name).join(" ");
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(|| name.to_owned(), |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
