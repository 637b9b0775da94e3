//! Staff are linked and never created; lead sources are linked, created and renamed where the platform can.

use std::time::Duration;

use crate::house::log::text;
use crate::house::{House, KITS, calls, house};
use futures::future::join_all;
use simulator::{Faults, Person};

fn at_vfp(house: &House, name: (&str, &str)) -> Option<Person> {
    house.vfp.find(KITS.vfp, name, "").into_iter().next()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_found_by_e_mail_whatever_its_case() {
    let house =
        house().with_vfp().with_vfp_staff("V-77", ("Olga", "Owner"), "Olga@Club.Example ").open().await;
    house.save_staff("st-1", ("Olga", "Owner-Smith"), " olga@club.example").await;
    let ann = ("Ann", "Able");
    let saved = house.save(&house.lead("1", ann).with("ownerID", "st-1")).await;
    let line = house.line_saying(&saved, "vfp", "Arrived").await;
    assert_eq!(text(&line, "type"), "INFO", "{line}");
    assert_eq!(at_vfp(&house, ann).unwrap().get("owner_id"), "V-77");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_owner_is_a_warning_and_arrives_by_itself_once_the_staff_member_is_saved() {
    let house =
        house().with_vfp().with_vfp_staff("V-77", ("Olga", "Owner"), "olga@club.example").open().await;
    let ann = ("Ann", "Able");
    let saved = house.save(&house.lead("1", ann).with("ownerID", "st-1")).await;
    let line = house.line_saying(&saved, "vfp", "Arrived").await;
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("WARNING", "club"), "{line}");
    assert!(line["notes"].to_string().contains("st-1"), "{line}");
    assert_eq!(at_vfp(&house, ann).unwrap().get("owner_id"), "");

    house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    house.until("the owner arrived", async || at_vfp(&house, ann).unwrap().get("owner_id") == "V-77").await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_staff_member_unknown_at_the_platform_is_named_and_linked_once_saved_again() {
    let house = house().with_vfp().open().await;
    let ann = ("Ann", "Able");
    house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    let saved = house.save(&house.lead("1", ann).with("ownerID", "st-1")).await;
    let line = house.line_saying(&saved, "vfp", "Arrived").await;
    assert_eq!(text(&line, "type"), "WARNING");
    let says = "Went without owner: VFP has nobody with the e-mail address of Olga Owner.";
    assert!(text(&line, "sentence").ends_with(says), "{line}");

    house.vfp.add_staff(simulator::Staff::new("V-9", "Olga", "Owner", "OLGA@club.example"));
    house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    house.until("the owner arrived", async || at_vfp(&house, ann).unwrap().get("owner_id") == "V-9").await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_source_is_made_once_however_many_leads_bring_it_and_is_renamed() {
    let house = house().with_vfp().open().await;
    house.vfp.set_faults(Faults { latency_ms: 30, ..Faults::default() });
    house.save_source("fb", "Facebook").await;
    let ids: Vec<String> = (0..24).map(|n| format!("lead-{n}")).collect();
    let leads = ids.iter().map(|id| house.lead(id, ("Ann", id)).with("leadSourceID", "fb"));
    let leads: Vec<_> = leads.collect();
    join_all(leads.iter().map(|lead| house.save(lead))).await;
    house.until("all arrived", async || house.vfp.people().len() == ids.len()).await;
    let sources = house.vfp.lead_sources();
    assert_eq!(sources.len(), 1, "{sources:?}");
    assert_eq!(calls(&house.vfp, "createLeadSource"), 1);
    house
        .until("all came by it", async || {
            house.vfp.people().iter().all(|person| person.get("lead_source_id") == sources[0].id)
        })
        .await;
    house.save_source("fb", "Facebook Ads").await;
    house.until("it is renamed there", async || house.vfp.lead_sources()[0].name == "Facebook Ads").await;
    assert_eq!(house.vfp.lead_sources().len(), 1);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_could_not_be_asked_for_an_owner_is_asked_again_soon() {
    let house =
        house().with_vfp().with_vfp_staff("V-77", ("Olga", "Owner"), "olga@club.example").open().await;
    house.vfp.set_faults(Faults { maintenance: true, ..Faults::default() });
    house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    let ann = ("Ann", "Able");
    let saved = house.save(&house.lead("1", ann).with("ownerID", "st-1")).await;
    house.line_saying(&saved, "vfp", "not answering").await;
    house.vfp.clear_faults();
    let owned = async || at_vfp(&house, ann).is_some_and(|ann| ann.get("owner_id") == "V-77");
    house.within(Duration::from_secs(40), "Ann and her owner arrived", owned).await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_staff_there_with_one_e_mail_are_linked_to_neither_and_both_are_named() {
    let house = house()
        .with_vfp()
        .with_vfp_staff("V-77", ("Olga", "Owner"), "desk@club.example")
        .with_vfp_staff("V-78", ("Per", "Trainer"), "Desk@club.example")
        .open()
        .await;
    let saved = house.save_staff("st-1", ("Olga", "Owner"), "desk@club.example").await;
    let line = house.line_saying(&saved, "vfp", "None of them was linked to VFP").await;
    let ann = ("Ann", "Able");
    let lead = house.save(&house.lead("1", ann).with("ownerID", "st-1")).await;
    let lead = house.line_saying(&lead, "vfp", "Arrived").await;
    for (line, said) in [(&line, text(&line, "sentence").to_owned()), (&lead, lead["notes"].to_string())] {
        assert_eq!((text(line, "type"), text(line, "turn")), ("WARNING", "club"), "{line}");
        assert!(
            said.contains("Olga Owner (V-77) and Per Trainer (V-78) have one e-mail address in VFP"),
            "{line}"
        );
        assert!(text(line, "advice").contains("of their own in VFP"), "{line}");
    }
    assert_eq!(at_vfp(&house, ann).unwrap().get("owner_id"), "");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_one_here_with_the_same_e_mail_parts_the_first_until_they_differ_again() {
    let house =
        house().with_vfp().with_vfp_staff("V-77", ("Olga", "Owner"), "olga@club.example").open().await;
    house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    let (ann, bea) = (("Ann", "Able"), ("Bea", "Best"));
    let saved = house.save(&house.lead("1", ann).with("ownerID", "st-1")).await;
    assert_eq!(text(&house.line_saying(&saved, "vfp", "Arrived").await, "type"), "INFO");

    let second = house.save_staff("st-2", ("Olga", "Other"), "OLGA@club.example").await;
    let line = house.line_saying(&second, "vfp", "None of them was linked").await;
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("WARNING", "club"), "{line}");
    let both = "Olga Owner (st-1) and Olga Other (st-2) have one e-mail address in InTouch FollowUp";
    assert!(text(&line, "sentence").contains(both), "{line}");
    let parted = async || {
        let lines = house.log(&["--platform", "vfp", "--type", "WARNING"]).await;
        lines.iter().any(|line| text(line, "name") == "Olga Owner" && text(line, "sentence").contains(both))
    };
    house.until("the first is told of, too", parted).await;
    let saved = house.save(&house.lead("2", bea).with("ownerID", "st-1")).await;
    let line = house.line_saying(&saved, "vfp", "Arrived").await;
    assert!(line["notes"].to_string().contains(both), "{line}");
    assert_eq!(at_vfp(&house, bea).unwrap().get("owner_id"), "");

    house.save_staff("st-2", ("Olga", "Other"), "other@club.example").await;
    house.until("Bea has her owner", async || at_vfp(&house, bea).unwrap().get("owner_id") == "V-77").await;
    assert_eq!(at_vfp(&house, ann).unwrap().get("owner_id"), "V-77");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_one_whom_the_platform_saves_with_the_same_e_mail_parts_the_first() {
    let house =
        house().with_vfp().with_vfp_staff("V-77", ("Olga", "Owner"), "olga@club.example").open().await;
    let saved = house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    house.line_saying(&saved, "vfp", "found in VFP").await;
    house.vfp.add_staff(simulator::Staff::new("V-78", "Olga", "Other", "olga@club.example"));
    let other = simulator::sender::StaffDocument {
        record_id: "V-78".to_owned(),
        first_name: "Olga".to_owned(),
        last_name: "Other".to_owned(),
        email: "olga@club.example".to_owned(),
        active: true,
    };
    house.vfp_voice.save_staff(&other).await.unwrap().done().expect("it is taken");
    let parted = async || {
        let lines = house.log(&["--platform", "vfp", "--type", "WARNING"]).await;
        lines.iter().any(|line| text(line, "sentence").contains("Olga Owner (V-77) and Olga Other (V-78)"))
    };
    house.until("the link is taken back, and both are named", parted).await;
    let ann = ("Ann", "Able");
    let saved = house.save(&house.lead("1", ann).with("ownerID", "st-1")).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    assert_eq!(at_vfp(&house, ann).unwrap().get("owner_id"), "");
}
