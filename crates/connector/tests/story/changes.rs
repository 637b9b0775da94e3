//! Changes that meet: one field in two systems at once, a sale and an owner, a status and a kind.

use crate::house::log::text;
use crate::house::{House, KITS, house};
use serde_json::{Value, json};
use simulator::{Faults, Kind, Person};

const ANN: (&str, &str) = ("Ann", "Able");

fn at_vfp(house: &House) -> Person {
    house.vfp.find(KITS.vfp, ANN, "").swap_remove(0)
}

/// Ann is in InTouch and in VFP, with this mobile phone; VFP then does not answer while InTouch changes it, and changes
/// it itself. Answers VFP's report.
async fn mobile_changed_on_both_sides(house: &House) -> String {
    let names = [("first_name", "Ann"), ("last_name", "Able")];
    house.intouch_there.put_person("1", KITS.intouch, Kind::Prospect, &names);
    let ann = house.lead("1", ANN);
    let saved = house.save(&ann.clone().with("mobile", "6045550100")).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    let there = at_vfp(house).id;
    house.vfp.set_faults(Faults { maintenance: true, ..Faults::default() });
    let by_intouch = house.save(&ann.with("mobile", "6045550111")).await;
    house.line_saying(&by_intouch, "vfp", "Trying again").await;
    house.vfp.put_person(&there, KITS.vfp, Kind::Prospect, &[("mobile", "6045550122")]);
    let report = house.vfp_voice.user(&there, ANN, "PROSPECT").with("mobile", "6045550122");
    house.save_as(&house.vfp_voice, &report).await
}

async fn both_sides_end_with(house: &House, mobile: &str) {
    house.vfp.clear_faults();
    let in_vfp = async || at_vfp(house).get("mobile") == mobile;
    house.until("VFP has the agreed mobile", in_vfp).await;
    let in_intouch = async || {
        let told = house.intouch_there.person("1").unwrap().get("mobile").to_owned();
        told == mobile || (told.is_empty() && mobile == "6045550111")
    };
    house.until("InTouch was told no other", in_intouch).await;
    let known = house.intouch.fetch_user("1").await.unwrap().done().unwrap();
    assert_eq!(known.user_info["mobile"], mobile);
    house.nothing_forbidden_happened();
}

/// The WARNING that a report led to, beside the lines of its transfers.
async fn warning(house: &House, report: &str) -> Value {
    let lines = house.log(&[report]).await;
    let line =
        lines.iter().find(|line| ["changed in VFP", "entered in VFP"].contains(&text(line, "summary")));
    line.unwrap_or_else(|| panic!("the report has no line of its own: {lines:#?}")).clone()
}

