//! Several hubs on one server: who is alive, who leads a lane, and what they tell each other.

use std::time::Duration;

use model::{Moment, PersonId, Restored, Setup};
use store::nodes::{News, NodeId, Nodes, Roll};
use store::{Postgres, Store};
use tokio::time::{sleep, timeout};

use crate::domain::*;
use crate::postgres_server;
use crate::setup::{chain, keep_chain};

const ALIVE: Duration = Duration::from_mins(1);
/// So short that a beat is late at once.
const SHORT: Duration = Duration::from_millis(1);

async fn beat(store: &Postgres, node: NodeId) -> Roll {
    store.beat(node, ALIVE, &[]).await.unwrap().expect("it is alive")
}

#[tokio::test]
async fn a_lane_has_one_leader_until_that_gives_it_away_or_leaves() {
    let Some(database) = postgres_server::database() else { return };
    let store = shared(&database).await;
    let (one, two) = (store.join("one", ALIVE).await.unwrap(), store.join("two", ALIVE).await.unwrap());
    assert_eq!(store.take(one, &[JONAS, VFP]).await.unwrap(), [JONAS, VFP]);
    assert_eq!(store.take(two, &[JONAS, INTOUCH]).await.unwrap(), [INTOUCH]);
    let roll = beat(&store, two).await;
    assert_eq!(roll.nodes, [(one, "one".to_owned()), (two, "two".to_owned())]);
    assert_eq!(roll.lanes, [(INTOUCH, two), (JONAS, one), (VFP, one)]);

    store.give(two, JONAS, two).await.unwrap();
    assert_eq!(beat(&store, two).await.leader(JONAS), Some(one), "it was not two's to give");
    store.give(one, JONAS, two).await.unwrap();
    store.leave(one).await.unwrap();
    let roll = beat(&store, two).await;
    assert_eq!((roll.leader(JONAS), roll.leader(VFP)), (Some(two), None));
    assert_eq!(store.take(two, &[VFP]).await.unwrap(), [VFP]);
    assert_eq!(store.take(one, &[VFP, INTOUCH]).await.unwrap(), [], "it has left");
}

#[tokio::test]
async fn a_node_says_which_lanes_it_cannot_lead() {
    let Some(database) = postgres_server::database() else { return };
    let store = shared(&database).await;
    let (one, two) = (store.join("one", ALIVE).await.unwrap(), store.join("two", ALIVE).await.unwrap());
    store.beat(one, ALIVE, &[JONAS, VFP]).await.unwrap();
    store.beat(one, ALIVE, &[JONAS]).await.unwrap();
    let roll = beat(&store, two).await;
    assert_eq!(roll.able(JONAS).collect::<Vec<_>>(), [two]);
    assert_eq!(roll.able(VFP).collect::<Vec<_>>(), [one, two]);
}

#[tokio::test]
async fn whose_time_is_over_stays_dead_and_its_lanes_are_taken() {
    let Some(database) = postgres_server::database() else { return };
    let store = shared(&database).await;
    let (one, two) = (store.join("one", ALIVE).await.unwrap(), store.join("two", ALIVE).await.unwrap());
    assert_eq!(store.take(one, &[JONAS]).await.unwrap(), [JONAS]);
    assert!(store.beat(one, SHORT, &[]).await.unwrap().is_some());
    sleep(SHORT * 5).await;
    assert_eq!(beat(&store, two).await.leader(JONAS), None);
    assert!(store.beat(one, ALIVE, &[]).await.unwrap().is_none(), "too late");
    assert_eq!(store.take(two, &[JONAS]).await.unwrap(), [JONAS]);
    assert!(store.beat(one, ALIVE, &[]).await.unwrap().is_none());
    assert_eq!(store.take(one, &[VFP]).await.unwrap(), []);
}

#[tokio::test]
async fn of_many_who_take_a_lane_at_once_one_gets_it() {
    let Some(database) = postgres_server::database() else { return };
    let mut all = Vec::new();
    for _ in 0..6 {
        let store = shared(&database).await;
        let node = store.join("one of many", ALIVE).await.unwrap();
        all.push((store, node));
    }
    let takers =
        all.iter().map(|(store, node)| async { store.take(*node, &[JONAS, VFP]).await.unwrap().len() });
    assert_eq!(futures::future::join_all(takers).await.iter().sum::<usize>(), 2);
}

#[tokio::test]
async fn the_roll_tells_that_set_up_and_directory_changed() {
    let Some(database) = postgres_server::database() else { return };
    let store = shared(&database).await;
    let node = store.join("one", ALIVE).await.unwrap();
    let before = beat(&store, node).await;
    keep_chain(&store).await;
    let after = beat(&store, node).await;
    assert!(after.setup > before.setup && after.directory == before.directory);
    assert!(!store.keep_setup(Setup::default(), chain()).await.unwrap());
    assert_eq!(beat(&store, node).await, after);
    store.keep_directory(Vec::new(), Vec::new()).await.unwrap();
    assert!(beat(&store, node).await.directory > after.directory);
    store.keep_restored(Restored::default()).await.unwrap();
    assert!(beat(&store, node).await.setup > after.setup, "a decision since a restore counts as well");
}

#[tokio::test]
async fn whatever_is_told_after_something_was_missed_is_heard() {
    let Some(database) = postgres_server::database() else { return };
    let (teller, hearer) = (shared(&database).await, shared(&database).await);
    let (mut own, mut heard) = (teller.news(), hearer.news());
    assert_eq!(next(&mut own).await, News::Missed);
    let due = News::Due(JONAS, vec![(PersonId(7), Moment(8))]);
    for told in [due, News::Clubs(vec![KITS_BEACH])] {
        assert_eq!(
            next(&mut heard).await,
            News::Missed,
            "nobody knows what was told before this one listened"
        );
        teller.tell(std::slice::from_ref(&told)).await.unwrap();
        assert_eq!(next(&mut heard).await, told);
        database
            .run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN connector'");
        assert_eq!(next(&mut own).await, News::Missed, "nobody hears itself");
    }
}

async fn next(heard: &mut tokio::sync::mpsc::Receiver<News>) -> News {
    timeout(ALIVE, heard.recv()).await.expect("something is heard").unwrap()
}

#[tokio::test]
async fn lanes_on_which_somebody_is_due_are_found() {
    let Some(database) = postgres_server::database() else { return };
    let store = shared(&database).await;
    let receipt = new(&lead(1, "Ann", "Lee"), &[link(1, JONAS).due(5), link(1, VFP).due(50)]);
    accepted(&store, receipt).await;
    assert_eq!(store.due_among(&[JONAS, VFP, INTOUCH], Moment(9)).await.unwrap(), [JONAS]);
}
