//! Pauses: an operator stops what goes out to a platform, everybody reads why, and nothing is lost.

use crate::house::{KITS, house};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_waits_for_the_end_of_a_pause_and_all_can_read_why() {
    let mut house = house().with_vfp().with_i4().open().await;
    let why = "VFP moves its servers until noon";
    house.command(&["pause", "vfp", "--reason", " "]).await.failed().says("say why");
    house.command(&["pause", "vpf", "--reason", why]).await.failed().says("did you mean `vfp`?");
    house.command(&["pause", "vfp", "--reason", why]).await.went_well().says("VFP is paused");
    let asked = house.vfp.ledger().len();
    let saved = async |name: &str| {
        house.save(&house.lead(name, ("Ann", name))).await;
        let there = || house.i4.find(KITS.i4, ("Ann", name), "").len() == 1;
        house.until("Jonas I4 has them", async || there()).await;
    };
    saved("Able").await;
    house.command(&["status"]).await.went_well().says("paused").says(why);
    let url = house.command(&["logging-url", "show", "--club", KITS.name]).await.went_well();
    let page = house.http.get(url.out.trim()).send().await.unwrap().text().await.unwrap();
    assert!(page.contains(&format!("whoever runs the Connector paused VFP ({why})")), "{page}");

    house.kill().await;
    house.start().await;
    house.save(&house.lead("Best", ("Ann", "Best"))).await;
    house.until("Jonas I4 has both", async || house.i4.find(KITS.i4, ("Ann", "Best"), "").len() == 1).await;
    assert_eq!(house.vfp.ledger().len(), asked, "nothing is asked there");
    house.command(&["status"]).await.went_well().says(why);

    house.command(&["resume", "vfp"]).await.went_well().says(why);
    let at_vfp = |name| house.vfp.find(KITS.vfp, ("Ann", name), "").len() == 1;
    house.until("both arrive at VFP", async || at_vfp("Able") && at_vfp("Best")).await;
    house.command(&["resume", "vfp"]).await.failed().says("VFP is not paused");
    assert!(!house.command(&["status"]).await.went_well().out.contains(why));
}
