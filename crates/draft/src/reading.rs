//! How an answer is read: where the number is, where the list is, and what is in one thing of it.

use model::{Field, Operation};

use crate::contract::{Call, Member, Shape};
use crate::words::{self, Means, folded};
use crate::yaml::{Entry, Yaml, entry, raw, text};

/// The deepest place at which a number or a list is looked for.
const DEEPEST: usize = 5;

/// The `answer:` of a call; none where HTTP's own status says enough.
pub(crate) fn answer(operation: Operation, call: &Call) -> Vec<Entry> {
    let (base, success) = beginning(call);
    let shape = call.answer.clone().unwrap_or_default();
    let mut answer = Vec::new();
    let gives =
        |success: Option<String>| success.map(|success| entry("success", text(format!("={success}"))));
    match operation {
        Operation::Verify | Operation::Health => {
            let number = number(&shape, &base).filter(|_| operation == Operation::Verify);
            let told = success.or_else(|| number.as_ref().map(|number| format!("{number} is not none")));
            answer.extend(gives(told));
            if let (Some(_), Shape::Object(_)) = (&number, &shape) {
                answer.push(entry("items", text(format!("={base} | list"))));
                answer.push(entry("item", Yaml::Map(item(&shape, operation))));
            }
        }
        Operation::ListStaff
        | Operation::FindStaff
        | Operation::ListLeadSources
        | Operation::FindPerson
        | Operation::ReadPerson => {
            answer.extend(gives(success));
            let (list, element) = list(&shape, &base).unwrap_or((base, shape));
            let listed = entry("items", text(format!("={list} | list")));
            let items = item(&element, operation);
            let guessed = number(&element, "item").is_none();
            answer.push(if has_document(&element) {
                listed.said("TODO: the answer is a document as text: where in it is the list, and what is in one thing of it?")
            } else if guessed {
                listed.said("TODO: the contract does not say what is in the list.")
            } else {
                listed
            });
            answer.push(entry("item", Yaml::Map(items)));
        }
        _ => {
            answer.extend(gives(success));
            match number(&shape, &base) {
                Some(number) if gives_number(operation) && has_document(&shape) => {
                    let id = entry("id", text(format!("={number}")));
                    answer.push(id.said(
                        "TODO: the answer is a document as text, and the contract does not say where the number is in it. If \
                         it is nowhere, `looked_up: true` stands in its place.",
                    ));
                }
                Some(_) if has_document(&shape) => {}
                Some(number) => answer.push(entry("id", text(format!("={number}")))),
                None if gives_number(operation) && only(&shape, &base).is_some() => {
                    let id = entry("id", text(format!("={}", only(&shape, &base).unwrap_or_default())));
                    answer.push(id.said("TODO: is this the record's number?"));
                }
                None if gives_number(operation) => answer.push(
                    entry(
                        "id",
                        Yaml::List(vec![
                            text("=headers.location | tail"),
                            text(format!("={}", member(&base, "id"))),
                        ]),
                    )
                    .said("TODO: the contract does not say where the record's number is."),
                ),
                None => {}
            }
        }
    }
    answer
}

/// Where an answer begins, and what says that it is one.
fn beginning(call: &Call) -> (String, Option<String>) {
    if call.action.is_some() {
        let base = member("answer", &call.elements.1);
        return (base.clone(), Some(format!("{base} is not none")));
    }
    let told = call.answer.iter().flat_map(Shape::members).find(|one| {
        let name = folded(&one.name);
        let boolean = matches!(&one.shape, Shape::Leaf(leaf) if leaf.kind == "boolean");
        boolean && matches!(name.as_str(), "success" | "ok" | "issuccess" | "succeeded" | "successful")
    });
    ("answer".to_owned(), told.map(|one| format!("{} == true", member("answer", &one.name))))
}

fn gives_number(operation: Operation) -> bool {
    use Operation as O;
    matches!(
        operation,
        O::CreateProspect
            | O::CreateMember
            | O::CreateLeadSource
            | O::SaveProspect
            | O::SaveMember
            | O::SaveExMember
    )
}

