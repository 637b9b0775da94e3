//! Moving a hub from its file to a database, whole: each row is copied, and then both sides are compared.
//!
//! The file is read three times: to know what it holds, and by that which move is being taken up again; to copy it; and, as the
//! database has it, to compare. It is never written, and no more than a few batches are in memory at once. A move that
//! was interrupted goes on after the last batch that was kept.

pub(crate) mod sums;
pub(crate) mod tables;

use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::postgres::arrival::{Arrival, Standing, as_kept};
use crate::sqlite::departure::Departure;
use crate::{Error, PostgresOptions, Result};
use sums::{Sums, identity};
use tables::{Cell, Row, TABLES};

/// How many rows one commit keeps, unless they are large.
const BATCH: usize = 4_000;
/// How many bytes of text.
const BATCH_BYTES: usize = 8 << 20;

/// A move from a file, which no hub may have open, to a database.
#[derive(Clone, Debug)]
pub struct Move {
    /// The file.
    pub from: PathBuf,
    /// The database.
    pub to: PostgresOptions,
    /// How many rows one commit keeps at most.
    pub batch: usize,
}

/// What a move is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Finding out what the file holds.
    Reading,
    /// Copying rows.
    Copying,
    /// Comparing what arrived with what left.
    Comparing,
}

/// What was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The tables of the database, with their rows.
    pub rows: Vec<(&'static str, u64)>,
    /// How many rows an earlier run had brought.
    pub there_before: u64,
}

impl Move {
    /// A move in batches of the usual size.
    pub fn new(from: impl Into<PathBuf>, to: PostgresOptions) -> Self {
        Move { from: from.into(), to, batch: BATCH }
    }

    /// Moves everything, or what an interrupted run has left; says how many rows of how many each stage has behind it. A second run
    /// after one that ended changes nothing.
    pub async fn run(&self, mut watch: impl FnMut(Stage, u64, u64)) -> Result<Moved> {
        let mut arrival = Arrival::open(&self.to).await?;
        let sums = self.left(&mut watch).await?;
        let total = sums.values().map(|sum| sum.rows).sum();
        arrival.begin(identity(&sums)).await?;
        let there_before = arrival.standing.rows;
        if !arrival.standing.whole {
            self.copy(&mut arrival, |rows| watch(Stage::Copying, rows, total)).await?;
            self.compare(&arrival, &sums, |rows| watch(Stage::Comparing, rows, total)).await?;
            arrival.end(Departure::open(&self.from)?.next_person()?).await?;
        }
        let rows = sums.iter().map(|(name, sum)| (*name, sum.rows)).collect();
        Ok(Moved { rows, there_before })
    }

    /// The sums of what leaves, as it shall stand in the database.
    async fn left(&self, watch: &mut impl FnMut(Stage, u64, u64)) -> Result<Sums> {
        let mut sums: Sums = TABLES.iter().map(|table| (table.name, sums::Sum::default())).collect();
        let mut batches = self.read(&Standing::default());
        let mut seen = 0;
        while let Some(batch) = batches.recv().await {
            let batch = batch?;
            let table = &TABLES[batch.table];
            seen += batch.rows.len() as u64;
            for row in batch.rows {
                sums.entry(table.name).or_default().add(&as_kept(table, row));
            }
            watch(Stage::Reading, seen, 0);
        }
        Ok(sums)
    }

    async fn copy(&self, arrival: &mut Arrival, mut told: impl FnMut(u64)) -> Result<()> {
        let mut batches = self.read(&arrival.standing);
        while let Some(batch) = batches.recv().await {
            let Batch { table: place, rows, .. } = batch?;
            let table = &TABLES[place];
            let standing = Standing {
                table: place,
                after: rows.last().map(|row| table.key_of(row)).unwrap_or_default(),
                rows: arrival.standing.rows + rows.len() as u64,
                ..arrival.standing.clone()
            };
            let rows: Vec<Row> = rows.into_iter().map(|row| as_kept(table, row)).collect();
            arrival.keep(&rows, standing).await?;
            told(arrival.standing.rows);
        }
        Ok(())
    }

    async fn compare(&self, arrival: &Arrival, left: &Sums, mut told: impl FnMut(u64)) -> Result<()> {
        let (mut arrived, mut seen) = (Sums::new(), 0);
        for table in &TABLES {
            if arrived.contains_key(table.name) {
                continue;
            }
            let sum = arrival.sum(table, self.batch, |rows| {
                seen += rows;
                told(seen);
            });
            arrived.insert(table.name, sum.await?);
        }
        let differ = left.iter().filter(|(name, sum)| arrived.get(*name) != Some(sum));
        let differ: Vec<String> = differ
            .map(|(name, sum)| {
                let there = arrived.get(name).map_or(0, |sum| sum.rows);
                format!("`{name}` ({} rows left, {there} arrived)", sum.rows)
            })
            .collect();
        if differ.is_empty() {
            return Ok(());
        }
        Err(Error::Unfit(format!(
            "what arrived is not what left: {}; no hub opens this database: make it anew, and move again",
            differ.join(", ")
        )))
    }

    /// Reads the file from where a move stands; ends when nobody listens.
    fn read(&self, from: &Standing) -> mpsc::Receiver<Result<Batch>> {
        let (give, batches) = mpsc::channel(1);
        let (file, from, most) = (self.from.clone(), from.clone(), self.batch);
        drop(spawn_blocking(move || {
            if let Err(error) = read(&file, &from, most, &give) {
                drop(give.blocking_send(Err(error)));
            }
        }));
        batches
    }
}

/// Rows of one table, in order.
struct Batch {
    table: usize,
    rows: Vec<Row>,
    bytes: usize,
}

impl Batch {
    fn of(table: usize) -> Batch {
        Batch { table, rows: Vec::new(), bytes: 0 }
    }

    fn add(&mut self, row: Row) {
        let texts = row.iter().map(|cell| if let Cell::Text(Some(text)) = cell { text.len() } else { 0 });
        self.bytes += texts.sum::<usize>();
        self.rows.push(row);
    }
}

fn read(file: &Path, from: &Standing, most: usize, give: &mpsc::Sender<Result<Batch>>) -> Result<()> {
    let file = Departure::open(file)?;
    for (place, table) in TABLES.iter().enumerate().skip(from.table) {
        let after = if place == from.table { &from.after[..] } else { &[] };
        let mut batch = Batch::of(place);
        file.rows(table, after, |row| {
            batch.add(row);
            let is_full = batch.rows.len() >= most || batch.bytes >= BATCH_BYTES;
            !is_full || give.blocking_send(Ok(std::mem::replace(&mut batch, Batch::of(place)))).is_ok()
        })?;
        if !batch.rows.is_empty() && give.blocking_send(Ok(batch)).is_err() {
            break;
        }
    }
    Ok(())
}
