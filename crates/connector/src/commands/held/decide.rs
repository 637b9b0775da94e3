//! Decisions about held records: what they would do, and doing it.

use std::sync::Arc;

use anyhow::{Result, bail};
use hub::Hub;
use hub::held::{Decided, HeldRecord};
use model::{Decision, Refusal, RemoteId};
use serde_json::{Value, json};

use super::answers::{long_enough, meant};
use super::{NAMED, Word, many};

/// Takes a decision about a group or a record, or only says what it would do.
pub(super) async fn decide(hub: &Arc<Hub>, which: &str, word: &Word, preview: bool) -> Result<Value> {
    long_enough(which)?;
    if let Word::Many(verdict) = word {
        let Some(braked) = many::meant(hub, which).await? else {
            bail!("no decision that waits begins with `{which}`; see `connector held list`");
        };
        return many::decide(hub, &braked, *verdict, preview).await;
    }
    let records = meant(hub, which).await?;
    let (unknown, open): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| record.unknown.is_some());
    let alone = matches!(word, Word::Is(_) | Word::NotThere);
    if alone && unknown.len() + open.len() > 1 {
        bail!("`{which}` means {} records: this is decided for one at a time", unknown.len() + open.len());
    }
    if matches!(word, Word::Is(number) if number.trim().is_empty()) {
        bail!("a record's number is not empty");
    }
    if preview {
        return Ok(previewed(word, &open, &unknown));
    }
    let (mut done, mut refused) = (0, Vec::new());
    for record in open.iter().chain(&unknown) {
        let (decision, note) = match word {
            Word::Again => (Decision::Again, ""),
            Word::Is(number) => (Decision::Is(record_named(record, number)), ""),
            Word::NotThere => (Decision::NotThere, ""),
            Word::Settled(note) => (Decision::Settled, note.as_str()),
            Word::Many(_) => continue,
        };
        let of = (record.person, record.connection);
        match hub.decide_held(of, decision, note).await? {
            Decided::Done => done += 1,
            Decided::Taken => {
                refused.push(format!("{}: that number is another person's record", record.name));
            }
            Decided::Refused(refusal) => refused.push(format!("{}: {}", record.name, why(refusal))),
        }
    }
    let what = match word {
        Word::Settled(_) => "settled",
        Word::Is(_) => "decided",
        _ => "sent again",
    };
    Ok(json!({ "said": format!("{done} {what}, {} not", refused.len()), "done": done, "refused": refused }))
}

/// The record of this number: the candidate of that number, whose space of numbers is known, if there is one.
fn record_named(record: &HeldRecord, number: &str) -> RemoteId {
    let number = number.trim();
    let candidate = record.candidates.iter().find(|candidate| candidate.id == number);
    candidate.cloned().unwrap_or_else(|| RemoteId::plain(number))
}

fn previewed(word: &Word, open: &[HeldRecord], unknown: &[HeldRecord]) -> Value {
    if let Word::Is(number) = word {
        return json!({ "said": previewed_number(number, open.iter().chain(unknown)), "done": 0, "refused": [] });
    }
    let what = if matches!(word, Word::Settled(_)) { "be taken for settled" } else { "be sent again" };
    let mut names: Vec<_> = open.iter().take(NAMED).map(|record| record.name.clone()).collect();
    match open.len() - names.len() {
        0 => {}
        1 => names.push("and 1 other".to_owned()),
        others => names.push(format!("and {others} others")),
    }
    let stays = match unknown.first().and_then(|record| record.unknown) {
        None => String::new(),
        Some(refusal) => format!(" {} would stay held: {}.", unknown.len(), why(refusal)),
    };
    let said = match open.len() {
        0 => stays.trim_start().to_owned(),
        count => format!("{count} would {what}: {}. Say --yes to do it.{stays}", names.join(", ")),
    };
    json!({ "said": said, "done": 0, "refused": [] })
}

fn previewed_number<'a>(number: &str, records: impl Iterator<Item = &'a HeldRecord>) -> String {
    let told = records.map(|record| {
        let among =
            record.candidates.is_empty() || record.candidates.iter().any(|one| one.id == number.trim());
        let but = if among { "" } else { " That is none of those which the platform showed!" };
        format!(
            "{} would be record {} there, and what differs would be written into it.{but}",
            record.name,
            number.trim()
        )
    });
    format!("{} Say --yes to do it.", told.collect::<Vec<_>>().join(" "))
}

fn why(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotHeld => "is no longer held",
        Refusal::InDoubt => {
            "nobody knows whether it arrived; say `is NUMBER` or `not-there` after somebody has looked"
        }
        Refusal::SinceRestore => {
            "nobody knows whether it is there since the restore; say `is NUMBER`, or let all who are not there be \
             created by `connector restore accept`"
        }
        Refusal::NoNumberWanted => "is held for another reason than its number; `release` sends it again",
        Refusal::Gone => "is gone there; `release` makes it again, and `is NUMBER` names another record",
        Refusal::NotInDoubt => "is not in doubt; `release` sends it again",
    }
}
