//! The control socket: commands talk to the running hub through a socket in its data directory, and open the store
//! themselves only when no hub runs. A question is one line of JSON, and so is its answer.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use hub::Hub;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use crate::commands::ask::{Ask, answer};
use crate::config::Config;
use crate::running::{self, Taken};

/// The longest question and answer, in bytes.
const LINE_MAX_BYTES: u64 = 64 << 20;
/// How long a command waits for who holds the data: ten seconds.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS: usize = 100;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Done(Value),
    Failed(String),
}

fn socket(config: &Config) -> PathBuf {
    config.data.join("connector.sock")
}

/// Answers commands until it is aborted.
pub fn listen(hub: Arc<Hub>, config: &Config) -> Result<JoinHandle<()>> {
    let path = socket(config);
    drop(std::fs::remove_file(&path));
    let listener =
        UnixListener::bind(&path).with_context(|| format!("`{}` cannot be made", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let config = config.clone();
    Ok(tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (hub, config) = (Arc::clone(&hub), config.clone());
            tokio::spawn(async move {
                if let Err(error) = serve_one(&hub, &config, stream).await {
                    tracing::debug!(%error, "a command went away");
                }
            });
        }
    }))
}

async fn serve_one(hub: &Arc<Hub>, config: &Config, stream: UnixStream) -> Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(LINE_MAX_BYTES)).read_line(&mut line).await?;
    let reply = match serde_json::from_str::<Ask>(&line) {
        Ok(ask) => match answer(hub, config, ask).await {
            Ok(value) => Reply::Done(value),
            Err(error) => Reply::Failed(format!("{error:#}")),
        },
        Err(error) => {
            Reply::Failed(format!("the command and the hub do not speak the same language: {error}"))
        }
    };
    let mut text = serde_json::to_string(&reply)?;
    text.push('\n');
    write.write_all(text.as_bytes()).await?;
    Ok(())
}

/// Who answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The running hub.
    RunningHub,
    /// This process, from the data: no hub runs there.
    DataAlone,
}

/// Asks the running hub; where none runs, answers from the data itself.
pub async fn ask(config: &Config, ask: Ask) -> Result<Value> {
    ask_and_see(config, ask).await.map(|(answer, _)| answer)
}

/// Asks, and says who answered. A hub that starts or stops, and another command, hold the data for a moment.
pub async fn ask_and_see(config: &Config, ask: Ask) -> Result<(Value, By)> {
    for _ in 0..LOOKS {
        if let Some(answer) = ask_running(config, &ask).await? {
            return Ok((answer, By::RunningHub));
        }
        let opened = match ask {
            Ask::TurnUp { .. } => running::open(config).await,
            _ => running::open_existing(config).await,
        };
        match opened {
            Ok(running) => {
                let answered = answer(&running.hub, config, ask).await;
                running.hub.tell_nodes().await;
                return Ok((answered?, By::DataAlone));
            }
            Err(error) if error.is::<Taken>() => tokio::time::sleep(LOOK_EVERY).await,
            Err(error) => return Err(error),
        }
    }
    bail!("a hub or a command holds `{}` and does not answer; try again", config.data.display())
}

/// Asks the running hub; `None` where none runs.
pub async fn ask_running(config: &Config, ask: &Ask) -> Result<Option<Value>> {
    let Ok(mut stream) = UnixStream::connect(socket(config)).await else { return Ok(None) };
    let mut text = serde_json::to_string(ask)?;
    text.push('\n');
    stream.write_all(text.as_bytes()).await?;
    let mut line = String::new();
    BufReader::new(stream.take(LINE_MAX_BYTES)).read_line(&mut line).await?;
    match serde_json::from_str(&line).context("the hub went away before it answered")? {
        Reply::Done(value) => Ok(Some(value)),
        Reply::Failed(error) => Err(anyhow!(error)),
    }
}
