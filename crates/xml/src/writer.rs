//! Writing: text and values escaped, end tags matched, whatever the strings contain.
//!
//! What is written can always be read back. Characters that XML 1.0 cannot carry are dropped: a name typed with a
//! stray control character must still arrive. A name that cannot be one has its offending characters replaced by `_`,
//! so that no string becomes markup; callers with names of foreign origin check them with [`crate::is_name`].

use crate::Charset;
use crate::chars::{as_name_char, is_xml_char};

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Builds a document from the outside in. Namespaces are declared by the caller, as attributes.
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
    open: Vec<(usize, usize)>,
    xsi_since: Option<usize>,
}

impl Writer {
    /// An empty document without an XML declaration.
    pub fn new() -> Self {
        Writer::default()
    }

    /// An empty document that begins with `<?xml version="1.0" encoding="UTF-8"?>`.
    pub fn with_declaration() -> Self {
        Writer::declaring(Charset::Utf8)
    }

    /// An empty document whose declaration names the encoding in which it will be sent.
    pub fn declaring(charset: Charset) -> Self {
        let name = if charset == Charset::Utf8 { "UTF-8" } else { charset.name() };
        Writer { out: format!("<?xml version=\"1.0\" encoding=\"{name}\"?>"), ..Writer::default() }
    }

    /// Opens an element.
    pub fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.out.push('<');
        let from = self.out.len();
        push_name(&mut self.out, name);
        self.open.push((from, self.out.len()));
        for (name, value) in attributes {
            self.attribute(name, value);
            if *name == "xmlns:xsi" && *value == XSI && self.xsi_since.is_none() {
                self.xsi_since = Some(self.open.len());
            }
        }
        self.out.push('>');
        self
    }

    /// Writes text into the element that is open.
    pub fn text(&mut self, text: &str) -> &mut Self {
        push_escaped(&mut self.out, text, false);
        self
    }

    /// Closes the element that was opened last; without one, does nothing.
    pub fn close(&mut self) -> &mut Self {
        if self.xsi_since == Some(self.open.len()) {
            self.xsi_since = None;
        }
        if let Some((from, to)) = self.open.pop() {
            self.out.push_str("</");
            self.out.extend_from_within(from..to);
            self.out.push('>');
        }
        self
    }

    /// Writes an element that holds nothing but text.
    pub fn leaf(&mut self, name: &str, text: &str) -> &mut Self {
        self.open(name, &[]).text(text).close()
    }

    /// Writes an element that says it has no value, declaring `xsi` unless an open element did.
    pub fn nil(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.out.push('<');
        push_name(&mut self.out, name);
        for (name, value) in attributes {
            self.attribute(name, value);
        }
        if self.xsi_since.is_none() {
            self.attribute("xmlns:xsi", XSI);
        }
        self.attribute("xsi:nil", "true");
        self.out.push_str("/>");
        self
    }

    /// Closes what is open and hands over the document.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        push_name(&mut self.out, name);
        self.out.push_str("=\"");
        push_escaped(&mut self.out, value, true);
        self.out.push('"');
    }
}

fn push_name(out: &mut String, name: &str) {
    if crate::is_name(name) {
        return out.push_str(name);
    }
    if name.is_empty() {
        return out.push('_');
    }
    out.extend(name.chars().enumerate().map(|(at, c)| as_name_char(c, at == 0)));
}

fn push_escaped(out: &mut String, text: &str, in_attribute: bool) {
    let mut copied = 0;
    for (at, c) in text.char_indices() {
        let instead = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\r' => "&#13;",
            '"' if in_attribute => "&quot;",
            '\n' if in_attribute => "&#10;",
            '\t' if in_attribute => "&#9;",
            c if !is_xml_char(c) => "",
            _ => continue,
        };
        out.push_str(&text[copied..at]);
        out.push_str(instead);
        copied = at + c.len_utf8();
    }
    out.push_str(&text[copied..]);
}
