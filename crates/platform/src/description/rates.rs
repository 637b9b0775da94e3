//! Budgets of calls, as the platform's vendor states them.

use std::collections::{BTreeMap, BTreeSet};

use model::budget::{Limit, Per, Rate, Shared};

use super::Draft;
use super::calls::{operation, unknown_operation};
use crate::mistakes::Mistakes;
use crate::yaml::Node;

pub(super) fn rates(draft: &Draft<'_>, mistakes: &mut Mistakes) -> Vec<Rate> {
    let items = draft.root.get("rates").map_or(&[][..], Node::items);
    items.iter().filter_map(|node| rate(node, mistakes)).collect()
}

fn rate(node: &Node, mistakes: &mut Mistakes) -> Option<Rate> {
    let mut known = |name: &str, span| {
        let known = operation(name);
        if known.is_none() {
            unknown_operation(name, span, mistakes);
        }
        known
    };
    let named = node.get("for").map_or(&[][..], Node::items).iter();
    let of: BTreeSet<_> =
        named.filter_map(|item| known(item.text().unwrap_or_default(), item.span.clone())).collect();
    let costly = node.get("cost").map_or(&[][..], Node::entries).iter();
    let costs: BTreeMap<_, _> = costly
        .filter_map(|(key, node)| {
            let cost = u32::try_from(node.integer()?).ok()?;
            Some((known(&key.name, key.span.clone())?, cost))
        })
        .collect();
    let calls = u32::try_from(node.get("calls").and_then(Node::integer)?).ok()?;
    let per = match node.text_at("per")? {
        "second" => Per::Second,
        "minute" => Per::Minute,
        "hour" => Per::Hour,
        "day" => Per::Day,
        "month" => Per::Month,
        _ => return None,
    };
    let shared = match node.text_at("scope") {
        Some("host") => Shared::Host,
        Some("client") => Shared::Client,
        Some("club") => Shared::Club,
        Some("endpoint") => Shared::Endpoint,
        _ => Shared::Key,
    };
    Some(Rate { limit: Limit { calls, per }, shared, of, costs })
}
