//! What each platform must hold in the evening, by the rules of integration and the agreement.

use std::collections::BTreeMap;

use super::cast::{Directory, RENAMED, source_id};
use super::story::{Life, merge};
use super::{Agreement, Expected};
use crate::{Kind, Platform};

/// The evening of one person at one platform.
pub(super) fn evening(agreement: &Agreement, life: &Life, directory: &Directory) -> Expected {
    let mut known = BTreeMap::new();
    let (mut kind, mut held, mut owed): (Option<Kind>, _, _) = (None, None, false);
    for turn in &life.turns {
        merge(&mut known, &turn.elements);
        if turn.from == agreement.platform {
            (kind, held) = (Some(turn.kind), None);
            continue;
        }
        owed |= agreement.creates.contains(&turn.kind);
        let goes = if kind.is_none() { owed } else { agreement.updates.contains(&turn.kind) };
        if goes {
            held = refused(agreement.platform, &known);
            if held.is_none() {
                kind = Some(turn.kind);
            }
        }
    }
    let directed = kind.is_some() && agreement.directory;
    Expected {
        person: life.key.clone(),
        platform: agreement.platform,
        present: kind.is_some(),
        kind,
        held,
        owner_email: known
            .get("ownerID")
            .filter(|_| directed)
            .and_then(|id| owner(agreement.platform, id, directory)),
        lead_source: known
            .get("leadSourceID")
            .filter(|_| directed)
            .and_then(|id| source(id, life.club, directory)),
    }
}

/// The field a platform will not take: I4 has short states, and nobody takes an e-mail address without `@`.
fn refused(platform: Platform, known: &BTreeMap<&'static str, String>) -> Option<&'static str> {
    let has = |name: &str, wrong: fn(&str) -> bool| known.get(name).is_some_and(|value| wrong(value));
    if has("email", |email| !email.contains('@')) {
        return Some("email");
    }
    (platform == Platform::JonasI4 && has("state", |state| state.chars().count() > 3)).then_some("state")
}

/// Staff are matched by e-mail, and never created.
fn owner(platform: Platform, id: &str, directory: &Directory) -> Option<String> {
    let email = directory.intouch_staff.iter().find(|staff| staff.id == id)?.email.to_lowercase();
    let there = match platform {
        Platform::InTouch => &directory.intouch_staff,
        _ => &directory.vfp_staff,
    };
    there.iter().any(|staff| staff.email.to_lowercase() == email).then_some(email)
}

/// Lead sources are matched by name, created where they lack, and renamed with their owner.
fn source(id: &str, club: usize, directory: &Directory) -> Option<String> {
    if id == source_id(club, RENAMED.0) {
        return Some(RENAMED.1.to_owned());
    }
    directory.intouch_lead_sources.iter().find(|source| source.id == id).map(|source| source.name.clone())
}
