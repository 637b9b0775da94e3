//! What a platform's own people change is read, and arrives everywhere else.

use std::time::Duration;

use serde_json::Value;
use simulator::{Faults, Kind, Simulator};

use crate::house::log::text;
use crate::house::vendor::{self, Vendor};
use crate::house::{House, KITS, calls, house};
use crate::platforms::{ABC, MINDBODY, MOSOCLUB, OPEN_SPOKE};

const SPOKE: Vendor = Vendor { receives: true, ..OPEN_SPOKE };
const DATATRAK: Vendor = Vendor {
    receives: true,
    // The simulated clubs are there; ours is in Vancouver.
    club_settings: &[("time_zone", "UTC")],
    assumed: &["update_prospect", "list_staff", "read_person", "list_changes"],
    ..ABC
};
const FILED: Vendor =
    Vendor { receives: true, assumed: &["verify", "save_prospect", "list_changes"], ..MOSOCLUB };
const SITE: Vendor = Vendor { receives: true, ..MINDBODY };
/// More than the fifty that may always come.
const MANY: usize = 60;

fn club_of(there: &Simulator) -> String {
    simulator::Config::new(there.platform()).clubs[0].id.clone()
}

/// Reads a platform's changes now; answers what the command said.
async fn read(house: &House, vendor: &Vendor) -> String {
    house.command(&["feeds", "read", vendor.name]).await.went_well().out
}

async fn feed(house: &House) -> Value {
    let told = house.command(&["feeds", "list", "--json"]).await.went_well();
    serde_json::from_str::<Value>(&told.out).unwrap()[0].clone()
}

async fn at_rest(house: &House) -> bool {
    let told = house.command(&["status", "--json"]).await.went_well();
    let status: Value = serde_json::from_str(&told.out).unwrap();
    status["due"] == 0 && status["under_way"] == 0
}

async fn lines(house: &House) -> usize {
    house.log(&[]).await.len()
}

