//! A hub to measure: the binary on a folder of its own, turned up for one client whose one platform is the sink.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream, UnixStream};

use crate::Options;
use crate::load::Target;
use crate::machine;
use crate::postgres::{self, Database, Server};
use crate::sink::now;

/// How often a hub is asked whether it has settled: asking costs it a count of what is due.
const SETTLED_EVERY: Duration = Duration::from_millis(20);

/// A running hub.
pub struct House {
    /// Where its data are.
    pub data: PathBuf,
    /// Where and how to send.
    pub target: Target,
    /// From start to ready, of the first node.
    pub start_up: Duration,
    nodes: Vec<Node>,
    _database: Option<Database>,
}

/// One of the hub's processes.
struct Node {
    data: PathBuf,
    addr: SocketAddr,
    command: Command,
    child: Child,
}

impl House {
    /// Turns up a client whose platform is reached by this description, and starts the hub.
    pub async fn start(options: &Options, platform: &str, sink: SocketAddr) -> Result<House> {
        House::start_beside(options, (platform, sink), &[]).await
    }

    /// As [`House::start`], with further platforms that get the same people.
    pub async fn start_beside(
        options: &Options,
        (platform, sink): (&str, SocketAddr),
        beside: &[(&str, SocketAddr)],
    ) -> Result<House> {
        let binary = options.binary.as_path();
        let database = if options.postgres { Some(database()?) } else { None };
        let store: Vec<String> =
            database.iter().flat_map(|database| ["--store".to_owned(), database.url()]).collect();
        let data = std::env::current_dir()?.join(format!("target/bench-{}-{platform}", std::process::id()));
        drop(fs::remove_dir_all(&data));
        fs::create_dir_all(&data)?;
        let file = data.join("turn-up.yaml");
        let further = beside.iter().map(|(platform, sink)| receiver(platform, *sink));
        let mut plan = turn_up(platform, sink);
        if let Some(connections) = plan["connections"].as_array_mut() {
            connections.extend(further);
        }
        fs::write(&file, plan.to_string())?;
        run(binary, (&data, &store), &["turn-up", &file.to_string_lossy()])?;
        let token = run(binary, (&data, &store), &["token", "create", "BENCH"])?;
        let mut nodes = Vec::new();
        let mut start_up = Duration::ZERO;
        for nth in 0..options.nodes.max(1) {
            let folder = if nth == 0 { data.clone() } else { data.join(format!("node-{nth}")) };
            fs::create_dir_all(&folder)?;
            if nth > 0 {
                fs::copy(data.join("master.key"), folder.join("master.key"))?;
            }
            let (node, took) = Node::start(binary, folder, &store).await?;
            start_up = if nth == 0 { took } else { start_up };
            nodes.push(node);
        }
        let target =
            Target { addrs: nodes.iter().map(|node| node.addr).collect(), token: token.trim().to_owned() };
        Ok(House { data, target, start_up, nodes, _database: database })
    }

    /// Kills the hub and starts it again; answers how long it took until it was ready.
    pub async fn start_again(&mut self) -> Result<Duration> {
        for node in &mut self.nodes {
            node.child.kill()?;
            node.child.wait()?;
        }
        let started = now();
        for node in &mut self.nodes {
            node.child = node.command.spawn()?;
            node.ready().await?;
        }
        Ok(started.elapsed())
    }

    /// CPU time of the hub so far, user and system.
    pub fn cpu(&self) -> Result<Duration> {
        self.nodes.iter().map(|node| machine::cpu(node.child.id())).sum()
    }

    /// A memory figure of its largest process in MiB: `VmRSS` now, `VmHWM` at its highest.
    pub fn memory(&self, name: &str) -> Result<f64> {
        self.nodes
            .iter()
            .try_fold(0.0, |most: f64, node| Ok(most.max(machine::memory(node.child.id(), name)?)))
    }

    /// Waits until nothing is due or under way.
    pub async fn settled(&self) -> Result<()> {
        for _ in 0..6_000 {
            let mut left = false;
            for node in &self.nodes {
                let status = node.status().await?;
                left |= status["due"] != json!(0) || status["under_way"] != json!(0);
            }
            if !left {
                return Ok(());
            }
            tokio::time::sleep(SETTLED_EVERY).await;
        }
        bail!("the hub did not settle within two minutes")
    }

