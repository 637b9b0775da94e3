//! Staff and lead sources: listed, or found; and a lead source made where that is possible.

use model::{Operation, Outcome};
use platform::{Answer, Found, Given};

use crate::card::{Part, Verdict};
use crate::system::{Finding, System, said};

/// The lead source that is made where one can be; a later run finds it again.
const OUR_SOURCE: &str = "Connector test";
/// The most pages of a list.
const MOST_PAGES: usize = 50;

/// Staff, and one of them to own the test people.
pub(crate) async fn staff(system: &mut System) {
    const LOSES: &str = "Leads arrive without an owner: nobody at the club sees whose they are, and follow-up is left to \
                         chance.";
    let asked = system.plan.staff.clone();
    let given = Given { email: asked.clone(), name: asked.clone(), ..Given::default() };
    let (title, answer) = if system.can(Operation::ListStaff) {
        ("Staff are listed with their e-mail addresses", list(system, Operation::ListStaff).await)
    } else if system.can(Operation::FindStaff) && asked.is_some() {
        ("A staff member is found by e-mail address", system.call(Operation::FindStaff, &given).await)
    } else {
        let (verdict, seen) = without(system.can(Operation::FindStaff), "staff", "--staff E-MAIL");
        system.found((Part::Directory, "staff"), "Staff can be told apart", Finding(verdict, seen), LOSES);
        return;
    };
    let active: Vec<&Found> = answer.found.iter().filter(|one| one.active != Some(false)).collect();
    let mailed = active.iter().filter(|one| one.email.as_deref().is_some_and(|email| email.contains('@')));
    let finding = match &answer.outcome {
        Outcome::Saved { .. } if active.is_empty() => {
            Finding(Verdict::Fails, "nobody works there: make a staff member in the test system".to_owned())
        }
        Outcome::Saved { .. } if mailed.clone().count() == 0 => Finding(
            Verdict::Fails,
            format!("{} staff, and none with an e-mail address, by which they are linked", active.len()),
        ),
        Outcome::Saved { .. } => {
            let lacking = active.len() - mailed.clone().count();
            let lacking = if lacking == 0 {
                String::new()
            } else {
                format!("; {lacking} of them without an e-mail address cannot be linked")
            };
            Finding(Verdict::Works, format!("{}{lacking}", counted(active.len(), "staff member", "staff")))
        }
        other => Finding(Verdict::Fails, said(other)),
    };
    system.owner = mailed.clone().next().map(|one| one.id.id.clone());
    system.found((Part::Directory, "staff"), title, finding, LOSES);
}

/// Lead sources, one for the test people, and a new one.
pub(crate) async fn lead_sources(system: &mut System) {
    const LOSES: &str = "Clubs cannot see which campaign brought a lead, and pay for advertising blindly.";
    let asked = system.plan.lead_source.clone();
    let given = Given { name: asked.clone(), ..Given::default() };
    let (title, answer) = if system.can(Operation::ListLeadSources) {
        ("Lead sources are listed", list(system, Operation::ListLeadSources).await)
    } else if system.can(Operation::FindLeadSource) && asked.is_some() {
        ("A lead source is found by name", system.call(Operation::FindLeadSource, &given).await)
    } else {
        let (verdict, seen) =
            without(system.can(Operation::FindLeadSource), "lead sources", "--lead-source NAME");
        system.found(
            (Part::Directory, "lead_sources"),
            "Lead sources can be told apart",
            Finding(verdict, seen),
            LOSES,
        );
        return;
    };
    let finding = match &answer.outcome {
        Outcome::Saved { .. } if answer.found.is_empty() => {
            Finding(Verdict::Fails, "there is none: make a lead source in the test system".to_owned())
        }
        Outcome::Saved { .. } => {
            Finding(Verdict::Works, counted(answer.found.len(), "lead source", "lead sources"))
        }
        other => Finding(Verdict::Fails, said(other)),
    };
    let listed = matches!(finding.0, Verdict::Works) || answer.found.is_empty();
    system.source = answer.found.iter().find(|one| one.active != Some(false)).map(|one| one.id.id.clone());
    system.found((Part::Directory, "lead_sources"), title, finding, LOSES);
    if listed {
        new_lead_source(system, &answer.found).await;
    }
}

async fn new_lead_source(system: &mut System, known: &[Found]) {
    const LOSES: &str =
        "A club enters each new lead source twice, once in each system, before leads carry it.";
    let of = (Part::Directory, "new_lead_source");
    let title = "A new lead source is made, and listed once";
    let ours = |found: &[Found]| found.iter().filter(|one| one.name.as_deref() == Some(OUR_SOURCE)).count();
    let finding = if !system.can(Operation::CreateLeadSource) {
        Finding(Verdict::Missing, "not offered".to_owned())
    } else if ours(known) > 0 {
        Finding(Verdict::Works, format!("“{OUR_SOURCE}” is there from an earlier run"))
    } else {
        let given = Given { name: Some(OUR_SOURCE.to_owned()), ..Given::default() };
        let outcome = system.call(Operation::CreateLeadSource, &given).await.outcome;
        match outcome {
            Outcome::Saved { .. } if !system.can(Operation::ListLeadSources) => {
                Finding(Verdict::Works, said(&outcome))
            }
            Outcome::Saved { .. } => match ours(&list(system, Operation::ListLeadSources).await.found) {
                1 => Finding(Verdict::Works, format!("“{OUR_SOURCE}” was made, and stays")),
                0 => Finding(Verdict::Fails, "it was taken, and is not in the list".to_owned()),
                more => Finding(Verdict::Fails, format!("it is in the list {more} times")),
            },
            other => Finding(Verdict::Fails, said(&other)),
        }
    };
    system.found(of, title, finding, LOSES);
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn without(can_find: bool, what: &str, option: &str) -> (Verdict, String) {
    if can_find {
        (Verdict::NotTried, format!("{what} cannot be listed; name one by `{option}`"))
    } else {
        (Verdict::Missing, "not offered".to_owned())
    }
}

/// All pages of a list.
async fn list(system: &mut System, operation: Operation) -> Answer {
    let mut answer = system.call(operation, &Given::default()).await;
    for _ in 1..MOST_PAGES {
        let Some(page) = answer.next.clone() else { break };
        let next = system.call(operation, &Given { page, ..Given::default() }).await;
        answer = answer.and(next);
    }
    answer
}
