//! The demonstration day.

use std::collections::{BTreeMap, BTreeSet};

use simulator::day::{AGREEMENTS, CLUBS, Day, Event, Expected, fields, script};
use simulator::{Kind, Platform};

fn of<'a>(day: &'a Day, story: &str, platform: Platform) -> Vec<&'a Expected> {
    let keys: BTreeSet<&str> =
        day.people.iter().filter(|p| p.story == story).map(|p| p.key.as_str()).collect();
    let expected: Vec<_> =
        day.expected.iter().filter(|e| e.platform == platform && keys.contains(e.person.as_str())).collect();
    assert!(!expected.is_empty(), "nobody is {story}");
    expected
}

#[test]
fn a_seed_makes_one_day_and_another_seed_another() {
    assert_eq!(script(7), script(7));
    assert_ne!(script(7), script(8));
}

#[test]
fn hundreds_of_people_in_many_languages_have_expectations_everywhere() {
    let day = script(1);
    assert!(day.people.len() > 200);
    assert_eq!(day.expected.len(), day.people.len() * AGREEMENTS.len());
    assert!(day.people.iter().map(|p| p.language).collect::<BTreeSet<_>>().len() > 10);
    assert!(day.people.iter().map(|p| p.club).collect::<BTreeSet<_>>().len() == CLUBS.len());
    assert_eq!(day.people.iter().map(|p| &p.key).collect::<BTreeSet<_>>().len(), day.people.len());
}

#[test]
fn steps_come_in_order_and_nobody_is_sold_before_they_exist() {
    let day = script(3);
    assert!(day.steps.is_sorted_by_key(|step| step.at_offset_ms));
    let mut seen = BTreeSet::new();
    for step in &day.steps {
        match &step.what {
            Event::InTouchSaves { record_id, elements, .. } => {
                assert!(seen.contains(record_id) || elements.iter().any(|(name, _)| *name == "lastname"));
                seen.insert(record_id.clone());
            }
            Event::VfpSells { person, email, .. } => assert!(seen.contains(person) && email.contains('@')),
            _ => {}
        }
    }
}

#[test]
fn nobody_shares_a_full_name_with_another_at_their_club() {
    for seed in 0..20 {
        let day = script(seed);
        let mut names: BTreeMap<(usize, String), usize> = BTreeMap::new();
        for person in &day.people {
            let name =
                format!("{} {}", person.elements["firstname"], person.elements["lastname"]).to_lowercase();
            *names.entry((person.club, name)).or_default() += 1;
        }
        let twice: Vec<_> = names.into_iter().filter(|(_, count)| *count > 1).collect();
        assert!(twice.is_empty(), "seed {seed}: {twice:?}");
    }
}

#[test]
fn i4_gets_prospects_and_only_updates_of_members() {
    let day = script(1);
    for story in ["member_at_once", "ex_member_at_once", "walk_in"] {
        assert!(of(&day, story, Platform::JonasI4).iter().all(|e| !e.present), "{story}");
    }
    for (story, kind) in [
        ("lead", Kind::Prospect),
        ("sold_in_intouch", Kind::Member),
        ("sold_at_vfp", Kind::Member),
        ("ex_member", Kind::ExMember),
        ("sold_while_i4_was_away", Kind::Member),
    ] {
        assert!(of(&day, story, Platform::JonasI4).iter().all(|e| e.kind == Some(kind)), "{story}");
    }
    assert!(day.expected.iter().filter(|e| e.platform == Platform::JonasI4).all(|e| e.owner_email.is_none()));
}

#[test]
fn vfp_gets_prospects_and_members_with_owner_and_source_and_sends_back() {
    let day = script(1);
    assert!(of(&day, "ex_member", Platform::Vfp).iter().all(|e| e.kind == Some(Kind::Member)));
    assert!(of(&day, "ex_member_at_once", Platform::Vfp).iter().all(|e| !e.present));
    assert!(of(&day, "walk_in", Platform::InTouch).iter().all(|e| e.kind == Some(Kind::Member)));
    assert!(of(&day, "unknown_owner", Platform::Vfp).iter().all(|e| e.present && e.owner_email.is_none()));
    assert!(
        of(&day, "late_owner", Platform::Vfp)
            .iter()
            .all(|e| e.owner_email.is_some() && e.lead_source.is_some())
    );
    assert!(day.expected.iter().any(|e| e.lead_source.as_deref() == Some("Open house")));
}

#[test]
fn refused_fields_hold_and_mended_ones_arrive() {
    let day = script(1);
    let held = |story, platform| {
        of(&day, story, platform).iter().map(|e| (e.present, e.held)).collect::<BTreeSet<_>>()
    };
    assert_eq!(held("state_too_long", Platform::JonasI4), BTreeSet::from([(false, Some("state"))]));
    assert_eq!(held("state_too_long", Platform::Vfp), BTreeSet::from([(true, None)]));
    assert_eq!(held("state_mended", Platform::JonasI4), BTreeSet::from([(true, None)]));
    assert_eq!(held("email_without_at", Platform::Vfp), BTreeSet::from([(false, Some("email"))]));
}

#[test]
fn elements_become_the_fields_that_a_platform_keeps() {
    let elements = [("firstname", Some("A".to_owned())), ("mobile", None), ("ownerID", Some("x".to_owned()))];
    assert_eq!(fields(&elements), [("first_name", "A"), ("mobile", "")]);
}
