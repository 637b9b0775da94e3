//! Nodes on one database, by the server's clock.

use std::time::Duration;

use async_trait::async_trait;
use model::{ConnectionId, Moment};
use tokio::sync::mpsc;
use tokio_postgres::Row;

use super::Postgres;
use super::news;
use super::session::{Session, Statement};
use crate::nodes::{News, NodeId, Nodes, Roll};
use crate::{Error, Result};

/// How many things that were told may wait to be heard; beyond that they count as missed.
const UNHEARD: usize = 1_024;

const NUMBER: &str = "SELECT nextval('node_number')";
const JOIN: &str = "INSERT INTO node (id, until, name)
     VALUES (nextval('node_number'), clock_timestamp() + $1 * interval '1 second', $2) RETURNING id";
const BEAT: &str = "UPDATE node SET until = clock_timestamp() + $2 * interval '1 second', lacks = $3
     WHERE id = $1 AND until > clock_timestamp() RETURNING id";
const ALIVE: &str = "SELECT id, name, lacks FROM node WHERE until > clock_timestamp() ORDER BY id";
const LANES: &str = "SELECT connection, node FROM lane
     WHERE node IN (SELECT id FROM node WHERE until > clock_timestamp()) ORDER BY connection";
const VERSIONS: &str = "SELECT coalesce(max(at) FILTER (WHERE name = 'setup'), 0),
     coalesce(max(at) FILTER (WHERE name = 'directory'), 0) FROM progress";
/// Lanes change hands one after the other: a statement that waited for another's row would not see its node.
const LOCK: &str = "SELECT pg_advisory_xact_lock(1129270862, 5)";
/// A beat that is under way is waited for, and the node stays.
const BURY: &str = "DELETE FROM node WHERE until <= clock_timestamp()";
const TAKE: &str = "INSERT INTO lane (connection, node)
     SELECT wanted, $1 FROM unnest($2::bigint[]) AS wanted WHERE EXISTS (SELECT FROM node WHERE id = $1)
     ON CONFLICT (connection) DO UPDATE SET node = excluded.node
       WHERE NOT EXISTS (SELECT FROM node WHERE id = lane.node)
     RETURNING connection";
const GIVE: &str = "UPDATE lane SET node = $3 WHERE connection = $2 AND node = $1";
const LEAVE: &str = "DELETE FROM node WHERE id = $1";
const DUE_AMONG: &str = "SELECT lane FROM unnest($1::bigint[]) AS lane
     WHERE EXISTS (SELECT FROM due WHERE connection = lane AND at <= $2)";
const TELL: &str = "SELECT pg_notify('connector', $1)";

/// A number that no other process has.
pub(super) async fn number(session: &Session) -> Result<i64> {
    let rows =
        session.transaction(vec![(NUMBER, vec![])]).await.map_err(|trouble| session.error(&trouble))?;
    Ok(rows.get(1).and_then(|rows| rows.first()).ok_or(Error::Closed)?.get(0))
}

fn roll(answers: &[Vec<Row>]) -> Result<Roll> {
    let [nodes, lanes, versions] = answers else { return Err(Error::Closed) };
    let versions = versions.first().ok_or(Error::Closed)?;
    let lacks = |row: &Row| {
        let node = NodeId(row.get(0));
        row.get::<_, Vec<i64>>(2).into_iter().map(move |lane| (node, ConnectionId(lane)))
    };
    Ok(Roll {
        nodes: nodes.iter().map(|row| (NodeId(row.get(0)), row.get(1))).collect(),
        lacks: nodes.iter().flat_map(lacks).collect(),
        lanes: lanes.iter().map(|row| (ConnectionId(row.get(0)), NodeId(row.get(1)))).collect(),
        setup: versions.get(0),
        directory: versions.get(1),
    })
}

impl Postgres {
    async fn transact(&self, statements: Vec<Statement<'_>>) -> Result<Vec<Vec<Row>>> {
        self.session.transaction(statements).await.map_err(|trouble| self.session.error(&trouble))
    }
}

#[async_trait]
impl Nodes for Postgres {
    async fn join(&self, name: &str, alive: Duration) -> Result<NodeId> {
        let rows = self.transact(vec![(JOIN, vec![Box::new(alive.as_secs_f64()), Box::new(name)])]).await?;
        let row = rows.get(1).and_then(|rows| rows.first()).ok_or(Error::Closed)?;
        Ok(NodeId(row.get(0)))
    }

    async fn beat(&self, node: NodeId, alive: Duration, lacks: &[ConnectionId]) -> Result<Option<Roll>> {
        let lacks: Vec<i64> = lacks.iter().map(|lane| lane.0).collect();
        let beat: Statement<'_> =
            (BEAT, vec![Box::new(node.0), Box::new(alive.as_secs_f64()), Box::new(lacks)]);
        let rows = self.transact(vec![beat, (ALIVE, vec![]), (LANES, vec![]), (VERSIONS, vec![])]).await?;
        if rows.get(1).is_none_or(Vec::is_empty) {
            return Ok(None);
        }
        roll(rows.get(2..5).unwrap_or_default()).map(Some)
    }

    async fn roll(&self) -> Result<Roll> {
        let rows = self.transact(vec![(ALIVE, vec![]), (LANES, vec![]), (VERSIONS, vec![])]).await?;
        roll(rows.get(1..4).unwrap_or_default())
    }

    async fn take(&self, node: NodeId, lanes: &[ConnectionId]) -> Result<Vec<ConnectionId>> {
        let wanted: Vec<i64> = lanes.iter().map(|lane| lane.0).collect();
        let take: Statement<'_> = (TAKE, vec![Box::new(node.0), Box::new(wanted)]);
        let rows = self.transact(vec![(LOCK, vec![]), (BURY, vec![]), take]).await?;
        Ok(rows.get(3).into_iter().flatten().map(|row| ConnectionId(row.get(0))).collect())
    }

    async fn give(&self, node: NodeId, lane: ConnectionId, to: NodeId) -> Result<()> {
        let give: Statement<'_> = (GIVE, vec![Box::new(node.0), Box::new(lane.0), Box::new(to.0)]);
        self.transact(vec![(LOCK, vec![]), give]).await.map(drop)
    }

    async fn leave(&self, node: NodeId) -> Result<()> {
        self.transact(vec![(LEAVE, vec![Box::new(node.0)])]).await.map(drop)
    }

    async fn due_among(&self, lanes: &[ConnectionId], now: Moment) -> Result<Vec<ConnectionId>> {
        let lanes: Vec<i64> = lanes.iter().map(|lane| lane.0).collect();
        let rows = self.session.rows(DUE_AMONG, &[&lanes, &now.0]).await?;
        Ok(rows.iter().map(|row| ConnectionId(row.get(0))).collect())
    }

    async fn tell(&self, news: &[News]) -> Result<()> {
        let told = news::written(self.voice, news)?;
        let tell = |text: String| -> Statement<'_> { (TELL, vec![Box::new(text)]) };
        self.transact(told.into_iter().map(tell).collect()).await.map(drop)
    }

    fn news(&self) -> mpsc::Receiver<News> {
        let (tell, heard) = mpsc::channel(UNHEARD);
        tokio::spawn(news::hear(self.address.clone(), self.voice, tell));
        heard
    }
}
