//! Rules for answers that went wrong, from the shapes that a vendor gives for them.

use std::collections::BTreeMap;

use crate::contract::{Call, Contract, Shape};
use crate::reading::member;
use crate::words::{self, folded};
use crate::yaml::{Yaml, entry, text};

/// The rules of a contract's chosen calls.
pub(crate) fn rules(contract: &Contract, chosen: &[&Call]) -> Yaml {
    if contract.soap.is_some() {
        return faults(chosen);
    }
    let mut documented: BTreeMap<u16, &Shape> = BTreeMap::new();
    for (status, shape) in chosen.iter().flat_map(|call| &call.refusals) {
        let known = documented.entry(*status).or_insert(shape);
        if known.members().is_empty() {
            *known = shape;
        }
    }
    let outcome = |status: u16| match status {
        400 | 422 => Some("rejected"),
        409 => Some("duplicate"),
        410 => Some("gone"),
        401 | 403 => Some("unauthorised"),
        404 => Some("misconfigured"),
        _ => None,
    };
    let rules = documented.into_iter().filter_map(|(status, shape)| {
        let outcome = outcome(status)?;
        let mut rule =
            vec![entry("when", text(format!("=status == {status}"))), entry("outcome", text(outcome))];
        if outcome == "rejected" {
            rule.extend(find(shape, "answer", &FIELD).map(|place| entry("field", text(format!("={place}")))));
        }
        if outcome == "duplicate" {
            let number = shape.members().iter().find(|one| words::is_number(&one.name));
            rule.extend(number.map(|one| entry("id", text(format!("={}", member("answer", &one.name))))));
        }
        if outcome != "gone" {
            rule.extend(said(shape).map(|said| entry("said", said)));
        }
        Some(Yaml::Map(rule))
    });
    Yaml::List(rules.collect())
}

const SAID: [&str; 8] =
    ["detail", "message", "errormessage", "description", "errordescription", "title", "error", "reason"];
const FIELD: [&str; 7] = ["field", "fieldname", "param", "parameter", "property", "propertyname", "pointer"];
const CODE: [&str; 5] = ["code", "errorcode", "faultcode", "resultcode", "reasoncode"];

fn said(shape: &Shape) -> Option<Yaml> {
    let words: Vec<Yaml> = SAID
        .iter()
        .filter_map(|name| find(shape, "answer", &[name]))
        .take(2)
        .map(|place| text(format!("={place}")))
        .collect();
    match &words[..] {
        [] => None,
        [only] => Some(only.clone()),
        _ => Some(Yaml::List(words)),
    }
}

/// Where a leaf of one of these names is.
fn find(shape: &Shape, base: &str, names: &[&str]) -> Option<String> {
    let own = shape
        .members()
        .iter()
        .find(|one| matches!(one.shape, Shape::Leaf(_)) && names.contains(&folded(&one.name).as_str()));
    if let Some(own) = own {
        return Some(member(base, &own.name));
    }
    shape.members().iter().find_map(|one| match &one.shape {
        Shape::Object(_) => find(&one.shape, &member(base, &one.name), names),
        Shape::List(element) => {
            let first = format!("({} | list | first)", member(base, &one.name));
            find(element, &first, names)
        }
        Shape::Leaf(_) | Shape::Document(..) => None,
    })
}

/// The rules of SOAP faults: by the code in their details.
fn faults(chosen: &[&Call]) -> Yaml {
    let details = chosen.iter().find_map(|call| call.refusals.get(&500));
    let Some((details, code)) = details.and_then(|shape| Some((shape, find(shape, "fault.detail", &CODE)?)))
    else {
        return Yaml::List(Vec::new());
    };
    let place = |names: &[&str]| find(details, "fault.detail", names);
    let mut said: Vec<Yaml> = place(&SAID).into_iter().map(|place| text(format!("={place}"))).collect();
    said.push(text("=fault.string"));
    let rules = coded(details).into_iter().filter_map(|word| {
        let outcome = match folded(&word).as_str() {
            "invalid" | "validation" | "validationfailed" | "invalidfield" | "required" => "rejected",
            "duplicate" | "exists" | "alreadyexists" | "conflict" => "duplicate",
            "gone" | "deleted" => "gone",
            "notfound" | "unknown" => "misconfigured",
            "throttled" | "toomanyrequests" | "ratelimit" | "busy" => "throttled",
            "unavailable" | "internal" | "servererror" | "error" | "maintenance" => "unavailable",
            "unauthorised" | "unauthorized" | "forbidden" | "accessdenied" | "auth" => "unauthorised",
            _ => return None,
        };
        let when = text(format!("={code} == '{}'", word.replace('\'', "")));
        let mut rule = vec![entry("when", when), entry("outcome", text(outcome))];
        match outcome {
            "rejected" => rule.extend(place(&FIELD).map(|place| entry("field", text(format!("={place}"))))),
            "duplicate" => rule
                .extend(place(&["id", "number", "uuid"]).map(|place| entry("id", text(format!("={place}"))))),
            _ => {}
        }
        if !matches!(outcome, "gone" | "throttled") {
            rule.push(entry("said", Yaml::List(said.clone())));
        }
        Some(Yaml::Map(rule))
    });
    Yaml::List(rules.collect())
}

/// The words that the code of a fault may have.
fn coded(shape: &Shape) -> Vec<String> {
    for one in shape.members() {
        match &one.shape {
            Shape::Leaf(leaf) if CODE.contains(&folded(&one.name).as_str()) => return leaf.words.clone(),
            Shape::Object(_) => {
                let inner = coded(&one.shape);
                if !inner.is_empty() {
                    return inner;
                }
            }
            _ => {}
        }
    }
    Vec::new()
}
