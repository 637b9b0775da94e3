//! The demonstration day: one client, two clubs in two time zones, and what their people do from morning to evening.
//!
//! A day is pure data made from a seed: the steps, in order, and for every person what each platform must hold in the
//! evening. Whoever plays it keeps the order and may squeeze the time. The expectations come from the rules of
//! integration and the agreements in the day itself, not from any run of the hub.

mod cast;
mod evening;
mod expect;
mod names;
mod player;
mod story;
mod told;

pub use evening::shortfalls;
pub use player::{Player, Unplayed};

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dice::Dice;
use crate::{Kind, LeadSource, Platform, Staff};

/// A club of the day, as each platform numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DayClub {
    /// Its name.
    pub name: &'static str,
    /// Its time zone.
    pub zone: &'static str,
    /// InTouch's number of it.
    pub intouch: &'static str,
    /// I4's number of it.
    pub i4: &'static str,
    /// VFP's number of it.
    pub vfp: &'static str,
}

impl DayClub {
    /// The club's number at a platform; ABC and the open spoke take no part in the day.
    pub const fn id_at(&self, platform: Platform) -> &'static str {
        match platform {
            Platform::InTouch => self.intouch,
            Platform::JonasI4 => self.i4,
            Platform::Vfp => self.vfp,
            Platform::OpenSpoke
            | Platform::AbcDatatrak
            | Platform::Mindbody
            | Platform::ClubReady
            | Platform::Paramount
            | Platform::OnPremisesSoap
            | Platform::MoSoClub
            | Platform::GymMaster
            | Platform::Magicline
            | Platform::HubSpot
            | Platform::ClubPlanner => "",
        }
    }
}

/// The client's number, the same at all platforms.
pub const CLIENT_ID: &str = "1111";
/// The client's name.
pub const CLIENT_NAME: &str = "Saltwater Fitness";
/// The clubs of the day.
pub const CLUBS: [DayClub; 2] = [
    DayClub {
        name: "Kits Beach",
        zone: "America/Vancouver",
        intouch: "5f0c4a5e-1111-4c1b-9d55-0242ac120002",
        i4: "7",
        vfp: "0042",
    },
    DayClub {
        name: "Halifax Harbour",
        zone: "America/Halifax",
        intouch: "5f0c4a5e-2222-4c1b-9d55-0242ac120002",
        i4: "12",
        vfp: "0043",
    },
];

/// What flows to one platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// The platform.
    pub platform: Platform,
    /// Kinds of people that are created there.
    pub creates: &'static [Kind],
    /// Kinds of people that are updated there.
    pub updates: &'static [Kind],
    /// Whether owner and lead source go along.
    pub directory: bool,
    /// Whether it sends, too.
    pub back: bool,
}

const ALL_KINDS: &[Kind] = &[Kind::Prospect, Kind::Member, Kind::ExMember];
/// The agreements of the day.
pub const AGREEMENTS: [Agreement; 3] = [
    Agreement {
        platform: Platform::InTouch,
        creates: ALL_KINDS,
        updates: ALL_KINDS,
        directory: true,
        back: true,
    },
    Agreement {
        platform: Platform::JonasI4,
        creates: &[Kind::Prospect],
        updates: ALL_KINDS,
        directory: false,
        back: false,
    },
    Agreement {
        platform: Platform::Vfp,
        creates: &[Kind::Prospect, Kind::Member],
        updates: &[Kind::Prospect, Kind::Member],
        directory: true,
        back: true,
    },
];

/// One `userInfo` element; none is written `xsi:nil`.
pub type Element = (&'static str, Option<String>);

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// InTouch keeps a person under this number (see `Simulator::put_person`) and sends it to the hub.
    InTouchSaves {
        /// Index into [`CLUBS`].
        club: usize,
        /// InTouch's number of the person: the person's key in the day.
        record_id: String,
        /// What the person is from now on.
        kind: Kind,
        /// What changed; for a new person everything known.
        elements: Vec<Element>,
    },
    /// VFP's people sell a membership to someone the hub brought there. The player waits until VFP holds the person
    /// (`Simulator::find`), makes them a member there (`Simulator::set_kind`), and VFP sends MEMBER under its own
    /// number.
    VfpSells {
        /// Index into [`CLUBS`].
        club: usize,
        /// The person's key in the day.
        person: String,
        /// Given name, as InTouch wrote it.
        first_name: String,
        /// Family name.
        last_name: String,
        /// E-mail address.
        email: String,
    },
    /// A person walks in and becomes a member at VFP, who was never a lead. VFP keeps them and sends MEMBER.
    VfpWalkIn {
        /// Index into [`CLUBS`].
        club: usize,
        /// The person's key in the day.
        person: String,
        /// Everything known.
        elements: Vec<Element>,
    },
    /// InTouch sends a staff member.
    StaffSaved {
        /// Index into [`CLUBS`].
        club: usize,
        /// The staff member, with InTouch's number.
        staff: Staff,
    },
    /// InTouch sends a lead source, new or renamed.
    LeadSourceSaved {
        /// Index into [`CLUBS`].
        club: usize,
        /// The lead source, with InTouch's number.
        source: LeadSource,
    },
    /// A platform's port is shut for a while.
    Unreachable {
        /// Which one.
        platform: Platform,
        /// For how long.
        for_ms: u64,
    },
    /// A platform stores the next writes and does not answer.
    AnswersDropped {
        /// Which one.
        platform: Platform,
        /// How many.
        count: u32,
    },
}

