//! The published faces of the language: the schema and the guide say what the reader checks.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

fn keys(schema: &Value, path: &str, out: &mut String) {
    let Some(properties) = schema["properties"].as_object() else { return };
    let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
    if path.is_empty() {
        out.push_str("| key | must | what it says |\n| --- | --- | --- |\n");
    }
    for (name, schema) in properties {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let must = if required.iter().any(|key| *key == name) { "yes" } else { "" };
        let about = schema["description"].as_str().unwrap_or_default().replace('|', "\\|");
        let words = schema["enum"].as_array().map(|words| {
            let words: Vec<_> =
                words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
            format!(": {}", words.join(", "))
        });
        writeln!(out, "| `{path}` | {must} | {about}{} |", words.unwrap_or_default()).unwrap();
        let told_above = |key: &&str| path == *key || path.ends_with(&format!(".steps[].{key}"));
        if ["failures", "request", "answer"].iter().any(told_above) {
            continue;
        }
        keys(schema, &path, out);
        keys(&schema["items"], &format!("{path}[]"), out);
        keys(&schema["additionalProperties"], &format!("{path}.*"), out);
    }
}

fn between(text: &str, name: &str, content: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = text.find(&open).unwrap() + open.len();
    let end = text.find(&close).unwrap();
    format!("{}{content}{}", &text[..start], &text[end..])
}

/// Run with `UPDATE=1` to write the tables anew.
#[test]
fn the_tables_of_the_guide_are_those_of_the_reader() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/description-language.md");
    let guide = std::fs::read_to_string(&path).unwrap();
    let mut table = String::new();
    keys(&platform::json_schema(), "", &mut table);
    let mut filters = "| filter | gives |\n| --- | --- |\n".to_owned();
    for (name, about) in platform::filters() {
        writeln!(filters, "| `{name}` | {about} |").unwrap();
    }
    let written = between(&between(&guide, "keys", &table), "filters", &filters);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, written).unwrap();
    } else {
        assert!(guide == written, "the tables of docs/description-language.md are old: run with UPDATE=1");
    }
}

#[test]
fn the_schema_refuses_unknown_keys_at_every_level() {
    let schema = platform::json_schema();
    let mut open = vec![&schema];
    let mut objects = 0;
    while let Some(schema) = open.pop() {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            assert_eq!(schema["additionalProperties"], Value::Bool(false), "{schema}");
            objects += 1;
            open.extend(properties.values());
        }
        open.extend(schema.get("items"));
        open.extend(schema.get("additionalProperties").filter(|inner| inner.is_object()));
    }
    assert!(objects > 10);
}
