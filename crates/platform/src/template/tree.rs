//! A rendered request, before it has a shape on the wire.

use secrecy::{ExposeSecret, SecretString};

/// One rendered value. Names are borrowed from the template.
pub(crate) enum Tree<'t> {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    Secret(SecretString),
    List(Vec<Tree<'t>>),
    Object(Vec<(&'t str, Tree<'t>)>),
    /// A structure that an expression gave.
    Given(serde_json::Value),
}

impl Tree<'_> {
    /// Whether a secret is anywhere in it.
    pub fn holds_secret(&self) -> bool {
        match self {
            Tree::Secret(_) => true,
            Tree::List(items) => items.iter().any(Tree::holds_secret),
            Tree::Object(members) => members.iter().any(|(_, member)| member.holds_secret()),
            _ => false,
        }
    }

    /// As text, where only text goes: a query, a form, a header, an XML leaf. Booleans and floats have no one spelling.
    pub fn as_text(&self) -> Result<std::borrow::Cow<'_, str>, String> {
        match self {
            Tree::Text(text) => Ok(text.as_str().into()),
            Tree::Secret(secret) => Ok(secret.expose_secret().to_owned().into()),
            Tree::Int(n) => Ok(n.to_string().into()),
            Tree::Null => Ok("".into()),
            Tree::Bool(_) => Err("a boolean has no one spelling here: map it to text".to_owned()),
            Tree::Float(_) => {
                Err("a number with a fraction has no one spelling here: make it text".to_owned())
            }
            Tree::List(_) | Tree::Object(_) | Tree::Given(_) => {
                Err("a structure cannot stand here".to_owned())
            }
        }
    }
}
