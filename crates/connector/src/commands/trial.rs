//! `connector platform try`: one call of a description, expression by expression, and, if asked to, made.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use model::{Field, Kind, Operation, Outcome, RemoteId};
use platform::net::GuardedClient;
use platform::{Answer, Description, Endpoint, Given, Prepared, Settings, Tokens, samples};

use super::entry::{listed, meant};
use super::platform::{library, unknown};
use crate::cli;
use crate::config::Config;
use crate::say::{note, tell};

/// Runs the command; it fails where the call cannot be made, or was made and not taken.
pub async fn run(asked: cli::Try, config: &Config) -> Result<ExitCode> {
    let library = library(config)?;
    let description = library.get(&asked.name).with_context(|| unknown(&library, &asked.name))?;
    let operation = operation(&description, &asked.operation)?;
    let (settings, given) = what(&asked, &description)?;
    let bound = Endpoint::bind(
        Arc::clone(&description),
        settings,
        Arc::new(GuardedClient::new()?),
        Arc::new(Tokens::new()),
    );
    let endpoint = match bound {
        Ok(endpoint) => endpoint,
        Err(problems) => {
            for problem in problems {
                note(format_args!("--set {problem}"));
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    for warning in endpoint.warnings() {
        note(warning);
    }
    tell(format_args!("{} at {}\n\nWhat is computed:", operation.name(), description.title()))?;
    for one in endpoint.computed(operation, &given).unwrap_or_default() {
        tell(format_args!("  {:32} {:40} {}", one.place, format!("={}", one.source), one.value))?;
    }
    match endpoint.preview(operation, &given) {
        Ok(requests) => requests.iter().try_for_each(show)?,
        Err(outcome) => {
            tell(format_args!("\nNo request can be made: {}", said(&outcome)))?;
            return Ok(ExitCode::FAILURE);
        }
    }
    if !asked.send {
        tell("\nNothing was sent; `--send` makes the call.")?;
        return Ok(ExitCode::SUCCESS);
    }
    if description.rotates() {
        note(
            "signing in would use up the refresh token, and only the hub keeps the one that follows: nothing was sent",
        );
        return Ok(ExitCode::FAILURE);
    }
    let answer = endpoint.call(operation, &given).await;
    answered(&answer)?;
    let taken = matches!(answer.outcome, Outcome::Saved { .. } | Outcome::Unchanged);
    Ok(if taken { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn operation(description: &Description, name: &str) -> Result<Operation> {
    let known = || description.abilities().operations.keys().map(|operation| operation.name());
    let found = description.abilities().operations.keys().find(|operation| operation.name() == name);
    found.copied().with_context(|| {
        let title = description.title();
        format!("{title} has no operation `{name}`{}; it has {}", meant(name, known()), listed(known()))
    })
}

/// The settings and what the call is about: those of a sample first, then what the command line says.
fn what(asked: &cli::Try, description: &Description) -> Result<(Settings, Given)> {
    let (mut settings, mut given) = match &asked.sample {
        None => (Settings::default(), Given::default()),
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("`{}` cannot be read", file.display()))?;
            let sample = samples::read(&text).with_context(|| format!("`{}`", file.display()))?;
            (sample.settings(description), sample.given())
        }
    };
    let typed = asked.settings.iter().map(|pair| setting(pair, description)).collect::<Result<Vec<_>>>()?;
    settings.0.extend(Settings::typed(description, typed).0);
    for pair in &asked.person {
        let (name, value) = halves(pair, "--person")?;
        given.person.insert(field(name)?, Some(value.to_owned()).filter(|value| !value.is_empty()));
    }
    let changed: BTreeSet<Field> = asked.changed.iter().map(|name| field(name)).collect::<Result<_>>()?;
    given.changed = if changed.is_empty() { given.person.keys().copied().collect() } else { changed };
    if let Some(kind) = &asked.kind {
        let read = Kind::read(&kind.replace('-', "_").to_ascii_uppercase());
        given.kind = Some(read.with_context(|| format!("`{kind}` is not prospect, member or ex-member"))?);
    }
    given.record = asked.record.as_deref().map(RemoteId::plain).or(given.record);
    given.external_id = asked.external_id.clone().unwrap_or(given.external_id);
    given.name = asked.named.clone().or(given.name);
    given.email = asked.email.clone().or(given.email);
    given.dry_run = asked.dry_run;
    given.now = crate::pages::now();
    Ok((settings, given))
}

/// A setting of `--set`, its value perhaps taken from the environment.
pub(super) fn setting(pair: &str, description: &Description) -> Result<(String, String)> {
    let (name, value) = halves(pair, "--set")?;
    description.setting(name).with_context(|| {
        let known = || description.settings().iter().map(|setting| setting.name.as_str());
        format!("there is no setting `{name}`{}; there are {}", meant(name, known()), listed(known()))
    })?;
    let value = match value.strip_prefix("env:") {
        Some(variable) => std::env::var(variable)
            .with_context(|| format!("the environment variable `{variable}` is not set"))?,
        None => value.to_owned(),
    };
    Ok((name.to_owned(), value))
}

fn halves<'a>(pair: &'a str, of: &str) -> Result<(&'a str, &'a str)> {
    pair.split_once('=').with_context(|| format!("{of} takes a name, `=` and a value, not `{pair}`"))
}

fn field(name: &str) -> Result<Field> {
    let Ok(field) = name.parse() else {
        let meant = meant(name, Field::ALL.iter().map(|field| field.name()));
        bail!("a person has no field `{name}`{meant}; `connector platform fields` lists them");
    };
    Ok(field)
}

fn show(request: &Prepared) -> Result<()> {
    let of = if request.step.is_empty() { String::new() } else { format!(" of the step `{}`", request.step) };
    tell(format_args!("\nThe request{of}:\n  {} {}", request.method, request.url))?;
    for (name, value) in &request.headers {
        tell(format_args!("  {name}: {value}"))?;
    }
    indented(&request.body)
}

fn answered(answer: &Answer) -> Result<()> {
    let exchange = &answer.exchange;
    match exchange.status {
        Some(status) => tell(format_args!("\nThe answer, after {} ms: {status}", exchange.took_ms))?,
        None => tell("\nNo answer.")?,
    }
    indented(&exchange.response)?;
    for note in &exchange.notes {
        tell(format_args!("  ({note})"))?;
    }
    if let Some(part) = &answer.part {
        let number = part.id.as_ref().map_or(String::new(), |id| format!(" under number {}", id.id));
        let left: Vec<&str> = part.left.iter().map(|field| field.name()).collect();
        tell(format_args!("\nStored{number}, but for {}; of the rest:", listed(left)))?;
    }
    tell(format_args!("\nWhat it means: {}", said(&answer.outcome)))?;
    if let Some(rule) = &exchange.rule {
        tell(format_args!("  because of `{rule}`"))?;
    }
    for found in &answer.found {
        let name = found.name.clone().unwrap_or_else(|| {
            [&found.first_name, &found.last_name].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
        });
        tell(format_args!("  found {} {name} {}", found.id.id, found.email.as_deref().unwrap_or_default()))?;
    }
    if answer.next.is_some() {
        tell("  and the list goes on, on a further page")?;
    }
    Ok(())
}

fn indented(text: &str) -> Result<()> {
    text.lines().try_for_each(|line| Ok(tell(format_args!("  {line}"))?))
}

/// An outcome in the words of the guide of the language.
fn said(outcome: &Outcome) -> String {
    let id = |id: &Option<RemoteId>| id.as_ref().map_or(String::new(), |id| format!(", number {}", id.id));
    match outcome {
        Outcome::Saved { id: saved } => format!("saved{}", id(saved)),
        Outcome::Unchanged => "unchanged".to_owned(),
        Outcome::Rejected { field, said } | Outcome::Unsendable { field, said, .. } => {
            let field = field.map_or(String::new(), |field| format!(" ({})", field.name()));
            format!("rejected{field}: {said}")
        }
        Outcome::Duplicate { id: known, said } => format!("duplicate{}: {said}", id(known)),
        Outcome::Gone => "gone: there is no such record".to_owned(),
        Outcome::Doubtful { reason } => format!("doubtful: {reason}"),
        Outcome::Unsupported => "unsupported".to_owned(),
        Outcome::Misconfigured { reason } => format!("misconfigured: {reason}"),
        Outcome::Unavailable { reason, .. } => format!("unavailable: {reason}"),
        Outcome::Throttled { retry_after_s } => {
            format!("throttled; it asks to wait {} s", retry_after_s.unwrap_or_default())
        }
        Outcome::Unauthorised { said } => format!("unauthorised: {said}"),
    }
}
