//! Calls: one operation each, its request, its answer and its rules.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{FeedTerms, Field, FindBy, Grade, Operation};

use super::pages::{self, Pages};
use super::rules::{self, Rule};
use super::steps::{self, CallStep};
use super::{Draft, Host, grade};
use crate::expression::{FieldSet, Place};
use crate::mistakes::Mistakes;
use crate::yaml::Node;

/// How one operation is carried out.
pub(crate) struct Call {
    /// Its steps in their order; most operations have one, without a name.
    pub steps: Vec<CallStep>,
    pub pages: Option<Pages>,
    /// How changes are read, of the operation that lists them.
    pub feed: Option<FeedTerms>,
    /// Rules for the answers of all its steps, after their own.
    pub failures: Vec<Rule>,
    /// Whether a repeat is harmless.
    pub safe: bool,
    /// Whether its request can say that it is a trial.
    pub dry_run: bool,
    /// Whether an existing record gets its changed fields alone.
    pub changed_only: bool,
    pub find_by: Vec<FindBy>,
    /// The longest that it may take, all steps and tokens included.
    pub timeout: Duration,
    pub grade: Option<Grade>,
    /// The platform's names of our fields, for reading its refusals.
    pub names: Vec<(String, Field)>,
}

impl Call {
    /// The fields that it stores only after the step that must not happen twice.
    pub fn later_fields(&self) -> FieldSet {
        let makes = self.steps.iter().position(|step| !step.safe);
        let later = makes.map_or(&[][..], |makes| &self.steps[makes + 1..]).iter().filter(|step| step.writes);
        let later = later.fold(FieldSet::default(), |set, step| set | step.request.fields());
        let before = &self.steps[..makes.map_or(0, |makes| makes + 1)];
        let before = before.iter().filter(|step| step.writes);
        let before = before.fold(FieldSet::default(), |set, step| set | step.request.fields());
        FieldSet::of(
            later.iter().filter(|field| !before.meets(FieldSet::one(*field))).collect::<Vec<_>>().iter(),
        )
    }

    /// The person's fields that it stores.
    pub fn fields(&self) -> FieldSet {
        let stores = self.steps.iter().filter(|step| step.writes || self.steps.len() == 1);
        stores.fold(FieldSet::default(), |set, step| set | step.request.fields())
    }
}

pub(super) fn operation(name: &str) -> Option<Operation> {
    Operation::ALL.into_iter().find(|operation| operation.name() == name)
}

/// Whether a repeat could make a second record, unless the description says otherwise.
pub(super) fn makes_something(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::CreateLeadSource
            | Operation::CreateProspect
            | Operation::CreateMember
            | Operation::Convert
    )
}

pub(super) fn unknown_operation(key: &str, span: std::ops::Range<usize>, mistakes: &mut Mistakes) {
    mistakes
        .add(span, format!("`{key}` is not an operation"))
        .nearest(key, Operation::ALL.iter().map(|operation| operation.name()))
        .help("the guide of the language lists the operations; anything else is left to the hub");
}

pub(super) fn calls(draft: &Draft<'_>, hosts: &[Host], mistakes: &mut Mistakes) -> BTreeMap<Operation, Call> {
    let mut calls = BTreeMap::new();
    for (key, node) in draft.section("operations") {
        match operation(&key.name) {
            None => unknown_operation(&key.name, key.span.clone(), mistakes),
            Some(operation) => {
                calls.extend(call(operation, node, draft, hosts, mistakes).map(|call| (operation, call)));
            }
        }
    }
    calls
}

fn call(
    operation: Operation,
    node: &Node,
    draft: &Draft<'_>,
    hosts: &[Host],
    mistakes: &mut Mistakes,
) -> Option<Call> {
    let place = if operation == Operation::FindPerson { Place::Search } else { Place::Request };
    let steps = steps::steps(operation, node, place, draft, hosts, mistakes);
    let pages = pages::pages(node, draft, mistakes);
    let feed = feed(operation, node, mistakes);
    let failures = rules::rules(node.get("failures"), draft, mistakes);
    let updates = draft.root.get("capabilities").and_then(|node| node.text_at("updates"));
    let sends = node.text_at("sends").or(updates);
    let first = steps.first()?;
    let own_timeout = node.get("timeout_s").and_then(Node::integer);
    let timeout = own_timeout
        .map_or(hosts[first.request.host].timeout, |seconds| Duration::from_secs(seconds.unsigned_abs()));
    Some(Call {
        pages,
        feed,
        failures,
        safe: is_safe(operation, node),
        dry_run: dry_run(node, mistakes),
        changed_only: sends != Some("whole"),
        find_by: find_by(node.get("find_by")),
        timeout,
        grade: grade(node.text_at("grade")),
        names: steps.iter().flat_map(|step| step.request.names()).collect(),
        steps,
    })
}

/// How often, and from when on, the changes are read.
fn feed(operation: Operation, node: &Node, mistakes: &mut Mistakes) -> Option<FeedTerms> {
    let terms = node.get("feed");
    if operation != Operation::ListChanges {
        if let Some(terms) = terms {
            mistakes
                .add(terms.span.start..terms.span.start + 1, "only `list_changes` is read again and again")
                .help("leave `feed` out here");
        }
        return None;
    }
    let number = |key: &str, usual: u32| {
        let said = terms.and_then(|terms| terms.get(key)).and_then(Node::integer);
        said.and_then(|number| u32::try_from(number).ok()).unwrap_or(usual)
    };
    Some(FeedTerms {
        every_s: number("every_min", 60) * 60,
        overlap_s: number("overlap_s", 300),
        lag_s: number("lag_s", 0),
    })
}

/// Whether a request can say that it is a trial; then it does, and else it does not.
fn dry_run(node: &Node, mistakes: &mut Mistakes) -> bool {
    let declared = node.get("dry_run").filter(|declared| declared.boolean() == Some(true));
    let said = mentions(node, "dry_run");
    match (declared, said) {
        (Some(at), None) => {
            mistakes
                .add(at.span.clone(), "the request does not say whether it is a trial")
                .help("let it carry `=dry_run`, which is true in a trial and else false");
        }
        (None, Some(at)) => {
            mistakes
                .add(at.span.clone(), "the operation does not say that it can be tried")
                .help("write `dry_run: true` at the operation");
        }
        _ => {}
    }
    declared.is_some()
}

/// The first value below a node that mentions a word.
fn mentions<'n>(node: &'n Node, word: &str) -> Option<&'n Node> {
    if node.text().is_some_and(|text| text.contains(word)) {
        return Some(node);
    }
    let mut inner = node.items().iter().chain(node.entries().iter().map(|(_, node)| node));
    inner.find_map(|node| mentions(node, word))
}

/// Whether a repeat of an operation is harmless.
pub(super) fn is_safe(operation: Operation, node: &Node) -> bool {
    node.text_at("repeat").map_or(!makes_something(operation), |repeat| repeat == "safe")
}

fn find_by(node: Option<&Node>) -> Vec<FindBy> {
    let words = node.map_or(&[][..], Node::items);
    words
        .iter()
        .filter_map(|word| match word.text()? {
            "external_id" => Some(FindBy::ExternalId),
            "email" => Some(FindBy::Email),
            "mobile" => Some(FindBy::Mobile),
            "name" => Some(FindBy::Name),
            _ => None,
        })
        .collect()
}
