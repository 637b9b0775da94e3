//! Named value maps: our word, theirs.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};

/// All value maps of a description.
#[derive(Debug, Default)]
pub(crate) struct Maps(pub BTreeMap<String, ValueMap>);

/// One value map.
#[derive(Debug, Default)]
pub(crate) struct ValueMap {
    /// Our value and theirs, in the order written: where several of ours have one of theirs, the first is read back.
    pub pairs: Vec<(String, Value)>,
    pub otherwise: Otherwise,
}

/// What becomes of a value that a map does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Otherwise {
    Drop,
    Keep,
    #[default]
    Fail,
}

impl Maps {
    pub fn map(&self, name: &str, value: &Value) -> Result<Value, String> {
        let (map, text) = (self.named(name)?, text(value)?);
        match map.pairs.iter().find(|(ours, _)| *ours == text) {
            Some((_, theirs)) => Ok(theirs.clone()),
            None => map.unknown(name, &text),
        }
    }

    pub fn unmap(&self, name: &str, value: &Value) -> Result<Value, String> {
        let (map, text) = (self.named(name)?, text(value)?);
        let same = |theirs: &Value| {
            theirs == value || theirs.as_str().is_some_and(|t| t.eq_ignore_ascii_case(&text))
        };
        match map.pairs.iter().find(|(_, theirs)| same(theirs)) {
            Some((ours, _)) => Ok(Value::from(ours.as_str())),
            None => map.unknown(name, &text),
        }
    }

    fn named(&self, name: &str) -> Result<&ValueMap, String> {
        self.0.get(name).ok_or_else(|| format!("there is no map `{name}`"))
    }
}

impl ValueMap {
    fn unknown(&self, name: &str, text: &str) -> Result<Value, String> {
        match self.otherwise {
            Otherwise::Drop => Ok(Value::from(())),
            Otherwise::Keep => Ok(Value::from(text)),
            Otherwise::Fail => Err(format!("the map `{name}` has no value for `{text}`")),
        }
    }
}

fn text(value: &Value) -> Result<String, String> {
    match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None if value.is_integer() || value.kind() == minijinja::value::ValueKind::Bool => {
            Ok(value.to_string())
        }
        None => Err(format!("a {} cannot be mapped", value.kind())),
    }
}

impl Object for Maps {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}
