//! The journal of test people: written before each is made, so that an interrupted run leaves nobody behind unknown.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The test people of one folder of report cards, whom the next run retires where this one could not.
#[derive(Debug)]
pub struct Journal {
    file: PathBuf,
    people: Vec<Entry>,
}

/// One test person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The address of the system.
    pub system: String,
    /// Their e-mail address.
    pub email: String,
    /// Their number there, once it is known.
    pub number: Option<model::RemoteId>,
    /// What they are there.
    pub kind: model::Kind,
    /// The Connector's own id of them.
    pub external_id: String,
    /// Whether their record says that it may be deleted.
    #[serde(default)]
    pub retired: bool,
}

/// A journal that cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error("the journal of test people `{}` cannot be kept: {why}; give another folder by `--out`", file.display())]
pub struct Unreadable {
    file: PathBuf,
    why: String,
}

impl Journal {
    /// The journal in a folder; an empty one where there is none.
    pub fn open(dir: &Path) -> Result<Journal, Unreadable> {
        let file = dir.join("people.json");
        let failed = |why: String| Unreadable { file: file.clone(), why };
        let people = match std::fs::read_to_string(&file) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed(error.to_string())),
        };
        let journal = Journal { file, people };
        journal.write()?;
        Ok(journal)
    }

    /// Those of a system who are not retired.
    pub(crate) fn unretired(&self, system: &str) -> Vec<Entry> {
        self.people.iter().filter(|one| one.system == system && !one.retired).cloned().collect()
    }

    /// Those of a system.
    pub(crate) fn of(&self, system: &str) -> impl Iterator<Item = &Entry> {
        self.people.iter().filter(move |one| one.system == system)
    }

    /// The numbers of the records with an e-mail address.
    pub(crate) fn numbers(&self, email: &str) -> Vec<model::RemoteId> {
        self.people.iter().filter(|one| one.email == email).filter_map(|one| one.number.clone()).collect()
    }

    /// Keeps what is known of somebody now.
    pub(crate) fn put(&mut self, entry: Entry) -> Result<(), Unreadable> {
        let same = |one: &Entry| one.number.is_none() || one.number == entry.number;
        self.people.retain(|one| one.email != entry.email || !same(one));
        self.people.push(entry);
        self.write()
    }

    /// Forgets who turned out not to be there.
    pub(crate) fn forget(&mut self, email: &str) -> Result<(), Unreadable> {
        self.people.retain(|one| one.email != email || one.number.is_some());
        self.write()
    }

    fn write(&self) -> Result<(), Unreadable> {
        let beside = self.file.with_extension("json.new");
        let text = serde_json::to_string_pretty(&self.people).unwrap_or_default();
        let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, &self.file));
        written.map_err(|error| Unreadable { file: self.file.clone(), why: error.to_string() })
    }
}
