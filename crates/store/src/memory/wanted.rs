//! Which lines a query wants.

use model::Line;

use crate::LineQuery;

/// Whether a line is among those that a query asks for.
pub(super) fn wanted(line: &Line, query: &LineQuery) -> bool {
    let key = (line.tracking, line.about);
    let at = line.tracking.received_at();
    let about_it = |connection| match query.outward {
        Some(true) => line.facts.from == Some(connection),
        Some(false) => line.about == connection && line.facts.from != Some(connection),
        None => line.about == connection || line.facts.from == Some(connection),
    };
    let searched = (query.people.is_none() && query.entries.is_none() && query.tracking.is_none())
        || query.tracking == Some(line.tracking)
        || line
            .person
            .is_some_and(|person| query.people.as_ref().is_some_and(|people| people.contains(&person)))
        || line
            .entry
            .is_some_and(|entry| query.entries.as_ref().is_some_and(|entries| entries.contains(&entry)));
    line.club == query.club
        && searched
        && query.level.is_none_or(|level| line.level == level)
        && query.turn.is_none_or(|turn| line.turn == turn)
        && query.connection.is_none_or(about_it)
        && (query.connection.is_some()
            || query.outward.is_none_or(|inward| inward == (line.facts.from == Some(line.about))))
        && query.from.is_none_or(|from| at >= from)
        && query.until.is_none_or(|until| at < until)
        && query.older_than.is_none_or(|bound| key < bound)
        && query.newer_than.is_none_or(|bound| key > bound)
}
