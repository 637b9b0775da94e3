//! Abilities: what a platform can do, as its description declares it. The planner knows nothing else of a platform.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::budget::Rate;
use crate::{FeedTerms, Field, Kind};

/// The calls that the Connector may make to a platform. Staff are never written, so no such call exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Is this credential live, and does this club exist? The only call before going live.
    Verify,
    /// Is the platform up? Probes a platform that was down.
    Health,
    /// All staff of a club.
    ListStaff,
    /// One staff member by e-mail.
    FindStaff,
    /// All lead sources of a club.
    ListLeadSources,
    /// One lead source by name.
    FindLeadSource,
    /// A new lead source.
    CreateLeadSource,
    /// A lead source's new name.
    UpdateLeadSource,
    /// A prospect, created or updated: harmless to repeat.
    SaveProspect,
    /// A new prospect.
    CreateProspect,
    /// A prospect's changes.
    UpdateProspect,
    /// A member, created or updated: harmless to repeat.
    SaveMember,
    /// A new member.
    CreateMember,
    /// A member's changes.
    UpdateMember,
    /// An ex-member, created or updated: harmless to repeat.
    SaveExMember,
    /// An ex-member's changes.
    UpdateExMember,
    /// A prospect becomes a member.
    Convert,
    /// Look for a person by external id, e-mail, phone or name.
    FindPerson,
    /// Read one person by the platform's number.
    ReadPerson,
    /// The people whom the platform's own people changed since an instant.
    ListChanges,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Operation; 20] = [
        Operation::Verify,
        Operation::Health,
        Operation::ListStaff,
        Operation::FindStaff,
        Operation::ListLeadSources,
        Operation::FindLeadSource,
        Operation::CreateLeadSource,
        Operation::UpdateLeadSource,
        Operation::SaveProspect,
        Operation::CreateProspect,
        Operation::UpdateProspect,
        Operation::SaveMember,
        Operation::CreateMember,
        Operation::UpdateMember,
        Operation::SaveExMember,
        Operation::UpdateExMember,
        Operation::Convert,
        Operation::FindPerson,
        Operation::ReadPerson,
        Operation::ListChanges,
    ];

    /// The name in descriptions and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Operation::Verify => "verify",
            Operation::Health => "health",
            Operation::ListStaff => "list_staff",
            Operation::FindStaff => "find_staff",
            Operation::ListLeadSources => "list_lead_sources",
            Operation::FindLeadSource => "find_lead_source",
            Operation::CreateLeadSource => "create_lead_source",
            Operation::UpdateLeadSource => "update_lead_source",
            Operation::SaveProspect => "save_prospect",
            Operation::CreateProspect => "create_prospect",
            Operation::UpdateProspect => "update_prospect",
            Operation::SaveMember => "save_member",
            Operation::CreateMember => "create_member",
            Operation::UpdateMember => "update_member",
            Operation::SaveExMember => "save_ex_member",
            Operation::UpdateExMember => "update_ex_member",
            Operation::Convert => "convert",
            Operation::FindPerson => "find_person",
            Operation::ReadPerson => "read_person",
            Operation::ListChanges => "list_changes",
        }
    }

    /// The native save (upsert) of a kind.
    pub const fn save(kind: Kind) -> Operation {
        match kind {
            Kind::Prospect => Operation::SaveProspect,
            Kind::Member => Operation::SaveMember,
            Kind::ExMember => Operation::SaveExMember,
        }
    }

    /// The plain create of a kind; nobody is created as an ex-member except by a save.
    pub const fn create(kind: Kind) -> Option<Operation> {
        match kind {
            Kind::Prospect => Some(Operation::CreateProspect),
            Kind::Member => Some(Operation::CreateMember),
            Kind::ExMember => None,
        }
    }

    /// The update of a kind.
    pub const fn update(kind: Kind) -> Operation {
        match kind {
            Kind::Prospect => Operation::UpdateProspect,
            Kind::Member => Operation::UpdateMember,
            Kind::ExMember => Operation::UpdateExMember,
        }
    }
}

