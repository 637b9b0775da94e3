//! Reading: a record as it is there now, and how it differs from what was sent.

use std::time::Duration;

use model::{Field, Operation, RemoteId, fold};
use platform::{Found, Given};

use crate::system::{System, TestPerson};

/// The longest that is waited until a new record can be found, in seconds.
const LONGEST_LOOK_S: u32 = 90;

impl System {
    /// The record of somebody as it is there now: read by its number, else found.
    pub(crate) async fn read(&mut self, person: &TestPerson) -> Option<Found> {
        let record = person.record.as_ref()?;
        if self.can(Operation::ReadPerson) {
            let answer = self.call(Operation::ReadPerson, &self.given(person, Operation::ReadPerson)).await;
            return answer.found.into_iter().next();
        }
        self.find(person).await.into_iter().find(|found| found.id.id == record.id)
    }

    /// Who is found by what is known of somebody.
    pub(crate) async fn find(&mut self, person: &TestPerson) -> Vec<Found> {
        if !self.abilities().can_be_asked() {
            return Vec::new();
        }
        let given = Given { person: person.fields.clone(), ..self.given(person, Operation::FindPerson) };
        self.call(Operation::FindPerson, &given).await.found
    }

    /// Looks for the number of somebody just made, as long as new records may be hidden from searches: of several with
    /// their e-mail address the one that is not known yet.
    pub(crate) async fn look(&mut self, person: &TestPerson) -> Option<RemoteId> {
        if !self.abilities().can_be_asked() {
            return None;
        }
        let email = fold::text(person.email());
        let known = self.plan.journal.numbers(person.email());
        let hidden_s = self.abilities().visible_after_s.min(LONGEST_LOOK_S);
        if !known.is_empty() {
            tokio::time::sleep(Duration::from_secs(hidden_s.into())).await;
        }
        for _ in 0..=hidden_s + 5 {
            let mut found = self.find(person).await;
            found.retain(|one| fold::text(one.email.as_deref().unwrap_or_default()) == email);
            let new = found.iter().find(|one| known.iter().all(|known| known.id != one.id.id));
            if let Some(one) = new.or(found.first()) {
                return Some(one.id.clone());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        None
    }

    /// What was sent and is otherwise in a record, by the platform's own account.
    pub(crate) fn differences(&self, person: &TestPerson, found: &Found, of: Operation) -> Vec<String> {
        let carried = self.abilities().of(of).map(|ability| ability.fields.clone()).unwrap_or_default();
        let seen = |field: Field| match field {
            Field::FirstName => found.first_name.as_ref(),
            Field::LastName => found.last_name.as_ref(),
            Field::Email => found.email.as_ref(),
            Field::Mobile => found.mobile.as_ref(),
            _ => None,
        };
        let sent = person.fields.iter().filter(|(field, _)| carried.contains(field) && !field.is_reference());
        sent.filter_map(|(field, sent)| {
            let seen = found.fields.get(field).or(seen(*field))?;
            let sent = sent.as_deref().unwrap_or_default();
            let clip = self.abilities().clips.get(field).copied();
            let same = fold::renders(*field, sent, seen, clip);
            (!same).then(|| format!("{}: sent “{sent}”, there “{seen}”", field.label()))
        })
        .collect()
    }
}
