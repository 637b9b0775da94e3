//! Decide: what a report changes, whom it concerns, and what it makes due. Everything is decided on one reading of the
//! person and kept in one commit.

use std::sync::Arc;

use model::{
    Accepted, ConnectionId, Field, Known, KnownKind, Link, Match, May, Merged, Moment, Next, Note, Person,
    PersonId, Profile, RemoteId, Report, Rest, State, Tracking, accept, mark, may_be_on_its_way, may_call,
    merge, named, next_step, project, release_restored, smart_match, told_now,
};
use store::sabotage::{self, Way};
use store::{Expect, Identified, PersonWrite, Receipt, Subject};

use crate::Hub;
use crate::directory::Directory;
use crate::door::{Refusal, Sender};
use crate::lanes::Claim;
use crate::lines::{self, Occasion};
use crate::receive::database;
use crate::registry::{Registry, Spoke};

/// A report on its way in.
pub(crate) struct Incoming<'a> {
    pub(crate) sender: Sender,
    pub(crate) spoke: &'a Spoke,
    pub(crate) tracking: Tracking,
    pub(crate) now: Moment,
    /// The sender's record.
    pub(crate) record: RemoteId,
    pub(crate) report: Report,
    pub(crate) ignored: Vec<String>,
    /// Whether what says nothing new leaves no trace: it was read, and nobody waits for an answer.
    pub(crate) quietly: bool,
}

impl Incoming<'_> {
    pub(crate) fn name_key(&self) -> String {
        let value = |field| self.report.fields.get(&field).and_then(Option::as_deref).unwrap_or_default();
        model::fold::full_name(value(Field::FirstName), value(Field::LastName))
    }

    pub(crate) fn as_profile(&self) -> Profile {
        let by = self.sender.connection;
        let at = self.report.as_of;
        let kind = KnownKind { kind: self.report.kind.unwrap_or(model::Kind::Prospect), by, at };
        let fields = self.report.fields.iter();
        let known = |value: &Option<String>| Known { value: value.clone(), by, at };
        Profile { kind, fields: fields.map(|(field, value)| (*field, known(value))).collect() }
    }

    /// Smart Match among people of the same name who have no record at the sender yet, or none in this numbering: where
    /// members are numbered apart, a sale gives a second number to whoever was a prospect.
    pub(crate) fn matched(&self, subjects: &[Subject]) -> Match {
        let apart = self.spoke.abilities().kinds_apart;
        let takes = |record: &RemoteId| apart && record.space != self.record.space;
        let free = |subject: &&Subject| {
            let record = subject.link(self.sender.connection).and_then(|link| link.record.as_ref());
            record.is_none_or(takes)
        };
        let candidates = subjects.iter().filter(free);
        let candidates = candidates.map(|subject| (subject.person.id, &subject.person.profile));
        smart_match(&self.as_profile(), candidates)
    }
}

/// What was decided.
pub(crate) struct Decision {
    /// To be kept.
    pub(crate) receipt: Arc<Receipt>,
    /// Connections on whose lane a place was taken; their turn begins after the commit.
    pub(crate) claimed: Vec<Claim>,
    /// Connections that are due otherwise.
    pub(crate) due: Vec<ConnectionId>,
    /// What it does to the person.
    pub(crate) effect: Effect,
}

/// What a report does to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing at all, but that it was seen again.
    None,
    /// It is remembered, and changes nothing.
    Noted,
    /// It changes the person.
    Changed,
    /// It makes them.
    New,
}

struct Draft {
    person: Person,
    expect: Expect,
    links: Vec<Link>,
    is_new: bool,
    /// Whether the sender's own link waited because of a restore, which the report answers.
    released: bool,
    notes: Vec<Note>,
}

