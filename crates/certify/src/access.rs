//! Being let in: with the right credentials, and not with wrong ones.

use model::{Field, Operation, Outcome};
use platform::Given;

use crate::card::{Part, Verdict};
use crate::system::{Finding, System, said};

/// Signs in by the most harmless call there is. Without it nothing else is tried.
pub(crate) async fn sign_in(system: &mut System) -> bool {
    const TITLE: &str = "The credentials of a club are accepted";
    const LOSES: &str = "Nothing flows: neither leads nor members, in any direction.";
    let of = (Part::Access, "sign_in");
    let Some((operation, given)) = harmless(system) else {
        let seen = "no call that only reads is described, so the first record made will tell";
        system.found(of, TITLE, Finding(Verdict::NotTried, seen.to_owned()), LOSES);
        return true;
    };
    let answer = system.call(operation, &given).await;
    let finding = match &answer.outcome {
        Outcome::Gone => {
            Finding(Verdict::Fails, "let in, and the club's number is not known there".to_owned())
        }
        Outcome::Saved { .. } | Outcome::Unchanged => {
            let named = answer.found.iter().find_map(|club| club.name.as_deref());
            let named = named.filter(|_| operation == Operation::Verify);
            Finding(
                Verdict::Works,
                named.map_or("let in".to_owned(), |name| format!("let in; the club is “{name}”")),
            )
        }
        other => Finding(Verdict::Fails, said(other)),
    };
    system.found(of, TITLE, finding, LOSES) == Verdict::Works
}

/// Tries once with changed secrets: more could lock the account.
pub(crate) async fn wrong_credentials(system: &mut System) {
    const TITLE: &str = "Wrong credentials are turned away as such";
    const LOSES: &str = "A club whose key has changed cannot be told to enter the new one: its records wait, or are taken \
                         for wrong, and nobody knows why. Where any key is accepted, anybody can read and change your \
                         clubs' people.";
    let answer = match harmless(system) {
        Some((operation, given)) => system.call_wrongly(operation, &given).await,
        None => None,
    };
    let finding = match answer.as_ref().map(|answer| &answer.outcome) {
        None => Finding(
            Verdict::NotTried,
            "there is no secret to change, or no harmless call to try it with".to_owned(),
        ),
        Some(Outcome::Unauthorised { said }) => Finding(Verdict::Works, format!("not let in: “{said}”")),
        Some(Outcome::Saved { .. } | Outcome::Unchanged) => {
            Finding(Verdict::Fails, "let in, though the secrets were changed".to_owned())
        }
        Some(other) => {
            Finding(Verdict::Fails, format!("answered as if it were something else: {}", said(other)))
        }
    };
    system.found((Part::Access, "wrong_credentials"), TITLE, finding, LOSES);
}

/// A call that changes nothing.
fn harmless(system: &System) -> Option<(Operation, Given)> {
    let reads = [Operation::Verify, Operation::ListStaff, Operation::ListLeadSources];
    if let Some(operation) = reads.into_iter().find(|operation| system.can(*operation)) {
        return Some((operation, Given::default()));
    }
    let mut given = Given { external_id: "connector-test".to_owned(), ..Given::default() };
    given.person.insert(Field::Email, Some(format!("nobody@{}", system.plan.domain)));
    given.person.insert(Field::Mobile, Some("+16045550197".to_owned()));
    system.abilities().can_be_asked().then_some((Operation::FindPerson, given))
}
