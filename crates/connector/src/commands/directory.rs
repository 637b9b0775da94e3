//! `connector directory`: how staff and lead sources correspond, and links by hand.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use comfy_table::{ContentArrangement, Table, presets};
use hub::Hub;
use hub::directory::{SentAnew, Unlinked};
use model::directory::Role;
use model::{Club, DirectoryStory};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ask::{Ask, club_named};
use super::entry::{entry_named, spoke_named, told};
use crate::cli;
use crate::config::Config;
use crate::control;
use crate::say::{note, tell};

/// What is asked about a directory.
#[derive(Debug, Serialize, Deserialize)]
pub struct Question {
    club: Option<String>,
    what: What,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    List(Option<Role>),
    Link { role: Role, one: String, other: String },
    Unlink(OneAt),
    Pin(OneAt),
    Match(OneAt),
}

#[derive(Debug, Serialize, Deserialize)]
struct OneAt {
    role: Role,
    one: String,
    platform: String,
}

/// Runs the command.
pub async fn run(asked: cli::Directory, config: &Config) -> Result<ExitCode> {
    let (club, what, list, as_json) = match asked {
        cli::Directory::List { club, role, json } => (club, What::List(role.map(role_of)), true, json),
        cli::Directory::Link { role, one, other, club } => {
            (club, What::Link { role: role_of(role), one, other }, false, false)
        }
        cli::Directory::Unlink(at) => (at.club.clone(), What::Unlink(one_at(at)), false, false),
        cli::Directory::Pin(at) => (at.club.clone(), What::Pin(one_at(at)), false, false),
        cli::Directory::Match(at) => (at.club.clone(), What::Match(one_at(at)), false, false),
    };
    let answer = control::ask(config, Ask::Directory(Question { club, what })).await?;
    match list {
        true if as_json => tell(format_args!("{answer:#}"))?,
        true => table(&answer)?,
        false => tell(text(&answer, "done"))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn one_at(at: cli::OneAt) -> OneAt {
    OneAt { role: role_of(at.role), one: at.one, platform: at.platform }
}

const fn role_of(role: cli::Role) -> Role {
    match role {
        cli::Role::Staff => Role::Staff,
        cli::Role::LeadSource => Role::LeadSource,
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn table(answer: &Value) -> Result<()> {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header([
        "role",
        "platform",
        "number",
        "name",
        "e-mail",
        "elsewhere",
    ]);
    for entry in answer["entries"].as_array().into_iter().flatten() {
        let role = text(entry, "role").replace('_', " ");
        let cell = |name: &str| text(entry, name);
        let places = entry["elsewhere"].as_array().into_iter().flatten().map(place);
        let places = places.collect::<Vec<_>>().join("; ");
        table.add_row([role, cell("platform"), cell("number"), cell("name"), cell("email"), places]);
    }
    tell(table)?;
    for title in answer["not_read"].as_array().into_iter().flatten() {
        let title = title.as_str().unwrap_or_default();
        note(format_args!("{title} could not be read just now; what it has is as last known"));
    }
    Ok(())
}

fn place(place: &Value) -> String {
    let among: Vec<&str> =
        place["among"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let who = [text(place, "number"), text(place, "name"), among.join(", ")].join(" ");
    let standing = text(place, "standing").replace('_', " ");
    format!("{}: {standing} {}", text(place, "platform"), who.trim()).trim_end().to_owned()
}

/// Answers a question.
pub async fn answer(hub: &Arc<Hub>, question: Question) -> Result<Value> {
    let club = club_named(hub, question.club.as_deref())?;
    match question.what {
        What::List(role) => {
            let mut overview = hub.overview(club.id).await?;
            overview.entries.retain(|entry| role.is_none_or(|role| entry.role == role));
            Ok(json!({ "club": club.name, "entries": overview.entries, "not_read": overview.not_read }))
        }
        What::Link { role, one, other } => {
            let one = entry_named(hub, &club, role, &one).await?;
            let other = entry_named(hub, &club, role, &other).await?;
            let people = hub.link_by_hand(&one, &other).await?;
            let (one, other) = (told(hub, &one), told(hub, &other));
            done(&format!("{one} and {other} are linked; {}", sent(people)))
        }
        What::Unlink(at) => {
            let (role, (one, other)) = (at.role, both(hub, &club, &at).await?);
            let unlinked = hub.unlink_by_hand(&one, other.id()).await?;
            let kept = kept(role, &unlinked);
            let one = told(hub, &one);
            done(&format!("{one} is linked to none in {}; {}{kept}", other.title(), sent(unlinked.sent_anew)))
        }
        What::Pin(at) => {
            let (one, other) = both(hub, &club, &at).await?;
            let number = hub.pin_by_hand(&one, other.id()).await?;
            done(&format!("{} stays linked to {number} in {}", told(hub, &one), other.title()))
        }
        What::Match(at) => {
            let (one, other) = both(hub, &club, &at).await?;
            let story = hub.match_by_itself(&one, other.id()).await?;
            done(&format!(
                "{} is matched by itself again in {}: {}",
                told(hub, &one),
                other.title(),
                word(story)
            ))
        }
    }
}

async fn both(
    hub: &Arc<Hub>,
    club: &Club,
    at: &OneAt,
) -> Result<(model::directory::Entry, Arc<hub::registry::Spoke>)> {
    let name = at.platform.split(':').next().unwrap_or_default();
    let other = spoke_named(hub, club, name)?;
    let one = entry_named(hub, club, at.role, &at.one).await?;
    if other.id() == one.connection {
        bail!("{} is of {} itself; say the other platform", told(hub, &one), other.title());
    }
    Ok((one, other))
}

#[expect(clippy::unnecessary_wraps, reason = "all answers have one shape")]
fn done(sentence: &str) -> Result<Value> {
    Ok(json!({ "done": sentence }))
}

fn sent(anew: SentAnew) -> String {
    let now = match anew.people {
        0 if anew.wait > 0 => "nobody is sent anew yet".to_owned(),
        0 => "nobody has to be sent anew".to_owned(),
        1 => "one person is sent anew".to_owned(),
        people => format!("{people} people are sent anew"),
    };
    match anew.wait {
        0 => now,
        wait => format!("{now}, for {wait} people at once need a decision: see `connector held list`"),
    }
}

/// What records keep: nothing clears it.
fn kept(role: Role, unlinked: &Unlinked) -> String {
    let role = match role {
        Role::Staff => "owner",
        Role::LeadSource => "lead source",
    };
    let told = unlinked.kept.iter().map(|(title, number, records)| match records {
        1 => format!("; one record in {title} keeps {number} as its {role} until it is changed there"),
        _ => {
            format!("; {records} records in {title} keep {number} as their {role} until it is changed there")
        }
    });
    told.collect()
}

const fn word(story: DirectoryStory) -> &'static str {
    match story {
        DirectoryStory::Linked | DirectoryStory::Renamed => "found there",
        DirectoryStory::Created => "made there",
        DirectoryStory::Unmatched => "none there corresponds to it",
        DirectoryStory::Ambiguous => "several could be meant, so none was linked",
        DirectoryStory::InDoubt => "it was to be made there, and nobody knows whether it was",
        DirectoryStory::NotAsked => "the platform could not be asked just now",
        DirectoryStory::LinkedByHand => "linked by hand",
        DirectoryStory::UnlinkedByHand => "unlinked by hand",
        DirectoryStory::Braked { .. } => "it waits for a decision",
        DirectoryStory::Applied => "applied to all",
        DirectoryStory::Discarded => "left as it was",
    }
}
