//! `connector doctor`: looks whether a hub is well, and says of each finding what to do.

mod here;
mod hub;

use std::process::ExitCode;

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ask::Ask;
use crate::config::Config;
use crate::say::{Untold, tell};
use crate::{cli, control, running};

pub use hub::answer;

/// How a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Well.
    Ok,
    /// Worth knowing.
    Note,
    /// To be mended.
    Problem,
}

/// Something that was looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at.
    pub about: String,
    /// How it stands.
    pub verdict: Verdict,
    /// What was seen.
    pub said: String,
    /// What to do; empty where nothing is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to_do: String,
}

impl Finding {
    fn ok(about: &str, said: impl Into<String>) -> Finding {
        Finding { about: about.to_owned(), verdict: Verdict::Ok, said: said.into(), to_do: String::new() }
    }

    fn note(about: &str, said: impl Into<String>, to_do: impl Into<String>) -> Finding {
        Finding { verdict: Verdict::Note, to_do: to_do.into(), ..Finding::ok(about, said) }
    }

    fn problem(about: &str, said: impl Into<String>, to_do: impl Into<String>) -> Finding {
        Finding { verdict: Verdict::Problem, to_do: to_do.into(), ..Finding::ok(about, said) }
    }
}

/// What a hub is asked to look at.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Question {
    /// Whether each connection is verified by a call.
    pub call: bool,
}

/// Runs the command.
pub async fn run(asked: cli::Doctor, config: &Config) -> Result<ExitCode> {
    let config_here = config.clone();
    let mut findings = tokio::task::spawn_blocking(move || here::look(&config_here)).await?;
    let question = Ask::Doctor(Question { call: asked.call });
    let sound = findings.iter().all(|finding| finding.verdict != Verdict::Problem);
    match control::ask_running(config, &question).await {
        Ok(Some(answer)) => findings.extend(serde_json::from_value::<Vec<Finding>>(answer)?),
        Ok(None) => {
            let to_do = "start it with `connector serve`";
            findings.push(Finding::note("hub", "no hub is running on this data directory", to_do));
            if sound && running::is_hub(config).await? {
                findings.extend(at_rest(config, Question { call: asked.call }).await);
            }
        }
        Err(error) => {
            let to_do = "look at what the hub wrote to standard error, and restart it";
            findings.push(Finding::problem("hub", format!("it runs and does not answer: {error:#}"), to_do));
        }
    }
    let well = findings.iter().all(|finding| finding.verdict != Verdict::Problem);
    if asked.json {
        tell(format_args!("{:#}", json!({ "well": well, "findings": findings })))?;
    } else {
        print(&findings)?;
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a hub that is opened for the question alone finds.
async fn at_rest(config: &Config, question: Question) -> Vec<Finding> {
    let found =
        async { anyhow::Ok(serde_json::from_value(control::ask(config, Ask::Doctor(question)).await?)?) };
    found.await.unwrap_or_else(|error| {
        vec![Finding::problem(
            "hub",
            format!("it cannot be opened: {error:#}"),
            "mend this; it would not start either",
        )]
    })
}

fn print(findings: &[Finding]) -> Result<(), Untold> {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    for finding in findings {
        let word = match finding.verdict {
            Verdict::Ok => "ok",
            Verdict::Note => "note",
            Verdict::Problem => "PROBLEM",
        };
        let told = match finding.to_do.as_str() {
            "" => finding.said.clone(),
            to_do => format!("{}: {to_do}", finding.said),
        };
        table.add_row([word, &finding.about, &told]);
    }
    tell(table)
}
