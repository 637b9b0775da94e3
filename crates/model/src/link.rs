//! Links: a person at a connection.
//!
//! A link owns the remote records of its person there and the shadow of what they hold. It is a small state machine;
//! the moves are in [`crate::settle`] and [`crate::accept`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::lane::behind;
use crate::{ConnectionId, Field, Kind, Moment, Operation, PersonId, RemoteId, Shadow, Tracking};

/// How many saves a link carries at most; those that are let go before have a line that says with which one they travel.
pub const PENDING_MAX: usize = 50;

/// A person at a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The person.
    #[serde(skip)]
    pub person: PersonId,
    /// The connection.
    #[serde(skip)]
    pub connection: ConnectionId,
    /// Grows with every write; what was decided on an older one is decided again.
    #[serde(skip)]
    pub version: u64,
    /// The record there, once there is one.
    #[serde(skip)]
    pub record: Option<RemoteId>,
    /// Numbers that the person had there before, still recognised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<RemoteId>,
    /// What the platform is believed to hold.
    #[serde(default)]
    pub shadow: Shadow,
    /// The kind in which the person was accepted and must be created, whatever they became since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed: Option<Kind>,
    /// Where the link stands.
    #[serde(default)]
    pub state: State,
    /// How often the present work was tried in vain.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// When the present work was first tried in vain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Moment>,
    /// Saves whose content has not arrived there yet, oldest first; the first and the newest of them where they are many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Tracking>,
    /// When the record was found by asking the platform; `None` where we made it or were told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_at: Option<Moment>,
    /// Whether what is due is a first load: live changes go before.
    #[serde(default, skip_serializing_if = "is_false")]
    pub loads: bool,
    /// The open line of the Connector Log, once the first outcome was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Tracking>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Link {
    /// A link of which nothing is known yet.
    pub fn new(person: PersonId, connection: ConnectionId) -> Self {
        Link {
            person,
            connection,
            version: 0,
            record: None,
            former: Vec::new(),
            shadow: Shadow::default(),
            owed: None,
            state: State::Idle,
            tries: 0,
            failing_since: None,
            pending: Vec::new(),
            found_at: None,
            loads: false,
            line: None,
        }
    }

    /// When the lane should take the link up; `None` when it waits for an event or a person. A call that was written
    /// down and is found under way by a lane that did not begin it was interrupted.
    pub const fn due_at(&self) -> Option<Moment> {
        match &self.state {
            State::Due { at } => Some(*at),
            State::Doubtful(doubt) => Some(doubt.look_at),
            State::Calling(mark) => Some(mark.at),
            State::Idle | State::Held(_) | State::Gone { .. } => None,
        }
    }

    /// [`Link::due_at`], as lanes and stores sort it: a first load comes behind everybody else.
    pub const fn rank(&self) -> Option<Moment> {
        match self.due_at() {
            Some(at) if self.loads => Some(behind(at)),
            due => due,
        }
    }

    /// Whether somebody has to decide how it goes on.
    pub const fn waits_for_somebody(&self) -> bool {
        matches!(self.state, State::Held(_) | State::Gone { .. })
    }

    /// The save in whose name the transfer goes out and whose line tells of it.
    pub fn bearer(&self) -> Option<Tracking> {
        self.line.or(self.pending.first().copied())
    }

    /// Lets a save go where too many are pending: the oldest one but the first, which may bear the transfer. Its content
    /// is in the profile and travels all the same.
    pub fn let_go(&mut self) -> Option<Tracking> {
        (self.pending.len() > PENDING_MAX).then(|| self.pending.remove(1))
    }

    /// Takes up a record's number, keeping the present one as former if it differs.
    pub fn take_record(&mut self, id: RemoteId) {
        if self.record.as_ref() == Some(&id) {
            return;
        }
        self.former.retain(|former| *former != id);
        if let Some(old) = self.record.replace(id)
            && !self.former.contains(&old)
        {
            self.former.push(old);
        }
    }
}

/// Where a link stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing to do.
    #[default]
    Idle,
    /// Something to send, from `at` on.
    Due {
        /// Not before.
        at: Moment,
    },
    /// A call that is not safe to repeat was written down and is under way, or was when the process ended.
    Calling(Mark),
    /// A call was sent and not answered; only evidence or a person's decision ends this.
    Doubtful(Doubt),
    /// Waits for somebody.
    Held(Hold),
    /// The record is gone at the platform; not made again unasked.
    Gone {
        /// Since when.
        since: Moment,
    },
}

/// The note made before a call that is not safe to repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The call.
    pub operation: Operation,
    /// The kind that it saves.
    pub kind: Kind,
    /// The values that it carries.
    pub fields: BTreeMap<Field, Option<String>>,
    /// When it was written down.
    pub at: Moment,
}

/// A call whose end is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// The call.
    pub mark: Mark,
    /// When to look next.
    pub look_at: Moment,
    /// From when on finding nothing counts: what was sent can no longer arrive late or stay invisible.
    pub counts_from: Moment,
    /// How often looking found nothing.
    pub found_none: u32,
    /// The platform said that it took the call, and not under which number: then nothing that is looked for and not found
    /// lets it be made again.
    #[serde(default)]
    pub taken: bool,
}

/// Why a link waits, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The reason.
    pub reason: HoldReason,
    /// Since when.
    pub since: Moment,
}

/// Why a link is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// The platform refused the data.
    Rejected {
        /// The field it named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<Field>,
        /// Its own words.
        said: String,
    },
    /// The data cannot be put into the form that the platform takes.
    Unsendable {
        /// The field, if there is one to blame.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<Field>,
        /// Whether it is longer than anything that is sent.
        too_long: bool,
    },
    /// A call that was sent and not answered, and the platform cannot be asked or its answer is ambiguous.
    Doubt {
        /// The unanswered call.
        mark: Mark,
        /// Records there that might be the person.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        candidates: Vec<RemoteId>,
    },
    /// The platform says the record exists, and which one is not known.
    Duplicate {
        /// Its own words.
        said: String,
    },
    /// The description or the settings must be mended.
    Misconfigured {
        /// What was wrong.
        said: String,
    },
    /// Tried for three days.
    Exhausted {
        /// The last reason.
        said: String,
    },
    /// The store was put back from a backup, and nobody knows whether the person was created there since.
    Restored {
        /// When the backup was taken.
        backup_at: Moment,
        /// Records there that might be the person.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        candidates: Vec<RemoteId>,
    },
}

impl HoldReason {
    /// Whether a new edit releases the link. What nobody knows is not answered by an edit.
    pub const fn ends_with_edit(&self) -> bool {
        self.unknown().is_none()
    }
}
