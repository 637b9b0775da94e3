//! Held records: shown by their cause, released, decided and settled by an operator.

use crate::house::log::text;
use crate::house::{CLIENT, House, KITS, calls, house};
use serde_json::Value;
use simulator::{Faults, Refuse};

const ANN: (&str, &str) = ("Ann", "Able");

async fn groups(house: &House) -> Vec<Value> {
    let told = house.command(&["held", "list", "--json"]).await.went_well();
    let told: Value = serde_json::from_str(&told.out).unwrap();
    told["groups"].as_array().unwrap().clone()
}

/// A platform that does not take `??` for a postcode.
fn no_such_code() -> Faults {
    let refuse = Refuse { field: "zipcode".into(), contains: "??".into(), message: "Not a code".into() };
    Faults { refuse: Some(refuse), ..Faults::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_ends_by_saying_which_record_it_is_and_not_by_a_release() {
    let house = house().with_i4().hurried().open().await;
    house.i4.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    let saved = house.save(&house.lead("1", ANN)).await;
    house.line_saying(&saved, "jonas-i4", "cannot ask").await;
    let groups = groups(&house).await;
    assert_eq!((groups.len(), &groups[0]["count"]), (1, &Value::from(1)), "{groups:#?}");
    assert!(text(&groups[0], "sentence").contains("did not confirm"), "{groups:#?}");
    let group = text(&groups[0], "group");
    house
        .command(&["held", "release", group, "--yes"])
        .await
        .failed()
        .says("nobody knows whether it arrived");
    assert_eq!(calls(&house.i4, "AddProspect"), 1);

    let number = house.i4.find(KITS.i4, ANN, "")[0].id.clone();
    house.command(&["held", "is", &saved, " "]).await.failed().says("not empty");
    house.command(&["held", "is", &saved, &number]).await.went_well().says("Ann Able would be record");
    house.command(&["held", "is", &saved, &number, "--yes"]).await.went_well().says("1 decided");
    house.line_saying(&saved, "jonas-i4", "had all of it already").await;
    house.save(&house.lead("1", ANN).with("city", "Porto")).await;
    let there = || house.i4.find(KITS.i4, ANN, "");
    house.until("the edit arrived", async || there()[0].get("city") == "Porto").await;
    assert_eq!((there().len(), calls(&house.i4, "AddProspect")), (1, 1));
    house.command(&["held", "is", &saved, &number]).await.failed().says("perhaps it went out already");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_about_what_is_not_there_is_made_again_once() {
    let house = house().with_i4().hurried().open().await;
    house.i4.set_faults(Faults { down: true, ..Faults::default() });
    let saved = house.save(&house.lead("1", ANN)).await;
    house.line_saying(&saved, "jonas-i4", "cannot ask").await;
    house.i4.clear_faults();
    house.command(&["held", "not-there", &saved[..13]]).await.went_well();
    house.command(&["held", "not-there", &saved[..13]]).await.failed();
    house.line_saying(&saved, "jonas-i4", "Arrived").await;
    assert_eq!(house.i4.find(KITS.i4, ANN, "").len(), 1);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_released_at_once_after_a_preview_that_sends_nothing() {
    let house = house().with_vfp().open().await;
    house.vfp.set_faults(no_such_code());
    let mut saves = Vec::new();
    for n in 1..=3 {
        let name = ("Ann", &*format!("Able{n}"));
        saves.push(house.save(&house.lead(&n.to_string(), name).with("zipcode", "??")).await);
    }
    for saved in &saves {
        house.line_saying(saved, "vfp", "does not accept the").await;
    }
    let held = groups(&house).await;
    assert_eq!((held.len(), &held[0]["count"]), (1, &Value::from(3)), "one cause: {held:#?}");
    assert_eq!(text(&held[0], "turn"), "the club's turn");
    house.command(&["held", "list"]).await.went_well().says("3 records for VFP").says("rejected");
    house.command(&["held", "list"]).await.went_well().says(&format!("{CLIENT}: {}", KITS.name));
    house.command(&["held", "list", "--platform", "VFP"]).await.went_well().says("3 records for VFP");
    house.command(&["held", "list", "--platform", "vpf"]).await.failed().says("did you mean `vfp`?");

    house.vfp.clear_faults();
    let group = text(&held[0], "group");
    let before = house.vfp.ledger().len();
    house.command(&["held", "release", group]).await.went_well().says("3 would be sent again: Ann Able");
    assert_eq!((groups(&house).await.len(), house.vfp.ledger().len()), (1, before));
    house.command(&["held", "release", group, "--yes"]).await.went_well().says("3 sent again, 0 not");
    for saved in &saves {
        house.line_saying(saved, "vfp", "Arrived").await;
    }
    assert_eq!(house.vfp.people().len(), 3);
    assert!(groups(&house).await.is_empty());
    house.command(&["held", "release", "nonsense"]).await.failed().says("nothing that is held begins with");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_settled_by_hand_says_how_and_the_next_edit_goes_out() {
    let house = house().with_vfp().open().await;
    house.vfp.set_faults(no_such_code());
    let saved = house.save(&house.lead("1", ANN).with("zipcode", "??")).await;
    house.line_saying(&saved, "vfp", "does not accept the").await;
    let settled = ["held", "settled", &saved, "--note", "a test person"];
    house.command(&settled).await.went_well().says("1 would be taken for settled: Ann Able");
    house.command(&[&settled[..], &["--yes"]].concat()).await.went_well();
    let line = house.line_saying(&saved, "vfp", "settled it by hand: a test person.").await;
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("INFO", "nobody"), "{line}");
    house.save(&house.lead("1", ANN).with("zipcode", "V6K 1A1")).await;
    house.until("the edit went out", async || house.vfp.people().len() == 1).await;
    house.nothing_forbidden_happened();
}

/// Stops the hub, changes the description of VFP, and starts it again.
async fn described_anew(house: &mut House, from: &str, to: &str) {
    assert!(house.stop().await);
    let file = house.dir.path().join("platforms/vfp/platform.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "`{from}` is not in the description");
    std::fs::write(&file, text.replace(from, to)).unwrap();
    house.start().await;
    house.command(&["versions", "try", "vfp", "--club", KITS.name]).await.went_well();
    house.command(&["versions", "adopt", "vfp", "--anyway"]).await.went_well();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_lacks_a_setting_holds_its_people_and_a_description_without_it_lets_them_go() {
    let mut house = house().with_vfp_described(|text| text).open().await;
    let region = "settings:\n  region:\n    title: Region\n    kind: text\n    scope: client\n  base_url:\n";
    described_anew(&mut house, "settings:\n  base_url:\n", region).await;
    let saved = house.save(&house.lead("1", ANN)).await;
    let line = house.line_saying(&saved, "vfp", "needs attention").await;
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("ERROR", "operator"), "{line}");
    described_anew(&mut house, region, "settings:\n  base_url:\n").await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_sign_in_is_the_operators_turn_and_everything_goes_out_once_it_is_renewed() {
    let mut house = house().with_vfp_described(|text| text).open().await;
    let (right, wrong) = ("X-Api-Key: =settings.api_key", "X-Api-Key: wrong");
    described_anew(&mut house, right, wrong).await;
    let saved = house.save(&house.lead("1", ANN)).await;
    let line = house.line_saying(&saved, "vfp", "does not let the Connector in").await;
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("ERROR", "operator"), "{line}");
    described_anew(&mut house, wrong, right).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    assert_eq!(house.vfp.people().len(), 1);
    house.nothing_forbidden_happened();
}

/// The one group of those who are gone.
async fn gone(house: &House) -> Value {
    house
        .until("it is told as gone", async || {
            groups(house).await.iter().any(|group| text(group, "cause") == "gone at the platform")
        })
        .await;
    groups(house).await.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_gone_is_listed_and_made_again_when_the_operator_says_so() {
    let house = house().with_vfp().open().await;
    let saved = house.save(&house.lead("1", ANN)).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    house.vfp.remove_person(&house.vfp.find(KITS.vfp, ANN, "")[0].id);
    let edit = house.save(&house.lead("1", ANN).with("city", "Porto")).await;
    let group = gone(&house).await;
    assert!(text(&group, "sentence").contains("no longer exists"), "{group:#?}");
    let group = text(&group, "group");
    house.command(&["held", "settled", group, "--note", "x", "--yes"]).await.failed().says("makes it again");
    house.command(&["held", "not-there", &edit]).await.failed().says("is gone there");
    assert_eq!(calls(&house.vfp, "createGuest"), 1);
    house.command(&["held", "release", group, "--yes"]).await.went_well().says("1 sent again");
    house.line_saying(&edit, "vfp", "Arrived").await;
    let there = house.vfp.find(KITS.vfp, ANN, "");
    assert_eq!(there.iter().filter(|one| !one.gone).count(), 1, "{there:#?}");
    assert_eq!(calls(&house.vfp, "createGuest"), 2);
    assert!(groups(&house).await.is_empty());
    house.save(&house.lead("1", ANN).with("city", "Faro")).await;
    let faro = async || house.vfp.find(KITS.vfp, ANN, "").iter().any(|one| one.get("city") == "Faro");
    house.until("the next edit is written into it", faro).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_that_was_given_by_hand_is_put_right_by_hand() {
    let house = house().with_i4().hurried().open().await;
    house.i4.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    let saved = house.save(&house.lead("1", ANN)).await;
    house.line_saying(&saved, "jonas-i4", "cannot ask").await;
    house.command(&["held", "is", &saved, "99999999", "--yes"]).await.went_well();
    let edit = house.save(&house.lead("1", ANN).with("city", "Porto")).await;
    let group = gone(&house).await;
    let number = house.i4.find(KITS.i4, ANN, "")[0].id.clone();
    house
        .command(&["held", "is", text(&group, "group"), &number, "--yes"])
        .await
        .went_well()
        .says("1 decided");
    house.line_saying(&edit, "jonas-i4", "Arrived").await;
    let there = house.i4.find(KITS.i4, ANN, "");
    assert_eq!((there.len(), there[0].get("city").to_lowercase().as_str()), (1, "porto"), "{there:#?}");
    assert_eq!(calls(&house.i4, "AddProspect"), 1);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_of_which_the_platform_was_asked_says_so_and_shows_who_it_may_be() {
    let house = house().with_vfp().hurried();
    let house = house.vfp_described_with("    externalRef: =external_id\n", "");
    let house = house.vfp_described_with("        externalRef: =search.external_id\n", "");
    let house =
        house.vfp_described_with("[external_id, email, mobile, name]", "[email, mobile, name]").open().await;
    house.vfp.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    let saved = house.save(&house.lead("1", ANN)).await;
    house.until("it was stored", async || !house.vfp.find(KITS.vfp, ANN, "").is_empty()).await;
    let fields = [("first_name", ANN.0), ("last_name", ANN.1), ("email", "ann.able@example.org")];
    let other = house.vfp.add_person(KITS.vfp, simulator::Kind::Prospect, &fields);
    house.line_saying(&saved, "vfp", "It was asked, and has several records that could be").await;
    house.command(&["held", "show", &saved]).await.went_well().says(&other).says("may be one of these");
    assert_eq!(calls(&house.vfp, "createGuest"), 1);
}
