//! Elements: a document as a tree, names resolved, text joined.

use std::sync::Arc;

/// One element of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Name without its prefix.
    pub name: String,
    /// The namespace that its prefix, or the default declaration, stands for. Shared: a long one costs once.
    pub namespace: Option<Arc<str>>,
    /// Attributes in document order, without namespace declarations.
    pub attributes: Vec<Attribute>,
    /// Child elements in document order.
    pub children: Vec<Element>,
    /// The element's own text and CDATA, joined, white space kept as sent; text of children is not in it.
    pub text: String,
    /// Whether `xsi:nil` says `true` or `1`.
    pub nil: bool,
    /// Line of the start tag, counted from 1.
    pub line: u32,
    /// Column of the start tag in characters, counted from 1.
    pub column: u32,
}

/// One attribute of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Name without its prefix.
    pub name: String,
    /// The namespace of its prefix; an attribute without a prefix has none.
    pub namespace: Option<Arc<str>>,
    /// Value, entities resolved, line ends and tabs as spaces (XML 1.0 §3.3.3).
    pub value: String,
}

impl Element {
    /// The first child of that name, in whatever namespace.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of that name, in whatever namespace.
    pub fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The element that is reached by taking the first child of each name in turn.
    pub fn path(&self, names: &[&str]) -> Option<&Element> {
        names.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The value of the first attribute of that name, in whatever namespace.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .map(|attribute| attribute.value.as_str())
    }

    /// The text without the white space around it.
    pub fn trimmed(&self) -> &str {
        self.text.trim()
    }
}
