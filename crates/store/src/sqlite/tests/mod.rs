//! What only the embedded store promises, seen from inside: its plans, its write budget, and how a batch fails.

mod batches;
mod budget;
mod plans;
mod space;

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::{
    ClubId, ConnectionId, Facts, Field, Kind, Known, KnownKind, Level, Line, Link, Moment, Person, PersonId,
    Profile, RemoteId, State, Story, Tracking, Turn,
};
use uuid::Uuid;

use crate::{Expect, PersonWrite, Receipt, Settlement};

const CLUB: ClubId = ClubId(1);
const SENDER: ConnectionId = ConnectionId(10);
const TARGET: ConnectionId = ConnectionId(20);

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("connector.db");
    (folder, file)
}

fn person(id: i64) -> Person {
    let said = |value: &str| Known { value: Some(value.to_owned()), by: SENDER, at: Moment(1) };
    let fields = [(Field::FirstName, said("Ann")), (Field::LastName, said(&format!("Lee{id}")))];
    Person {
        id: PersonId(id),
        club: CLUB,
        revision: 1,
        profile: Profile {
            kind: KnownKind { kind: Kind::Prospect, by: SENDER, at: Moment(1) },
            fields: BTreeMap::from(fields),
        },
        created: (SENDER, Moment(1)),
        modified: (SENDER, Moment(1)),
    }
}

fn numbered(id: i64, connection: ConnectionId, version: u64) -> Link {
    let record = Some(RemoteId::plain(format!("R{id}")));
    Link { record, version, ..Link::new(PersonId(id), connection) }
}

fn due(id: i64) -> Link {
    let pending = vec![tracking(id)];
    Link { state: State::Due { at: Moment(id) }, pending, ..Link::new(PersonId(id), TARGET) }
}

/// A new person whose sender has numbered them, due at one target.
fn newcomer(id: i64) -> Receipt {
    let person = person(id);
    let expect = Expect::New { name_key: person.profile.name_key(), namesakes: Vec::new() };
    Receipt {
        person: PersonWrite { person, expect },
        links: vec![numbered(id, SENDER, 0), due(id)],
        lines: Vec::new(),
    }
}

/// Their arrival at the target.
fn arrival(id: i64) -> Settlement {
    Settlement { link: numbered(id, TARGET, 1), lines: vec![line(id)] }
}

fn tracking(at: i64) -> Tracking {
    let mut bytes = [0u8; 16];
    bytes[..6].copy_from_slice(&at.to_be_bytes()[2..]);
    Tracking(Uuid::from_bytes(bytes))
}

fn line(id: i64) -> Line {
    Line {
        tracking: tracking(id),
        about: TARGET,
        club: CLUB,
        person: Some(PersonId(id)),
        entry: None,
        level: Level::Info,
        turn: Turn::Nobody,
        open: false,
        changed: Moment(id),
        facts: Facts {
            name: "Ann".into(),
            from: Some(SENDER),
            to: Some(TARGET),
            kind: None,
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
