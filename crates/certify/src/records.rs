//! The life of a record: made, numbered, read back, changed, emptied, made twice, sold, ended.

use model::{Conversion, Field, Kind, Operation, Outcome};

use crate::called;
use crate::card::{Part, Verdict};
use crate::people::Fields;
use crate::system::{Finding, System, TestPerson, said};

/// The kinds that can be made there.
pub(crate) fn kinds(system: &System) -> Vec<Kind> {
    [Kind::Prospect, Kind::Member].into_iter().filter(|kind| system.making(*kind).is_some()).collect()
}

/// The kind that other checks make people of.
pub(crate) fn first_kind(system: &System) -> Option<Kind> {
    kinds(system).first().copied()
}

/// Everything that happens to one kind.
pub(crate) async fn life(system: &mut System, kind: Kind) {
    let mut person = system.somebody(kind, &format!("{}-1", called(kind)), ("Connie", "Connector"));
    if !make(system, &mut person).await {
        return;
    }
    if person.record.is_some() {
        read_back(system, &person).await;
        search(system, &person).await;
        change(system, &mut person).await;
        empty(system, &mut person).await;
    }
    bare(system, kind).await;
    unknown_source(system, kind).await;
    twice(system, &person).await;
}

async fn make(system: &mut System, person: &mut TestPerson) -> bool {
    let kind = called(person.kind);
    let id = |what: &str| format!("{what}_{kind}");
    let (outcome, by_answer) = system.make(person).await;
    let finding = match &outcome {
        Outcome::Saved { .. } => Finding(Verdict::Works, said(&outcome)),
        Outcome::Rejected { .. } => Finding(
            Verdict::Fails,
            format!("{}; what the test system demands must be known beforehand", said(&outcome)),
        ),
        other => Finding(Verdict::Fails, said(other)),
    };
    let stored = finding.0 == Verdict::Works;
    system.found(
        (Part::Records, &id("make")),
        format!("A new {kind} is stored"),
        finding,
        "What is entered in the other systems of a club never arrives in yours.",
    );
    if !stored {
        return false;
    }
    let finding = match &person.record {
        Some(number) if by_answer => Finding(Verdict::Works, format!("the answer says {}", number.id)),
        Some(number) => {
            Finding(Verdict::Missing, format!("the answer does not say it; a search found {}", number.id))
        }
        None => Finding(Verdict::Fails, "neither the answer nor a search tells it".to_owned()),
    };
    system.found(
        (Part::Records, &id("number")),
        format!("The answer tells the number of a new {kind}"),
        finding,
        "The Connector has to search for everybody it makes. Where the search finds nobody, changes cannot follow, and \
         the same person may be made again.",
    );
    true
}

async fn read_back(system: &mut System, person: &TestPerson) {
    let kind = called(person.kind);
    let Some(operation) = system.making(person.kind) else { return };
    let finding = if !system.can(Operation::ReadPerson) && !system.abilities().can_be_asked() {
        Finding(Verdict::Missing, "records can be neither read nor found".to_owned())
    } else {
        match system.read(person).await {
            None => Finding(Verdict::Fails, "the record that was just made is not there".to_owned()),
            Some(found) => match system.differences(person, &found, operation) {
                none if none.is_empty() => {
                    Finding(Verdict::Works, "everything that can be read is as it was sent".to_owned())
                }
                some => Finding(Verdict::Fails, some.join("; ")),
            },
        }
    };
    system.found(
        (Part::Records, &format!("read_back_{kind}")),
        format!("A {kind} is kept as sent"),
        finding,
        "Clubs see different data in different systems, and cannot tell which is right. Where records cannot be read, a \
         call without an answer stays in doubt until somebody looks.",
    );
}

async fn search(system: &mut System, person: &TestPerson) {
    let kind = called(person.kind);
    let finding = if system.abilities().can_be_asked() {
        let mut found = system.find(person).await;
        found.retain(|one| person.record.as_ref().is_some_and(|record| record.id == one.id.id));
        match found.len() {
            1 => Finding(Verdict::Works, "found once".to_owned()),
            0 => Finding(
                Verdict::Fails,
                format!("not found; new records may be hidden for {} s", system.abilities().visible_after_s),
            ),
            more => Finding(Verdict::Fails, format!("found {more} times")),
        }
    } else {
        Finding(Verdict::Missing, "not offered".to_owned())
    };
    system.found(
        (Part::Search, &format!("find_{kind}")),
        format!("A {kind} can be found"),
        finding,
        "When a connection breaks in the middle of a call, the Connector cannot find out whether the person was stored. \
         A club has to look itself, person by person.",
    );
}

