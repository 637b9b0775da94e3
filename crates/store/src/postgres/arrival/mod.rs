//! The database that a hub's people arrive in from a file.
//!
//! Until all of them are there, the database's mark says so and no hub opens it. How far the arrival is stands in the row of
//! `arrival`, which moves on in the same commit as the rows that it speaks of.

mod rows;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio_postgres::types::ToSql;

use super::alone::Alone;
use super::connect::Address;
use super::open::{self, ARRIVING};
use super::session::{Session, Statement};
use super::{Options, WRITING};
use crate::moving::sums::Sum;
use crate::moving::tables::{Row, TABLES, Table};
use crate::{Error, Result};
pub(crate) use rows::as_kept;

const BEGUN: &str = "SELECT to_regclass(quote_ident(current_schema()) || '.arrival') IS NOT NULL";
const BEGIN: &str = "CREATE TABLE arrival (doc text NOT NULL); DELETE FROM progress";
const NOTE: &str = "INSERT INTO arrival VALUES ($1)";
/// A hub that was killed is believed to be at work for some seconds.
const AT_WORK: &str = "SELECT EXISTS (SELECT FROM node WHERE until > clock_timestamp())";
const STANDING: &str = "SELECT doc FROM arrival";
const MOVE_ON: &str = "UPDATE arrival SET doc = $1";
const MARK: &str = "UPDATE connector_schema SET product = $1";
const NEXT_PERSON: &str = "SELECT setval('person_number', $1, false)";
const NEXT_ENTRY: &str =
    "SELECT setval(pg_get_serial_sequence('entry', 'id'), max(id)) FROM entry HAVING count(*) > 0";

/// How far an arrival is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// What the file holds, by its sums.
    pub(crate) source: String,
    /// The table that was arriving last, by its place.
    pub(crate) table: usize,
    /// The key of its last row, as the file has it.
    pub(crate) after: Row,
    /// How many rows are there.
    pub(crate) rows: u64,
    /// Whether all are there and were compared.
    pub(crate) whole: bool,
}

/// A database in which people arrive, with the lock of its hub.
pub(crate) struct Arrival {
    session: Arc<Session>,
    pub(crate) standing: Standing,
    _alone: Alone,
}

impl Arrival {
    /// Reaches a database that is empty or that people arrived in; another hub's is refused.
    pub(crate) async fn open(options: &Options) -> Result<Arrival> {
        let session = Arc::new(Session::new(&Address::read(&options.url)?, options.readers, WRITING)?);
        open::is_whole(&session).await?;
        let alone = Alone::take(&session).await?;
        if open::is_made(&session).await? && session.row(AT_WORK, &[]).await?.is_some_and(|row| row.get(0)) {
            let place = session.place();
            return Err(Error::Unfit(format!(
                "a hub is at work on `{place}`: stop it, or name another database"
            )));
        }
        let standing = if session.row(BEGUN, &[]).await?.is_some_and(|row| row.get(0)) {
            let row = session.row(STANDING, &[]).await?.ok_or(Error::Closed)?;
            serde_json::from_str(row.get(0))?
        } else if is_empty(&session).await? {
            Standing::default()
        } else {
            return Err(another_hubs(&session));
        };
        Ok(Arrival { session, standing, _alone: alone })
    }

    /// Begins, or goes on where this source was arriving; another one is refused.
    pub(crate) async fn begin(&mut self, source: String) -> Result<()> {
        if self.standing.source.is_empty() {
            self.standing.source = source;
            return make(&self.session, &self.standing).await;
        }
        if self.standing.source == source {
            return Ok(());
        }
        if self.standing.whole {
            return Err(another_hubs(&self.session));
        }
        Err(Error::Unfit(format!(
            "`{}` holds a part of another hub's people, or of this one's before it ran again: name an empty database, or make \
             this one anew",
            self.session.place()
        )))
    }

    /// Keeps rows, and how far the arrival is with them.
    pub(crate) async fn keep(&mut self, batch: &[Row], standing: Standing) -> Result<()> {
        let place = standing.table;
        let doc = serde_json::to_string(&standing)?;
        let rows = (rows::insert(place), rows::columns(&TABLES[place], batch));
        self.transaction(vec![rows, (MOVE_ON, vec![Box::new(doc)])]).await?;
        self.standing = standing;
        Ok(())
    }

    /// Adds up a table as it stands; says after each page how many rows that were.
    pub(crate) async fn sum(&self, table: &Table, page: usize, mut told: impl FnMut(u64)) -> Result<Sum> {
        let (mut sum, mut after) = (Sum::default(), Row::new());
        loop {
            let values: Vec<&(dyn ToSql + Sync)> = after.iter().map(rows::value).collect();
            let found = self.session.rows(&rows::select(table, !after.is_empty(), page), &values).await?;
            for row in &found {
                let row = rows::read(table, row);
                sum.add(&row);
                after = table.key_of(&row);
            }
            told(found.len() as u64);
            if found.len() < page {
                return Ok(sum);
            }
        }
    }

    /// All are there: numbers go on after those that were given, and a hub may open it.
    pub(crate) async fn end(&mut self, next_person: i64) -> Result<()> {
        self.standing.whole = true;
        let doc = serde_json::to_string(&self.standing)?;
        self.transaction(vec![
            (NEXT_PERSON, vec![Box::new(next_person)]),
            (NEXT_ENTRY, vec![]),
            (MOVE_ON, vec![Box::new(doc)]),
            (MARK, vec![Box::new("Connector")]),
        ])
        .await
    }

    async fn transaction(&self, statements: Vec<Statement<'_>>) -> Result<()> {
        let done = self.session.transaction(statements).await;
        done.map(drop).map_err(|trouble| self.session.error(&trouble))
    }
}

/// Whether nobody used the database yet; the indexer's progress is in every one.
async fn is_empty(session: &Session) -> Result<bool> {
    let tables = TABLES.iter().filter(|table| table.name != "progress");
    let there: Vec<String> = tables.map(|table| format!("EXISTS (SELECT FROM {})", table.name)).collect();
    let row = session.row(&format!("SELECT {}", there.join(" OR ")), &[]).await?;
    Ok(row.is_some_and(|row| !row.get::<_, bool>(0)))
}

fn another_hubs(session: &Session) -> Error {
    Error::Unfit(format!(
        "`{}` holds the people of another hub, or of this one at another time: name an empty database",
        session.place()
    ))
}

async fn make(session: &Session, standing: &Standing) -> Result<()> {
    let failed = |trouble| session.error(&trouble);
    let mut desk = session.desk().await.map_err(failed)?;
    desk.send(vec![("BEGIN", vec![])]).await.map_err(failed)?;
    desk.script(BEGIN).await.map_err(failed)?;
    let doc = serde_json::to_string(standing)?;
    let marked: Vec<Statement<'_>> = vec![(NOTE, vec![Box::new(doc)]), (MARK, vec![Box::new(ARRIVING)])];
    desk.commit(marked).await.map(drop).map_err(failed)
}
