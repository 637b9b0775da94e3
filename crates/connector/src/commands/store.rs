//! `connector store migrate`: moves a stopped hub from its file to a PostgreSQL database, and puts the file away.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use store::moving::{Move, Moved, Stage};
use store::{PostgresOptions, copies};

use crate::cli;
use crate::config::{Config, DatabaseUrl};
use crate::running;
use crate::say::tell;

const TICK: Duration = Duration::from_millis(200);

/// Runs the command.
pub async fn run(asked: cli::Store, config: &Config) -> Result<ExitCode> {
    let cli::Store::Migrate { from, to, json } = asked;
    let from = file(&from)?;
    let to = to
        .or_else(|| config.store.clone())
        .context("where to? Name postgres://USER:PASSWORD@HOST/DATABASE")?;
    let folder = from.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        bail!("`{}` is no directory", folder.display());
    }
    let _lock = running::lock(folder)?;
    running::refuse_moved(&from)?;
    let aside = running::moved_away(&from);
    if aside.exists() {
        bail!("`{}` is left from a move before: put it away first", aside.display());
    }
    let (moved, took) = moved(&from, &to).await?;
    copies::put_away(&from, &aside)?;
    if json {
        let rows: serde_json::Map<_, _> =
            moved.rows.iter().map(|(name, rows)| ((*name).into(), (*rows).into())).collect();
        tell(format_args!(
            "{:#}",
            json!({ "rows": rows, "there_before": moved.there_before, "kept_aside": aside })
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    told(&moved, took, &from, &aside)?;
    Ok(ExitCode::SUCCESS)
}

/// The database file that is meant.
fn file(from: &str) -> Result<PathBuf> {
    let Some(path) = from.strip_prefix("sqlite:") else {
        bail!("a hub is moved from its file alone: write sqlite:DATA, where DATA is its data directory");
    };
    let path = std::path::absolute(path).context("the data directory cannot be named")?;
    Ok(if path.is_dir() { path.join("connector.db") } else { path })
}

async fn moved(from: &Path, to: &DatabaseUrl) -> Result<(Moved, Duration)> {
    let bar = ProgressBar::new_spinner().with_message("reading");
    bar.enable_steady_tick(TICK);
    let reading = ProgressStyle::with_template("{msg} {human_pos} rows {per_sec}")?;
    let rest = ProgressStyle::with_template("{msg} {bar:40} {human_pos}/{human_len} rows {per_sec} {eta}")?;
    bar.set_style(reading);
    let mut now = Stage::Reading;
    let all = Move::new(from, PostgresOptions::at(&to.0));
    let moved = all.run(|stage, rows, of| {
        if stage != now {
            now = stage;
            bar.set_message(if stage == Stage::Copying { "copying" } else { "comparing" });
            bar.set_style(rest.clone());
            bar.set_length(of);
            bar.reset_eta();
        }
        bar.set_position(rows);
    });
    let moved = moved.await;
    bar.finish_and_clear();
    Ok((moved.context("nothing was changed in the file")?, bar.elapsed()))
}

fn told(moved: &Moved, took: Duration, from: &Path, aside: &Path) -> Result<()> {
    let count = |name| moved.rows.iter().find(|(table, _)| *table == name).map_or(0, |(_, rows)| *rows);
    let all: u64 = moved.rows.iter().map(|(_, rows)| rows).sum();
    tell(format_args!(
        "moved {} with {} links and {} lines of the log: {all} rows in {}, and compared",
        super::restore::people(count("person")),
        count("link"),
        count("line"),
        indicatif::HumanDuration(took)
    ))?;
    if moved.there_before > 0 {
        tell(format_args!("{} of them were there from a run before", moved.there_before))?;
    }
    tell(format_args!(
        "start the hub with `--store`, or CONNECTOR_STORE, and the same data directory: the master key stays there"
    ))?;
    tell(format_args!(
        "the file is kept as {}; put it away: two hubs on two copies would send everything twice",
        aside.display()
    ))?;
    tell(format_args!(
        "as long as no hub has run on the database, `mv {} {}` goes back to the file",
        aside.display(),
        from.display()
    ))?;
    Ok(())
}
