//! Several nodes on one database: any of them takes records in, one of them leads each platform's lane.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use simulator::sender::{Answer, Sender};
use simulator::{Faults, Person};

use crate::crash::in_doubt;
use crate::house::nodes::Node;
use crate::house::{CLIENT_ID, House, KITS, house, postgres};

/// Longer than a node is believed to be alive without a beat.
const GIVEN_UP: Duration = Duration::from_secs(9);

async fn status(house: &House) -> Value {
    serde_json::from_str(&house.command(&["status", "--json"]).await.went_well().out).unwrap()
}

/// How many lanes each node leads, by its address.
async fn led(house: &House) -> BTreeMap<String, u64> {
    let status = status(house).await;
    let nodes = status["nodes"].as_array().unwrap();
    let of = |node: &Value| {
        let name = node["name"].as_str().unwrap();
        (name.rsplit(' ').next().unwrap().to_owned(), node["lanes"].as_u64().unwrap())
    };
    nodes.iter().map(of).collect()
}

/// Waits until so many nodes lead all platforms' lanes among them.
async fn until_all_lead(house: &House, nodes: usize) {
    let lanes = u64::from(house.plans.i4) + u64::from(house.plans.vfp);
    house
        .until("every lane is led", async || {
            let led = led(house).await;
            led.len() == nodes && led.values().sum::<u64>() == lanes
        })
        .await;
}

/// Starts further nodes until one of them leads a lane; that one comes last.
async fn nodes_until_one_leads(house: &House) -> Vec<Node> {
    let mut nodes = Vec::new();
    loop {
        let node = house.further_node(&format!("node-{}", nodes.len())).await;
        nodes.push(node);
        until_all_lead(house, nodes.len() + 1).await;
        let led = led(house).await;
        if let Some(leads) = nodes.iter().position(|node| led[&node.name()] > 0) {
            let leader = nodes.remove(leads);
            nodes.push(leader);
            return nodes;
        }
    }
}

fn name(nth: usize) -> (&'static str, String) {
    ("Ann", format!("Able{nth}"))
}

/// Saves a lead by a voice, until somebody takes it: what is not acknowledged is sent again, as senders do.
async fn save(house: &House, voice: &Sender, nth: usize, city: &str) -> bool {
    let (first, last) = name(nth);
    let lead = house.lead(&format!("lead-{nth}"), (first, &last)).with("city", city);
    matches!(voice.save_user(&lead).await, Ok(Answer::Done(_)))
}

fn there(people: &[Person], nth: usize, city: &str) -> bool {
    let last = name(nth).1.to_lowercase();
    let mut found = people.iter().filter(|person| person.get("last_name").to_lowercase() == last);
    let is = found.next().is_some_and(|person| person.get("city").to_lowercase() == city);
    assert!(found.next().is_none(), "{last} is there twice");
    is
}

