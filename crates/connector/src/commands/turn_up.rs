//! `connector turn-up`: check, plan, survey, apply.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use hub::Hub;
use hub::turn_up::{Pairing, Plan, Survey, TurnUpFile, check};
use model::Setup;
use serde_json::{Value, json};

use super::ask::Ask;
use super::logging_url::url_of;
use crate::cli;
use crate::config::Config;
use crate::say::tell;
use crate::{control, running};

/// How many names a listing shows.
const NAMES: usize = 12;

/// Runs the command.
pub async fn run(asked: cli::TurnUp, config: &Config) -> Result<ExitCode> {
    let path = asked.file.display();
    let text = std::fs::read_to_string(&asked.file).with_context(|| format!("`{path}` cannot be read"))?;
    let mut file =
        read(&path.to_string(), &text).with_context(|| format!("`{path}` is not a turn-up file"))?;
    file.bring_in()?;
    let ask = Ask::TurnUp { file: Box::new(file), plan: asked.plan };
    let answer = if asked.plan && !running::is_hub(config).await? {
        plan_the_first(config, ask).await?
    } else {
        control::ask(config, ask).await?
    };
    if asked.json {
        tell(format_args!("{answer:#}"))?;
    } else {
        tell(told(&answer).trim_end())?;
    }
    let wrong = answer["problems"].as_array().is_some_and(|problems| !problems.is_empty());
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Plans where there is no hub yet: over a directory that is forgotten, for a plan leaves nothing behind,
/// neither there nor in a database.
async fn plan_the_first(config: &Config, ask: Ask) -> Result<Value> {
    let scratch = running::scratch()?;
    control::ask(&Config { data: scratch.path().to_owned(), store: None, ..config.clone() }, ask).await
}

/// Reads a turn-up file of this name.
pub fn read(name: &str, text: &str) -> Result<TurnUpFile> {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let told = error.render_with_options(serde_saphyr::render_options! { source_name: Some(name) });
        anyhow!("{}", told.strip_prefix("error: ").unwrap_or(&told))
    })
}

/// Checks, plans, surveys and, unless only planned, applies.
pub async fn answer(hub: &Arc<Hub>, config: &Config, file: &TurnUpFile, only_plan: bool) -> Result<Value> {
    let before = hub.registry().setup.clone();
    let problems = check(file, hub.library(), &before);
    if !problems.is_empty() {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        return Ok(json!({ "problems": problems }));
    }
    let plan = Plan::new(file, &before, (hub.library(), hub.vault()), hub.clock().now())?;
    if plan.changes.is_empty() {
        return Ok(json!({ "changes": [], "logs": logs(hub, config, &plan) }));
    }
    let survey = hub.survey(&plan.setup, plan.client).await;
    let problems: Vec<String> = survey
        .verified
        .iter()
        .filter_map(|one| Some(format!("{} at {}: {}", one.platform, one.club, one.problem.as_ref()?)))
        .collect();
    let applies = !only_plan && problems.is_empty();
    if applies {
        apply(hub, &before, &plan).await?;
    }
    Ok(json!({
        "changes": plan.changes,
        "problems": problems,
        "survey": survey,
        "applied": applies,
        "logs": if applies { logs(hub, config, &plan) } else { Value::Null },
    }))
}

async fn apply(hub: &Arc<Hub>, before: &Setup, plan: &Plan) -> Result<()> {
    if !hub.change_setup(before, plan.setup.clone()).await? {
        bail!("the set-up was changed by another command meanwhile; run this one again");
    }
    for connection in &plan.going_live {
        hub.give_sources(*connection).await?;
        hub.first_load(*connection).await?;
    }
    Ok(())
}

fn logs(hub: &Hub, config: &Config, plan: &Plan) -> Value {
    let clubs = plan.setup.clubs.iter().filter(|club| club.client == plan.client);
    clubs.map(|club| json!({ "club": club.name, "url": url_of(hub, &config.public_url, club) })).collect()
}

fn told(answer: &Value) -> String {
    let mut text = String::new();
    let mut say = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    let list = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    for problem in list("problems") {
        say(format!("error: {}", problem.as_str().unwrap_or_default()));
    }
    let changes = list("changes");
    if changes.is_empty() && list("problems").is_empty() {
        say("nothing to change".to_owned());
    }
    for change in &changes {
        say(format!("  {}", change.as_str().unwrap_or_default()));
    }
    if let Ok(survey) = serde_json::from_value::<Survey>(answer["survey"].clone()) {
        survey.pairings.iter().for_each(|pairing| say(paired(pairing)));
    }
    match answer["applied"].as_bool() {
        Some(true) => say("done".to_owned()),
        Some(false) => say("nothing was changed".to_owned()),
        None => {}
    }
    for log in list("logs") {
        let club = log["club"].as_str().unwrap_or_default();
        let url = log["url"].as_str().unwrap_or("revoked; `connector logging-url rotate` makes another");
        say(format!("Connector Log of {club}: {url}"));
    }
    text
}

fn paired(pairing: &Pairing) -> String {
    let role = match pairing.role {
        model::directory::Role::Staff => "staff",
        model::directory::Role::LeadSource => "lead sources",
    };
    let some = |names: &[String]| match names {
        [] => "0".to_owned(),
        names => {
            let shown = names.iter().take(NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
            format!("{} ({shown}{})", names.len(), if names.len() > NAMES { ", …" } else { "" })
        }
    };
    format!(
        "  {}, {role} of {} in {}: {} matched, unmatched {}, ambiguous {}",
        pairing.club,
        pairing.from,
        pairing.to,
        pairing.matched.len(),
        some(&pairing.unmatched),
        some(&pairing.ambiguous)
    )
}
