//! Wording: the sentences that a club manager reads.
//!
//! Plain words, no blame, no field names, no status codes. What the platform itself said, and what was tried, is for
//! the details. Every WARNING and ERROR says what to do, and whose turn it is.

mod advice;
mod notes;

use jiff::tz::TimeZone;
use model::{Attempt, DirectoryStory, Kind, Line, Moment, Outcome, Story};

use crate::registry::Registry;

pub use advice::advice;
pub use notes::notes;

/// Whom the words are for: the names of the platforms, the club's clock, and today.
pub struct Teller<'a> {
    /// Where platforms get their names from.
    pub registry: &'a Registry,
    /// The club's zone.
    pub zone: TimeZone,
    /// Now.
    pub now: Moment,
}

impl Teller<'_> {
    /// What people call the platform behind a connection.
    pub fn title(&self, connection: Option<model::ConnectionId>) -> String {
        let spoke = connection.and_then(|id| self.registry.spoke(id));
        spoke.map_or_else(|| "the Connector".to_owned(), |spoke| spoke.title().to_owned())
    }

    /// `14:05`, or `23 Nov, 14:05` when it is not today.
    pub fn clock(&self, at: Moment) -> String {
        let at = at.timestamp().to_zoned(self.zone.clone());
        let today = self.now.timestamp().to_zoned(self.zone.clone()).date();
        let format = if at.date() == today { "%H:%M" } else { "%-d %b, %H:%M" };
        at.strftime(format).to_string()
    }

    /// The way it went, without the name: `entered in InTouch and sent to VFP`.
    pub fn summary(&self, line: &Line) -> String {
        let (from, to) = (self.title(line.facts.from), self.title(line.facts.to));
        if let Story::Directory { what } = line.facts.story {
            return directory_summary(what, &from, &to);
        }
        let directory = line.person.is_none() && line.facts.kind.is_none();
        match (line.facts.from, line.facts.to, &line.facts.story) {
            (_, _, Story::NotAccepted { .. }) => format!("reported by {from}, not accepted"),
            (Some(_), None, _) if directory => format!("saved in {from}"),
            (Some(_), None, Story::NothingNew) => format!("reported by {from} once more"),
            (Some(_), None, _) => format!("entered in {from}"),
            (Some(_), Some(_), Story::Arrived) => format!("entered in {from} and sent to {to}"),
            (Some(_), Some(_), story) if never_leaves(story) => {
                format!("entered in {from}, not sent to {to}")
            }
            (Some(_), Some(_), Story::Joined { .. }) => format!("changed in {from}, for {to}"),
            (Some(_), Some(_), Story::Folded { .. }) => format!("changed in {from} and sent to {to}"),
            (Some(_), Some(_), _) => format!("entered in {from}, for {to}"),
            (None, _, Story::Arrived) => format!("completed in {to}"),
            (None, _, _) => format!("to be completed in {to}"),
        }
    }

    /// What happened, in plain words; of a WARNING also what is the matter.
    pub fn sentence(&self, line: &Line) -> String {
        let mut sentences = notes::aloud(self, line);
        sentences.insert(0, self.story(line));
        sentences.retain(|sentence| !sentence.is_empty());
        sentences.join(" ")
    }

    fn story(&self, line: &Line) -> String {
        let to = self.title(line.facts.to);
        let kind = line.facts.kind.unwrap_or(Kind::Prospect);
        match &line.facts.story {
            Story::Arrived => self.arrived(line),
            Story::TryingAgain { at } => {
                format!(
                    "{to} is not answering properly. Trying again at {}; you need do nothing.",
                    self.clock(*at)
                )
            }
            Story::Asking { at } => format!(
                "{to} did not confirm. At {} the Connector asks {to} whether it arrived; you need do nothing.",
                self.clock(*at)
            ),
            Story::InDoubt => {
                format!(
                    "{to} did not confirm, and the Connector cannot ask it whether the {} arrived.",
                    kind.label()
                )
            }
            Story::Refused { field: Some(field), .. } => {
                format!("{to} does not accept the {}.", field.label())
            }
            Story::Refused { field: None, .. } => format!("{to} does not accept this record."),
            Story::AlreadyThere { .. } => {
                format!("{to} says it has this person already, under a number it did not tell.")
            }
            Story::Broken { .. } => {
                format!("The connection to {to} needs attention from whoever runs the Connector.")
            }
            Story::GivenUp => {
                format!("{to} did not take this for three days, so the Connector stopped trying.")
            }
            Story::Restored { backup_at } => format!(
                "The Connector was restored from a backup of {}, and nobody knows whether {to} got this {} since.",
                self.clock(*backup_at),
                kind.label()
            ),
            Story::Gone => format!("The record no longer exists in {to}. It is not made again unasked."),
            Story::Folded { .. } => "A later change carried this one along.".to_owned(),
            Story::Joined { to: earlier } => format!(
                "Goes to {to} together with the change of {}, whose line tells what becomes of both.",
                self.clock(earlier.received_at())
            ),
            Story::NothingNew if line.facts.to.is_some() => format!("{to} had all of it already."),
            Story::NothingNew => "Nothing in it was new.".to_owned(),
            Story::NotAgreed { kind } => format!("By agreement, {}s do not go to {to}.", kind.label()),
            Story::NeverThere { kind } => format!(
                "By agreement, {to} gets changes of {}s it knows already, and this one never was a lead there.",
                kind.label()
            ),
            Story::OnlyOnceWon => format!("By agreement, leads go to {to} once they are won."),
            Story::FromBefore => {
                format!("By agreement, people from before the connection to {to} are left alone.")
            }
            Story::Unsupported { kind } => format!("{to} has no way to take {}s.", kind.label()),
            Story::NotAccepted { said } => format!("The record was not complete: {said}."),
            Story::Received if line.facts.notes.is_empty() && line.person.is_some() => {
                "No other system here needs to be told of it.".to_owned()
            }
            Story::Received => String::new(),
            Story::Directory { what } => {
                let why = line.facts.notes.iter().map(|note| notes::sentence(self, note, ("", &to)) + " ");
                why.collect::<String>() + &directory_sentence(*what, &to)
            }
        }
    }

    fn arrived(&self, line: &Line) -> String {
        let tries = line.facts.attempts.len();
        let at = line.facts.attempts.last().map_or(line.changed, |attempt| attempt.at);
        let failures = line.facts.attempts.iter().filter(|attempt| attempt.said != ARRIVED).count();
        match (tries, failures) {
            (0 | 1, _) | (_, 0) => format!("Arrived at {}.", self.clock(at)),
            (tries, _) => format!("Arrived at {}, {} try.", self.clock(at), ordinal(tries)),
        }
    }

    /// An attempt, for the details.
    pub fn attempt(&self, attempt: &Attempt) -> String {
        let what = attempt.operation.replace('_', " ");
        format!("{}: {}", capital(&what), attempt.said)
    }
}

