//! Which rows are moved: the tables of the database, where the file has their rows, and how each column goes over.
//!
//! The documents are the same on both sides and go over to the letter. What differs is beside them: numbers of records and
//! what is due are tables of their own there, and columns that are looked up by are written as PostgreSQL can keep them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How a column goes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number, or none.
    Number,
    /// Yes or no.
    Flag,
    /// Text as it is.
    Text,
    /// Text that may hold a NUL.
    Kept,
    /// Text that is looked up whole and may be long.
    Key,
    /// A tracking UUID.
    Uuid,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Cell {
    Number(Option<i64>),
    Flag(bool),
    Text(Option<String>),
    Uuid(Uuid),
}

/// The values of a row, in order of the columns.
pub(crate) type Row = Vec<Cell>;

/// A table of the database.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// What the file has for it: a table, or a question.
    pub(crate) from: &'static str,
    pub(crate) columns: &'static [(&'static str, Kind)],
    /// The columns that rows are read in order of, on both sides.
    pub(crate) key: &'static [usize],
}

impl Table {
    /// Columns by their places, with commas.
    pub(crate) fn names(&self, places: &[usize]) -> String {
        places.iter().map(|place| self.columns[*place].0).collect::<Vec<_>>().join(", ")
    }

    /// The key of a row.
    pub(crate) fn key_of(&self, row: &[Cell]) -> Row {
        self.key.iter().map(|place| row[*place].clone()).collect()
    }
}

const RECORD: &[(&str, Kind)] = &[
    ("connection", Kind::Number),
    ("remote_id", Kind::Key),
    ("remote_space", Kind::Key),
    ("person", Kind::Number),
];

/// What is moved, in this order.
pub(crate) const TABLES: [Table; 15] = [
    Table {
        name: "setup",
        from: "setup",
        columns: &[("kind", Kind::Text), ("id", Kind::Text), ("doc", Kind::Text)],
        key: &[0, 1],
    },
    Table {
        name: "person",
        from: "person",
        columns: &[
            ("id", Kind::Number),
            ("club", Kind::Number),
            ("revision", Kind::Number),
            ("name_key", Kind::Key),
            ("owner", Kind::Number),
            ("lead_source", Kind::Number),
            ("doc", Kind::Text),
        ],
        key: &[0],
    },
    Table {
        name: "link",
        from: "link",
        columns: &[
            ("person", Kind::Number),
            ("connection", Kind::Number),
            ("version", Kind::Number),
            ("remote_space", Kind::Kept),
            ("remote_id", Kind::Kept),
            ("due_at", Kind::Number),
            ("waits", Kind::Flag),
            ("held", Kind::Flag),
            ("doc", Kind::Text),
        ],
        key: &[0, 1],
    },
    Table {
        name: "due",
        from: "(SELECT connection, due_at AS at, person, waits FROM link WHERE due_at IS NOT NULL)",
        columns: &[
            ("connection", Kind::Number),
            ("at", Kind::Number),
            ("person", Kind::Number),
            ("waits", Kind::Flag),
        ],
        key: &[0, 1, 2],
    },
    Table {
        name: "record",
        from: "(SELECT connection, remote_id, remote_space, person FROM link WHERE remote_id IS NOT NULL)",
        columns: RECORD,
        key: &[0, 1, 2],
    },
    FORMER,
    Table {
        name: "line",
        from: "line",
        columns: &[
            ("club", Kind::Number),
            ("tracking", Kind::Uuid),
            ("about", Kind::Number),
            ("person", Kind::Number),
            ("level", Kind::Text),
            ("turn", Kind::Text),
            ("open", Kind::Flag),
            ("changed", Kind::Number),
            ("sender", Kind::Number),
            ("facts", Kind::Text),
            ("entry", Kind::Number),
        ],
        key: &[0, 1, 2],
    },
    Table {
        name: "entry",
        from: "entry",
        columns: &[
            ("id", Kind::Number),
            ("connection", Kind::Number),
            ("club", Kind::Number),
            ("role", Kind::Text),
            ("remote_id", Kind::Key),
            ("doc", Kind::Text),
        ],
        key: &[0],
    },
    Table {
        name: "correspondence",
        from: "correspondence",
        columns: &[("entry", Kind::Number), ("connection", Kind::Number), ("doc", Kind::Text)],
        key: &[0, 1],
    },
    Table {
        name: "person_term",
        from: "person_term",
        columns: &[("club", Kind::Number), ("term", Kind::Kept), ("person", Kind::Number)],
        key: &[0, 1, 2],
    },
    Table {
        name: "progress",
        from: "progress",
        columns: &[("name", Kind::Text), ("at", Kind::Number)],
        key: &[0],
    },
    Table {
        name: "feed",
        from: "feed",
        columns: &[("connection", Kind::Number), ("club", Kind::Number), ("doc", Kind::Text)],
        key: &[0, 1],
    },
    Table { name: "budget", from: "budget", columns: &[("id", Kind::Text), ("doc", Kind::Text)], key: &[0] },
    Table {
        name: "sign_in",
        from: "sign_in",
        columns: &[("id", Kind::Text), ("doc", Kind::Text)],
        key: &[0],
    },
    Table {
        name: "restored",
        from: "restored",
        columns: &[("one", Kind::Number), ("doc", Kind::Text)],
        key: &[0],
    },
];

/// Numbers that somebody had before; one that they have again is among the others.
const FORMER: Table = Table {
    name: "record",
    from: "(SELECT connection, remote_id, remote_space, person FROM former_record WHERE NOT EXISTS
            (SELECT 1 FROM link WHERE link.connection = former_record.connection
               AND link.remote_id = former_record.remote_id AND link.remote_space = former_record.remote_space))",
    columns: RECORD,
    key: &[0, 1, 2],
};
