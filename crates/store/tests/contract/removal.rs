//! Removing the details of old lines: what happened stays, and what is open or young is left alone.

use std::collections::BTreeMap;

use model::{Attempt, ConnectionId, EntryId, Field, Line, Moment, Story};
use store::{LineQuery, Removal, Removed, Store};

use crate::domain::*;
use crate::on_every_store;

on_every_store!(
    sealed_lines_lose_their_details_once_and_say_when,
    what_is_open_young_or_of_another_club_is_left_alone,
    a_removal_goes_on_after_the_last_line_that_it_looked_at,
);

fn detailed(at: i64, about: ConnectionId) -> Line {
    let mut line = line(save(at, 1), about);
    line.facts.fields = BTreeMap::from([(Field::Email, Some("ann@example.org".to_owned()))]);
    let attempt = Attempt { at: Moment(at), operation: "create_prospect".into(), said: "arrived".into() };
    line.facts.attempts = vec![attempt];
    line
}

fn removal(before: i64) -> Removal {
    Removal { club: KITS_BEACH, before: Moment(before), after: None, limit: 10, now: Moment(900) }
}

async fn with_details(store: &dyn Store) -> Vec<i64> {
    let query = LineQuery { club: KITS_BEACH, limit: 99, ..LineQuery::default() };
    let lines = store.lines(query).await.unwrap().lines;
    let mut left: Vec<i64> = lines
        .iter()
        .filter(|line| !line.facts.attempts.is_empty() && !line.facts.fields.is_empty())
        .map(|line| line.tracking.received_at().0)
        .collect();
    left.sort_unstable();
    left
}

async fn sealed_lines_lose_their_details_once_and_say_when(store: &dyn Store) {
    let mut refused = detailed(10, JONAS);
    refused.entry = Some(EntryId(7));
    refused.facts.story = Story::Broken { said: "the platform's words".into() };
    store.keep_lines(vec![refused.clone(), line(save(11, 1), JONAS)]).await.unwrap();
    assert_eq!(store.remove_details(removal(100)).await.unwrap(), Removed { lines: 1, last: None });
    assert_eq!(store.remove_details(removal(100)).await.unwrap(), Removed::default(), "only once");
    let kept = store.line(KITS_BEACH, save(10, 1), JONAS).await.unwrap().unwrap();
    let mut bare = line(save(10, 1), JONAS);
    bare.entry = Some(EntryId(7));
    bare.facts.story = Story::Broken { said: String::new() };
    bare.facts.details_removed = Some(Moment(900));
    assert_eq!(kept, bare, "name, way, level, time and whom it is about stay");
    let without = store.line(KITS_BEACH, save(11, 1), JONAS).await.unwrap().unwrap();
    assert_eq!(without.facts.details_removed, None, "there was nothing to remove");
}

async fn what_is_open_young_or_of_another_club_is_left_alone(store: &dyn Store) {
    let open = Line { open: true, ..detailed(10, JONAS) };
    let elsewhere = Line { club: YALETOWN, ..detailed(11, JONAS) };
    store.keep_lines(vec![open, elsewhere.clone(), detailed(99, JONAS), detailed(100, JONAS)]).await.unwrap();
    assert_eq!(store.remove_details(removal(100)).await.unwrap().lines, 1);
    assert_eq!(with_details(store).await, [10, 100]);
    assert_eq!(store.line(YALETOWN, save(11, 1), JONAS).await.unwrap(), Some(elsewhere));
}

async fn a_removal_goes_on_after_the_last_line_that_it_looked_at(store: &dyn Store) {
    let lines = (1..=5).flat_map(|at| [detailed(at, JONAS), detailed(at, VFP)]).collect();
    store.keep_lines(lines).await.unwrap();
    let mut asked = Removal { limit: 3, ..removal(5) };
    let mut removed = Vec::new();
    loop {
        let some = store.remove_details(asked).await.unwrap();
        removed.push(some.lines);
        asked.after = some.last;
        if some.last.is_none() {
            break;
        }
    }
    assert_eq!(removed, [3, 3, 2]);
    assert_eq!(with_details(store).await, [5, 5]);
}
