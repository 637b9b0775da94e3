//! Writes a rendered tree as XML.
//!
//! An object is an element: `@name` is an attribute, `$text` its own text, all else its children. A list repeats its
//! element, null says `xsi:nil`.

use serde_json::Value as Json;
use xml::{Charset, Writer};

use super::Result;
use crate::description::Namespaces;
use crate::template::Tree;

/// Writes an XML document with one root element.
pub(crate) fn xml(root: &Tree<'_>, namespaces: &Namespaces, charset: Charset) -> Result<String> {
    let mut markup = Markup { writer: Writer::declaring(charset), typed: false };
    let default = namespaces.default.iter().map(|uri| ("xmlns".to_owned(), &**uri));
    let prefixes = namespaces.prefixes.iter().map(|(p, uri)| (format!("xmlns:{p}"), &**uri));
    let declared: Vec<(String, &str)> = default.chain(prefixes).collect();
    let declared: Vec<_> = declared.iter().map(|(name, uri)| (name.as_str(), *uri)).collect();
    markup.members(root, &declared)?;
    Ok(markup.writer.finish())
}

/// Writes a structure that becomes the text of something else: one root element, without a declaration.
pub(crate) fn fragment(root: &Tree<'_>) -> Result<String> {
    let mut markup = Markup { writer: Writer::new(), typed: false };
    markup.members(root, &[])?;
    Ok(markup.writer.finish())
}

/// A document being written.
pub(super) struct Markup {
    pub writer: Writer,
    /// Whether each value says its type of XML Schema.
    pub typed: bool,
}

impl Markup {
    /// The elements of a structure; `attributes` go to each of them.
    pub fn members(&mut self, tree: &Tree<'_>, attributes: &[(&str, &str)]) -> Result<()> {
        let Tree::Object(members) = tree else {
            return Err("an XML body is one element with elements inside".to_owned());
        };
        for (name, member) in members.iter().filter(|(name, _)| !name.starts_with(['@', '$'])) {
            self.element(name, member, attributes)?;
        }
        Ok(())
    }

    /// One element, or several where the tree is a list.
    pub fn element(&mut self, name: &str, tree: &Tree<'_>, attributes: &[(&str, &str)]) -> Result<()> {
        match tree {
            Tree::List(items) => items.iter().try_for_each(|item| self.element(name, item, attributes)),
            Tree::Object(inner) => self.structure(name, inner, attributes),
            Tree::Given(value) => self.given(name, value, attributes),
            leaf => self.leaf(name, leaf, attributes),
        }
    }

    fn structure(
        &mut self,
        name: &str,
        inner: &[(&str, Tree<'_>)],
        attributes: &[(&str, &str)],
    ) -> Result<()> {
        let mut own: Vec<(&str, String)> = Vec::new();
        for (name, value) in inner {
            if let Some(name) = name.strip_prefix('@') {
                own.push((name, value.as_text()?.into_owned()));
            }
        }
        let mut shown = attributes.to_vec();
        shown.extend(own.iter().map(|(name, value)| (*name, value.as_str())));
        if let Some((_, text)) = inner.iter().find(|(name, _)| *name == "$text") {
            return self.leaf(name, text, &shown);
        }
        self.writer.open(name, &shown);
        for (name, member) in inner.iter().filter(|(name, _)| !name.starts_with('@')) {
            self.element(name, member, &[])?;
        }
        self.writer.close();
        Ok(())
    }

    fn leaf(&mut self, name: &str, leaf: &Tree<'_>, attributes: &[(&str, &str)]) -> Result<()> {
        let (kind, text) = match leaf {
            Tree::Null => {
                self.writer.nil(name, attributes);
                return Ok(());
            }
            Tree::Bool(b) => ("xsd:boolean", b.to_string().into()),
            Tree::Float(x) => ("xsd:double", x.to_string().into()),
            Tree::Int(n) => (integer(i32::try_from(*n).is_ok()), leaf.as_text()?),
            other => ("xsd:string", other.as_text()?),
        };
        self.text(name, kind, &text, attributes);
        Ok(())
    }

    fn text(&mut self, name: &str, kind: &str, text: &str, attributes: &[(&str, &str)]) {
        if self.typed && attributes.iter().all(|(name, _)| *name != "xsi:type") {
            let typed: Vec<_> = attributes.iter().copied().chain([("xsi:type", kind)]).collect();
            self.writer.open(name, &typed).text(text).close();
        } else {
            self.writer.open(name, attributes).text(text).close();
        }
    }

    fn given(&mut self, name: &str, value: &Json, attributes: &[(&str, &str)]) -> Result<()> {
        match value {
            Json::Null => {
                self.writer.nil(name, attributes);
            }
            Json::String(text) => self.text(name, "xsd:string", text, attributes),
            Json::Bool(b) => self.text(name, "xsd:boolean", &b.to_string(), attributes),
            Json::Number(n) => {
                let small = n.as_i64().is_some_and(|n| i32::try_from(n).is_ok());
                let kind = if n.is_f64() { "xsd:double" } else { integer(small) };
                self.text(name, kind, &n.to_string(), attributes);
            }
            Json::Array(items) => items.iter().try_for_each(|item| self.given(name, item, attributes))?,
            Json::Object(inner) => {
                self.writer.open(name, attributes);
                inner.iter().try_for_each(|(name, value)| self.given(name, value, &[]))?;
                self.writer.close();
            }
        }
        Ok(())
    }
}

const fn integer(small: bool) -> &'static str {
    if small { "xsd:int" } else { "xsd:long" }
}
