//! The system under test: every call to it, timed and kept, and every person made there.

use std::time::Duration;

use jiff::Timestamp;
use model::{Abilities, Field, Kind, Operation, Outcome, RemoteId};
use platform::{Answer, Endpoint, Given};
use uuid::Uuid;

use crate::card::{Call, Card, Check, Left, Part, Verdict};
use crate::journal::{Entry, Journal};
use crate::people::{self, Fields};

/// How often a call that is told to wait is made again.
const TRIES: u32 = 4;
/// The longest that is waited between two of them, in seconds.
const LONGEST_WAIT_S: u32 = 60;

/// What shall be checked, and with whom.
pub struct Plan {
    /// The address that is called, for the card.
    pub url: String,
    /// The description, bound to the test system.
    pub endpoint: Endpoint,
    /// The same with secrets that are not right, where there are any.
    pub wrong: Option<Endpoint>,
    /// A staff member there, where staff cannot be listed.
    pub staff: Option<String>,
    /// A lead source there, where lead sources cannot be listed.
    pub lead_source: Option<String>,
    /// The domain of the test people's e-mail addresses.
    pub domain: String,
    /// Where they are kept.
    pub journal: Journal,
    /// What tells the time.
    pub clock: fn() -> Timestamp,
}

impl Plan {
    /// An id that nobody has yet.
    fn new_id(&self) -> Uuid {
        let now = (self.clock)();
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(
            uuid::NoContext,
            seconds,
            now.subsec_nanosecond().unsigned_abs(),
        ))
    }
}

/// The system under test.
pub struct System {
    pub(crate) plan: Plan,
    /// What tells this run's people from others'.
    pub(crate) run: String,
    /// The number of a staff member, once it is known.
    pub(crate) owner: Option<String>,
    /// The number of a lead source, once it is known.
    pub(crate) source: Option<String>,
    /// How long each call took and may take, in milliseconds.
    pub(crate) times: Vec<(Operation, u32, i64)>,
    /// How often it asked to wait.
    pub(crate) throttled: usize,
    checks: Vec<Check>,
    calls: Vec<Call>,
    taken: Vec<Operation>,
    /// The fields that the last change sent.
    pub(crate) sent: Vec<Field>,
    made: usize,
}

/// One of the test people there.
#[derive(Clone, Debug)]
pub(crate) struct TestPerson {
    pub fields: Fields,
    pub kind: Kind,
    pub record: Option<RemoteId>,
    pub external_id: String,
}

impl TestPerson {
    pub fn email(&self) -> &str {
        self.fields.get(&Field::Email).and_then(Option::as_deref).unwrap_or_default()
    }
}

/// What a check found out.
pub(crate) struct Finding(pub Verdict, pub String);

impl System {
    /// The system of a plan.
    pub fn new(plan: Plan) -> System {
        let run = plan.new_id().simple().to_string();
        System {
            plan,
            run: run[run.len() - 10..].to_owned(),
            owner: None,
            source: None,
            times: Vec::new(),
            throttled: 0,
            checks: Vec::new(),
            calls: Vec::new(),
            taken: Vec::new(),
            sent: Vec::new(),
            made: 0,
        }
    }

