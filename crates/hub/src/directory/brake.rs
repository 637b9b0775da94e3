//! The brake: a staff member or lead source that reads otherwise than before does not change people in bulk unasked.
//!
//! What waits is not a list of people but the correspondence itself: whoever decides sees what it would change by then, and
//! applying it carries out what differs by then. Doing it twice, or once more after it broke off, changes nothing more.

use std::ops::AddAssign;
use std::sync::Arc;

use model::directory::{Correspondence, Entry, Role};
use model::{
    Brake, DirectoryStory, EntryId, Field, Link, Next, Person, PersonId, State, brakes, next_step, project,
};

use super::by_hand::field_of;
use super::decision::Sample;
use super::tend::PAGE;
use crate::Hub;
use crate::clock;
use crate::registry::Spoke;

/// What a changed correspondence set going.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SentAnew {
    /// People who are sent anew.
    pub people: usize,
    /// People who would be, once somebody has decided it.
    pub wait: usize,
}

impl AddAssign for SentAnew {
    fn add_assign(&mut self, other: Self) {
        self.people += other.people;
        self.wait += other.wait;
    }
}

/// Whom an entry would change.
#[derive(Default)]
pub(super) struct Would {
    /// Everybody who would be sent.
    pub(super) sent: usize,
    /// Those of them who have a record there. Whoever is held before there is one only waits for a call more.
    pub(super) changes: usize,
    /// Those of these who have another owner or lead source there by now.
    pub(super) replaces: usize,
    /// Some who have a record.
    pub(super) samples: Vec<Sample>,
}

impl Hub {
    /// Makes due, on one connection, the people who refer to an entry and whose projection it changes, unless they are so
    /// many that somebody has to decide it. What waits already goes on waiting, however few it concerns by now.
    pub(crate) async fn reproject(
        self: &Arc<Self>,
        id: EntryId,
        spoke: &Arc<Spoke>,
    ) -> store::Result<SentAnew> {
        self.reproject_after(0, id, spoke).await
    }

    /// The same where what made the entry read otherwise has changed so many people already.
    pub(super) async fn reproject_after(
        self: &Arc<Self>,
        changed: usize,
        id: EntryId,
        spoke: &Arc<Spoke>,
    ) -> store::Result<SentAnew> {
        self.send_or_brake(id, spoke, |would| changed + would.changes).await
    }

    /// The same once a question that was open is answered. Who was sent incomplete meanwhile is completed, however many they
    /// are, for nothing changed but that the answer came; what is there already may have changed while it was open.
    pub(super) async fn complete(
        self: &Arc<Self>,
        id: EntryId,
        spoke: &Arc<Spoke>,
    ) -> store::Result<SentAnew> {
        self.send_or_brake(id, spoke, |would| would.replaces).await
    }

    async fn send_or_brake(
        self: &Arc<Self>,
        id: EntryId,
        spoke: &Arc<Spoke>,
        counted: impl Fn(&Would) -> usize,
    ) -> store::Result<SentAnew> {
        let Some(entry) = self.directory().get(id) else { return Ok(SentAnew::default()) };
        let before = self.directory().correspondence(id, spoke.id()).and_then(|one| one.brake);
        if before == Some(Brake::Discarded) {
            return Ok(SentAnew::default());
        }
        let would = self.would_change(&entry, spoke, 0).await?;
        let (count, changes) = (counted(&would), would.changes);
        if changes > 0 {
            let people = if brakes(count, 0) { self.store().people_at(spoke.id()).await? } else { 0 };
            if before.is_some() || brakes(count, people) {
                let story = DirectoryStory::Braked { changes, people };
                let waits = before.is_some() || self.wait_for_decision(&entry, spoke, story).await?;
                return Ok(SentAnew { people: 0, wait: if waits { changes } else { 0 } });
            }
        } else if before.is_some() {
            self.brake(&entry, spoke, |now| (now == before).then_some(None)).await?;
        }
        if would.sent > 0 { self.apply(id, spoke, false).await } else { Ok(SentAnew::default()) }
    }

