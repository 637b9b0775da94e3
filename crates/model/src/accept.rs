//! Accept: what a change of a person means for one of their links.

use crate::{
    Abilities, Agreement, Kind, Link, Moment, Next, Person, References, Rest, State, Tracking, creation_kind,
    next_step, project,
};

/// What accepting a change did to a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The link is due, or was already; the save travels with it.
    Due,
    /// The link waits for a person or for evidence; the save travels with it once that comes.
    Waits,
    /// Nothing goes out, and why.
    Rests(Rest),
    /// The record is gone at the platform and is not made again.
    Gone,
}

/// Takes note of a changed person on one link: owes it, makes it due, or says why nothing goes out.
pub fn accept(
    link: &mut Link,
    person: &Person,
    (agreement, abilities): (&Agreement, &Abilities),
    references: &References,
    (save, now): (Tracking, Moment),
) -> Accepted {
    if matches!(link.state, State::Gone { .. }) {
        return Accepted::Gone;
    }
    let kind = person.profile.kind.kind;
    if link.shadow.kind.is_none() && kind == Kind::Prospect && link.owed.is_none() {
        link.owed = creation_kind(kind, None, agreement).ok();
    }
    if matches!(link.state, State::Idle) {
        let projection = project(&person.profile, agreement, references);
        if let Next::Rest(rest) = next_step(link, &projection, agreement, abilities) {
            if matches!(rest, Rest::Unsupported(_)) {
                link.owed = None;
            }
            return Accepted::Rests(rest);
        }
    }
    link.pending.push(save);
    link.loads = false;
    match &link.state {
        State::Idle => link.state = State::Due { at: now },
        State::Held(hold) if hold.reason.ends_with_edit() => {
            link.state = State::Due { at: now };
            link.tries = 0;
            link.failing_since = None;
        }
        State::Held(_) => return Accepted::Waits,
        State::Due { .. } | State::Calling(_) | State::Doubtful(_) | State::Gone { .. } => {}
    }
    Accepted::Due
}
