//! What the model of a store holds.

use std::collections::BTreeMap;

use model::budget::Spent;
use model::directory::{Correspondence, Entry};
use model::{
    ClubId, ConnectionId, EntryId, Feed, Line, Link, Person, PersonId, RemoteId, Restored, Setup, Tracking,
};

use crate::sabotage::{self, Way};
use crate::{Expect, Subject, Verdict, check_revision, next_version};

#[derive(Default)]
pub(super) struct Tables {
    pub(super) setup: Setup,
    pub(super) last_person: i64,
    pub(super) people: BTreeMap<PersonId, Person>,
    pub(super) links: BTreeMap<(PersonId, ConnectionId), Link>,
    pub(super) lines: BTreeMap<(ClubId, Tracking, ConnectionId), Line>,
    pub(super) entries: BTreeMap<EntryId, Entry>,
    pub(super) correspondences: BTreeMap<(EntryId, ConnectionId), Correspondence>,
    pub(super) indexed: i64,
    pub(super) restored: Option<Restored>,
    pub(super) budgets: BTreeMap<String, Spent>,
    pub(super) sign_ins: BTreeMap<String, String>,
    pub(super) feeds: BTreeMap<(ConnectionId, ClubId), Feed>,
}

impl Tables {
    pub(super) fn subject(&self, person: PersonId) -> Option<Subject> {
        let links = self.links_of(person).cloned().collect();
        self.people.get(&person).map(|person| Subject { person: person.clone(), links })
    }

    pub(super) fn links_of(&self, person: PersonId) -> impl Iterator<Item = &Link> {
        self.links
            .range((person, ConnectionId(i64::MIN))..=(person, ConnectionId(i64::MAX)))
            .map(|(_, link)| link)
    }

    pub(super) fn owner_of(&self, connection: ConnectionId, record: &RemoteId) -> Option<PersonId> {
        let on_connection = || self.links.values().filter(|link| link.connection == connection);
        on_connection()
            .find(|link| link.record.as_ref() == Some(record))
            .or_else(|| on_connection().find(|link| link.former.contains(record)))
            .map(|link| link.person)
    }

    pub(super) fn namesakes(&self, club: ClubId, name_key: &str) -> Vec<PersonId> {
        self.people
            .values()
            .filter(|_| !name_key.is_empty())
            .filter(|person| person.club == club && person.profile.name_key() == name_key)
            .map(|person| person.id)
            .take(100)
            .collect()
    }

    pub(super) fn still_so(&self, person: &Person, expect: &Expect) -> bool {
        if let Expect::New { name_key, namesakes } = expect
            && self.namesakes(person.club, name_key) != *namesakes
        {
            return false;
        }
        check_revision(person, self.people.get(&person.id).map(|person| person.revision), expect)
    }

    pub(super) fn check_link(&self, link: &Link) -> Verdict {
        let stored = self.links.get(&(link.person, link.connection)).map_or(0, |link| link.version);
        if stored != link.version && !sabotage::is(Way::FenceRemoved) {
            return Verdict::Stale;
        }
        let owner = link.record.as_ref().and_then(|record| self.owner_of(link.connection, record));
        match owner {
            Some(other) if other != link.person => Verdict::Taken(other),
            _ => Verdict::Applied,
        }
    }

    pub(super) fn keep_link(&mut self, link: &Link) {
        let mut link = link.clone();
        link.version = next_version(&link);
        self.links.insert((link.person, link.connection), link);
    }

    pub(super) fn keep_lines(&mut self, lines: &[Line]) {
        for line in lines {
            self.lines.insert((line.club, line.tracking, line.about), line.clone());
        }
    }
}
