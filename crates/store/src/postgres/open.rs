//! Opening the database: is it fit, is it ours, and does it have our tables.

use tokio_postgres::Row;

use super::session::{Session, Trouble};
use crate::{Error, Result};

/// The schema version that this binary writes.
const VERSION: i64 = 1;
const SCHEMA: &str = include_str!("sql/schema-1.sql");
const OLDEST_SERVER: i32 = 150_000;

/// Held while tables are made, so that two that open at once make them once.
const LOCK: &str = "SELECT pg_advisory_xact_lock(1129270862, 1)";

const SERVER: &str = "SELECT current_setting('server_version_num')::int, current_setting('server_version'), \
     current_setting('server_encoding'), pg_is_in_recovery(), current_schema()::text";

/// Whether the mark is there, and how many tables, views and sequences that no extension brought along.
const FOUND: &str = "SELECT to_regclass(quote_ident(current_schema()) || '.connector_schema') IS NOT NULL, \
     (SELECT count(*) FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace \
        AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f') \
        AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid \
                        AND deptype = 'e'))";

/// What the mark says for as long as people are arriving from another store: no binary takes it for its own.
pub(super) const ARRIVING: &str = "Connector, arriving";

const MARK: &str = "SELECT product, version FROM connector_schema";

/// Checks the server and the database, and makes the tables where there are none. A database that a move has not ended for is
/// refused.
pub(super) async fn prepare(session: &Session) -> Result<()> {
    if is_whole(session).await? {
        return Ok(());
    }
    Err(Error::Unfit(format!(
        "moving a hub into `{}` is not finished: run `connector store migrate` again from the same data, or name another \
         database",
        session.place()
    )))
}

/// Checks the server and the database, and makes the tables where there are none; says whether all people are there, or are
/// still arriving.
pub(super) async fn is_whole(session: &Session) -> Result<bool> {
    fit(session).await?;
    let mut desk = session.desk().await.map_err(|trouble| session.error(&trouble))?;
    let looked = desk.send(vec![("BEGIN", vec![]), (LOCK, vec![]), (FOUND, vec![])]).await;
    let looked = looked.map_err(|trouble| session.error(&trouble))?;
    let found = looked.last().and_then(|rows| rows.first()).ok_or(Error::Closed)?;
    let (marked, objects): (bool, i64) = (found.get(0), found.get(1));
    match (marked, objects) {
        (true, _) => {
            return ours(desk.send(vec![(MARK, vec![])]).await, session);
        }
        (false, 0) => {}
        (false, _) => return Err(another_programs(session)),
    }
    let made = match desk.script(SCHEMA).await {
        Ok(()) => desk.commit(Vec::new()).await.map(drop),
        Err(trouble) => Err(trouble),
    };
    made.map(|()| true).map_err(|trouble| match &trouble {
        Trouble::Refused(error) if error.code().code() == "42501" => Error::Unfit(format!(
            "the user may not make tables in `{}`: GRANT CREATE on its schema, or name a database of the user's own",
            session.place()
        )),
        _ => session.error(&trouble),
    })
}

/// Whether the mark of our tables is there.
pub(super) async fn is_made(session: &Session) -> Result<bool> {
    let found = session.row(FOUND, &[]).await?.ok_or(Error::Closed)?;
    Ok(found.try_get::<_, Option<bool>>(0).ok().flatten().unwrap_or(false))
}

async fn fit(session: &Session) -> Result<()> {
    let row = session.row(SERVER, &[]).await?.ok_or(Error::Closed)?;
    let (number, version, encoding): (i32, String, String) = (row.get(0), row.get(1), row.get(2));
    let place = session.place();
    if number < OLDEST_SERVER {
        return Err(Error::Unfit(format!("`{place}` is PostgreSQL {version}: 15 or newer is needed")));
    }
    if encoding != "UTF8" {
        return Err(Error::Unfit(format!(
            "`{place}` keeps text as {encoding}: make the database with ENCODING 'UTF8' TEMPLATE template0"
        )));
    }
    if row.get::<_, bool>(3) {
        return Err(Error::Unfit(format!("`{place}` is a standby, which takes no writes: name its primary")));
    }
    if row.get::<_, Option<String>>(4).is_none() {
        return Err(Error::Unfit(format!(
            "`{place}` has no schema on the user's search path: make one, or set `search_path`"
        )));
    }
    Ok(())
}

fn ours(mark: Result<Vec<Vec<Row>>, Trouble>, session: &Session) -> Result<bool> {
    let mark = match mark {
        Ok(rows) => rows.into_iter().flatten().next(),
        Err(Trouble::Refused(_)) => None,
        Err(trouble) => return Err(session.error(&trouble)),
    };
    let mark: Option<(String, i64)> = mark.and_then(|row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?)));
    match mark {
        Some((product, VERSION)) if product == "Connector" => Ok(true),
        Some((product, VERSION)) if product == ARRIVING => Ok(false),
        Some((product, newer)) if product == "Connector" => Err(Error::Unfit(format!(
            "`{}` was written by a newer Connector (schema {newer}, this one knows {VERSION}): \
             start the newer version, or restore a backup from before",
            session.place()
        ))),
        _ => Err(another_programs(session)),
    }
}

fn another_programs(session: &Session) -> Error {
    Error::Unfit(format!("`{}` holds another program's tables: name another database", session.place()))
}
