//! Documents as a sender writes them, the careless ones included.

use super::{Encoding, NAMESPACE, Sender};
use crate::soap::leaf;

/// What a user document says of one element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// `<mobile/>`: nothing is known.
    Empty,
    /// `<mobile xsi:nil="true"/>`: shall be cleared.
    Nil,
}

/// A `<user>`.
#[derive(Clone, Debug)]
pub struct UserDocument {
    /// Provider, client, club and record, in this order.
    pub identity: [String; 4],
    /// The elements of `userInfo`, in the order in which they are written.
    pub elements: Vec<(String, Value)>,
    /// Whether the document carries the contract's namespace.
    pub namespaced: bool,
    /// How the text becomes bytes.
    pub encoding: Encoding,
}

impl UserDocument {
    /// A user with the four mandatory fields, active, without namespace, in UTF-8.
    pub fn new(sender: &Sender, record_id: &str, name: (&str, &str), user_type: &str) -> Self {
        let user = UserDocument {
            identity: [&sender.provider, &sender.client_id, &sender.club_id, record_id].map(str::to_owned),
            elements: Vec::new(),
            namespaced: false,
            encoding: Encoding::Utf8,
        };
        user.with("firstname", name.0)
            .with("lastname", name.1)
            .with("userStatus", "ACTIVE")
            .with("userType", user_type)
    }

    /// Sets an element's text; a second time replaces it.
    #[must_use]
    pub fn with(self, element: &str, text: &str) -> Self {
        self.set(element, Value::Text(text.to_owned()))
    }

    /// Writes an element empty.
    #[must_use]
    pub fn empty(self, element: &str) -> Self {
        self.set(element, Value::Empty)
    }

    /// Writes an element as `xsi:nil`.
    #[must_use]
    pub fn nil(self, element: &str) -> Self {
        self.set(element, Value::Nil)
    }

    /// Leaves an element out, also a mandatory one.
    #[must_use]
    pub fn without(mut self, element: &str) -> Self {
        self.elements.retain(|(name, _)| name != element);
        self
    }

    /// Writes the contract's namespace.
    #[must_use]
    pub fn namespaced(mut self) -> Self {
        self.namespaced = true;
        self
    }

    /// Writes in another encoding.
    #[must_use]
    pub fn encoded(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// The text of an element, if it has one.
    pub fn text(&self, element: &str) -> Option<&str> {
        self.elements.iter().find_map(|(name, value)| match value {
            Value::Text(text) if name == element => Some(text.as_str()),
            _ => None,
        })
    }

    fn set(mut self, element: &str, value: Value) -> Self {
        match self.elements.iter_mut().find(|(name, _)| name == element) {
            Some((_, old)) => *old = value,
            None => self.elements.push((element.to_owned(), value)),
        }
        self
    }

    /// The document as text.
    pub fn xml(&self) -> String {
        user_document(&self.identity, &self.elements, self.namespaced, self.encoding)
    }
}

/// A `<user>` from its parts.
pub fn user_document(
    identity: &[String; 4],
    elements: &[(String, Value)],
    namespaced: bool,
    encoding: Encoding,
) -> String {
    let written = elements.iter().map(|(name, value)| match value {
        Value::Text(text) => leaf(name, text),
        Value::Empty => format!("<{name}/>"),
        Value::Nil => format!("<{name} xsi:nil=\"true\"/>"),
    });
    let info = written.collect::<Vec<_>>().concat();
    let nil = elements.iter().any(|(_, value)| *value == Value::Nil);
    let space = if namespaced { format!(" xmlns=\"{NAMESPACE}\"") } else { String::new() };
    let xsi = if nil { " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"" } else { "" };
    let label = encoding.label();
    let provider = provider_info(identity);
    format!(
        "<?xml version=\"1.0\" encoding=\"{label}\"?>\n<user{space}{xsi}>{provider}<userInfo>{info}</userInfo></user>"
    )
}

/// A `<staff>` of the sender's club.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffDocument {
    /// The sender's number of the staff member.
    pub record_id: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
    /// Whether they still work there.
    pub active: bool,
}

impl StaffDocument {
    pub(super) fn xml(&self, sender: &Sender) -> String {
        let provider = provider_info(
            &[&sender.provider, &sender.client_id, &sender.club_id, &self.record_id].map(String::clone),
        );
        let info = [
            ("firstname", self.first_name.as_str()),
            ("lastname", &self.last_name),
            ("email", &self.email),
            ("active", if self.active { "true" } else { "false" }),
        ];
        format!("<staff>{provider}<staffInfo>{}</staffInfo></staff>", leaves(&info))
    }
}

/// A `<leadSource>` of the sender's club.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadSourceDocument {
    /// The sender's number of the lead source.
    pub record_id: String,
    /// Its name.
    pub name: String,
    /// Whether it is shown.
    pub active: bool,
}

impl LeadSourceDocument {
    pub(super) fn xml(&self, sender: &Sender) -> String {
        let provider = provider_info(
            &[&sender.provider, &sender.client_id, &sender.club_id, &self.record_id].map(String::clone),
        );
        let info = [("name", self.name.as_str()), ("active", if self.active { "true" } else { "false" })];
        format!("<leadSource>{provider}<leadInfo>{}</leadInfo></leadSource>", leaves(&info))
    }
}

fn provider_info(identity: &[String; 4]) -> String {
    let [provider, client, club, record] = identity;
    let info =
        [("identifier", provider.as_str()), ("clientID", client), ("clubID", club), ("recordID", record)];
    format!("<providerInfo>{}</providerInfo>", leaves(&info))
}

fn leaves(values: &[(&str, &str)]) -> String {
    values.iter().map(|(name, value)| leaf(name, value)).collect()
}

/// Text as XML writes it.
pub fn xml_text(text: &str) -> String {
    crate::text::xml(text)
}
