//! Calls of several steps, from end to end: what a step stored is neither lost nor stored twice.

use std::time::Duration;

use simulator::{Faults, Refuse};

use crate::house::log::text;
use crate::house::{House, KITS, calls, house};

/// VFP takes a guest first and the city apart, in two calls.
fn in_two_steps(vfp: String) -> String {
    let (before, rest) = vfp.split_once("  create_prospect:\n").unwrap();
    let (_, after) = rest.split_once("  create_member:\n").unwrap();
    let steps = "  create_prospect:
    repeat: unsafe
    steps:
      - name: make
        repeat: unsafe
        request:
          method: POST
          path: /guests
          json: {guest: {firstName: =person.first_name, lastName: =person.last_name, externalRef: =external_id, guestType: PROSPECT}}
        answer: {success: =status == 201, id: =headers.location | tail}
      - name: rest
        request: {method: PUT, path: '/guests/{{ steps.make.id }}', json: {guest: =parts.guest}}
        answer: {success: =answer.success == true}
";
    format!("{before}{steps}  create_member:\n{after}")
}

fn cities(house: &House) -> Vec<String> {
    house.vfp.find(KITS.vfp, ("Ann", "Able"), "").iter().map(|guest| guest.get("city").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_steps_of_a_create_are_made_and_paid() {
    let paying = |vfp: String| {
        let rates = "\nrates: [{calls: 5, per: day, for: [create_prospect]}]\n\nhosts:";
        in_two_steps(vfp).replace("\nhosts:", rates)
    };
    let house = house().with_i4().with_vfp_described(paying).open().await;
    for number in ["1", "2", "3", "4"] {
        house.save(&house.lead(number, ("Ann", &format!("Able{number}"))).with("city", "Vancouver")).await;
    }
    let whole = || house.vfp.people().iter().filter(|guest| guest.get("city") == "Vancouver").count();
    house.until("two are there", async || whole() == 2).await;
    house.until("all four are at I4", async || house.i4.people().len() == 4).await;
    assert_eq!(house.vfp.people().len(), 2, "one of five calls is left, and a third person takes two");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_whose_second_step_is_refused_leaves_one_record_and_the_rest_follows_as_an_update() {
    let house = house().with_vfp_described(in_two_steps).open().await;
    let refuse = Refuse {
        field: "city".to_owned(),
        contains: "Nowhere".to_owned(),
        message: "no such city".to_owned(),
    };
    house.vfp.set_faults(Faults { refuse: Some(refuse), ..Faults::default() });
    let saved = house.save(&house.lead("1", ("Ann", "Able")).with("city", "Nowhere")).await;
    let line = house.line_saying(&saved, "vfp", "does not accept").await;
    assert_eq!(text(&line, "type"), "ERROR", "{line:#}");
    assert!(line["attempts"].to_string().contains("no such city"), "{line:#}");
    assert_eq!(cities(&house), [""], "the record is there, without its city");
    house.save(&house.lead("1", ("Ann", "Able")).with("city", "Vancouver")).await;
    house.until("the city followed", async || cities(&house) == ["Vancouver"]).await;
    assert_eq!(calls(&house.vfp, "createGuest"), 1, "nobody was made twice");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_whose_first_step_is_not_answered_leaves_one_record_and_the_rest_follows() {
    let house = house().hurried().with_vfp_described(in_two_steps).open().await;
    house.vfp.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    house.save(&house.lead("1", ("Ann", "Able")).with("city", "Vancouver")).await;
    let whole = async || cities(&house) == ["Vancouver"];
    house.within(Duration::from_mins(1), "VFP was asked, and got the rest", whole).await;
    assert_eq!(calls(&house.vfp, "createGuest"), 1, "nobody was made twice");
    house.nothing_forbidden_happened();
}
