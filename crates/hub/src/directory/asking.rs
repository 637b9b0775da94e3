//! Asking a platform for a staff member or lead source: list or find, match, and create a source where it can.

use std::sync::Arc;

use model::directory::{Correspondence, Entry, How, Role};
use model::{
    ClubId, ConnectionId, DirectoryStory, EntryId, Field, Operation, Outcome, Person, PersonId, Reference,
    References,
};
use platform::{Answer, Found, Given};

use store::nodes::News;

use super::{Counterpart, known, role_of};
use crate::Hub;
use crate::clock;
use crate::registry::Spoke;

impl Hub {
    /// A person's references as the platform numbers them; what is not known yet is asked for.
    pub(crate) async fn resolve(
        self: &Arc<Self>,
        person: &Person,
        spoke: &Arc<Spoke>,
    ) -> store::Result<References> {
        if self.directory().lacks(person) {
            self.read_directory().await?;
        }
        Ok(References {
            owner: self.resolve_one(person, spoke, Field::Owner).await?,
            lead_source: self.resolve_one(person, spoke, Field::LeadSource).await?,
        })
    }

    async fn resolve_one(
        self: &Arc<Self>,
        person: &Person,
        spoke: &Arc<Spoke>,
        field: Field,
    ) -> store::Result<Reference> {
        let Some(entry) = person.profile.entry(field).filter(|_| spoke.agreement().carries(field)) else {
            return Ok(Reference::Unset);
        };
        debug_assert!(self.directory().get(entry).is_none_or(|entry| entry.role == role_of(field)));
        let at_hand = known(&self.directory().read(), entry, spoke.id());
        match at_hand {
            Some(reference) => Ok(reference),
            None => self.ask_for(entry, spoke).await.map(|(reference, _)| reference),
        }
    }

    /// Asks the platform for an entry's counterpart, one question at a time for each club and role.
    pub(crate) async fn ask_for(
        self: &Arc<Self>,
        id: EntryId,
        spoke: &Arc<Spoke>,
    ) -> store::Result<(Reference, DirectoryStory)> {
        let unmatched = Reference::Unmatched(id);
        let Some(entry) = self.directory().get(id) else { return Ok((unmatched, DirectoryStory::Unmatched)) };
        let _flight = self.directory().flight((spoke.id(), entry.club, entry.role)).await;
        let at_hand = known(&self.directory().read(), id, spoke.id());
        if let Some(reference) = at_hand {
            let story = match reference {
                Reference::To(_) => DirectoryStory::Linked,
                _ => self.directory().without(id, spoke.id()),
            };
            return Ok((reference, story));
        }
        let listed = self.list_there(&entry, spoke).await?;
        let story = match self.directory().counterpart(&entry, spoke.id()) {
            Counterpart::One(one) => {
                self.correspond(&entry, spoke, &one.remote_id, How::Matched).await?;
                return Ok((Reference::To(one.remote_id), DirectoryStory::Linked));
            }
            Counterpart::Several(..) => DirectoryStory::Ambiguous,
            Counterpart::None if listed != Listed::Whole => DirectoryStory::NotAsked,
            Counterpart::None => match self.create_source(&entry, spoke).await? {
                Some(number) => return Ok((Reference::To(number), DirectoryStory::Created)),
                None => self.directory().without(id, spoke.id()),
            },
        };
        let mut tables = self.directory().write();
        if listed == Listed::NotNow {
            tables.unanswered.insert((id, spoke.id()));
        } else {
            tables.asked.insert((id, spoke.id()), self.clock().now());
        }
        Ok((unmatched, story))
    }

