//! Failure rules: what a platform's answers mean.

use super::Draft;
use crate::expression::{Expr, Place};
use crate::mistakes::Mistakes;
use crate::yaml::Node;

/// One rule; the first that fits counts.
pub(crate) struct Rule {
    pub when: Expr,
    pub verdict: Verdict,
    pub said: Vec<Expr>,
    pub field: Vec<Expr>,
    pub id: Vec<Expr>,
    pub retry_after_s: Vec<Expr>,
}

/// What a rule says of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Saved,
    Unchanged,
    Rejected,
    Duplicate,
    Gone,
    Nothing,
    Doubtful,
    Misconfigured,
    Unavailable,
    Throttled,
    Unauthorised,
}

impl Verdict {
    fn named(name: &str) -> Option<Verdict> {
        Some(match name {
            "saved" => Verdict::Saved,
            "unchanged" => Verdict::Unchanged,
            "rejected" => Verdict::Rejected,
            "duplicate" => Verdict::Duplicate,
            "gone" => Verdict::Gone,
            "nothing" => Verdict::Nothing,
            "doubtful" => Verdict::Doubtful,
            "misconfigured" => Verdict::Misconfigured,
            "unavailable" => Verdict::Unavailable,
            "throttled" => Verdict::Throttled,
            "unauthorised" => Verdict::Unauthorised,
            _ => return None,
        })
    }
}

pub(super) fn rules(node: Option<&Node>, draft: &Draft<'_>, mistakes: &mut Mistakes) -> Vec<Rule> {
    let items = node.map_or(&[][..], Node::items);
    items.iter().filter_map(|node| rule(node, draft, mistakes)).collect()
}

fn rule(node: &Node, draft: &Draft<'_>, mistakes: &mut Mistakes) -> Option<Rule> {
    let mut builder = draft.builder(Place::Answer, mistakes);
    let when = node.get("when").and_then(|when| builder.expression(when));
    let (said, field) = (builder.alternatives(node.get("said")), builder.alternatives(node.get("field")));
    let (id, retry_after_s) =
        (builder.alternatives(node.get("id")), builder.alternatives(node.get("retry_after_s")));
    let verdict = node.text_at("outcome").and_then(Verdict::named)?;
    Some(Rule { when: when?, verdict, said, field, id, retry_after_s })
}