/// A name below another, in an expression.
pub(crate) fn member(base: &str, name: &str) -> String {
    let plain = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain { format!("{base}.{name}") } else { format!("{base}['{}']", name.replace('\'', "")) }
}

/// Where a member is, and what it is; of a document that travels as text, what is inside it.
fn below<'m>(base: &str, one: &'m Member) -> (String, &'m Shape) {
    let place = member(base, &one.name);
    match &one.shape {
        Shape::Document(root, _) => (member(&format!("({place} | xml)"), root), &one.shape),
        shape => (place, shape),
    }
}

/// Whether a document that travels as text is in an answer.
pub(crate) fn has_document(shape: &Shape) -> bool {
    shape.members().iter().any(|one| matches!(one.shape, Shape::Document(..)) || has_document(&one.shape))
}

/// Where a record's number is: the least deep one.
fn number(shape: &Shape, base: &str) -> Option<String> {
    let mut level = vec![(base.to_owned(), shape)];
    for _ in 0..DEEPEST {
        let named = |(base, shape): &(String, &Shape)| {
            let numbers = shape
                .members()
                .iter()
                .filter(|one| words::is_number(&one.name) && matches!(one.shape, Shape::Leaf(_)));
            let own = numbers.clone().find(|one| matches!(folded(&one.name).as_str(), "id" | "uuid"));
            own.or_else(|| numbers.into_iter().next()).map(|one| member(base, &one.name))
        };
        if let Some(found) = level.iter().find_map(named) {
            return Some(found);
        }
        let deeper =
            level.iter().flat_map(|(base, shape)| shape.members().iter().map(move |one| below(base, one)));
        level = deeper.collect();
    }
    None
}

/// The one value of an answer that has no other.
fn only(shape: &Shape, base: &str) -> Option<String> {
    match shape.members() {
        [one] if matches!(one.shape, Shape::Leaf(_)) => Some(member(base, &one.name)),
        [one] => only(&one.shape, &below(base, one).0),
        _ => None,
    }
}

/// Where the list is, and the shape of one thing of it.
fn list(shape: &Shape, base: &str) -> Option<(String, Shape)> {
    let mut level = vec![(base.to_owned(), shape)];
    for _ in 0..DEEPEST {
        for (base, shape) in &level {
            if let Shape::List(element) = shape {
                return Some((base.clone(), Shape::clone(element)));
            }
        }
        let deeper =
            level.iter().flat_map(|(base, shape)| shape.members().iter().map(move |one| below(base, one)));
        level = deeper.collect();
    }
    None
}

/// How one thing of a list is read.
fn item(element: &Shape, operation: Operation) -> Vec<Entry> {
    let id = number(element, "item").unwrap_or_else(|| {
        if matches!(element, Shape::Leaf(_)) { "item".to_owned() } else { "item.id".to_owned() }
    });
    let mut keys = vec![entry("id", text(format!("={id}")))];
    if let (Shape::Leaf(_), Operation::ListLeadSources) = (element, operation) {
        keys.push(
            entry("name", text("=item"))
                .said("TODO: sources have no numbers here; are they referred to by name?"),
        );
        return keys;
    }
    read(element, "item", operation, &mut keys, 0);
    keys
}