    /// Reads the platform's list into the directory, or the one entry that it finds. A platform that cannot list is
    /// taken at its word.
    async fn list_there(self: &Arc<Self>, entry: &Entry, spoke: &Spoke) -> store::Result<Listed> {
        let operations = match entry.role {
            Role::Staff => [Operation::FindStaff, Operation::ListStaff],
            Role::LeadSource => [Operation::FindLeadSource, Operation::ListLeadSources],
        };
        let able = operations.into_iter().find(|operation| spoke.abilities().can(*operation));
        let Some(operation) = able else { return Ok(Listed::Whole) };
        let given =
            Given { email: Some(entry.email.clone()), name: Some(entry.name.clone()), ..Given::default() };
        self.read_list(spoke, (entry.club, entry.role), operation, given).await
    }

    /// Asks for a list, or for one entry of it, and takes what is answered into the directory.
    pub(super) async fn read_list(
        self: &Arc<Self>,
        spoke: &Spoke,
        (club, role): (ClubId, Role),
        operation: Operation,
        given: Given,
    ) -> store::Result<Listed> {
        let Some(answer) = self.ask_directory(spoke, club, operation, given).await else {
            return Ok(Listed::Failed);
        };
        match answer.outcome {
            Outcome::Saved { .. } | Outcome::Unchanged | Outcome::Gone => {}
            Outcome::Unavailable { .. } | Outcome::Throttled { .. } | Outcome::Unauthorised { .. } => {
                return Ok(Listed::NotNow);
            }
            _ => return Ok(Listed::Failed),
        }
        self.take_listing(spoke, club, role, &answer.found).await?;
        Ok(Listed::Whole)
    }

    /// Takes a platform's list into the directory.
    async fn take_listing(
        &self,
        spoke: &Spoke,
        club: ClubId,
        role: Role,
        found: &[Found],
    ) -> store::Result<()> {
        let listed = found.iter().map(|found| listed(found, spoke.id(), club, role));
        let changed: Vec<Entry> = {
            let tables = self.directory().read();
            let unchanged = |entry: &Entry| {
                let number = (entry.connection, entry.club, entry.role, entry.remote_id.clone());
                let before = tables.by_number.get(&number).and_then(|id| tables.entries.get(id));
                before.is_some_and(|before| Entry { id: before.id, ..entry.clone() } == *before)
            };
            listed.filter(|entry| !unchanged(entry)).collect()
        };
        if !changed.is_empty() {
            self.directory().keep(self.store(), changed, Vec::new()).await?;
        }
        Ok(())
    }

    /// Makes a lead source where the platform can; the attempt is written down first. Only whoever leads the lane does: any
    /// other node tells that one.
    async fn create_source(self: &Arc<Self>, entry: &Entry, spoke: &Spoke) -> store::Result<Option<String>> {
        let able = entry.role == Role::LeadSource
            && entry.active
            && spoke.agreement().lead_source
            && spoke.abilities().can(Operation::CreateLeadSource);
        let interrupted = self.directory().correspondence(entry.id, spoke.id()).is_some();
        let forgotten = self.restored().is_some_and(|restored| !restored.is_over_for(spoke.id()));
        let can_list = spoke.abilities().can(Operation::ListLeadSources)
            || spoke.abilities().can(Operation::FindLeadSource);
        if !able || ((interrupted || forgotten) && !can_list) {
            return Ok(None);
        }
        let Some(hold) = self.hold_lane(spoke.id()) else {
            let tracking = clock::tracking(self.clock(), self.clock().now());
            self.place().tell(News::Entry(entry.id, tracking));
            return Ok(None);
        };
        self.correspond(entry, spoke, "", How::Creating).await?;
        if !self.still_held(&hold) {
            return Ok(None);
        }
        let given = Given { name: Some(entry.name.clone()), ..Given::default() };
        let call = self.ask_directory(spoke, entry.club, Operation::CreateLeadSource, given);
        let Some(answer) = self.place().within(self.clock(), call).await else { return Ok(None) };
        let (number, how) = match answer.map(|answer| answer.outcome) {
            Some(Outcome::Saved { id: Some(id) }) => (id.id, How::Created),
            Some(Outcome::Duplicate { id: Some(id), .. }) => (id.id, How::Matched),
            Some(Outcome::Doubtful { .. }) => return Ok(None),
            _ => (String::new(), How::Matched),
        };
        self.correspond(entry, spoke, &number, how).await?;
        if number.is_empty() {
            return Ok(None);
        }
        self.note_source_there(entry, spoke, &number).await?;
        Ok(Some(number))
    }

