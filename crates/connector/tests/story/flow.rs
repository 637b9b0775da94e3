//! How people flow: from InTouch to Jonas I4 and VFP, and from VFP to both.

use crate::house::log::text;
use crate::house::{House, KITS, calls, house};
use simulator::{Faults, Kind, Person};

/// The one record of somebody at a platform's club.
fn only(found: Vec<Person>) -> Option<Person> {
    assert!(found.len() <= 1, "there several times: {found:#?}");
    found.into_iter().next()
}

fn at_i4(house: &House, name: (&str, &str)) -> Option<Person> {
    only(house.i4.find(KITS.i4, name, ""))
}

fn at_vfp(house: &House, name: (&str, &str)) -> Option<Person> {
    only(house.vfp.find(KITS.vfp, name, ""))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_of_intouch_appears_in_i4_and_vfp_with_its_changes_and_never_back_in_intouch() {
    let house = house().with_i4().with_vfp().with_intouch_receiving().open().await;
    let ann = ("Ann", "Able");
    let saved = house.save(&house.lead("lead-1", ann).with("mobile", "604 555 0101")).await;
    house
        .until("Ann is in both", async || at_i4(&house, ann).is_some() && at_vfp(&house, ann).is_some())
        .await;
    let there = at_i4(&house, ann).unwrap();
    assert_eq!((there.kind, there.get("email")), (Kind::Prospect, "ann.able@example.org"));
    assert_eq!(at_vfp(&house, ann).unwrap().get("mobile"), "6045550101", "VFP keeps digits alone");
    assert!(house.i4.ledger().iter().any(|call| call.operation == "AddProspect" && call.club == KITS.i4));
    let line = house.line_saying(&saved, "jonas-i4", "Arrived").await;
    assert_eq!((text(&line, "type"), text(&line, "record")), ("INFO", there.id.as_str()));

    house.save(&house.lead("lead-1", ann).with("mobile", "604 555 0199")).await;
    let new = |person: Option<Person>| person.is_some_and(|person| person.get("mobile").ends_with("0199"));
    house
        .until("both know the new number", async || new(at_i4(&house, ann)) && new(at_vfp(&house, ann)))
        .await;
    let wrote = |call: &simulator::Call| call.method != "GET" && !call.path.contains("oauth");
    assert!(!house.intouch_there.ledger().iter().any(wrote), "{:?}", house.intouch_there.ledger());
    assert_eq!(calls(&house.i4, "AddProspect"), 1);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_never_was_a_prospect_is_not_made_in_i4_and_the_line_says_why() {
    let house = house().with_i4().with_vfp().open().await;
    let bea = ("Bea", "Best");
    let saved = house.save(&house.lead("m-1", bea).with("userType", "MEMBER")).await;
    house
        .until("Bea is in VFP", async || at_vfp(&house, bea).is_some_and(|bea| bea.kind == Kind::Member))
        .await;
    let line = house.line_saying(&saved, "jonas-i4", "never was a lead there").await;
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("INFO", "nobody"));
    assert_eq!(at_i4(&house, bea), None);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_accepted_while_i4_is_down_and_sold_before_it_is_back_arrives_in_steps() {
    let house = house().with_i4().open().await;
    house.i4.set_faults(Faults { refuse_connections_ms: Some(60_000), ..Faults::default() });
    let cy = ("Cy", "Coe");
    house.save(&house.lead("lead-2", cy)).await;
    let sold = house.save(&house.lead("lead-2", cy).with("userType", "MEMBER")).await;
    house.i4.clear_faults();
    house
        .until("Cy is a member in I4", async || at_i4(&house, cy).is_some_and(|cy| cy.kind == Kind::Member))
        .await;
    let steps: Vec<String> =
        house.i4.ledger().into_iter().map(|call| call.operation).filter(|name| name != "GetClub").collect();
    assert_eq!(steps, ["AddProspect", "UpdateCustomer"]);
    let lines = house.log(&["--platform", "jonas-i4", "Coe"]).await;
    assert!(lines.iter().all(|line| line["type"] == "INFO"), "{lines:#?}");
    assert!(lines.iter().any(|line| line["tracking"] == sold.as_str()), "{lines:#?}");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_in_vfp_makes_a_member_in_intouch_and_in_i4() {
    let house = house().with_i4().with_vfp().with_intouch_receiving().open().await;
    let dee = ("Dee", "Dunn");
    house.intouch_there.put_person(
        "lead-3",
        KITS.intouch,
        Kind::Prospect,
        &[("first_name", "Dee"), ("last_name", "Dunn")],
    );
    house.save(&house.lead("lead-3", dee)).await;
    house
        .until("Dee is in both", async || at_i4(&house, dee).is_some() && at_vfp(&house, dee).is_some())
        .await;

    let there = at_vfp(&house, dee).unwrap();
    house.vfp.set_kind(&there.id, Kind::Member);
    house.save_as(&house.vfp_voice, &house.vfp_voice.user(&there.id, dee, "MEMBER")).await;
    let member = |person: Option<Person>| person.is_some_and(|person| person.kind == Kind::Member);
    house
        .until("Dee is a member everywhere", async || {
            member(house.intouch_there.person("lead-3")) && member(at_i4(&house, dee))
        })
        .await;
    assert_eq!(calls(&house.vfp, "addMembership"), 0, "what a platform sent is never sent back to it");
    house.nothing_forbidden_happened();
}
