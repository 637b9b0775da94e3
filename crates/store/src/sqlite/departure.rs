//! The rows of a file whose hub moves to a server. They are only read.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, Type, Value, ValueRef};
use rusqlite::{Connection, ToSql};
use uuid::Uuid;

use super::open::{self, Found};
use super::{migrations, next_person};
use crate::moving::tables::{Cell, Kind, Row, Table};
use crate::{Error, Result};

/// A file that is left.
pub(crate) struct Departure(Connection);

impl Departure {
    /// Opens a file of this version; one that is older is refused, for bringing it up to date would change it.
    pub(crate) fn open(file: &Path) -> Result<Departure> {
        if !file.exists() {
            return Err(Error::Unfit(format!(
                "`{}` does not exist: name the hub's data directory",
                file.display()
            )));
        }
        let db = open::readable(file)?;
        match open::look(&db, file)? {
            Found::Version(migrations::VERSION) => Ok(Departure(db)),
            Found::Version(old) => Err(Error::Unfit(format!(
                "`{}` was written by an older Connector (schema {old}, this one writes {}): start the hub on it once, and \
                 stop it",
                file.display(),
                migrations::VERSION
            ))),
            Found::Nothing => {
                Err(Error::Unfit(format!("`{}` is empty: there is nothing to move", file.display())))
            }
        }
    }

    /// The next number of a person that was never given.
    pub(crate) fn next_person(&self) -> Result<i64> {
        next_person(&self.0)
    }

    /// Hands out the rows of a table after a key, in its order, until nobody wants more.
    pub(crate) fn rows(
        &self,
        table: &Table,
        after: &[Cell],
        mut take: impl FnMut(Row) -> bool,
    ) -> Result<()> {
        let key = table.names(table.key);
        let columns = table.names(&(0..table.columns.len()).collect::<Vec<_>>());
        let beyond = if after.is_empty() {
            String::new()
        } else {
            format!("WHERE ({key}) > ({})", vec!["?"; after.len()].join(", "))
        };
        let sql = format!("SELECT {columns} FROM {} {beyond} ORDER BY {key}", table.from);
        let mut statement = self.0.prepare(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(after))?;
        while let Some(row) = rows.next()? {
            let cells = table.columns.iter().enumerate();
            let cells = cells.map(|(place, (_, kind))| cell(*kind, row.get_ref(place)?, place));
            if !take(cells.collect::<rusqlite::Result<_>>()?) {
                break;
            }
        }
        Ok(())
    }
}

fn cell(kind: Kind, value: ValueRef<'_>, place: usize) -> rusqlite::Result<Cell> {
    Ok(match (kind, value) {
        (Kind::Number, ValueRef::Null) => Cell::Number(None),
        (Kind::Number, ValueRef::Integer(number)) => Cell::Number(Some(number)),
        (Kind::Flag, ValueRef::Integer(number)) => Cell::Flag(number != 0),
        (Kind::Uuid, ValueRef::Blob(bytes)) => Cell::Uuid(Uuid::from_slice(bytes).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(place, Type::Blob, Box::new(error))
        })?),
        (Kind::Text | Kind::Kept | Kind::Key, ValueRef::Null) => Cell::Text(None),
        (Kind::Text | Kind::Kept | Kind::Key, value) => Cell::Text(Some(value.as_str()?.to_owned())),
        (_, value) => {
            return Err(rusqlite::Error::InvalidColumnType(place, format!("{kind:?}"), value.data_type()));
        }
    })
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Number(None) | Cell::Text(None) => ToSqlOutput::Borrowed(ValueRef::Null),
            Cell::Number(Some(number)) => ToSqlOutput::Owned(Value::Integer(*number)),
            Cell::Flag(flag) => ToSqlOutput::Owned(Value::Integer((*flag).into())),
            Cell::Text(Some(text)) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Uuid(uuid) => ToSqlOutput::Borrowed(ValueRef::Blob(uuid.as_bytes())),
        })
    }
}
