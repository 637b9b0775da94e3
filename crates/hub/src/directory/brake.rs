//! The brake: a staff member or lead source that reads otherwise than before does not change people in bulk unasked.
//!
//! What waits is not a list of people but the correspondence itself: whoever decides sees what it would change by then, and
//! applying it carries out what differs by then. Doing it twice, or once more after it broke off, changes nothing more.

use std::ops::AddAssign;
use std::sync::Arc;

use model::directory::{Correspondence, Entry, Role};
use model::{
    Brake, ConnectionId, DirectoryStory, EntryId, Field, Link, Moment, Next, Person, PersonId, State, brakes,
    next_step, project,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Subject;

use super::by_hand::field_of;
use super::tend::PAGE;
use crate::Hub;
use crate::clock;
use crate::registry::Spoke;

/// How many people are shown before somebody decides.
const SAMPLES: usize = 5;
/// Letters of a decision's name, as of a group of held records.
const NAME: usize = 8;

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

/// What one person would have there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Their name.
    pub name: String,
    /// The owner or lead source that the platform has, as far as it is known.
    pub before: Option<String>,
    /// The one that it would be told.
    pub after: Option<String>,
}

/// A change of many people that waits for a decision.
#[derive(Clone, Debug)]
pub struct Braked {
    /// What it is called: the beginning of a hash of entry, connection, number there and instant, so that whoever read of one
    /// decision takes no other by its name.
    pub name: String,
    /// The staff member or lead source.
    pub entry: Entry,
    /// Where people would change.
    pub connection: ConnectionId,
    /// Since when.
    pub since: Moment,
    /// How many of them.
    pub changes: usize,
    /// Of how many.
    pub people: usize,
    /// Some of them.
    pub samples: Vec<Sample>,
}

/// What is done about a change that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is sent at once.
    Apply,
    /// It is sent behind everybody else.
    ApplySlowly,
    /// It is not sent: people have it there once they change themselves.
    Discard,
}

/// Whom an entry would change.
#[derive(Default)]
struct Would {
    /// Everybody who would be sent.
    sent: usize,
    /// Those of them who have a record there. Whoever is held before there is one only waits for a call more.
    changes: usize,
    /// Those of these who have another owner or lead source there by now.
    replaces: usize,
    /// Some who have a record.
    samples: Vec<Sample>,
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
        &self,
        entry: &Entry,
        spoke: &Spoke,
        story: DirectoryStory,
    ) -> store::Result<bool> {
        let now = self.clock().now();
        let waits = |before: Option<Brake>| before.is_none().then_some(Some(Brake::Waits { since: now }));
        let begins = self.brake(entry, spoke, waits).await?;
        if begins {
            self.tell_directory(entry, spoke, clock::tracking(self.clock(), now), story).await?;
        }
        Ok(begins)
    }

    /// All changes that wait for a decision, the oldest first.
    pub async fn braked(&self) -> store::Result<Vec<Braked>> {
        let registry = Arc::clone(&self.registry());
        let mut all = Vec::new();
        for (linked, since) in self.directory().waiting() {
            let (Some(entry), Some(spoke)) =
                (self.directory().get(linked.entry), registry.spoke(linked.connection))
            else {
                continue;
            };
            let Would { changes, samples, .. } = self.would_change(&entry, spoke, SAMPLES).await?;
            if changes == 0 {
                continue;
            }
            let people = self.store().people_at(spoke.id()).await?;
            let what = format!("{}@{}/{}/{}", entry.id, spoke.id(), since.0, linked.remote_id);
            let hash = Sha256::digest(what);
            let name = format!("{hash:x}").chars().take(NAME).collect();
            all.push(Braked { name, entry, connection: spoke.id(), since, changes, people, samples });
        }
        all.sort_by_key(|braked| braked.since);
        Ok(all)
    }

    /// Decides a change that waits; answers how many people are sent anew, or `None` where it no longer waits.
    pub async fn decide_braked(
        self: &Arc<Self>,
        braked: &Braked,
        verdict: Verdict,
    ) -> store::Result<Option<usize>> {
        let registry = Arc::clone(&self.registry());
        let (entry, Some(spoke)) = (&braked.entry, registry.spoke(braked.connection)) else {
            return Ok(None);
        };
        self.read_directory().await?;
        let waits = Some(Brake::Waits { since: braked.since });
        if self.directory().correspondence(entry.id, spoke.id()).is_none_or(|one| one.brake != waits) {
            return Ok(None);
        }
        let (after, people, story) = match verdict {
            Verdict::Discard => (Some(Brake::Discarded), 0, DirectoryStory::Discarded),
            Verdict::Apply | Verdict::ApplySlowly => {
                let sent = self.apply(entry.id, spoke, verdict == Verdict::ApplySlowly).await?;
                (None, sent.people, DirectoryStory::Applied)
            }
        };
        if !self.brake(entry, spoke, |before| (before == waits).then_some(after)).await? {
            return Ok(None);
        }
        let tracking = clock::tracking(self.clock(), self.clock().now());
        self.tell_directory(entry, spoke, tracking, story).await?;
        Ok(Some(people))
    }

    /// Who of those who are not due anyway would be sent anew because of an entry.
    async fn would_change(&self, entry: &Entry, spoke: &Spoke, samples: usize) -> store::Result<Would> {
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

    fn sample(&self, entry: &Entry, subject: &Subject, spoke: &Spoke) -> Sample {
        let named = |number: String| {
            let there = self.directory().numbered(entry, spoke.id(), &number);
            there.map(|there| there.name).filter(|name| !name.is_empty()).unwrap_or(number)
        };
        let before = subject.link(spoke.id()).and_then(|link| there(link, entry.role)).map(named);
        let linked = self.directory().correspondence(entry.id, spoke.id());
        let name = subject.person.profile.name();
        Sample { name, before, after: linked.map(|one| named(one.remote_id)) }
    }

    /// Sets or takes the brake of whatever the entry is linked to now; answers whether anything was to be done.
    async fn brake(
        &self,
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
        self.read_directory().await?;
        let Some(braked) = braked() else { return Ok(false) };
        self.directory().keep(self.store(), Vec::new(), vec![braked]).await?;
        Ok(true)
    }

    /// Reads what another node linked or decided just now, lest it be undone.
    async fn read_directory(&self) -> store::Result<()> {
        if self.place().is_shared() { self.directory().load(self.store()).await } else { Ok(()) }
    }
}

/// The owner or lead source that a platform is believed to have of somebody.
fn there(link: &Link, role: Role) -> Option<String> {
    link.shadow.fields.get(&field_of(role))?.base()?.value.clone()
}

impl super::Directory {
    fn waiting(&self) -> Vec<(Correspondence, Moment)> {
        let tables = self.read();
        let waits = |one: &Correspondence| match one.brake {
            Some(Brake::Waits { since }) => Some((one.clone(), since)),
            _ => None,
        };
        tables.correspondences.values().filter_map(waits).collect()
    }
}