async fn change(system: &mut System, person: &mut TestPerson) {
    let kind = called(person.kind);
    let finding = if system.changing(person.kind).is_none() {
        Finding(Verdict::Missing, "not offered".to_owned())
    } else {
        let email = person.email().to_owned();
        let mut changes = Fields::from([
            (Field::FirstName, Some("Constance".to_owned())),
            (Field::Mobile, Some("+16045550196".to_owned())),
        ]);
        changes.insert(Field::Email, Some(email));
        let outcome = system.change(person, changes).await;
        kept(system, person, &outcome).await
    };
    system.found(
        (Part::Records, &format!("change_{kind}")),
        format!("A change of a {kind} is stored"),
        finding,
        "A new phone number or a corrected name stays where it was entered; the club calls the old one.",
    );
}

/// What became of a change: taken, and to be seen where records can be.
async fn kept(system: &mut System, person: &TestPerson, outcome: &Outcome) -> Finding {
    if !matches!(outcome, Outcome::Saved { .. } | Outcome::Unchanged) {
        return Finding(Verdict::Fails, said(outcome));
    }
    let Some(found) = system.read(person).await else {
        return Finding(Verdict::Works, format!("{}; it cannot be read back", said(outcome)));
    };
    let of = system.changing(person.kind).unwrap_or(Operation::ReadPerson);
    match system.differences(person, &found, of) {
        none if none.is_empty() => Finding(Verdict::Works, said(outcome)),
        some => {
            Finding(Verdict::Fails, format!("{}, but is otherwise there: {}", said(outcome), some.join("; ")))
        }
    }
}

async fn empty(system: &mut System, person: &mut TestPerson) {
    let kind = called(person.kind);
    let Some(operation) = system.changing(person.kind) else { return };
    let carried = system.abilities().of(operation).map(|ability| ability.fields.clone()).unwrap_or_default();
    let optional = [Field::Address2, Field::HomePhone, Field::WorkPhone, Field::Company];
    let Some(field) = optional.into_iter().find(|field| carried.contains(field)) else { return };
    let outcome = system.change(person, Fields::from([(field, None)])).await;
    let sent = system.sent.contains(&field);
    let Finding(verdict, seen) = kept(system, person, &outcome).await;
    let finding = if verdict == Verdict::Works && !sent {
        Finding(Verdict::Missing, format!("an empty {} cannot be said", field.label()))
    } else {
        Finding(verdict, format!("{}: {seen}", field.label()))
    };
    system.found(
        (Part::Records, &format!("empty_{kind}")),
        format!("A field of a {kind} can be emptied"),
        finding,
        "A phone number or address that was taken out, often because its owner asked for it, stays in your system.",
    );
}

/// A person of whom only the name and one way to reach them are known, as a form on a web site gives them.
async fn bare(system: &mut System, kind: Kind) {
    let word = called(kind);
    let mut person = system.somebody(kind, &format!("{word}-bare"), ("Bea", "Bare"));
    let known = [Field::FirstName, Field::LastName, Field::Email, Field::Mobile];
    person.fields.retain(|field, _| known.contains(field));
    let (outcome, _) = system.make(&mut person).await;
    let finding = match &outcome {
        Outcome::Saved { .. } => Finding(Verdict::Works, said(&outcome)),
        other => Finding(Verdict::Fails, said(other)),
    };
    system.found(
        (Part::Records, &format!("owner_absent_{word}")),
        format!("A {word} without owner, lead source and address is stored"),
        finding,
        "Leads from web forms and campaigns, of whom nobody knows more, do not arrive until somebody fills in the rest.",
    );
}

/// A lead source whose number means nothing there.
async fn unknown_source(system: &mut System, kind: Kind) {
    let word = called(kind);
    let Some(operation) = system.making(kind) else { return };
    let carries = system.abilities().of(operation).is_some_and(|it| it.fields.contains(&Field::LeadSource));
    let finding = if let (true, Some(real)) = (carries, system.source.clone()) {
        let mut person = system.somebody(kind, &format!("{word}-source"), ("Una", "Known"));
        let unknown = if real.bytes().all(|b| b.is_ascii_digit()) { "999999" } else { "connector-test-none" };
        person.fields.insert(Field::LeadSource, Some(unknown.to_owned()));
        let (outcome, _) = system.make(&mut person).await;
        match &outcome {
            Outcome::Saved { .. } | Outcome::Rejected { .. } => Finding(Verdict::Works, said(&outcome)),
            other => Finding(Verdict::Fails, format!("neither taken nor turned away: {}", said(other))),
        }
    } else {
        Finding(Verdict::NotTried, "no lead source goes along".to_owned())
    };
    system.found(
        (Part::Records, &format!("source_unknown_{word}")),
        format!("A {word} with a lead source that is gone is taken, or turned away with a reason"),
        finding,
        "When somebody deletes a lead source, every lead that has it is tried again and again, and nobody is told why.",
    );
}