/// Whether so many leads are in both platforms as they were last; at I4, which cannot be asked, somebody whose call was cut
/// off may wait for the club's word instead.
async fn all_there(house: &House, leads: usize, city: &str) -> bool {
    let (i4, vfp) = (house.i4.people(), house.vfp.people());
    let held = in_doubt(house).await;
    (0..leads).all(|nth| there(&vfp, nth, city) && (there(&i4, nth, city) || held.contains(&name(nth).1)))
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_a_record_in_it_arrives_at_once_and_once() {
    let Some(database) = postgres::database() else { return };
    let house = house().with_i4().with_vfp().on(&database).open().await;
    let nodes = nodes_until_one_leads(&house).await;
    let voices: Vec<&Sender> =
        nodes.iter().map(|node| &node.intouch).chain(std::iter::once(&house.intouch)).collect();
    for nth in 0..30 {
        assert!(save(&house, voices[nth % voices.len()], nth, "one").await);
    }
    for nth in 0..30 {
        assert!(save(&house, voices[(nth + 1) % voices.len()], nth, "two").await);
    }
    house
        .until("everybody is in both, as they were last", async || {
            let (i4, vfp) = (house.i4.people(), house.vfp.people());
            (0..30).all(|nth| there(&i4, nth, "two") && there(&vfp, nth, "two"))
        })
        .await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_is_told_the_others_know() {
    let Some(database) = postgres::database() else { return };
    let house = house().with_i4().with_vfp().on(&database).open().await;
    let node = house.further_node("other").await;
    until_all_lead(&house, 2).await;
    house.save_source("walk-in", "Walk-in").await;
    let lead = house.lead("lead-1", ("Ann", "Able")).with("leadSourceID", "walk-in");
    assert!(matches!(node.intouch.save_user(&lead).await, Ok(Answer::Done(_))));
    house
        .until("Ann is in VFP with her lead source", async || {
            house
                .vfp
                .find(KITS.vfp, ("Ann", "Able"), "")
                .iter()
                .any(|ann| !ann.get("lead_source_id").is_empty())
        })
        .await;
    let token = house.token("INTOUCH").await;
    let url = format!("http://{}", node.name());
    let voice = Sender::new(&url, "INTOUCH", (CLIENT_ID, KITS.intouch), &token).unwrap();
    let bob = house.lead("lead-2", ("Bob", "Best"));
    house
        .until("the new token is known at the other node", async || {
            matches!(voice.save_user(&bob).await, Ok(Answer::Done(_)))
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lanes_of_a_node_that_is_killed_are_led_by_others_within_seconds() {
    let Some(database) = postgres::database() else { return };
    let house = house().with_i4().with_vfp().hurried().on(&database).open().await;
    let mut nodes = nodes_until_one_leads(&house).await;
    house.vfp.set_faults(Faults { answer_delay_ms: 300, ..Faults::default() });
    for nth in 0..20 {
        assert!(save(&house, &house.intouch, nth, "one").await);
    }
    let rest = nodes.len();
    nodes.pop().unwrap().kill().await;
    house.vfp.clear_faults();
    for nth in 20..30 {
        assert!(save(&house, &house.intouch, nth, "one").await);
    }
    until_all_lead(&house, rest).await;
    house.until("everybody is in both", async || all_there(&house, 30, "one").await).await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_was_frozen_sends_nothing_old_when_it_wakes() {
    let Some(database) = postgres::database() else { return };
    let house = house().with_i4().with_vfp().hurried().on(&database).open().await;
    let mut nodes = nodes_until_one_leads(&house).await;
    let leader = nodes.pop().unwrap();
    for nth in 0..20 {
        assert!(save(&house, &house.intouch, nth, "one").await);
    }
    leader.freeze().await;
    for nth in 0..20 {
        assert!(save(&house, &house.intouch, nth, "two").await);
    }
    house
        .within(GIVEN_UP * 3, "the others send what holds", async || all_there(&house, 20, "two").await)
        .await;
    leader.wake().await;
    house
        .until("it begins anew", async || {
            led(&house).await.get(&leader.name()).is_some_and(|lanes| *lanes > 0)
        })
        .await;
    for nth in 0..20 {
        assert!(save(&house, &leader.intouch, nth, "three").await);
    }
    house.until("what came last holds", async || all_there(&house, 20, "three").await).await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_are_replaced_one_by_one_while_records_come_in_and_none_is_refused() {
    let Some(database) = postgres::database() else { return };
    let mut house = house().with_i4().with_vfp().on(&database).open().await;
    let mut nth = 0;
    let mut node = house.further_node("first").await;
    for round in 0..3 {
        until_all_lead(&house, 2).await;
        let next = house.further_node(&format!("next-{round}")).await;
        let old = std::mem::replace(&mut node, next);
        let stopping = tokio::spawn(old.stop());
        while !stopping.is_finished() {
            assert!(save(&house, &node.intouch, nth, "one").await, "a record was refused");
            nth += 1;
        }
        assert!(stopping.await.unwrap(), "it ends well");
    }
    assert!(house.stop().await);
    house.start().await;
    house.until("everybody is in both", async || all_there(&house, nth, "one").await).await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_go_on_after_their_database_was_away() {
    let Some(server) = postgres::own_server() else { return };
    let database = server.database();
    let house = house().with_i4().with_vfp().hurried().on(&database).open().await;
    let node = house.further_node("other").await;
    until_all_lead(&house, 2).await;
    assert!(save(&house, &node.intouch, 0, "one").await);
    server.kill();
    assert!(!save(&house, &node.intouch, 1, "one").await, "nothing is taken that cannot be kept");
    tokio::time::sleep(GIVEN_UP).await;
    server.run();
    for nth in 1..10 {
        house.until("it is taken again", async || save(&house, &node.intouch, nth, "one").await).await;
    }
    until_all_lead(&house, 2).await;
    house.until("everybody is in both", async || all_there(&house, 10, "one").await).await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_is_linked_by_hand_at_a_node_reaches_everybody_whose_lane_another_leads() {
    const LEADS: usize = 30;
    let Some(database) = postgres::database() else { return };
    let house = house()
        .with_vfp()
        .with_vfp_staff("V-77", ("Olga", "Owner"), "olga@vfp.example")
        .with_vfp_staff("V-78", ("Per", "Trainer"), "per@vfp.example")
        .on(&database)
        .open()
        .await;
    let _nodes = nodes_until_one_leads(&house).await;
    house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    for nth in 0..LEADS {
        let lead = house.lead(&format!("lead-{nth}"), ("Ann", &name(nth).1)).with("ownerID", "st-1");
        house.save(&lead).await;
    }
    house.until("all arrived", async || house.vfp.people().len() == LEADS).await;
    for number in ["V-77", "V-78", "V-77", "V-78"] {
        let there = format!("vfp:{number}");
        let link = ["directory", "link", "staff", "intouch:st-1", &there, "--club", KITS.name];
        house.command(&link).await.went_well();
        let owned = || house.vfp.people().iter().filter(|one| one.get("owner_id") == number).count();
        house.until("all have the owner", async || owned() == LEADS).await;
    }
}
