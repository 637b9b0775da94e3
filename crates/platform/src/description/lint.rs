//! What is possible to write and wrong to mean.

use model::{Conversion, Kind, Operation};

use super::calls::{makes_something, operation};
use super::steps::{self, CallStep};
use super::{Description, Draft};
use crate::expression::FieldSet;
use crate::mistakes::Mistakes;
use crate::yaml::{Key, Node};

pub(super) fn lint(draft: &Draft<'_>, description: &Description, mistakes: &mut Mistakes) {
    names(draft, mistakes);
    secrets(draft, mistakes);
    for (key, node) in draft.section("operations") {
        if let Some(operation) = operation(&key.name) {
            repeats(operation, key, node, mistakes);
            answers(operation, key, description, mistakes);
            rests(operation, node, description, mistakes);
            looked_up(operation, node, description, mistakes);
        }
    }
    conversion(draft, description, mistakes);
}

fn names(draft: &Draft<'_>, mistakes: &mut Mistakes) {
    let name = draft.root.get("platform").and_then(|platform| platform.get("name"));
    if let Some(name) = name
        && let Some(text) = name.text()
    {
        let sound = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !sound || text.is_empty() || text.starts_with('-') {
            mistakes
                .add(name.span.clone(), format!("`{text}` cannot be the name of a platform"))
                .help("it is the name of its folder: lower case letters, digits and `-`");
        }
    }
}

/// A setting that is a secret by its name or its use must be marked as one: only then is it sealed and masked.
fn secrets(draft: &Draft<'_>, mistakes: &mut Mistakes) {
    let used = credentials(draft);
    for (key, node) in draft.section("settings") {
        let telling = ["password", "secret", "token", "api_key", "apikey", "private_key", "passphrase"];
        let named = telling.iter().any(|word| key.name.contains(word)) || key.name == "key";
        let kind = node.get("kind");
        if (named || used.contains(&key.name.as_str()))
            && node.text_at("kind").is_some_and(|kind| kind != "secret")
        {
            let at = kind.map_or(key.span.clone(), |kind| kind.span.clone());
            mistakes
                .add(at, format!("`{}` is a secret and not marked as one", key.name))
                .label("did you mean `secret`?")
                .help("secrets are sealed at rest and masked in logs; with another kind this one would be readable");
        }
    }
}

/// Settings that stand where only credentials stand.
fn credentials<'a>(draft: &Draft<'a>) -> Vec<&'a str> {
    let mut used = Vec::new();
    for (_, auth) in draft.section("auth") {
        let places = [
            auth.get("basic").and_then(|basic| basic.get("password")),
            auth.get("ws_security").and_then(|token| token.get("password")),
            auth.get("oauth2").and_then(|oauth2| oauth2.get("client_secret")),
            auth.get("oauth2").and_then(|oauth2| oauth2.get("password")),
            auth.get("oauth2").and_then(|oauth2| oauth2.get("refresh")),
            auth.get("digest").and_then(|digest| digest.get("password")),
            auth.get("sign").and_then(|sign| sign.get("standard_webhooks")).and_then(|s| s.get("secret")),
            auth.get("sign").and_then(|sign| sign.get("hmac")).and_then(|hmac| hmac.get("secret")),
        ];
        for text in places.into_iter().flatten().filter_map(Node::text) {
            used.extend(text.strip_prefix("=settings."));
        }
    }
    used
}

fn repeats(operation: Operation, key: &Key, node: &Node, mistakes: &mut Mistakes) {
    let repeat = node.get("repeat");
    if makes_something(operation) && repeat.is_none() {
        mistakes
            .add(key.span.clone(), format!("`{}` does not say whether a repeat is harmless", key.name))
            .help("write `repeat: unsafe`, or `repeat: safe` if the platform makes nothing twice");
    }
    let save = matches!(operation, Operation::SaveProspect | Operation::SaveMember | Operation::SaveExMember);
    if let (true, Some(at)) = (save, repeat.filter(|at| at.text() == Some("unsafe"))) {
        mistakes
            .add(at.span.clone(), "a save is harmless to repeat, or it is no save")
            .help("describe it as a create and an update");
    }
}

