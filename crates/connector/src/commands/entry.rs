//! Naming a staff member or lead source on the command line: `PLATFORM:WHO`.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use hub::Hub;
use hub::door::Sender;
use hub::registry::Spoke;
use model::directory::{Entry, Role};
use model::{Club, Operation, Setup, fold};
use platform::nearest;

/// A club's connection to a platform.
pub fn spoke_named(hub: &Hub, club: &Club, name: &str) -> Result<Arc<Spoke>> {
    let registry = hub.registry();
    let spokes = registry.of_club(club.id);
    let found = spokes.iter().find(|spoke| spoke.connection.platform == name).cloned();
    found.ok_or_else(|| {
        let names: Vec<&str> = spokes.iter().map(|spoke| spoke.connection.platform.as_str()).collect();
        let meant = meant(name, names.iter().copied());
        anyhow!("{} is not connected to `{name}`{meant}; it is to {}", club.name, names.join(", "))
    })
}

/// The entry that `PLATFORM:WHO` names: by its number there, by its name, or by its e-mail address. Of a platform that
/// cannot list, any number is taken for one.
pub async fn entry_named(hub: &Arc<Hub>, club: &Club, role: Role, text: &str) -> Result<Entry> {
    let (platform, who) =
        text.split_once(':').map(|(platform, who)| (platform, who.trim())).with_context(|| {
            format!(
                "`{text}` does not say whose it is; write it like `vfp:{text}`, the platform before the colon"
            )
        })?;
    let spoke = spoke_named(hub, club, platform)?;
    if let Some(entry) = find(hub, club, (&spoke, role), who)? {
        return Ok(entry);
    }
    hub.read_lists(club.id).await?;
    if let Some(entry) = find(hub, club, (&spoke, role), who)? {
        return Ok(entry);
    }
    if !spoke.abilities().can(list_of(role)) && !who.is_empty() {
        let sender = Sender { connection: spoke.id(), club: club.id };
        let id = hub.directory().entry_for(hub.store(), sender, role, who).await?;
        return hub.directory().get(id).context("an entry that was just kept is gone");
    }
    let entries = hub.directory().entries_of(spoke.id(), club.id, role);
    let known = entries.iter().flat_map(|one| [&one.remote_id, &one.name, &one.email]).map(String::as_str);
    let (what, keys) = match role {
        Role::Staff => ("staff member", "number, name or e-mail address"),
        Role::LeadSource => ("lead source", "number or name"),
    };
    bail!(
        "no {what} of {} at {} has the {keys} `{who}`{}; `connector directory list` shows all",
        spoke.title(),
        club.name,
        meant(who, known)
    )
}

fn find(hub: &Hub, club: &Club, (spoke, role): (&Spoke, Role), who: &str) -> Result<Option<Entry>> {
    let entries = hub.directory().entries_of(spoke.id(), club.id, role);
    if let Some(one) = entries.iter().find(|one| one.remote_id == who) {
        return Ok(Some(one.clone()));
    }
    let key = fold::text(who);
    let named =
        |one: &&Entry| !key.is_empty() && [&one.name, &one.email].iter().any(|it| fold::text(it) == key);
    let found: Vec<&Entry> = entries.iter().filter(named).collect();
    match found[..] {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        _ => {
            let numbers = found.iter().map(|one| one.remote_id.as_str()).collect::<Vec<_>>().join(", ");
            bail!("several in {} are called `{who}`; say which by its number: {numbers}", spoke.title())
        }
    }
}

/// An entry in a sentence: `Olga Owner (st-1) of InTouch FollowUp`.
pub fn told(hub: &Hub, entry: &Entry) -> String {
    let title =
        hub.registry().spoke(entry.connection).map_or_else(String::new, |spoke| spoke.title().to_owned());
    if entry.name.is_empty() {
        format!("{} of {title}", entry.remote_id)
    } else {
        format!("{} ({}) of {title}", entry.name, entry.remote_id)
    }
}

/// `; did you mean …?`, where something near is known.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"))
}

const fn list_of(role: Role) -> Operation {
    match role {
        Role::Staff => Operation::ListStaff,
        Role::LeadSource => Operation::ListLeadSources,
    }
}

/// The known words in a sentence, or that there are none.
pub fn listed<'a>(known: impl IntoIterator<Item = &'a str>) -> String {
    let known = known.into_iter().collect::<Vec<_>>().join(", ");
    if known.is_empty() { "none; see `connector turn-up --help`".to_owned() } else { known }
}

/// That a client is not known, and who is.
pub fn unknown_client(name: &str, setup: &Setup) -> String {
    let known = || setup.clients.iter().map(|client| client.name.as_str());
    format!("no client is called `{name}`{}; there are {}", meant(name, known()), listed(known()))
}
