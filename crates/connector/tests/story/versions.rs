//! Versions of a description: a newer one is shown, tried at one club, adopted and taken back, and never comes by itself.

use std::fs;

use serde_json::Value;
use store::{Options, Sqlite, Store};

use crate::house::{House, KITS, PORTO, house};

/// The newer description: towns are shouted.
const SHOUTED: [(&str, &str); 2] =
    [("version: 1", "version: 2"), ("city: =person.city", "city: =person.city | upper")];
/// One in which nobody can be created or changed.
const LOST: [(&str, &str); 2] =
    [("version: 1", "version: 3"), ("base_url:\n", "base_url:\n    pattern: 'https://never.example'\n")];

async fn two_clubs() -> House {
    house().with_vfp_described(|text| text).open().await
}

/// The hub finds another description where VFP's was, and starts again.
async fn described_with(house: &mut House, changes: &[(&str, &str)]) {
    let path = house.dir.path().join("platforms/vfp/platform.yaml");
    let mut text = include_str!("../../../../platforms/vfp/platform.yaml").to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "`{old}` is not in the description");
        text = text.replacen(old, new, 1);
    }
    assert!(house.stop().await);
    fs::write(path, text).unwrap();
    house.start().await;
}

/// What VFP has for the town of somebody who was just saved at a club.
async fn town(house: &House, club: &str, id: &str, town: &str) -> String {
    let last_name = format!("Able{id}");
    let voice = house.intouch.at_club(club);
    let email = format!("{last_name}@example.org");
    let lead = voice.user(id, ("Ann", &last_name), "PROSPECT").with("email", &email).with("city", town);
    house.save_as(&voice, &lead).await;
    let there =
        || house.vfp.people().into_iter().find(|one| one.get("last_name").eq_ignore_ascii_case(&last_name));
    let same = |known: &str| known.eq_ignore_ascii_case(town);
    house.until("the town is there", async || there().is_some_and(|one| same(one.get("city")))).await;
    there().unwrap().get("city").to_owned()
}

