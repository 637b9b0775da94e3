//! Items as they will stand in their rows: written out by the caller, so that the writer thread only writes.

use std::sync::Arc;

use model::{Line, Link};

use super::log::word;
use crate::{Receipt, Result, Settlement};

/// A link's document.
pub(super) type WrittenLink = String;

/// A line's document and words.
pub(super) struct WrittenLine {
    pub(super) facts: String,
    pub(super) level: String,
    pub(super) turn: String,
}

/// An item with its documents.
pub(super) struct Written<T> {
    pub(super) item: T,
    pub(super) person: String,
    pub(super) name_key: String,
    pub(super) links: Vec<WrittenLink>,
    pub(super) lines: Vec<WrittenLine>,
}

impl Written<Arc<Receipt>> {
    pub(super) fn receipt(item: impl Into<Arc<Receipt>>) -> Result<Self> {
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
    pub(super) fn settlement(item: Settlement) -> Result<Self> {
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
pub(super) fn line(line: &Line) -> Result<WrittenLine> {
    Ok(WrittenLine {
        facts: serde_json::to_string(&line.facts)?,
        level: word(&line.level)?,
        turn: word(&line.turn)?,
    })
}
