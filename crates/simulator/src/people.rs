//! The records a platform holds, and the ways it can find one.

use std::collections::HashMap;

use crate::person::{Person, human};
use crate::text::{digits, fold};

/// Records with the indexes that calls need.
#[derive(Debug, Default)]
pub(crate) struct People {
    all: Vec<Person>,
    by_id: HashMap<String, usize>,
    by_external: HashMap<(String, String), usize>,
    by_last_name: HashMap<String, Vec<usize>>,
    by_human: HashMap<String, usize>,
}

/// What a look-up asks for; every filter that is given must hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search<'a> {
    pub external_ref: Option<&'a str>,
    pub last_name: Option<&'a str>,
    pub email: Option<&'a str>,
    pub mobile: Option<&'a str>,
    /// Records created after this instant are not visible yet.
    pub created_by_ms: u64,
}

impl People {
    pub(crate) fn all(&self) -> &[Person] {
        &self.all
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Person> {
        self.by_id.get(id).map(|at| &self.all[*at])
    }

    pub(crate) fn by_external(&self, club: &str, external: &str) -> Option<&Person> {
        self.by_external.get(&(club.to_owned(), external.to_owned())).map(|at| &self.all[*at])
    }

    /// The record of the same human, if one is stored.
    pub(crate) fn same_human(&self, key: &str) -> Option<&Person> {
        self.by_human.get(key).map(|at| &self.all[*at]).filter(|person| !person.gone)
    }

    pub(crate) fn insert(&mut self, person: Person) {
        let at = self.all.len();
        self.by_id.insert(person.id.clone(), at);
        self.all.push(person);
        self.index(at);
    }

    /// Changes a record in place; false if there is none.
    pub(crate) fn change(&mut self, id: &str, change: impl FnOnce(&mut Person)) -> bool {
        let Some(&at) = self.by_id.get(id) else { return false };
        let (last, key) =
            (fold(self.all[at].get("last_name")), human(&self.all[at].club, &self.all[at].fields));
        change(&mut self.all[at]);
        if fold(self.all[at].get("last_name")) != last
            && let Some(places) = self.by_last_name.get_mut(&last)
        {
            places.retain(|place| *place != at);
        }
        if let Some(key) = key
            && self.by_human.get(&key) == Some(&at)
        {
            self.by_human.remove(&key);
        }
        self.index(at);
        true
    }

    fn index(&mut self, at: usize) {
        let person = &self.all[at];
        if let Some(external) = &person.external_ref {
            self.by_external.insert((person.club.clone(), external.clone()), at);
        }
        let places = self.by_last_name.entry(fold(person.get("last_name"))).or_default();
        if !places.contains(&at) {
            places.push(at);
        }
        if let Some(key) = human(&person.club, &person.fields) {
            self.by_human.insert(key, at);
        }
    }

    /// The visible records of a club that hold what is asked for, oldest first.
    pub(crate) fn find(&self, club: &str, search: &Search<'_>) -> Vec<&Person> {
        let holds = |person: &&Person| {
            let matches =
                |wanted: Option<&str>, has: &str| wanted.is_none_or(|wanted| fold(wanted) == fold(has));
            person.club == club
                && !person.gone
                && person.created_ms <= search.created_by_ms
                && search.external_ref.is_none_or(|wanted| person.external_ref.as_deref() == Some(wanted))
                && matches(search.last_name, person.get("last_name"))
                && matches(search.email, person.get("email"))
                && search.mobile.is_none_or(|wanted| digits(wanted) == digits(person.get("mobile")))
        };
        if let Some(external) = search.external_ref {
            return self.by_external(club, external).into_iter().filter(holds).collect();
        }
        if let Some(last_name) = search.last_name {
            let places = self.by_last_name.get(&fold(last_name)).map_or(&[][..], Vec::as_slice);
            return places.iter().map(|at| &self.all[*at]).filter(holds).collect();
        }
        self.all.iter().filter(holds).collect()
    }
}