fn answers(operation: Operation, key: &Key, description: &Description, mistakes: &mut Mistakes) {
    let Some(call) = description.calls.get(&operation) else { return };
    let gives_id = matches!(
        operation,
        Operation::CreateProspect
            | Operation::CreateMember
            | Operation::CreateLeadSource
            | Operation::SaveProspect
            | Operation::SaveMember
            | Operation::SaveExMember
    );
    let gives = |given: fn(&CallStep) -> bool| call.steps.iter().any(given);
    if gives_id && !gives(|step| !step.reading.id.is_empty() || step.reading.looked_up) {
        mistakes
            .add(key.span.clone(), format!("`{}` does not say where the record's number is", key.name))
            .help("write `answer: id:`; a record without a number could never be updated");
    }
    let lists = matches!(
        operation,
        Operation::ListStaff
            | Operation::FindStaff
            | Operation::ListLeadSources
            | Operation::FindLeadSource
            | Operation::FindPerson
            | Operation::ReadPerson
            | Operation::ListChanges
    );
    if lists && !gives(|step| step.reading.items.is_some() && step.reading.item.is_some()) {
        mistakes
            .add(key.span.clone(), format!("`{}` does not say what it finds", key.name))
            .help("write `answer: items:` and `item:`");
    }
    if operation == Operation::ListChanges
        && gives(|step| step.reading.item.as_ref().is_some_and(|item| item.fields.is_empty()))
    {
        mistakes
            .add(key.span.clone(), format!("`{}` reads changes, and no field of anybody", key.name))
            .help("write `answer: item: fields:`");
    }
    if operation == Operation::FindPerson && call.find_by.is_empty() {
        mistakes
            .add(key.span.clone(), "`find_person` does not say by what it looks")
            .help("write `find_by:` with `external_id`, `email`, `mobile` or `name`");
    }
}

/// What is stored in steps after a record is made, an update stores too.
fn rests(operation: Operation, node: &Node, description: &Description, mistakes: &mut Mistakes) {
    let (Some(call), Some(list)) = (description.calls.get(&operation), node.get("steps")) else { return };
    let kinds: &[Kind] = match operation {
        Operation::CreateProspect => &[Kind::Prospect],
        Operation::CreateMember | Operation::Convert => &[Kind::Member],
        _ => return,
    };
    let updates = kinds.iter().flat_map(|kind| [Operation::update(*kind), Operation::save(*kind)]);
    let updates = updates.filter_map(|update| description.calls.get(&update));
    let updates = updates.fold(FieldSet::default(), |set, call| set | call.fields());
    steps::later_fields(operation, list, &call.steps, &updates.to_set(), mistakes);
}

/// Who was made can be looked for where people are made, and where people can be asked for.
fn looked_up(operation: Operation, node: &Node, description: &Description, mistakes: &mut Mistakes) {
    let Some(call) = description.calls.get(&operation) else { return };
    let steps = node.get("steps").map_or(std::slice::from_ref(node), Node::items);
    let says = |(step, read): (&Node, &CallStep)| {
        step.get("answer")?.get("looked_up").filter(|_| read.reading.looked_up).map(|at| at.span.clone())
    };
    let Some(at) = steps.iter().zip(&call.steps).find_map(says) else { return };
    let name = operation.name();
    let problem = if !matches!(operation, Operation::CreateProspect | Operation::CreateMember) {
        format!("`{name}` makes nobody who could be looked for")
    } else if call.steps.iter().any(|step| !step.reading.id.is_empty()) {
        "the number is in the answer, or it is looked up".to_owned()
    } else if call.safe {
        format!("`{name}` is safe to repeat, and who it made is looked for only where it is not")
    } else if !description.calls.contains_key(&Operation::FindPerson) {
        format!("who `{name}` made is looked for by `find_person`, and there is none")
    } else {
        return;
    };
    mistakes.add(at, problem);
}

fn conversion(draft: &Draft<'_>, description: &Description, mistakes: &mut Mistakes) {
    let Some(at) = draft.root.get("capabilities").and_then(|node| node.get("conversion")) else {
        return;
    };
    let described = |operation: Operation| {
        draft.section("operations").iter().any(|(key, _)| key.name == operation.name())
    };
    match description.abilities().conversion {
        Conversion::Perform if !described(Operation::Convert) => {
            mistakes.add(at.span.clone(), "conversion is performed, and there is no call `convert`");
        }
        Conversion::Update if !described(Operation::UpdateMember) && !described(Operation::SaveMember) => {
            mistakes.add(
                at.span.clone(),
                "conversion is an update, and there is no `update_member` or `save_member`",
            );
        }
        Conversion::Update | Conversion::None if described(Operation::Convert) => {
            mistakes
                .add(at.span.clone(), "there is a call `convert`, and nothing would make it")
                .label("did you mean `perform`?");
        }
        _ => {}
    }
}
