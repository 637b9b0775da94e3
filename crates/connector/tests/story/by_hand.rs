//! Staff and lead sources linked, unlinked and pinned by an operator's hand.

use crate::house::log::text;
use crate::house::{House, KITS, calls, house};
use serde_json::Value;
use simulator::{LeadSource, Staff};

const OLGA: (&str, &str) = ("Olga", "Owner");
const ANN: (&str, &str) = ("Ann", "Able");

fn owner_of(house: &House, name: (&str, &str)) -> String {
    house
        .vfp
        .find(KITS.vfp, name, "")
        .first()
        .map_or_else(String::new, |person| person.get("owner_id").to_owned())
}

/// What an entry of InTouch is at VFP: the word, and the number there.
async fn at_vfp(house: &House, number: &str) -> (String, String) {
    let told = house.command(&["directory", "list", "--club", KITS.name, "--json"]).await.went_well();
    let told: Value = serde_json::from_str(&told.out).unwrap();
    let entries = told["entries"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["platform"] == "intouch" && entry["number"] == number);
    let places = entry.unwrap_or_else(|| panic!("{told:#}"))["elsewhere"].as_array().unwrap();
    let vfp = places.iter().find(|place| place["platform"] == "vfp").unwrap();
    (text(vfp, "standing").to_owned(), text(vfp, "number").to_owned())
}

async fn by_hand(house: &House, arguments: &[&str]) -> crate::house::Told {
    house.command(&[&["directory"], arguments, &["--club", KITS.name]].concat()).await
}

