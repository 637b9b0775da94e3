//! A house: a hub, of one node or several, with Jonas I4 and VFP simulated in this process.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use simulator::{Club, Config, Platform, Simulator};
use tempfile::TempDir;

use crate::Options;
use crate::node::{Node, run};
use crate::postgres::{self, Database, Server};

/// Longer than a node is believed to be alive without a beat.
const FROZEN: Duration = Duration::from_secs(8);
/// For how much of it the other nodes are under load.
const LOADED: Duration = Duration::from_millis(500);
const CREATES: [&str; 6] = [
    "create_prospect",
    "create_member",
    "list_staff",
    "list_lead_sources",
    "find_lead_source",
    "create_lead_source",
];
const UPDATES: [&str; 3] = ["update_prospect", "update_member", "update_ex_member"];
/// VFP as it is described, but for its delays: what nobody answered is looked up within a second.
const VFP: &str = include_str!("../../platforms/vfp/platform.yaml");
const GUIDE: &str = include_str!("../../platforms/vfp/guide.md");

/// An open house.
pub struct House {
    /// How often a node was killed.
    pub kills: u32,
    /// How often one stood still for too long.
    pub freezes: u32,
    /// How often the database was restarted.
    pub restarts: u32,
    /// Jonas I4, which cannot be asked for a person.
    pub i4: Simulator,
    /// VFP, which can.
    pub vfp: Simulator,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// InTouch itself gives tokens and lists, and is sent nobody.
    _intouch: Simulator,
    binary: PathBuf,
    folder: TempDir,
    _database: Option<Database>,
    server: Option<&'static Server>,
}

impl House {
    /// Builds it and starts its nodes.
    pub async fn open(options: &Options, server: Option<&'static Server>) -> Result<House> {
        let folder = tempfile::tempdir()?;
        let config = |platform, club: &str| Config {
            clubs: vec![Club::new(club, "Torture")],
            ..Config::new(platform)
        };
        let i4 = Simulator::start(Platform::JonasI4, config(Platform::JonasI4, "7")).await?;
        let vfp = Simulator::start(Platform::Vfp, config(Platform::Vfp, "0042")).await?;
        let intouch = Simulator::start(Platform::InTouch, config(Platform::InTouch, "kits")).await?;
        let database = server.map(Server::database);
        configure(folder.path(), &intouch.url(), database.as_ref())?;
        let file = folder.path().join("turn-up.yaml");
        fs::write(&file, turn_up(&i4, &vfp).to_string())?;
        let binary = fs::canonicalize(&options.binary).context("there is no such binary; build it first")?;
        run(&binary, folder.path(), &["turn-up", &file.to_string_lossy()])?;
        let token = run(&binary, folder.path(), &["token", "create", "INTOUCH"])?;
        let mut nodes = Vec::new();
        for nth in 0..options.nodes {
            nodes.push(
                Node::start((&binary, folder.path()), nth, options.broken.as_deref(), token.trim()).await?,
            );
        }
        let (kills, freezes, restarts) = (0, 0, 0);
        Ok(House {
            kills,
            freezes,
            restarts,
            i4,
            vfp,
            nodes,
            _intouch: intouch,
            binary,
            folder,
            _database: database,
            server,
        })
    }

    /// Kills a node where it stands.
    pub fn kill(&mut self, nth: usize) -> Result<()> {
        self.kills += 1;
        self.nodes[nth].kill()
    }

    /// Starts a node again.
    pub async fn start(&mut self, nth: usize) -> Result<()> {
        self.nodes[nth].run_again().await
    }

    /// Lets a node stand still for longer than it is believed to be alive, and wakes it. The load goes on for a while.
    pub async fn freeze(&mut self, nth: usize, enough: &AtomicBool) -> Result<()> {
        self.freezes += 1;
        self.nodes[nth].signal("-STOP")?;
        tokio::time::sleep(LOADED).await;
        enough.store(true, Ordering::Relaxed);
        tokio::time::sleep(FROZEN).await;
        self.nodes[nth].signal("-CONT")
    }

