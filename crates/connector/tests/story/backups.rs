//! Backups taken while the hub runs, and what happens after one was put back: nobody is created twice.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use simulator::Faults;

use crate::house::log::text;
use crate::house::{CLIENT, House, KITS, calls, house};

impl House {
    fn backup_file(&self) -> PathBuf {
        self.dir.path().join("backup.db")
    }

    async fn back_up(&self) -> crate::house::Told {
        self.command(&["backup", self.backup_file().to_str().unwrap()]).await
    }

    async fn restore(&self) -> crate::house::Told {
        self.command(&["restore", self.backup_file().to_str().unwrap()]).await
    }

    /// What `restore status` says of a platform.
    async fn since_restore(&self, platform: &str) -> Value {
        let told = self.command(&["restore", "status", "--json"]).await.went_well();
        let told: Value = serde_json::from_str(&told.out).unwrap();
        let connections = told["connections"].as_array().unwrap();
        connections.iter().find(|one| one["platform"] == platform).expect("it is told of").clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_hub_is_backed_up_to_a_file_for_its_user_alone_and_none_is_overwritten() {
    let mut house = house().with_i4().open().await;
    let saving = async {
        for n in 0..30 {
            house.save(&house.lead(&n.to_string(), ("Ann", &format!("Able{n}")))).await;
        }
    };
    let (told, ()) = tokio::join!(house.back_up(), saving);
    told.went_well().says("backed up").says("the master key is not inside").says("master.key");
    let about = std::fs::metadata(house.backup_file()).unwrap();
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
    assert!(store::copies::check(&house.backup_file()).unwrap().taken_at.is_some());
    house.back_up().await.failed().says("exists already");

    assert!(house.stop().await);
    std::fs::remove_file(house.backup_file()).unwrap();
    let told = house.command(&["backup", house.backup_file().to_str().unwrap(), "--json"]).await.went_well();
    let told: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(told["people"], 30, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restore_nobody_is_created_twice_and_who_is_not_known_waits_for_the_operator() {
    let mut house = house().with_i4().with_vfp().hurried().open().await;
    let (ann, dee, bea, cid) = (("Ann", "Able"), ("Dee", "Due"), ("Bea", "Best"), ("Cid", "Cole"));
    house.save(&house.lead("1", ann)).await;
    house.until("Ann is at both", async || house.at_both(ann) == (1, 1)).await;
    let down = Faults { maintenance: true, ..Faults::default() };
    house.i4.set_faults(down.clone());
    house.vfp.set_faults(down);
    let saved = house.save(&house.lead("2", dee)).await;
    // A call that is under way in the backup would be in doubt afterwards, and not held.
    house.line_saying(&saved, "jonas-i4", "Trying again").await;
    house.line_saying(&saved, "vfp", "Trying again").await;
    house.back_up().await.went_well();

    house.i4.clear_faults();
    house.vfp.clear_faults();
    house.save(&house.lead("3", bea)).await;
    let both = async || (house.at_both(dee), house.at_both(bea)) == ((1, 1), (1, 1));
    house.within(Duration::from_mins(1), "Dee and Bea are at both", both).await;
    house.restore().await.failed().says("another hub is running");
    house.kill().await;
    let told = house.restore().await.went_well();
    told.says("restored 2 people")
        .says("kept as")
        .says("restore status")
        .says("withdrawn since are valid again");
    house.start().await;

    let saved = house.save(&house.lead("3", bea)).await;
    let new = house.save(&house.lead("4", cid)).await;
    let held = async || house.since_restore("jonas-i4").await["held"] == 3;
    house.within(Duration::from_mins(1), "three wait at I4", held).await;
    let line = house.line_saying(&saved, "jonas-i4", "nobody knows whether").await;
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("ERROR", "operator"), "{line}");
    assert!(text(&line, "advice").contains("Bea Best"), "{line}");
    let found = async || house.since_restore("vfp").await["found"] == 2;
    house.within(Duration::from_mins(1), "Dee and Bea were found at VFP", found).await;
    house.within(Duration::from_secs(75), "Cid is at VFP", async || house.at_both(cid) == (0, 1)).await;
    assert_eq!((house.at_both(dee), house.at_both(bea)), ((1, 1), (1, 1)));
    house.save(&house.lead("1", ann).with("city", "Porto")).await;
    let arrived = async || house.i4.find(KITS.i4, ann, "")[0].get("city").eq_ignore_ascii_case("Porto");
    house.until("who has a record is changed as ever", arrived).await;
    house.save(&house.lead("3", bea).with("city", "Faro")).await;
    house
        .until("the edit is at VFP", async || house.vfp.find(KITS.vfp, bea, "")[0].get("city") == "Faro")
        .await;
    assert_eq!(house.since_restore("jonas-i4").await["held"], 3, "an edit answers nothing");

    let id = |name| house.i4.find(KITS.i4, name, "")[0].id.clone();
    house.held_since_restore(&saved, &id(bea)).await;
    let csv = format!("provider_record_id,platform_record_id\n2,{}\n", id(dee));
    let file = house.dir.path().join("ids.csv");
    std::fs::write(&file, csv).unwrap();
    let import = ["links", "import", file.to_str().unwrap(), "--client", CLIENT, "--club", KITS.name];
    let ids = ["--provider", "INTOUCH", "--platform", "jonas-i4"];
    house.command(&[&import[..], &ids].concat()).await.went_well().says("1 linked");
    house
        .command(&["restore", "accept", "--connection", "jonas-i5"])
        .await
        .failed()
        .says("did you mean `jonas-i4`");
    house.command(&["restore", "accept", "--connection", "jonas-i4"]).await.went_well().says("created again");
    house.line_saying(&new, "jonas-i4", "Arrived").await;
    house.line_saying(&saved, "jonas-i4", "Arrived").await;
    assert_eq!((house.at_both(dee), house.at_both(bea), house.at_both(cid)), ((1, 1), (1, 1), (1, 1)));
    assert_eq!(house.since_restore("jonas-i4").await["held"], 0);
    house.save(&house.lead("5", ("Eve", "Early"))).await;
    house.until("as ever", async || house.at_both(("Eve", "Early")).0 == 1).await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_under_way_in_the_backup_is_doubtful_and_not_made_again() {
    let mut house = house().with_i4().with_vfp().hurried().open().await;
    let slow = Faults { answer_delay_ms: 4_000, ..Faults::default() };
    house.i4.set_faults(slow);
    let ann = ("Ann", "Able");
    let saved = house.save(&house.lead("1", ann)).await;
    house.until("the call is under way", async || house.at_both(ann).0 == 1).await;
    house.back_up().await.went_well();
    house.i4.clear_faults();
    house.line_saying(&saved, "jonas-i4", "Arrived").await;
    assert!(house.stop().await);
    house.restore().await.went_well();
    house.start().await;
    house.line_saying(&saved, "jonas-i4", "cannot ask it whether").await;
    assert_eq!(house.since_restore("jonas-i4").await["in_doubt"], 1);
    assert_eq!(calls(&house.i4, "AddProspect"), 1);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_backup_is_refused_with_what_to_do_and_the_hub_starts_as_before() {
    let mut house = house().open().await;
    house.save(&house.lead("1", ("Ann", "Able"))).await;
    house.back_up().await.went_well();
    assert!(house.stop().await);
    let whole = std::fs::read(house.backup_file()).unwrap();
    let bad: [(&[u8], &str); 3] = [
        (&whole[..whole.len() / 2], "is damaged"),
        (b"name,phone\n", "is not a database of the Connector"),
        (b"", "is empty"),
    ];
    let database = house.data().join("connector.db");
    let before = std::fs::read(&database).unwrap();
    for (bytes, said) in bad {
        std::fs::write(house.backup_file(), bytes).unwrap();
        house.restore().await.failed().says(said).says("backup.db");
    }
    assert_eq!(std::fs::read(&database).unwrap(), before);
    std::fs::write(&database, &whole[..whole.len() / 2]).unwrap();
    house.command(&["serve", "--listen", "127.0.0.1:0"]).await.failed().says("restore a backup");
    std::fs::write(house.backup_file(), &whole).unwrap();
    house.restore().await.went_well().says("restored one person");
    house.start().await;
    let told = house.command(&["status", "--json"]).await.went_well();
    assert_eq!(serde_json::from_str::<Value>(&told.out).unwrap()["people"], 1);
}

impl House {
    /// Three wait as one group, which is not released for the asking; who was looked up is given its number.
    async fn held_since_restore(&self, saved: &str, number: &str) {
        let told = self.command(&["held", "list", "--platform", "jonas-i4", "--json"]).await.went_well();
        let told: Value = serde_json::from_str(&told.out).unwrap();
        let groups = told["groups"].as_array().unwrap();
        assert_eq!((groups.len(), &groups[0]["count"]), (1, &Value::from(3)), "{groups:#?}");
        assert_eq!(text(&groups[0], "cause"), "not known since a restore");
        assert!(text(&groups[0], "sentence").contains("was restored from a backup"), "{groups:#?}");
        let group = text(&groups[0], "group");
        self.command(&["held", "release", group]).await.went_well().says("3 would stay held");
        self.command(&["held", "release", group, "--yes"]).await.failed().says("0 sent again, 3 not");
        self.command(&["held", "settled", group, "--note", "seen", "--yes"]).await.failed();
        self.command(&["held", "not-there", saved]).await.failed().says("connector restore accept");
        self.command(&["held", "is", saved, number, "--yes"]).await.went_well().says("1 decided");
    }

    /// How many records of this name I4 and VFP have.
    fn at_both(&self, name: (&str, &str)) -> (usize, usize) {
        (self.i4.find(KITS.i4, name, "").len(), self.vfp.find(KITS.vfp, name, "").len())
    }
}
