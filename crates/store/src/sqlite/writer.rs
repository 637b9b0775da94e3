//! The writer: one thread that commits whatever queued up during the last commit.
//!
//! Nobody is answered before the commit. When a job fails, the whole batch is rolled back and each job gets a
//! transaction of its own, so that only the one at fault fails.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::{apply, checkpoint::Checkpoints};
use crate::written::Written;
use crate::{Error, Receipt, Result, Settlement, Verdict};

/// How many jobs may queue; a full queue makes callers wait.
const QUEUE: usize = 4_096;
/// How many jobs one commit takes.
const BATCH: usize = 512;
/// How long a commit waits for company where the last one had some: a commit costs as much as writing ten records.
const GATHER: Duration = Duration::from_micros(500);

/// One unit of writing; its answer is sent after the commit.
pub(super) enum Job {
    /// An accepted report.
    Receive(Box<Written<Arc<Receipt>>>, oneshot::Sender<Result<Verdict>>),
    /// What a lane did.
    Settle(Box<Written<Settlement>>, oneshot::Sender<Result<Verdict>>),
    /// Anything else.
    Run(Box<dyn Runnable>),
}

/// A rarer write that brings its own answer along.
pub(super) trait Runnable: Send {
    /// Writes, and keeps the answer.
    fn run(&mut self, db: &Connection) -> Result<()>;
    /// Sends the kept answer, or the reason why there is none.
    fn answer(self: Box<Self>, failed: Option<Error>);
}

struct Running<T, F> {
    write: F,
    kept: Option<T>,
    answer: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: Fn(&Connection) -> Result<T> + Send> Runnable for Running<T, F> {
    fn run(&mut self, db: &Connection) -> Result<()> {
        self.kept = Some((self.write)(db)?);
        Ok(())
    }

    fn answer(self: Box<Self>, failed: Option<Error>) {
        let answer = match (failed, self.kept) {
            (None, Some(kept)) => Ok(kept),
            (Some(error), _) => Err(error),
            (None, None) => Err(Error::Closed),
        };
        drop(self.answer.send(answer));
    }
}

/// The queue to the writer thread.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(db: Connection, file: &Path) -> Result<Writer> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let checkpoints = Checkpoints::start(file)?;
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || work(db, queue, checkpoints))
            .map_err(|error| Error::Unfit(format!("the writer thread could not be started: {error}")))?;
        Ok(Writer { jobs: Some(jobs), thread: Some(thread) })
    }

    pub(super) async fn decide(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<Verdict>>) -> Job,
    ) -> Result<Verdict> {
        let (answer, verdict) = oneshot::channel();
        self.send(job(answer)).await?;
        verdict.await.map_err(|_| Error::Closed)?
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        write: impl Fn(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, kept) = oneshot::channel();
        self.send(Job::Run(Box::new(Running { write, kept: None, answer }))).await?;
        kept.await.map_err(|_| Error::Closed)?
    }

    async fn send(&self, job: Job) -> Result<()> {
        let jobs = self.jobs.as_ref().ok_or(Error::Closed)?;
        jobs.send(job).await.map_err(|_| Error::Closed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn work(mut db: Connection, mut queue: mpsc::Receiver<Job>, mut checkpoints: Checkpoints) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut crowded = false;
    while let Some(first) = queue.blocking_recv() {
        batch.push(first);
        if crowded {
            std::thread::sleep(GATHER);
        }
        while batch.len() < BATCH {
            match queue.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        crowded = batch.len() > 2;
        commit(&mut db, &mut batch);
        checkpoints.between_batches(&db);
    }
}

fn commit(db: &mut Connection, batch: &mut Vec<Job>) {
    match attempt(db, batch) {
        Ok(verdicts) => {
            for (job, verdict) in batch.drain(..).zip(verdicts) {
                answer(job, Ok(verdict));
            }
        }
        Err(error) if batch.len() == 1 => {
            if let Some(job) = batch.pop() {
                answer(job, Err(error));
            }
        }
        Err(_) => {
            for job in batch.drain(..) {
                let mut one = vec![job];
                commit(db, &mut one);
            }
        }
    }
}

fn attempt(db: &mut Connection, batch: &mut [Job]) -> Result<Vec<Verdict>> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let verdicts = batch
        .iter_mut()
        .map(|job| match job {
            Job::Receive(receipt, _) => apply::receive(&transaction, receipt),
            Job::Settle(settlement, _) => apply::settle(&transaction, settlement),
            Job::Run(run) => run.run(&transaction).map(|()| Verdict::Applied),
        })
        .collect::<Result<Vec<_>>>()?;
    transaction.commit()?;
    Ok(verdicts)
}

/// Answers a job; what its caller shares with it is let go before.
fn answer(job: Job, verdict: Result<Verdict>) {
    match job {
        Job::Receive(receipt, caller) => {
            drop(receipt);
            drop(caller.send(verdict));
        }
        Job::Settle(_, caller) => drop(caller.send(verdict)),
        Job::Run(run) => run.answer(verdict.err()),
    }
}
