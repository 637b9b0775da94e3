//! `connector feeds`: what platforms' own people changed: how far it was read, reading it now, and decisions about it.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use comfy_table::{Table, presets};
use hub::Hub;
use hub::feeds::{Deciding, Read};
use hub::registry::Spoke;
use model::{Braked, Brought, Decided, Feed};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ask::Ask;
use super::pause::named;
use crate::cli;
use crate::config::Config;
use crate::control;
use crate::say::tell;

/// What is wanted of the feeds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Show them.
    List,
    /// Do something with those of a connection.
    Do {
        /// What.
        what: What,
        /// The connection, by its platform or number.
        connection: String,
        /// Its client.
        client: Option<String>,
    },
}

/// What is done with a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Read it now.
    Read,
    /// Take in what was stopped.
    Apply,
    /// Leave it out.
    Discard,
}

/// Runs the command.
pub async fn run(asked: cli::Feeds, config: &Config) -> Result<ExitCode> {
    let (what, which) = match asked {
        cli::Feeds::List { json } => {
            let answer = control::ask(config, Ask::Feeds(Question::List)).await?;
            tell(if json { format!("{answer:#}") } else { table(&answer) })?;
            return Ok(ExitCode::SUCCESS);
        }
        cli::Feeds::Read(which) => (What::Read, which),
        cli::Feeds::Apply(which) => (What::Apply, which),
        cli::Feeds::Discard(which) => (What::Discard, which),
    };
    let cli::Which { connection, client } = which;
    let answer = control::ask(config, Ask::Feeds(Question::Do { what, connection, client })).await?;
    let lines = answer["told"].as_array().map_or(&[][..], Vec::as_slice);
    tell(lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"))?;
    let well = answer["well"].as_bool().unwrap_or(false);
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Answers the question.
pub async fn answer(hub: &Arc<Hub>, question: Question) -> Result<Value> {
    let (what, connection, client) = match question {
        Question::List => {
            let feeds = hub.feeds().await?;
            return Ok(feeds.iter().map(|(feed, spoke)| shown(hub, feed, spoke)).collect());
        }
        Question::Do { what, connection, client } => (what, connection, client),
    };
    let mut setup = hub.registry().setup.clone();
    let id = named(&mut setup, &connection, client.as_deref())?.id;
    let feeds: Vec<_> = hub.feeds().await?.into_iter().filter(|(feed, _)| feed.connection == id).collect();
    if feeds.is_empty() {
        bail!(
            "the changes of `{connection}` are not read: its description has no `list_changes`, its agreement does not receive people, or it is not live"
        );
    }
    let (mut told, mut well) = (Vec::new(), true);
    for (feed, spoke) in feeds {
        let club = club_name(hub, &feed);
        let decision = match what {
            What::Read => None,
            What::Apply => Some(Decided::Apply),
            What::Discard => Some(Decided::Discard),
        };
        let deciding = match decision {
            Some(decision) => hub.decide_feed((feed.connection, feed.club), decision).await?,
            None => Deciding::Done,
        };
        let did = match deciding {
            Deciding::Nothing => "nothing waits for a decision".to_owned(),
            Deciding::NotNow => {
                well = false;
                "not decided: it is being read just now; ask again when that has ended".to_owned()
            }
            Deciding::Done => {
                let read = hub.read_feed((feed.connection, feed.club)).await?;
                well &= matches!(read, Read::Whole(_));
                if decision == Some(Decided::Discard) && well {
                    "what was changed until now is left out".to_owned()
                } else {
                    in_words(&read)
                }
            }
        };
        told.push(format!("{} at {club}: {did}", spoke.title()));
    }
    Ok(json!({ "told": told, "well": well }))
}

fn in_words(read: &Read) -> String {
    let counts = |brought: &Brought| {
        format!("{} records; {} people changed, {} new", brought.records, brought.changed, brought.new)
    };
    match read {
        Read::Whole(brought) => counts(brought),
        Read::Braked(brought) => format!(
            "{}: so many are taken in only once you decide it (`connector feeds apply`)",
            counts(brought)
        ),
        Read::Failed(said) => format!("not read: {said}"),
        Read::NotNow => {
            "not read just now: it is being read already, its connection is paused, or it is another node's"
                .to_owned()
        }
    }
}

fn club_name(hub: &Hub, feed: &Feed) -> String {
    hub.registry().club(feed.club).map_or_else(String::new, |club| club.name.clone())
}

fn shown(hub: &Hub, feed: &Feed, spoke: &Spoke) -> Value {
    let (state, since, said) = match (&feed.braked, &feed.failing) {
        (Some(Braked { since, brought, decided: None }), _) => {
            let said = format!(
                "{} records would change {} people and add {}",
                brought.records, brought.changed, brought.new
            );
            ("waits for a decision", Some(*since), Some(said))
        }
        (_, Some(failing)) => ("failing", Some(failing.since), Some(failing.said.clone())),
        (Some(braked), None) => ("decided", Some(braked.since), None),
        (None, None) => ("well", None, None),
    };
    json!({
        "platform": spoke.connection.platform, "title": spoke.title(), "connection": feed.connection.0,
        "club": club_name(hub, feed), "known_until": feed.known_until.to_string(), "next_at": feed.next_at.to_string(),
        "last": feed.last.map(|(at, brought)| json!({
            "at": at.to_string(), "records": brought.records, "changed": brought.changed, "new": brought.new,
        })),
        "state": state, "since": since.map(|since| since.to_string()), "said": said,
    })
}

fn table(answer: &Value) -> String {
    let feeds = answer.as_array().map_or(&[][..], Vec::as_slice);
    if feeds.is_empty() {
        return "no platform's changes are read: that needs a description with `list_changes` and an agreement that receives people".to_owned();
    }
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_header([
        "platform",
        "club",
        "known until",
        "next",
        "last reading",
        "state",
    ]);
    for feed in feeds {
        let text = |name: &str| feed[name].as_str().unwrap_or_default().to_owned();
        let last = &feed["last"];
        let last = if last.is_null() {
            "none yet".to_owned()
        } else {
            format!("{} records, {} changed, {} new", last["records"], last["changed"], last["new"])
        };
        let state = [text("state"), text("said")]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(": ");
        table.add_row([text("title"), text("club"), text("known_until"), text("next_at"), last, state]);
    }
    table.to_string()
}
