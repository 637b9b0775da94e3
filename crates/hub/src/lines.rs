//! Lines: what the Connector Log keeps of a transfer. Facts only; the sentences are in [`crate::wording`].

use std::collections::BTreeMap;

use model::{
    Attempt, ConnectionId, Facts, FeedStory, Field, HoldReason, Kind, Level, Line, Link, Merged, Moment,
    Note, Person, Rest, State, Story, Tracking, Turn,
};

use crate::decide::Incoming;
use crate::registry::Spoke;

/// What a line is about.
pub(crate) struct Occasion<'a> {
    pub(crate) tracking: Tracking,
    pub(crate) person: &'a Person,
    pub(crate) from: Option<ConnectionId>,
    pub(crate) to: Option<ConnectionId>,
    pub(crate) now: Moment,
}

impl<'a> Occasion<'a> {
    pub(crate) fn of(incoming: &Incoming<'_>, person: &'a Person, to: Option<&Spoke>) -> Self {
        Occasion {
            tracking: incoming.tracking,
            person,
            from: Some(incoming.sender.connection),
            to: to.map(Spoke::id),
            now: incoming.now,
        }
    }

    fn line(&self, story: Story, notes: Vec<Note>) -> Line {
        let about = self.to.or(self.from).unwrap_or_default();
        let (level, turn) = standing(&story, &notes);
        let mut facts = Facts {
            name: self.person.profile.name(),
            from: self.from,
            to: self.to,
            kind: Some(self.person.profile.kind.kind),
            change: self.person.was_known_before(self.tracking) && !notes.contains(&Note::Matched),
            became: None,
            role: None,
            story,
            fields: BTreeMap::new(),
            record: None,
            attempts: Vec::new(),
            carries: Vec::new(),
            notes,
            details_removed: None,
        };
        facts.clip();
        let (club, person) = (self.person.club, Some(self.person.id));
        Line {
            tracking: self.tracking,
            about,
            club,
            person,
            entry: None,
            level,
            turn,
            open: false,
            changed: self.now,
            facts,
        }
    }
}

/// How a story stands: INFO, WARNING or ERROR, and whose turn it is (integration rules §6).
pub(crate) fn standing(story: &Story, notes: &[Note]) -> (Level, Turn) {
    match story {
        Story::TryingAgain { .. } | Story::Asking { .. } | Story::Released => (Level::Error, Turn::Nobody),
        Story::InDoubt | Story::Refused { .. } | Story::Unsendable { .. } | Story::AlreadyThere { .. } => {
            (Level::Error, Turn::Club)
        }
        Story::Broken { .. } | Story::GivenUp | Story::NotLetIn | Story::Restored { .. } => {
            (Level::Error, Turn::Operator)
        }
        Story::Gone => (Level::Warning, Turn::Club),
        Story::NotAccepted { .. } => (Level::Error, Turn::Platform),
        Story::Directory { what } => directory_standing(*what),
        Story::Feed { what: FeedStory::Failing { .. } | FeedStory::Braked { .. } } => {
            (Level::Warning, Turn::Operator)
        }
        _ => notes.iter().map(note_standing).max().unwrap_or((Level::Info, Turn::Nobody)),
    }
}

fn directory_standing(what: model::DirectoryStory) -> (Level, Turn) {
    use model::DirectoryStory as What;
    match what {
        What::Linked | What::Created | What::Renamed | What::LinkedByHand | What::UnlinkedByHand => {
            (Level::Info, Turn::Nobody)
        }
        What::Applied | What::Discarded => (Level::Info, Turn::Nobody),
        What::Unmatched | What::Ambiguous | What::InDoubt => (Level::Warning, Turn::Club),
        What::Braked { .. } => (Level::Warning, Turn::Operator),
        What::NotAsked => (Level::Warning, Turn::Nobody),
    }
}

fn note_standing(note: &Note) -> (Level, Turn) {
    match note {
        Note::NoOwner { .. }
        | Note::NoLeadSource { .. }
        | Note::SourceInDoubt { .. }
        | Note::SharedEmail { .. }
        | Note::SharedName { .. }
        | Note::Ambiguous { .. }
        | Note::LeftApart { .. } => (Level::Warning, Turn::Club),
        Note::Conflict { .. } | Note::KindKept { .. } => (Level::Warning, Turn::Nobody),
        Note::Ignored { .. } | Note::Matched | Note::Unlinked { .. } => (Level::Info, Turn::Nobody),
    }
}