    /// Ends the database as a power failure would, and starts it again.
    pub fn restart_database(&mut self) {
        let Some(server) = self.server else { return };
        self.restarts += 1;
        server.kill();
        server.run();
    }

    /// What a command says.
    pub fn ask(&self, arguments: &[&str]) -> Result<Value> {
        Ok(serde_json::from_str(&run(&self.binary, self.folder.path(), arguments)?)?)
    }

    /// Keeps the folder for whoever looks into what went wrong.
    pub fn keep(mut self) {
        self.nodes.clear();
        self.folder.disable_cleanup(true);
        println!("  its data are kept in {}", self.folder.path().display());
    }
}

/// A server of the torture's own.
pub fn server() -> Result<&'static Server> {
    postgres::own_server().context("PostgreSQL is not installed")
}

fn configure(folder: &Path, intouch: &str, database: Option<&Database>) -> Result<()> {
    let platforms = folder.join("platforms/vfp");
    fs::create_dir_all(&platforms)?;
    let hurried = VFP
        .replace("late_after_s: 30", "late_after_s: 0")
        .replace("visible_after_s: 5", "visible_after_s: 1");
    if hurried == VFP {
        bail!("the description of VFP has other delays than this knows");
    }
    fs::write(platforms.join("platform.yaml"), hurried)?;
    fs::write(platforms.join("guide.md"), GUIDE)?;
    let store = database.map_or_else(String::new, |database| format!("store = {:?}\n", database.url()));
    let text = format!(
        "data = {:?}\nplatforms = {:?}\n{store}[installation.intouch]\n\
         login_url = {intouch:?}\napi_url = {intouch:?}\n",
        folder.join("data").to_string_lossy(),
        folder.join("platforms").to_string_lossy(),
    );
    Ok(fs::write(folder.join("connector.toml"), text)?)
}

fn turn_up(i4: &Simulator, vfp: &Simulator) -> Value {
    let of = |platform| Config::new(platform).credentials;
    let (of_intouch, of_i4, of_vfp) = (of(Platform::InTouch), of(Platform::JonasI4), of(Platform::Vfp));
    json!({
        "client": "Torture", "clubs": [{ "name": "Torture", "time_zone": "UTC" }],
        "connections": [
            {
                "platform": "intouch", "provider": "INTOUCH", "client_id": "1111", "live": true,
                "settings": { "client_id": of_intouch.user, "client_secret": of_intouch.secret },
                "clubs": [{ "club": "Torture", "id": "kits" }],
                "agreement": { "receives": ["people"], "existing_people": "none" },
            },
            {
                "platform": "jonas-i4", "client_id": of_i4.company, "live": true,
                "settings": {
                    "scheme": "http", "host": "127.0.0.1", "port": i4.addr().port(),
                    "user": of_i4.user, "password": of_i4.secret,
                },
                "clubs": [{ "club": "Torture", "id": "7" }],
                "agreement": {
                    "sends": { "prospects": "creates_and_updates", "members": "updates", "ex_members": "updates" },
                    "existing_people": "none", "accept_assumed": accepted(&["create_prospect"]),
                },
            },
            {
                "platform": "vfp", "provider": "VFP", "client_id": "1111", "live": true,
                "settings": { "base_url": vfp.url(), "api_key": of_vfp.secret },
                "clubs": [{ "club": "Torture", "id": "0042" }],
                "agreement": {
                    "sends": { "prospects": "creates_and_updates" }, "existing_people": "none",
                    "accept_assumed": accepted(&CREATES),
                },
            },
        ],
    })
}

/// The assumed operations that are accepted by name.
fn accepted(creates: &[&'static str]) -> Vec<&'static str> {
    [creates, &UPDATES].concat()
}
