//! Schemas of an OpenAPI document, references followed, as shapes.

use std::cell::Cell;

use serde_json::Value;

use super::words_of;
use crate::contract::{Leaf, Member, Shape};

/// The deepest nesting that is read; schemas may contain themselves.
const MAX_DEPTH: usize = 8;
/// References that lead to references.
const MAX_HOPS: usize = 16;
/// The most members of a whole document's shapes: what refers to itself twice doubles at each level.
const MAX_MEMBERS: usize = 60_000;

/// A document to follow references in.
pub(super) struct Document<'a> {
    pub root: &'a Value,
    left: Cell<usize>,
}

impl<'a> Document<'a> {
    pub fn new(root: &'a Value) -> Document<'a> {
        Document { root, left: Cell::new(MAX_MEMBERS) }
    }

    /// What a value refers to, or itself. A reference that leads nowhere gives null.
    pub fn resolve(&self, value: &'a Value) -> &'a Value {
        let mut value = value;
        for _ in 0..MAX_HOPS {
            let Some(reference) = value["$ref"].as_str() else { return value };
            let pointer = reference.strip_prefix('#').unwrap_or("/(elsewhere)");
            value = self.root.pointer(pointer).unwrap_or(&Value::Null);
        }
        &Value::Null
    }

    /// The shape that a schema describes.
    pub fn shape(&self, schema: &'a Value) -> Shape {
        self.shape_at(schema, 0)
    }

    fn shape_at(&self, schema: &'a Value, depth: usize) -> Shape {
        let schema = self.resolve(schema);
        if depth > MAX_DEPTH || self.left.get() == 0 {
            return Shape::default();
        }
        let mut members = Vec::new();
        self.members(schema, depth, &mut members);
        if !members.is_empty() {
            return Shape::Object(members);
        }
        if schema["items"].is_object() {
            return Shape::List(Box::new(self.shape_at(&schema["items"], depth + 1)));
        }
        if let Some(only) = alternatives(schema).next() {
            return self.shape_at(only, depth + 1);
        }
        let words = schema["enum"].as_array().into_iter().flatten().chain([&schema["const"]]);
        Shape::Leaf(Leaf {
            kind: kind(schema).to_owned(),
            format: schema["format"].as_str().unwrap_or_default().to_owned(),
            words: words.filter_map(literal).collect(),
        })
    }

    fn members(&self, schema: &'a Value, depth: usize, members: &mut Vec<Member>) {
        let parts = schema["allOf"].as_array().into_iter().flatten();
        if depth <= MAX_DEPTH {
            parts.for_each(|part| self.members(self.resolve(part), depth + 1, members));
        }
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if self.left.get() == 0 {
                continue;
            }
            self.left.set(self.left.get() - 1);
            let member = Member {
                name: name.clone(),
                required: required.contains(&name.as_str()),
                about: words_of(self.resolve(property)["description"].as_str().unwrap_or_default()),
                shape: self.shape_at(property, depth + 1),
            };
            match members.iter_mut().find(|known| known.name == *name) {
                Some(known) => *known = member,
                None => members.push(member),
            }
        }
        for name in required {
            members.iter_mut().filter(|member| member.name == name).for_each(|member| member.required = true);
        }
    }
}

/// The alternatives of a schema, without that of being null.
fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    let all =
        ["anyOf", "oneOf", "allOf"].into_iter().flat_map(|key| schema[key].as_array().into_iter().flatten());
    all.filter(|schema| schema["type"] != "null")
}

/// `string`, `number` or `boolean`: version 3.1 lists types, and null among them.
fn kind(schema: &Value) -> &str {
    let types = schema["type"].as_array();
    let listed = types.and_then(|types| types.iter().filter_map(Value::as_str).find(|kind| *kind != "null"));
    match schema["type"].as_str().or(listed) {
        Some("integer" | "number") => "number",
        Some(kind @ ("string" | "boolean")) => kind,
        _ => "",
    }
}

/// A literal as text.
pub(super) fn literal(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
