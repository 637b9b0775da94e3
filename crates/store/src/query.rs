//! Questions to a store, and their answers.

use model::{
    ClubId, ConnectionId, EntryId, Level, Line, Link, Moment, Person, PersonId, RemoteId, Tracking, Turn,
};

/// Whom a report is about, as far as the sender says.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// The sender.
    pub connection: ConnectionId,
    /// Its number for the person.
    pub record: &'a RemoteId,
    /// The club.
    pub club: ClubId,
    /// The folded full name, for Smart Match; nobody is found by an empty one.
    pub name_key: &'a str,
}

/// A person with all links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The person.
    pub person: Person,
    /// One link per connection.
    pub links: Vec<Link>,
}

impl Subject {
    /// The link to a connection.
    pub fn link(&self, connection: ConnectionId) -> Option<&Link> {
        self.links.iter().find(|link| link.connection == connection)
    }
}

/// Whom a report may be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identified {
    /// The sender's number is linked to this person.
    Linked(Box<Subject>),
    /// It is linked to nobody; these have the same folded name in the club, in order of number.
    Namesakes(Vec<Subject>),
}

/// A due link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The person.
    pub person: PersonId,
    /// Not before; of a first load [`model::lane::behind`] that.
    pub at: Moment,
}

/// Which lines are wanted. Filters are all to be met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineQuery {
    /// The club.
    pub club: ClubId,
    /// Only this level.
    pub level: Option<Level>,
    /// Only those whose turn it is.
    pub turn: Option<Turn>,
    /// Only those from or to this connection.
    pub connection: Option<ConnectionId>,
    /// Only those sent by the connection (`true`) or to it (`false`); without a connection, those that came from a
    /// platform and went nowhere, or those that went to one.
    pub outward: Option<bool>,
    /// Received at or after.
    pub from: Option<Moment>,
    /// Received before.
    pub until: Option<Moment>,
    /// Only about these people; with `entries` or `tracking`, either.
    pub people: Option<Vec<PersonId>>,
    /// Only about these staff and lead sources; with `people` or `tracking`, either.
    pub entries: Option<Vec<EntryId>>,
    /// Only this save; with `people` or `entries`, either.
    pub tracking: Option<Tracking>,
    /// Only lines strictly older than this one.
    pub older_than: Option<(Tracking, ConnectionId)>,
    /// Only lines strictly newer than this one; they come nearest first and are answered newest first.
    pub newer_than: Option<(Tracking, ConnectionId)>,
    /// How many at most.
    pub limit: usize,
    /// The page ends early with the line whose facts bring it to so many bytes.
    pub max_bytes: Option<usize>,
}

/// A page of lines, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinePage {
    /// The lines.
    pub lines: Vec<Line>,
    /// Whether there are more in the direction of travel.
    pub more: bool,
}

/// Which details of a club's log are to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The club.
    pub club: ClubId,
    /// Of lines received before.
    pub before: Moment,
    /// Of lines after this one, in order; `None` begins with the oldest.
    pub after: Option<(Tracking, ConnectionId)>,
    /// How many lines are looked at.
    pub limit: usize,
    /// Now, for the lines to tell.
    pub now: Moment,
}

/// What a removal did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many lines lost their details.
    pub lines: usize,
    /// The last line that was looked at, where there may be more after it.
    pub last: Option<(Tracking, ConnectionId)>,
}

/// How lines stand, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The connection that the lines are about.
    pub about: ConnectionId,
    /// INFO, WARNING or ERROR.
    pub level: Level,
    /// Whose turn it is.
    pub turn: Turn,
    /// How many people.
    pub people: u64,
}

/// A transfer that is due and has no line yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The person.
    pub person: Person,
    /// The link.
    pub link: Link,
}