impl Hub {
    /// Decides on one reading.
    pub(crate) async fn decide(
        &self,
        incoming: &Incoming<'_>,
        registry: &Registry,
        found: Identified,
    ) -> Result<Decision, Refusal> {
        let mut draft = match found {
            Identified::Linked(subject) => known(*subject, Vec::new()),
            Identified::Namesakes(subjects) => self.match_or_make(incoming, subjects).await?,
        };
        let before = draft.person.profile.clone();
        let own = |draft: &Draft| {
            undated(draft.links.iter().find(|link| link.connection == incoming.sender.connection))
        };
        let own_before = own(&draft);
        let merged = take_in(incoming, self.directory(), &mut draft);
        let effect = match (draft.is_new, merged.is_change()) {
            (true, _) => Effect::New,
            (_, true) => Effect::Changed,
            _ if merged.is_quiet() && own_before == own(&draft) => Effect::None,
            _ => Effect::Noted,
        };
        for link in draft.links.iter_mut().filter(|link| link.connection != incoming.sender.connection) {
            if let Some(spoke) = registry.spoke(link.connection) {
                may_be_on_its_way(
                    link,
                    &before,
                    &merged.changed,
                    (spoke.at(draft.person.club).abilities(), incoming.now),
                );
            }
        }
        lines::note_merge(&merged, &incoming.ignored, &mut draft.notes);
        Ok(self.spread(incoming, registry, draft, (&merged, effect)))
    }

    /// A person of the same name whom Smart Match finds, or a new one.
    async fn match_or_make(&self, incoming: &Incoming<'_>, subjects: Vec<Subject>) -> Result<Draft, Refusal> {
        let namesakes: Vec<PersonId> = subjects.iter().map(|subject| subject.person.id).collect();
        let sender = incoming.sender.connection;
        let mut notes = Vec::new();
        match incoming.matched(&subjects) {
            Match::One(id, _) => {
                if let Some(subject) = subjects.into_iter().find(|subject| subject.person.id == id) {
                    return Ok(known(subject, vec![Note::Matched]));
                }
            }
            Match::Several(candidates) => notes.push(Note::Ambiguous { candidates }),
            Match::None => {}
        }
        let id = self.store().new_person().await.map_err(|error| database(&error))?;
        let mut profile = incoming.as_profile();
        profile.fields.clear();
        let told = (sender, incoming.now);
        let club = incoming.sender.club;
        let person = Person { id, club, revision: 1, profile, created: told, modified: told };
        let expect = Expect::New { name_key: incoming.name_key(), namesakes };
        Ok(Draft { person, expect, links: Vec::new(), is_new: true, released: false, notes })
    }

    /// Makes the change due wherever the agreements say, and writes the lines of what goes nowhere.
    fn spread(
        &self,
        incoming: &Incoming<'_>,
        registry: &Registry,
        mut draft: Draft,
        (merged, effect): (&Merged, Effect),
    ) -> Decision {
        let mut claimed = Vec::new();
        let mut due = Vec::new();
        let mut written = Vec::new();
        let changes = merged.is_change() || draft.is_new;
        let to_be_told = !merged.conflicts.is_empty() || merged.refused_kind.is_some() || merged.crossed;
        for spoke in registry.of_club(incoming.sender.club).iter().filter(|spoke| spoke.receives()) {
            let concerned = if spoke.id() == incoming.sender.connection { to_be_told } else { changes };
            if !concerned {
                continue;
            }
            let link = link_to(&mut draft.links, draft.person.id, spoke.id());
            let occasion = Occasion::of(incoming, &draft.person, Some(spoke));
            let accepted = self.accept_on(link, &draft.person, spoke, (incoming.tracking, incoming.now));
            written.extend(lines::joined(&occasion, link));
            match accepted {
                Accepted::Due => match self.claim(link, &draft.person, spoke, incoming.now) {
                    Some(claim) => claimed.push(claim),
                    None => due.push(spoke.id()),
                },
                Accepted::Waits => due.push(spoke.id()),
                Accepted::Rests(Rest::Same) => {}
                Accepted::Rests(rest) => written.push(lines::rests(&occasion, rest, &draft.notes)),
                Accepted::Gone => written.push(lines::gone_before(&occasion)),
            }
        }
        if incoming.quietly && matches!(effect, Effect::None | Effect::Noted) && draft.notes.is_empty() {
        } else if claimed.is_empty() && due.is_empty() && written.is_empty() {
            let occasion = Occasion::of(incoming, &draft.person, None);
            written.push(lines::nothing_due(&occasion, changes, draft.notes));
        } else if !draft.notes.is_empty() {
            let occasion = Occasion::of(incoming, &draft.person, None);
            written.push(lines::noted(&occasion, draft.notes));
        }
        let own = incoming.sender.connection;
        if draft.released && claimed.iter().all(|claim| claim.connection != own) {
            due.push(own);
        }
        let touched = |link: &Link| link.version > 0 || *link != Link::new(link.person, link.connection);
        draft.links.retain(touched);
        let person = PersonWrite { person: draft.person, expect: draft.expect };
        let receipt = Arc::new(Receipt { person, links: draft.links, lines: written });
        Decision { receipt, claimed, due, effect }
    }