fn read(shape: &Shape, base: &str, operation: Operation, keys: &mut Vec<Entry>, depth: usize) {
    let person = matches!(operation, Operation::FindPerson | Operation::ReadPerson);
    let staff = matches!(operation, Operation::ListStaff | Operation::FindStaff);
    for one in shape.members() {
        let leaf = match &one.shape {
            Shape::Leaf(leaf) => leaf,
            inner if depth < 3 => {
                read(inner, &below(base, one).0, operation, keys, depth + 1);
                continue;
            }
            _ => continue,
        };
        let place = member(base, &one.name);
        let created = matches!(
            folded(&one.name).as_str(),
            "createdat" | "created" | "createddate" | "creationdate" | "datecreated"
        );
        let read = match words::means(&one.name) {
            _ if created && person => ("created_at", format!("{place} | instant")),
            Some(Means::ExternalId) if person => ("external_id", place),
            Some(Means::Name)
                if !one.name.eq_ignore_ascii_case("description")
                    || operation == Operation::ListLeadSources =>
            {
                ("name", place)
            }
            Some(Means::Person(Field::FirstName)) if person || staff => ("first_name", place),
            Some(Means::Person(Field::LastName)) if person || staff => ("last_name", place),
            Some(Means::Person(Field::Email)) if person || staff => ("email", place),
            Some(Means::Person(Field::Mobile)) if person => ("mobile", place),
            Some(Means::Person(Field::Status)) if !person && leaf.kind == "boolean" => ("active", place),
            Some(Means::Person(Field::Status)) if !person => match leaf
                .words
                .iter()
                .find(|word| matches!(folded(word).as_str(), "active" | "show" | "enabled" | "current"))
            {
                Some(word) => ("active", format!("{place} == '{}'", word.replace('\'', ""))),
                None => continue,
            },
            Some(Means::Kind) if person && leaf.words.iter().any(|word| word == "PROSPECT") => {
                ("kind", place)
            }
            Some(Means::Kind) if person && folded(&one.name) == "kind" => ("kind", place),
            _ => continue,
        };
        if !keys.iter().any(|known| known.key == read.0) {
            keys.push(entry(read.0, text(format!("={}", read.1))));
        }
    }
}

/// How a long list goes on: what its request carries, and the `pages:` of the call.
pub(crate) fn pages(call: &Call) -> (Vec<Entry>, Vec<Entry>) {
    let input =
        |names: &[&str]| call.inputs.iter().find(|input| names.contains(&folded(&input.name).as_str()));
    let mut query = Vec::new();
    let limit = input(&["limit", "size", "pagesize", "perpage", "take", "top", "maxresults"]);
    let size = limit.and_then(|limit| limit.most).unwrap_or(100).min(1000);
    let more = if limit.is_some() { format!("=page.count == {size}") } else { "=page.count > 0".to_owned() };
    let next = call.answer.as_ref().and_then(|shape| next(shape, "answer", 0));
    let pages = if let (Some(cursor), Some(next)) =
        (input(&["cursor", "after", "pagetoken", "nexttoken", "continuationtoken"]), &next)
    {
        query.push(entry(&cursor.name, text("=page.cursor")));
        vec![entry("next", text(format!("={next}")))]
    } else if let Some(offset) = input(&["offset", "skip", "start", "startindex"]) {
        query.push(entry(&offset.name, text("=page.offset")));
        vec![entry("more", text(more))]
    } else if let Some(page) = input(&["page", "pagenumber", "pageno", "pageindex"]) {
        let from_zero = folded(&page.name) == "pageindex" || page.usual.as_deref() == Some("0");
        query.push(entry(&page.name, text(if from_zero { "=page.number - 1" } else { "=page.number" })));
        vec![entry("more", text(more))]
    } else {
        Vec::new()
    };
    if let (Some(limit), false) = (limit, pages.is_empty()) {
        query.push(entry(&limit.name, raw(format!("'{size}'"))));
    }
    (query, pages)
}

fn next(shape: &Shape, base: &str, depth: usize) -> Option<String> {
    let names = [
        "next",
        "nextcursor",
        "nextpagetoken",
        "cursor",
        "after",
        "continuationtoken",
        "nexttoken",
        "nextpage",
    ];
    shape.members().iter().find_map(|one| match &one.shape {
        Shape::Leaf(_) if names.contains(&folded(&one.name).as_str()) => Some(member(base, &one.name)),
        Shape::Object(_) if depth < 3 => next(&one.shape, &member(base, &one.name), depth + 1),
        _ => None,
    })
}