/// How far a fact about a platform can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Nobody outside the vendor has confirmed it.
    Assumed,
    /// Seen in public material or public code.
    Public,
    /// Ran against the vendor's own system.
    Certified,
}

impl Grade {
    /// The word in descriptions, guides, pages and listings.
    pub const fn name(self) -> &'static str {
        match self {
            Grade::Assumed => "assumed",
            Grade::Public => "public",
            Grade::Certified => "certified",
        }
    }
}

/// What a platform can do with one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ability {
    /// Whether a repeat is harmless: then the call needs no attempt mark and is never doubtful.
    pub safe_to_repeat: bool,
    /// Whether a write sends the whole record rather than the changed fields.
    pub whole_record: bool,
    /// The longest that the call may take, its token included, in seconds.
    pub deadline_s: u32,
    /// The fields that the call can carry.
    pub fields: BTreeSet<Field>,
    /// Those of them that are stored only after the step that must not happen twice: a record that is found after a doubt
    /// may lack them.
    pub later: BTreeSet<Field>,
    /// The most requests that the call makes, one after the other.
    pub calls: u32,
    /// The grade of what we know about it.
    pub grade: Grade,
}

/// How a prospect becomes a member at a platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conversion {
    /// A call of its own performs it.
    Perform,
    /// The update of the new kind carries it.
    Update,
    /// The platform makes its own members; updates go on as the kind that it holds, and the kind is not sent.
    #[default]
    None,
}

/// Everything the planner knows of a platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// The declared operations. What is not declared is unsupported.
    pub operations: BTreeMap<Operation, Ability>,
    /// How a prospect becomes a member.
    pub conversion: Conversion,
    /// Whether an ex-member is a member there like any other: then nobody tells it that a membership ended.
    pub ex_members_are_members: bool,
    /// Whether prospects and members are numbered apart.
    pub kinds_apart: bool,
    /// Whether record numbers are unique per client (`true`) or per club (`false`).
    pub ids_per_client: bool,
    /// Text longer than this is clipped by the platform, in characters.
    pub clips: BTreeMap<Field, usize>,
    /// How long after its deadline a call may still be carried out there, in seconds.
    pub late_after_s: u32,
    /// How long a stored record may stay invisible to look-ups, in seconds.
    pub visible_after_s: u32,
    /// How many calls may be under way at once.
    pub concurrency: usize,
    /// How many calls it allows in what time; every one that counts a call must have room for it.
    pub rates: Vec<Rate>,
    /// How its changes are read, where they can be.
    pub feed: Option<FeedTerms>,
    /// What `find_person` can search by. Empty: a doubt cannot be asked.
    pub find_by: BTreeSet<FindBy>,
}

impl Abilities {
    /// The ability behind an operation, if declared.
    pub fn of(&self, operation: Operation) -> Option<&Ability> {
        self.operations.get(&operation)
    }

    /// Whether an operation is declared.
    pub fn can(&self, operation: Operation) -> bool {
        self.operations.contains_key(&operation)
    }

    /// The longest that a call may take, in milliseconds; 0 for one that is not declared and so never made.
    pub fn deadline_ms(&self, operation: Operation) -> i64 {
        self.of(operation).map_or(0, |ability| i64::from(ability.deadline_s) * 1_000)
    }

    /// The most requests that a call makes.
    pub fn requests(&self, operation: Operation) -> u32 {
        self.of(operation).map_or(1, |ability| ability.calls.max(1))
    }

    /// What a person of this kind is to the platform, once they are there.
    pub const fn kind_there(&self, kind: Kind) -> Kind {
        match kind {
            Kind::ExMember if self.ex_members_are_members => Kind::Member,
            kind => kind,
        }
    }

    /// Whether the platform can be asked for a person it may hold.
    pub fn can_be_asked(&self) -> bool {
        self.can(Operation::FindPerson) && !self.find_by.is_empty()
    }
}

/// A key by which a platform can be asked for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindBy {
    /// The Connector's own id of the person, stored by the platform.
    ExternalId,
    /// E-mail address; never enough alone, for families share one.
    Email,
    /// Mobile phone.
    Mobile,
    /// First and last name.
    Name,
}
