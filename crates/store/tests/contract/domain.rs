//! Builders in the words of the domain.

use std::sync::Arc;

use std::collections::BTreeMap;
use std::path::Path;

use model::{
    ClubId, ConnectionId, EntryId, Facts, Field, Hold, HoldReason, Kind, Known, KnownKind, Level, Line, Link,
    Moment, Person, PersonId, Profile, RemoteId, State, Story, Tracking, Turn,
};
use store::moving::{Move, Moved};
use store::{
    Expect, Options, PersonWrite, Postgres, PostgresOptions, Receipt, Settlement, Sqlite, Store, Verdict,
};
use uuid::Uuid;

pub const KITS_BEACH: ClubId = ClubId(1);
pub const YALETOWN: ClubId = ClubId(2);
pub const INTOUCH: ConnectionId = ConnectionId(10);
pub const JONAS: ConnectionId = ConnectionId(20);
pub const VFP: ConnectionId = ConnectionId(30);

/// The embedded store in a folder.
pub fn open(folder: &Path) -> Sqlite {
    Sqlite::open(&Options::at(folder.join("connector.db"))).expect("a store")
}

/// The shared store in a database.
pub async fn shared(database: &crate::postgres_server::Database) -> Postgres {
    Postgres::open(&PostgresOptions::at(database.url())).await.expect("a store")
}

/// Moves the store in a folder to a database, in batches of so many rows.
pub async fn moved(folder: &Path, to: &crate::postgres_server::Database, batch: usize) -> Moved {
    let all = Move { batch, ..Move::new(folder.join("connector.db"), PostgresOptions::at(to.url())) };
    all.run(|_, _, _| ()).await.expect("it is moved")
}

/// A lead of Kits Beach, heard of from InTouch.
pub fn lead(id: i64, first: &str, last: &str) -> Person {
    let said = (INTOUCH, Moment(1_000));
    let kind = KnownKind { kind: Kind::Prospect, by: said.0, at: said.1 };
    let person = Person {
        id: PersonId(id),
        club: KITS_BEACH,
        revision: 1,
        profile: Profile { kind, fields: BTreeMap::new() },
        created: said,
        modified: said,
    };
    person.with(Field::FirstName, first).with(Field::LastName, last)
}

pub trait PersonWords {
    fn with(self, field: Field, value: &str) -> Self;
    fn at(self, club: ClubId) -> Self;
    fn owned_by(self, entry: EntryId) -> Self;
    fn revised(self) -> Self;
}

impl PersonWords for Person {
    fn with(mut self, field: Field, value: &str) -> Self {
        let known = Known { value: Some(value.to_owned()), by: INTOUCH, at: Moment(1_000) };
        self.profile.fields.insert(field, known);
        self
    }

    fn at(mut self, club: ClubId) -> Self {
        self.club = club;
        self
    }

    fn owned_by(self, entry: EntryId) -> Self {
        self.with(Field::Owner, &entry.to_string())
    }

    fn revised(mut self) -> Self {
        self.revision += 1;
        self
    }
}

/// A link as yet unknown there.
pub fn link(person: i64, connection: ConnectionId) -> Link {
    Link::new(PersonId(person), connection)
}

pub trait LinkWords {
    fn numbered(self, number: &str) -> Self;
    fn due(self, at: i64) -> Self;
    fn carrying(self, save: Tracking) -> Self;
    fn held(self) -> Self;
    fn kept(self) -> Self;
}

impl LinkWords for Link {
    fn numbered(mut self, number: &str) -> Self {
        self.take_record(RemoteId::plain(number));
        self
    }

    fn due(mut self, at: i64) -> Self {
        self.state = State::Due { at: Moment(at) };
        self
    }

    fn carrying(mut self, save: Tracking) -> Self {
        self.pending.push(save);
        self
    }

    fn held(mut self) -> Self {
        let reason = HoldReason::Exhausted { said: "no answer".into() };
        self.state = State::Held(Hold { reason, since: Moment(1) });
        self
    }

    /// As it is after the store took it.
    fn kept(mut self) -> Self {
        self.version += 1;
        self
    }
}

/// A report of somebody new, whom nobody shares the name with.
pub fn new(person: &Person, links: &[Link]) -> Receipt {
    new_beside(person, &[], links)
}

/// A report of somebody new, who has the name of these people.
pub fn new_beside(person: &Person, namesakes: &[i64], links: &[Link]) -> Receipt {
    let name_key = person.profile.name_key();
    let namesakes = namesakes.iter().map(|id| PersonId(*id)).collect();
    let expect = Expect::New { name_key, namesakes };
    Receipt {
        person: PersonWrite { person: person.clone(), expect },
        links: links.to_vec(),
        lines: Vec::new(),
    }
}

/// A change of a person that was decided on a revision.
pub fn change(person: &Person, on: u64, links: &[Link]) -> Receipt {
    let expect = Expect::Revision(on);
    Receipt {
        person: PersonWrite { person: person.clone(), expect },
        links: links.to_vec(),
        lines: Vec::new(),
    }
}

/// What a lane did with a link.
pub fn settled(link: &Link, lines: &[Line]) -> Settlement {
    Settlement { link: link.clone(), lines: lines.to_vec() }
}

/// The save received at an instant; `nth` tells those of one millisecond apart.
pub fn save(at: i64, nth: u8) -> Tracking {
    let mut bytes = [0u8; 16];
    bytes[..6].copy_from_slice(&at.to_be_bytes()[2..]);
    (bytes[6], bytes[8], bytes[15]) = (0x70, 0x80, nth);
    Tracking(Uuid::from_bytes(bytes))
}

/// An INFO line of Kits Beach: from InTouch, about a connection.
pub fn line(tracking: Tracking, about: ConnectionId) -> Line {
    Line {
        tracking,
        about,
        club: KITS_BEACH,
        person: None,
        entry: None,
        level: Level::Info,
        turn: Turn::Nobody,
        open: false,
        changed: tracking.received_at(),
        facts: Facts {
            name: "Ann Lee".into(),
            from: Some(INTOUCH),
            to: Some(about),
            kind: Some(Kind::Prospect),
            change: false,
            became: None,
            role: None,
            story: Story::Arrived,
            fields: BTreeMap::new(),
            record: None,
            attempts: Vec::new(),
            carries: Vec::new(),
            notes: Vec::new(),
            details_removed: None,
        },
    }
}

pub async fn accepted(store: &dyn Store, receipt: Receipt) {
    assert_eq!(store.receive(&Arc::new(receipt)).await.unwrap(), Verdict::Applied);
}

pub async fn done(store: &dyn Store, settlement: Settlement) {
    assert_eq!(store.settle(settlement).await.unwrap(), Verdict::Applied);
}

pub fn people(ids: &[i64]) -> Vec<PersonId> {
    ids.iter().map(|id| PersonId(*id)).collect()
}

pub const NOBODY: [i64; 0] = [];
