//! A node of the hub: a process with a data directory of its own. The first one's is that of the commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Result, bail};
use simulator::sender::Sender;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A running node.
pub struct Node {
    /// InTouch's voice, speaking to this node.
    pub voice: Sender,
    port: u16,
    command: Command,
    process: Child,
}

impl Node {
    /// Starts a node of the house in a folder, and waits until it answers.
    pub async fn start(
        (binary, folder): (&Path, &Path),
        nth: usize,
        broken: Option<&str>,
        token: &str,
    ) -> Result<Node> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let data = if nth == 0 { folder.join("data") } else { folder.join(format!("data-{nth}")) };
        let mut command = Command::new(binary);
        command.args(["serve", "--config", &folder.join("connector.toml").to_string_lossy()]);
        command.args(["--listen", &format!("127.0.0.1:{port}"), "--data", &data.to_string_lossy()]);
        command.env("CONNECTOR_MASTER_KEY", fs::read_to_string(folder.join("data/master.key"))?);
        if let Some(how) = broken {
            command.env("CONNECTOR_SABOTAGE", how);
        }
        let said = fs::File::options().create(true).append(true).open(folder.join("hub.log"))?;
        let process = command.stdout(Stdio::null()).stderr(said).spawn()?;
        let voice = Sender::new(&format!("http://127.0.0.1:{port}"), "INTOUCH", ("1111", "kits"), token)?;
        let node = Node { voice, port, command, process };
        node.ready().await?;
        Ok(node)
    }

    /// Kills it where it stands.
    pub fn kill(&mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Starts it again.
    pub async fn run_again(&mut self) -> Result<()> {
        self.process = self.command.spawn()?;
        self.ready().await
    }

    /// Sends it a signal, as `kill` names it.
    pub fn signal(&self, signal: &str) -> Result<()> {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status()?;
        if sent.success() { Ok(()) } else { bail!("`kill {signal}` failed") }
    }

    async fn ready(&self) -> Result<()> {
        for _ in 0..4_000 {
            if self.is_ready().await.unwrap_or(false) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        bail!("the hub did not become ready within 20 seconds")
    }

    async fn is_ready(&self) -> Result<bool> {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer.starts_with("HTTP/1.1 200"))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.kill());
    }
}

/// What a command says, on the first node's data.
pub fn run(binary: &PathBuf, folder: &Path, arguments: &[&str]) -> Result<String> {
    let output =
        Command::new(binary).args(arguments).arg("--config").arg(folder.join("connector.toml")).output()?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("{arguments:?}: {}", String::from_utf8_lossy(&said));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
