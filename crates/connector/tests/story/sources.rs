//! Lead sources at platforms that can do less: one that cannot create them, and one that cannot list them.

use crate::house::log::text;
use crate::house::{House, KITS, calls, house, lacking};
use simulator::{Faults, LeadSource};

const ANN: (&str, &str) = ("Ann", "Able");

/// A VFP that makes lead sources and cannot be asked for them, and an InTouch that had these from before.
async fn that_cannot_list(sources: &[(&str, &str)]) -> House {
    let house =
        house().with_vfp_described(|vfp| lacking(vfp, &["list_lead_sources"])).not_turned_up().open().await;
    for (id, name) in sources {
        let club = Some(KITS.intouch.to_owned());
        house.intouch_there.add_lead_source(LeadSource { club, ..LeadSource::new(id, name) });
    }
    house
}

fn names_at_vfp(house: &House) -> Vec<String> {
    let mut names: Vec<String> = house.vfp.lead_sources().into_iter().map(|source| source.name).collect();
    names.sort();
    names
}

fn source_of(house: &House, name: (&str, &str)) -> String {
    house.vfp.find(KITS.vfp, name, "")[0].get("lead_source_id").to_owned()
}

/// VFP as if it could be asked for one lead source, by name, and not for its list.
fn looking_up(vfp: String) -> String {
    let list = "    - list_lead_sources\n";
    let request = "  list_lead_sources:\n    request: {method: GET, path: /lead-sources}\n";
    assert!(vfp.contains(list) && vfp.contains(request));
    let by_name =
        "  find_lead_source:\n    request: {method: GET, path: /lead-sources, query: {name: =name}}\n";
    vfp.replace(list, "    - find_lead_source\n").replace(request, by_name)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_up_by_name_does_as_well_as_a_list() {
    let house = house().with_vfp_described(looking_up).open().await;
    house.vfp.add_lead_source(LeadSource::new("5", "FACEBOOK"));
    house.save_source("fb", "Facebook").await;
    house.save_source("ra", "Radio").await;
    let saved = house.save(&house.lead("1", ANN).with("leadSourceID", "fb")).await;
    assert_eq!(text(&house.line_saying(&saved, "vfp", "Arrived").await, "type"), "INFO");
    assert_eq!(source_of(&house, ANN), "5");
    house.until("what is not found is made", async || names_at_vfp(&house) == ["FACEBOOK", "Radio"]).await;
    let asked = house.vfp.ledger().into_iter().filter(|call| call.operation == "listLeadSources");
    assert!(asked.map(|call| call.path).all(|path| path.contains("name=")), "only by name");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_lead_source_cannot_be_made_leads_go_without_it_and_the_log_warns() {
    let house = house()
        .with_vfp_described(|vfp| lacking(vfp, &["create_lead_source", "update_lead_source"]))
        .open()
        .await;
    house.vfp.add_lead_source(LeadSource::new("5", "walk  IN"));
    house.save_source("wi", "Walk in").await;
    let saved = house.save_source("fb", "Facebook").await;
    let line = house.line_saying(&saved, "vfp", "people go there without it").await;
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("WARNING", "club"), "{line}");
    let saved = house.save(&house.lead("1", ANN).with("leadSourceID", "fb")).await;
    let line = house.line_saying(&saved, "vfp", "Arrived").await;
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("WARNING", "club"), "{line}");
    assert!(line["notes"].to_string().contains("VFP has none called “Facebook”"), "{line}");
    assert!(text(&line, "advice").contains("Add a lead source called “Facebook” in VFP"), "{line}");
    assert_eq!(source_of(&house, ANN), "");
    let bea = ("Bea", "Best");
    let saved = house.save(&house.lead("2", bea).with("leadSourceID", "wi")).await;
    assert_eq!(text(&house.line_saying(&saved, "vfp", "Arrived").await, "type"), "INFO");
    assert_eq!(source_of(&house, bea), "5");

    house.vfp.add_lead_source(LeadSource::new("6", "Facebook"));
    house.save_source("fb", "Facebook").await;
    house.until("it arrived by itself", async || source_of(&house, ANN) == "6").await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_promised_that_a_platform_is_asked_which_cannot_be_asked() {
    let refusing = |vfp| lacking(vfp, &["list_lead_sources"]).replace("{name: =name}", "{label: =name}");
    let house = house().with_vfp_described(refusing).open().await;
    let source = house.save_source("fb", "Facebook").await;
    let line = house.line_saying(&source, "vfp", "people go there without it").await;
    assert!(
        text(&line, "advice").ends_with("tell whoever runs the Connector the number of one there."),
        "{line}"
    );
    let saved = house.save(&house.lead("1", ANN).with("leadSourceID", "fb")).await;
    let line = house.line_saying(&saved, "vfp", "Arrived").await;
    let what_to_do = "Add a lead source called “Facebook” in VFP, and tell whoever runs the Connector its number there, who links it.";
    assert_eq!(text(&line, "advice"), what_to_do, "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_cannot_list_gets_every_lead_source_at_turn_up_and_none_twice() {
    let mut house = that_cannot_list(&[("11", "Facebook"), ("12", "Walk in"), ("13", " WALK IN")]).await;
    let file = house.turn_up_file();
    house.turn_up(&file).await.went_well();
    assert_eq!(names_at_vfp(&house), ["Facebook", "Walk in"], "two of one name are one there");
    house.intouch.token = house.token("INTOUCH").await;
    for (id, name) in [("11", "Facebook"), ("12", "Walk in"), ("14", "Radio")] {
        let saved = house.save_source(id, name).await;
        house.line_saying(&saved, "vfp", if id == "14" { "made there" } else { "same one" }).await;
    }
    let radio = house.vfp.lead_sources().into_iter().find(|source| source.name == "Radio").unwrap();
    assert!(house.stop().await);
    house.start().await;
    let saved = house.save(&house.lead("1", ANN).with("leadSourceID", "14")).await;
    let line = house.line_saying(&saved, "vfp", "Arrived").await;
    assert_eq!((text(&line, "type"), source_of(&house, ANN)), ("INFO", radio.id), "{line}");

    house.save_source("14", "Radio Beach").await;
    house.until("renamed", async || names_at_vfp(&house) == ["Facebook", "Radio Beach", "Walk in"]).await;
    house.save_source("15", "radio beach").await;
    let bea = ("Bea", "Best");
    let saved = house.save(&house.lead("2", bea).with("leadSourceID", "15")).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    assert_eq!(source_of(&house, bea), source_of(&house, ANN));
    assert_eq!((calls(&house.vfp, "createLeadSource"), calls(&house.vfp, "listLeadSources")), (3, 0));
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_source_whose_making_was_not_confirmed_is_not_made_again_and_can_be_linked_by_hand() {
    let mut house = that_cannot_list(&[]).await;
    let file = house.turn_up_file();
    house.turn_up(&file).await.went_well();
    house.intouch.token = house.token("INTOUCH").await;
    house.vfp.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    let saved = house.save_source("11", "Facebook").await;
    let what_to_do = "Look in VFP whether “Facebook” is there, and add it if it is not. Then tell whoever runs the \
                      Connector its number there, who links it: \
                      connector directory link lead-source 'intouch:Facebook' vfp:NUMBER";
    let line = house.line_saying(&saved, "vfp", "VFP did not confirm that it made it").await;
    assert_eq!((text(&line, "turn"), text(&line, "advice")), ("club", what_to_do), "{line}");
    let lead = house.save(&house.lead("1", ANN).with("leadSourceID", "11")).await;
    let line = house.line_saying(&lead, "vfp", "Arrived").await;
    assert_eq!((text(&line, "type"), source_of(&house, ANN).as_str()), ("WARNING", ""), "{line}");
    assert!(text(&line, "sentence").contains("VFP did not confirm that it made “Facebook”"), "{line}");
    assert_eq!(text(&line, "advice"), what_to_do);
    let again = house.save_source("11", "Facebook").await;
    house.line_saying(&again, "vfp", "VFP did not confirm that it made it").await;
    house.command(&["directory", "list", "--club", KITS.name]).await.went_well().says("vfp: in doubt");

    let number = house.vfp.lead_sources()[0].id.clone();
    let other = format!("vfp:{number}");
    house
        .command(&["directory", "link", "lead-source", "intouch:Facebook", &other, "--club", KITS.name])
        .await
        .went_well();
    house.until("the source arrived", async || source_of(&house, ANN) == number).await;
    assert_eq!(calls(&house.vfp, "createLeadSource"), 1);
    house.nothing_forbidden_happened();
}