    /// Marks and tells that an entry waits; answers whether it does. What is linked to none has nothing to wait for.
    async fn wait_for_decision(
        self: &Arc<Self>,
        entry: &Entry,
        spoke: &Spoke,
        story: DirectoryStory,
    ) -> store::Result<bool> {
        let now = self.clock().now();
        let waits = |before: Option<Brake>| before.is_none().then_some(Some(Brake::Waits { since: now }));
        if self.brake(entry, spoke, waits).await? {
            self.tell_directory(entry, spoke, clock::tracking(self.clock(), now), story).await?;
        }
        let linked = self.directory().correspondence(entry.id, spoke.id());
        Ok(linked.is_some_and(|one| one.brake.is_some()))
    }

    /// Who of those who are not due anyway would be sent anew because of an entry.
    pub(super) async fn would_change(
        &self,
        entry: &Entry,
        spoke: &Spoke,
        samples: usize,
    ) -> store::Result<Would> {
        let (mut after, mut would) = (PersonId::default(), Would::default());
        loop {
            let people = self.store().referring(entry.id, after, PAGE).await?;
            let Some(last) = people.last() else { return Ok(would) };
            after = *last;
            for person in people {
                let Some(subject) = self.store().subject(person).await? else { continue };
                let Some(link) = subject.link(spoke.id()).filter(|link| link.due_at().is_none()) else {
                    continue;
                };
                if !self.concerns(field_of(entry.role), link, &subject.person, spoke) {
                    continue;
                }
                would.sent += 1;
                would.changes += usize::from(link.record.is_some());
                would.replaces += usize::from(there(link, entry.role).is_some());
                if link.record.is_some() && would.samples.len() < samples {
                    would.samples.push(self.sample(entry, &subject, spoke));
                }
            }
        }
    }

    /// Whether an owner or lead source that reads otherwise concerns somebody: what else may differ has causes of its own,
    /// and nobody is created because of it. What is due already is looked at anew.
    pub(super) fn concerns(&self, field: Field, link: &Link, person: &Person, spoke: &Spoke) -> bool {
        let can_be_sent = match &link.state {
            State::Idle => link.record.is_some(),
            State::Held(hold) => hold.reason.ends_with_edit(),
            State::Gone { .. } => false,
            State::Due { .. } | State::Calling(_) | State::Doubtful(_) => return true,
        };
        let references = self.directory().expected(person, spoke.id());
        let projection = project(&person.profile, spoke.agreement(), &references);
        let next = next_step(link, &projection, spoke.agreement(), spoke.abilities());
        can_be_sent && matches!(next, Next::Call(step) if step.changed.contains(&field))
    }

    /// Sets or takes the brake of whatever the entry is linked to now; answers whether anything was to be done.
    pub(super) async fn brake(
        self: &Arc<Self>,
        entry: &Entry,
        spoke: &Spoke,
        to: impl Fn(Option<Brake>) -> Option<Option<Brake>>,
    ) -> store::Result<bool> {
        let _flight = self.directory().flight((spoke.id(), entry.club, entry.role)).await;
        let braked = || {
            let linked = self.directory().correspondence(entry.id, spoke.id())?;
            to(linked.brake).map(|brake| Correspondence { brake, ..linked })
        };
        if braked().is_none() {
            return Ok(false);
        }
        self.look_at_directory().await?;
        let Some(braked) = braked() else { return Ok(false) };
        self.directory().keep(self.store(), Vec::new(), vec![braked]).await?;
        Ok(true)
    }
}

/// The owner or lead source that a platform is believed to have of somebody.
pub(super) fn there(link: &Link, role: Role) -> Option<String> {
    link.shadow.fields.get(&field_of(role))?.base()?.value.clone()
}
