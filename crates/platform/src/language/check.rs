//! Checks a file's tree against the tables: unknown keys, wrong types, missing keys, reserved keys, unclear booleans.

use super::{Entry, Is, Shape, is_word};
use crate::mistakes::Mistakes;
use crate::yaml::{Key, Node, Style, Value};

/// Checks a node against what its key takes, and everything below it.
pub(crate) fn check(node: &Node, is: &Is, mistakes: &mut Mistakes) {
    match is {
        Is::Object(shape) => object(node, shape, mistakes),
        Is::Map(inner) => map(node, inner, mistakes),
        Is::List(inner) => match &node.value {
            Value::List(items) => items.iter().for_each(|item| check(item, inner, mistakes)),
            _ => wrong(node, "a list", mistakes),
        },
        Is::Values => match &node.value {
            Value::Map(_) => values(node, mistakes),
            _ => wrong(node, "a mapping", mistakes),
        },
        Is::Value => values(node, mistakes),
        Is::Literals => match &node.value {
            Value::Map(entries) => entries.iter().for_each(|(_, node)| scalar(node, "a literal", mistakes)),
            _ => wrong(node, "a mapping", mistakes),
        },
        Is::Words => match &node.value {
            Value::List(items) => items.iter().for_each(|item| text(item, mistakes)),
            _ => text(node, mistakes),
        },
        Is::Alternatives => match &node.value {
            Value::List(items) => items.iter().for_each(|item| scalar(item, "an expression", mistakes)),
            _ => scalar(node, "an expression", mistakes),
        },
        Is::Expression => scalar(node, "an expression", mistakes),
        Is::Text => text(node, mistakes),
        Is::Integer(least, most) => match node.integer() {
            Some(n) if (*least..=*most).contains(&n) => {}
            Some(_) => {
                mistakes.add(node.span.clone(), format!("this must be between {least} and {most}"));
            }
            None => wrong(node, "a whole number", mistakes),
        },
        Is::Boolean if node.boolean().is_some() => {}
        Is::Boolean => {
            let found = node.text().unwrap_or(node.what());
            mistakes
                .add(node.span.clone(), format!("this must be `true` or `false`, not `{found}`"))
                .nearest_boolean(found);
        }
        Is::OneOf(words) => one_of(node, words, mistakes),
        Is::Later => {}
    }
}

fn object(node: &Node, shape: &'static Shape, mistakes: &mut Mistakes) {
    let Value::Map(entries) = &node.value else {
        return wrong(node, "a mapping", mistakes);
    };
    for (key, value) in entries {
        match shape.entry(&key.name) {
            Some(Entry { is: Is::Later, about, .. }) => {
                mistakes.add(key.span.clone(), format!("`{}` is not carried out yet", key.name)).help(
                    format!("it is for {about}; leave it out until this version of the Connector can do it"),
                );
            }
            Some(entry) => check(value, &entry.is, mistakes),
            None => unknown(key, shape, mistakes),
        }
    }
    for entry in shape.keys.iter().filter(|entry| entry.required && node.get(entry.key).is_none()) {
        let at = node.span.start..node.span.start + 1;
        mistakes
            .add(at, format!("{} lacks `{}`", shape.name, entry.key))
            .help(format!("`{}` says {}", entry.key, entry.about));
    }
}

fn unknown(key: &Key, shape: &'static Shape, mistakes: &mut Mistakes) {
    let known = shape.keys.iter().filter(|entry| !matches!(entry.is, Is::Later)).map(|entry| entry.key);
    let list = known.clone().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
    mistakes
        .add(key.span.clone(), format!("`{}` is not a key of {}", key.name, shape.name))
        .nearest(&key.name, known)
        .help(format!("the keys are {list}"));
}

fn map(node: &Node, inner: &'static Is, mistakes: &mut Mistakes) {
    let Value::Map(entries) = &node.value else {
        return wrong(node, "a mapping", mistakes);
    };
    for (key, value) in entries {
        if !is_word(&key.name) {
            mistakes
                .add(key.span.clone(), format!("`{}` cannot be a name", key.name))
                .help("names are lower case letters, digits and `_`, a letter first");
        }
        check(value, inner, mistakes);
    }
}

fn values(node: &Node, mistakes: &mut Mistakes) {
    match &node.value {
        Value::Map(entries) => entries.iter().for_each(|(_, value)| values(value, mistakes)),
        Value::List(items) => items.iter().for_each(|value| values(value, mistakes)),
        Value::Scalar { .. } => unclear(node, mistakes),
    }
}

fn scalar(node: &Node, expected: &str, mistakes: &mut Mistakes) {
    match &node.value {
        Value::Scalar { .. } => unclear(node, mistakes),
        _ => wrong(node, expected, mistakes),
    }
}

fn text(node: &Node, mistakes: &mut Mistakes) {
    match &node.value {
        Value::Scalar { text, style } if *style != Style::Plain || !text.is_empty() => {
            unclear(node, mistakes);
        }
        _ => wrong(node, "text", mistakes),
    }
}

/// Words that half of the world reads as booleans and the other half as text.
fn unclear(node: &Node, mistakes: &mut Mistakes) {
    let Some(word) = node.plain() else { return };
    let lower = word.to_ascii_lowercase();
    let unclear = matches!(lower.as_str(), "yes" | "no" | "on" | "off")
        || (matches!(lower.as_str(), "true" | "false" | "null") && lower != word);
    if unclear {
        mistakes
            .add(node.span.clone(), format!("`{word}` could be text or a boolean"))
            .help(format!("write `true` or `false`, or `'{word}'` if it is text"));
    }
}

fn one_of(node: &Node, words: &'static [&'static str], mistakes: &mut Mistakes) {
    let Some(word) = node.text() else {
        return wrong(node, "one word", mistakes);
    };
    if !words.contains(&word) {
        let list = words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
        mistakes
            .add(node.span.clone(), format!("`{word}` is not possible here"))
            .nearest(word, words.iter().copied())
            .help(format!("it is one of {list}"));
    }
}

fn wrong(node: &Node, expected: &str, mistakes: &mut Mistakes) {
    let end = node.span.end.min(node.span.start + 40);
    mistakes.add(node.span.start..end, format!("expected {expected}, found {}", node.what()));
}
