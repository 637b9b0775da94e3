//! Lines of the Connector Log: their key, what they become, and paging through them.

use model::{ConnectionId, Field, Level, Line, PersonId, Tracking, Turn};
use store::{LinePage, LineQuery, Store};

use crate::domain::*;

crate::on_every_store![
    a_line_is_found_by_club_save_and_connection_only,
    a_line_that_is_kept_again_is_updated_in_place,
    a_line_that_learns_its_person_is_found_by_it,
    a_log_is_read_newest_first_and_ties_by_connection,
    older_pages_follow_without_gap_or_repeat,
    newer_pages_come_nearest_first_and_are_answered_newest_first,
    a_page_that_ends_exactly_says_there_is_no_more,
    a_cursor_that_is_no_line_still_divides_the_log,
    any_limit_is_taken,
    a_page_ends_early_with_the_line_that_fills_it,
];

type Key = (Tracking, ConnectionId);

fn key(line: &Line) -> Key {
    (line.tracking, line.about)
}

async fn keep(store: &dyn Store, lines: &[Line]) {
    store.keep_lines(lines.to_vec()).await.unwrap();
}

async fn page(store: &dyn Store, query: LineQuery) -> LinePage {
    store.lines(LineQuery { club: KITS_BEACH, ..query }).await.unwrap()
}

/// Seven lines on four instants, two ties among them; newest first.
async fn week(store: &dyn Store) -> Vec<Key> {
    let keys = [
        (save(70, 1), VFP),
        (save(50, 2), JONAS),
        (save(50, 1), VFP),
        (save(50, 1), JONAS),
        (save(50, 1), INTOUCH),
        (save(30, 1), VFP),
        (save(10, 1), JONAS),
    ];
    for (tracking, about) in [2, 6, 0, 3, 1, 5, 4].map(|nth: usize| keys[nth]) {
        keep(store, &[line(tracking, about)]).await;
    }
    let elsewhere = Line { club: YALETOWN, ..line(save(60, 1), JONAS) };
    keep(store, &[elsewhere]).await;
    keys.to_vec()
}

async fn a_line_is_found_by_club_save_and_connection_only(store: &dyn Store) {
    let kept = Line { person: Some(PersonId(1)), ..line(save(5, 1), JONAS) };
    keep(store, std::slice::from_ref(&kept)).await;
    assert_eq!(store.line(KITS_BEACH, save(5, 1), JONAS).await.unwrap(), Some(kept));
    assert_eq!(store.line(YALETOWN, save(5, 1), JONAS).await.unwrap(), None);
    assert_eq!(store.line(KITS_BEACH, save(5, 2), JONAS).await.unwrap(), None);
    assert_eq!(store.line(KITS_BEACH, save(5, 1), VFP).await.unwrap(), None);
}

async fn a_line_that_is_kept_again_is_updated_in_place(store: &dyn Store) {
    let open = Line { open: true, level: Level::Error, turn: Turn::Platform, ..line(save(5, 1), JONAS) };
    keep(store, &[open, line(save(6, 1), JONAS)]).await;
    let mut sealed = Line { changed: model::Moment(99), ..line(save(5, 1), JONAS) };
    sealed.facts.from = Some(VFP);
    keep(store, std::slice::from_ref(&sealed)).await;
    let all = page(store, LineQuery { limit: 9, ..LineQuery::default() }).await;
    assert_eq!(all.lines, [line(save(6, 1), JONAS), sealed.clone()]);
    let from_vfp = LineQuery { connection: Some(VFP), outward: Some(true), limit: 9, ..LineQuery::default() };
    assert_eq!(page(store, from_vfp).await.lines, [sealed]);
}

async fn a_line_that_learns_its_person_is_found_by_it(store: &dyn Store) {
    let unknown = line(save(5, 1), JONAS);
    keep(store, std::slice::from_ref(&unknown)).await;
    let known = Line { person: Some(PersonId(4)), ..unknown };
    keep(store, std::slice::from_ref(&known)).await;
    let hers = LineQuery { people: Some(people(&[4])), limit: 9, ..LineQuery::default() };
    assert_eq!(page(store, hers).await.lines, [known]);
    let all = page(store, LineQuery { limit: 9, ..LineQuery::default() }).await;
    assert_eq!(all.lines.len(), 1);
}

async fn a_log_is_read_newest_first_and_ties_by_connection(store: &dyn Store) {
    let week = week(store).await;
    let all = page(store, LineQuery { limit: 9, ..LineQuery::default() }).await;
    assert_eq!(all.lines.iter().map(key).collect::<Vec<_>>(), week);
    assert!(!all.more);
}

