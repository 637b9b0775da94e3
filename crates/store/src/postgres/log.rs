//! Reading and keeping the Connector Log. Everything relies on the key of `line`, or on `line_person` and
//! `line_entry` for a search.

use std::collections::BTreeMap;

use model::{ClubId, ConnectionId, EntryId, Line, Moment, PersonId, Tracking};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::people::at_most;
use super::session::{Session, Statement};
use crate::written::{WrittenLine, from_word, word};
use crate::{LinePage, LineQuery, Result, Tally};

const COLUMNS: &str = "line.club, line.tracking, line.about, line.person, line.level, line.turn, line.open, line.changed, line.facts, line.entry";

/// The last millisecond that a tracking UUID can say.
const LAST_MOMENT: i64 = (1 << 48) - 1;

/// A search goes from its people, its staff and lead sources, or its save, to their lines.
const SEARCHED: &str = "(SELECT club, tracking, about FROM line WHERE person = ANY($2)
    UNION SELECT club, tracking, about FROM line WHERE entry = ANY($3)
    UNION SELECT club, tracking, about FROM line WHERE club = $1 AND tracking = $4) AS found
    JOIN line ON line.club = found.club AND line.tracking = found.tracking AND line.about = found.about";

pub(super) const TALLY: &str = "SELECT about, level, turn, count(DISTINCT person) FROM line
     WHERE club = $1 AND tracking >= $2 AND person IS NOT NULL GROUP BY about, level, turn";

/// In order of the key, so that two who write the same lines wait for each other in one direction.
pub(super) const KEEP: &str = "INSERT INTO line (club, tracking, about, person, level, turn, open, changed, sender, facts, entry)
     SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::boolean[],
                          $8::bigint[], $9::bigint[], $10::text[], $11::bigint[])
     ON CONFLICT (club, tracking, about) DO UPDATE SET
       person = excluded.person, level = excluded.level, turn = excluded.turn, open = excluded.open,
       changed = excluded.changed, sender = excluded.sender, facts = excluded.facts, entry = excluded.entry";

fn read(row: &Row) -> Result<Line> {
    Ok(Line {
        club: ClubId(row.get(0)),
        tracking: Tracking(row.get(1)),
        about: ConnectionId(row.get(2)),
        person: row.get::<_, Option<i64>>(3).map(PersonId),
        level: from_word(row.get(4))?,
        turn: from_word(row.get(5))?,
        open: row.get(6),
        changed: Moment(row.get(7)),
        entry: row.get::<_, Option<i64>>(9).map(EntryId),
        facts: serde_json::from_str(row.get(8))?,
    })
}

/// One line by its key.
pub(super) async fn line(
    session: &Session,
    club: ClubId,
    tracking: Tracking,
    about: ConnectionId,
) -> Result<Option<Line>> {
    let sql = format!("SELECT {COLUMNS} FROM line WHERE club = $1 AND tracking = $2 AND about = $3");
    let row = session.row(&sql, &[&club.0, &tracking.0, &about.0]).await?;
    row.as_ref().map(read).transpose()
}

/// The first tracking UUID of an instant: version 7 begins with its milliseconds.
pub(super) fn bound(moment: Moment) -> Uuid {
    let mut bytes = [0u8; 16];
    bytes[..6].copy_from_slice(&moment.0.clamp(0, LAST_MOMENT).to_be_bytes()[2..]);
    Uuid::from_bytes(bytes)
}

/// A question to the log as it is built up: conditions, and what they bind.
pub(super) struct Asked {
    conditions: Vec<String>,
    values: Vec<Box<dyn ToSql + Sync + Send>>,
}

impl Asked {
    /// Adds a condition; each `?` in it stands for the next of the values.
    fn also(&mut self, condition: &str, values: Vec<Box<dyn ToSql + Sync + Send>>) {
        let mut written = String::with_capacity(condition.len() + 8);
        let mut nth = self.values.len();
        for part in condition.split_inclusive('?') {
            written.push_str(part.trim_end_matches('?'));
            if part.ends_with('?') {
                nth += 1;
                written.push('$');
                written.push_str(&nth.to_string());
            }
        }
        self.conditions.push(written);
        self.values.extend(values);
    }

    fn about_a_connection(&mut self, query: &LineQuery) {
        match (query.connection, query.outward) {
            (Some(connection), Some(true)) => self.also("line.sender = ?", vec![Box::new(connection.0)]),
            (Some(connection), Some(false)) => self.also(
                "line.about = ? AND line.sender IS DISTINCT FROM line.about",
                vec![Box::new(connection.0)],
            ),
            (Some(connection), None) => self.also(
                "(line.about = ? OR line.sender = ?)",
                vec![Box::new(connection.0), Box::new(connection.0)],
            ),
            (None, Some(true)) => self.also("line.sender IS NOT DISTINCT FROM line.about", vec![]),
            (None, Some(false)) => self.also("line.sender IS DISTINCT FROM line.about", vec![]),
            (None, None) => {}
        }
    }

    fn in_a_period(&mut self, query: &LineQuery) {
        if let Some(from) = query.from {
            self.also("line.tracking >= ?", vec![Box::new(bound(from))]);
        }
        if let Some(until) = query.until {
            self.also("line.tracking < ?", vec![Box::new(bound(until))]);
        }
        if let Some((tracking, about)) = query.older_than {
            let values: Vec<Box<dyn ToSql + Sync + Send>> = vec![Box::new(tracking.0), Box::new(about.0)];
            self.also("(line.tracking, line.about) < (?, ?)", values);
        }
        if let Some((tracking, about)) = query.newer_than {
            let values: Vec<Box<dyn ToSql + Sync + Send>> = vec![Box::new(tracking.0), Box::new(about.0)];
            self.also("(line.tracking, line.about) > (?, ?)", values);
        }
    }
}

