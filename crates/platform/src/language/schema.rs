//! The JSON Schema of the language, for editors, printed from the same tables that the reader checks against.

use serde_json::{Map, Value, json};

use super::{DESCRIPTION, Is, Shape};

/// The JSON Schema (2020-12) of a description.
pub fn json_schema() -> Value {
    let mut schema = shape(&DESCRIPTION);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("A platform, described for the Connector");
    schema
}

fn shape(shape: &Shape) -> Value {
    let keys = shape.keys.iter().filter(|entry| !matches!(entry.is, Is::Later));
    let properties: Map<String, Value> = keys
        .map(|entry| {
            let mut schema = schema_of(&entry.is);
            schema["description"] = json!(entry.about);
            (entry.key.to_owned(), schema)
        })
        .collect();
    let required: Vec<_> = shape.keys.iter().filter(|entry| entry.required).map(|entry| entry.key).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties, "required": required })
}

fn schema_of(is: &Is) -> Value {
    let word = json!({ "pattern": "^[a-z][a-z0-9_]*$" });
    match is {
        Is::Text => json!({ "type": ["string", "number"] }),
        Is::Integer(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Is::Boolean => json!({ "type": "boolean" }),
        Is::OneOf(words) => json!({ "type": "string", "enum": words }),
        Is::Value => json!({}),
        Is::Values => json!({ "type": "object" }),
        Is::Expression => json!({ "type": ["string", "number", "boolean"] }),
        Is::Alternatives => json!({ "type": ["string", "number", "array"], "items": { "type": "string" } }),
        Is::Words => json!({ "type": ["string", "array"], "items": { "type": "string" } }),
        Is::Literals => {
            json!({ "type": "object", "additionalProperties": { "type": ["string", "number", "boolean"] } })
        }
        Is::List(inner) => json!({ "type": "array", "items": schema_of(inner) }),
        Is::Map(inner) => {
            json!({ "type": "object", "propertyNames": word, "additionalProperties": schema_of(inner) })
        }
        Is::Object(inner) => shape(inner),
        Is::Later => json!(false),
    }
}
