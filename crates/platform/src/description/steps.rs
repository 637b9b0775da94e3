//! Steps: the requests of one operation, in their order, each with what it hands on.
//!
//! Steps go forward only, and there are few: what needs more is a program, and belongs beside the Connector. At most one
//! of them may be harmful to repeat, for the hub writes down one call before it is made.

use std::collections::BTreeSet;

use model::Operation;

use super::calls::is_safe;
use super::reading::{self, Reading};
use super::requests::{self, Request};
use super::rules::{self, Rule};
use super::{Draft, Host};
use crate::expression::{Expr, Place};
use crate::mistakes::Mistakes;
use crate::yaml::Node;

/// The most steps of an operation.
pub(crate) const MOST: usize = 5;

/// One request of an operation.
pub(crate) struct CallStep {
    /// Its name among the steps; empty where it is the only one.
    pub name: String,
    /// It is left out where this does not hold.
    pub when: Option<Expr>,
    pub request: Request,
    pub reading: Reading,
    pub failures: Vec<Rule>,
    /// Whether it stores anything at the platform.
    pub writes: bool,
    /// Whether a repeat of it is harmless.
    pub safe: bool,
    /// What it hands on to later steps, beside its `id`.
    pub gives: Vec<(String, Vec<Expr>)>,
}

pub(super) fn steps(
    operation: Operation,
    node: &Node,
    place: Place,
    draft: &Draft<'_>,
    hosts: &[Host],
    mistakes: &mut Mistakes,
) -> Vec<CallStep> {
    let safe = is_safe(operation, node);
    let Some(list) = node.get("steps") else {
        let Some(request) = node.get("request") else {
            let at = node.span.start..node.span.start + 1;
            mistakes
                .add(at, "an operation lacks `request`")
                .help("`request` says the call; several calls stand under `steps`");
            return Vec::new();
        };
        let request = requests::request(request, place, draft, hosts, mistakes);
        let reading = reading::reading(node.get("answer"), draft, mistakes);
        let only = |request| CallStep {
            name: String::new(),
            when: None,
            request,
            reading,
            failures: Vec::new(),
            writes: true,
            safe,
            gives: Vec::new(),
        };
        return request.map(only).into_iter().collect();
    };
    for key in ["request", "answer", "pages"] {
        if let Some(beside) = node.get(key) {
            mistakes
                .add(beside.span.start..beside.span.start + 1, format!("`{key}` cannot stand beside `steps`"))
                .help("each step has a request and an answer of its own, and no list of several pages");
        }
    }
    let mut known = draft.clone();
    let mut steps = Vec::new();
    for item in list.items() {
        steps.extend(step(item, place, &known, hosts, mistakes));
        let gives = item.get("gives").map_or(&[][..], Node::entries).iter().map(|(key, _)| key.name.clone());
        let id = item.get("answer").and_then(|answer| answer.get("id")).map(|_| "id".to_owned());
        let name = item.text_at("name").unwrap_or_default().to_owned();
        if known.steps.insert(name.clone(), gives.chain(id).collect()).is_some() {
            let at = item.get("name").map_or(item.span.clone(), |name| name.span.clone());
            mistakes.add(at, format!("there is a step `{name}` already"));
        }
    }
    check(operation, list, safe, &steps, mistakes);
    steps
}

fn step(
    node: &Node,
    place: Place,
    draft: &Draft<'_>,
    hosts: &[Host],
    mistakes: &mut Mistakes,
) -> Option<CallStep> {
    let when = node.get("when").and_then(|when| draft.builder(place, mistakes).expression(when));
    let request = requests::request(node.get("request")?, place, draft, hosts, mistakes)?;
    let reading = reading::reading(node.get("answer"), draft, mistakes);
    let mut builder = draft.builder(Place::Answer, mistakes);
    let gives = node.get("gives").map_or(&[][..], Node::entries);
    let gives =
        gives.iter().map(|(key, node)| (key.name.clone(), builder.alternatives(Some(node)))).collect();
    let reads_by_verb = matches!(request.method, http::Method::GET | http::Method::HEAD);
    Some(CallStep {
        name: node.text_at("name").unwrap_or_default().to_owned(),
        when,
        reading,
        failures: rules::rules(node.get("failures"), draft, mistakes),
        writes: node.text_at("does").map_or(!reads_by_verb, |does| does == "writes"),
        safe: node.text_at("repeat") != Some("unsafe"),
        gives,
        request,
    })
}

/// What a list of steps must keep to, so that nothing is stored twice and nothing stored is lost.
fn check(operation: Operation, list: &Node, safe: bool, steps: &[CallStep], mistakes: &mut Mistakes) {
    let at = list.span.start..list.span.start + 1;
    if list.items().len() > MOST || list.items().len() < 2 {
        mistakes
            .add(at, format!("an operation has two to {MOST} steps"))
            .help("one call stands under `request`; what needs more is a program of its own");
        return;
    }
    let unsafe_ones = list.items().iter().filter(|item| item.text_at("repeat") == Some("unsafe"));
    let unsafe_ones: Vec<&Node> = unsafe_ones.collect();
    let unsafe_at = |node: &Node| node.get("repeat").map_or(node.span.clone(), |repeat| repeat.span.clone());
    match &unsafe_ones[..] {
        [one] if safe => {
            mistakes
                .add(unsafe_at(one), "a repeat of this step is not harmless, and one of its operation is")
                .help("write `repeat: unsafe` at the operation too");
        }
        [] if !safe => {
            mistakes
                .add(at, "the operation must not happen twice, and no step says that it is the one")
                .help("write `repeat: unsafe` at the one step that makes something");
        }
        [_, second, ..] => {
            mistakes
                .add(unsafe_at(second), "only one step may be harmful to repeat")
                .help("after a failure the steps behind it are made again; let the platform be asked before, with `when`");
        }
        _ => {}
    }
    if let (Operation::CreateLeadSource, Some(makes)) = (operation, steps.iter().position(|step| !step.safe))
        && let Some((late, _)) = list.items().iter().zip(steps).skip(makes + 1).find(|(_, step)| step.writes)
    {
        mistakes
            .add(late.span.start..late.span.start + 1, "nothing is stored after a lead source is made")
            .help("if this step failed, nothing would make it again");
    }
    let reading = steps.iter().filter(|step| !step.writes && !step.safe).count();
    if reading > 0 {
        mistakes.add(list.span.start..list.span.start + 1, "a step that only reads is harmless to repeat");
    }
}

/// What a step stores after the record was made must be something that an update stores too: if the step fails, the
/// update sends it.
pub(super) fn later_fields(
    operation: Operation,
    list: &Node,
    steps: &[CallStep],
    updates: &BTreeSet<model::Field>,
    mistakes: &mut Mistakes,
) {
    let Some(makes) = steps.iter().position(|step| !step.safe) else { return };
    for (node, step) in list.items().iter().zip(steps).skip(makes + 1).filter(|(_, step)| step.writes) {
        let at = node.span.start..node.span.start + 1;
        let fields = step.request.fields().to_set();
        if fields.is_empty() {
            mistakes
                .add(
                    at,
                    format!("the step `{}` stores nothing of the person after the record is made", step.name),
                )
                .help("if it failed, nothing would make it again: let it carry a field, or come first");
        } else if let Some(field) = fields.iter().find(|field| !updates.contains(field)) {
            let name = operation.name();
            mistakes
                .add(at, format!("`{}` is stored after the record is made, and by no update", field.name()))
                .help(format!("if the step failed, `{name}` is over and an update sends the rest"));
        }
    }
}
