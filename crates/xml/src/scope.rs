//! Namespace scopes: which prefix means which namespace, here.

use std::sync::Arc;

const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The declarations in force, innermost last. Their number is bounded by the caller, so looking back is cheap.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    bindings: Vec<(String, Arc<str>)>,
}

impl Scope {
    /// A mark to which [`Scope::leave`] returns.
    pub(crate) fn mark(&self) -> usize {
        self.bindings.len()
    }

    /// Forgets what was declared since the mark.
    pub(crate) fn leave(&mut self, mark: usize) {
        self.bindings.truncate(mark);
    }

    /// Binds a prefix, `""` for the default namespace. Says what is wrong with a binding the standard forbids
    /// (Namespaces in XML 1.0, §2.2, §3, §5 and §6.3).
    pub(crate) fn declare(&mut self, prefix: &str, uri: &str, mark: usize) -> Result<(), &'static str> {
        if prefix == "xmlns" || uri == "http://www.w3.org/2000/xmlns/" {
            return Err("the prefix `xmlns` and its namespace cannot be declared");
        }
        if (prefix == "xml") != (uri == XML) {
            return Err("the prefix `xml` and its namespace belong together");
        }
        if !prefix.is_empty() && uri.is_empty() {
            return Err("a prefix cannot be bound to no namespace");
        }
        if self.bindings[mark..].iter().any(|(bound, _)| bound == prefix) {
            return Err("a tag declares the same prefix twice");
        }
        self.bindings.push((prefix.to_owned(), Arc::from(uri)));
        Ok(())
    }

    /// The namespace of a prefix; `None` when the prefix is not declared.
    pub(crate) fn find(&self, prefix: &str) -> Option<Arc<str>> {
        let bound = self.bindings.iter().rev().find(|(bound, _)| bound == prefix);
        match bound {
            Some((_, uri)) => Some(Arc::clone(uri)),
            None if prefix == "xml" => Some(Arc::from(XML)),
            None => None,
        }
    }

    /// The namespace of elements without a prefix.
    pub(crate) fn of_elements(&self) -> Option<Arc<str>> {
        self.find("").filter(|uri| !uri.is_empty())
    }
}