    /// Waits until the search has caught up; answers for how many people it still had to.
    pub async fn indexed(&self) -> Result<i64> {
        let db = rusqlite::Connection::open(self.data.join("connector.db"))?;
        let left = || {
            db.query_row(
                "SELECT (SELECT coalesce(max(id), 0) FROM person) - (SELECT at FROM progress WHERE name = 'person_term')",
                [],
                |row| row.get::<_, i64>(0),
            )
        };
        let before = left()?;
        for _ in 0..1_200 {
            if left()? <= 0 {
                return Ok(before);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the search did not catch up within two minutes")
    }
}

impl Node {
    /// Starts a node on a folder of its own; answers how long it took until it was ready.
    async fn start(binary: &Path, data: PathBuf, store: &[String]) -> Result<(Node, Duration)> {
        let addr = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
        let started = now();
        let mut command = Command::new(binary);
        command
            .args(["serve", "--data", &data.to_string_lossy(), "--listen", &addr.to_string()])
            .args(store)
            .stderr(Stdio::inherit());
        let child =
            command.spawn().context("the hub cannot be started; build it with `cargo build --release`")?;
        let node = Node { data, addr, command, child };
        node.ready().await?;
        Ok((node, started.elapsed()))
    }

    async fn ready(&self) -> Result<()> {
        for _ in 0..2_000 {
            if let Ok(mut stream) = TcpStream::connect(self.addr).await {
                stream
                    .write_all(b"GET /health/ready HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n")
                    .await?;
                let mut answer = String::new();
                drop(stream.read_to_string(&mut answer).await);
                if answer.starts_with("HTTP/1.1 200") {
                    return Ok(());
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        bail!("the hub did not become ready")
    }

    /// What the node says of itself.
    async fn status(&self) -> Result<Value> {
        let mut stream = UnixStream::connect(self.data.join("connector.sock")).await?;
        stream.write_all(b"\"status\"\n").await?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).await?;
        let answer: Value = serde_json::from_str(&line)?;
        Ok(answer["done"].clone())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.nodes.clear();
        drop(fs::remove_dir_all(&self.data));
    }
}

/// A database on a server of the benchmark's own, which syncs.
fn database() -> Result<Database> {
    static SERVER: OnceLock<Option<&'static Server>> = OnceLock::new();
    let made = SERVER.get_or_init(|| {
        let server = postgres::own_server()?;
        server.kill();
        server.run_with("-c fsync=on -c full_page_writes=on -c shared_buffers=256MB -c max_wal_size=2GB");
        Some(server)
    });
    Ok(made.context("PostgreSQL is not installed")?.database())
}

fn run(binary: &Path, (data, store): (&Path, &[String]), arguments: &[&str]) -> Result<String> {
    let output = Command::new(binary).args(arguments).args(store).arg("--data").arg(data).output()?;
    if !output.status.success() {
        bail!(
            "{arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A platform that leads are sent to.
fn receiver(platform: &str, sink: SocketAddr) -> Value {
    let mut settings = json!({ "base_url": format!("http://{sink}"), "token": "bench" });
    match platform {
        "open-spoke" => settings["signing_secret"] = json!("whsec_YmVuY2htYXJrIHNlY3JldCBvZiAyNCBieXRlcw=="),
        "jonas-i4" => {
            settings = json!({
                "scheme": "http", "host": sink.ip().to_string(), "port": sink.port().to_string(),
                "user": "bench", "password": "bench",
            });
        }
        _ => {}
    }
    let mut agreement = json!({ "sends": { "prospects": "creates_and_updates" }, "existing_people": "none" });
    if platform == "jonas-i4" {
        agreement["accept_assumed"] = json!(["create_prospect", "update_prospect"]);
    }
    json!({
        "platform": platform, "client_id": if platform == "jonas-i4" { "1" } else { "bench" }, "live": true,
        "settings": settings, "clubs": [{ "club": "Bench", "id": "1" }], "agreement": agreement,
    })
}

fn turn_up(platform: &str, sink: SocketAddr) -> Value {
    json!({
        "client": "Bench", "clubs": [{ "name": "Bench", "time_zone": "UTC" }],
        "connections": [
            {
                "platform": "vfp", "provider": "BENCH", "client_id": "1", "live": true,
                "settings": { "base_url": format!("http://{sink}"), "api_key": "bench" },
                "clubs": [{ "club": "Bench", "id": "1", "settings": { "site": "0001" } }],
                "agreement": { "receives": ["people"] },
            },
            receiver(platform, sink),
        ],
    })
}