async fn the_log_warns_of_the_mobile(house: &House, report: &str) {
    let line = warning(house, report).await;
    let says = "The mobile phone was changed in two systems at once. The agreed change was kept; you need do nothing.";
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("WARNING", "nobody"), "{line}");
    assert_eq!(text(&line, "sentence"), says);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_changed_on_both_sides_is_a_warning_that_names_it_and_the_newer_one_stays() {
    let house = house().with_vfp().with_intouch_receiving().open().await;
    let report = mobile_changed_on_both_sides(&house).await;
    the_log_warns_of_the_mobile(&house, &report).await;
    both_sides_end_with(&house, "6045550122").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_agreement_names_a_winner_its_change_stays_and_the_log_warns_all_the_same() {
    let house = house().with_vfp().with_intouch_receiving().open().await;
    let mut file = house.turn_up_file();
    file["connections"][1]["agreement"]["conflicts_won_by"] = json!("intouch");
    house.turn_up(&file).await.went_well();
    let report = mobile_changed_on_both_sides(&house).await;
    the_log_warns_of_the_mobile(&house, &report).await;
    both_sides_end_with(&house, "6045550111").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_conversion_the_leads_owner_stays() {
    let plans = house().with_vfp().with_intouch_receiving();
    let house = plans.with_vfp_staff("V-77", ("Olga", "Owner"), "olga@club.example").open().await;
    house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    let names = [("first_name", "Ann"), ("last_name", "Able")];
    house.intouch_there.put_person("1", KITS.intouch, Kind::Prospect, &names);
    let saved = house.save(&house.lead("1", ANN).with("ownerID", "st-1")).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    let there = at_vfp(&house);
    assert_eq!(there.get("owner_id"), "V-77");

    house.vfp.put_person(&there.id, KITS.vfp, Kind::Member, &[]);
    let sold = house.vfp_voice.user(&there.id, ANN, "MEMBER");
    house.save_as(&house.vfp_voice, &sold).await;
    let member = async || house.intouch_there.person("1").is_some_and(|ann| ann.kind == Kind::Member);
    house.until("Ann is a member in InTouch", member).await;
    let known = house.intouch.fetch_user("1").await.unwrap().done().unwrap();
    assert_eq!(
        (known.user_info["userType"].as_str(), known.user_info["ownerID"].as_str()),
        ("MEMBER", "st-1")
    );
    assert_eq!((at_vfp(&house).kind, at_vfp(&house).get("owner_id")), (Kind::Member, "V-77"));
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_is_recognised_keeps_the_leads_owner_and_the_other_one_is_named() {
    let plans = house().with_vfp().with_intouch_receiving();
    let plans = plans.with_vfp_staff("V-77", ("Olga", "Owner"), "olga@club.example");
    let house = plans.with_vfp_staff("V-88", ("Per", "Trainer"), "per@club.example").open().await;
    house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    house.save_staff("st-2", ("Per", "Trainer"), "per@club.example").await;
    house.vfp.set_faults(Faults { maintenance: true, ..Faults::default() });
    let lead = house.lead("1", ANN).with("ownerID", "st-1");
    let saved = house.save(&lead).await;
    house.line_saying(&saved, "vfp", "Trying again").await;
    let email = "ann.able@example.org";
    let walk_in = [("first_name", "Ann"), ("last_name", "Able"), ("email", email), ("owner_id", "V-88")];
    let there = house.vfp.add_person(KITS.vfp, Kind::Member, &walk_in);
    let sold = house.vfp_voice.user(&there, ANN, "MEMBER").with("email", email).with("ownerID", "V-88");
    let report = house.save_as(&house.vfp_voice, &sold).await;
    let known = house.intouch.fetch_user("1").await.unwrap().done().unwrap();
    assert_eq!(
        (known.user_info["userType"].as_str(), known.user_info["ownerID"].as_str()),
        ("MEMBER", "st-1")
    );
    let line = warning(&house, &report).await;
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("WARNING", "club"), "{line}");
    assert!(text(&line, "sentence").contains("The owner differed"), "{line}");
    assert!(text(&line, "advice").contains("owner"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn status_flows_beside_the_kind_in_each_platforms_own_words() {
    let house = house().with_i4().with_vfp().open().await;
    let wrote = |there: &simulator::Simulator, words: &str| {
        let write = there.ledger().into_iter().rev().find(|call| call.method != "GET");
        write.is_some_and(|call| call.body.contains(words))
    };
    let cases = [
        ("PROSPECT", "INACTIVE", Kind::Prospect, "Status>I</", "\"active\":false"),
        ("PROSPECT", "ACTIVE", Kind::Prospect, "Status>A</", "\"active\":true"),
        ("MEMBER", "ACTIVE", Kind::Member, "Type>M</", "startDate"),
        ("MEMBER", "INACTIVE", Kind::Member, "Status>I</", "\"active\":false"),
    ];
    for (user_type, status, kind, in_i4, in_vfp) in cases {
        let ann = house.lead("1", ANN).with("userType", user_type).with("userStatus", status);
        let saved = house.save(&ann).await;
        for platform in ["vfp", "jonas-i4"] {
            house.line_saying(&saved, platform, "Arrived").await;
        }
        let held = [at_vfp(&house), house.i4.find(KITS.i4, ANN, "").swap_remove(0)];
        for there in held {
            assert_eq!((there.kind, there.get("status")), (kind, status), "{there:?}");
        }
        assert!(wrote(&house.i4, in_i4) && wrote(&house.vfp, in_vfp), "{user_type} {status}");
    }
    house.nothing_forbidden_happened();
}
