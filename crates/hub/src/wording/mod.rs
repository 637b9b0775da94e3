//! Wording: the sentences that a club manager reads.
//!
//! Plain words, no blame, no field names, no status codes. What the platform itself said, and what was tried, is for
//! the details. Every WARNING and ERROR says what to do, and whose turn it is.

mod advice;
mod directory;
mod feeds;
mod notes;

use jiff::tz::TimeZone;
use model::{Attempt, Field, Kind, Line, Moment, Outcome, Story};

use crate::registry::Registry;

pub use advice::advice;
pub use notes::{clipped, notes};

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

    /// Whether the platform that a line is about can be asked for a person.
    fn can_be_asked(&self, line: &Line) -> bool {
        let spoke = line.facts.to.and_then(|to| self.registry.spoke(to));
        spoke.is_some_and(|spoke| spoke.abilities().can_be_asked())
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
            return directory::summary(what, &from, &to);
        }
        if let Story::Feed { what } = &line.facts.story {
            return feeds::summary(what, &from);
        }
        let did = if line.facts.change { "changed" } else { "entered" };
        match (line.facts.from, line.facts.to, &line.facts.story) {
            (_, _, Story::NotAccepted { .. }) => format!("reported by {from}, not accepted"),
            (Some(_), None, _) if line.facts.role.is_some() => format!("saved in {from}"),
            (Some(_), None, Story::NothingNew) => format!("reported by {from} once more"),
            (Some(_), None, _) => format!("{did} in {from}"),
            (Some(_), Some(_), Story::Arrived) => format!("{did} in {from} and sent to {to}"),
            (Some(_), Some(_), story) if never_leaves(story) => {
                format!("{did} in {from}, not sent to {to}")
            }
            (Some(_), Some(_), Story::Joined { .. }) => format!("changed in {from}, for {to}"),
            (Some(_), Some(_), Story::Folded { .. }) => format!("changed in {from} and sent to {to}"),
            (Some(_), Some(_), _) => format!("{did} in {from}, for {to}"),
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
                    "{to} is not answering properly. Trying again at {}, or once it answers; you need do nothing.",
                    self.clock(*at)
                )
            }
            Story::Asking { at } => format!(
                "{to} did not confirm. At {} the Connector asks {to} whether it arrived; you need do nothing.",
                self.clock(*at)
            ),
            Story::InDoubt if self.can_be_asked(line) => format!(
                "{to} did not confirm. It was asked, and has several records that could be the {}.",
                kind.label()
            ),
            Story::InDoubt => {
                format!(
                    "{to} did not confirm, and the Connector cannot ask it whether the {} arrived.",
                    kind.label()
                )
            }
            Story::NotLetIn
            | Story::Refused { .. }
            | Story::Unsendable { .. }
            | Story::AlreadyThere { .. }
            | Story::Broken { .. }
            | Story::GivenUp
            | Story::Released
            | Story::Settled { .. } => waits(&line.facts.story, &to),
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
            Story::NotAgreed { .. }
            | Story::NeverThere { .. }
            | Story::OnlyNew { .. }
            | Story::OnlyOnceWon
            | Story::FromBefore
            | Story::Unsupported { .. } => by_agreement(&line.facts.story, &to),
            Story::NotAccepted { said } => format!("The record was not complete: {said}."),
            Story::Received if line.facts.notes.is_empty() && line.person.is_some() => {
                "No other system here needs to be told of it.".to_owned()
            }
            Story::Received => line.facts.role.map_or_else(String::new, directory::received),
            Story::Feed { what } => feeds::sentence(what, &self.title(line.facts.from)),
            Story::Directory { what } => {
                let why = line.facts.notes.iter().map(|note| notes::sentence(self, note, ("", &to)) + " ");
                why.collect::<String>() + &directory::sentence(*what, line.facts.role, &to)
            }
        }
    }

    /// Why something has no outcome yet.
    pub fn on_its_way(&self, since: Moment, connection: model::ConnectionId) -> String {
        let (since, to) = (self.clock(since), self.title(Some(connection)));
        let paused = self.registry.spoke(connection).and_then(|spoke| spoke.connection.paused.as_ref());
        match paused {
            Some(pause) => format!(
                "Waiting since {since}: whoever runs the Connector paused {to} ({}). It goes out once that ends; you need do \
                 nothing.",
                pause.reason
            ),
            None => format!("Waiting since {since} for {to} to answer; you need do nothing."),
        }
    }

    fn arrived(&self, line: &Line) -> String {
        let tries = line.facts.attempts.len();
        let at = line.facts.attempts.last().map_or(line.changed, |attempt| attempt.at);
        let failures = line.facts.attempts.iter().filter(|attempt| attempt.said != ARRIVED).count();
        let arrived = match (tries, failures) {
            (0 | 1, _) | (_, 0) => format!("Arrived at {}.", self.clock(at)),
            (tries, _) => format!("Arrived at {}, {} try.", self.clock(at), ordinal(tries)),
        };
        match line.facts.became {
            Some(kind) => format!("{arrived} {} is a {} there now.", line.facts.name, kind.label()),
            None => arrived,
        }
    }

    /// An attempt, for the details.
    pub fn attempt(&self, attempt: &Attempt) -> String {
        let what = attempt.operation.replace('_', " ");
        format!("{}: {}", capital(&what), attempt.said)
    }
}

