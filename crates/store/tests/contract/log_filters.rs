//! Every filter of the log, alone and together, and the tally above it.

use model::{ConnectionId, EntryId, Level, Line, Moment, PersonId, Turn};
use store::{LineQuery, Store, Tally};

use crate::domain::*;

crate::on_every_store![
    each_filter_leaves_what_it_says,
    filters_are_all_to_be_met,
    people_and_a_save_are_either,
    lines_of_staff_and_lead_sources_are_found_by_them,
    a_search_that_found_nobody_shows_nothing,
    a_search_may_have_found_very_many,
    an_instant_beyond_all_time_is_taken,
    a_tally_counts_people_once_per_connection_level_and_turn,
];

fn sent(at: i64, (from, about): (Option<ConnectionId>, ConnectionId), person: i64) -> Line {
    let mut line = Line { person: Some(PersonId(person)), ..line(save(at, 0), about) };
    line.facts.from = from;
    line
}

async fn log(store: &dyn Store) {
    let refused = Line { person: None, level: Level::Error, turn: Turn::Club, ..line(save(40, 0), INTOUCH) };
    let lines = [
        sent(10, (Some(INTOUCH), JONAS), 1),
        Line { level: Level::Warning, turn: Turn::Operator, ..sent(20, (Some(JONAS), INTOUCH), 1) },
        Line { level: Level::Error, turn: Turn::Club, ..sent(30, (Some(INTOUCH), JONAS), 2) },
        refused,
        Line { level: Level::Error, turn: Turn::Platform, ..sent(50, (None, VFP), 3) },
        Line { club: YALETOWN, ..sent(60, (Some(INTOUCH), JONAS), 9) },
    ];
    store.keep_lines(lines.to_vec()).await.unwrap();
}

/// The instants of the lines that pass.
async fn passing(store: &dyn Store, query: LineQuery) -> Vec<i64> {
    let page = store.lines(LineQuery { club: KITS_BEACH, limit: 99, ..query }).await.unwrap();
    page.lines.iter().map(|line| line.tracking.received_at().0).collect()
}

fn all() -> LineQuery {
    LineQuery::default()
}

async fn each_filter_leaves_what_it_says(store: &dyn Store) {
    log(store).await;
    let with = async |query| passing(store, query).await;
    assert_eq!(with(all()).await, [50, 40, 30, 20, 10]);
    assert_eq!(with(LineQuery { level: Some(Level::Error), ..all() }).await, [50, 40, 30]);
    assert_eq!(with(LineQuery { level: Some(Level::Info), ..all() }).await, [10]);
    assert_eq!(with(LineQuery { turn: Some(Turn::Club), ..all() }).await, [40, 30]);
    let at = |connection, outward| LineQuery { connection: Some(connection), outward, ..all() };
    assert_eq!(with(at(JONAS, None)).await, [30, 20, 10]);
    assert_eq!(with(at(JONAS, Some(true))).await, [20]);
    assert_eq!(with(at(JONAS, Some(false))).await, [30, 10]);
    assert_eq!(with(at(INTOUCH, Some(true))).await, [40, 30, 10]);
    assert_eq!(with(at(INTOUCH, Some(false))).await, [20], "what it sent itself was not sent to it");
    assert_eq!(with(at(VFP, Some(false))).await, [50], "a line without a sender");
    assert_eq!(with(LineQuery { outward: Some(true), ..all() }).await, [40], "came in and went nowhere");
    assert_eq!(
        with(LineQuery { outward: Some(false), ..all() }).await,
        [50, 30, 20, 10],
        "went to a platform"
    );
    assert_eq!(with(LineQuery { from: Some(Moment(30)), ..all() }).await, [50, 40, 30]);
    assert_eq!(with(LineQuery { until: Some(Moment(30)), ..all() }).await, [20, 10]);
    assert_eq!(with(LineQuery { people: Some(people(&[1])), ..all() }).await, [20, 10]);
    assert_eq!(with(LineQuery { tracking: Some(save(40, 0)), ..all() }).await, [40]);
    assert_eq!(with(LineQuery { tracking: Some(save(60, 0)), ..all() }).await, NOBODY, "another club's");
}