/// The statement for a page, and what it binds: one line more than wanted, to see whether there are more, and of large ones
/// only those that fit. Their sizes are known without reading them.
pub(super) fn page(query: &LineQuery) -> Result<(String, Vec<Box<dyn ToSql + Sync + Send>>)> {
    let mut asked = Asked { conditions: vec!["line.club = $1".into()], values: vec![Box::new(query.club.0)] };
    let searched = query.people.is_some() || query.entries.is_some() || query.tracking.is_some();
    if searched {
        let people: Vec<i64> = query.people.iter().flatten().map(|person| person.0).collect();
        let entries: Vec<i64> = query.entries.iter().flatten().map(|entry| entry.0).collect();
        asked.values.push(Box::new(people));
        asked.values.push(Box::new(entries));
        asked.values.push(Box::new(query.tracking.map(|tracking| tracking.0)));
    }
    if let Some(level) = &query.level {
        asked.also("line.level = ?", vec![Box::new(word(level)?)]);
    }
    if let Some(turn) = &query.turn {
        asked.also("line.turn = ?", vec![Box::new(word(turn)?)]);
    }
    asked.about_a_connection(query);
    asked.in_a_period(query);
    let source = if searched { SEARCHED } else { "line" };
    let order = if query.newer_than.is_some() { "ASC" } else { "DESC" };
    asked.values.push(Box::new(at_most(query.limit).saturating_add(1)));
    let limit = asked.values.len();
    let room = query.max_bytes.map_or(i64::MAX, at_most).max(1);
    asked.values.push(Box::new(room));
    let sql = format!(
        "SELECT * FROM (
           SELECT *, count(*) OVER () AS all_found, coalesce(sum(octet_length(facts)) OVER (
             ORDER BY tracking {order}, about {order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
           FROM (SELECT {COLUMNS} FROM {source} WHERE {}
                 ORDER BY line.tracking {order}, line.about {order} LIMIT ${limit}) AS found) AS sized
         WHERE before < ${} ORDER BY tracking {order}, about {order}",
        asked.conditions.join(" AND "),
        limit + 1
    );
    Ok((sql, asked.values))
}

/// A page of lines, newest first.
pub(super) async fn lines(session: &Session, query: &LineQuery) -> Result<LinePage> {
    let (sql, values) = page(query)?;
    let values: Vec<&(dyn ToSql + Sync)> =
        values.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect();
    let rows = session.rows(&sql, &values).await?;
    let found = rows.first().map_or(0, |row| row.get::<_, i64>(10) as usize);
    let kept = if query.max_bytes == Some(0) { 0 } else { query.limit };
    let mut lines = rows.iter().take(kept).map(read).collect::<Result<Vec<_>>>()?;
    let more = found > lines.len();
    if query.newer_than.is_some() {
        lines.reverse();
    }
    Ok(LinePage { lines, more })
}

/// People per connection, level and turn, of the lines received since an instant.
pub(super) async fn tally(session: &Session, club: ClubId, since: Moment) -> Result<Vec<Tally>> {
    let mut tallies = Vec::new();
    for row in session.rows(TALLY, &[&club.0, &bound(since)]).await? {
        tallies.push(Tally {
            about: ConnectionId(row.get(0)),
            level: from_word(row.get(1))?,
            turn: from_word(row.get(2))?,
            people: row.get::<_, i64>(3) as u64,
        });
    }
    tallies.sort_by_key(|tally| (tally.about, tally.level, tally.turn));
    Ok(tallies)
}

/// The statement that keeps lines. One that is there twice is kept as it was last.
pub(super) fn keep<'a>(lines: impl Iterator<Item = (&'a Line, &'a WrittenLine)>) -> Statement<'a> {
    let once: BTreeMap<_, _> =
        lines.map(|(line, written)| ((line.club, line.tracking, line.about), (line, written))).collect();
    let column = |value: fn(&Line) -> i64| once.values().map(|(line, _)| value(line)).collect::<Vec<_>>();
    let optional =
        |value: fn(&Line) -> Option<i64>| once.values().map(|(line, _)| value(line)).collect::<Vec<_>>();
    let written = |value: fn(&'a WrittenLine) -> &'a str| {
        once.values().map(|(_, written)| value(written)).collect::<Vec<_>>()
    };
    let values: Vec<super::session::Value<'a>> = vec![
        Box::new(column(|line| line.club.0)),
        Box::new(once.values().map(|(line, _)| line.tracking.0).collect::<Vec<_>>()),
        Box::new(column(|line| line.about.0)),
        Box::new(optional(|line| line.person.map(|person| person.0))),
        Box::new(written(|written| &written.level)),
        Box::new(written(|written| &written.turn)),
        Box::new(once.values().map(|(line, _)| line.open).collect::<Vec<_>>()),
        Box::new(column(|line| line.changed.0)),
        Box::new(optional(|line| line.facts.from.map(|from| from.0))),
        Box::new(written(|written| &written.facts)),
        Box::new(optional(|line| line.entry.map(|entry| entry.0))),
    ];
    (KEEP, values)
}
