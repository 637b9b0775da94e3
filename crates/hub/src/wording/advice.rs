//! What to do, said to the one whose turn it is.

use model::directory::Role;
use model::{ConnectionId, DirectoryStory, FeedStory, Line, Note, Operation, Story};

use super::{Teller, value_of};

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
        Story::Unsendable { field, too_long: true } => Some(format!(
            "Shorten {} in {from} to 16,000 characters at most and save; it is then sent again.",
            value_of(*field)
        )),
        Story::Unsendable { field, too_long: false } => {
            Some(format!("Correct {} in {from} and save; it is then sent again.", value_of(*field)))
        }
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
        Story::NotLetIn => Some(format!(
            "Whoever runs the Connector has to renew the sign-in at {to}; nothing is lost meanwhile."
        )),
        Story::GivenUp => Some("Whoever runs the Connector can send it again.".to_owned()),
        Story::Restored { .. } => Some(format!(
            "Whoever runs the Connector decides it; tell them whether {} is in {to}.",
            line.facts.name
        )),
        Story::Gone => {
            Some(format!("If {} should be in {to} again, tell whoever runs the Connector.", line.facts.name))
        }
        Story::NotAccepted { .. } => Some(format!("The makers of {from} have to mend what it sends.")),
        Story::Directory { what: DirectoryStory::Unmatched } if line.facts.role == Some(Role::Staff) => {
            Some(format!(
                "Give {} the same e-mail address in {to} as in {from}; the two are then linked by themselves.",
                line.facts.name
            ))
        }
        Story::Directory { what: DirectoryStory::Unmatched } => Some(format!(
            "Add a lead source called “{}” in {to}; the two are then linked by themselves.{}",
            line.facts.name,
            where_none_are_listed(teller, line, &to)
        )),
        Story::Directory { what: DirectoryStory::Braked { .. } } => {
            Some("Whoever runs the Connector decides whether it is sent.".to_owned())
        }
        Story::Feed { what: FeedStory::Failing { .. } } => {
            Some(format!("Whoever runs the Connector looks after the sign-in and the settings of {from}."))
        }
        Story::Feed { what: FeedStory::Braked { .. } } => {
            Some("Whoever runs the Connector decides whether they are taken in.".to_owned())
        }
        Story::Directory { what: DirectoryStory::InDoubt } => Some(in_doubt(teller, line, &line.facts.name)),
        _ => line.facts.notes.iter().find_map(|note| match note {
            Note::SourceInDoubt { source } => Some(in_doubt(teller, line, source)),
            Note::NoLeadSource { source } if !lists_sources(teller, line) => Some(by_hand(&to, source)),
            note => of_note(teller, note, (&from, &to)),
        }),
    }
}

/// Whether the platform can be asked for its lead sources: one that is added there is then found.
fn lists_sources(teller: &Teller<'_>, line: &Line) -> bool {
    let spoke = line.facts.to.and_then(|to| teller.registry.spoke(to));
    let can = |operation| spoke.is_some_and(|spoke| spoke.abilities().can(operation));
    can(Operation::ListLeadSources) || can(Operation::FindLeadSource)
}

fn where_none_are_listed(teller: &Teller<'_>, line: &Line, to: &str) -> String {
    if lists_sources(teller, line) {
        return String::new();
    }
    format!(
        " {to} cannot be asked for its lead sources: tell whoever runs the Connector the number of one there."
    )
}

fn by_hand(to: &str, source: &str) -> String {
    format!(
        "Add a lead source called “{source}” in {to}, and tell whoever runs the Connector its number there, who links it."
    )
}

/// What to do about a lead source that may be there or not. The number is all that anybody needs to go on.
fn in_doubt(teller: &Teller<'_>, line: &Line, source: &str) -> String {
    let name =
        |connection: Option<ConnectionId>| Some(&teller.registry.spoke(connection?)?.connection.platform);
    let command = match (name(line.facts.from), name(line.facts.to)) {
        (Some(from), Some(to)) => {
            format!(": connector directory link lead-source '{from}:{source}' {to}:NUMBER")
        }
        _ => ".".to_owned(),
    };
    format!(
        "Look in {} whether “{source}” is there, and add it if it is not. Then tell whoever runs the Connector its \
         number there, who links it{command}",
        teller.title(line.facts.to)
    )
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
        | Note::SourceInDoubt { .. }
        | Note::Matched
        | Note::Unlinked { .. } => None,
    }
}