    pub(crate) fn abilities(&self) -> &Abilities {
        self.plan.endpoint.description().abilities()
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.plan.clock)()
    }

    pub(crate) fn can(&self, operation: Operation) -> bool {
        self.abilities().can(operation)
    }

    /// Ends a check: what was seen goes on the card, with the calls since the last one.
    pub(crate) fn found(
        &mut self,
        (part, id): (Part, &str),
        title: impl Into<String>,
        Finding(verdict, seen): Finding,
        loses: &'static str,
    ) -> Verdict {
        let calls = std::mem::take(&mut self.calls);
        let loses = matches!(verdict, Verdict::Fails | Verdict::Missing).then_some(loses);
        self.checks.push(Check { id: id.to_owned(), part, title: title.into(), verdict, seen, loses, calls });
        verdict
    }

    /// One call, made again where the system asks to wait.
    pub(crate) async fn call(&mut self, operation: Operation, given: &Given) -> Answer {
        for tried in 1.. {
            let given = Given { now: self.now(), tracking: self.plan.new_id().to_string(), ..given.clone() };
            let answer = self.plan.endpoint.call(operation, &given).await;
            self.keep(operation, &answer);
            let Outcome::Throttled { retry_after_s } = answer.outcome else { return answer };
            self.throttled += 1;
            if tried == TRIES {
                return answer;
            }
            let wait = retry_after_s.unwrap_or(1 << tried).min(LONGEST_WAIT_S);
            tokio::time::sleep(Duration::from_secs(wait.into())).await;
        }
        unreachable!("the last try returns")
    }

    /// One call with the wrong secrets.
    pub(crate) async fn call_wrongly(&mut self, operation: Operation, given: &Given) -> Option<Answer> {
        let wrong = self.plan.wrong.as_ref()?;
        let answer = wrong.call(operation, &Given { now: self.now(), ..given.clone() }).await;
        self.keep(operation, &answer);
        Some(answer)
    }

    fn keep(&mut self, operation: Operation, answer: &Answer) {
        let exchange = &answer.exchange;
        if !exchange.method.is_empty() {
            self.times.push((operation, exchange.took_ms, self.abilities().deadline_ms(operation)));
        }
        if matches!(answer.outcome, Outcome::Saved { .. } | Outcome::Unchanged)
            && !self.taken.contains(&operation)
        {
            self.taken.push(operation);
        }
        self.calls.push(Call {
            operation: operation.name(),
            method: exchange.method.clone(),
            url: exchange.url.clone(),
            status: exchange.status,
            took_ms: exchange.took_ms,
            request: exchange.request.clone(),
            response: exchange.response.clone(),
            outcome: said(&answer.outcome),
            notes: exchange.notes.clone(),
        });
    }

    /// Somebody who is not there yet, with all that a write of this kind can carry.
    pub(crate) fn somebody(&mut self, kind: Kind, case: &str, (first, last): (&str, &str)) -> TestPerson {
        self.made += 1;
        let email = people::email(&self.run, case, &self.plan.domain);
        let mut fields = people::somebody(first, last, &email, self.made);
        fields.insert(Field::Owner, self.owner.clone());
        fields.insert(Field::LeadSource, self.source.clone());
        fields.retain(|_, value| value.is_some());
        TestPerson { fields, kind, record: None, external_id: self.plan.new_id().to_string() }
    }

    /// Whether somebody was made by this run.
    pub(crate) fn made_now(&self, email: &str) -> bool {
        email.starts_with(&people::of_run(&self.run))
    }

    /// The call that makes somebody.
    pub(crate) fn making(&self, kind: Kind) -> Option<Operation> {
        [Some(Operation::save(kind)), Operation::create(kind)]
            .into_iter()
            .flatten()
            .find(|one| self.can(*one))
    }

    /// The call that changes somebody.
    pub(crate) fn changing(&self, kind: Kind) -> Option<Operation> {
        [Operation::update(kind), Operation::save(kind)].into_iter().find(|one| self.can(*one))
    }

    /// Makes somebody; their number is kept before anything else is done with it. A number that the answer lacks is
    /// looked for, and the second value says how it came: by the answer or by a search.
    pub(crate) async fn make(&mut self, person: &mut TestPerson) -> (Outcome, bool) {
        let Some(operation) = self.making(person.kind) else { return (Outcome::Unsupported, false) };
        self.note(person, None);
        let answer = self.call(operation, &self.given(person, operation)).await;
        let (number, by_answer) = match &answer.outcome {
            Outcome::Saved { id: Some(id) } => (Some(id.clone()), true),
            Outcome::Saved { id: None } | Outcome::Unchanged | Outcome::Doubtful { .. } => {
                (self.look(person).await, false)
            }
            _ => {
                // Nothing was stored: nobody is to be looked for later.
                self.plan.journal.forget(person.email()).ok();
                (None, false)
            }
        };
        if let Some(number) = number {
            self.note(person, Some(number.clone()));
            person.record = Some(number);
        }
        (answer.outcome, by_answer)
    }

    /// Changes somebody's fields.
    pub(crate) async fn change(&mut self, person: &mut TestPerson, changes: Fields) -> Outcome {
        let Some(operation) = self.changing(person.kind) else { return Outcome::Unsupported };
        person.fields.extend(changes.clone());
        let given = Given { changed: changes.keys().copied().collect(), ..self.given(person, operation) };
        let answer = self.call(operation, &given).await;
        self.sent = answer.exchange.sent;
        if let Outcome::Saved { id: Some(id) } = &answer.outcome {
            self.renumbered(person, id.clone());
        }
        answer.outcome
    }

    /// Carries out a call that makes somebody something else.
    pub(crate) async fn become_kind(
        &mut self,
        person: &mut TestPerson,
        kind: Kind,
        operation: Operation,
    ) -> Outcome {
        let given = Given { kind: Some(kind), ..self.given(person, operation) };
        let outcome = self.call(operation, &given).await.outcome;
        if matches!(outcome, Outcome::Saved { .. } | Outcome::Unchanged) {
            person.kind = kind;
            match &outcome {
                Outcome::Saved { id: Some(id) } => self.renumbered(person, id.clone()),
                _ => self.note(person, person.record.clone()),
            }
        }
        outcome
    }

    fn renumbered(&mut self, person: &mut TestPerson, id: RemoteId) {
        person.record = Some(id.clone());
        self.note(person, Some(id));
    }

    /// What a call about somebody is given: the fields that it can carry.
    pub(crate) fn given(&self, person: &TestPerson, operation: Operation) -> Given {
        let carried = self.abilities().of(operation).map(|ability| &ability.fields);
        let fields = person.fields.iter().filter(|(field, _)| carried.is_none_or(|all| all.contains(field)));
        let fields: Fields = fields.map(|(field, value)| (*field, value.clone())).collect();
        Given {
            changed: fields.keys().copied().collect(),
            person: fields,
            kind: Some(person.kind),
            record: person.record.clone(),
            external_id: person.external_id.clone(),
            ..Given::default()
        }
    }

    /// Keeps in the journal that somebody is, or may be, there. A journal that was written once can fail only with its
    /// disk, and the card says who is there all the same.
    pub(crate) fn note(&mut self, person: &TestPerson, number: Option<RemoteId>) {
        let entry = Entry {
            system: self.plan.url.clone(),
            email: person.email().to_owned(),
            number,
            kind: person.kind,
            external_id: person.external_id.clone(),
            retired: false,
        };
        self.plan.journal.put(entry).ok();
    }

    /// The card of everything so far.
    pub(crate) fn card(self, began: Timestamp) -> Card {
        let description = self.plan.endpoint.description();
        let people = self.plan.journal.of(&self.plan.url).map(|one| Left {
            number: one.number.as_ref().map(|number| number.id.clone()),
            email: one.email.clone(),
            retired: one.retired,
        });
        Card {
            platform: description.name().to_owned(),
            title: description.title().to_owned(),
            version: description.version(),
            people: people.collect(),
            url: self.plan.url.clone(),
            began,
            took_ms: self.now().as_millisecond() - began.as_millisecond(),
            checks: self.checks,
            taken: self.taken.iter().map(|operation| operation.name()).collect(),
        }
    }
}

