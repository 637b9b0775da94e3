//! The hub over a PostgreSQL server instead of a file.

use std::process::Stdio;

use simulator::sender::Answer;
use tokio::process::Command;

use crate::house::{House, KITS, house, postgres};

fn in_both(house: &House, name: (&str, &str)) -> bool {
    let there = [house.i4.find(KITS.i4, name, ""), house.vfp.find(KITS.vfp, name, "")];
    assert!(there.iter().all(|found| found.len() <= 1), "there several times: {there:#?}");
    there.iter().all(|found| found.len() == 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_reaches_i4_and_vfp_and_the_hub_goes_on_after_it_was_killed() {
    let Some(database) = postgres::database() else { return };
    let mut house = house().with_i4().with_vfp().hurried().on(&database).open().await;
    let (ann, bob) = (("Ann", "Able"), ("Bob", "Best"));
    let saved = house.save(&house.lead("lead-1", ann)).await;
    house.until("Ann is in both", async || in_both(&house, ann)).await;
    house.line_saying(&saved, "jonas-i4", "Arrived").await;

    house.save(&house.lead("lead-2", bob)).await;
    house.kill().await;
    house.start().await;
    house.until("Bob is at VFP", async || house.vfp.find(KITS.vfp, bob, "").len() == 1).await;
    house.save(&house.lead("lead-1", ann).with("mobile", "604 555 0199")).await;
    let knows = |found: Vec<simulator::Person>| found.iter().any(|one| one.get("mobile").ends_with("0199"));
    house
        .until("both know the new number", async || {
            knows(house.i4.find(KITS.i4, ann, "")) && knows(house.vfp.find(KITS.vfp, ann, ""))
        })
        .await;
    assert_eq!(house.i4.find(KITS.i4, ann, "").len(), 1);
    assert!(!house.data().join("connector.db").exists(), "nothing is kept in a file");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_that_cannot_be_kept_is_refused_and_taken_once_the_server_is_back() {
    let Some(server) = postgres::own_server() else { return };
    let database = server.database();
    let house = house().with_i4().with_vfp().on(&database).open().await;
    server.kill();
    let lead = house.lead("lead-1", ("Ann", "Able"));
    let answer = house.intouch.save_user(&lead).await.unwrap();
    assert!(!matches!(answer, Answer::Done(_)), "{answer:?}");
    server.run();
    house
        .until("it is taken again", async || {
            matches!(house.intouch.save_user(&lead).await, Ok(Answer::Done(_)))
        })
        .await;
    house.until("Ann is in both", async || in_both(&house, ("Ann", "Able"))).await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_open_the_server_themselves_and_a_node_without_the_key_is_told_where_it_is() {
    let Some(database) = postgres::database() else { return };
    let mut house = house().with_i4().on(&database).open().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let other = Command::new(env!("CARGO_BIN_EXE_connector"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(elsewhere.path())
        .env("CONNECTOR_STORE", database.url())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8(other.stderr).unwrap();
    assert!(!other.status.success() && said.contains("from another node"), "{said}");

    house.save(&house.lead("lead-1", ("Ann", "Able"))).await;
    house.until("Ann is in I4", async || !house.i4.find(KITS.i4, ("Ann", "Able"), "").is_empty()).await;
    assert!(house.stop().await, "{}", house.hub_said());
    house.command(&["log", "--club", KITS.name]).await.went_well().says("Ann Able");
    house.command(&["token", "list"]).await.went_well().says("INTOUCH");
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_the_servers_own_and_what_they_forgot_is_decided_once_somebody_says_so() {
    let Some(database) = postgres::database() else { return };
    let mut house = house().with_i4().hurried().on(&database).open().await;
    house.save(&house.lead("lead-1", ("Ann", "Able"))).await;
    house.until("Ann is in I4", async || !house.i4.find(KITS.i4, ("Ann", "Able"), "").is_empty()).await;
    assert!(house.stop().await, "{}", house.hub_said());
    house.command(&["backup", "copy.db"]).await.failed().says("pg_dump");
    house.command(&["restore", "copy.db"]).await.failed().says("restore taken");
    house.command(&["restore", "taken", "2100-01-01T00:00Z"]).await.failed().says("yet to be taken");
    house.command(&["restore", "taken", "2026-11-01T00:00Z"]).await.went_well();

    house.start().await;
    house.command(&["doctor"]).await.failed().says("nobody is created there since the restore");
    house.save(&house.lead("lead-2", ("Bob", "Best"))).await;
    house
        .until("Bob waits for a decision", async || {
            house.command(&["held", "list"]).await.went_well().out.contains("not known since a restore")
        })
        .await;
    assert!(house.i4.find(KITS.i4, ("Bob", "Best"), "").is_empty());
    house.command(&["restore", "accept"]).await.went_well().says("released one person");
    house.until("Bob is in I4", async || !house.i4.find(KITS.i4, ("Bob", "Best"), "").is_empty()).await;
    house.nothing_forbidden_happened();
}
