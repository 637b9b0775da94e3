//! Discovery: what differs from club to club is asked of the platform.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{Field, Operation};

use super::calls::{operation, unknown_operation};
use super::reading::Reading;
use super::steps::CallStep;
use super::{Call, Draft, Host, requests};
use crate::expression::Place;
use crate::mistakes::Mistakes;
use crate::yaml::Node;

/// Which fields a platform wants of everybody in a club, and how it is asked.
pub(crate) struct Required {
    /// The operations that are not made without them.
    pub of: BTreeSet<Operation>,
    /// The one call, which hands on `names` in the platform's words.
    pub call: Call,
    /// Their name, in lower case, and our field; none where the request always has it.
    pub fields: Vec<(String, Option<Field>)>,
    pub lasts: Duration,
}

pub(super) fn required(draft: &Draft<'_>, hosts: &[Host], mistakes: &mut Mistakes) -> Option<Required> {
    let node = draft.root.get("discovery")?.get("required")?;
    let mut of = BTreeSet::new();
    for item in node.get("for").map_or(&[][..], Node::items) {
        let name = item.text().unwrap_or_default();
        match operation(name) {
            Some(operation) => drop(of.insert(operation)),
            None => unknown_operation(name, item.span.clone(), mistakes),
        }
    }
    let mut fields = Vec::new();
    for (key, value) in node.get("fields").map_or(&[][..], Node::entries) {
        let ours = value.text().unwrap_or_default();
        match ours.parse::<Field>() {
            Ok(field) => fields.push((key.name.to_lowercase(), Some(field))),
            Err(_) if ours == "none" => fields.push((key.name.to_lowercase(), None)),
            Err(unknown) => {
                mistakes
                    .add(value.span.clone(), unknown.to_string())
                    .nearest(ours, Field::ALL.iter().map(|field| field.name()))
                    .help(
                        "`connector platform fields` lists them all; `none` is what the request always has",
                    );
            }
        }
    }
    let request = requests::request(node.get("request")?, Place::Settings, draft, hosts, mistakes);
    let mut builder = draft.builder(Place::Answer, mistakes);
    let success = node.get("success").and_then(|node| builder.expression(node));
    let names = node.get("names").and_then(|node| builder.expression(node));
    let lasts = node.get("lasts_s").and_then(Node::integer).unwrap_or(3600).unsigned_abs();
    let request = request?;
    let timeout = hosts[request.host].timeout;
    let step = CallStep {
        name: String::new(),
        when: None,
        request,
        reading: Reading { success, ..Reading::default() },
        failures: Vec::new(),
        writes: false,
        safe: true,
        gives: vec![("names".to_owned(), vec![names?])],
    };
    let call = Call {
        feed: None,
        steps: vec![step],
        pages: None,
        failures: Vec::new(),
        safe: true,
        dry_run: false,
        changed_only: false,
        find_by: Vec::new(),
        timeout,
        grade: None,
        names: Vec::new(),
    };
    Some(Required { of, call, fields, lasts: Duration::from_secs(lasts) })
}
