//! A tiny world: one person, a few platforms with their quirks, and a hub that drives the rules as the real one does.
//! Every promise about a call is checked when the call is made.

use std::collections::BTreeSet;

use model::{
    Abilities, Circumstances, Conversion, Field, HoldReason, Kind, Looked, Moment, Next, Operation, Outcome,
    Person, Projection, References, RemoteId, Report, Sender, Settled, State, Step, Tracking, accept,
    begin_doubt, looked, mark, merge, next_step, project, release_if_edited, settle,
};

use crate::side::{Record, Side};

/// How a call ends.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    Saved,
    /// Stored, and the answer is lost.
    AnswerLost,
    /// Stored so many milliseconds later, and never answered.
    Late(i64),
    /// Lost on the way.
    Lost,
    Unavailable,
    Rejected,
    /// The hub is killed while a call that was written down is under way; it was stored or not. A call that was not
    /// written down leaves no trace; here it ends as unanswered.
    Crash(bool),
}

pub struct World {
    pub person: Person,
    pub sides: Vec<Side>,
    pub now: Moment,
    saves: u128,
}

impl World {
    pub fn new(person: Person, sides: Vec<Side>) -> Self {
        World { person, sides, now: Moment(1_000_000), saves: 0 }
    }

    /// Time passes; what platforms carry out late is carried out.
    pub fn pass(&mut self, ms: i64) {
        self.now = self.now.plus_ms(ms.max(1));
        for side in &mut self.sides {
            let due: Vec<_> = side.late.extract_if(.., |(at, _)| *at <= self.now).collect();
            for (at, step) in due {
                side.store(&step, at);
            }
        }
    }

    /// Somebody at the platform writes into its record, which tells of it.
    pub fn user_writes(&mut self, place: usize, field: Field, value: Option<&str>) {
        self.pass(1);
        let side = &mut self.sides[place];
        if side.records.is_empty() {
            return;
        }
        side.write(0, &[(field, value.map(str::to_owned))].into());
        self.tells_once(place, &[field].into());
    }

    /// Somebody at the platform sells or ends a membership.
    pub fn user_moves(&mut self, place: usize, kind: Kind) {
        self.pass(1);
        let Some(record) = self.sides[place].records.first_mut() else { return };
        record.kind = kind;
        self.tells_once(place, &BTreeSet::new());
    }

    /// The platform calls with what was just done there; it will not say it again.
    fn tells_once(&mut self, place: usize, only: &BTreeSet<Field>) {
        let report = self.sides[place].snapshot(only, self.now);
        let once = report.map(|(id, report)| (id, Report { on_its_way_since: Some(report.as_of), ..report }));
        self.sides[place].reports.extend(once);
    }

    /// The platform takes a picture of some fields now; it arrives when it is delivered.
    pub fn tells(&mut self, place: usize, only: &BTreeSet<Field>) {
        let report = self.sides[place].snapshot(only, self.now);
        self.sides[place].reports.extend(report);
    }

    /// A report arrives: the `nth` of those on their way, perhaps twice.
    pub fn delivers(&mut self, place: usize, nth: usize, twice: bool) {
        self.pass(1);
        let waiting = self.sides[place].reports.len();
        if waiting == 0 {
            return;
        }
        let (id, report) = self.sides[place].reports.remove(nth % waiting);
        if !self.recognises(place, &id) {
            self.sides[place].reports.push((id, report));
            return;
        }
        self.receive(place, &report);
        if twice {
            let before = (self.person.profile.clone(), self.sides[place].link.shadow.clone());
            self.receive(place, &report);
            assert_eq!(before, (self.person.profile.clone(), self.sides[place].link.shadow.clone()));
        }
    }

    /// Whether the record is known to be this person's; a report of an unknown one is first taken as evidence for a
    /// doubt, and waits for a create that is under way.
    fn recognises(&mut self, place: usize, id: &RemoteId) -> bool {
        let side = &mut self.sides[place];
        if side.link.record.as_ref() == Some(id) || side.link.former.contains(id) {
            return true;
        }
        let in_doubt = matches!(&side.link.state, State::Doubtful(_))
            || matches!(&side.link.state, State::Held(hold) if matches!(hold.reason, HoldReason::Doubt { .. }));
        if in_doubt && side.late.is_empty() {
            self.look(place, &Looked::Found(vec![id.clone()]));
        }
        self.sides[place].link.record.as_ref() == Some(id)
    }

    /// The first report of all: the person appears at this platform.
    pub fn appears_at(&mut self, place: usize) {
        self.pass(1);
        let side = &mut self.sides[place];
        let id = side.number(Kind::Prospect);
        let fields = [(Field::FirstName, "Jane"), (Field::LastName, "Smith")]
            .map(|(field, value)| (field, side.render(field, value)));
        side.records.push(Record {
            id: id.clone(),
            kind: Kind::Prospect,
            fields: fields.into(),
            visible: self.now,
        });
        side.link.take_record(id);
        let all = [Field::FirstName, Field::LastName].into();
        self.tells(place, &all);
        self.delivers(place, 0, false);
    }

