//! The vocabulary of the Connector and its pure rules.
//!
//! Nothing here does I/O, reads a clock or waits. Time and chance come in as arguments, so every rule can be tested in
//! microseconds and every failure replayed from its inputs.

mod abilities;
mod accept;
mod agreement;
mod brake;
pub mod budget;
mod by_hand;
pub mod clip;
pub mod directory;
mod feed;
mod field;
pub mod fold;
mod ids;
mod kind;
pub mod lane;
mod line;
mod link;
mod matching;
mod merge;
mod outcome;
mod part;
mod plan;
mod profile;
mod restored;
pub mod retry;
pub mod scope;
mod settle;
mod setup;
mod shadow;

pub use abilities::{Abilities, Ability, Conversion, FindBy, Grade, Operation};
pub use accept::{Accepted, accept, may_be_on_its_way};
pub use agreement::{Agreement, Conflict, Existing, Sends, When};
pub use brake::{Brake, OF_A_HUNDRED, brakes};
pub use by_hand::{Decision, Refusal, decide_by_hand};
pub use feed::{Braked, Brought, Decided, Failing, Feed, FeedStory, FeedTerms};
pub use field::{Field, UnknownField};
pub use ids::{ClientId, ClubId, ConnectionId, EntryId, Moment, PersonId, Tracking};
pub use kind::Kind;
pub use line::{Attempt, DirectoryStory, Facts, Level, Line, Note, Story, Turn};
pub use link::{Doubt, Hold, HoldReason, Link, Mark, PENDING_MAX, State};
pub use matching::{Match, Rule, Shown, could_be, smart_match};
pub use merge::{Merged, Sender, merge, told_now};
pub use outcome::{Outcome, RemoteId};
pub use part::{Part, late_part, release_rest_if_edited, settle_part};
pub use plan::{Next, Projection, Reference, References, Rest, Step, creation_kind, next_step, project};
pub use profile::{Known, KnownKind, Person, Profile, Report};
pub use restored::{May, NUMBERS_PASSED_OVER, Restored, Weighed, may_call, release_restored, weigh};
pub use settle::{
    Circumstances, Looked, Settled, begin_doubt, late_answer, looked, mark, named, release_if_edited, settle,
};
pub use setup::{Client, Club, ClubNumber, Connection, Pause, Setup, Token, Version};
pub use shadow::{Dated, Held, Replaced, Shadow, Unsure, UnsureKind};