/// Whether a note makes its line a WARNING.
pub(crate) fn warns(note: &Note) -> bool {
    note_standing(note).0 > Level::Info
}

/// What is worth knowing about a merge.
pub(crate) fn note_merge(merged: &Merged, ignored: &[String], notes: &mut Vec<Note>) {
    notes.extend(merged.conflicts.iter().map(|field| Note::Conflict { field: *field }));
    notes.extend(merged.left_apart.iter().map(|field| Note::LeftApart { field: *field }));
    notes.extend(merged.refused_kind.map(|said| Note::KindKept { said }));
    if !ignored.is_empty() {
        notes.push(Note::Ignored { elements: ignored.to_vec() });
    }
}

/// A save that goes nowhere, for this reason.
pub(crate) fn rests(occasion: &Occasion<'_>, rest: Rest, notes: &[Note]) -> Line {
    occasion.line(story_of(rest), notes.to_vec())
}

/// Why nothing goes out.
pub(crate) fn story_of(rest: Rest) -> Story {
    match rest {
        Rest::Same => Story::NothingNew,
        Rest::NotAgreed(kind) => Story::NotAgreed { kind },
        Rest::NeverThere(kind) => Story::NeverThere { kind },
        Rest::OnlyNew(kind) => Story::OnlyNew { kind },
        Rest::OnlyOnceWon => Story::OnlyOnceWon,
        Rest::FromBefore => Story::FromBefore,
        Rest::Unsupported(kind) => Story::Unsupported { kind },
    }
}

/// A save of someone whose record is gone at the platform.
pub(crate) fn gone_before(occasion: &Occasion<'_>) -> Line {
    occasion.line(Story::Gone, Vec::new())
}

/// The saves that a link lets go because too many are pending.
pub(crate) fn joined(occasion: &Occasion<'_>, link: &mut Link) -> Vec<Line> {
    let mut lines = Vec::new();
    while let Some(save) = link.let_go() {
        let to = link.bearer().unwrap_or(save);
        lines.push(Occasion { tracking: save, ..*occasion }.line(Story::Joined { to }, Vec::new()));
    }
    lines
}

/// A save that made nothing due anywhere.
pub(crate) fn nothing_due(occasion: &Occasion<'_>, changes: bool, notes: Vec<Note>) -> Line {
    occasion.line(if changes { Story::Received } else { Story::NothingNew }, notes)
}

/// A save with something worth knowing, beside the lines of its transfers.
pub(crate) fn noted(occasion: &Occasion<'_>, notes: Vec<Note>) -> Line {
    occasion.line(Story::Received, notes)
}

/// What a turn adds to the line of its transfer.
pub(crate) struct TurnReport<'a> {
    pub(crate) person: &'a Person,
    pub(crate) spoke: &'a Spoke,
    pub(crate) now: Moment,
    pub(crate) fields: &'a BTreeMap<Field, Option<String>>,
    pub(crate) attempts: &'a [Attempt],
    pub(crate) notes: &'a [Note],
    /// What the line tells where the link's state alone does not say it.
    pub(crate) told: Option<&'a Story>,
    /// What a call of this turn made of the record there.
    pub(crate) became: Option<Kind>,
}

