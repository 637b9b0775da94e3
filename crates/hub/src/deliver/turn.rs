//! A turn's state, and how it is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{
    Attempt, Circumstances, EntryId, Field, FindBy, Hold, HoldReason, Kind, Line, Link, Moment, Next, Note,
    Operation, Outcome, Person, PersonId, References, RemoteId, Rest, Settled, State, Step, Story, Tracking,
    begin_doubt, next_step, project, settle,
};
use platform::{Answer, Endpoint, Given};
use store::{Settlement, Verdict};

use super::{Ended, Handed, STORE_PAUSE_MS};
use crate::Hub;
use crate::clock;
use crate::lanes::Running;
use crate::lines::{self, TurnReport};
use crate::registry::Spoke;
use crate::scopes::{self, Calls, Manner, Room};

/// One person's turn on one connection.
pub(super) struct Turn<'a> {
    pub(super) hub: &'a Arc<Hub>,
    pub(super) spoke: &'a Arc<Spoke>,
    /// The lane whose turn it is; a decision by hand has none, and calls nobody.
    lane: Option<&'a Running>,
    pub(super) person: Person,
    pub(super) link: Link,
    pub(super) references: References,
    /// Whether the record was read in this turn.
    pub(super) read: bool,
    /// The scopes that this turn tries, until it makes a call.
    pub(super) trials: Vec<scopes::Id>,
    /// Operations that were taken out of the budgets and not called yet.
    paid: Vec<Operation>,
    /// How the turn ended where a budget has no room for its next calls.
    pub(super) ended: Option<Ended>,
    attempts: Vec<Attempt>,
    fields: BTreeMap<Field, Option<String>>,
    notes: Vec<Note>,
    told: Option<Story>,
    became: Option<Kind>,
    fresh: Tracking,
}

/// How a commit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wound {
    /// Kept.
    Kept,
    /// The link had moved; the newest state was read, and the same answer is to be settled on it.
    Moved,
    /// The number that the platform gave belongs to somebody else.
    Taken,
}

impl<'a> Turn<'a> {
    /// Reads the person and the link, unless the accepting commit handed them over.
    pub(super) async fn open(
        hub: &'a Arc<Hub>,
        (spoke, lane): (&'a Arc<Spoke>, Option<&'a Running>),
        id: PersonId,
        handed: Option<Box<Handed>>,
    ) -> store::Result<Option<Self>> {
        let handed = match handed {
            Some(handed) => Some(*handed),
            None => read(hub, spoke, id).await?,
        };
        let fresh = clock::tracking(hub.clock(), hub.clock().now());
        Ok(handed.map(|Handed { person, link }| Turn {
            hub,
            spoke: spoke.at(person.club),
            lane,
            person,
            link,
            references: References::default(),
            read: false,
            trials: Vec::new(),
            paid: Vec::new(),
            ended: None,
            attempts: Vec::new(),
            fields: BTreeMap::new(),
            notes: Vec::new(),
            told: None,
            became: None,
            fresh,
        }))
    }

    /// Whether what the turn does may be kept: its lane is still this hub's to lead.
    pub(super) fn is_ours(&self) -> store::Result<()> {
        let ours = self.lane.is_none_or(|lane| self.hub.still_leads(lane));
        if ours { Ok(()) } else { Err(store::Error::Fenced) }
    }

    /// The Connector's own id of the person, as platforms may keep it.
    pub(super) fn external_id(&self) -> String {
        self.person.id.to_string()
    }

    /// Whether the platform of the person's club can be called. One whose settings are broken is planned all the same:
    /// the link is held, and says so.
    pub(super) fn may_call(&mut self) -> bool {
        let Ok(endpoint) = self.spoke.endpoint(self.person.club) else { return true };
        if self.trials.is_empty() {
            let Some(trials) = self.hub.pass(endpoint) else { return false };
            self.trials = trials;
        }
        true
    }

    /// Takes the calls of a step out of the platform's budgets. Where there is no room for all of them, the turn ends.
    pub(super) async fn pay(&mut self, operations: &[Operation]) -> store::Result<bool> {
        if self.spoke.abilities().rates.is_empty() {
            return Ok(true);
        }
        let unpaid = operations.iter().filter(|operation| !self.paid.contains(operation));
        let of: Vec<_> = unpaid.map(|operation| (*operation, self.calls_of(*operation))).collect();
        let manner = if self.link.loads { Manner::Loads } else { Manner::Queues };
        let club = self.person.club;
        self.ended = match self.hub.spend(self.spoke, Calls { club, of: &of, manner }).await? {
            Room::Yes => None,
            Room::Queued => Some(Ended::Left(club)),
            Room::Later(at) => Some(Ended::Later(at)),
        };
        if self.ended.is_none() {
            self.paid.extend(of.into_iter().map(|(operation, _)| operation));
        }
        Ok(self.ended.is_none())
    }