    /// What the change means for one link; people from before the connection stay out where that was agreed.
    pub(crate) fn accept_on(
        &self,
        link: &mut Link,
        person: &Person,
        spoke: &Spoke,
        save: (Tracking, Moment),
    ) -> Accepted {
        let from_before = spoke.connection.live_since.is_some_and(|live| person.created.1 < live);
        let untouched = link.shadow.kind.is_none() && link.pending.is_empty();
        if from_before && untouched && spoke.agreement().existing == model::Existing::None {
            return Accepted::Rests(Rest::FromBefore);
        }
        let references = self.directory().expected(person, spoke.id());
        accept(link, person, (spoke.agreement(), spoke.abilities()), &references, save)
    }

    /// Takes a place on the lane, and writes the attempt mark where the first call is not safe to repeat.
    fn claim(&self, link: &mut Link, person: &Person, spoke: &Spoke, now: Moment) -> Option<Claim> {
        if !matches!(link.state, State::Due { at } if at <= now) {
            return None;
        }
        let claim = self.lane_claim(spoke, person.club, person.id)?;
        let references = self.directory().expected(person, spoke.id());
        let projection = project(&person.profile, spoke.agreement(), &references);
        let abilities = spoke.abilities();
        if let Next::Call(step) = next_step(link, &projection, spoke.agreement(), abilities)
            && !abilities.of(step.operation).is_none_or(|ability| ability.safe_to_repeat)
            && !abilities.can_be_asked()
            && abilities.rates.is_empty()
            && may_call(link, &step, abilities, self.restored().as_deref()) == May::Call
            && !self.directory().must_ask(person, spoke.id())
            && !sabotage::is(Way::MarkSkipped)
        {
            link.state = State::Calling(mark(&step, abilities, now));
        }
        Some(claim)
    }
}

/// A link but for when it was last seen.
fn undated(link: Option<&Link>) -> Option<Link> {
    let mut link = link?.clone();
    link.shadow.kind_seen = None;
    for held in link.shadow.fields.values_mut() {
        held.seen.iter_mut().for_each(|seen| seen.at = Moment::default());
    }
    Some(link)
}

fn known(subject: Subject, notes: Vec<Note>) -> Draft {
    let expect = Expect::Revision(subject.person.revision);
    Draft { person: subject.person, expect, links: subject.links, is_new: false, released: false, notes }
}

fn link_to(links: &mut Vec<Link>, person: PersonId, connection: ConnectionId) -> &mut Link {
    let place = links.iter().position(|link| link.connection == connection).unwrap_or_else(|| {
        links.push(Link::new(person, connection));
        links.len() - 1
    });
    &mut links[place]
}

/// Merges the report into the person and into the sender's own link. Reports name directory entries, shadows the
/// platform's own numbers; the merge compares entries.
fn take_in(incoming: &Incoming<'_>, directory: &Directory, draft: &mut Draft) -> Merged {
    let own = link_to(&mut draft.links, draft.person.id, incoming.sender.connection);
    named(own, incoming.record.clone(), incoming.spoke.abilities());
    draft.released = release_restored(own, incoming.now);
    let sender = incoming.spoke.reporter();
    directory.number_to_entry(&mut own.shadow, incoming.sender);
    let report = told_now(&incoming.report, &draft.person.profile, &own.shadow);
    let merged = merge(&mut draft.person.profile, &mut own.shadow, &report, sender);
    directory.entry_to_number(&mut own.shadow, incoming.sender);
    if merged.is_change() && !draft.is_new {
        draft.person.revision += 1;
        draft.person.modified = (incoming.sender.connection, incoming.now);
    }
    merged
}