/// A lead of InTouch is sold at the desk; a walk-in is typed in there; both are known everywhere, and nothing comes back.
async fn both_ways(vendor: Vendor) {
    let (house, there) = vendor::with_in(house().with_vfp(), &vendor).await;
    let lead = house.lead("p-1", ("Ann", "Able")).with("mobile", "+16045550101");
    let saved = house.save(&lead).await;
    house.line_saying(&saved, vendor.name, "Arrived").await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    let able = there.people().remove(0);
    assert!(read(&house, &vendor).await.contains("0 people changed, 0 new"), "what we wrote is no news");

    let before = there.ledger().len();
    assert!(there.set_kind(&able.id, Kind::Member));
    there.put_person(&able.id, &able.club, Kind::Member, &[("city", "Burnaby")]);
    there.add_person(
        &club_of(&there),
        Kind::Prospect,
        &[("first_name", "Walter"), ("last_name", "Walk"), ("email", "walter@example.org")],
    );
    assert!(read(&house, &vendor).await.contains("1 people changed, 1 new"));
    let at_vfp = |name: (&'static str, &'static str)| house.vfp.find(KITS.vfp, name, "").into_iter().next();
    house
        .until("the sale is at VFP", async || {
            let able = at_vfp(("Ann", "Able")).unwrap();
            (able.kind, able.get("city")) == (Kind::Member, "Burnaby")
        })
        .await;
    house.until("the walk-in is at VFP", async || at_vfp(("Walter", "Walk")).is_some()).await;
    assert_eq!(at_vfp(("Walter", "Walk")).unwrap().kind, Kind::Prospect);

    house.until("nothing is under way", async || at_rest(&house).await).await;
    let told = lines(&house).await;
    assert!(read(&house, &vendor).await.contains("0 people changed, 0 new"));
    assert_eq!(lines(&house).await, told, "what is read once more leaves no line");
    let ledger = there.ledger();
    let written = ledger[before..].iter().filter(|call| call.method != "GET");
    assert_eq!(written.map(|call| call.operation.clone()).collect::<Vec<_>>(), Vec::<String>::new());
    house.nothing_forbidden_happened();
    assert_eq!(there.violations(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_and_a_walk_in_of_the_open_spoke_arrive_everywhere_else() {
    both_ways(SPOKE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_and_a_walk_in_of_mindbody_arrive_everywhere_else() {
    both_ways(SITE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_at_mosoclub_arrives_with_its_next_file() {
    let (house, there) = vendor::with_in(house().with_vfp(), &FILED).await;
    let lead = house.lead("p-1", ("Ann", "Able")).with("mobile", "+16045550101");
    let saved = house.save(&lead).await;
    house.line_saying(&saved, FILED.name, "Arrived").await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    read(&house, &FILED).await;
    assert!(there.set_kind(&there.people()[0].id, Kind::Member));
    assert!(read(&house, &FILED).await.contains("0 people changed"), "the next file was not sent yet");
    there.send_file();
    assert!(read(&house, &FILED).await.contains("1 people changed, 0 new"));
    let at_vfp = || house.vfp.find(KITS.vfp, ("Ann", "Able"), "");
    house.until("the sale is at VFP", async || at_vfp()[0].kind == Kind::Member).await;
    assert_eq!(there.violations(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_at_abc_makes_a_member_of_the_prospect_although_both_are_numbered_apart() {
    let (house, there) = vendor::with_in(house().with_vfp(), &DATATRAK).await;
    let lead = house.lead("p-1", ("Ann", "Able")).with("mobile", "+16045550101");
    let saved = house.save(&lead).await;
    house.line_saying(&saved, DATATRAK.name, "Arrived").await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    assert!(read(&house, &DATATRAK).await.contains("0 records"), "prospects are no members");
    assert!(there.set_kind(&there.people()[0].id, Kind::Member));
    assert!(read(&house, &DATATRAK).await.contains("1 records; 1 people changed, 0 new"));
    let at_vfp = || house.vfp.find(KITS.vfp, ("Ann", "Able"), "");
    house.until("the sale is at VFP", async || at_vfp()[0].kind == Kind::Member).await;
    assert_eq!(at_vfp().len(), 1);
    assert!(read(&house, &DATATRAK).await.contains("1 records; 0 people changed, 0 new"));
    house.save(&lead.with("city", "Burnaby")).await;
    house.until("the change is at VFP", async || at_vfp()[0].get("city") == "Burnaby").await;
    house.nothing_forbidden_happened();
    assert_eq!(there.violations(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_changes_at_once_wait_for_a_decision_and_then_come_in_once() {
    let (house, there) = vendor::with_in(house().with_vfp(), &SPOKE).await;
    let club = club_of(&there);
    for number in 0..MANY {
        there.add_person(
            &club,
            Kind::Member,
            &[("first_name", "Ann"), ("last_name", &format!("Many{number}"))],
        );
    }
    house
        .command(&["feeds", "read", SPOKE.name])
        .await
        .failed()
        .says("60 new: so many are taken in only once you decide it");
    assert_eq!(house.vfp.people().len(), 0);
    assert_eq!(feed(&house).await["state"], "waits for a decision");
    house.command(&["doctor"]).await.failed().says("wait for a decision");
    let line = house.log(&[]).await.remove(0);
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("WARNING", "operator"), "{line:#}");

    house.command(&["feeds", "apply", SPOKE.name]).await.went_well().says("60 new");
    house.until("all came in", async || house.vfp.people().len() == MANY).await;
    assert_eq!(feed(&house).await["state"], "well");
    house.command(&["feeds", "apply", SPOKE.name]).await.went_well().says("nothing waits for a decision");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_numbers_all_its_people_anew_doubles_nobody_unasked() {
    let (house, there) = vendor::with_in(house().with_vfp(), &SPOKE).await;
    let club = club_of(&there);
    let everybody = || {
        for number in 0..MANY {
            let (name, email) = (format!("Many{number}"), format!("ann{number}@example.org"));
            there.add_person(
                &club,
                Kind::Member,
                &[("first_name", "Ann"), ("last_name", &name), ("email", &email)],
            );
        }
    };
    everybody();
    house.command(&["feeds", "read", SPOKE.name]).await.failed();
    house.command(&["feeds", "apply", SPOKE.name]).await.went_well();
    house.until("all came in", async || house.vfp.people().len() == MANY).await;
    everybody();
    house.command(&["feeds", "read", SPOKE.name]).await.failed().says("0 people changed, 60 new");
    assert_eq!(house.vfp.people().len(), MANY);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_discarded_stays_out_and_what_is_changed_afterwards_comes_in() {
    let (house, there) = vendor::with_in(house().with_vfp(), &SPOKE).await;
    let club = club_of(&there);
    for number in 0..MANY {
        there.add_person(
            &club,
            Kind::Member,
            &[("first_name", "Ann"), ("last_name", &format!("Many{number}"))],
        );
    }
    house.command(&["feeds", "read", SPOKE.name]).await.failed();
    house.command(&["feeds", "discard", SPOKE.name]).await.went_well().says("left out");
    there.add_person(&club, Kind::Member, &[("first_name", "Late"), ("last_name", "Comer")]);
    house
        .until("the one is read", async || {
            read(&house, &SPOKE).await;
            house.vfp.people().len() == 1
        })
        .await;
    assert_eq!(house.vfp.people()[0].get("last_name"), "Comer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_that_is_broken_off_by_a_kill_is_made_again_and_doubles_nobody() {
    let (mut house, there) = vendor::with_in(house().with_vfp().hurried(), &SPOKE).await;
    let club = club_of(&there);
    for number in 0..40 {
        there.add_person(
            &club,
            Kind::Member,
            &[("first_name", "Ann"), ("last_name", &format!("Many{number}"))],
        );
    }
    let hub = house.hub_id();
    let reading = house.command(&["feeds", "read", SPOKE.name]);
    let (_, ()) = tokio::join!(reading, async {
        house.until("some came in", async || !house.vfp.people().is_empty()).await;
        House::kill_by_id(hub).await;
    });
    house.kill().await;
    house.start().await;
    read(&house, &SPOKE).await;
    // Who was under way when the hub was killed is asked for once the call can no longer arrive late.
    house.within(Duration::from_mins(1), "all are at VFP", async || house.vfp.people().len() == 40).await;
    assert_eq!(house.vfp.violations(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_does_not_answer_is_told_of_once_and_what_was_changed_meanwhile_comes_in_later() {
    let (house, there) = vendor::with_in(house().with_vfp(), &SPOKE).await;
    there.set_faults(Faults { down: true, ..Faults::default() });
    there.add_person(&club_of(&there), Kind::Member, &[("first_name", "Ann"), ("last_name", "Able")]);
    for _ in 0..5 {
        house.command(&["feeds", "read", SPOKE.name]).await.failed().says("not read");
    }
    assert_eq!(feed(&house).await["state"], "failing");
    there.clear_faults();
    house
        .until("it is read", async || {
            house.command(&["feeds", "read", SPOKE.name]).await;
            house.vfp.people().len() == 1
        })
        .await;
    let said = |what: &'static str| async move {
        let log = house.log(&[]).await;
        log.iter().filter(|line| text(line, "summary").contains(what)).count()
    };
    assert_eq!(said("cannot be read").await, 1);
    assert!(calls(&there, "listChanges") > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_whose_answer_was_lost_is_found_by_the_reading_and_not_made_twice() {
    let (house, there) = vendor::with_in(house().with_vfp(), &SITE).await;
    there.set_faults(Faults { drop_after_store: 1, visible_after_ms: 0, ..Faults::default() });
    let saved = house.save(&house.lead("p-1", ("Ann", "Able")).with("mobile", "+16045550101")).await;
    house.until("it was stored", async || there.people().len() == 1).await;
    assert!(read(&house, &SITE).await.contains("1 records; 0 people changed, 0 new"));
    house.line_saying(&saved, SITE.name, "Arrived").await;
    house.until("all is told", async || at_rest(&house).await).await;
    assert_eq!((there.people().len(), house.vfp.people().len()), (1, 1));
    house
        .save(&house.lead("p-1", ("Ann", "Able")).with("mobile", "+16045550101").with("city", "Burnaby"))
        .await;
    house.until("a change arrives", async || there.people()[0].get("city") == "Burnaby").await;
    assert_eq!(there.violations(), []);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_made_here_after_a_reading_began_is_not_undone_by_what_it_read() {
    let (house, there) = vendor::with_in(house().with_vfp(), &SPOKE).await;
    let lead = house.lead("p-1", ("Ann", "Able")).with("city", "Vancouver");
    let saved = house.save(&lead).await;
    house.line_saying(&saved, SPOKE.name, "Arrived").await;
    there.set_faults(Faults { answer_delay_ms: 1_500, ..Faults::default() });
    let begun = calls(&there, "listChanges");
    let (told, ()) = tokio::join!(read(&house, &SPOKE), async {
        house.until("the reading is under way", async || calls(&there, "listChanges") > begun).await;
        house.save(&lead.with("city", "Burnaby")).await;
    });
    assert!(told.contains("0 people changed"), "{told}");
    there.clear_faults();
    house.until("the edit is there", async || there.people()[0].get("city") == "Burnaby").await;
    read(&house, &SPOKE).await;
    house.until("nothing is under way", async || at_rest(&house).await).await;
    assert_eq!(there.people()[0].get("city"), "Burnaby");
    assert_eq!(house.vfp.find(KITS.vfp, ("Ann", "Able"), "")[0].get("city"), "Burnaby");
    assert_eq!(there.violations(), []);
}
