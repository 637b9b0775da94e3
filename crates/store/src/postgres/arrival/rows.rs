//! Rows as statements bind and read them: many in one statement, a column an array.

use std::sync::LazyLock;

use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::super::session::Value;
use super::super::text;
use crate::moving::tables::{Cell, Kind, Row, TABLES, Table};

/// A row as it shall stand in the database.
pub(crate) fn as_kept(table: &Table, row: Row) -> Row {
    let cells = row.into_iter().zip(table.columns);
    let kept = cells.map(|(cell, (_, kind))| match (cell, kind) {
        (Cell::Text(Some(said)), Kind::Kept) => Cell::Text(Some(text::kept(&said).into_owned())),
        (Cell::Text(Some(said)), Kind::Key) => Cell::Text(Some(text::key(&said).into_owned())),
        (cell, _) => cell,
    });
    kept.collect()
}

fn sql_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "bigint",
        Kind::Flag => "boolean",
        Kind::Text | Kind::Kept | Kind::Key => "text",
        Kind::Uuid => "uuid",
    }
}

/// The statement that adds rows to a table, by the table's place.
pub(super) fn insert(place: usize) -> &'static str {
    static ALL: LazyLock<Vec<String>> = LazyLock::new(|| TABLES.iter().map(insert_into).collect());
    &ALL[place]
}

/// The numbers of entries are those that the file gave.
fn insert_into(table: &Table) -> String {
    let columns = table.names(&(0..table.columns.len()).collect::<Vec<_>>());
    let arrays = (1..).zip(table.columns).map(|(nth, (_, kind))| format!("${nth}::{}[]", sql_type(*kind)));
    format!(
        "INSERT INTO {} ({columns}) OVERRIDING SYSTEM VALUE SELECT * FROM unnest({})",
        table.name,
        arrays.collect::<Vec<_>>().join(", ")
    )
}

/// Asks for a page of a table, from its beginning or after a key.
pub(super) fn select(table: &Table, goes_on: bool, page: usize) -> String {
    let columns = table.columns.iter().map(|(name, kind)| format!("{name}::{}", sql_type(*kind)));
    let (columns, key) = (columns.collect::<Vec<_>>().join(", "), table.names(table.key));
    let bounds =
        (1..).zip(table.key).map(|(nth, place)| format!("${nth}::{}", sql_type(table.columns[*place].1)));
    let bounds = bounds.collect::<Vec<_>>().join(", ");
    let beyond = if goes_on { format!("WHERE ({key}) > ({bounds})") } else { String::new() };
    format!("SELECT {columns} FROM {} {beyond} ORDER BY {key} LIMIT {page}", table.name)
}

/// The columns of rows.
pub(super) fn columns<'a>(table: &Table, rows: &'a [Row]) -> Vec<Value<'a>> {
    let column = |(place, (_, kind)): (usize, &(&str, Kind))| -> Value<'a> {
        let cells = rows.iter().map(move |row| &row[place]);
        match kind {
            Kind::Number => Box::new(cells.map(number).collect::<Vec<_>>()),
            Kind::Flag => Box::new(cells.map(|cell| *cell == Cell::Flag(true)).collect::<Vec<_>>()),
            Kind::Text | Kind::Kept | Kind::Key => Box::new(cells.map(words).collect::<Vec<_>>()),
            Kind::Uuid => Box::new(cells.map(uuid).collect::<Vec<_>>()),
        }
    };
    table.columns.iter().enumerate().map(column).collect()
}

fn number(cell: &Cell) -> Option<i64> {
    if let Cell::Number(number) = cell { *number } else { None }
}

fn words(cell: &Cell) -> Option<&str> {
    if let Cell::Text(text) = cell { text.as_deref() } else { None }
}

fn uuid(cell: &Cell) -> Option<Uuid> {
    if let Cell::Uuid(uuid) = cell { Some(*uuid) } else { None }
}

/// A cell that a question binds.
pub(super) fn value(cell: &Cell) -> &(dyn ToSql + Sync) {
    match cell {
        Cell::Number(number) => number,
        Cell::Flag(flag) => flag,
        Cell::Text(text) => text,
        Cell::Uuid(uuid) => uuid,
    }
}

/// A row that was read.
pub(super) fn read(table: &Table, row: &tokio_postgres::Row) -> Row {
    let cell = |(place, (_, kind)): (usize, &(&str, Kind))| match kind {
        Kind::Number => Cell::Number(row.get(place)),
        Kind::Flag => Cell::Flag(row.get(place)),
        Kind::Text | Kind::Kept | Kind::Key => Cell::Text(row.get(place)),
        Kind::Uuid => Cell::Uuid(row.get(place)),
    };
    table.columns.iter().enumerate().map(cell).collect()
}
