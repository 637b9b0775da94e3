//! Calls: one operation each, its request, its answer and its rules.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{FeedTerms, Field, FindBy, Grade, Operation};

use super::pages::{self, Pages};
use super::reading::{self, Reading};
use super::requests::{self, Request};
use super::rules::{self, Rule};
use super::{Draft, Host, grade};
use crate::expression::Place;
use crate::mistakes::Mistakes;
use crate::yaml::Node;

/// How one operation is carried out.
pub(crate) struct Call {
    pub request: Request,
    pub reading: Reading,
    pub pages: Option<Pages>,
    /// How changes are read, of the operation that lists them.
    pub feed: Option<FeedTerms>,
    pub failures: Vec<Rule>,
    /// Whether a repeat is harmless.
    pub safe: bool,
    /// Whether an existing record gets its changed fields alone.
    pub changed_only: bool,
    pub find_by: Vec<FindBy>,
    /// The longest that it may take, its token included.
    pub timeout: Duration,
    pub grade: Option<Grade>,
    /// The platform's names of our fields, for reading its refusals.
    pub names: Vec<(String, Field)>,
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
    let request =
        node.get("request").and_then(|request| requests::request(request, place, draft, hosts, mistakes));
    let reading = reading::reading(node.get("answer"), draft, mistakes);
    let pages = pages::pages(node, draft, mistakes);
    let feed = feed(operation, node, mistakes);
    let failures = rules::rules(node.get("failures"), draft, mistakes);
    let updates = draft.root.get("capabilities").and_then(|node| node.text_at("updates"));
    let sends = node.text_at("sends").or(updates);
    let repeat = node.text_at("repeat");
    let request = request?;
    let names = request.names();
    let own_timeout = node.get("timeout_s").and_then(Node::integer);
    let timeout = own_timeout
        .map_or(hosts[request.host].timeout, |seconds| Duration::from_secs(seconds.unsigned_abs()));
    Some(Call {
        request,
        reading,
        pages,
        feed,
        failures,
        safe: repeat.map_or(!makes_something(operation), |repeat| repeat == "safe"),
        changed_only: sends != Some("whole"),
        find_by: find_by(node.get("find_by")),
        timeout,
        grade: grade(node.text_at("grade")),
        names,
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
