//! Whatever is done, all stores give the same answers: the one in memory is the specification of the others.

use std::sync::Arc;

use model::{ConnectionId, EntryId, Field, Line, Link, Moment, PersonId, RemoteId};
use proptest::prelude::*;
use store::{LineQuery, Memory, Receipt, Settlement, Store, Who};

use crate::domain::*;
use crate::postgres_server;

const NAMES: [&str; 3] = ["Ann", "Bob", "O'Neil"];
const CONNECTIONS: [ConnectionId; 2] = [JONAS, VFP];

/// One step, in small numbers so that steps meet each other.
#[derive(Clone, Debug)]
enum Step {
    /// A new person: number, name, record, and whether the namesakes are looked up first.
    New(i64, usize, Option<u8>, bool),
    /// A change: person, how far the revision is off, name, record, due.
    Change(i64, u64, usize, Option<u8>, Option<i64>),
    /// A result: person, connection, how far the version is off, record, due.
    Settle(i64, usize, u64, Option<u8>, Option<i64>),
    Lines(Vec<(i64, usize, Option<i64>)>),
    Index(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let person = || 1..7i64;
    let record = || proptest::option::of(0..4u8);
    let due = || proptest::option::of(0..5i64);
    let off = || prop_oneof![8 => Just(0u64), 1 => Just(1)];
    prop_oneof![
        4 => (person(), 0..3usize, record(), any::<bool>()).prop_map(|(p, n, r, l)| Step::New(p, n, r, l)),
        4 => (person(), off(), 0..3usize, record(), due()).prop_map(|(p, o, n, r, d)| Step::Change(p, o, n, r, d)),
        5 => (person(), 0..2usize, off(), record(), due()).prop_map(|(p, c, o, r, d)| Step::Settle(p, c, o, r, d)),
        2 => proptest::collection::vec((0..6i64, 0..2usize, proptest::option::of(person())), 1..4)
            .prop_map(Step::Lines),
        1 => (0..4usize).prop_map(Step::Index),
    ]
}

fn shaped(mut link: Link, record: Option<u8>, due: Option<i64>) -> Link {
    if let Some(record) = record {
        link = link.numbered(&record.to_string());
    }
    link.state = model::State::Idle;
    due.map_or(link.clone(), |at| link.due(at).carrying(save(at, 1)))
}

/// Decides a step on what a store says, as a hub would; the other store is given the same decision.
async fn decide(store: &dyn Store, step: &Step) -> (Option<Receipt>, Option<Settlement>) {
    let subject = async |id: i64| store.subject(PersonId(id)).await.unwrap();
    match *step {
        Step::New(id, name, record, looked) => {
            let person = lead(id, NAMES[name], "Lee").with(Field::Owner, &name.to_string());
            let key = person.profile.name_key();
            let who = Who {
                connection: ConnectionId(-1),
                record: &RemoteId::plain(""),
                club: KITS_BEACH,
                name_key: &key,
            };
            let namesakes = match store.identify(who).await.unwrap() {
                store::Identified::Namesakes(people) if looked => people,
                _ => Vec::new(),
            };
            let namesakes: Vec<i64> = namesakes.iter().map(|subject| subject.person.id.0).collect();
            let links = [shaped(link(id, JONAS), record, None), link(id, VFP).due(id)];
            (Some(new_beside(&person, &namesakes, &links)), None)
        }
        Step::Change(id, off, name, record, due) => {
            let Some(now) = subject(id).await else { return (None, None) };
            let on = now.person.revision + off;
            let club = if name == 2 { YALETOWN } else { KITS_BEACH };
            let mut person = now.person.clone().with(Field::FirstName, NAMES[name]).at(club);
            person.revision = on + 1;
            let links: Vec<Link> =
                now.links[..1].iter().cloned().map(|one| shaped(one, record, due)).collect();
            (Some(change(&person, on, &links)), None)
        }
        Step::Settle(id, connection, off, record, due) => {
            let Some(now) = subject(id).await else { return (None, None) };
            let Some(link) = now.link(CONNECTIONS[connection]) else { return (None, None) };
            let mut link = shaped(link.clone(), record, due);
            link.version += off;
            (None, Some(settled(&link, &[line(save(id, 9), CONNECTIONS[connection])])))
        }
        Step::Lines(_) | Step::Index(_) => (None, None),
    }
}

async fn carry_out(one: &dyn Store, other: &dyn Store, step: &Step) {
    let (receipt, settlement) = decide(one, step).await;
    if let Some(receipt) = receipt {
        let verdict = one.receive(&Arc::new(receipt.clone())).await.unwrap();
        assert_eq!(verdict, other.receive(&Arc::new(receipt)).await.unwrap());
    }
    if let Some(settlement) = settlement {
        let verdict = one.settle(settlement.clone()).await.unwrap();
        assert_eq!(verdict, other.settle(settlement).await.unwrap());
    }
    match step {
        Step::Lines(lines) => {
            let kept: Vec<Line> = lines
                .iter()
                .map(|(at, about, person)| Line {
                    person: person.map(PersonId),
                    ..line(save(*at, 0), CONNECTIONS[*about])
                })
                .collect();
            one.keep_lines(kept.clone()).await.unwrap();
            other.keep_lines(kept).await.unwrap();
        }
        Step::Index(limit) => {
            assert_eq!(one.index_people(*limit).await.unwrap(), other.index_people(*limit).await.unwrap());
        }
        _ => {}
    }
}

/// Asks both the same and compares.
async fn compare(one: &dyn Store, other: &dyn Store) {
    macro_rules! same {
        ($name:ident ( $($given:expr),* )) => {
            assert_eq!(one.$name($($given),*).await.unwrap(), other.$name($($given),*).await.unwrap());
        };
    }
    for club in [KITS_BEACH, YALETOWN] {
        same!(people(club, PersonId(2), 3));
        same!(waiting(club, 3));
        same!(tally(club, Moment(2)));
        for word in ["ann", "bob", "o'n", "2", "lee"] {
            same!(search(club, &[word.to_owned()], 4));
        }
        let newest = LineQuery { club, limit: 2, ..LineQuery::default() };
        same!(lines(newest.clone()));
        let newer = Some((save(2, 0), JONAS));
        same!(lines(LineQuery { newer_than: newer, people: Some(people(&[1, 2, 3])), ..newest.clone() }));
        same!(lines(LineQuery { older_than: newer, connection: Some(VFP), ..newest.clone() }));
    }
    for id in 0..7 {
        same!(subject(PersonId(id)));
    }
    for connection in CONNECTIONS {
        same!(take_due(connection, &[], 4));
        for number in 0..4 {
            same!(owner_of(connection, &RemoteId::plain(number.to_string())));
        }
    }
    same!(referring(EntryId(1), PersonId(1), 3));
    same!(counts());
}

/// Carries out the steps on the model and on a store, and compares; then again after it was opened anew.
async fn agree<S: Store>(steps: &[Step], open: impl AsyncFn() -> S) {
    let (memory, store) = (Memory::new(), open().await);
    for step in steps {
        carry_out(&memory, &store, step).await;
    }
    compare(&memory, &store).await;
    drop(store);
    compare(&memory, &open().await).await;
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn any_steps_give_equal_answers(steps in proptest::collection::vec(step(), 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        runtime().block_on(agree(&steps, async || open(folder.path())));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn any_steps_give_equal_answers_from_a_server(steps in proptest::collection::vec(step(), 1..40)) {
        if let Some(database) = postgres_server::database() {
            runtime().block_on(agree(&steps, async || shared(&database).await));
        }
    }
}

/// Carries out the first steps on the model and on a file, moves it, and the others on the model and on the server.
async fn agree_after_a_move(before: &[Step], after: &[Step], batch: usize, to: &postgres_server::Database) {
    let (memory, folder) = (Memory::new(), tempfile::tempdir().unwrap());
    let file = open(folder.path());
    for step in before {
        carry_out(&memory, &file, step).await;
    }
    drop(file);
    moved(folder.path(), to, batch).await;
    let store = shared(to).await;
    compare(&memory, &store).await;
    for step in after {
        carry_out(&memory, &store, step).await;
    }
    compare(&memory, &store).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn a_move_between_any_steps_changes_no_answer(
        before in proptest::collection::vec(step(), 1..30),
        after in proptest::collection::vec(step(), 0..12),
        batch in 1..9usize,
    ) {
        if let Some(database) = postgres_server::database() {
            runtime().block_on(agree_after_a_move(&before, &after, batch, &database));
        }
    }
}
