//! Looking after a hub: a full disk, details that are kept only so long, and what the doctor says.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use model::{Attempt, Facts, Field, Kind, Level, Line, Moment, Story, Tracking, Turn};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::{Value, json};
use simulator::Faults;
use simulator::sender::Answer;
use store::{Options, Sqlite, Store};

use crate::house::log::text;
use crate::house::{House, KITS, calls, house};

/// A limit below the size of the store's files, and above that of what the hub says.
const NOTHING_FITS: u64 = 32 << 10;

/// Lets no file of the hub grow beyond this, as a full disk does.
fn limit_files(house: &House, bytes: Option<u64>) {
    let hub = Pid::from_raw(house.hub_id().cast_signed());
    prlimit(hub, Resource::Fsize, Rlimit { current: bytes, maximum: None }).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_saves_honestly_keeps_what_was_acknowledged_and_heals_by_itself() {
    let house = house().with_i4().with_vfp().open().await;
    house.save(&house.lead("0", ("Ann", "Able0"))).await;
    house.until("Ann is at both", async || house.i4.people().len() + house.vfp.people().len() == 2).await;
    let files = ["connector.db", "connector.db-wal"].map(|name| house.data().join(name));
    let sizes = files.map(|file| std::fs::metadata(file).map_or(0, |about| about.len()));
    limit_files(&house, Some(sizes.into_iter().max().unwrap() + 400_000));
    let (mut kept, mut refused) = (1, None);
    for n in 1..200 {
        let lead = house.lead(&n.to_string(), ("Ann", &format!("Able{n}")));
        match house.intouch.save_user(&lead).await.unwrap() {
            Answer::Done(_) => kept = n + 1,
            answer => {
                refused = Some((lead, answer.refused().expect("an answer of the contract")));
                break;
            }
        }
    }
    let (lead, said) = refused.expect("the disk is full");
    assert_eq!((said.status, said.reason.as_str()), (503, "DATABASE"), "{said:?}");
    assert!(kept > 3, "some fitted: {kept}");
    let read = house.intouch.fetch_user("0").await.unwrap();
    assert!(matches!(read, Answer::Done(_)), "reading goes on: {read:?}");

    limit_files(&house, None);
    let all = async |count| house.i4.people().len() == count && house.vfp.people().len() == count;
    house.until("everything acknowledged is at both, and nobody else", async || all(kept).await).await;
    house.save(&lead).await;
    house.until("who was refused is taken when sent again", async || all(kept + 1).await).await;
    assert_eq!(house.log(&["--type", "ERROR"]).await.len(), 0);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_call_did_while_the_disk_was_full_is_kept_as_soon_as_there_is_room() {
    let house = house().with_i4().open().await;
    for n in 0..9 {
        let first = house.save(&house.lead(&format!("a{n}"), ("Ann", &format!("Able{n}")))).await;
        house.line_saying(&first, "jonas-i4", "Arrived").await;
    }
    let wal = std::fs::metadata(house.data().join("connector.db-wal")).unwrap().len();
    assert!(wal > NOTHING_FITS, "writes are beyond the limit: {wal}");
    house.i4.set_faults(Faults { answer_delay_ms: 1_000, ..Faults::default() });
    let saved = house.save(&house.lead("1", ("Bea", "Best"))).await;
    house.until("the call is under way", async || house.i4.people().len() == 10).await;
    limit_files(&house, Some(NOTHING_FITS));
    let could_not =
        async || ["what a call did", "a turn was given up"].iter().any(|it| house.hub_said().contains(it));
    house.until("its end could not be kept", could_not).await;
    limit_files(&house, None);
    house.line_saying(&saved, "jonas-i4", "Arrived").await;
    assert_eq!(calls(&house.i4, "AddProspect"), 10, "no call was made twice");
    house.nothing_forbidden_happened();
}

/// A sealed line of years ago, with all details.
fn old_line(days_ago: i64, setup: &model::Setup) -> Line {
    let at = Moment::from(jiff::Timestamp::from_second(1_700_000_000 - days_ago * 86_400).unwrap());
    let tracking =
        Tracking(uuid::Builder::from_unix_timestamp_millis(at.0.cast_unsigned(), &[7; 10]).into_uuid());
    let connection = |platform| setup.connections.iter().find(|one| one.platform == platform).unwrap().id;
    let club = setup.clubs.iter().find(|club| club.name == KITS.name).unwrap().id;
    let facts = Facts {
        name: format!("Old {days_ago}"),
        from: Some(connection("intouch")),
        to: Some(connection("vfp")),
        kind: Some(Kind::Prospect),
        story: Story::Arrived,
        fields: BTreeMap::from([(Field::Email, Some("old@example.org".to_owned()))]),
        change: false,
        became: None,
        role: None,
        record: None,
        attempts: vec![Attempt { at, operation: "create_prospect".to_owned(), said: "arrived".to_owned() }],
        carries: Vec::new(),
        notes: Vec::new(),
        details_removed: None,
    };
    Line {
        tracking,
        about: connection("vfp"),
        club,
        person: None,
        entry: None,
        level: Level::Info,
        turn: Turn::Nobody,
        open: false,
        changed: at,
        facts,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn details_of_the_log_are_removed_when_they_are_too_old_and_the_line_says_so() {
    let mut house = house().with_vfp().open().await;
    let young = house.save(&house.lead("1", ("Ann", "Able"))).await;
    house.line_saying(&young, "vfp", "Arrived").await;
    assert!(house.stop().await);
    let store = Sqlite::open(&Options::at(house.data().join("connector.db"))).unwrap();
    let setup = store.setup().await.unwrap();
    assert_eq!(setup.clients[0].log_detail_days, 400, "unless said");
    let old: Vec<Line> = (0..120).map(|days| old_line(days, &setup)).collect();
    store.keep_lines(old).await.unwrap();
    drop(store);
    let mut file = house.turn_up_file();
    file["log_detail_days"] = json!(0);
    house.turn_up(&file).await.went_well().says("details of the log are kept");
    house.start().await;
    assert!(with_attempts(&house).await.len() == 121, "0 keeps them");

    assert!(house.stop().await);
    file["log_detail_days"] = json!(30);
    house.turn_up(&file).await.went_well().says("kept for 30 days");
    house.start().await;
    house
        .until("only the young line has details", async || with_attempts(&house).await == ["Ann Able"])
        .await;
    let line = house.log(&["Old 7"]).await.into_iter().chain(house.log(&[]).await);
    let old: Vec<Value> = line.filter(|line| text(line, "name") == "Old 7").collect();
    assert!(text(&old[0], "sentence").contains("Arrived"), "what happened stays: {}", old[0]);
    assert!(old[0]["notes"].to_string().contains("were removed on"), "{}", old[0]);
    house.command(&["status"]).await.went_well().says("1 people, ").says("on the disk");
}

async fn with_attempts(house: &House) -> Vec<String> {
    let lines = house.log(&["--platform", "vfp"]).await;
    let detailed = lines.iter().filter(|line| !line["attempts"].as_array().unwrap().is_empty());
    detailed.map(|line| text(line, "name").to_owned()).collect()
}

impl House {
    async fn findings(&self, arguments: &[&str]) -> (bool, Vec<Value>) {
        let told = self.command(&[&["doctor", "--json"], arguments].concat()).await;
        let answer: Value = serde_json::from_str(&told.out).unwrap_or_else(|_| panic!("{told:?}"));
        assert_eq!(answer["well"], told.well, "the exit code says the same");
        (told.well, answer["findings"].as_array().unwrap().clone())
    }
}

/// What is to be mended: what it is about, and what to do.
fn problems(findings: &[Value]) -> Vec<(String, String)> {
    let problems = findings.iter().filter(|finding| finding["verdict"] == "problem");
    problems.map(|one| (text(one, "about").to_owned(), text(one, "to_do").to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_nothing_in_a_house_that_is_well_with_and_without_a_hub() {
    let mut house = house().with_i4().with_vfp().open().await;
    house.save(&house.lead("1", ("Ann", "Able"))).await;
    house.until("Ann is at both", async || house.i4.people().len() + house.vfp.people().len() == 2).await;
    let asked = calls(&house.vfp, "ping") + calls(&house.i4, "Verify");
    let (well, findings) = house.findings(&[]).await;
    assert!(well, "{findings:#?}");
    assert_eq!(calls(&house.vfp, "ping") + calls(&house.i4, "Verify"), asked, "nobody is called unasked");
    for about in ["data directory", "free space", "master key", "database", "clock", "descriptions"] {
        assert!(findings.iter().any(|finding| finding["about"] == about), "{about}: {findings:#?}");
    }
    let told = house.command(&["doctor", "--call"]).await.went_well();
    told.says("accepts our credentials at 2 clubs").says("keep a copy of it apart");
    assert!(house.stop().await);
    house.command(&["doctor"]).await.went_well().says("no hub is running");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_what_is_wrong_and_what_to_do() {
    let mut house = house().with_vfp().open().await;
    house.save(&house.lead("1", ("Ann", "Able"))).await;
    house.vfp.set_faults(Faults { maintenance: true, ..Faults::default() });
    for n in 2..8 {
        house.save(&house.lead(&n.to_string(), ("Ann", &format!("Able{n}")))).await;
    }
    let down =
        async || problems(&house.findings(&[]).await.1).iter().any(|(about, _)| about.starts_with("VFP"));
    house.until("VFP is found not to answer", down).await;
    let (_, findings) = house.findings(&["--call"]).await;
    assert!(findings.iter().any(|one| text(one, "said").starts_with("Kits Beach: ")), "{findings:#?}");

    assert!(house.stop().await);
    let data = house.data();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&data, open).unwrap();
    std::fs::rename(data.join("master.key"), data.join("lost.key")).unwrap();
    let database = data.join("connector.db");
    let whole = std::fs::read(&database).unwrap();
    std::fs::write(&database, &whole[..whole.len() / 2]).unwrap();
    let (well, findings) = house.findings(&[]).await;
    let found = problems(&findings);
    let about: Vec<&str> = found.iter().map(|(about, _)| about.as_str()).collect();
    assert_eq!(
        (well, &about[..]),
        (false, &["data directory", "master key", "database"][..]),
        "{findings:#?}"
    );
    assert!(found[0].1.starts_with("chmod 700"), "{found:?}");
    assert!(found[2].1.contains("connector restore"), "{found:?}");
    assert!(!data.join("master.key").exists(), "looking makes no new key");
}