/// The same person once more.
async fn twice(system: &mut System, person: &TestPerson) {
    let word = called(person.kind);
    let mut again = TestPerson { record: None, ..person.clone() };
    let (outcome, _) = system.make(&mut again).await;
    let finding = match (&outcome, &person.record, &again.record) {
        (Outcome::Duplicate { id: Some(id), .. }, Some(first), _) if id.id == first.id => {
            Finding(Verdict::Works, said(&outcome))
        }
        (Outcome::Duplicate { id: None, .. }, ..) => Finding(
            Verdict::Missing,
            format!("{}; the number of the record that is there is not said", said(&outcome)),
        ),
        (Outcome::Saved { .. } | Outcome::Unchanged, Some(first), Some(second)) if first.id == second.id => {
            Finding(Verdict::Works, format!("taken, and still one record: {}", first.id))
        }
        (Outcome::Saved { .. }, Some(_), Some(second)) => {
            Finding(Verdict::Missing, format!("stored a second time, under number {}", second.id))
        }
        (Outcome::Rejected { .. }, ..) => Finding(
            Verdict::Missing,
            format!(
                "{}; that the person is there already is not said in a way that a program can read",
                said(&outcome)
            ),
        ),
        (other, ..) => Finding(Verdict::Fails, said(other)),
    };
    system.found(
        (Part::Records, &format!("duplicate_{word}")),
        format!("A {word} who is there already is recognised"),
        finding,
        "People whom a club entered in both systems exist twice in yours: two reminders, two calls, two files for one \
         person.",
    );
}

/// A prospect becomes a member.
pub(crate) async fn sale(system: &mut System) {
    const TITLE: &str = "A prospect becomes a member";
    const LOSES: &str = "A sale made elsewhere is entered in your system a second time, by hand; until then its lead \
                         goes on being called.";
    let of = (Part::Records, "convert");
    let operation = match system.abilities().conversion {
        Conversion::Perform => Operation::Convert,
        Conversion::Update => Operation::update(Kind::Member),
        Conversion::None => {
            let seen =
                "your system makes its own members; what is sold elsewhere is not told to it".to_owned();
            system.found(of, TITLE, Finding(Verdict::Missing, seen), LOSES);
            return;
        }
    };
    let operation = if system.can(operation) { operation } else { Operation::save(Kind::Member) };
    let mut person = system.somebody(Kind::Prospect, "sale", ("Sal", "Sold"));
    let (made, _) = system.make(&mut person).await;
    let finding = if person.record.is_none() {
        Finding(Verdict::NotTried, format!("there was no prospect to sell to: {}", said(&made)))
    } else {
        let outcome = system.become_kind(&mut person, Kind::Member, operation).await;
        match &outcome {
            Outcome::Saved { .. } | Outcome::Unchanged => match system.read(&person).await {
                Some(found) if found.kind == Some(Kind::Prospect) => {
                    Finding(Verdict::Fails, format!("{}, and is a prospect still", said(&outcome)))
                }
                _ => Finding(Verdict::Works, said(&outcome)),
            },
            other => Finding(Verdict::Fails, said(other)),
        }
    };
    system.found(of, TITLE, finding, LOSES);
}

/// A membership ends.
pub(crate) async fn end(system: &mut System) {
    let of = (Part::Records, "end");
    let operation =
        [Operation::UpdateExMember, Operation::SaveExMember].into_iter().find(|it| system.can(*it));
    let finding = match (operation, system.making(Kind::Member)) {
        (None, _) => Finding(Verdict::Missing, "not offered".to_owned()),
        (Some(_), None) => Finding(Verdict::NotTried, "no member can be made there to end".to_owned()),
        (Some(operation), Some(_)) => {
            let mut person = system.somebody(Kind::Member, "end", ("Les", "Left"));
            let (made, _) = system.make(&mut person).await;
            if person.record.is_none() {
                Finding(Verdict::NotTried, format!("there was no member: {}", said(&made)))
            } else {
                let outcome = system.become_kind(&mut person, Kind::ExMember, operation).await;
                let taken = matches!(outcome, Outcome::Saved { .. } | Outcome::Unchanged);
                Finding(if taken { Verdict::Works } else { Verdict::Fails }, said(&outcome))
            }
        }
    };
    system.found(
        of,
        "A membership that ended elsewhere ends",
        finding,
        "Who has left goes on being counted, written to and let in as a member.",
    );
}
