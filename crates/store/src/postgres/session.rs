//! Asking and writing: every wait has an end, and a server that comes back is used again.

use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use futures::future::join_all;
use tokio::time::timeout;
use tokio_postgres::Row;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::types::ToSql;

use super::connect::{Address, For};
use crate::{Error, Result};

/// How long a question may take; the server gives up before.
const READ: Duration = Duration::from_secs(20);
/// How long a flight of writes may take.
const WRITE: Duration = Duration::from_secs(40);

/// How often another host is tried where one is not fit.
const HOSTS: usize = 4;

/// What a statement binds.
pub(super) type Value<'a> = Box<dyn ToSql + Sync + Send + 'a>;
/// A statement and what it binds.
pub(super) type Statement<'a> = (&'static str, Vec<Value<'a>>);

/// Why the server did not do it.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It said no: nothing was kept.
    Refused(Box<DbError>),
    /// It could not be reached, or the connection broke before anything could be kept.
    Away(String),
    /// The connection broke while a commit was under way.
    Unknown(String),
    /// The trouble is ours: a value that cannot be bound or read.
    Wrong(String),
}

impl Trouble {
    /// Whether the same may be kept when it is tried again at once: somebody else was faster.
    pub(super) fn is_collision(&self) -> bool {
        let Trouble::Refused(error) = self else { return false };
        let code = error.code();
        *code == SqlState::UNIQUE_VIOLATION
            || *code == SqlState::T_R_DEADLOCK_DETECTED
            || *code == SqlState::T_R_SERIALIZATION_FAILURE
    }

    /// Whether a lock was not had, or a statement did not end, in time; a connection that went away took its time as well.
    pub(super) fn took_too_long(&self) -> bool {
        match self {
            Trouble::Refused(error) => {
                let code = error.code();
                *code == SqlState::LOCK_NOT_AVAILABLE || *code == SqlState::QUERY_CANCELED
            }
            Trouble::Away(_) | Trouble::Unknown(_) => true,
            Trouble::Wrong(_) => false,
        }
    }

    /// As the error of a caller.
    pub(super) fn error(&self, place: &str) -> Error {
        Error::Database(match self {
            Trouble::Refused(error) => {
                let detail = error.detail().map_or_else(String::new, |detail| format!(" ({detail})"));
                format!("{}{detail}", error.message()).into()
            }
            Trouble::Away(why) => format!("PostgreSQL at {place} does not answer: {why}").into(),
            Trouble::Unknown(why) => {
                format!("PostgreSQL at {place} did not say whether it kept this: {why}").into()
            }
            Trouble::Wrong(why) => why.clone().into(),
        })
    }
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(refusal) = error.as_db_error() {
            return if is_farewell(refusal) {
                Trouble::Away(refusal.message().to_owned())
            } else {
                Trouble::Refused(Box::new(refusal.clone()))
            };
        }
        let cause = std::error::Error::source(&error);
        let why = cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"));
        if error.is_closed() || cause.is_some_and(<dyn std::error::Error>::is::<std::io::Error>) {
            return Trouble::Away(why);
        }
        Trouble::Wrong(why)
    }
}

/// The server is going down, coming up, or has ended this session.
fn is_farewell(error: &DbError) -> bool {
    let code = error.code();
    code.code().starts_with("57P") || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
}

/// Connections to one database.
pub(super) struct Session {
    reading: Pool,
    writing: Pool,
    place: String,
}

impl Session {
    pub(super) fn new(address: &Address, readers: usize, writers: usize) -> Result<Session> {
        Ok(Session {
            reading: address.pool(For::Reading, readers)?,
            writing: address.pool(For::Writing, writers)?,
            place: address.shown.clone(),
        })
    }

    /// The address for people.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// As the error of a caller.
    pub(super) fn error(&self, trouble: &Trouble) -> Error {
        trouble.error(&self.place)
    }

    /// One question, which sees one commit. One that met a broken connection is asked again on another.
    pub(super) async fn rows(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        let mut answer = self.ask(sql, values).await;
        if let Err(Trouble::Away(_)) = answer {
            answer = self.ask(sql, values).await;
        }
        answer.map_err(|trouble| self.error(&trouble))
    }

