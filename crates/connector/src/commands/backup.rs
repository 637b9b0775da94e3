//! `connector backup`: a copy of the database, taken by the running hub, or here where none runs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use hub::clock::{Clock, SystemClock};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::copies;
use tokio::task::JoinHandle;

use super::ask::Ask;
use crate::cli;
use crate::config::Config;
use crate::control;
use crate::say::tell;

const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Where to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Question {
    file: PathBuf,
}

/// Runs the command.
pub async fn run(asked: cli::Backup, config: &Config) -> Result<ExitCode> {
    let Some(database) = config.file() else {
        bail!(
            "PostgreSQL keeps the people: back its database up with its own tools, `pg_dump` or an archive, and keep a \
             copy of the master key ({}) apart from it",
            key_place(config)
        );
    };
    let file = std::path::absolute(&asked.file).context("the file cannot be named")?;
    let bar = Bar::over(&copies::unfinished(&file), size(&database))?;
    let question = || Question { file: file.clone() };
    let copied = match control::ask_running(config, &Ask::Backup(question())).await {
        Ok(None) => answer(config, question()).await,
        Ok(Some(answer)) => Ok(answer),
        Err(error) => Err(error),
    };
    bar.end();
    let mut copied = copied?;
    copied["master_key"] = json!(key_place(config));
    if asked.json {
        tell(format_args!("{copied:#}"))?;
    } else {
        let bytes = indicatif::HumanBytes(copied["bytes"].as_u64().unwrap_or(0));
        let people = super::restore::people(copied["people"].as_u64().unwrap_or(0));
        tell(format_args!("backed up {people}, {bytes}, to {}", file.display()))?;
        tell(format_args!(
            "the master key is not inside; keep a copy of it apart ({}): without it the platforms' secrets cannot be \
             read",
            key_place(config)
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Copies the database.
pub async fn answer(config: &Config, question: Question) -> Result<Value> {
    let Question { file } = question;
    let (from, to) = (config.database(), file.clone());
    let now = SystemClock.now();
    let copy = tokio::task::spawn_blocking(move || copies::back_up(&from, &to, now)).await??;
    tracing::info!(people = copy.people, bytes = copy.bytes, "the database was backed up");
    Ok(json!({
        "file": file,
        "people": copy.people,
        "bytes": copy.bytes,
        "schema": copy.schema,
        "taken_at": now.timestamp().to_string(),
    }))
}

/// Where the master key is.
pub fn key_place(config: &Config) -> String {
    if std::env::var_os("CONNECTOR_MASTER_KEY").is_some() {
        return "CONNECTOR_MASTER_KEY".to_owned();
    }
    std::env::var("CONNECTOR_MASTER_KEY_FILE").unwrap_or_else(|_| config.key_file().display().to_string())
}

/// A file's size; 0 where there is none.
pub fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |about| about.len())
}

/// A progress bar that watches a file grow.
pub struct Bar {
    bar: ProgressBar,
    watching: JoinHandle<()>,
}

impl Bar {
    /// Over a file that will be about as long as this.
    pub fn over(growing: &Path, whole: u64) -> Result<Bar> {
        let bar = ProgressBar::new(whole);
        bar.set_style(ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}")?);
        let (watched, file) = (bar.clone(), growing.to_owned());
        let watching = tokio::spawn(async move {
            loop {
                watched.set_position(size(&file));
                tokio::time::sleep(LOOK_EVERY).await;
            }
        });
        Ok(Bar { bar, watching })
    }

    /// It is done.
    pub fn end(self) {
        self.watching.abort();
        self.bar.finish_and_clear();
    }
}