async fn listed(house: &House) -> Value {
    let told = house.command(&["versions", "list", "--json"]).await.went_well();
    let all: Value = serde_json::from_str(&told.out).unwrap();
    all.as_array().unwrap().iter().find(|one| one["platform"] == "vfp").unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_description_goes_to_one_club_then_to_all_and_back() {
    let mut house = two_clubs().await;
    assert_eq!(town(&house, KITS.intouch, "1", "Vancouver").await, "Vancouver");
    assert_eq!(town(&house, PORTO.intouch, "2", "Porto").await, "Porto");
    assert_eq!(listed(&house).await["here"], "the same");

    described_with(&mut house, &SHOUTED).await;
    let before = listed(&house).await;
    assert!(before["runs"].as_str().unwrap().starts_with("version 1 ("), "{before:#}");
    assert!(before["here"].as_str().unwrap().starts_with("version 2 ("), "{before:#}");
    house.command(&["doctor"]).await.says("a newer description of it is here and not adopted");
    assert_eq!(town(&house, KITS.intouch, "1", "Burnaby").await, "Burnaby", "it does not come by itself");

    let writes = house.vfp.ledger().len();
    let preview = house.command(&["versions", "preview", "vfp"]).await.went_well();
    let preview =
        preview.says("of the last 2 records, sent whole, 0 are sent as before, 2 otherwise, 0 no more");
    preview.says("+ \"city\": \"BURNABY\"").says("- \"city\": \"Burnaby\"");
    assert_eq!(house.vfp.ledger().len(), writes, "a preview calls nobody");

    house.command(&["versions", "adopt", "vfp"]).await.failed().says("no club tries it yet");
    house
        .command(&["versions", "try", "vfp", "--club", PORTO.name])
        .await
        .went_well()
        .says("Porto tries version 2");
    assert_eq!(listed(&house).await["tried_by"], PORTO.name);
    assert_eq!(town(&house, PORTO.intouch, "2", "Lisbon").await, "LISBON");
    assert_eq!(town(&house, KITS.intouch, "1", "Richmond").await, "Richmond");

    house.command(&["versions", "adopt", "vfp"]).await.went_well().says("all clubs run version 2");
    assert_eq!(town(&house, KITS.intouch, "1", "Surrey").await, "SURREY");
    assert!(listed(&house).await["before"].as_str().unwrap().starts_with("version 1"));

    house.command(&["versions", "back", "vfp"]).await.went_well();
    assert_eq!(town(&house, KITS.intouch, "1", "Delta").await, "Delta");
    assert_eq!(town(&house, PORTO.intouch, "2", "Braga").await, "Braga");
    assert!(house.stop().await);
    house.start().await;
    assert_eq!(town(&house, KITS.intouch, "1", "Langley").await, "Langley", "what runs is kept");
    house.command(&["versions", "back", "vfp"]).await.failed().says("there is nothing to go back to");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_is_ended_by_going_back() {
    let mut house = two_clubs().await;
    town(&house, PORTO.intouch, "2", "Porto").await;
    described_with(&mut house, &SHOUTED).await;
    house.command(&["versions", "try", "vfp", "--club", PORTO.name]).await.went_well();
    assert_eq!(town(&house, PORTO.intouch, "2", "Lisbon").await, "LISBON");
    house.command(&["versions", "back", "vfp"]).await.went_well();
    assert_eq!(town(&house, PORTO.intouch, "2", "Braga").await, "Braga");
    assert_eq!(listed(&house).await["tried_by"], "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_description_by_which_nobody_would_go_out_any_more_is_braked() {
    let mut house = two_clubs().await;
    town(&house, PORTO.intouch, "2", "Porto").await;
    town(&house, KITS.intouch, "1", "Burnaby").await;
    described_with(&mut house, &LOST).await;
    let told = house.command(&["versions", "preview", "vfp"]).await.went_well();
    told.says("2 no more").says("cannot be used yet: Porto: `base_url`");
    house.command(&["versions", "try", "vfp", "--club", PORTO.name]).await.went_well();
    let told = house.command(&["versions", "adopt", "vfp"]).await.failed();
    told.says("2 of the last 2 records would no longer go out").says("--anyway");
    assert_eq!(town(&house, KITS.intouch, "1", "Surrey").await, "Surrey", "nothing was changed");
    house.command(&["versions", "back", "vfp"]).await.went_well();
    assert_eq!(town(&house, PORTO.intouch, "2", "Braga").await, "Braga");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_is_connected_to_is_said() {
    let house = two_clubs().await;
    house.command(&["versions", "preview", "vpf"]).await.failed().says("did you mean `vfp`?");
    house.command(&["versions", "back", "hubspot"]).await.failed().says("no connection is called `hubspot`");
    house
        .command(&["versions", "try", "vfp", "--club", PORTO.name])
        .await
        .failed()
        .says("runs the newest description already");
    house.command(&["versions", "adopt", "vfp"]).await.failed().says("runs there already");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_description_that_can_no_longer_be_read_is_said_and_another_takes_its_place() {
    let mut house = two_clubs().await;
    assert_eq!(town(&house, KITS.intouch, "1", "Burnaby").await, "Burnaby");
    described_with(&mut house, &SHOUTED).await;
    assert!(house.stop().await);
    let store = Sqlite::open(&Options::at(house.data().join("connector.db"))).unwrap();
    let before = store.setup().await.unwrap();
    let mut after = before.clone();
    let version = after.versions.iter_mut().find(|version| version.platform == "vfp").unwrap();
    version.text = version.text.replace("language: 1", "language: 99");
    assert!(store.keep_setup(before, after).await.unwrap());
    drop(store);
    house.start().await;
    house.command(&["doctor"]).await.failed().says("the description that it runs cannot be read");
    house.command(&["versions", "adopt", "vfp"]).await.failed().says("is left out");
    house.command(&["versions", "adopt", "vfp", "--anyway"]).await.went_well();
    assert_eq!(town(&house, KITS.intouch, "1", "Surrey").await, "SURREY");
}
