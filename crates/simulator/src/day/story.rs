//! Stories: what one person's day consists of.

use std::collections::BTreeMap;

use super::cast::{self, Directory, Form, RENAMED, SENT_LATE, UNKNOWN_AT_VFP, source_id, staff_id};
use super::{CLUBS, DayPerson, Element, Event, Step};
use crate::dice::Dice;
use crate::{Kind, LeadSource, Platform};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
/// When I4 goes away, and for how long.
const OUTAGE_MS: (u64, u64) = (3 * HOUR_MS, 40 * MINUTE_MS);
/// When the late staff member is sent.
const LATE_STAFF_MS: u64 = 7 * HOUR_MS;
/// People per club that InTouch has, and that walk in at VFP.
const PEOPLE: [(usize, usize); 2] = [(140, 12), (100, 8)];

/// One turn of a person's day, as far as the platforms' rules care.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub from: Platform,
    pub kind: Kind,
    pub elements: Vec<Element>,
}

/// A person with their steps and turns, in order.
#[derive(Clone, Debug)]
pub(super) struct Life {
    pub key: String,
    pub club: usize,
    pub language: &'static str,
    pub story: &'static str,
    pub turns: Vec<Turn>,
    pub steps: Vec<Step>,
}

/// The stories that every day tells, most of them more than once.
const STORIES: [&str; 18] = [
    "lead",
    "updated",
    "updated_often",
    "sold_in_intouch",
    "sold_at_vfp",
    "member_at_once",
    "ex_member",
    "ex_member_at_once",
    "trial",
    "half_filled",
    "family",
    "unknown_owner",
    "late_owner",
    "state_too_long",
    "state_mended",
    "email_without_at",
    "sold_while_i4_was_away",
    "phone_cleared",
];

impl Life {
    /// The person in the evening.
    pub(super) fn into_person(self) -> DayPerson {
        let kind = self.turns.last().map_or(Kind::Prospect, |turn| turn.kind);
        let elements = self.elements();
        DayPerson {
            key: self.key,
            club: self.club,
            language: self.language,
            story: self.story,
            kind,
            elements,
        }
    }

    /// The elements after all turns.
    pub(super) fn elements(&self) -> BTreeMap<&'static str, String> {
        let mut known = BTreeMap::new();
        for turn in &self.turns {
            merge(&mut known, &turn.elements);
        }
        known
    }

    fn intouch(&mut self, at_offset_ms: u64, kind: Kind, elements: Vec<Element>) {
        self.turns.push(Turn { from: Platform::InTouch, kind, elements: elements.clone() });
        let what = Event::InTouchSaves { club: self.club, record_id: self.key.clone(), kind, elements };
        self.steps.push(Step { at_offset_ms, what });
    }

    fn vfp_sells(&mut self, at_offset_ms: u64) {
        let known = self.elements();
        let text = |name: &str| known.get(name).cloned().unwrap_or_default();
        let what = Event::VfpSells {
            club: self.club,
            person: self.key.clone(),
            first_name: text("firstname"),
            last_name: text("lastname"),
            email: text("email"),
        };
        self.turns.push(Turn { from: Platform::Vfp, kind: Kind::Member, elements: Vec::new() });
        self.steps.push(Step { at_offset_ms, what });
    }
}

/// What is known after these elements were said.
pub(super) fn merge(known: &mut BTreeMap<&'static str, String>, elements: &[Element]) {
    for (name, value) in elements {
        match value {
            Some(value) => known.insert(name, value.clone()),
            None => known.remove(name),
        };
    }
}

/// Everybody's day.
pub(super) fn lives(dice: &mut Dice) -> Vec<Life> {
    let mut lives = Vec::new();
    for (club, (leads, walk_ins)) in PEOPLE.into_iter().enumerate() {
        let mut taken = Vec::new();
        let mut last_name = String::new();
        for index in 0..leads {
            let story = STORIES
                [if index < 2 * STORIES.len() { index % STORIES.len() } else { dice.below(STORIES.len()) }];
            let (first, mut last, language) = cast::name(dice, index, &mut taken);
            if story == "family" && index > 0 {
                last.clone_from(&last_name);
            }
            last_name.clone_from(&last);
            lives.push(lead(dice, (club, index), (&first, &last, language), story));
        }
        for index in leads..leads + walk_ins {
            let (first, last, language) = cast::name(dice, index, &mut taken);
            lives.push(walk_in(dice, (club, index), (&first, &last, language)));
        }
    }
    lives
}

