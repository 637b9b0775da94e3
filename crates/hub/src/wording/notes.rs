//! What is worth knowing about a transfer, one sentence each.

use std::collections::BTreeMap;

use model::clip::{SHOWN_MAX_CHARS, is_clipped};
use model::{Field, Level, Line, Note, Story};

use super::Teller;
use crate::lines;

/// The notes of a line, for its details.
pub fn notes(teller: &Teller<'_>, line: &Line) -> Vec<String> {
    if matches!(line.facts.story, Story::Directory { .. }) {
        return Vec::new();
    }
    let (from, to) = (teller.title(line.facts.from), teller.title(line.facts.to));
    let mut sentences: Vec<String> =
        line.facts.notes.iter().map(|note| sentence(teller, note, (&from, &to))).collect();
    match line.facts.story {
        Story::Folded { into } => {
            sentences.push(format!("Carried along by the change with tracking UUID {into}."));
        }
        Story::Joined { to } => {
            sentences.push(format!("Goes along with the change with tracking UUID {to}."));
        }
        _ => {}
    }
    sentences.extend(clipped(&line.facts.fields));
    if let Some(removed) = line.facts.details_removed {
        let on = removed.timestamp().to_zoned(teller.zone.clone()).strftime("%-d %b %Y");
        sentences.push(format!(
            "What was sent, what was tried and the platform's own words were removed on {on}; they are kept only so long."
        ));
    }
    sentences
}

/// What is to be said of values that are shown by their beginning.
pub fn clipped(fields: &BTreeMap<Field, Option<String>>) -> Option<String> {
    fields.values().flatten().any(|value| is_clipped(value)).then(|| {
        format!("Of a value longer than {SHOWN_MAX_CHARS} characters only the beginning is shown here; it travels whole.")
    })
}

/// What the sentence of a line has to say beside its story: what is the matter with a WARNING, and all there is to tell
/// of a save that has no story of its own.
pub(super) fn aloud(teller: &Teller<'_>, line: &Line) -> Vec<String> {
    if matches!(line.facts.story, Story::Directory { .. }) {
        return Vec::new();
    }
    let (from, to) = (teller.title(line.facts.from), teller.title(line.facts.to));
    let alone = matches!(line.facts.story, Story::Received | Story::NothingNew);
    let warns = |note: &&Note| alone || line.level == Level::Warning && lines::warns(note);
    line.facts.notes.iter().filter(warns).map(|note| sentence(teller, note, (&from, &to))).collect()
}

/// One note; a directory line says it as part of its sentence.
pub(super) fn sentence(teller: &Teller<'_>, note: &Note, (from, to): (&str, &str)) -> String {
    match note {
        Note::NoOwner { staff } => {
            format!("Went without owner: {to} has nobody with the e-mail address of {staff}.")
        }
        Note::NoLeadSource { source } => {
            format!("Went without lead source: {to} has none called “{source}”.")
        }
        Note::SourceInDoubt { source } => {
            format!("Went without lead source: {to} did not confirm that it made “{source}”.")
        }
        Note::SharedEmail { staff, at } => {
            format!("{} have one e-mail address in {}.", all(staff), teller.title(Some(*at)))
        }
        Note::SharedName { sources, at } => {
            format!("{} have one name in {}.", all(sources), teller.title(Some(*at)))
        }
        Note::Unlinked { name } => {
            format!("Went without {name}, which was unlinked from {to} by hand.")
        }
        Note::Conflict { field } => {
            let field = field.label();
            format!(
                "The {field} was changed in two systems at once. The agreed change was kept; you need do nothing."
            )
        }
        Note::LeftApart { field } => {
            format!("The {} differed when the two records met; neither was overwritten.", field.label())
        }
        Note::KindKept { said } => {
            let said = said.label();
            format!(
                "{from} says this is a {said}; the Connector knows better from another system, and you need do nothing."
            )
        }
        Note::Ambiguous { candidates } => {
            format!("{} people here could have been meant, so a new one was made.", candidates.len())
        }
        Note::Ignored { elements } => format!("Not understood and left out: {}.", elements.join(", ")),
        Note::Matched => "Matched to a person who was known here already.".to_owned(),
    }
}

/// `one, another and a third`.
fn all(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
}
