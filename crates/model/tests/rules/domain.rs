//! The words that the examples speak: a club's lead, the two sides, and one link driven as a hub drives it.

use std::collections::BTreeMap;

use model::{
    Abilities, Ability, Accepted, Agreement, Circumstances, ClubId, Conflict, ConnectionId, Conversion,
    Field, FindBy, Grade, Kind, Known, KnownKind, Link, Merged, Moment, Next, Operation, Outcome, Person,
    PersonId, Profile, References, RemoteId, Report, Sender, Sends, Settled, State, Step, Tracking, accept,
    merge, next_step, project, settle,
};

/// Where the club works: leads are entered here.
pub const INTOUCH: ConnectionId = ConnectionId(1);
/// The other side of every example.
pub const JONAS: ConnectionId = ConnectionId(2);
/// Fields that every example platform takes.
pub const FIELDS: [Field; 6] =
    [Field::FirstName, Field::LastName, Field::Email, Field::Mobile, Field::Company, Field::Owner];

/// An instant, in seconds of the story.
pub const fn at(s: i64) -> Moment {
    Moment(s * 1000)
}

/// A lead entered in InTouch at second 0.
pub fn lead(first: &str, last: &str) -> Person {
    let fields = [(Field::FirstName, first), (Field::LastName, last)]
        .map(|(field, value)| (field, Known { value: Some(value.to_owned()), by: INTOUCH, at: at(0) }));
    Person {
        id: PersonId(7),
        club: ClubId(1),
        revision: 1,
        profile: Profile {
            kind: KnownKind { kind: Kind::Prospect, by: INTOUCH, at: at(0) },
            fields: fields.into(),
        },
        created: (INTOUCH, at(0)),
        modified: (INTOUCH, at(0)),
    }
}

/// What a platform can do with one operation: changed fields, harmless to repeat unless it creates or converts.
pub fn ability(operation: Operation) -> Ability {
    let unsafe_call =
        matches!(operation, Operation::CreateProspect | Operation::CreateMember | Operation::Convert);
    Ability {
        safe_to_repeat: !unsafe_call,
        whole_record: false,
        deadline_s: 30,
        fields: FIELDS.into(),
        later: [].into(),
        calls: 1,
        grade: Grade::Certified,
    }
}

/// A platform with these operations.
pub fn platform(conversion: Conversion, operations: &[Operation]) -> Abilities {
    Abilities {
        operations: operations.iter().map(|operation| (*operation, ability(*operation))).collect(),
        conversion,
        concurrency: 4,
        late_after_s: 60,
        visible_after_s: 30,
        ..Abilities::default()
    }
}

/// A platform that creates and updates prospects and updates the others, and performs conversions.
pub fn performs() -> Abilities {
    use Operation::{Convert, CreateProspect, UpdateExMember, UpdateMember, UpdateProspect};
    platform(Conversion::Perform, &[CreateProspect, UpdateProspect, UpdateMember, UpdateExMember, Convert])
}

/// Jonas I4: inserts prospects; updates prospects, members and ex-members.
pub fn i4() -> Abilities {
    use Operation::{CreateProspect, UpdateExMember, UpdateMember, UpdateProspect};
    platform(Conversion::Update, &[CreateProspect, UpdateProspect, UpdateMember, UpdateExMember])
}

/// The same platform, able to look a person up.
pub fn askable(mut abilities: Abilities) -> Abilities {
    abilities.operations.insert(Operation::FindPerson, ability(Operation::FindPerson));
    abilities.find_by.insert(FindBy::Email);
    abilities
}

/// Prospects are created and updated; members and ex-members updated only.
pub fn i4_agreement() -> Agreement {
    Agreement {
        prospects: Sends::CreatesAndUpdates,
        members: Sends::Updates,
        ex_members: Sends::Updates,
        receives_people: true,
        ..Agreement::default()
    }
}

/// Everything flows.
pub fn everything() -> Agreement {
    Agreement {
        prospects: Sends::CreatesAndUpdates,
        members: Sends::CreatesAndUpdates,
        ex_members: Sends::CreatesAndUpdates,
        owner: true,
        receives_people: true,
        ..Agreement::default()
    }
}

/// One person and their link to Jonas, driven as a hub drives them.
#[derive(Clone)]
pub struct Story {
    pub person: Person,
    pub link: Link,
    pub agreement: Agreement,
    pub abilities: Abilities,
    pub references: References,
    saves: u128,
}

impl Story {
    /// Jane Smith, not yet at Jonas.
    pub fn of(agreement: Agreement, abilities: Abilities) -> Self {
        Story {
            person: lead("Jane", "Smith"),
            link: Link::new(PersonId(7), JONAS),
            agreement,
            abilities,
            references: References::default(),
            saves: 0,
        }
    }

    /// Jane Smith, created at Jonas as record 17 at second 1, with all that was known.
    pub fn arrived(agreement: Agreement, abilities: Abilities) -> Self {
        let mut story = Story::of(agreement, abilities);
        story.accepted(0);
        story.called(&saved("17"), 1);
        story
    }

    /// Jane Smith, at Jonas as record 17 before anything was sent there.
    pub fn met(agreement: Agreement, abilities: Abilities) -> Self {
        let mut story = Story::of(agreement, abilities);
        story.accepted(0);
        story.called(&Outcome::Duplicate { id: Some(RemoteId::plain("17")), said: String::new() }, 1);
        story.called(&saved("17"), 1);
        story
    }