/// What waits for somebody, and what somebody did about it.
fn waits(story: &Story, to: &str) -> String {
    match story {
        Story::NotLetIn => {
            format!("{to} does not let the Connector in. It goes out by itself once the sign-in is renewed.")
        }
        Story::Refused { field: Some(field), .. } => {
            format!("{to} does not accept the {}.", field.label())
        }
        Story::Refused { field: None, .. } => format!("{to} does not accept this record."),
        Story::Unsendable { field, too_long: true } => {
            format!("{} is too long to be sent, so nothing went to {to}.", capital(&value_of(*field)))
        }
        Story::Unsendable { field, too_long: false } => {
            format!(
                "{} cannot be put into the form that {to} takes, so nothing went there.",
                capital(&value_of(*field))
            )
        }
        Story::AlreadyThere { .. } => {
            format!("{to} says it has this person already, under a number it did not tell.")
        }
        Story::Broken { .. } => {
            format!("The connection to {to} needs attention from whoever runs the Connector.")
        }
        Story::GivenUp => {
            format!("{to} did not take this for three days, so the Connector stopped trying.")
        }
        Story::Released => "Whoever runs the Connector sends it again now.".to_owned(),
        Story::Settled { note } => {
            format!("Whoever runs the Connector settled it by hand: {}.", note.trim().trim_end_matches('.'))
        }
        _ => String::new(),
    }
}

fn by_agreement(story: &Story, to: &str) -> String {
    match story {
        Story::NotAgreed { kind } => format!("By agreement, {}s do not go to {to}.", kind.label()),
        Story::NeverThere { kind } => format!(
            "By agreement, {to} gets changes of {}s it knows already, and this one never was a lead there.",
            kind.label()
        ),
        Story::OnlyNew { kind } => {
            format!("By agreement, {to} gets new {}s, and no changes of them.", kind.label())
        }
        Story::OnlyOnceWon => format!("By agreement, leads go to {to} once they are won."),
        Story::FromBefore => {
            format!("By agreement, people from before the connection to {to} are left alone.")
        }
        Story::Unsupported { kind } => format!("{to} has no way to take {}s.", kind.label()),
        _ => String::new(),
    }
}

const ARRIVED: &str = "arrived";

fn never_leaves(story: &Story) -> bool {
    matches!(
        story,
        Story::NotAgreed { .. }
            | Story::NeverThere { .. }
            | Story::OnlyNew { .. }
            | Story::OnlyOnceWon
            | Story::FromBefore
            | Story::Unsupported { .. }
            | Story::NothingNew
            | Story::Gone
    )
}

/// How an attempt ended, for the details.
pub fn attempt(outcome: &Outcome, status: Option<u16>) -> String {
    let code = status.map_or_else(String::new, |status| format!(" (HTTP {status})"));
    match outcome {
        Outcome::Saved { .. } | Outcome::Unchanged => ARRIVED.to_owned(),
        Outcome::Rejected { field: Some(field), said } => format!("refused, {field}: {said}{code}"),
        Outcome::Rejected { field: None, said } => format!("refused: {said}{code}"),
        Outcome::Unsendable { field: Some(field), said, .. } => format!("not sent, {field}: {said}"),
        Outcome::Unsendable { field: None, said, .. } => format!("not sent: {said}"),
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

/// `the mobile phone`, or `one of the values`.
fn value_of(field: Option<Field>) -> String {
    field.map_or_else(|| "one of the values".to_owned(), |field| format!("the {}", field.label()))
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