    fn receive(&mut self, place: usize, report: &Report) {
        let side = &mut self.sides[place];
        let was = self.person.profile.kind;
        let sender = Sender {
            connection: side.connection,
            conflict: side.agreement.conflict,
            abilities: &side.abilities,
        };
        let merged = merge(&mut self.person.profile, &mut side.link.shadow, report, sender);
        let kind = self.person.profile.kind.kind;
        assert!(
            was.kind.may_become(kind, was.by == side.connection),
            "only its own sender moves a kind back"
        );
        for (field, value) in &report.fields {
            if side
                .link
                .shadow
                .fields
                .get(field)
                .is_some_and(|held| held.seen.as_ref().is_some_and(|seen| seen.at == report.as_of))
            {
                side.learned.insert(*field, (value.clone(), report.as_of));
                side.ever_known.insert(*field);
            }
        }
        if merged.look_again && report.on_its_way_since.is_none() {
            let only = report.fields.keys().copied().collect();
            self.tells(place, &only);
        }
        let to_be_told = !merged.conflicts.is_empty() || merged.refused_kind.is_some() || merged.crossed;
        if merged.is_change() || to_be_told {
            self.person.revision += 1;
            (0..self.sides.len()).for_each(|place| self.accept(place));
        }
    }

    fn accept(&mut self, place: usize) {
        self.saves += 1;
        let save = (Tracking(uuid::Uuid::from_u128(self.saves)), self.now);
        let side = &mut self.sides[place];
        accept(
            &mut side.link,
            &self.person,
            (&side.agreement, &side.abilities),
            &References::default(),
            save,
        );
    }

    pub fn projection(&self, place: usize) -> Projection {
        project(&self.person.profile, &self.sides[place].agreement, &References::default())
    }

    pub fn next(&self, place: usize) -> Next {
        let side = &self.sides[place];
        next_step(&side.link, &self.projection(place), &side.agreement, &side.abilities)
    }

    /// The lane takes the link up, if it is due and nothing is under way.
    pub fn begins(&mut self, place: usize) {
        self.pass(1);
        let side = &self.sides[place];
        let due = matches!(side.link.state, State::Due { at } if at <= self.now);
        if !due || side.flight.is_some() {
            return;
        }
        let whole = side.abilities.operations.values().any(|ability| ability.whole_record);
        if whole && side.link.record.is_some() && side.late.is_empty() {
            let all = crate::domain::FIELDS.into();
            let read = side.snapshot(&all, self.now);
            if let Some((_, report)) = read {
                self.receive(place, &report);
            }
        }
        match self.next(place) {
            Next::Rest(_) => self.sides[place].link.state = State::Idle,
            Next::Call(step) => {
                self.check(place, &step);
                let now = self.now;
                let side = &mut self.sides[place];
                if !side.abilities.of(step.operation).is_some_and(|ability| ability.safe_to_repeat) {
                    side.link.state = State::Calling(mark(&step, &side.abilities, now));
                }
                side.calls += 1;
                side.flight = Some((step, now));
            }
        }
    }

    fn check(&self, place: usize, step: &Step) {
        let side = &self.sides[place];
        let creates = matches!(step.operation, Operation::CreateProspect | Operation::CreateMember);
        assert!(!creates || side.link.record.is_none(), "a person who is there is not created");
        for (field, value) in &step.fields {
            assert!(
                value.is_some() || side.ever_known.contains(field),
                "{field} was never known there, and cleared"
            );
        }
        for field in &step.changed {
            let unsure = side.link.shadow.fields.get(field).is_some_and(|held| !held.unsure.is_empty());
            let sent_since = side.carried.get(field);
            if !unsure
                && let Some((told, as_of)) = side.learned.get(field)
                && sent_since.is_none_or(|sent| sent < as_of)
            {
                assert_ne!(told, &step.fields[field], "{field} is sent back to who said it");
            }
        }
        if let Some(record) = side.records.first()
            && side.abilities.conversion == Conversion::Perform
            && side.link.shadow.kind == Some(Kind::Prospect)
            && record.kind == Kind::Prospect
            && step.operation != Operation::Convert
        {
            assert_eq!(step.kind, Kind::Prospect, "a conversion is never skipped");
        }
    }