    /// Somebody sets a field in InTouch; the change is accepted at once.
    pub fn edits(&mut self, field: Field, value: Option<&str>, s: i64) -> Accepted {
        self.knows(field, value, s);
        self.accepted(s)
    }

    /// As `edits`, before anything is accepted.
    pub fn knows(&mut self, field: Field, value: Option<&str>, s: i64) {
        let known = Known { value: value.map(str::to_owned), by: INTOUCH, at: at(s) };
        self.person.profile.fields.insert(field, known);
    }

    /// InTouch says that the person has become this.
    pub fn becomes(&mut self, kind: Kind, s: i64) -> Accepted {
        self.person.profile.kind = KnownKind { kind, by: INTOUCH, at: at(s) };
        self.accepted(s)
    }

    /// Takes note of the change on the link.
    pub fn accepted(&mut self, s: i64) -> Accepted {
        self.saves += 1;
        let save = (Tracking(uuid::Uuid::from_u128(self.saves)), at(s));
        accept(&mut self.link, &self.person, (&self.agreement, &self.abilities), &self.references, save)
    }

    /// Jonas reports some fields.
    pub fn reports(&mut self, fields: &[(Field, Option<&str>)], s: i64) -> Merged {
        self.reports_as(None, fields, s)
    }

    /// Jonas reports a kind and some fields when asked.
    pub fn reports_as(&mut self, kind: Option<Kind>, fields: &[(Field, Option<&str>)], s: i64) -> Merged {
        self.hears((kind, fields), s, None)
    }

    /// Jonas calls with a kind and some fields, which it will not say again.
    pub fn is_told(&mut self, kind: Option<Kind>, fields: &[(Field, Option<&str>)], s: i64) -> Merged {
        self.hears((kind, fields), s, Some(at(s)))
    }

    /// Jonas called at one second with some fields, and the call arrives at another.
    pub fn is_told_late(&mut self, fields: &[(Field, Option<&str>)], (made, arrives): (i64, i64)) -> Merged {
        self.hears((None, fields), arrives, Some(at(made)))
    }

    fn hears(
        &mut self,
        (kind, fields): (Option<Kind>, &[(Field, Option<&str>)]),
        s: i64,
        on_its_way_since: Option<Moment>,
    ) -> Merged {
        let fields = fields.iter().map(|(field, value)| (*field, value.map(str::to_owned))).collect();
        let report = Report { kind, fields, as_of: at(s), on_its_way_since };
        let sender =
            Sender { connection: JONAS, conflict: self.agreement.conflict, abilities: &self.abilities };
        merge(&mut self.person.profile, &mut self.link.shadow, &report, sender)
    }

    /// What would be done next.
    pub fn next(&self) -> Next {
        let projection = project(&self.person.profile, &self.agreement, &self.references);
        next_step(&self.link, &projection, &self.agreement, &self.abilities)
    }

    /// The next call; panics when there is none.
    pub fn step(&self) -> Step {
        match self.next() {
            Next::Call(step) => step,
            Next::Rest(rest) => panic!("nothing is to be sent: {rest:?}"),
        }
    }

    /// The operation of the next call and what it carries.
    pub fn sends(&self) -> (Operation, BTreeMap<Field, Option<String>>) {
        let step = self.step();
        (step.operation, step.fields)
    }

    /// Makes the next call; it ends so, at second `s`.
    pub fn called(&mut self, outcome: &Outcome, s: i64) -> Settled {
        let step = self.step();
        self.ended(&step, outcome, (s, s))
    }

    /// A call that began and ended at these seconds is settled.
    pub fn ended(&mut self, step: &Step, outcome: &Outcome, (began, now): (i64, i64)) -> Settled {
        let at = Circumstances { abilities: &self.abilities, now: at(now), began: at(began), chance: 1.0 };
        let settled = settle(&mut self.link, step, outcome, at);
        if settled == Settled::Arrived {
            self.plan_on(now);
        }
        settled
    }

    /// After an arrival: due again, or idle.
    pub fn plan_on(&mut self, now: i64) {
        self.link.state = match self.next() {
            Next::Call(_) => State::Due { at: at(now) },
            Next::Rest(_) => State::Idle,
        };
    }

    /// A field of the profile.
    pub fn profile(&self, field: Field) -> Option<&str> {
        self.person.profile.get(field)
    }
}

/// The platform took it under this number.
pub fn saved(id: &str) -> Outcome {
    Outcome::Saved { id: Some(RemoteId::plain(id)) }
}

/// The platform did not answer.
pub fn no_answer() -> Outcome {
    Outcome::Doubtful { reason: "no answer within 30 s".to_owned() }
}

/// The platform is down.
pub fn down() -> Outcome {
    Outcome::Unavailable { reason: "connection refused".to_owned(), retry_after_s: None }
}

/// The platform refused the data.
pub fn rejected() -> Outcome {
    Outcome::Rejected { field: Some(Field::Email), said: "not an address".to_owned() }
}

/// Fields as a call carries them.
pub fn carrying(fields: &[(Field, Option<&str>)]) -> BTreeMap<Field, Option<String>> {
    fields.iter().map(|(field, value)| (*field, value.map(str::to_owned))).collect()
}

/// A conflict rule that prefers InTouch.
pub const PREFER_INTOUCH: Conflict = Conflict::Prefer(INTOUCH);
