//! Decided changes, with the versions that they were decided on.

use model::{Line, Link, Person, PersonId};

/// What a decision assumed about the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Nobody: the sender's record was linked to no one, and these were all the people of that name in the club.
    New {
        /// The folded full name; one that is empty is nobody else's.
        name_key: String,
        /// Everyone of that name, in order of number.
        namesakes: Vec<PersonId>,
    },
    /// The person at this revision.
    Revision(u64),
}

/// A person to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonWrite {
    /// The person as decided.
    pub person: Person,
    /// What was assumed.
    pub expect: Expect,
}

/// An accepted report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The person.
    pub person: PersonWrite,
    /// The links to keep, at the versions on which they were decided; 0 is a new one.
    pub links: Vec<Link>,
    /// The lines to keep.
    pub lines: Vec<Line>,
}

/// What a lane did with one link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The link, at the version on which it was decided.
    pub link: Link,
    /// The lines to keep.
    pub lines: Vec<Line>,
}

/// Whether a decision was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Kept, and committed.
    Applied,
    /// Something moved in the meantime; nothing was kept. Decide again.
    Stale,
    /// The record's number belongs to another person; nothing was kept.
    Taken(PersonId),
}
