//! The verdict: what the platforms and the store hold, compared with what was acknowledged.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::Duration;

use anyhow::Result;
use hub::log::zone_of;
use hub::wording::{Teller, advice, notes};
use model::{ClubId, Field, HoldReason, Level, Link, PersonId, State};
use simulator::{Person, Platform};
use store::{LineQuery, Store, Subject};
use tokio::time::sleep;

use crate::house::House;
use crate::people::{Acknowledged, name};
use crate::platforms::There;

/// What is compared, the last only where it is kept: Jonas I4 has no company.
const COMPARED: [Field; 3] = [Field::Address1, Field::City, Field::Company];
/// How long a world without faults may take to settle: longer than retries go on.
const SETTLED_WITHIN_MIN: u64 = 6 * 24 * 60;
/// Within what time a platform has carried out what it was still to carry out late.
const LATE: Duration = Duration::from_mins(10);
/// How long it must then be quiet.
const QUIET: Duration = Duration::from_hours(2);

impl House {
    /// Waits until nothing is due any more, and a while longer.
    pub async fn settle(&self) -> Result<()> {
        let mut minutes = 0;
        while self.is_busy().await? {
            if minutes > SETTLED_WITHIN_MIN {
                for link in self.subjects().await?.iter().flat_map(|subject| &subject.links) {
                    self.world.note(format_args!("{} on {}: {:?}", link.person, link.connection, link.state));
                }
                self.world.wrong("it does not come to rest");
                return Ok(());
            }
            let pause = if minutes < 60 { 1 } else { 30 };
            sleep(Duration::from_mins(pause)).await;
            minutes += pause;
        }
        sleep(LATE).await;
        let calls = self.world.told().calls;
        sleep(QUIET).await;
        if self.world.told().calls != calls {
            self.world.wrong("calls go on although nobody edits");
        }
        Ok(())
    }

    async fn subjects(&self) -> Result<Vec<Subject>> {
        let club = self.memory.setup().await?.clubs[0].id;
        Ok(self.memory.people(club, PersonId::default(), 1_000).await?)
    }

    async fn is_busy(&self) -> Result<bool> {
        let due = |subject: &Subject| subject.links.iter().any(|link| link.due_at().is_some());
        Ok(self.living().is_none() || self.subjects().await?.iter().any(due))
    }

    /// Compares.
    pub async fn judge(&self, people: u64, acknowledged: &Acknowledged) -> Result<()> {
        let subjects = self.subjects().await?;
        for number in 0..people {
            let same = |one: &&Subject| one.person.profile.get(Field::LastName) == Some(&name(number));
            let known: Vec<&Subject> = subjects.iter().filter(same).collect();
            match known[..] {
                [one] => self.judge_person(one, acknowledged),
                _ => self.world.wrong(format_args!("{} is here {} times", name(number), known.len())),
            }
        }
        for there in self.platforms.all() {
            for seen in there.records.violations() {
                self.world.wrong(format_args!("{}: {seen:?}", there.platform));
            }
            let mut records = BTreeMap::<String, u32>::new();
            for person in there.records.people() {
                *records.entry(person.get("last_name").to_lowercase()).or_default() += 1;
            }
            for (name, count) in records.into_iter().filter(|(_, count)| *count > 1) {
                self.world.wrong(format_args!("{}: {name} is there {count} times", there.platform));
            }
        }
        self.judge_log(self.memory.setup().await?.clubs[0].id).await
    }

    fn judge_person(&self, subject: &Subject, acknowledged: &Acknowledged) {
        let profile = &subject.person.profile;
        let last_name = profile.get(Field::LastName).unwrap_or_default();
        for ((name, field), value) in acknowledged.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let has = profile.get(*field);
            if name == last_name && has != Some(value) {
                self.world
                    .wrong(format_args!("lost: {name} {field:?} {value} was acknowledged, {has:?} is kept"));
            }
        }
        for there in self.platforms.all() {
            let setup =
                self.living().map(|living| Self::sender(&living.hub, there.platform.name()).connection);
            let link = setup.and_then(|connection| subject.link(connection));
            match link {
                Some(Link { state: State::Held(hold), .. }) => {
                    self.judge_hold(there, last_name, &hold.reason);
                }
                Some(link) => self.judge_record(there, subject, link),
                None => self.world.wrong(format_args!("{}: {last_name} has no link", there.platform)),
            }
        }
    }

    /// Only a platform that cannot be asked leaves a doubt behind.
    fn judge_hold(&self, there: &There, name: &str, reason: &HoldReason) {
        self.world.note(format_args!("{}: {name} is held: {reason:?}", there.platform));
        if there.platform != Platform::JonasI4 || !matches!(reason, HoldReason::Doubt { .. }) {
            self.world.wrong(format_args!("{}: {name} is held: {reason:?}", there.platform));
        }
    }

    fn judge_record(&self, there: &There, subject: &Subject, link: &Link) {
        let profile = &subject.person.profile;
        let platform = there.platform;
        let record: Option<Person> = link.record.as_ref().and_then(|record| there.records.person(&record.id));
        let Some(record) = record else {
            let name = profile.name();
            return self.world.wrong(format_args!("{platform}: {name} is not there: {:?}", link.state));
        };
        let kept = if platform == Platform::JonasI4 { &COMPARED[..2] } else { &COMPARED[..] };
        for field in kept.iter().copied() {
            let (has, should) = (record.get(field.name()), profile.get(field).unwrap_or_default());
            if !has.eq_ignore_ascii_case(should) {
                let name = field.name();
                self.world
                    .wrong(format_args!("{platform}: {} has {name} `{has}`, not `{should}`", record.id));
            }
        }
    }

    async fn judge_log(&self, club: ClubId) -> Result<()> {
        let Some(living) = self.living() else { return Ok(()) };
        let query = LineQuery { club, limit: 100_000, ..LineQuery::default() };
        let registry = living.hub.registry();
        let zone = registry.club(club).map(|club| zone_of(club)).expect("the club was turned up");
        let teller = Teller { registry: &registry, zone, now: self.world.now() };
        for line in self.memory.lines(query).await?.lines {
            let told = [vec![teller.sentence(&line)], notes(&teller, &line)].concat().join(" ");
            let advised = advice(&teller, &line).is_some() || told.contains("you need do nothing");
            if line.level != Level::Info && !advised {
                self.world.wrong(format_args!("a line without advice: {told}"));
            }
        }
        Ok(())
    }
}
