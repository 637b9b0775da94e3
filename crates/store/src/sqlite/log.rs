//! Reading the Connector Log. Everything relies on `line_key`, or on `line_person` and `line_entry` for a search.

use model::{ClubId, ConnectionId, EntryId, Line, Moment, PersonId, Tracking};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};
use uuid::Uuid;

use crate::written::{from_word, word};
use crate::{LinePage, LineQuery, Result, Tally};

const COLUMNS: &str = "club, tracking, about, person, level, turn, open, changed, facts, entry";

/// The last millisecond that a tracking UUID can say.
const LAST_MOMENT: i64 = (1 << 48) - 1;

/// A search goes from its people, its staff and lead sources, or its save, to their lines. One parameter stands for any
/// number of people: a variable for each would be too many, and a statement for each number of them would fill the cache.
const SEARCHED: &str = "(SELECT id FROM line WHERE person IN (SELECT value FROM json_each(?))
    UNION SELECT id FROM line WHERE entry IN (SELECT value FROM json_each(?))
    UNION SELECT id FROM line WHERE club = ? AND tracking = ?) AS found CROSS JOIN line ON line.id = found.id";

fn read(row: &Row<'_>) -> Result<Line> {
    let facts = row.get_ref(8)?.as_str().map_err(rusqlite::Error::from)?;
    Ok(Line {
        club: ClubId(row.get(0)?),
        tracking: Tracking(Uuid::from_bytes(row.get(1)?)),
        about: ConnectionId(row.get(2)?),
        person: row.get::<_, Option<i64>>(3)?.map(PersonId),
        level: from_word(row.get(4)?)?,
        turn: from_word(row.get(5)?)?,
        open: row.get(6)?,
        changed: Moment(row.get(7)?),
        entry: row.get::<_, Option<i64>>(9)?.map(EntryId),
        facts: serde_json::from_str(facts)?,
    })
}

/// One line by its key.
pub(super) fn line(
    db: &Connection,
    club: ClubId,
    tracking: Tracking,
    about: ConnectionId,
) -> Result<Option<Line>> {
    let sql = format!("SELECT {COLUMNS} FROM line WHERE club = ?1 AND tracking = ?2 AND about = ?3");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![club.0, tracking.0.as_bytes().as_slice(), about.0])?;
    rows.next()?.map(read).transpose()
}

/// The first tracking UUID of an instant: version 7 begins with its milliseconds.
pub(super) fn bound(moment: Moment) -> Value {
    let mut bytes = [0u8; 16];
    bytes[..6].copy_from_slice(&moment.0.clamp(0, LAST_MOMENT).to_be_bytes()[2..]);
    Value::Blob(bytes.to_vec())
}

pub(super) fn key(tracking: Tracking) -> Value {
    Value::Blob(tracking.0.as_bytes().to_vec())
}

/// What the lines are taken from, with the values that it binds.
fn source(query: &LineQuery) -> Result<(&'static str, Vec<Value>)> {
    if query.people.is_none() && query.entries.is_none() && query.tracking.is_none() {
        return Ok(("line", Vec::new()));
    }
    let people = serde_json::to_string(query.people.as_deref().unwrap_or_default())?;
    let entries = serde_json::to_string(query.entries.as_deref().unwrap_or_default())?;
    let tracking = query.tracking.map_or(Value::Null, key);
    Ok((SEARCHED, vec![Value::Text(people), Value::Text(entries), Value::Integer(query.club.0), tracking]))
}

/// A page of lines, newest first.
pub(super) fn lines(db: &Connection, query: &LineQuery) -> Result<LinePage> {
    let mut conditions = vec!["club = ?"];
    let (source, mut values) = source(query)?;
    values.push(Value::Integer(query.club.0));
    let mut also = |condition: &'static str, bound: Vec<Value>| {
        conditions.push(condition);
        values.extend(bound);
    };
    if let Some(level) = &query.level {
        also("level = ?", vec![Value::Text(word(level)?)]);
    }
    if let Some(turn) = &query.turn {
        also("turn = ?", vec![Value::Text(word(turn)?)]);
    }
    if let Some(connection) = query.connection {
        let id = Value::Integer(connection.0);
        match query.outward {
            Some(true) => also("sender = ?", vec![id]),
            Some(false) => also("about = ? AND sender IS NOT about", vec![id]),
            None => also("(about = ? OR sender = ?)", vec![id.clone(), id]),
        }
    } else if let Some(inward) = query.outward {
        also(if inward { "sender IS about" } else { "sender IS NOT about" }, Vec::new());
    }
    if let Some(from) = query.from {
        also("tracking >= ?", vec![bound(from)]);
    }
    if let Some(until) = query.until {
        also("tracking < ?", vec![bound(until)]);
    }
    if let Some((tracking, about)) = query.older_than {
        also("(tracking, about) < (?, ?)", vec![key(tracking), Value::Integer(about.0)]);
    }
    if let Some((tracking, about)) = query.newer_than {
        also("(tracking, about) > (?, ?)", vec![key(tracking), Value::Integer(about.0)]);
    }
    let order = if query.newer_than.is_some() { "ASC" } else { "DESC" };
    let sql = format!(
        "SELECT {COLUMNS} FROM {source} WHERE {} ORDER BY tracking {order}, about {order} LIMIT ?",
        conditions.join(" AND ")
    );
    values.push(Value::Integer(i64::try_from(query.limit).unwrap_or(i64::MAX).saturating_add(1)));
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut page = LinePage::default();
    let mut room = query.max_bytes.unwrap_or(usize::MAX);
    while let Some(row) = rows.next()? {
        if page.lines.len() == query.limit || room == 0 {
            page.more = true;
            break;
        }
        room = room.saturating_sub(row.get_ref(8)?.as_str().map_err(rusqlite::Error::from)?.len());
        page.lines.push(read(row)?);
    }
    if query.newer_than.is_some() {
        page.lines.reverse();
    }
    Ok(page)
}

/// People per connection, level and turn, of the lines received since an instant.
pub(super) fn tally(db: &Connection, club: ClubId, since: Moment) -> Result<Vec<Tally>> {
    let mut statement = db.prepare_cached(
        "SELECT about, level, turn, count(DISTINCT person) FROM line
         WHERE club = ?1 AND tracking >= ?2 AND person IS NOT NULL GROUP BY about, level, turn",
    )?;
    let mut rows = statement.query(params![club.0, bound(since)])?;
    let mut tallies = Vec::new();
    while let Some(row) = rows.next()? {
        tallies.push(Tally {
            about: ConnectionId(row.get(0)?),
            level: from_word(row.get(1)?)?,
            turn: from_word(row.get(2)?)?,
            people: row.get::<_, i64>(3)? as u64,
        });
    }
    tallies.sort_by_key(|tally| (tally.about, tally.level, tally.turn));
    Ok(tallies)
}
