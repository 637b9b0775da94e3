//! XML as the tree that expressions read: elements by their names, without namespaces.

use minijinja::value::Value;

use super::references;

/// A document as a tree; of a SOAP envelope, what is in its body, and the fault if it is one.
pub(super) fn document(root: &xml::Element, references: bool) -> Result<(Value, Value), String> {
    let Some(body) = (root.name == "Envelope").then(|| root.child("Body")).flatten() else {
        return Ok((Value::from_pairs([(root.name.clone(), element(root))]), Value::from(())));
    };
    let resolved;
    let body = if references {
        resolved = references::resolved(body)?;
        &resolved
    } else {
        body
    };
    let Some(fault) = body.child("Fault") else {
        return Ok((element(body), Value::from(())));
    };
    let part =
        |names: &[&str]| names.iter().find_map(|path| fault.path(&path.split('/').collect::<Vec<_>>()));
    let text = |names: &[&str]| part(names).map_or(Value::from(()), |element| Value::from(element.trimmed()));
    let name = |names: &[&str]| {
        let name = part(names).map(|name| name.trimmed().rsplit(':').next().unwrap_or_default());
        name.map_or(Value::from(()), Value::from)
    };
    let code = name(&["faultcode", "Code/Value"]);
    let subcode = name(&["Code/Subcode/Value"]);
    let detail = part(&["detail", "Detail"]).map_or(Value::from(()), element);
    let string = text(&["faultstring", "Reason/Text"]);
    let fault = [("code", code), ("subcode", subcode), ("string", string), ("detail", detail)];
    Ok((element(body), Value::from_pairs(fault)))
}

/// An element as a value: text if it holds only text, else its children by name, repeated ones as lists.
fn element(from: &xml::Element) -> Value {
    if from.nil {
        return Value::from(());
    }
    if from.children.is_empty() && from.attributes.is_empty() {
        return Value::from(from.trimmed());
    }
    let mut members: Vec<(String, Vec<Value>)> = Vec::new();
    let mut places: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    for attribute in &from.attributes {
        members.push((format!("@{}", attribute.name), vec![Value::from(attribute.value.as_str())]));
    }
    if !from.trimmed().is_empty() {
        members.push(("$text".to_owned(), vec![Value::from(from.trimmed())]));
    }
    for child in &from.children {
        let place = *places.entry(&child.name).or_insert_with(|| {
            members.push((child.name.clone(), Vec::new()));
            members.len() - 1
        });
        members[place].1.push(element(child));
    }
    Value::from_pairs(members.into_iter().map(|(name, mut values)| {
        let value = if values.len() == 1 { values.pop().unwrap_or_default() } else { Value::from(values) };
        (name, value)
    }))
}