/// How an answer was understood, in a sentence of the partner's.
pub(crate) fn said(outcome: &Outcome) -> String {
    let numbered =
        |id: &Option<RemoteId>| id.as_ref().map_or(String::new(), |id| format!(" under number {}", id.id));
    match outcome {
        Outcome::Saved { id } => format!("taken{}", numbered(id)),
        Outcome::Unchanged => "taken, and nothing had to change".to_owned(),
        Outcome::Rejected { field, said } => {
            let field = field.map_or(String::new(), |field| format!(" because of the {}", field.label()));
            format!("turned away{field}: “{said}”")
        }
        Outcome::Unsendable { said, .. } => format!("not sent: {said}"),
        Outcome::Duplicate { id, said } => format!("known already{}: “{said}”", numbered(id)),
        Outcome::Gone => "no such record".to_owned(),
        Outcome::Doubtful { reason } => format!("no answer that tells whether it was stored: {reason}"),
        Outcome::Unsupported => "not offered".to_owned(),
        Outcome::Misconfigured { reason } => {
            format!("an answer that the description does not know: {reason}")
        }
        Outcome::Unavailable { reason, .. } => format!("not available: {reason}"),
        Outcome::Throttled { retry_after_s } => {
            format!("too many calls; it asks to wait {} s", retry_after_s.unwrap_or_default())
        }
        Outcome::Unauthorised { said } => format!("not let in: “{said}”"),
    }
}
