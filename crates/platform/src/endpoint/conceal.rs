//! Conceals what an answer tells and nobody should read in a log: the values that stand under some names, at any depth.
//!
//! Expressions see them; what is kept and shown does not. An answer that has such a name in it and cannot be taken apart is
//! not shown at all.

use serde_json::Value as Json;

use super::mask::{MASK, Mask};

/// What may be shown of an answer, and a mask that also covers what was concealed in it.
pub(super) fn concealed(text: &str, names: &[String], mask: Mask) -> (String, Mask) {
    let lower = text.to_ascii_lowercase();
    if !names.iter().any(|name| lower.contains(name.as_str())) {
        return (text.to_owned(), mask);
    }
    let mut found = Found { names, values: Vec::new() };
    let shown = if let Ok(mut json) = serde_json::from_str::<Json>(text.trim_start_matches('\u{feff}')) {
        found.json(&mut json);
        json.to_string()
    } else if let Ok(root) = xml::parse(text, &xml::Limits::default()) {
        found.xml(&root, false);
        let mut shown = text.to_owned();
        found.values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        for value in &found.values {
            let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            shown = shown.replace(&escaped, MASK).replace(value.as_str(), MASK);
        }
        shown
    } else {
        return ("(an answer with concealed parts that cannot be read)".to_owned(), mask);
    };
    let mask = found.values.iter().fold(mask, |mask, value| mask.with(value));
    (shown, mask)
}

struct Found<'n> {
    names: &'n [String],
    values: Vec<String>,
}

impl Found<'_> {
    fn is(&self, name: &str) -> bool {
        self.names.iter().any(|concealed| concealed.eq_ignore_ascii_case(name))
    }

    fn json(&mut self, json: &mut Json) {
        match json {
            Json::Object(members) => {
                for (name, value) in members {
                    if self.is(name) {
                        self.all(value);
                        *value = Json::String(MASK.to_owned());
                    } else {
                        self.json(value);
                    }
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.json(item)),
            _ => {}
        }
    }

    /// Every text and number below a concealed name.
    fn all(&mut self, json: &Json) {
        match json {
            Json::Object(members) => members.values().for_each(|value| self.all(value)),
            Json::Array(items) => items.iter().for_each(|item| self.all(item)),
            Json::String(text) => self.values.push(text.clone()),
            Json::Number(number) => self.values.push(number.to_string()),
            Json::Null | Json::Bool(_) => {}
        }
    }

    fn xml(&mut self, element: &xml::Element, within: bool) {
        let within = within || self.is(&element.name);
        if within && !element.trimmed().is_empty() {
            self.values.push(element.trimmed().to_owned());
        }
        for attribute in &element.attributes {
            if (within || self.is(&attribute.name)) && !attribute.value.is_empty() {
                self.values.push(attribute.value.clone());
            }
        }
        element.children.iter().for_each(|child| self.xml(child, within));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> (String, Mask) {
        concealed(text, &["iban".to_owned(), "pin".to_owned()], Mask::default())
    }

    #[test]
    fn values_under_a_name_are_concealed_at_any_depth_however_it_is_spelt() {
        let (json, mask) = shown(r#"{"a":[{"IBAN":"NL91ABNA","name":"Ann"}],"Pin":{"x":[12,"999"]}}"#);
        assert_eq!(json, r#"{"a":[{"IBAN":"••••••","name":"Ann"}],"Pin":"••••••"}"#);
        assert_eq!(mask.apply("IBAN NL91ABNA is wrong, 999"), "IBAN •••••• is wrong, ••••••");
        let (xml, _) = shown("<r><Iban>NL &amp; 91</Iban><p Pin='7'>Ann</p></r>");
        assert_eq!(xml, "<r><Iban>••••••</Iban><p Pin='••••••'>Ann</p></r>");
    }

    #[test]
    fn an_answer_that_cannot_be_taken_apart_is_not_shown() {
        assert!(!shown("{\"iban\":\"NL91ABNA").0.contains("NL91"));
        assert_eq!(shown("nothing of the kind {").0, "nothing of the kind {");
    }
}