/// A house where VFP has two staff members, and Ann's owner is one of InTouch whom VFP does not know.
async fn with_a_stranger() -> (House, String) {
    let house = house()
        .with_vfp()
        .with_vfp_staff("V-77", OLGA, "olga@vfp.example")
        .with_vfp_staff("V-78", ("Per", "Trainer"), "per@vfp.example")
        .open()
        .await;
    house.save_staff("st-1", OLGA, "olga@club.example").await;
    let saved = house.save(&house.lead("1", ANN).with("ownerID", "st-1")).await;
    let line = house.line_saying(&saved, "vfp", "Arrived").await;
    assert_eq!((text(&line, "type"), owner_of(&house, ANN).as_str()), ("WARNING", ""), "{line}");
    (house, saved)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_directory_shows_who_is_matched_unmatched_ambiguous_and_by_hand() {
    let (house, _) = with_a_stranger().await;
    house.vfp.add_staff(Staff::new("V-79", "Sam", "Same", "same@club.example"));
    house.vfp.add_staff(Staff::new("V-80", "Sue", "Same", "same@club.example"));
    house.save_staff("st-2", ("Per", "Trainer"), "PER@vfp.example").await;
    house.save_staff("st-3", ("Sam", "Same"), "same@club.example").await;
    house.save_staff("st-4", ("Una", "Unlinked"), "una@club.example").await;
    by_hand(&house, &["unlink", "staff", "intouch:st-4", "vfp"]).await.went_well();
    by_hand(&house, &["link", "staff", "intouch:st-1", "vfp:V-77"]).await.went_well();
    let standings = [
        ("st-1", ("by_hand", "V-77")),
        ("st-2", ("matched", "V-78")),
        ("st-3", ("ambiguous", "")),
        ("st-4", ("unlinked", "")),
    ];
    for (number, (standing, there)) in standings {
        assert_eq!(at_vfp(&house, number).await, (standing.to_owned(), there.to_owned()), "{number}");
    }
    house.save_staff("st-5", ("Nell", "Nobody"), "nell@club.example").await;
    assert_eq!(at_vfp(&house, "st-5").await.0, "unmatched");
    let told = by_hand(&house, &["list", "--role", "staff"]).await.went_well();
    told.says("vfp: by hand V-77 Olga Owner").says("vfp: ambiguous Sam Same (V-79), Sue Same (V-80)");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_by_hand_sends_the_owner_and_no_match_undoes_it() {
    let (house, _) = with_a_stranger().await;
    let told =
        by_hand(&house, &["link", "staff", "intouch:olga owner", "vfp:OLGA@vfp.example"]).await.went_well();
    told.says("Olga Owner (st-1) of InTouch FollowUp and Olga Owner (V-77) of VFP are linked; one person is sent anew");
    house.until("the owner arrived", async || owner_of(&house, ANN) == "V-77").await;
    let lines = house.log(&["--platform", "vfp"]).await;
    let linked = lines.iter().find(|line| text(line, "summary").contains("linked by hand")).unwrap();
    assert_eq!((text(linked, "type"), text(linked, "name")), ("INFO", "Olga Owner"));

    let saved = house.save_staff("st-1", OLGA, "per@vfp.example").await;
    house.line_saying(&saved, "vfp", "that stays so").await;
    assert_eq!(at_vfp(&house, "st-1").await, ("by_hand".to_owned(), "V-77".to_owned()));
    house.save(&house.lead("1", ANN).with("ownerID", "st-1").with("city", "Porto")).await;
    house
        .until("the city arrived", async || house.vfp.find(KITS.vfp, ANN, "")[0].get("city") == "Porto")
        .await;
    assert_eq!(owner_of(&house, ANN), "V-77");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unlinked_pair_is_not_matched_again_by_itself_and_its_owner_is_not_cleared() {
    let mut house = house().with_vfp().with_vfp_staff("V-77", OLGA, "olga@club.example").open().await;
    house.save_staff("st-1", OLGA, "olga@club.example").await;
    let saved = house.save(&house.lead("1", ANN).with("ownerID", "st-1")).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    assert_eq!(owner_of(&house, ANN), "V-77");

    by_hand(&house, &["unlink", "staff", "intouch:st-1", "vfp"])
        .await
        .went_well()
        .says("linked to none in VFP; nobody has to be sent anew")
        .says("one record in VFP keeps V-77 as its owner until it is changed there");
    let again = house.save_staff("st-1", OLGA, "olga@club.example").await;
    house.line_saying(&again, "vfp", "unlinked this person").await;
    assert!(house.stop().await);
    house.start().await;
    let bea = ("Bea", "Best");
    let saved = house.save(&house.lead("2", bea).with("ownerID", "st-1")).await;
    let line = house.line_saying(&saved, "vfp", "Arrived").await;
    assert_eq!((text(&line, "type"), owner_of(&house, bea).as_str()), ("INFO", ""), "{line}");
    assert!(line["notes"].to_string().contains("unlinked from VFP by hand"), "{line}");
    house.save(&house.lead("1", ANN).with("ownerID", "st-1").with("city", "Porto")).await;
    house
        .until("the city arrived", async || house.vfp.find(KITS.vfp, ANN, "")[0].get("city") == "Porto")
        .await;
    assert_eq!(owner_of(&house, ANN), "V-77", "what VFP has stays");

    let told = by_hand(&house, &["match", "staff", "intouch:st-1", "vfp"]).await.went_well();
    told.says("matched by itself again in VFP: found there");
    house.until("Bea has her owner", async || owner_of(&house, bea) == "V-77").await;
    by_hand(&house, &["match", "staff", "intouch:st-1", "vfp"])
        .await
        .failed()
        .says("nothing was decided by hand");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_match_stays_when_the_e_mail_addresses_part() {
    let house = house().with_vfp().with_vfp_staff("V-77", OLGA, "olga@club.example").open().await;
    let saved = house.save_staff("st-1", OLGA, "olga@club.example").await;
    house.line_saying(&saved, "vfp", "found in VFP").await;
    by_hand(&house, &["pin", "staff", "intouch:st-1", "vfp"]).await.went_well().says("stays linked to V-77");
    let saved = house.save_staff("st-1", OLGA, "olga@elsewhere.example").await;
    house.line_saying(&saved, "vfp", "that stays so").await;
    assert_eq!(at_vfp(&house, "st-1").await, ("by_hand".to_owned(), "V-77".to_owned()));
    house.save_staff("st-2", ("Nell", "Nobody"), "nell@club.example").await;
    by_hand(&house, &["pin", "staff", "intouch:st-2", "vfp"]).await.failed().says("connector directory link");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_source_linked_by_hand_to_one_of_another_name_is_not_made_there_nor_renamed() {
    let house = house().with_vfp().open().await;
    house.vfp.add_lead_source(LeadSource::new("9", "Social Media"));
    house.intouch_there.add_lead_source(LeadSource::new("fb", "Facebook"));
    let told = by_hand(&house, &["link", "lead-source", "intouch:Facebook", "vfp:social media"]).await;
    told.went_well().says("Facebook (fb) of InTouch FollowUp and Social Media (9) of VFP are linked");
    house.save_source("fb", "Facebook Ads").await;
    let saved = house.save(&house.lead("1", ANN).with("leadSourceID", "fb")).await;
    let line = house.line_saying(&saved, "vfp", "Arrived").await;
    assert_eq!(text(&line, "type"), "INFO", "{line}");
    assert_eq!(house.vfp.find(KITS.vfp, ANN, "")[0].get("lead_source_id"), "9");
    assert_eq!(house.vfp.lead_sources().len(), 1);
    assert_eq!(
        (calls(&house.vfp, "createLeadSource"), house.vfp.lead_sources()[0].name.as_str()),
        (0, "Social Media")
    );
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_of_platforms_between_which_nobody_flows_is_neither_linked_nor_unlinked() {
    let house = house().with_i4().with_vfp().with_intouch_receiving().open().await;
    house.save_staff("st-1", OLGA, "olga@club.example").await;
    for arguments in [
        ["unlink", "staff", "intouch:st-1", "jonas-i4"],
        ["unlink", "staff", "vfp:st-1", "jonas-i4"],
        ["link", "staff", "intouch:st-1", "jonas-i4:7"],
        ["link", "lead-source", "vfp:Facebook", "jonas-i4:7"],
    ] {
        house.vfp.add_staff(Staff::new("st-1", "Olga", "Owner", "olga@club.example"));
        house.vfp.add_lead_source(LeadSource::new("9", "Facebook"));
        let told = by_hand(&house, &arguments).await.failed();
        told.says("by agreement no ").says("and Jonas I4, so there is nothing to link or unlink");
    }
    by_hand(&house, &["unlink", "staff", "vfp:st-1", "intouch"]).await.went_well();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_name_is_answered_with_what_was_meant() {
    let (house, _) = with_a_stranger().await;
    let failing = [
        (["link", "staff", "intouch:st-1", "vfp:Ogla Owner"], "did you mean `Olga Owner`?"),
        (["link", "staff", "intouch:st-1", "vpf:V-77"], "did you mean `vfp`?"),
        (["link", "staff", "st-1", "vfp:V-77"], "write it like `vfp:st-1`"),
        (["link", "staff", "intouch:st-1", "intouch:st-1"], "between two platforms"),
        (["unlink", "staff", "intouch:st-1", "intouch"], "say the other platform"),
        (
            ["link", "lead-source", "intouch:st-1", "vfp:V-77"],
            "no lead source of InTouch FollowUp at Kits Beach",
        ),
    ];
    for (arguments, says) in failing {
        by_hand(&house, &arguments).await.failed().says(says);
    }
    house
        .command(&["directory", "list", "--club", "Kits Baech"])
        .await
        .failed()
        .says("did you mean `Kits Beach`?");
    house.vfp.add_staff(Staff::new("V-99", "Olga", "Owner", "other@vfp.example"));
    by_hand(&house, &["list"]).await.went_well();
    by_hand(&house, &["link", "staff", "intouch:st-1", "vfp:Olga Owner"]).await.failed().says("V-77, V-99");
    assert_eq!(at_vfp(&house, "st-1").await.0, "unmatched");
}