    /// Keeps that a platform has a lead source under this number and name, so that another of the same name finds it
    /// also where the platform cannot list.
    pub(super) async fn note_source_there(
        &self,
        entry: &Entry,
        spoke: &Spoke,
        number: &str,
    ) -> store::Result<()> {
        let there = Entry {
            id: EntryId(0),
            connection: spoke.id(),
            remote_id: number.to_owned(),
            known: true,
            ..entry.clone()
        };
        self.directory().keep(self.store(), vec![there], Vec::new()).await.map(drop)
    }

    /// Keeps how an entry corresponds to a platform's number.
    pub(crate) async fn correspond(
        &self,
        entry: &Entry,
        spoke: &Spoke,
        number: &str,
        how: How,
    ) -> store::Result<()> {
        let before = self.directory().correspondence(entry.id, spoke.id());
        let same = |one: &Correspondence| one.remote_id == number && one.how == how && how != How::Pinned;
        let one = Correspondence {
            entry: entry.id,
            connection: spoke.id(),
            remote_id: number.to_owned(),
            name: entry.name.clone(),
            how,
            brake: before.filter(same).and_then(|one| one.brake),
        };
        self.directory().keep(self.store(), Vec::new(), vec![one]).await?;
        Ok(())
    }

    /// One question about staff or lead sources; each page of a list is a call. A platform that is paused or known not
    /// to answer is not asked.
    pub(crate) async fn ask_directory(
        self: &Arc<Self>,
        spoke: &Spoke,
        club: ClubId,
        operation: Operation,
        given: Given,
    ) -> Option<Answer> {
        let endpoint = spoke.endpoint(club).ok()?;
        if spoke.connection.paused.is_some() || !self.may_pass(endpoint) {
            let reason = "it is known not to answer just now".to_owned();
            return Some(Answer::without_call(Outcome::Unavailable { reason, retry_after_s: None }));
        }
        let mut given = Given { now: self.clock().now().timestamp(), ..given };
        let mut answer: Option<Answer> = None;
        loop {
            let page = if self.spend_patiently(spoke, club, operation).await.unwrap_or(false) {
                self.call(endpoint, PersonId::default(), operation, &given).await
            } else {
                Answer::without_call(Outcome::Throttled { retry_after_s: None })
            };
            let mut whole = match answer {
                Some(answer) => answer.and(page),
                None => page,
            };
            let Some(next) = whole.next.take() else { return Some(whole) };
            given.page = next;
            answer = Some(whole);
        }
    }
}

/// How a question for a list ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    /// Answered: "none" counts.
    Whole,
    /// The platform as a whole does not answer just now; it is asked again soon.
    NotNow,
    /// The platform answers, but not this; it is asked again in the next round.
    Failed,
}

impl Listed {
    /// Whether "none" counts.
    pub(super) fn is_whole(self) -> bool {
        self == Listed::Whole
    }
}

/// A listed staff member or lead source as an entry of that connection.
pub(crate) fn listed(found: &Found, connection: ConnectionId, club: ClubId, role: Role) -> Entry {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (first_name, last_name) = (text(&found.first_name), text(&found.last_name));
    let name = found.name.clone().unwrap_or_else(|| format!("{first_name} {last_name}").trim().to_owned());
    Entry {
        id: EntryId(0),
        role,
        club,
        connection,
        remote_id: found.id.id.clone(),
        name,
        first_name,
        last_name,
        email: text(&found.email),
        active: found.active.unwrap_or(true),
        known: true,
    }
}
