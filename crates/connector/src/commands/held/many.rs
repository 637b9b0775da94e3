//! Changes of many people that wait for a decision.

use std::sync::Arc;

use anyhow::{Result, bail};
use hub::Hub;
use hub::directory::{Braked, Verdict};
use hub::log::zone_of;
use hub::wording::Teller;
use jiff::tz::TimeZone;
use model::ConnectionId;
use model::directory::Role;
use serde_json::{Value, json};

use crate::say::{Untold, tell};

/// Those that wait, at some connections or everywhere.
pub(super) async fn list(hub: &Hub, wanted: Option<&[ConnectionId]>) -> Result<Vec<Value>> {
    let mut waiting = hub.braked().await?;
    waiting.retain(|one| wanted.is_none_or(|wanted| wanted.contains(&one.connection)));
    Ok(waiting.iter().map(|one| told(hub, one)).collect())
}

/// The one whose name begins so.
pub(super) async fn meant(hub: &Hub, which: &str) -> Result<Option<Braked>> {
    let mut waiting = hub.braked().await?;
    waiting.retain(|one| one.name.starts_with(which));
    if waiting.len() > 1 {
        bail!("{} decisions begin with `{which}`: give more of the name", waiting.len());
    }
    Ok(waiting.pop())
}

/// What is waited for, in words.
pub(super) fn told(hub: &Hub, braked: &Braked) -> Value {
    let registry = hub.registry();
    let club = registry.club(braked.entry.club);
    let zone = club.map_or(TimeZone::UTC, |club| zone_of(club));
    let teller = Teller { registry: &registry, zone, now: hub.clock().now() };
    let title = teller.title(Some(braked.connection));
    let (role, called) = match braked.entry.role {
        Role::Staff => ("owner", "staff member"),
        Role::LeadSource => ("lead source", "lead source"),
    };
    let Braked { changes, people, .. } = braked;
    let samples = braked
        .samples
        .iter()
        .map(|one| json!({ "name": one.name, "before": one.before, "after": one.after }));
    json!({
        "decision": braked.name,
        "platform": title,
        "club": club.map(|club| club.name.clone()),
        "since": teller.clock(braked.since),
        "changes": changes,
        "people": people,
        "sentence": format!(
            "The {role} of {changes} of {people} people in {title} would change at once, because of the {called} “{}” of {}.",
            braked.entry.name,
            teller.title(Some(braked.entry.connection)),
        ),
        "samples": samples.collect::<Vec<_>>(),
    })
}

/// Decides one, or only says what that would do.
pub(super) async fn decide(
    hub: &Arc<Hub>,
    braked: &Braked,
    verdict: Verdict,
    preview: bool,
) -> Result<Value> {
    let sentence = told(hub, braked)["sentence"].as_str().unwrap_or_default().to_owned();
    let said = if preview {
        let would = match verdict {
            Verdict::Apply => "They would be sent at once.",
            Verdict::ApplySlowly => "They would be sent behind everybody else.",
            Verdict::Discard => "They would keep what they have there until they are changed themselves.",
        };
        format!("{sentence} {would} Say --yes to do it.")
    } else {
        match (hub.decide_braked(braked, verdict).await?, verdict) {
            (None, _) => "it waits no longer: it was decided or linked otherwise meanwhile".to_owned(),
            (Some(_), Verdict::Discard) => "nobody is sent anew because of it".to_owned(),
            (Some(people), _) => format!("{people} sent anew"),
        }
    };
    Ok(json!({ "said": said, "refused": [] }))
}

/// Tells those that wait, each with what to say next.
pub(super) fn tell_all(answer: &Value) -> Result<bool, Untold> {
    let waiting = answer["decisions"].as_array().map_or(&[][..], Vec::as_slice);
    for one in waiting {
        let cell = |name: &str| one[name].as_str().unwrap_or_default();
        tell(format_args!(
            "{}  a decision for {}, since {}",
            cell("decision"),
            cell("platform"),
            cell("since")
        ))?;
        tell(format_args!("          {}: {}", cell("club"), cell("sentence")))?;
        for sample in one["samples"].as_array().into_iter().flatten() {
            let value = |name: &str| sample[name].as_str().unwrap_or("nothing");
            let name = sample["name"].as_str().unwrap_or_default();
            tell(format_args!("          {name}: {} → {}", value("before"), value("after")))?;
        }
        tell(format_args!(
            "          connector held apply {0} [--slowly], or connector held discard {0}",
            cell("decision")
        ))?;
    }
    Ok(!waiting.is_empty())
}
