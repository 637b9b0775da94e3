//! What to do, said to the one whose turn it is.

use model::{DirectoryStory, Line, Note, Story};

use super::Teller;

/// What the one whose turn it is should do; `None` where nobody need do anything.
pub fn advice(teller: &Teller<'_>, line: &Line) -> Option<String> {
    let (from, to) = (teller.title(line.facts.from), teller.title(line.facts.to));
    match &line.facts.story {
        Story::Refused { field: Some(field), .. } => {
            Some(format!("Correct the {} in {from} and save; it is then sent again.", field.label()))
        }
        Story::Refused { field: None, .. } => Some(format!(
            "Open the details to see what {to} said, correct the record in {from} and save; it is then sent again."
        )),
        Story::InDoubt => Some(format!(
            "Please look in {to} whether {} is there, and tell whoever runs the Connector.",
            line.facts.name
        )),
        Story::AlreadyThere { .. } => Some(format!(
            "Look up {} in {to} and tell whoever runs the Connector the number.",
            line.facts.name
        )),
        Story::Broken { .. } => {
            Some("Whoever runs the Connector has to mend it; nothing is lost meanwhile.".to_owned())
        }
        Story::GivenUp => Some("Whoever runs the Connector can send it again.".to_owned()),
        Story::Restored { .. } => Some(format!(
            "Whoever runs the Connector decides it; tell them whether {} is in {to}.",
            line.facts.name
        )),
        Story::Gone => {
            Some(format!("If {} should be in {to} again, tell whoever runs the Connector.", line.facts.name))
        }
        Story::NotAccepted { .. } => Some(format!("The makers of {from} have to mend what it sends.")),
        Story::Directory { what: DirectoryStory::Unmatched } => Some(format!(
            "Give it the same e-mail address (staff) or name (lead source) in {to} as in {from}; it is then linked by itself."
        )),
        _ => line.facts.notes.iter().find_map(|note| of_note(teller, note, (&from, &to))),
    }
}

fn of_note(teller: &Teller<'_>, note: &Note, (from, to): (&str, &str)) -> Option<String> {
    match note {
        Note::NoOwner { staff } => Some(format!(
            "Give {staff} the same e-mail address in {to} as in {from}; the owner then arrives by itself."
        )),
        Note::NoLeadSource { source } => {
            Some(format!("Add a lead source called “{source}” in {to}; it then arrives by itself."))
        }
        Note::SharedEmail { at, .. } => Some(format!(
            "Give each an e-mail address of their own in {}; who has the same in {to} is then linked by itself.",
            teller.title(Some(*at))
        )),
        Note::SharedName { at, .. } => Some(format!(
            "Keep one of them in {}, or tell whoever runs the Connector which one is meant.",
            teller.title(Some(*at))
        )),
        Note::Ambiguous { .. } => {
            Some("Look whether this is someone you have already, and merge the two.".to_owned())
        }
        Note::LeftApart { field } => Some(format!(
            "The {} differs between the two systems; set the right one in either.",
            field.label()
        )),
        Note::Conflict { .. }
        | Note::KindKept { .. }
        | Note::Ignored { .. }
        | Note::Matched
        | Note::Unlinked { .. } => None,
    }
}
