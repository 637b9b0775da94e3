//! Several clients on one hub, and tokens that reach some of them only: each sees its own and nothing else.

use std::time::Duration;

use crate::house::log::text;
use crate::house::{CLIENT, HARBOUR, KITS, OTHER_CLIENT, PORTO, house};
use serde_json::Value;
use simulator::Faults;
use simulator::sender::Sender;

const ANN: (&str, &str) = ("Ann", "Able");

/// Whether a save of this voice is taken; a refusal must be `FORBIDDEN`.
async fn reaches(voice: &Sender, record: &str) -> bool {
    let answer = voice.save_user(&voice.user(record, ANN, "PROSPECT")).await.unwrap();
    match answer.refused() {
        None => true,
        Some(refused) => {
            assert_eq!((refused.status, refused.reason.as_str()), (403, "FORBIDDEN"), "{refused:?}");
            false
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_limited_to_a_client_or_to_clubs_reaches_no_other() {
    let house = house().with_vfp().open().await;
    let (harbour, _) = house.turn_up_another_client().await;
    let porto = house.intouch.at_club(PORTO.intouch);
    let speak = |voice: &Sender, token: &str| {
        let mut voice = voice.clone();
        token.clone_into(&mut voice.token);
        voice
    };
    let token = async |limits: &[&str]| {
        let told = house.command(&[&["token", "create", "INTOUCH"], limits].concat()).await.went_well();
        told.out.trim().to_owned()
    };
    let of_client = token(&["--client", CLIENT]).await;
    let of_club = token(&["--client", CLIENT, "--club", KITS.name, "--label", "front desk"]).await;
    let unlimited = token(&[]).await;
    for (token, kits_porto_harbour) in
        [(&of_client, [true, true, false]), (&of_club, [true, false, false]), (&unlimited, [true; 3])]
    {
        for (voice, reached) in [&house.intouch, &porto, &harbour].into_iter().zip(kits_porto_harbour) {
            assert_eq!(reaches(&speak(voice, token), "1").await, reached, "{voice:?}");
        }
    }
    let elsewhere = speak(&porto, &of_club);
    assert_eq!(
        elsewhere.fetch_user("1").await.unwrap().refused().unwrap().status,
        403,
        "nor is anything read"
    );
    assert_eq!(elsewhere.list_staff().await.unwrap().refused().unwrap().status, 403);
    assert!(speak(&house.intouch, &of_club).fetch_user("1").await.unwrap().refused().is_none());

    let list: Value =
        serde_json::from_str(&house.command(&["token", "list", "--json"]).await.went_well().out).unwrap();
    let desk = list.as_array().unwrap().iter().find(|token| token["label"] == "front desk").unwrap();
    assert_eq!((text(desk, "client"), &desk["clubs"]), (CLIENT, &serde_json::json!([KITS.name])));
    let create = ["token", "create", "INTOUCH"];
    let wrong: [(&[&str], &str); 3] = [
        (&["--client", "Saltwater Fitnes"], "did you mean `Saltwater Fitness`?"),
        (&["--club", KITS.name], "Harbour Gyms/Kits Beach"),
        (&["--client", OTHER_CLIENT, "--club", PORTO.name], "a club of another client"),
    ];
    for (limits, says) in wrong {
        house.command(&[&create, limits].concat()).await.failed().says(says);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clients_with_the_same_numbers_and_names_see_only_their_own() {
    let house = house()
        .with_vfp()
        .with_vfp_staff("V-77", ("Olga", "Owner"), "olga@club.example")
        .with_intouch_receiving()
        .open()
        .await;
    let (intouch, vfp) = house.turn_up_another_client().await;
    house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    let with_mobile = |voice: &Sender, mobile: &str| {
        voice
            .user("1", ANN, "PROSPECT")
            .with("email", "ann@example.org")
            .with("mobile", mobile)
            .with("ownerID", "st-1")
    };
    let ours = house.save(&with_mobile(&house.intouch, "604 555 0101")).await;
    let theirs = house.save_as(&intouch, &with_mobile(&intouch, "604 555 0199")).await;
    let at = |club: &str| house.vfp.find(club, ANN, "");
    house.until("each has an Ann", async || at(KITS.vfp).len() == 1 && at(HARBOUR.vfp).len() == 1).await;
    let (kits, harbour) = (at(KITS.vfp).remove(0), at(HARBOUR.vfp).remove(0));
    assert_eq!((kits.get("mobile"), harbour.get("mobile")), ("6045550101", "6045550199"));
    assert_eq!((kits.get("owner_id"), harbour.get("owner_id")), ("V-77", ""), "staff are each client's own");

    house.save_as(&vfp, &vfp.user(&harbour.id, ANN, "PROSPECT").with("city", "Nanaimo")).await;
    let fetched =
        async |voice: &Sender| format!("{:?}", voice.fetch_user("1").await.unwrap().done().unwrap());
    house.until("theirs moved", async || fetched(&intouch).await.contains("Nanaimo")).await;
    assert!(!fetched(&house.intouch).await.contains("Nanaimo"));

    let log = async |club: &str| {
        let told = house.command(&["log", "--json", "--club", club]).await.went_well();
        told.out
    };
    let (here, there) = (log("Saltwater Fitness/Kits Beach").await, log("Harbour Gyms/Kits Beach").await);
    assert!(here.contains(&ours) && !here.contains(&theirs), "{here}");
    assert!(there.contains(&theirs) && !there.contains(&ours), "{there}");
    house.command(&["log", "--club", KITS.name]).await.failed().says("Harbour Gyms/Kits Beach");
    let url = async |club: &str| {
        let told = house.command(&["logging-url", "show", "--club", club]).await.went_well();
        house.http.get(told.out.trim()).send().await.unwrap().text().await.unwrap()
    };
    let (here, there) = (url("Saltwater Fitness/Kits Beach").await, url("Harbour Gyms/Kits Beach").await);
    assert!(here.contains(&ours) && !here.contains(&theirs));
    assert!(there.contains(&theirs) && !there.contains(&ours));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_down_is_probed_once_for_all_clients_behind_it() {
    let house = house().with_vfp().open().await;
    let (intouch, _) = house.turn_up_another_client().await;
    house.vfp.set_faults(Faults { maintenance: true, ..Faults::default() });
    let asked_before = house.vfp.ledger().len();
    for n in 0..20 {
        let name = ("Ann", &*format!("Able{n}"));
        house.save(&house.lead(&format!("{n}"), name)).await;
        house.save_as(&intouch, &intouch.user(&format!("{n}"), name, "PROSPECT")).await;
    }
    let knocks = || house.vfp.ledger().split_off(asked_before);
    let lone = || {
        let times: Vec<u64> = knocks().iter().map(|call| call.at_ms).collect();
        times.windows(2).rev().take_while(|two| two[1] - two[0] > 900).count()
    };
    house.until("VFP is probed, and nobody else knocks", async || lone() >= 3).await;
    let count = knocks().len();
    assert!(count <= 14, "{count} calls to a host that is down: {:#?}", knocks());
    let told = house.command(&["status", "--json"]).await.went_well();
    let status: Value = serde_json::from_str(&told.out).unwrap();
    let closed = status["closed"].as_array().unwrap();
    assert_eq!(closed.len(), 1, "one finding for both clients: {status:#}");
    assert_eq!(closed[0]["connections"].as_array().unwrap().len(), 2, "{status:#}");
    house.command(&["status"]).await.went_well().says("does not answer").says("2 connections");

    house.vfp.clear_faults();
    let all = async || house.vfp.people().len() == 40;
    house.within(Duration::from_secs(40), "all arrived", all).await;
    house.nothing_forbidden_happened();
}
