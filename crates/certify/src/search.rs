//! Finding people: nobody where there is nobody, and what changed.

use jiff::Timestamp;
use model::{Kind, Operation, Outcome};
use platform::Given;

use crate::card::{Part, Verdict};
use crate::system::{Finding, System, said};

/// A search that finds nobody.
pub(crate) async fn nobody(system: &mut System) {
    if !system.abilities().can_be_asked() {
        return;
    }
    let person = system.somebody(Kind::Prospect, "never-made", ("Nobody", "Atall"));
    let given = Given { person: person.fields.clone(), ..system.given(&person, Operation::FindPerson) };
    let answer = system.call(Operation::FindPerson, &given).await;
    let finding = match &answer.outcome {
        Outcome::Saved { .. } | Outcome::Unchanged | Outcome::Gone if answer.found.is_empty() => {
            Finding(Verdict::Works, "nobody was found".to_owned())
        }
        Outcome::Saved { .. } => {
            Finding(Verdict::Missing, format!("{} others were found, who match in part", answer.found.len()))
        }
        other => Finding(Verdict::Fails, said(other)),
    };
    system.found(
        (Part::Search, "find_nobody"),
        "A search for somebody who is not there finds nobody",
        finding,
        "The Connector cannot tell “not there” from “not working”, and asks again instead of going on.",
    );
}

/// What changed since the checks began.
pub(crate) async fn changes(system: &mut System, began: Timestamp) {
    let finding = if system.can(Operation::ListChanges) {
        let given = Given { feed: Some((began, system.now())), ..Given::default() };
        let answer = system.call(Operation::ListChanges, &given).await;
        match &answer.outcome {
            Outcome::Saved { .. } | Outcome::Unchanged => {
                let unread = match answer.unread {
                    0 => String::new(),
                    some => format!("; {some} of them could not be understood"),
                };
                Finding(
                    if answer.unread == 0 { Verdict::Works } else { Verdict::Fails },
                    format!("{} records on its first page{unread}", answer.found.len()),
                )
            }
            other => Finding(Verdict::Fails, said(other)),
        }
    } else {
        Finding(Verdict::Missing, "not offered".to_owned())
    };
    system.found(
        (Part::Search, "changes"),
        "What your own people change can be read",
        finding,
        "What is entered in your system stays there: a sale made at your desk does not turn the lead into a member \
         elsewhere.",
    );
}
