//! The first load: what happens to people from before, once a connection goes live.

use std::sync::Arc;

use model::{Accepted, ConnectionId, Existing, Field, Kind, Link, Person, PersonId, State};
use store::{Settlement, Subject, Verdict};

use crate::Hub;
use crate::clock;
use crate::registry::Spoke;

/// How many people are read at once.
const PAGE: usize = 200;

impl Hub {
    /// Makes due, on a connection that goes live, the people from before whom its agreement names.
    pub async fn first_load(self: &Arc<Self>, connection: ConnectionId) -> store::Result<usize> {
        let registry = Arc::clone(&self.registry());
        let Some(spoke) = registry.spoke(connection) else { return Ok(0) };
        let mut loaded = 0;
        for number in &spoke.connection.clubs {
            let mut after = PersonId::default();
            loop {
                let page = self.store().people(number.club, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.person.id;
                for subject in page {
                    loaded += usize::from(self.load_one(subject, spoke).await?);
                }
            }
        }
        Ok(loaded)
    }

    /// Makes a person due as they are by then: who is changed meanwhile is read again.
    async fn load_one(self: &Arc<Self>, mut subject: Subject, spoke: &Spoke) -> store::Result<bool> {
        loop {
            let person = subject.person.id;
            if !named(spoke.agreement().existing, &subject.person) {
                return Ok(false);
            }
            let link = subject.link(spoke.id()).cloned();
            let mut link = link.unwrap_or_else(|| Link::new(person, spoke.id()));
            let now = self.clock().now();
            let save = (clock::tracking(self.clock(), now), now);
            let at_rest = link.state == State::Idle;
            if self.accept_on(&mut link, &subject.person, spoke, save) != Accepted::Due {
                return Ok(false);
            }
            link.loads = at_rest;
            let at = link.rank().unwrap_or(now);
            if self.store().settle(Settlement { link, lines: Vec::new() }).await? == Verdict::Applied {
                self.lane_due(spoke.id(), person, at);
                return Ok(true);
            }
            let Some(again) = self.store().subject(person).await? else { return Ok(false) };
            subject = again;
        }
    }
}

fn named(existing: Existing, person: &Person) -> bool {
    match existing {
        Existing::None | Existing::Changed => false,
        Existing::All => true,
        Existing::ActiveProspects => {
            person.profile.kind.kind == Kind::Prospect
                && person.profile.get(Field::Status) != Some("INACTIVE")
        }
    }
}
