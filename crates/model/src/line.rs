//! Lines of the Connector Log: one transfer, from receipt to end (integration rules §6).
//!
//! A line keeps facts, not sentences; the wording is the hub's. Attempts are appended and never rewritten.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clip::clip;
use crate::directory::Role;
use crate::feed::FeedStory;
use crate::{ClubId, ConnectionId, EntryId, Field, Kind, Moment, PersonId, RemoteId, Tracking};

/// How a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Transferred.
    Info,
    /// Saved, but something may be missing.
    Warning,
    /// Not saved there.
    Error,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Nobody need do anything.
    Nobody,
    /// The club.
    Club,
    /// The platform's vendor.
    Platform,
    /// Whoever runs the Connector.
    Operator,
}

/// What a line tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Story {
    /// The platform has it.
    Arrived,
    /// Tried in vain, tried again then.
    TryingAgain {
        /// When.
        at: Moment,
    },
    /// The platform does not take our credentials; it goes out once they are renewed.
    NotLetIn,
    /// Sent and not answered; the platform is asked then.
    Asking {
        /// When.
        at: Moment,
    },
    /// Sent and not answered, and nobody can be asked: somebody must look.
    InDoubt,
    /// The platform refused it.
    Refused {
        /// The field it named.
        field: Option<Field>,
        /// Its own words.
        said: String,
    },
    /// It could not be put into the form that the platform takes, so nothing was sent.
    Unsendable {
        /// The field, if there is one to blame.
        field: Option<Field>,
        /// Whether it is longer than anything that is sent.
        too_long: bool,
    },
    /// The platform says it has the person already and does not say where.
    AlreadyThere {
        /// Its own words.
        said: String,
    },
    /// The description or the settings must be mended.
    Broken {
        /// What was wrong.
        said: String,
    },
    /// Tried for three days.
    GivenUp,
    /// The store was put back from a backup, and nobody knows whether the person was created there since.
    Restored {
        /// When the backup was taken.
        backup_at: Moment,
    },
    /// Somebody decided by hand that it goes out again.
    Released,
    /// Somebody settled it by hand.
    Settled {
        /// What they noted.
        note: String,
    },
    /// The record is gone there.
    Gone,
    /// Carried by the call of a later save.
    Folded {
        /// That save.
        into: Tracking,
    },
    /// Goes out together with an earlier save, whose line tells what became of both.
    Joined {
        /// That save.
        to: Tracking,
    },
    /// The platform had it all already, or nothing in it was new.
    NothingNew,
    /// People of this kind do not go there.
    NotAgreed {
        /// The kind.
        kind: Kind,
    },
    /// People of this kind are only updated there, and this one never was there.
    NeverThere {
        /// The kind.
        kind: Kind,
    },
    /// People of this kind are created there and never changed.
    OnlyNew {
        /// The kind.
        kind: Kind,
    },
    /// Leads go there once they are won.
    OnlyOnceWon,
    /// People from before the connection went live are left alone.
    FromBefore,
    /// The platform has no call for it.
    Unsupported {
        /// The kind.
        kind: Kind,
    },
    /// The save was refused at the door.
    NotAccepted {
        /// Why, in the words that the sender got.
        said: String,
    },
    /// Received; nothing more to tell.
    Received,
    /// A staff member or lead source was linked, made or left alone there.
    Directory {
        /// What became of it.
        what: DirectoryStory,
    },
    /// The reading of a platform's changes.
    Feed {
        /// What became of it.
        what: FeedStory,
    },
}

/// What became of a staff member or lead source at a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectoryStory {
    /// Linked by e-mail or name.
    Linked,
    /// Made there.
    Created,
    /// Renamed there.
    Renamed,
    /// Nobody there matches.
    Unmatched,
    /// Several there match; none was linked.
    Ambiguous,
    /// The platform was to make it, and did not confirm.
    InDoubt,
    /// The platform could not be asked.
    NotAsked,
    /// Linked by an operator's hand.
    LinkedByHand,
    /// Unlinked by an operator's hand.
    UnlinkedByHand,
    /// It would change many people there, so that somebody has to decide it.
    Braked {
        /// How many.
        changes: usize,
        /// Of how many.
        people: usize,
    },
    /// Somebody decided that the many people are sent anew.
    Applied,
    /// Somebody decided that they are not.
    Discarded,
}

