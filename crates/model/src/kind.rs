//! Kinds: what a person is to a club. A kind is a path, not a field.
//!
//! A created lead is a prospect; won, it is a member; a membership that ends makes an ex-member. The planner walks the
//! path step by step and never collapses a step that a platform needs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a person is to a club.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// A lead that has not bought yet.
    Prospect,
    /// Someone with a running membership.
    Member,
    /// Someone whose membership ended.
    ExMember,
}

impl Kind {
    /// All kinds, in the order of life.
    pub const ALL: [Kind; 3] = [Kind::Prospect, Kind::Member, Kind::ExMember];

    /// The literal that we write on the wire.
    pub const fn wire(self) -> &'static str {
        match self {
            Kind::Prospect => "PROSPECT",
            Kind::Member => "MEMBER",
            Kind::ExMember => "EX_MEMBER",
        }
    }

    /// The numbers that the kind has where prospects and members are numbered apart: a membership that ended keeps its own.
    pub const fn space(self) -> &'static str {
        match self {
            Kind::Prospect => "prospect",
            Kind::Member | Kind::ExMember => "member",
        }
    }

    /// What a club manager calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Kind::Prospect => "lead",
            Kind::Member => "member",
            Kind::ExMember => "former member",
        }
    }

    /// Reads a literal of the wire contract; the ex-member's is undocumented, so four spellings are understood.
    pub fn read(literal: &str) -> Option<Kind> {
        match literal {
            "PROSPECT" => Some(Kind::Prospect),
            "MEMBER" => Some(Kind::Member),
            "EX_MEMBER" | "EXMEMBER" | "EX-MEMBER" | "FORMER_MEMBER" => Some(Kind::ExMember),
            _ => None,
        }
    }

    /// Whether a report may move a person from this kind to `to`.
    ///
    /// Forward moves are open to every sender. A member or ex-member becomes a prospect again only by the word of the
    /// connection that made them one (`same_sender`): a system that merely never heard of the sale cannot undo it.
    pub const fn may_become(self, to: Kind, same_sender: bool) -> bool {
        match (self, to) {
            (Kind::Member | Kind::ExMember, Kind::Prospect) => same_sender,
            _ => true,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wire())
    }
}