async fn older_pages_follow_without_gap_or_repeat(store: &dyn Store) {
    let week = week(store).await;
    for limit in 1..=8 {
        let mut seen = Vec::new();
        let mut older_than = None;
        loop {
            let next = page(store, LineQuery { older_than, limit, ..LineQuery::default() }).await;
            seen.extend(next.lines.iter().map(key));
            assert_eq!(next.more, seen.len() < week.len(), "{limit} a page");
            older_than = next.lines.last().map(key);
            if !next.more {
                break;
            }
        }
        assert_eq!(seen, week, "{limit} a page");
    }
}

async fn newer_pages_come_nearest_first_and_are_answered_newest_first(store: &dyn Store) {
    let week = week(store).await;
    for limit in 1..=8 {
        let mut seen: Vec<Key> = Vec::new();
        let mut newer_than = Some(week[6]);
        loop {
            let next = page(store, LineQuery { newer_than, limit, ..LineQuery::default() }).await;
            let keys: Vec<Key> = next.lines.iter().map(key).collect();
            assert!(keys.is_sorted_by(|a, b| a > b), "newest first");
            seen.splice(0..0, keys);
            assert_eq!(next.more, seen.len() < 6, "{limit} a page");
            newer_than = seen.first().copied();
            if !next.more {
                break;
            }
        }
        assert_eq!(seen, week[..6], "{limit} a page");
    }
}

async fn a_page_that_ends_exactly_says_there_is_no_more(store: &dyn Store) {
    let week = week(store).await;
    let older = LineQuery { older_than: Some(week[3]), limit: 3, ..LineQuery::default() };
    assert!(!page(store, older.clone()).await.more);
    assert!(page(store, LineQuery { limit: 2, ..older }).await.more);
    let beyond = page(store, LineQuery { older_than: Some(week[6]), limit: 3, ..LineQuery::default() }).await;
    assert_eq!(beyond, LinePage::default());
    let between =
        LineQuery { older_than: Some(week[0]), newer_than: Some(week[3]), limit: 2, ..LineQuery::default() };
    let between = page(store, between).await;
    assert_eq!(between.lines.iter().map(key).collect::<Vec<_>>(), week[1..3]);
    assert!(!between.more);
}

async fn a_cursor_that_is_no_line_still_divides_the_log(store: &dyn Store) {
    let week = week(store).await;
    let cursor = Some((save(50, 1), ConnectionId(25)));
    let older = page(store, LineQuery { older_than: cursor, limit: 9, ..LineQuery::default() }).await;
    assert_eq!(older.lines.iter().map(key).collect::<Vec<_>>(), week[3..]);
    let newer = page(store, LineQuery { newer_than: cursor, limit: 9, ..LineQuery::default() }).await;
    assert_eq!(newer.lines.iter().map(key).collect::<Vec<_>>(), week[..3]);
}

async fn any_limit_is_taken(store: &dyn Store) {
    let week = week(store).await;
    let everything = page(store, LineQuery { limit: usize::MAX, ..LineQuery::default() }).await;
    assert_eq!((everything.lines.len(), everything.more), (week.len(), false));
    let nothing = page(store, LineQuery { limit: 0, ..LineQuery::default() }).await;
    assert_eq!((nothing.lines.len(), nothing.more), (0, true));
}

async fn a_page_ends_early_with_the_line_that_fills_it(store: &dyn Store) {
    let mut kept = Vec::new();
    for at in 1..=5 {
        let mut long = line(save(at, 1), JONAS);
        long.facts.fields.insert(Field::Company, Some("x".repeat(1_000)));
        kept.push(key(&long));
        keep(store, &[long]).await;
    }
    let sized =
        |older_than| LineQuery { max_bytes: Some(2_000), limit: 4, older_than, ..LineQuery::default() };
    let mut seen = Vec::new();
    loop {
        let page = page(store, sized(seen.last().copied())).await;
        assert!(page.lines.len() <= 2, "the second one fills it");
        seen.extend(page.lines.iter().map(key));
        if !page.more {
            break;
        }
    }
    kept.reverse();
    assert_eq!(seen, kept, "nothing is left out");
    let nearest = page(store, LineQuery { newer_than: Some(kept[4]), ..sized(None) }).await;
    assert_eq!(nearest.lines.iter().map(key).collect::<Vec<_>>(), kept[2..4], "the nearest, newest first");
    assert!(nearest.more);
    assert!(
        !page(store, LineQuery { max_bytes: Some(1 << 20), limit: 5, ..LineQuery::default() }).await.more
    );
}