/// The transfer's line as it is now, and the lines of the saves that travelled with it. `before` is the line as it was
/// kept; `fresh` names the transfer where no save began it (a changed directory, an operator's release).
pub(crate) fn of_turn(
    link: &mut Link,
    before: Option<Line>,
    fresh: Tracking,
    report: &TurnReport<'_>,
) -> Vec<Line> {
    let done = link.due_at().is_none() && !link.waits_for_somebody();
    let tracking = link.bearer().unwrap_or(fresh);
    let person = report.person;
    let mut facts = before.map_or_else(|| first_facts(report, link), |line| line.facts);
    facts.story = report.told.cloned().unwrap_or_else(|| story(link));
    facts.kind = Some(person.profile.kind.kind);
    facts.became = report.became.or(facts.became);
    facts.record.clone_from(&link.record);
    facts.fields.extend(report.fields.iter().map(|(field, value)| (*field, value.clone())));
    facts.attempts.extend(report.attempts.iter().cloned());
    facts.notes = report.notes.to_vec();
    facts.carries = link.pending.iter().copied().filter(|save| *save != tracking).collect();
    facts.clip();
    let (level, turn) = standing(&facts.story, &facts.notes);
    let carried = facts.carries.clone();
    let about = report.spoke.id();
    let main = Line {
        tracking,
        about,
        club: person.club,
        person: Some(person.id),
        entry: None,
        level,
        turn,
        open: !done,
        changed: report.now,
        facts,
    };
    link.line = (!done).then_some(tracking);
    if !done {
        return vec![main];
    }
    link.pending.clear();
    let folded = |save: Tracking| {
        let occasion =
            Occasion { tracking: save, person, from: main.facts.from, to: Some(about), now: report.now };
        occasion.line(Story::Folded { into: tracking }, Vec::new())
    };
    let mut lines: Vec<Line> = carried.into_iter().map(folded).collect();
    lines.push(main);
    lines
}

fn first_facts(report: &TurnReport<'_>, link: &Link) -> Facts {
    Facts {
        name: report.person.profile.name(),
        from: (!link.pending.is_empty()).then_some(report.person.modified.0),
        to: Some(report.spoke.id()),
        kind: None,
        change: link.bearer().is_some_and(|save| report.person.was_known_before(save)),
        became: None,
        role: None,
        story: Story::Arrived,
        fields: BTreeMap::new(),
        record: None,
        attempts: Vec::new(),
        carries: Vec::new(),
        notes: Vec::new(),
        details_removed: None,
    }
}

fn story(link: &Link) -> Story {
    match &link.state {
        State::Idle => Story::Arrived,
        State::Due { at } => Story::TryingAgain { at: *at },
        State::Calling(mark) => Story::TryingAgain { at: mark.at },
        State::Doubtful(doubt) => Story::Asking { at: doubt.look_at },
        State::Gone { .. } => Story::Gone,
        State::Held(hold) => match &hold.reason {
            HoldReason::Rejected { field, said } => Story::Refused { field: *field, said: said.clone() },
            HoldReason::Unsendable { field, too_long } => {
                Story::Unsendable { field: *field, too_long: *too_long }
            }
            HoldReason::Doubt { .. } => Story::InDoubt,
            HoldReason::Duplicate { said } => Story::AlreadyThere { said: said.clone() },
            HoldReason::Misconfigured { said } => Story::Broken { said: said.clone() },
            HoldReason::Exhausted { .. } => Story::GivenUp,
            HoldReason::Restored { backup_at, .. } => Story::Restored { backup_at: *backup_at },
        },
    }
}

/// A save that was refused at the door of a known club.
pub(crate) fn not_accepted(
    (tracking, now): (Tracking, Moment),
    sender: crate::door::Sender,
    (name, kind): (String, Option<Kind>),
    said: String,
) -> Line {
    of_sender((tracking, now), sender, (name, kind), Story::NotAccepted { said })
}

/// What became of reading a platform's changes.
pub(crate) fn of_feed(when: (Tracking, Moment), sender: crate::door::Sender, what: FeedStory) -> Line {
    of_sender(when, sender, (String::new(), None), Story::Feed { what })
}

fn of_sender(
    (tracking, now): (Tracking, Moment),
    sender: crate::door::Sender,
    (name, kind): (String, Option<Kind>),
    story: Story,
) -> Line {
    let (level, turn) = standing(&story, &[]);
    let mut facts = Facts {
        name,
        from: Some(sender.connection),
        to: None,
        kind,
        change: false,
        became: None,
        role: None,
        story,
        fields: BTreeMap::new(),
        record: None,
        attempts: Vec::new(),
        carries: Vec::new(),
        notes: Vec::new(),
        details_removed: None,
    };
    facts.clip();
    Line {
        tracking,
        about: sender.connection,
        club: sender.club,
        person: None,
        entry: None,
        level,
        turn,
        open: false,
        changed: now,
        facts,
    }
}
