//! The bridge of `examples/bridge-java`, for what cannot be described: a folder of CSV files behind the open spoke's contract.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::json;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::house::{House, KITS, house};

const SECRET: &str = "whsec_YSBzZWNyZXQgb2YgdGhlIGJyaWRnZSwgbWFkZSB1cA==";

/// The bridge, and the club's files behind it.
struct Bridge {
    dir: TempDir,
    port: u16,
    running: Option<Child>,
}

impl Bridge {
    /// Compiled; none where this machine has no Java.
    async fn compiled() -> Option<Bridge> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/bridge-java");
        let dir = TempDir::new().unwrap();
        let files = fs::read_dir(&source).unwrap().map(|entry| entry.unwrap().path());
        let java: Vec<PathBuf> =
            files.filter(|file| file.extension().is_some_and(|it| it == "java")).collect();
        let compiled = Command::new("javac").arg("-d").arg(dir.path().join("out")).args(&java).status().await;
        let Ok(compiled) = compiled else {
            eprintln!("skipped: there is no `javac`");
            return None;
        };
        assert!(compiled.success());
        let data = dir.path().join("data");
        fs::create_dir(&data).unwrap();
        for list in ["staff.csv", "lead-sources.csv"] {
            fs::copy(source.join("data").join(list), data.join(list)).unwrap();
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        Some(Bridge { dir, port: free.local_addr().unwrap().port(), running: None })
    }

    async fn start(&mut self, token: &str, house: &House) {
        let mut java = Command::new("java");
        java.arg("-cp")
            .arg(self.dir.path().join("out"))
            .arg("Bridge")
            .kill_on_drop(true)
            .stdout(Stdio::null());
        java.env("BRIDGE_TOKEN", token).env("BRIDGE_SECRET", SECRET).env("BRIDGE_CLUB", "kits");
        java.env("BRIDGE_DATA", self.dir.path().join("data")).env("BRIDGE_PORT", self.port.to_string());
        self.running = Some(java.spawn().unwrap());
        let port = self.port;
        house
            .until("the bridge listens", async || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())
            .await;
    }

    async fn kill(&mut self) {
        self.running.take().unwrap().kill().await.unwrap();
    }

    fn people(&self) -> PathBuf {
        self.dir.path().join("data/people.csv")
    }

    /// The lines of the desk's file that hold a text.
    fn lines(&self, text: &str) -> Vec<String> {
        let all = fs::read_to_string(self.people()).unwrap_or_default();
        all.lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
    }
}

/// A house that the bridge is connected to.
async fn connected(bridge: &mut Bridge) -> House {
    let mut house = house().not_turned_up().open().await;
    bridge.start("bridge-token", &house).await;
    let mut file = house.turn_up_file();
    file["connections"].as_array_mut().unwrap().push(json!({
        "platform": "open-spoke", "client_id": format!("http://127.0.0.1:{}", bridge.port), "live": true,
        "settings": { "token": "bridge-token", "signing_secret": SECRET },
        "clubs": [{ "club": KITS.name, "id": "kits" }],
        "agreement": {
            "sends": { "prospects": "creates_and_updates", "members": "creates_and_updates" },
            "with": ["owner", "lead_source"], "receives": ["people"], "existing_people": "none",
        },
    }));
    house.turn_up(&file).await.went_well();
    house.intouch.token = house.token("INTOUCH").await;
    house.save_staff("s-1", ("Nina", "Okafor"), "Nina@club.example").await;
    house.save_source("l-1", "facebook").await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_keeps_a_folder_of_files_the_same_and_loses_nobody_when_it_dies() {
    let Some(mut bridge) = Bridge::compiled().await else { return };
    let house = connected(&mut bridge).await;
    let lead = |id: &str, name: (&str, &str)| {
        house.lead(id, name).with("ownerID", "s-1").with("leadSourceID", "l-1").with("mobile", "+16045550101")
    };
    let saved = house.save(&lead("p-1", ("Ann", "Able"))).await;
    house.line_saying(&saved, "open-spoke", "Arrived").await;
    assert_eq!(bridge.lines("Ann,Able,ann.able@example.org").len(), 1);
    assert!(bridge.lines("Ann,Able")[0].ends_with(",101,7"), "{:?}", bridge.lines("Ann"));

    let odd = house.save(&lead("p-2", ("D'Arcy \"Dee\"", "O,Neill"))).await;
    house.line_saying(&odd, "open-spoke", "Arrived").await;
    assert_eq!(bridge.lines("D'Arcy \"\"Dee\"\"\",\"O,Neill\"").len(), 1, "{:?}", bridge.lines("D'Arcy"));

    bridge.kill().await;
    let changed = house.save(&lead("p-1", ("Ann", "Able")).with("city", "Burnaby")).await;
    house.line_saying(&changed, "open-spoke", "Trying again").await;
    bridge.start("bridge-token", &house).await;
    house.line_saying(&changed, "open-spoke", "Arrived").await;
    assert_eq!(bridge.lines("Burnaby").len(), 1);
    assert_eq!(bridge.lines("Ann,Able").len(), 1, "the same call twice leaves one record");

    let desk = fs::read_to_string(bridge.people()).unwrap();
    house.command(&["feeds", "read", "open-spoke"]).await.went_well().says("0 people changed");
    fs::write(bridge.people(), desk.replacen("PROSPECT,Ann", "MEMBER,Ann", 1)).unwrap();
    house.command(&["feeds", "read", "open-spoke"]).await.went_well().says("1 people changed, 0 new");
    house.command(&["feeds", "read", "open-spoke"]).await.went_well().says("0 people changed");

    bridge.kill().await;
    bridge.start("another-token", &house).await;
    let refused = house.save(&lead("p-3", ("Cy", "Cope"))).await;
    house.line_saying(&refused, "open-spoke", "does not let the Connector in").await;
    assert_eq!(bridge.lines("Cope"), Vec::<String>::new());
}
