//! A house: a hub on a folder of its own, with Jonas I4 and VFP simulated in this process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use simulator::sender::Sender;
use simulator::{Club, Config, Platform, Simulator};
use tempfile::TempDir;

use crate::Options;

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
    /// How often its hub was killed.
    pub kills: u32,
    /// Jonas I4, which cannot be asked for a person.
    pub i4: Simulator,
    /// VFP, which can.
    pub vfp: Simulator,
    /// InTouch's voice.
    pub voice: Sender,
    /// InTouch itself gives tokens and lists, and is sent nobody.
    _intouch: Simulator,
    binary: PathBuf,
    folder: TempDir,
    broken: Option<String>,
    port: u16,
    hub: Child,
}

impl House {
    /// Builds it and starts its hub.
    pub async fn open(options: &Options) -> Result<House> {
        let folder = tempfile::tempdir()?;
        let config = |platform, club: &str| Config {
            clubs: vec![Club::new(club, "Torture")],
            ..Config::new(platform)
        };
        let i4 = Simulator::start(Platform::JonasI4, config(Platform::JonasI4, "7")).await?;
        let vfp = Simulator::start(Platform::Vfp, config(Platform::Vfp, "0042")).await?;
        let intouch = Simulator::start(Platform::InTouch, config(Platform::InTouch, "kits")).await?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        configure(folder.path(), port, &intouch.url())?;
        let file = folder.path().join("turn-up.yaml");
        fs::write(&file, turn_up(&i4, &vfp).to_string())?;
        let binary = fs::canonicalize(&options.binary).context("there is no such binary; build it first")?;
        run(&binary, folder.path(), &["turn-up", &file.to_string_lossy()])?;
        let token = run(&binary, folder.path(), &["token", "create", "INTOUCH"])?;
        let url = format!("http://127.0.0.1:{port}");
        let voice = Sender::new(&url, "INTOUCH", ("1111", "kits"), token.trim())?;
        let hub = serve(&binary, folder.path(), options.broken.as_deref())?;
        let broken = options.broken.clone();
        let house = House { kills: 0, i4, vfp, voice, _intouch: intouch, binary, folder, broken, port, hub };
        house.ready().await?;
        Ok(house)
    }

    /// Kills the hub where it stands.
    pub fn kill(&mut self) -> Result<()> {
        self.hub.kill()?;
        self.hub.wait()?;
        self.kills += 1;
        Ok(())
    }

    /// Starts the hub again.
    pub async fn start(&mut self) -> Result<()> {
        self.hub = serve(&self.binary, self.folder.path(), self.broken.as_deref())?;
        self.ready().await
    }

    /// What a command says.
    pub fn ask(&self, arguments: &[&str]) -> Result<Value> {
        Ok(serde_json::from_str(&run(&self.binary, self.folder.path(), arguments)?)?)
    }

    /// Keeps the folder for whoever looks into what went wrong.
    pub fn keep(mut self) {
        drop(self.hub.kill());
        drop(self.hub.wait());
        self.folder.disable_cleanup(true);
        println!("  its data are kept in {}", self.folder.path().display());
    }

    async fn ready(&self) -> Result<()> {
        for _ in 0..4_000 {
            if let Ok(answer) = ready_at(self.port).await
                && answer
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        bail!("the hub did not become ready within 20 seconds")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        drop(self.hub.kill());
        drop(self.hub.wait());
    }
}

async fn ready_at(port: u16) -> Result<bool> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}

fn serve(binary: &Path, folder: &Path, broken: Option<&str>) -> Result<Child> {
    let said = fs::File::options().create(true).append(true).open(folder.join("hub.log"))?;
    let mut command = Command::new(binary);
    command.args(["serve", "--config", &folder.join("connector.toml").to_string_lossy()]);
    if let Some(how) = broken {
        command.env("CONNECTOR_SABOTAGE", how);
    }
    Ok(command.stdout(Stdio::null()).stderr(said).spawn()?)
}

fn run(binary: &Path, folder: &Path, arguments: &[&str]) -> Result<String> {
    let output =
        Command::new(binary).args(arguments).arg("--config").arg(folder.join("connector.toml")).output()?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("{arguments:?}: {}", String::from_utf8_lossy(&said));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn configure(folder: &Path, port: u16, intouch: &str) -> Result<()> {
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
    let text = format!(
        "listen = \"127.0.0.1:{port}\"\ndata = {:?}\nplatforms = {:?}\n[installation.intouch]\n\
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
