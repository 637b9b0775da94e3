//! Tidying up: every test person's record says that it may be deleted. Nobody else's is ever written.

use model::{Field, Kind, Outcome, RemoteId};

use crate::card::{Part, Verdict};
use crate::journal::Entry;
use crate::people::{Fields, RETIRED, is_ours};
use crate::system::{Finding, System, TestPerson, said};

/// Retires whom an earlier run could not, and looks for those whose number it never learned.
pub(crate) async fn earlier(system: &mut System) {
    let mut left = system.plan.journal.unretired(&system.plan.url);
    forget_who_never_was(system, &mut left).await;
    if left.is_empty() {
        return;
    }
    let (retired, not) = retire_all(system, left).await;
    system.found(
        (Part::Tidying, "earlier"),
        "Test people of earlier runs are retired",
        told(retired, &not),
        STAY,
    );
}

/// Retires this run's people.
pub(crate) async fn retire(system: &mut System) {
    let made = system.plan.journal.unretired(&system.plan.url);
    if made.is_empty() {
        return;
    }
    let (retired, not) = retire_all(system, made).await;
    system.found((Part::Tidying, "retire"), "The test people can be retired", told(retired, &not), STAY);
}

/// Forgets those of an earlier run who were never answered for, and are not there: by now they could be found.
async fn forget_who_never_was(system: &mut System, left: &mut Vec<Entry>) {
    if !system.abilities().can_be_asked() {
        return;
    }
    let unknown: Vec<Entry> = left.extract_if(.., |one| one.number.is_none()).collect();
    for entry in unknown {
        let number = sought(system, &there(&entry)).await;
        if number.is_none() {
            system.plan.journal.forget(&entry.email).ok();
        } else {
            left.push(Entry { number, ..entry });
        }
    }
}

/// Somebody of the journal.
fn there(entry: &Entry) -> TestPerson {
    TestPerson {
        fields: Fields::from([(Field::Email, Some(entry.email.clone()))]),
        kind: entry.kind,
        record: entry.number.clone(),
        external_id: entry.external_id.clone(),
    }
}

const STAY: &str = "Nothing; but the test people stay in your test system as they are until you delete them.";

fn told(retired: usize, not: &[String]) -> Finding {
    match not.first() {
        None => Finding(Verdict::Works, format!("{retired} records now have the family name “{RETIRED}”")),
        Some(first) => Finding(
            Verdict::Missing,
            format!("{retired} are; {} are not, the first because: {first}", not.len()),
        ),
    }
}

async fn retire_all(system: &mut System, people: Vec<Entry>) -> (usize, Vec<String>) {
    let (mut retired, mut not) = (0, Vec::new());
    for entry in people {
        match retire_one(system, &entry).await {
            Ok(()) => {
                retired += 1;
                system.plan.journal.put(Entry { retired: true, ..entry }).ok();
            }
            Err(why) => not.push(why),
        }
    }
    (retired, not)
}

async fn retire_one(system: &mut System, entry: &Entry) -> Result<(), String> {
    let mut person = there(entry);
    if person.record.is_none() {
        let unknown = "it was not answered for, and was not found; the next run looks once more";
        person.record = Some(sought(system, &person).await.ok_or(unknown)?);
    }
    match system.read(&person).await {
        Some(found) if found.email.is_some() && !is_ours(&found) => {
            return Err("the record with its number is somebody else's by now".to_owned());
        }
        None if !system.made_now(&entry.email) => {
            return Err("it cannot be seen whether the record with its number is still theirs".to_owned());
        }
        _ => {}
    }
    let changes = Fields::from([
        (Field::FirstName, Some("Connector".to_owned())),
        (Field::LastName, Some(RETIRED.to_owned())),
        (Field::Status, Some("INACTIVE".to_owned())),
        (Field::Email, Some(entry.email.clone())),
    ]);
    match system.change(&mut person, changes).await {
        Outcome::Saved { .. } | Outcome::Unchanged => Ok(()),
        Outcome::Unsupported if person.kind != Kind::ExMember => Err("records cannot be changed".to_owned()),
        other => Err(said(&other)),
    }
}

async fn sought(system: &mut System, person: &TestPerson) -> Option<RemoteId> {
    let found = system.find(person).await;
    let email = person.email().to_owned();
    let mut ours = found
        .into_iter()
        .filter(|one| one.email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(&email)));
    ours.next().map(|one| one.id)
}
