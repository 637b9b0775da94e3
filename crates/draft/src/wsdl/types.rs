//! The types of a WSDL: XML Schema, as far as bodies need it.

use std::cell::Cell;
use std::collections::BTreeMap;

use xml::Element;

use super::local;
use crate::contract::{Leaf, Member, Shape};
use crate::openapi::words_of;

/// The deepest nesting that is read; types may contain themselves.
const MAX_DEPTH: usize = 12;
/// The most members of a whole document's shapes.
const MAX_MEMBERS: usize = 60_000;

/// Elements and types by name. Of the same name in two namespaces the first counts: few vendors have two.
pub(super) struct Types<'a> {
    elements: BTreeMap<&'a str, &'a Element>,
    definitions: BTreeMap<&'a str, &'a Element>,
    left: Cell<usize>,
}

impl<'a> Types<'a> {
    pub fn of(schemas: impl Iterator<Item = &'a Element>) -> Types<'a> {
        let mut known =
            Types { elements: BTreeMap::new(), definitions: BTreeMap::new(), left: Cell::new(MAX_MEMBERS) };
        for child in schemas.flat_map(|schema| &schema.children) {
            let Some(name) = child.attribute("name") else { continue };
            let into = match child.name.as_str() {
                "element" => &mut known.elements,
                "complexType" | "simpleType" => &mut known.definitions,
                _ => continue,
            };
            into.entry(name).or_insert(child);
        }
        known
    }

    /// The shape of an element of that name.
    pub fn element(&self, name: &str) -> Shape {
        self.elements.get(name).map_or_else(|| Shape::Object(Vec::new()), |element| self.declared(element, 0))
    }

    /// The shape of a type of that name.
    pub fn of_type(&self, name: &str) -> Shape {
        self.named(name, 0)
    }

    fn declared(&self, element: &'a Element, depth: usize) -> Shape {
        if let Some(named) = element.attribute("type") {
            return self.named(local(named), depth);
        }
        let inline = element.child("complexType").or(element.child("simpleType"));
        inline.map_or_else(|| Shape::Object(Vec::new()), |inline| self.defined(inline, depth))
    }

    fn named(&self, name: &str, depth: usize) -> Shape {
        if depth > MAX_DEPTH {
            return Shape::default();
        }
        match self.definitions.get(name) {
            Some(definition) => self.defined(definition, depth),
            None => Shape::Leaf(built_in(name)),
        }
    }

    fn defined(&self, definition: &'a Element, depth: usize) -> Shape {
        if definition.name == "simpleType" {
            let restriction = definition.child("restriction");
            let base = restriction.and_then(|of| of.attribute("base")).map_or("string", local);
            let words = restriction.into_iter().flat_map(|of| of.children_named("enumeration"));
            let words = words.filter_map(|word| word.attribute("value").map(str::to_owned)).collect();
            return Shape::Leaf(Leaf { words, ..built_in(base) });
        }
        if let Some(element) = array_of(definition) {
            let item = Member {
                name: "item".to_owned(),
                required: false,
                about: String::new(),
                shape: Shape::List(Box::new(self.named(element, depth + 1))),
            };
            return Shape::Object(vec![item]);
        }
        let mut members = Vec::new();
        self.members(definition, depth, &mut members);
        Shape::Object(members)
    }

    /// The members of a complex type: in order, those of its base first.
    fn members(&self, of: &'a Element, depth: usize, members: &mut Vec<Member>) {
        for child in &of.children {
            match child.name.as_str() {
                "sequence" | "all" | "choice" | "complexContent" if depth <= MAX_DEPTH => {
                    self.members(child, depth, members);
                }
                "extension" if depth <= MAX_DEPTH => {
                    let base = child.attribute("base").and_then(|base| self.definitions.get(local(base)));
                    if let Some(base) = base {
                        self.members(base, depth + 1, members);
                    }
                    self.members(child, depth + 1, members);
                }
                "element" => members.extend(self.member(child, depth)),
                _ => {}
            }
        }
    }

    fn member(&self, element: &'a Element, depth: usize) -> Option<Member> {
        self.left.set(self.left.get().checked_sub(1)?);
        let referred = element.attribute("ref").map(local);
        let name = element.attribute("name").or(referred)?;
        let declared = referred.and_then(|name| self.elements.get(name).copied()).unwrap_or(element);
        let shape = if depth > MAX_DEPTH { Shape::default() } else { self.declared(declared, depth + 1) };
        let many = element.attribute("maxOccurs").is_some_and(|most| most != "1" && most != "0");
        let about = element.path(&["annotation", "documentation"]);
        Some(Member {
            name: name.to_owned(),
            required: element.attribute("minOccurs") != Some("0"),
            about: about.map(|about| words_of(about.trimmed())).unwrap_or_default(),
            shape: if many { Shape::List(Box::new(shape)) } else { shape },
        })
    }
}

/// What an array of SOAP's own encoding holds: the name of its type.
fn array_of(definition: &Element) -> Option<&str> {
    let restriction = definition.path(&["complexContent", "restriction"])?;
    let array = restriction.child("attribute")?.attributes.iter().find(|one| one.name == "arrayType")?;
    Some(local(array.value.trim_end_matches("[]")))
}

fn built_in(name: &str) -> Leaf {
    let (kind, format) = match name {
        "boolean" => ("boolean", ""),
        "int" | "integer" | "long" | "short" | "decimal" | "double" | "float" | "unsignedInt"
        | "positiveInteger" => ("number", ""),
        "date" => ("string", "date"),
        "dateTime" => ("string", "date-time"),
        _ => ("string", ""),
    };
    Leaf { kind: kind.to_owned(), format: format.to_owned(), words: Vec::new() }
}