    /// One question that has at most one row.
    pub(super) async fn row(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Option<Row>> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    async fn ask(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Trouble> {
        let client = free(&self.reading).await?;
        let asked = timeout(READ, async {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, values).await
        });
        let Ok(answer) = asked.await else {
            drop(Object::take(client));
            return Err(Trouble::Wrong(format!("PostgreSQL at {} does not answer", self.place)));
        };
        Ok(answer?)
    }

    /// A connection to write by.
    pub(super) async fn desk(&self) -> Result<Desk, Trouble> {
        Ok(Desk { client: Some(free(&self.writing).await?) })
    }

    /// Statements as one transaction, sent in one go.
    pub(super) async fn transaction(&self, statements: Vec<Statement<'_>>) -> Result<Vec<Vec<Row>>, Trouble> {
        let mut all: Vec<Statement<'_>> = vec![("BEGIN", Vec::new())];
        all.extend(statements);
        self.desk().await?.commit(all).await
    }
}

/// A free connection. Of several hosts one is tried after the other, for the first may be the wrong one.
async fn free(pool: &Pool) -> Result<Object, Trouble> {
    use deadpool_postgres::{PoolError, TimeoutType};
    let mut got = pool.get().await;
    for _ in 1..HOSTS {
        if matches!(got, Err(PoolError::PostCreateHook(_))) {
            got = pool.get().await;
        }
    }
    got.map_err(|error| match error {
        PoolError::Timeout(TimeoutType::Wait) => Trouble::Away("all connections are busy".into()),
        PoolError::Timeout(_) => Trouble::Away("it cannot be reached".into()),
        PoolError::Backend(error) => match Trouble::from(error) {
            Trouble::Refused(error) => Trouble::Away(error.message().to_owned()),
            Trouble::Away(why) | Trouble::Unknown(why) | Trouble::Wrong(why) => Trouble::Away(why),
        },
        other => Trouble::Away(other.to_string()),
    })
}

/// A connection with a transaction on it. Dropped without a commit, it is thrown away, and the server rolls back.
pub(super) struct Desk {
    client: Option<Object>,
}

impl Desk {
    /// Sends statements one after the other without waiting for the answers in between; the first refusal is the answer.
    pub(super) async fn send(&mut self, statements: Vec<Statement<'_>>) -> Result<Vec<Vec<Row>>, Trouble> {
        let client = self.client.as_ref().ok_or_else(|| Trouble::Away("the connection is gone".into()))?;
        let flight = async {
            let mut prepared = Vec::with_capacity(statements.len());
            for (sql, _) in &statements {
                prepared.push(client.prepare_cached(sql).await?);
            }
            let sent = prepared.iter().zip(&statements).map(|(statement, (_, values))| async move {
                let values: Vec<&(dyn ToSql + Sync)> =
                    values.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect();
                client.query(statement, &values).await
            });
            in_order(sent).await
        };
        let answers = timeout(WRITE, flight).await;
        let answers = answers.unwrap_or_else(|_| Err(Trouble::Away("it fell silent".into())));
        if !matches!(answers, Ok(_) | Err(Trouble::Refused(_))) {
            drop(self.client.take().map(Object::take));
        }
        answers
    }

    /// Runs statements that bind nothing and answer nothing.
    pub(super) async fn script(&mut self, sql: &str) -> Result<(), Trouble> {
        let client = self.client.as_ref().ok_or_else(|| Trouble::Away("the connection is gone".into()))?;
        let run = timeout(WRITE, client.batch_execute(sql)).await;
        Ok(run.map_err(|_| Trouble::Away("it fell silent".into()))??)
    }

    /// The last statements and the commit, in one go. After a refusal all is undone.
    pub(super) async fn commit(
        mut self,
        mut statements: Vec<Statement<'_>>,
    ) -> Result<Vec<Vec<Row>>, Trouble> {
        statements.push(("COMMIT", Vec::new()));
        let ended = self.send(statements).await;
        if let Ok(_) | Err(Trouble::Refused(_)) = ended {
            // A refused statement makes the commit that follows it a rollback.
            self.give_back();
        }
        ended.map_err(|trouble| match trouble {
            Trouble::Away(why) => Trouble::Unknown(why),
            other => other,
        })
    }

    fn give_back(&mut self) {
        drop(self.client.take());
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.client.take().map(Object::take));
    }
}

/// Waits for all answers, in the order in which the questions were sent.
async fn in_order<F>(sent: impl Iterator<Item = F>) -> Result<Vec<Vec<Row>>, Trouble>
where
    F: Future<Output = Result<Vec<Row>, tokio_postgres::Error>>,
{
    let answers = join_all(sent).await;
    answers.into_iter().map(|answer| answer.map_err(Trouble::from)).collect()
}