    /// How many requests an operation is: a search is one for each key that is known.
    fn calls_of(&self, operation: Operation) -> u32 {
        let known = |field| self.person.profile.get(field).is_some_and(|value| !value.trim().is_empty());
        let asks = |by: &&FindBy| match by {
            FindBy::ExternalId => true,
            FindBy::Email => known(Field::Email),
            FindBy::Mobile => known(Field::Mobile),
            FindBy::Name => known(Field::FirstName) && known(Field::LastName),
        };
        match operation {
            Operation::FindPerson => self.spoke.abilities().find_by.iter().filter(asks).count().max(1) as u32,
            _ => 1,
        }
    }

    /// Makes a call that was paid for, if the lane is this hub's for sure, and for as long; how it ends when it is cut off
    /// then, nobody here knows.
    pub(super) async fn call(&mut self, endpoint: &Endpoint, operation: Operation, given: &Given) -> Answer {
        let reason = "this node could not prove in time that the lane is still its own".to_owned();
        if self.is_ours().is_err() {
            return Answer::without_call(Outcome::Unavailable { reason, retry_after_s: None });
        }
        self.trials.clear();
        self.paid.retain(|paid| *paid != operation);
        let call = self.hub.call(endpoint, self.person.id, operation, given);
        let answer = self.hub.place().within(self.hub.clock(), call).await;
        answer.unwrap_or_else(|| Answer::without_call(Outcome::Doubtful { reason }))
    }

    /// The save whose transfer this is.
    pub(super) fn tracking(&self) -> Tracking {
        self.link.bearer().unwrap_or(self.fresh)
    }

