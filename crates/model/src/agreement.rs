//! Agreements: what flows between a client and a platform, decided before anything technical (integration rules §1).

use serde::{Deserialize, Serialize};

use crate::{ConnectionId, Field, Kind};

/// What may be done with one kind of person at the platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sends {
    /// Nothing goes out.
    #[default]
    Nothing,
    /// Records that exist there are updated; none is created.
    Updates,
    /// Records are created, and left alone afterwards.
    Creates,
    /// Records are created and updated.
    CreatesAndUpdates,
}

impl Sends {
    /// Whether records are created.
    pub const fn creates(self) -> bool {
        matches!(self, Sends::Creates | Sends::CreatesAndUpdates)
    }
}

/// When a lead goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// As soon as it is known.
    #[default]
    AtOnce,
    /// Only once it is won: has become a member.
    OnceWon,
}

/// What happens to people who exist before the connection goes live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// There are none, or they are left alone.
    #[default]
    None,
    /// Each goes out with its first change.
    Changed,
    /// Active prospects go out at once.
    ActiveProspects,
    /// Everyone goes out at once.
    All,
}

/// Who wins when both sides changed the same field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// The newer change.
    #[default]
    Newest,
    /// The named connection.
    Prefer(ConnectionId),
}

/// One agreement. It is bounded by what the platform can do; turn-up refuses what is beyond that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Agreement {
    /// Prospects, outward.
    pub prospects: Sends,
    /// Members, outward.
    pub members: Sends,
    /// Ex-members, outward.
    pub ex_members: Sends,
    /// Whether leads go out at once or only once won.
    pub when: When,
    /// Whether the owner goes out with the person.
    pub owner: bool,
    /// Whether the lead source goes out with the person.
    pub lead_source: bool,
    /// Whether trial dates go out with the person.
    pub trial: bool,
    /// Whether the platform's own reports of people are taken.
    pub receives_people: bool,
    /// Whether its staff and lead sources are taken.
    pub receives_directory: bool,
    /// What happens to people from before.
    pub existing: Existing,
    /// Who wins a conflict.
    pub conflict: Conflict,
    /// Whether an empty element of this sender clears the field (wire contract, `userInfo`).
    pub empty_means_cleared: bool,
    /// Whether fetches by this provider carry InTouch's own id (wire contract, `extraProviderIDs`).
    pub tells_intouch_id: bool,
}

impl Agreement {
    /// What may be done with a kind.
    pub const fn sends(&self, kind: Kind) -> Sends {
        match kind {
            Kind::Prospect => self.prospects,
            Kind::Member => self.members,
            Kind::ExMember => self.ex_members,
        }
    }

    /// Whether a field goes out at all.
    pub const fn carries(&self, field: Field) -> bool {
        match field {
            Field::Owner => self.owner,
            Field::LeadSource => self.lead_source,
            Field::TrialStart | Field::TrialEnd => self.trial,
            _ => true,
        }
    }

    /// Whether anything goes out.
    pub fn sends_anything(&self) -> bool {
        Kind::ALL.into_iter().any(|kind| self.sends(kind) != Sends::Nothing)
    }
}