/// Something worth knowing about a transfer that went through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Went without owner: the platform does not know this staff member.
    NoOwner {
        /// The staff member.
        staff: String,
    },
    /// Went without lead source: the platform does not know it.
    NoLeadSource {
        /// The lead source.
        source: String,
    },
    /// Went without lead source: the platform was to make it, and did not confirm.
    SourceInDoubt {
        /// The lead source.
        source: String,
    },
    /// Went without owner: several staff members have one e-mail address.
    SharedEmail {
        /// Their names and numbers.
        staff: Vec<String>,
        /// Where.
        at: ConnectionId,
    },
    /// Went without lead source: several have one name.
    SharedName {
        /// Their names and numbers.
        sources: Vec<String>,
        /// Where.
        at: ConnectionId,
    },
    /// Went without owner or lead source: an operator unlinked it there.
    Unlinked {
        /// The staff member or lead source.
        name: String,
    },
    /// Both sides had changed a field.
    Conflict {
        /// The field.
        field: Field,
    },
    /// Two records met with different values; neither was overwritten.
    LeftApart {
        /// The field.
        field: Field,
    },
    /// A kind that the sender may not move the person to.
    KindKept {
        /// The kind it said.
        said: Kind,
    },
    /// Several people could have been meant; a new one was made.
    Ambiguous {
        /// Their names and numbers here.
        candidates: Vec<PersonId>,
    },
    /// Elements of the document that the contract does not know.
    Ignored {
        /// Their names.
        elements: Vec<String>,
    },
    /// The save was matched to a person who was here already.
    Matched,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended.
    #[serde(rename = "t")]
    pub at: Moment,
    /// What was tried: an operation's name.
    #[serde(rename = "o")]
    pub operation: String,
    /// How it ended, for the operator.
    #[serde(rename = "s")]
    pub said: String,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The save that it begins with. With `about` it is the line's key.
    pub tracking: Tracking,
    /// The connection that it is about: the receiver, or the sender where nothing went out.
    pub about: ConnectionId,
    /// The club whose log it stands in.
    pub club: ClubId,
    /// The person, if it is about one.
    pub person: Option<PersonId>,
    /// The staff member or lead source, if it is about one.
    pub entry: Option<EntryId>,
    /// INFO, WARNING or ERROR.
    pub level: Level,
    /// Whose turn it is.
    pub turn: Turn,
    /// Whether it may still change.
    pub open: bool,
    /// When it last changed.
    pub changed: Moment,
    /// The facts.
    pub facts: Facts,
}

/// The facts of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The person's, staff member's or lead source's name at the time.
    pub name: String,
    /// The sender.
    pub from: Option<ConnectionId>,
    /// The receiver.
    pub to: Option<ConnectionId>,
    /// The kind at the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Whether the person was known here before: then the save changed somebody, else it entered somebody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub change: bool,
    /// What the person newly is at the platform, where a call there changed that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub became: Option<Kind>,
    /// Of a staff member or lead source: which of the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What happened.
    pub story: Story,
    /// Every field that was sent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<Field, Option<String>>,
    /// The record's number at the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RemoteId>,
    /// The attempts, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// The other saves that it carries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carries: Vec<Tracking>,
    /// What is worth knowing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// When the details were removed, for the client keeps them only so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details_removed: Option<Moment>,
}

impl Facts {
    /// Removes what was sent, what was tried, and the platform's own words; what happened stays. Answers whether there
    /// was anything to remove.
    pub fn remove_details(&mut self, now: Moment) -> bool {
        let said = match &mut self.story {
            Story::Refused { said, .. } | Story::AlreadyThere { said } | Story::Broken { said } => {
                !std::mem::take(said).is_empty()
            }
            _ => false,
        };
        let any = said || !self.fields.is_empty() || !self.attempts.is_empty();
        if any {
            self.fields.clear();
            self.attempts.clear();
            self.details_removed = Some(now);
        }
        any
    }
}

impl Facts {
    /// Clips every text that came from outside, so that a line stays small however much is sent.
    pub fn clip(&mut self) {
        clip(&mut self.name);
        self.fields.values_mut().flatten().for_each(clip);
        match &mut self.story {
            Story::Refused { said, .. }
            | Story::AlreadyThere { said }
            | Story::Broken { said }
            | Story::NotAccepted { said } => clip(said),
            _ => {}
        }
        self.notes.iter_mut().for_each(Note::clip);
    }
}

impl Note {
    fn clip(&mut self) {
        match self {
            Note::NoOwner { staff: name }
            | Note::NoLeadSource { source: name }
            | Note::SourceInDoubt { source: name }
            | Note::Unlinked { name } => {
                clip(name);
            }
            Note::SharedEmail { staff: names, .. }
            | Note::SharedName { sources: names, .. }
            | Note::Ignored { elements: names } => names.iter_mut().for_each(clip),
            Note::Conflict { .. }
            | Note::LeftApart { .. }
            | Note::KindKept { .. }
            | Note::Ambiguous { .. }
            | Note::Matched => {}
        }
    }
}