async fn filters_are_all_to_be_met(store: &dyn Store) {
    log(store).await;
    let query = LineQuery {
        level: Some(Level::Error),
        turn: Some(Turn::Club),
        connection: Some(INTOUCH),
        outward: Some(true),
        from: Some(Moment(10)),
        until: Some(Moment(50)),
        people: Some(people(&[1, 2, 3])),
        tracking: Some(save(40, 0)),
        older_than: Some((save(50, 0), VFP)),
        newer_than: Some((save(30, 0), INTOUCH)),
        ..all()
    };
    assert_eq!(passing(store, query.clone()).await, [40, 30]);
    assert_eq!(passing(store, LineQuery { tracking: None, ..query }).await, [30]);
}

async fn people_and_a_save_are_either(store: &dyn Store) {
    log(store).await;
    let query = LineQuery { people: Some(people(&[3, 9])), tracking: Some(save(10, 0)), ..all() };
    assert_eq!(passing(store, query).await, [50, 10]);
}

async fn a_search_that_found_nobody_shows_nothing(store: &dyn Store) {
    log(store).await;
    assert_eq!(passing(store, LineQuery { people: Some(Vec::new()), ..all() }).await, NOBODY);
    let or_save = LineQuery { people: Some(Vec::new()), tracking: Some(save(20, 0)), ..all() };
    assert_eq!(passing(store, or_save).await, [20]);
}

async fn a_search_may_have_found_very_many(store: &dyn Store) {
    log(store).await;
    let crowd = (2..40_000).map(PersonId).collect();
    assert_eq!(passing(store, LineQuery { people: Some(crowd), ..all() }).await, [50, 30]);
}

async fn an_instant_beyond_all_time_is_taken(store: &dyn Store) {
    log(store).await;
    for beyond in [1 << 48, (1 << 48) + 25, i64::MAX] {
        assert_eq!(passing(store, LineQuery { until: Some(Moment(beyond)), ..all() }).await.len(), 5);
        assert_eq!(passing(store, LineQuery { from: Some(Moment(beyond)), ..all() }).await, NOBODY);
        assert_eq!(store.tally(KITS_BEACH, Moment(beyond)).await.unwrap(), []);
    }
    assert_eq!(passing(store, LineQuery { from: Some(Moment(i64::MIN)), ..all() }).await.len(), 5);
    assert_eq!(passing(store, LineQuery { until: Some(Moment(i64::MIN)), ..all() }).await, NOBODY);
}

async fn a_tally_counts_people_once_per_connection_level_and_turn(store: &dyn Store) {
    log(store).await;
    let again = [sent(70, (Some(INTOUCH), JONAS), 1), sent(71, (Some(INTOUCH), JONAS), 4)];
    store.keep_lines(again.to_vec()).await.unwrap();
    let count = |about, level, turn, people| Tally { about, level, turn, people };
    let expected = [
        count(INTOUCH, Level::Warning, Turn::Operator, 1),
        count(JONAS, Level::Info, Turn::Nobody, 2),
        count(JONAS, Level::Error, Turn::Club, 1),
        count(VFP, Level::Error, Turn::Platform, 1),
    ];
    assert_eq!(store.tally(KITS_BEACH, Moment(10)).await.unwrap(), expected);
    assert_eq!(store.tally(KITS_BEACH, Moment(31)).await.unwrap(), [expected[1], expected[3]]);
    assert_eq!(store.tally(YALETOWN, Moment(61)).await.unwrap(), []);
}

async fn lines_of_staff_and_lead_sources_are_found_by_them(store: &dyn Store) {
    log(store).await;
    let of = |at, entry| Line { entry: Some(EntryId(entry)), ..line(save(at, 0), VFP) };
    store.keep_lines(vec![of(11, 7), of(12, 8), Line { club: YALETOWN, ..of(13, 7) }]).await.unwrap();
    let with = async |query| passing(store, query).await;
    let olga = LineQuery { entries: Some(vec![EntryId(7)]), ..all() };
    assert_eq!(with(olga.clone()).await, [11]);
    assert_eq!(with(LineQuery { people: Some(people(&[2])), ..olga.clone() }).await, [30, 11]);
    assert_eq!(with(LineQuery { tracking: Some(save(12, 0)), ..olga }).await, [12, 11]);
    assert_eq!(with(LineQuery { entries: Some(Vec::new()), ..all() }).await, NOBODY);
}
