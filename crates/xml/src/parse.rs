//! Reading: one pass over the text, limits checked as it goes, a tree at the end.
//!
//! quick-xml finds the markup and matches end tags; it is lenient about much that the standard forbids, so names,
//! characters, white space and namespaces are judged here.

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::chars::{first_forbidden, is_name, is_space, is_xml_char};
use crate::position::Cursor;
use crate::problem::quoted;
use crate::scope::Scope;
use crate::{Element, Limits, Problem, attributes};

/// Reads a document within limits. The time it takes is linear in the text's length.
pub fn parse(text: &str, limits: &Limits) -> Result<Element, Problem> {
    if text.len() > limits.max_bytes {
        return Err(Problem::anywhere(format!("the document is larger than {} bytes", limits.max_bytes)));
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reading = Reading::new(text, limits);
    if let Some(offset) = first_forbidden(text) {
        return Err(reading.problem(offset, "the document has a character that XML cannot carry".to_owned()));
    }
    if text.starts_with('\u{FEFF}') {
        return Err(reading.problem(0, "the document begins with more than one byte order mark".to_owned()));
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    loop {
        let offset = reader.buffer_position() as usize;
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let place = reader.error_position() as usize;
                return Err(reading.problem(place, sentence(&error)));
            }
        };
        if matches!(event, Event::Eof) {
            return reading.finish();
        }
        reading.take(&event, offset).map_err(|message| reading.problem(offset, message))?;
    }
}

/// A document half read: the elements that are open, and the root once it is closed.
struct Reading<'a> {
    text: &'a str,
    limits: &'a Limits,
    open: Vec<(Element, usize)>,
    root: Option<Element>,
    scope: Scope,
    cursor: Cursor,
    elements: usize,
}

impl<'a> Reading<'a> {
    fn new(text: &'a str, limits: &'a Limits) -> Self {
        Reading {
            text,
            limits,
            open: Vec::with_capacity(8),
            root: None,
            scope: Scope::default(),
            cursor: Cursor::start(),
            elements: 0,
        }
    }

    fn take(&mut self, event: &Event<'_>, offset: usize) -> Result<(), String> {
        match event {
            Event::Start(start) => self.start(start, offset),
            Event::Empty(start) => {
                self.start(start, offset)?;
                self.end();
                Ok(())
            }
            Event::End(_) => {
                self.end();
                Ok(())
            }
            Event::Text(text) if text.bytes().any(|b| b == b'>') && text.contains("]]>") => {
                Err("text contains `]]>`, which must be written `]]&gt;`".to_owned())
            }
            Event::Text(text) if self.open.is_empty() && text.bytes().all(is_space) => Ok(()),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => self.reference(reference),
            Event::Comment(comment) if comment.ends_with('-') => {
                Err("a comment must not contain `--`, nor end with `--->`".to_owned())
            }
            Event::Decl(declaration) if offset == 0 && declaration.version().is_ok() => Ok(()),
            Event::Decl(_) => {
                Err("the XML declaration must be complete and at the very beginning".to_owned())
            }
            Event::DocType(_) => {
                Err("the document has a document type (`<!DOCTYPE`), which is refused".to_owned())
            }
            Event::PI(_) => {
                Err("the document has a processing instruction (`<?`), which is refused".to_owned())
            }
            Event::Comment(_) | Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, offset: usize) -> Result<(), String> {
        let name = start.name().into_inner();
        self.admit(name)?;
        let mark = self.scope.mark();
        let read = attributes::read(start, self.limits, &mut self.scope)?;
        let (namespace, local) = match name.split_once(':') {
            Some((prefix, local)) => match self.scope.find(prefix) {
                Some(namespace) => (Some(namespace), local),
                None => return Err(format!("the prefix {} is not declared", quoted(prefix))),
            },
            None => (self.scope.of_elements(), name),
        };
        let (line, column) = self.cursor.advance(self.text, offset);
        let element = Element {
            name: local.to_owned(),
            namespace,
            attributes: read.attributes,
            nil: read.nil,
            line,
            column,
            ..Element::default()
        };
        self.open.push((element, mark));
        Ok(())
    }

    fn admit(&mut self, name: &str) -> Result<(), String> {
        if self.open.is_empty() && self.root.is_some() {
            return Err(format!("the document has a second root element, {}", quoted(name)));
        }
        if !is_name(name) {
            return Err(format!("{} cannot be the name of an element", quoted(name)));
        }
        self.elements += 1;
        if self.elements > self.limits.max_elements {
            return Err(format!("the document has more than {} elements", self.limits.max_elements));
        }
        let deepest = self.limits.max_depth.min(Limits::DEEPEST);
        if self.open.len() >= deepest {
            return Err(format!("the document nests its elements more than {deepest} levels deep"));
        }
        Ok(())
    }

    /// quick-xml has matched the end tag's name already.
    fn end(&mut self) {
        if let Some((element, mark)) = self.open.pop() {
            self.scope.leave(mark);
            match self.open.last_mut() {
                Some((parent, _)) => parent.children.push(element),
                None => self.root = Some(element),
            }
        }
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        let Some((element, _)) = self.open.last_mut() else {
            return Err("the document has text outside its root element".to_owned());
        };
        if element.text.len() + text.len() > self.limits.max_text_bytes {
            let (name, most) = (quoted(&element.name), self.limits.max_text_bytes);
            return Err(format!("the element {name} has more than {most} bytes of text"));
        }
        element.text.push_str(text);
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), String> {
        if let Some(text) = resolve_xml_entity(reference) {
            return self.text(text);
        }
        match reference.resolve_char_ref() {
            Ok(Some(c)) if is_xml_char(c) => self.text(c.encode_utf8(&mut [0; 4])),
            Ok(None) => Err(format!("the entity {} is not one of XML's five", quoted(reference))),
            Ok(Some(_)) | Err(_) => {
                Err(format!("{} refers to a character that XML cannot carry", quoted(reference)))
            }
        }
    }

    fn finish(mut self) -> Result<Element, Problem> {
        if let Some((element, _)) = self.open.pop() {
            let message = format!("the element {} is not closed", quoted(&element.name));
            return Err(Problem { message, line: element.line, column: element.column });
        }
        self.root.ok_or_else(|| Problem::anywhere("the document has no root element"))
    }

    fn problem(&self, offset: usize, message: String) -> Problem {
        let (line, column) = Cursor::start().advance(self.text, offset.min(self.text.len()));
        Problem { message, line, column }
    }
}

/// What the reader found wrong, as a sentence.
fn sentence(error: &Error) -> String {
    match error {
        Error::Syntax(syntax) => format!("the document is not well-formed: {syntax}"),
        Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            format!("{} was opened, but {} is closed", quoted(expected), quoted(found))
        }
        Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => {
            format!("{} is closed, but was not opened", quoted(found))
        }
        Error::IllFormed(IllFormedError::DoubleHyphenInComment) => {
            "a comment must not contain `--`, nor end with `--->`".to_owned()
        }
        Error::IllFormed(IllFormedError::UnclosedReference) => "an `&` must be written `&amp;`".to_owned(),
        other => format!("the document is not well-formed: {other}"),
    }
}
