//! `--watch`: a command that runs again whenever what it looks at changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use tokio::signal::unix::{SignalKind, signal};

use crate::say::note;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// The deepest folder below what is watched.
const DEEPEST: usize = 4;

/// Runs a check now and after each change of a file in these places, until Ctrl-C; ends as its last run did.
pub async fn watched(
    places: &[PathBuf],
    mut check: impl AsyncFnMut() -> Result<ExitCode>,
) -> Result<ExitCode> {
    let mut stop = signal(SignalKind::interrupt())?;
    loop {
        let before = stamps(places);
        let ended = match check().await {
            Ok(code) => code,
            Err(error) => {
                note(format_args!("{error:#}"));
                ExitCode::FAILURE
            }
        };
        note("watching; Ctrl-C ends");
        loop {
            tokio::select! {
                _ = stop.recv() => return Ok(ended),
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            if stamps(places) != before {
                break;
            }
        }
    }
}

type Stamps = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// Every file, with its length and when it was written.
fn stamps(places: &[PathBuf]) -> Stamps {
    let mut found = Stamps::new();
    for place in places {
        add(place, DEEPEST, &mut found);
    }
    found
}

fn add(place: &Path, deepest: usize, found: &mut Stamps) {
    let Ok(known) = place.metadata() else { return };
    if known.is_dir() && deepest > 0 {
        let inside = std::fs::read_dir(place).into_iter().flatten().flatten();
        for entry in inside {
            add(&entry.path(), deepest - 1, found);
        }
    } else if known.is_file() {
        found.insert(place.to_owned(), (known.len(), known.modified().ok()));
    }
}
