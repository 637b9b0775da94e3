//! A hub that moves from its file to a PostgreSQL server, and is the same hub there.

use std::process::Stdio;

use serde_json::Value;
use simulator::{Faults, Refuse};
use store::{Postgres, PostgresOptions};
use tokio::process::Command;

use crate::house::{House, KITS, calls, house, postgres};

const ANN: (&str, &str) = ("Ann", "Able");
const BEA: (&str, &str) = ("Bea", "Best");
const CID: (&str, &str) = ("Cid", "Cole");
const DEE: (&str, &str) = ("Dee", "Due");

/// The saves of people who arrived, are in doubt, are held and are due.
struct Saved {
    bea: String,
    dee: String,
}

impl House {
    /// Ann arrived with an owner and a lead source, I4 did not confirm Bea, VFP refused Cid, and Dee waits for both.
    async fn in_every_state(&self) -> Saved {
        self.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
        self.save_source("fb", "Facebook").await;
        let ann = self.lead("1", ANN).with("ownerID", "st-1").with("leadSourceID", "fb");
        let ann = self.save(&ann).await;
        self.line_saying(&ann, "vfp", "Arrived").await;
        self.line_saying(&ann, "jonas-i4", "Arrived").await;
        self.until("Ann is found by name", async || !self.log(&["able"]).await.is_empty()).await;
        self.i4.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
        let bea = self.save(&self.lead("2", BEA)).await;
        self.line_saying(&bea, "vfp", "Arrived").await;
        self.line_saying(&bea, "jonas-i4", "cannot ask").await;
        self.i4.clear_faults();
        let refuse = Refuse { field: "zipcode".into(), contains: "??".into(), message: "Not a code".into() };
        self.vfp.set_faults(Faults { refuse: Some(refuse), ..Faults::default() });
        let cid = self.save(&self.lead("3", CID).with("zipcode", "??")).await;
        self.line_saying(&cid, "jonas-i4", "Arrived").await;
        self.line_saying(&cid, "vfp", "does not accept the").await;
        let down = || Faults { maintenance: true, ..Faults::default() };
        self.i4.set_faults(down());
        self.vfp.set_faults(down());
        let dee = self.save(&self.lead("4", DEE)).await;
        self.line_saying(&dee, "vfp", "not").await;
        Saved { bea, dee }
    }

    async fn migrate(&self, to: &postgres::Database) -> crate::house::Told {
        let from = format!("sqlite:{}", self.data().display());
        self.command(&["store", "migrate", &from, &to.url()]).await
    }

    /// From now on it is on this database.
    fn work_on(&mut self, database: &postgres::Database) {
        self.plans.store = Some(database.url());
        self.write_configuration();
    }

    /// What the club exports, without those who are on their way.
    async fn exported(&self) -> Vec<String> {
        let told = self.command(&["logging-url", "show", "--club", KITS.name, "--json"]).await.went_well();
        let told: Value = serde_json::from_str(&told.out).unwrap();
        let csv =
            self.http.get(format!("{}/export.csv", told["url"].as_str().unwrap())).send().await.unwrap();
        let csv = csv.error_for_status().unwrap().text().await.unwrap();
        csv.lines().filter(|line| !line.contains("Dee")).map(str::to_owned).collect()
    }

