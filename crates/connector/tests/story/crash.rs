//! Killing the hub in the middle of a load: what was acknowledged arrives, and nobody is there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::house::log::text;
use crate::house::{House, KITS, house};
use futures::future::join_all;
use simulator::sender::Answer;

const KILLS: usize = 10;
const SENDERS: usize = 6;
/// As `platforms/jonas-i4` declares.
const I4_AT_ONCE: usize = 2;

/// The newest acknowledged revision of each person.
type Acknowledged = BTreeMap<String, u32>;

fn name(id: &str) -> (&'static str, &str) {
    ("Ann", id)
}

/// One sender's stream of leads, each changed once, until the hub no longer answers.
async fn send(house: &House, round: usize, sender: usize) -> Acknowledged {
    let mut acknowledged = Acknowledged::new();
    for n in 0.. {
        let id = format!("r{round}s{sender}n{n}");
        for revision in [1, 2] {
            let lead = house.lead(&id, name(&id)).with("city", &format!("rev:{revision}"));
            match house.intouch.save_user(&lead).await {
                Ok(Answer::Done(_)) => drop(acknowledged.insert(id.clone(), revision)),
                Ok(answer) => panic!("a good lead was refused: {answer:?}"),
                Err(_) => return acknowledged,
            }
        }
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_during_a_load_lose_nothing_acknowledged_and_double_nobody() {
    let mut house = house().with_i4().with_vfp().hurried().open().await;
    let mut acknowledged = Acknowledged::new();
    for round in 0..KILLS {
        let load = join_all((0..SENDERS).map(|sender| send(&house, round, sender)));
        let pause = Duration::from_millis(120 + 45 * round as u64);
        let id = house.hub_id();
        let kill = async {
            tokio::time::sleep(pause).await;
            House::kill_by_id(id).await;
        };
        let (sent, ()) = tokio::join!(load, kill);
        acknowledged.extend(sent.into_iter().flatten());
        house.kill().await;
        house.start().await;
    }
    assert!(acknowledged.len() > 50, "a load worth killing: {}", acknowledged.len());
    let at_vfp = async || {
        let there = revisions(&house.vfp.people());
        acknowledged.iter().all(|(id, revision)| there.get(id).is_some_and(|there| there >= revision))
    };
    house.within(Duration::from_secs(75), "everything acknowledged is in VFP, as it was last", at_vfp).await;

    let mut held = BTreeSet::new();
    let settled = async || {
        held = in_doubt(&house).await;
        let there = revisions(&house.i4.people());
        acknowledged
            .iter()
            .all(|(id, revision)| held.contains(id) || there.get(id).is_some_and(|there| there >= revision))
    };
    house
        .within(Duration::from_secs(40), "everything acknowledged is in I4, or held in doubt", settled)
        .await;
    assert!(held.len() <= KILLS * I4_AT_ONCE, "more are held than were under way: {held:?}");
    let times = |there: &[simulator::Person]| {
        let mut times = BTreeMap::<String, usize>::new();
        for person in there {
            *times.entry(person.get("last_name").to_lowercase()).or_default() += 1;
        }
        times.into_iter().filter(|(_, times)| *times > 1).collect::<Vec<_>>()
    };
    assert_eq!(times(&house.vfp.people()), [], "VFP can be asked");
    assert_eq!(times(&house.i4.people()), [], "I4 cannot be asked, so nothing is made twice either");
    house.nothing_forbidden_happened();
}

/// The revision of each person there.
fn revisions(there: &[simulator::Person]) -> Acknowledged {
    let revision =
        |person: &simulator::Person| person.get("city").to_lowercase().strip_prefix("rev:")?.parse().ok();
    there
        .iter()
        .filter_map(|person| Some((person.get("last_name").to_lowercase(), revision(person)?)))
        .collect()
}

/// Who is held at I4 because nobody knows how the call ended.
pub async fn in_doubt(house: &House) -> BTreeSet<String> {
    let lines = house.log(&["--platform", "jonas-i4", "--type", "ERROR", "--needs", "club"]).await;
    let held = lines.iter().filter(|line| text(line, "sentence").contains("cannot ask"));
    held.map(|line| text(line, "name").trim_start_matches("Ann ").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_told_to_stop_finishes_what_is_under_way() {
    let mut house = house().with_i4().open().await;
    house.i4.set_faults(simulator::Faults { answer_delay_ms: 1_500, ..simulator::Faults::default() });
    let saved = house.save(&house.lead("1", ("Ann", "Able"))).await;
    house
        .until("the call is under way", async || !house.i4.find(KITS.i4, ("Ann", "Able"), "").is_empty())
        .await;
    assert!(house.stop().await, "it ends well: {}", house.hub_said());
    house.i4.clear_faults();
    house.start().await;
    house.line_saying(&saved, "jonas-i4", "Arrived").await;
    assert_eq!(crate::house::calls(&house.i4, "AddProspect"), 1);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_hub_on_the_same_data_is_refused() {
    let house = house().open().await;
    house.command(&["serve", "--listen", "127.0.0.1:0"]).await.failed().says("another hub is running");
    assert!(house.intouch.list_staff().await.unwrap().done().is_some(), "the first one is well");
    house.command(&["log"]).await.failed().says("Kits Beach");
}
