//! Budgets: a call beyond what the vendor allows is not made, and who waits for room is treated fairly.

use serde_json::json;

use crate::house::{HARBOUR, House, KITS, Plans, house};

/// A house whose VFP allows so much.
fn allowing(rates: &str) -> Plans {
    house().with_vfp().vfp_described_with("\nhosts:", &format!("\nrates: [{rates}]\n\nhosts:"))
}

async fn save_many(house: &House, count: usize) {
    for n in 0..count {
        house.save(&house.lead(&n.to_string(), ("Ann", &format!("Able{n}")))).await;
    }
}

fn arrived(house: &House) -> usize {
    let created = |call: &simulator::Call| call.operation == "AddGuest" || call.stored.is_some();
    house.vfp.ledger().iter().filter(|call| created(call)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_beyond_the_budget_is_not_made_after_a_restart_either() {
    let mut house = allowing("{calls: 12, per: day}, {calls: 9, per: second}").with_i4().open().await;
    save_many(&house, 20).await;
    let at_i4 = |house: &House, name| house.i4.find(KITS.i4, ("Ann", name), "").len() == 1;
    house.until("Jonas I4 has all", async || at_i4(&house, "Able19")).await;
    let before = house.vfp.ledger().len();
    assert!((1..=12).contains(&before), "{before} calls");
    house.kill().await;
    house.start().await;
    house.save(&house.lead("new", ("Ann", "Newly"))).await;
    house.until("Jonas I4 has another", async || at_i4(&house, "Newly")).await;
    assert!(house.vfp.ledger().len() <= 12, "{} calls", house.vfp.ledger().len());
    assert!(house.vfp.find(KITS.vfp, ("Ann", "Newly"), "").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_costs_more_takes_more_of_the_budget() {
    let house = allowing("{calls: 14, per: day, for: [create_prospect], cost: {create_prospect: 4}}")
        .with_i4()
        .open()
        .await;
    save_many(&house, 9).await;
    let all = async || !house.i4.find(KITS.i4, ("Ann", "Able8"), "").is_empty();
    house.until("Jonas I4 has all", all).await;
    house.until("VFP has as many as may be", async || arrived(&house) == 3).await;
    let told = house.command(&["status", "--json"]).await.went_well();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&told.out).unwrap()["due"], 6, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_club_with_many_leads_does_not_starve_another_on_the_same_key() {
    let house = allowing("{calls: 20, per: second}").open().await;
    let (harbour, _) = house.turn_up_another_client().await;
    save_many(&house, 30).await;
    house.save_as(&harbour, &harbour.user("1", ("Bea", "Best"), "PROSPECT")).await;
    let there = || house.vfp.find(HARBOUR.vfp, ("Bea", "Best"), "").len() == 1;
    house.until("the one of the other club arrives", async || there()).await;
    let done = arrived(&house);
    assert!(done < 25, "{done} had arrived before");
    house.until("all arrive", async || arrived(&house) >= 31).await;
    let times: Vec<u64> = house.vfp.ledger().iter().map(|call| call.at_ms).collect();
    let most =
        times.iter().map(|begin| times.iter().filter(|at| (*begin..begin + 900).contains(at)).count()).max();
    assert!(most <= Some(20), "{most:?} calls in less than a second");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_change_goes_before_a_first_load() {
    let house = allowing("{calls: 20, per: second}").open().await;
    let mut file = house.turn_up_file();
    file["connections"][1]["live"] = json!(false);
    house.turn_up(&file).await.went_well();
    save_many(&house, 30).await;
    file["connections"][1]["live"] = json!(true);
    file["connections"][1]["agreement"]["existing_people"] = json!("all");
    house.turn_up(&file).await.went_well();
    house.save(&house.lead("new", ("Ann", "Newly"))).await;
    let there = || house.vfp.find(KITS.vfp, ("Ann", "Newly"), "").len() == 1;
    house.until("the live change arrives", async || there()).await;
    let done = arrived(&house);
    assert!(done < 25, "{done} had been loaded before");
    house.until("all are loaded", async || arrived(&house) >= 31).await;
}
