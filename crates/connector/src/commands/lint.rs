//! `connector platform lint`: every mistake of the descriptions in files and folders.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use platform::library::Library;
use platform::{Description, Mistakes};

use super::platform::library;
use crate::config::Config;
use crate::say::{note, tell};

/// What a description's file is called in a platform's folder.
const NAME: &str = "platform.yaml";

/// Checks what was named, or all that the hub knows.
pub fn run(paths: &[PathBuf], config: &Config) -> Result<ExitCode> {
    if paths.is_empty() {
        let count = library(config)?.names().count();
        tell(format_args!("{}, no mistakes", counted(count)))?;
        return Ok(ExitCode::SUCCESS);
    }
    let found = paths.iter().map(|path| descriptions(path)).collect::<Result<Vec<_>>>()?.concat();
    let mut wrong = 0;
    for one in &found {
        let shown = one.file.display().to_string();
        match one.parse(&shown)? {
            Ok(_) => tell(format_args!("{shown}: no mistakes"))?,
            Err(mistakes) => {
                note(mistakes);
                wrong += 1;
            }
        }
    }
    if found.len() > 1 {
        let wrong = if wrong == 0 { "no mistakes".to_owned() } else { format!("mistakes in {wrong}") };
        tell(format_args!("{}, {wrong}", counted(found.len())))?;
    }
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn counted(count: usize) -> String {
    if count == 1 { "1 description".to_owned() } else { format!("{count} descriptions") }
}

/// A description to check. One that was found in a folder must have the folder's name, or no hub takes it.
#[derive(Clone)]
struct Found {
    file: PathBuf,
    folder: Option<String>,
}

impl Found {
    fn in_folder(folder: &Path) -> Option<Found> {
        let file = Some(folder.join(NAME)).filter(|file| file.is_file())?;
        let folder = std::path::absolute(folder).ok()?;
        Some(Found { file, folder: Some(folder.file_name()?.to_string_lossy().into_owned()) })
    }

    fn parse(&self, shown: &str) -> Result<Result<Description, Mistakes>> {
        let text =
            std::fs::read_to_string(&self.file).with_context(|| format!("`{shown}` cannot be read"))?;
        Ok(match &self.folder {
            Some(folder) => Library::described(folder, shown, &text),
            None => Description::parse(shown, &text),
        })
    }
}

/// The descriptions that a path leads to: itself, that of a platform's folder, or those of the folders in it.
fn descriptions(path: &Path) -> Result<Vec<Found>> {
    if !path.is_dir() {
        return Ok(vec![Found { file: path.to_owned(), folder: None }]);
    }
    if let Some(own) = Found::in_folder(path) {
        return Ok(vec![own]);
    }
    let entries = std::fs::read_dir(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let mut found: Vec<Found> =
        entries.flatten().filter_map(|entry| Found::in_folder(&entry.path())).collect();
    found.sort_by(|one, other| one.file.cmp(&other.file));
    if found.is_empty() {
        bail!("no description in `{}`: neither a `{NAME}` nor a folder that has one", path.display());
    }
    Ok(found)
}