const ARRIVED: &str = "arrived";

fn never_leaves(story: &Story) -> bool {
    matches!(
        story,
        Story::NotAgreed { .. }
            | Story::NeverThere { .. }
            | Story::OnlyOnceWon
            | Story::FromBefore
            | Story::Unsupported { .. }
            | Story::NothingNew
            | Story::Gone
    )
}

fn directory_summary(what: DirectoryStory, from: &str, to: &str) -> String {
    match what {
        DirectoryStory::Linked => format!("saved in {from}, linked to {to}"),
        DirectoryStory::Created => format!("saved in {from}, made in {to}"),
        DirectoryStory::Renamed => format!("renamed in {from} and in {to}"),
        DirectoryStory::LinkedByHand => format!("of {from}, linked by hand to {to}"),
        DirectoryStory::UnlinkedByHand => format!("of {from}, unlinked by hand from {to}"),
        _ => format!("saved in {from}, not linked to {to}"),
    }
}

fn directory_sentence(what: DirectoryStory, to: &str) -> String {
    match what {
        DirectoryStory::Linked => format!("The same one was found in {to}."),
        DirectoryStory::Created => format!("{to} did not have it, so it was made there."),
        DirectoryStory::Renamed => format!("The new name was passed on to {to}."),
        DirectoryStory::Unmatched => {
            format!("Nobody and nothing in {to} corresponds to it; people go there without it.")
        }
        DirectoryStory::Ambiguous => format!("None of them was linked to {to}."),
        DirectoryStory::LinkedByHand => {
            format!("Whoever runs the Connector said which one it is in {to}; that stays so.")
        }
        DirectoryStory::UnlinkedByHand => {
            format!("Whoever runs the Connector unlinked it; people go to {to} without it.")
        }
        DirectoryStory::NotAsked => {
            format!("{to} could not be asked just now; the Connector asks again by itself.")
        }
    }
}

/// How an attempt ended, for the details.
pub fn attempt(outcome: &Outcome, status: Option<u16>) -> String {
    let code = status.map_or_else(String::new, |status| format!(" (HTTP {status})"));
    match outcome {
        Outcome::Saved { .. } | Outcome::Unchanged => ARRIVED.to_owned(),
        Outcome::Rejected { field: Some(field), said } => format!("refused, {field}: {said}{code}"),
        Outcome::Rejected { field: None, said } => format!("refused: {said}{code}"),
        Outcome::Duplicate { said, .. } => format!("exists already: {said}{code}"),
        Outcome::Gone => format!("no such record{code}"),
        Outcome::Doubtful { reason } => format!("sent, not answered: {reason}{code}"),
        Outcome::Unsupported => "the platform has no such call".to_owned(),
        Outcome::Misconfigured { reason } => format!("the description or a setting is wrong: {reason}{code}"),
        Outcome::Unavailable { reason, .. } => format!("not available: {reason}{code}"),
        Outcome::Throttled { .. } => format!("asked to slow down{code}"),
        Outcome::Unauthorised { said } => format!("our credentials were not accepted: {said}{code}"),
    }
}

fn ordinal(n: usize) -> String {
    match n {
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        4 => "fourth".to_owned(),
        5 => "fifth".to_owned(),
        n => format!("{n}th"),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