/// Something that happens at its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Milliseconds after the day began.
    pub at_offset_ms: u64,
    /// What happens.
    pub what: Event,
}

/// What one platform must hold of one person in the evening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// The person's key in the day.
    pub person: String,
    /// The platform.
    pub platform: Platform,
    /// Whether there is a record, exactly one.
    pub present: bool,
    /// What it says the person is; none when there is no record.
    pub kind: Option<Kind>,
    /// Why something still waits: the field the platform refuses.
    pub held: Option<&'static str>,
    /// The owner's e-mail there; none where owners do not go, or nobody matches.
    pub owner_email: Option<String>,
    /// The lead source's name there, compared without case.
    pub lead_source: Option<String>,
}

/// A person of the day, as last said by anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayPerson {
    /// The key.
    pub key: String,
    /// Index into [`CLUBS`].
    pub club: usize,
    /// Which language the name is from.
    pub language: &'static str,
    /// What their day is about: `sold_at_vfp`, `state_too_long`…
    pub story: &'static str,
    /// What they are in the evening.
    pub kind: Kind,
    /// The elements in the evening.
    pub elements: BTreeMap<&'static str, String>,
}

/// A whole day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The seed it was made from.
    pub seed: u64,
    /// Staff that VFP has in the morning.
    pub vfp_staff: Vec<Staff>,
    /// Lead sources that VFP has in the morning.
    pub vfp_lead_sources: Vec<LeadSource>,
    /// Staff that InTouch has in the morning; each is also sent in a step.
    pub intouch_staff: Vec<Staff>,
    /// Lead sources that InTouch has in the morning; each is also sent in a step.
    pub intouch_lead_sources: Vec<LeadSource>,
    /// Everybody.
    pub people: Vec<DayPerson>,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// What must be true in the evening, for every person and platform.
    pub expected: Vec<Expected>,
}

/// The day of a seed.
pub fn script(seed: u64) -> Day {
    let mut dice = Dice::new(seed);
    let directory = cast::directory();
    let lives = story::lives(&mut dice);
    let mut steps = story::morning(&directory);
    steps.extend(lives.iter().flat_map(|life| life.steps.iter().cloned()));
    steps.extend(story::troubles());
    steps.sort_by_key(|step| step.at_offset_ms);
    let expected = lives
        .iter()
        .flat_map(|life| AGREEMENTS.iter().map(|agreement| expect::evening(agreement, life, &directory)))
        .collect();
    Day {
        seed,
        vfp_staff: directory.vfp_staff,
        vfp_lead_sources: directory.vfp_lead_sources,
        intouch_staff: directory.intouch_staff,
        intouch_lead_sources: directory.intouch_lead_sources,
        people: lives.into_iter().map(story::Life::into_person).collect(),
        steps,
        expected,
    }
}

/// The elements of `userInfo` and the simulator's names of the same fields.
const FIELD_OF: [(&str, &str); 16] = [
    ("firstname", "first_name"),
    ("lastname", "last_name"),
    ("birthdate", "birth_date"),
    ("gender", "gender"),
    ("address1", "address1"),
    ("city", "city"),
    ("zipcode", "zipcode"),
    ("state", "state"),
    ("country", "country"),
    ("mobile", "mobile"),
    ("homePhone", "home_phone"),
    ("email", "email"),
    ("company", "company"),
    ("trialStartDate", "trial_start"),
    ("trialEndDate", "trial_end"),
    ("workPhone", "work_phone"),
];

/// A person's elements as a platform keeps them, for `Simulator::put_person` and `add_person`. Owner and lead source
/// stay out: each platform has its own numbers for them.
pub fn fields(elements: &[Element]) -> Vec<(&'static str, &str)> {
    let field_of =
        |element: &str| FIELD_OF.iter().find(|(name, _)| *name == element).map(|(_, field)| *field);
    elements
        .iter()
        .filter_map(|(name, value)| Some((field_of(name)?, value.as_deref().unwrap_or(""))))
        .collect()
}
