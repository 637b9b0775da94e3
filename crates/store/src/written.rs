//! Items as they will stand in their rows: written out by the caller, so that the writer only writes.

use std::sync::Arc;

use model::{Line, Link};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Receipt, Result, Settlement};

/// A link's document.
pub(crate) type WrittenLink = String;

/// A line's document and words.
pub(crate) struct WrittenLine {
    pub(crate) facts: String,
    pub(crate) level: String,
    pub(crate) turn: String,
}

/// An item with its documents.
pub(crate) struct Written<T> {
    pub(crate) item: T,
    pub(crate) person: String,
    pub(crate) name_key: String,
    pub(crate) links: Vec<WrittenLink>,
    pub(crate) lines: Vec<WrittenLine>,
}

impl Written<Arc<Receipt>> {
    pub(crate) fn receipt(item: impl Into<Arc<Receipt>>) -> Result<Self> {
        let item = item.into();
        let person = &item.person.person;
        Ok(Written {
            person: serde_json::to_string(person)?,
            name_key: person.profile.name_key(),
            links: item.links.iter().map(link).collect::<Result<_>>()?,
            lines: item.lines.iter().map(line).collect::<Result<_>>()?,
            item,
        })
    }
}

impl Written<Settlement> {
    pub(crate) fn settlement(item: Settlement) -> Result<Self> {
        Ok(Written {
            person: String::new(),
            name_key: String::new(),
            links: vec![link(&item.link)?],
            lines: item.lines.iter().map(line).collect::<Result<_>>()?,
            item,
        })
    }
}

fn link(link: &Link) -> Result<WrittenLink> {
    Ok(serde_json::to_string(link)?)
}

/// Writes out a line.
pub(crate) fn line(line: &Line) -> Result<WrittenLine> {
    Ok(WrittenLine {
        facts: serde_json::to_string(&line.facts)?,
        level: word(&line.level)?,
        turn: word(&line.turn)?,
    })
}

/// A unit enum as the word that stands in its column.
pub(crate) fn word(value: &impl Serialize) -> Result<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        other => Ok(other.to_string()),
    }
}

/// The unit enum that a column's word says.
pub(crate) fn from_word<T: DeserializeOwned>(word: String) -> Result<T> {
    Ok(serde_json::from_value(serde_json::Value::String(word))?)
}
