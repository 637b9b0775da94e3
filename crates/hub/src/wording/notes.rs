//! What is worth knowing about a transfer, one sentence each.

use model::{Line, Note, Story};

use super::Teller;

/// The notes of a line, for its details.
pub fn notes(teller: &Teller<'_>, line: &Line) -> Vec<String> {
    if matches!(line.facts.story, Story::Directory { .. }) {
        return Vec::new();
    }
    let (from, to) = (teller.title(line.facts.from), teller.title(line.facts.to));
    let mut sentences: Vec<String> =
        line.facts.notes.iter().map(|note| sentence(teller, note, (&from, &to))).collect();
    if let Story::Folded { into } = line.facts.story {
        sentences.push(format!("Carried along by the change with tracking UUID {into}."));
    }
    sentences
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
            format!("The {} was changed in two systems at once; the agreed one was kept.", field.label())
        }
        Note::LeftApart { field } => {
            format!("The {} differed when the two records met; neither was overwritten.", field.label())
        }
        Note::KindKept { said } => {
            format!("{from} says this is a {}; the Connector knows better from another system.", said.label())
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