    /// What settling depends on.
    pub(super) fn circumstances(&self, began: Moment, now: Moment) -> Circumstances<'_> {
        let chance = clock::chance(self.hub.clock());
        Circumstances { abilities: self.spoke.abilities(), now, began, chance }
    }

    pub(super) fn settle(
        &mut self,
        step: &Step,
        outcome: &Outcome,
        (began, now): (Moment, Moment),
    ) -> Settled {
        let chance = clock::chance(self.hub.clock());
        let at = Circumstances { abilities: self.spoke.description.abilities(), now, began, chance };
        settle(&mut self.link, step, outcome, at)
    }

    /// Notes an attempt for the line.
    pub(super) fn tried(&mut self, step: &Step, answer: &Answer, now: Moment) {
        let said = crate::wording::attempt(&answer.outcome, answer.exchange.status);
        self.attempts.push(Attempt { at: now, operation: step.operation.name().to_owned(), said });
        self.fields.extend(self.hub.in_words(&self.person, &step.fields));
        if matches!(answer.outcome, Outcome::Unauthorised { .. }) {
            self.tell(Story::NotLetIn);
        }
    }

    /// Notes what a call that went through makes of the record there. Call before it is settled.
    pub(super) fn note_kind(&mut self, step: &Step, outcome: &Outcome) {
        let went_through = matches!(outcome, Outcome::Saved { .. } | Outcome::Unchanged);
        if went_through && self.link.shadow.kind.is_some_and(|there| there != step.kind) {
            self.became = Some(step.kind);
        }
    }

    /// Notes whom the platform does not know.
    pub(super) fn note_unmatched(&mut self, entries: &[EntryId]) {
        let missing = |id: &EntryId| self.hub.directory().missing(*id, self.spoke.id());
        self.notes = entries.iter().filter_map(missing).collect();
    }

    /// After an arrival: is there a further step?
    pub(super) fn plan_on(&mut self, now: Moment) {
        let projection = project(&self.person.profile, self.spoke.agreement(), &self.references);
        let next = next_step(&self.link, &projection, self.spoke.agreement(), self.spoke.abilities());
        self.link.state = match next {
            Next::Call(_) => State::Due { at: now },
            Next::Rest(_) => State::Idle,
        };
    }

    /// Nothing is to be sent.
    pub(super) fn rested(&mut self, rest: Rest) {
        self.link.state = State::Idle;
        if self.attempts.is_empty() {
            self.told = Some(lines::story_of(rest));
        }
    }

    /// What the line tells where the link's state alone does not say it.
    pub(super) fn tell(&mut self, story: Story) {
        self.told = Some(story);
    }

    /// The connection cannot be used until somebody mends it.
    pub(super) fn broken(&mut self, said: String) {
        let since = self.hub.clock().now();
        self.link.state = State::Held(Hold { reason: HoldReason::Misconfigured { said }, since });
    }

    /// The store is older than the platform, and nobody but an operator can tell whether the call was made since.
    pub(super) fn undecided(&mut self, candidates: Vec<RemoteId>) {
        let since = self.hub.clock().now();
        let backup_at = self.hub.restored().map_or(since, |restored| restored.backup_at);
        self.link.state = State::Held(Hold { reason: HoldReason::Restored { backup_at, candidates }, since });
    }

    /// The platform gave a number that belongs to somebody else.
    pub(super) fn taken(&mut self, step: &Step) {
        let since = self.hub.clock().now();
        let said = format!("{} answered the number of another person's record", step.operation.name());
        self.link.state = State::Held(Hold { reason: HoldReason::Duplicate { said }, since });
    }

    /// A call was written down and nobody knows how it ended.
    pub(super) fn interrupted(&mut self) {
        let State::Calling(mark) = self.link.state.clone() else { return };
        let now = self.hub.clock().now();
        begin_doubt(&mut self.link, mark, self.spoke.abilities(), now);
    }

    /// Keeps the mark before a call; `false` when the link moved and must be planned anew.
    pub(super) async fn keep_mark(&mut self) -> store::Result<bool> {
        self.is_ours()?;
        let settlement = Settlement { link: self.link.clone(), lines: Vec::new() };
        match self.hub.store().settle(settlement).await? {
            Verdict::Applied => {
                self.link.version += 1;
                Ok(true)
            }
            Verdict::Stale | Verdict::Taken(_) => {
                self.read_again().await?;
                if matches!(self.link.state, State::Calling(_)) {
                    self.interrupted();
                    self.keep().await?;
                }
                Ok(false)
            }
        }
    }

    /// Keeps link and line as they are; if the link moved meanwhile, its new saves are carried over.
    pub(super) async fn keep(&mut self) -> store::Result<()> {
        loop {
            let state = self.link.state.clone();
            match self.commit().await? {
                Wound::Kept => return Ok(()),
                Wound::Moved if state == State::Idle => return Ok(()),
                Wound::Moved => self.link.state = state,
                Wound::Taken => self.link.record = None,
            }
        }
    }

    /// One commit of link and lines.
    pub(super) async fn commit(&mut self) -> store::Result<Wound> {
        self.is_ours()?;
        let now = self.hub.clock().now();
        let further = matches!(self.link.state, State::Due { at } if at <= now);
        let lines = if further && !self.attempts.is_empty() && self.link.tries == 0 {
            Vec::new()
        } else {
            self.lines(now).await?
        };
        let attempts_are_kept = !lines.is_empty();
        let settlement = Settlement { link: self.link.clone(), lines };
        match self.hub.store().settle(settlement).await? {
            Verdict::Applied => {
                self.link.version += 1;
                if attempts_are_kept {
                    self.attempts.clear();
                    self.fields.clear();
                    self.hub.announce(self.person.club);
                }
                Ok(Wound::Kept)
            }
            Verdict::Stale => {
                self.read_again().await?;
                Ok(Wound::Moved)
            }
            Verdict::Taken(_) => {
                self.read_again().await?;
                Ok(Wound::Taken)
            }
        }
    }

    /// Commits what a call did. A store that does not take it now is tried until it does, for the platform will not say
    /// it again.
    pub(super) async fn commit_surely(&mut self) -> store::Result<Wound> {
        let settled = self.link.clone();
        let mut told = false;
        loop {
            match self.commit().await {
                Err(error) if !matches!(error, store::Error::Closed | store::Error::Fenced) => {
                    if !std::mem::replace(&mut told, true) {
                        tracing::error!(%error, person = %self.person.id, "what a call did is not kept yet; it is tried until it is");
                    }
                    self.link.clone_from(&settled);
                    self.hub.clock_sleep(STORE_PAUSE_MS as u64).await;
                }
                done => return done,
            }
        }
    }

    async fn lines(&mut self, now: Moment) -> store::Result<Vec<Line>> {
        let silent = self.link.pending.is_empty() && self.link.line.is_none() && self.attempts.is_empty();
        if silent && self.link.state == State::Idle {
            return Ok(Vec::new());
        }
        let before = match self.link.line {
            Some(tracking) => self.hub.store().line(self.person.club, tracking, self.spoke.id()).await?,
            None => None,
        };
        let report = TurnReport {
            person: &self.person,
            spoke: self.spoke,
            now,
            fields: &self.fields,
            attempts: &self.attempts,
            notes: &self.notes,
            told: self.told.as_ref(),
            became: self.became,
        };
        Ok(lines::of_turn(&mut self.link, before, self.fresh, &report))
    }

    pub(super) async fn read_again(&mut self) -> store::Result<()> {
        if let Some(Handed { person, link }) = read(self.hub, self.spoke, self.person.id).await? {
            self.person = person;
            self.link = link;
        }
        Ok(())
    }
}

async fn read(hub: &Hub, spoke: &Spoke, id: PersonId) -> store::Result<Option<Handed>> {
    let Some(subject) = hub.store().subject(id).await? else { return Ok(None) };
    let link = subject.links.into_iter().find(|link| link.connection == spoke.id());
    Ok(link.map(|link| Handed { person: subject.person, link }))
}
