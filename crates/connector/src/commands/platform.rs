//! `connector platform`: descriptions, listed, shown, checked and tested offline.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use comfy_table::{Table, presets};
use model::{Field, Operation};
use platform::library::Library;
use platform::{Description, samples};
use serde_json::{Value, json};

use super::entry::{listed, meant};
use super::watch::watched;
use super::{drafting, explain, lint, trial};
use crate::cli;
use crate::config::Config;
use crate::say::{note, tell};

/// The descriptions that a hub of this configuration knows.
pub(super) fn library(config: &Config) -> Result<Library> {
    let library = match &config.platforms {
        Some(dir) => Library::with_dir(dir),
        None => Library::bundled(),
    };
    Ok(library?)
}

/// Runs the command.
pub async fn run(asked: cli::Platform, config: &Config) -> Result<ExitCode> {
    match asked {
        cli::Platform::List { json } => list(&library(config)?, json)?,
        cli::Platform::Show { name, json } => return show(&library(config)?, &name, json),
        cli::Platform::Lint { paths, watch: true } => {
            return watched(&paths, async || lint::run(&paths, config)).await;
        }
        cli::Platform::Lint { paths, watch: false } => return lint::run(&paths, config),
        cli::Platform::Explain { place } => return explain::run(&place),
        cli::Platform::New(asked) => return drafting::run(*asked, config).await,
        cli::Platform::Fields { json } => fields(json)?,
        cli::Platform::Schema => tell(format_args!("{:#}", platform::json_schema()))?,
        cli::Platform::Try(asked) => return trial::run(*asked, config).await,
        cli::Platform::Test { name, watch } => {
            let tested = async || test(&library(config)?, name.as_deref()).await;
            return match (watch, &config.platforms) {
                (false, _) => tested().await,
                (true, Some(folder)) => watched(std::slice::from_ref(folder), tested).await,
                (true, None) => {
                    bail!("nothing can change: say `platforms = \"FOLDER\"` in the configuration")
                }
            };
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn unknown(library: &Library, name: &str) -> String {
    let meant = meant(name, library.names());
    format!("no platform is called `{name}`{meant}; there are {}", listed(library.names()))
}

fn operations(description: &Description) -> Vec<Value> {
    let operations = description.abilities().operations.iter();
    operations
        .map(|(operation, ability)| json!({ "name": operation.name(), "grade": ability.grade }))
        .collect()
}

fn list(library: &Library, as_json: bool) -> Result<()> {
    let descriptions: Vec<_> = library.names().filter_map(|name| library.get(name)).collect();
    if as_json {
        let all: Value = descriptions
            .iter()
            .map(|one| json!({ "name": one.name(), "title": one.title(), "version": one.version(), "grade": one.grade(), "operations": operations(one) }))
            .collect();
        return Ok(tell(format_args!("{all:#}"))?);
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(["platform", "", "version", "grade", "operations"]);
    for one in descriptions {
        let count = one.abilities().operations.len().to_string();
        table.add_row([one.name(), one.title(), &one.version().to_string(), one.grade().name(), &count]);
    }
    Ok(tell(table)?)
}

fn show(library: &Library, name: &str, as_json: bool) -> Result<ExitCode> {
    let description = library.get(name).with_context(|| unknown(library, name))?;
    if as_json {
        let settings = description.settings().iter().map(|one| {
            json!({ "name": one.name, "title": one.title, "help": one.help, "required": one.required, "secret": one.is_secret(), "default": one.default })
        });
        let settings: Value = settings.collect();
        tell(format_args!(
            "{:#}",
            json!({ "name": name, "title": description.title(), "vendor": description.vendor(), "grade": description.grade(), "operations": operations(&description), "settings": settings })
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    let grade = description.grade().name();
    tell(format_args!("{} ({name}), version {}, {grade}\n", description.title(), description.version()))?;
    tell("It can:")?;
    for (operation, ability) in &description.abilities().operations {
        tell(format_args!("  {:20} {}", operation.name(), ability.grade.name()))?;
    }
    tell("\nTurning it up needs:")?;
    for one in description.settings() {
        let needed = if one.required && one.default.is_none() { "" } else { " (may be left out)" };
        tell(format_args!("  {:20} {}{needed}", one.name, one.help.as_deref().unwrap_or(&one.title)))?;
    }
    let mut effects = description.side_effects().peekable();
    if effects.peek().is_some() {
        tell("\nWhat it does to people only where it is switched on:")?;
    }
    for one in effects {
        tell(format_args!("  {:20} {}", one.name, one.title))?;
    }
    if let Some(guide) = library.guide(name) {
        tell(format_args!("\n{guide}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn fields(as_json: bool) -> Result<()> {
    if as_json {
        let all: Value =
            Field::ALL.iter().map(|one| json!({ "name": one.name(), "label": one.label() })).collect();
        return Ok(tell(format_args!("{all:#}"))?);
    }
    for one in Field::ALL {
        tell(format_args!("person.{:14} {}", one.name(), one.label()))?;
    }
    Ok(())
}

/// Replays samples. An operation without one is not shown to work, so it is a failure like a sample that differs.
async fn test(library: &Library, name: Option<&str>) -> Result<ExitCode> {
    let names: Vec<&str> = library.names().filter(|known| name.is_none_or(|name| name == *known)).collect();
    if names.is_empty() {
        bail!(unknown(library, name.unwrap_or_default()));
    }
    let (mut passed, mut failed) = (0, 0);
    for name in names {
        let Some(description) = library.get(name) else { continue };
        let mut without: BTreeSet<Operation> = description.abilities().operations.keys().copied().collect();
        for (file, text) in library.samples(name).with_context(|| format!("the samples of {name}"))? {
            let replayed = match samples::read(&text) {
                Ok(sample) => {
                    without.remove(&sample.operation);
                    samples::replay(&description, &sample).await
                }
                Err(unreadable) => Err(unreadable),
            };
            match replayed {
                Ok(()) => passed += 1,
                Err(mismatch) => {
                    failed += 1;
                    note(format_args!("{file}: {mismatch}"));
                }
            }
        }
        failed += without.len();
        for operation in without {
            note(format_args!(
                "{name}: no sample shows {}; add one to its folder `samples`",
                operation.name()
            ));
        }
    }
    tell(format_args!("{passed} samples as expected, {failed} not"))?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