    fn at_each(&self, name: (&str, &str)) -> (usize, usize) {
        (self.i4.find(KITS.i4, name, "").len(), self.vfp.find(KITS.vfp, name, "").len())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_moved_knows_everybody_sends_nothing_again_and_goes_on_with_what_was_due() {
    let Some(database) = postgres::database() else { return };
    let house = house().with_i4().with_vfp().hurried();
    let mut house = house.with_vfp_staff("V-77", ("Olga", "Owner"), "olga@club.example").open().await;
    let saved = house.in_every_state().await;
    let exported = house.exported().await;
    assert!(exported.iter().any(|line| line.contains("Ann Able")), "{exported:#?}");
    house.migrate(&database).await.failed().says("another hub is running");
    assert!(house.stop().await, "{}", house.hub_said());
    let (log, held) =
        (house.log(&[]).await, house.command(&["held", "list", "--json"]).await.went_well().out);
    let made = (calls(&house.i4, "AddProspect"), calls(&house.vfp, "createGuest"));

    house.migrate(&database).await.went_well().says("moved 4 people").says("put it away").says("--store");
    assert!(!house.data().join("connector.db").exists() && house.data().join("connector.db.moved").exists());
    for forgetful in [["serve"], ["status"], ["doctor"]] {
        house.command(&forgetful).await.failed().says("was moved to PostgreSQL");
    }
    house.migrate(&database).await.failed().says("was moved to PostgreSQL");

    house.work_on(&database);
    assert_eq!(house.log(&[]).await, log, "the log reads the same");
    assert_eq!(house.command(&["held", "list", "--json"]).await.went_well().out, held);
    house.start().await;
    assert_eq!(house.exported().await, exported, "and so does what is exported");
    assert_eq!(
        house.log(&["able"]).await.len(),
        log.iter().filter(|line| line["name"] == "Ann Able").count()
    );
    house.i4.clear_faults();
    house.vfp.clear_faults();
    house.line_saying(&saved.dee, "jonas-i4", "Arrived").await;
    house.line_saying(&saved.dee, "vfp", "Arrived").await;
    let ann = house.lead("1", ANN).with("ownerID", "st-1").with("leadSourceID", "fb");
    house.save(&ann.with("city", "Porto")).await;
    let city = async || {
        let there = [house.i4.find(KITS.i4, ANN, ""), house.vfp.find(KITS.vfp, ANN, "")];
        there.iter().all(|found| found.iter().all(|one| one.get("city").eq_ignore_ascii_case("Porto")))
    };
    house.until("the next save changes the same records", city).await;
    let number = house.i4.find(KITS.i4, BEA, "")[0].id.clone();
    house.command(&["held", "is", &saved.bea, &number, "--yes"]).await.went_well().says("1 decided");
    let eve = house.lead("5", ("Eve", "Early")).with("ownerID", "st-1").with("leadSourceID", "fb");
    house.save(&eve).await;
    house.until("somebody new is at both", async || house.at_each(("Eve", "Early")) == (1, 1)).await;
    let eve = &house.vfp.find(KITS.vfp, ("Eve", "Early"), "")[0];
    assert_eq!((eve.get("owner_id"), house.vfp.lead_sources().len()), ("V-77", 1), "{eve:#?}");
    assert_eq!([ANN, BEA, CID, DEE].map(|name| house.at_each(name)), [(1, 1), (1, 1), (1, 0), (1, 1)]);
    let now = (calls(&house.i4, "AddProspect"), calls(&house.vfp, "createGuest"));
    assert!(now.0 >= made.0 + 2 && now.1 >= made.1 + 2, "Dee and Eve: {made:?} {now:?}");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_killed_leaves_no_hub_on_the_server_and_goes_on_when_it_is_run_again() {
    let Some(database) = postgres::database() else { return };
    let mut house = house().with_i4().open().await;
    let saved = house.save(&house.lead("1", ANN)).await;
    house.line_saying(&saved, "jonas-i4", "Arrived").await;
    assert!(house.stop().await, "{}", house.hub_said());
    let log = house.log(&[]).await;
    let open = async || Postgres::open(&PostgresOptions::at(database.url())).await.map(drop);
    open().await.unwrap();
    let holding = database.holding("LOCK TABLE line IN EXCLUSIVE MODE");
    let mut moving = Command::new(env!("CARGO_BIN_EXE_connector"))
        .args(["store", "migrate", &format!("sqlite:{}", house.data().display())])
        .env("CONNECTOR_STORE", database.url())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    house.until("people are arriving", async || open().await.is_err()).await;
    moving.kill().await.unwrap();
    drop(holding);

    assert!(house.data().join("connector.db").exists(), "the file is where it was");
    let file = house.plans.store.take();
    house.work_on(&database);
    house.command(&["serve"]).await.failed().says("is not finished: run `connector store migrate` again");
    house.plans.store = file;
    house.write_configuration();
    assert_eq!(house.log(&[]).await, log, "and the hub on it is as it was");
    house.migrate(&database).await.went_well().says("moved one person");
    house.work_on(&database);
    house.start().await;
    assert_eq!(house.log(&[]).await, log);
    house.save(&house.lead("1", ANN).with("city", "Porto")).await;
    let city = async || house.i4.find(KITS.i4, ANN, "")[0].get("city").eq_ignore_ascii_case("Porto");
    house.until("the same record changes", city).await;
    house.nothing_forbidden_happened();
}