fn lead(dice: &mut Dice, who: (usize, usize), name: (&str, &str, &'static str), story: &'static str) -> Life {
    let (club, index) = who;
    let (first, last, language) = name;
    let mut life = Life { key: dice.uuid(), club, language, story, turns: Vec::new(), steps: Vec::new() };
    let how = match story {
        "half_filled" => Form::Bare,
        _ if dice.below(3) == 0 => Form::Contact,
        _ => Form::Full,
    };
    let mut form = cast::form(dice, who, (first, last), (how, story == "family" && index > 0));
    let owner = match story {
        "unknown_owner" => Some(UNKNOWN_AT_VFP),
        "late_owner" => Some(SENT_LATE),
        "half_filled" => None,
        _ => Some(dice.below(3)),
    };
    if let Some(owner) = owner {
        form.push(("ownerID", Some(staff_id(club, owner))));
        form.push(("leadSourceID", Some(source_id(club, dice.below(5)))));
    }
    let at = HOUR_MS / 4 + MINUTE_MS * dice.below(4 * 60) as u64 + 997 * index as u64 % MINUTE_MS;
    tell(dice, &mut life, form, at);
    life
}

/// Tells a story that begins at `at` with this form.
fn tell(dice: &mut Dice, life: &mut Life, mut form: Vec<Element>, at: u64) {
    let later = |dice: &mut Dice| at + HOUR_MS + MINUTE_MS * dice.below(3 * 60) as u64;
    let text = |value: &str| Some(value.to_owned());
    let (lead, member) = (Kind::Prospect, Kind::Member);
    match life.story {
        "sold_while_i4_was_away" => {
            life.intouch(OUTAGE_MS.0 + 5 * MINUTE_MS, lead, form);
            life.intouch(OUTAGE_MS.0 + 15 * MINUTE_MS, member, vec![]);
            return;
        }
        "member_at_once" => return life.intouch(at, member, form),
        "ex_member_at_once" => return life.intouch(at, Kind::ExMember, form),
        "trial" => {
            form.extend([("trialStartDate", text("2026-11-23")), ("trialEndDate", text("2026-11-29"))]);
        }
        "state_too_long" | "state_mended" => {
            form.retain(|(name, _)| *name != "state");
            form.push(("state", text(if life.club == 0 { "British Columbia" } else { "Nova Scotia" })));
        }
        "email_without_at" => {
            form.retain(|(name, _)| *name != "email");
            form.push(("email", text("ask at the desk")));
        }
        _ => {}
    }
    let after = later(dice);
    life.intouch(at, lead, form);
    match life.story {
        "updated" => {
            life.intouch(after, lead, vec![("mobile", Some(format!("604-555-{:04}", dice.below(10_000))))]);
        }
        "updated_often" => {
            for edit in 1..=5_u64 {
                life.intouch(
                    after + edit * 900,
                    lead,
                    vec![("address1", Some(format!("{edit} Moving Day Lane")))],
                );
            }
        }
        "sold_in_intouch" => life.intouch(after, member, vec![]),
        "sold_at_vfp" => life.vfp_sells(after),
        "ex_member" => {
            life.intouch(after, member, vec![]);
            life.intouch(after + 2 * HOUR_MS, Kind::ExMember, vec![]);
        }
        "state_mended" => {
            life.intouch(after, lead, vec![("state", text(if life.club == 0 { "BC" } else { "NS" }))]);
        }
        "phone_cleared" => life.intouch(after, lead, vec![("mobile", None)]),
        _ => {}
    }
}

fn walk_in(dice: &mut Dice, who: (usize, usize), name: (&str, &str, &'static str)) -> Life {
    let elements = cast::form(dice, who, (name.0, name.1), (Form::Full, false));
    let key = format!("walk-in-{}-{}", who.0 + 1, who.1);
    let at_offset_ms = HOUR_MS + MINUTE_MS * dice.below(6 * 60) as u64;
    let what = Event::VfpWalkIn { club: who.0, person: key.clone(), elements: elements.clone() };
    Life {
        key,
        club: who.0,
        language: name.2,
        story: "walk_in",
        turns: vec![Turn { from: Platform::Vfp, kind: Kind::Member, elements }],
        steps: vec![Step { at_offset_ms, what }],
    }
}

/// Staff and lead sources, sent before the doors open; the late one later, and a rename at noon.
pub(super) fn morning(directory: &Directory) -> Vec<Step> {
    let club_of =
        |id: &Option<String>| CLUBS.iter().position(|club| id.as_deref() == Some(club.intouch)).unwrap_or(0);
    let mut steps = Vec::new();
    for staff in &directory.intouch_staff {
        let club = club_of(&staff.club);
        let at_offset_ms = if staff.id == staff_id(club, SENT_LATE) { LATE_STAFF_MS } else { 0 };
        steps.push(Step { at_offset_ms, what: Event::StaffSaved { club, staff: staff.clone() } });
    }
    for source in &directory.intouch_lead_sources {
        let club = club_of(&source.club);
        steps.push(Step { at_offset_ms: 0, what: Event::LeadSourceSaved { club, source: source.clone() } });
        if source.id == source_id(club, RENAMED.0) {
            let source = LeadSource { name: RENAMED.1.to_owned(), ..source.clone() };
            let what = Event::LeadSourceSaved { club, source };
            steps.push(Step { at_offset_ms: 5 * HOUR_MS, what });
        }
    }
    steps
}

/// What goes wrong.
pub(super) fn troubles() -> Vec<Step> {
    let (at_offset_ms, for_ms) = OUTAGE_MS;
    vec![
        Step { at_offset_ms: 2 * HOUR_MS, what: Event::AnswersDropped { platform: Platform::Vfp, count: 3 } },
        Step { at_offset_ms, what: Event::Unreachable { platform: Platform::JonasI4, for_ms } },
        Step { at_offset_ms: 6 * HOUR_MS, what: Event::AnswersDropped { platform: Platform::Vfp, count: 2 } },
    ]
}