    /// The call under way ends so.
    pub fn ends(&mut self, place: usize, fate: Fate) {
        self.pass(1);
        let side = &mut self.sides[place];
        let Some((step, began)) = side.flight.take() else { return };
        let stored = match fate {
            Fate::Saved | Fate::AnswerLost | Fate::Crash(true) => Some(side.store(&step, self.now)),
            Fate::Late(ms) => {
                let last = began
                    .plus_ms(side.abilities.deadline_ms(step.operation))
                    .plus_s(i64::from(side.abilities.late_after_s));
                side.late.push((self.now.plus_ms(ms).min(last), step.clone()));
                None
            }
            Fate::Lost | Fate::Unavailable | Fate::Rejected | Fate::Crash(false) => None,
        };
        for field in step.fields.keys() {
            side.carried.insert(*field, self.now.plus_ms(1));
            side.ever_known.extend(step.fields[field].is_some().then_some(*field));
        }
        if let (Fate::Crash(_), State::Calling(mark)) = (fate, side.link.state.clone()) {
            begin_doubt(&mut side.link, mark, &side.abilities, self.now);
            return;
        }
        let outcome = match fate {
            Fate::Saved => Outcome::Saved { id: stored },
            Fate::AnswerLost | Fate::Late(_) | Fate::Lost => {
                Outcome::Doubtful { reason: "no answer".to_owned() }
            }
            Fate::Unavailable => Outcome::Unavailable { reason: "503".to_owned(), retry_after_s: None },
            Fate::Rejected => Outcome::Rejected { field: None, said: "no".to_owned() },
            Fate::Crash(_) => Outcome::Doubtful { reason: "interrupted".to_owned() },
        };
        self.pass(1);
        let at = self.circumstances(began);
        let (mut link, abilities) = (self.sides[place].link.clone(), self.sides[place].abilities.clone());
        let settled =
            settle(&mut link, &step, &outcome, Circumstances { abilities: &abilities, ..at(&abilities) });
        self.sides[place].link = link;
        match settled {
            Settled::Arrived => self.plan_on(place),
            Settled::Held => {
                let (next, now) = (self.next(place), self.now);
                release_if_edited(&mut self.sides[place].link, &step, &next, now);
            }
            Settled::Again(_) | Settled::Asking(_) | Settled::Gone => {}
        }
    }

    fn circumstances(&self, began: Moment) -> impl Fn(&Abilities) -> Circumstances<'_> + use<> {
        let now = self.now;
        move |abilities| Circumstances { abilities, now, began, chance: 0.5 }
    }

    fn plan_on(&mut self, place: usize) {
        self.sides[place].link.state = match self.next(place) {
            Next::Call(_) => State::Due { at: self.now },
            Next::Rest(_) => State::Idle,
        };
    }

    /// The platform is asked for a doubtful person, if it is time.
    pub fn looks(&mut self, place: usize, answers: bool) {
        self.pass(1);
        let side = &self.sides[place];
        let State::Doubtful(doubt) = &side.link.state else { return };
        if doubt.look_at > self.now {
            return;
        }
        let visible = side.records.iter().filter(|record| record.visible <= self.now);
        let evidence = if answers {
            Looked::Found(visible.map(|record| record.id.clone()).collect())
        } else {
            Looked::NotAnswered
        };
        self.look(place, &evidence);
    }

    fn look(&mut self, place: usize, evidence: &Looked) {
        let at = self.circumstances(self.now);
        let abilities = self.sides[place].abilities.clone();
        let settled = looked(&mut self.sides[place].link, evidence.clone(), at(&abilities));
        if settled == Settled::Arrived {
            self.plan_on(place);
        }
    }

    /// An operator looks after whatever is held: the platform's own record is evidence, else the call is made again.
    pub fn operator(&mut self, place: usize) {
        let State::Held(hold) = &self.sides[place].link.state else { return };
        let records: Vec<RemoteId> =
            self.sides[place].records.iter().map(|record| record.id.clone()).collect();
        if matches!(hold.reason, HoldReason::Doubt { .. }) && !records.is_empty() {
            self.look(place, &Looked::Found(records));
        } else {
            self.sides[place].link.state = State::Due { at: self.now };
        }
    }

    /// Everybody stops editing and every platform answers; answers how many calls it took.
    pub fn settles(&mut self) -> usize {
        let before: usize = self.sides.iter().map(|side| side.calls).sum();
        self.pass(400_000);
        let waiting: usize = self.sides.iter().map(|side| side.reports.len()).sum();
        for _ in 0..60 + 3 * waiting {
            let mut idle = true;
            for place in 0..self.sides.len() {
                let side = &self.sides[place];
                idle &= side.flight.is_none() && side.reports.is_empty() && side.link.due_at().is_none();
                idle &= !matches!(side.link.state, State::Held(_));
                let wait = side.link.due_at().map_or(1, |at| at.since_ms(self.now).max(1));
                self.pass(wait);
                self.ends(place, Fate::Saved);
                self.operator(place);
                self.looks(place, true);
                self.begins(place);
                self.ends(place, Fate::Saved);
                self.delivers(place, 0, true);
            }
            if idle {
                return self.sides.iter().map(|side| side.calls).sum::<usize>() - before;
            }
        }
        let states: Vec<_> = self.sides.iter().map(|side| (&side.link.state, side.reports.len())).collect();
        panic!("calls do not stop: {states:?}");
    }
}
