//! Limits: how much of a foreign document is worth reading.

/// The bounds within which a document is read. What exceeds one is refused with a sentence that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the document, in bytes, before and after decoding.
    pub max_bytes: usize,
    /// Levels of nesting; the root is level 1. Never more than [`Limits::DEEPEST`], whatever is asked.
    pub max_depth: usize,
    /// Elements of the whole document.
    pub max_elements: usize,
    /// Attributes of one tag, namespace declarations included.
    pub max_attributes_per_element: usize,
    /// Namespace declarations in force at one place; toolkits declare the same one again in every part of a list.
    pub max_namespaces: usize,
    /// Text of one element, or value of one attribute, in bytes.
    pub max_text_bytes: usize,
}

impl Limits {
    /// Trees are walked and dropped by recursion, so their depth is bounded even for trusting callers.
    pub const DEEPEST: usize = 256;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_bytes: 1 << 20,
            max_depth: 32,
            max_elements: 20_000,
            max_attributes_per_element: 64,
            max_namespaces: 64,
            max_text_bytes: 1 << 18,
        }
    }
}
