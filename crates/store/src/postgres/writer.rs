//! The writers: two tasks, each of which commits whatever queued up during its last commit.
//!
//! One person's jobs go to one writer and stay in order. A batch is one transaction of two flights: look, then write and
//! commit. Nobody is answered before the commit, and no caller who goes away stops one. A batch decides on what it saw before
//! it wrote, so no two of its jobs may touch the same person, name or record: one that would waits for the next batch.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use model::{Link, PersonId};
use tokio::sync::{mpsc, oneshot};

use super::decide::decide;
use super::look::look;
use super::session::{Session, Trouble};
use super::text::number;
use crate::written::Written;
use crate::{Error, Expect, Receipt, Result, Settlement, Verdict};

/// How many tasks write.
const WRITERS: usize = 2;
/// How many jobs may queue at one; a full queue makes callers wait.
const QUEUE: usize = 4_096;
/// How many jobs one commit takes.
const BATCH: usize = 256;
/// How much one commit sends, in bytes of documents.
const BATCH_BYTES: usize = 8 << 20;
/// How often a job that is alone is decided again because somebody else was faster.
const TRIES: usize = 4;
/// How many jobs in a row may run into a deadline before the others of their batch are not tried.
const PATIENCE: usize = 2;

/// What is to be kept.
pub(super) enum Item {
    /// An accepted report.
    Receive(Box<Written<Arc<Receipt>>>),
    /// What a lane did.
    Settle(Box<Written<Settlement>>),
}

/// One unit of writing; its answer is sent after the commit.
pub(super) struct Job {
    pub(super) item: Item,
    /// Advisory locks of the names that it writes or checks.
    pub(super) names: Vec<i64>,
    /// What no other job of its batch may touch: the person, the names, the records.
    claims: Vec<i64>,
    bytes: usize,
    answer: oneshot::Sender<Result<Verdict>>,
}

impl Job {
    fn new(item: Item, answer: oneshot::Sender<Result<Verdict>>) -> Job {
        let (mut names, mut claims, mut bytes) = (Vec::new(), Vec::new(), 0);
        let mut links = |links: &[Link], docs: &[String]| {
            for link in links {
                let records = link.record.iter().chain(&link.former);
                claims.extend(
                    records.map(|record| number("record", link.connection.0, &[&record.id, &record.space])),
                );
            }
            bytes += docs.iter().map(String::len).sum::<usize>();
        };
        match &item {
            Item::Receive(receipt) => {
                links(&receipt.item.links, &receipt.links);
                bytes += receipt.person.len();
                let wanted = &receipt.item.person;
                let looked = match &wanted.expect {
                    Expect::New { name_key, .. } => name_key,
                    Expect::Revision(_) => &receipt.name_key,
                };
                for name in [looked, &receipt.name_key].into_iter().filter(|name| !name.is_empty()) {
                    names.push(number("name", wanted.person.club.0, &[name]));
                }
            }
            Item::Settle(settlement) => {
                links(std::slice::from_ref(&settlement.item.link), &settlement.links);
            }
        }
        claims.extend(&names);
        let mut job = Job { item, names, claims, bytes, answer };
        job.claims.push(number("person", job.person().0, &[]));
        job
    }

    fn person(&self) -> PersonId {
        match &self.item {
            Item::Receive(receipt) => receipt.item.person.person.id,
            Item::Settle(settlement) => settlement.item.link.person,
        }
    }
}

/// The queues to the writers.
pub(super) struct Writers {
    queues: Vec<mpsc::Sender<Job>>,
}

impl Writers {
    /// Starts the writers; they end after their last job once this is dropped.
    pub(super) fn start(session: &Arc<Session>) -> Writers {
        let start = |_| {
            let (jobs, queue) = mpsc::channel(QUEUE);
            tokio::spawn(work(Arc::clone(session), queue));
            jobs
        };
        Writers { queues: (0..WRITERS).map(start).collect() }
    }

    /// Keeps an item, and says what became of it after its commit.
    pub(super) async fn keep(&self, item: Item) -> Result<Verdict> {
        let (answer, verdict) = oneshot::channel();
        let job = Job::new(item, answer);
        let queue = job.person().0.rem_euclid(self.queues.len() as i64) as usize;
        self.queues[queue].send(job).await.map_err(|_| Error::Closed)?;
        verdict.await.map_err(|_| Error::Closed)?
    }
}

async fn work(session: Arc<Session>, mut queue: mpsc::Receiver<Job>) {
    let mut waiting = VecDeque::new();
    loop {
        if waiting.is_empty() {
            let Some(job) = queue.recv().await else { return };
            waiting.push_back(job);
        }
        while waiting.len() < BATCH
            && let Ok(job) = queue.try_recv()
        {
            waiting.push_back(job);
        }
        let batch = next_batch(&mut waiting);
        commit(&session, batch).await;
    }
}

/// Takes the jobs that do not meet, in order; one that meets an earlier one waits, and so does what meets it.
fn next_batch(waiting: &mut VecDeque<Job>) -> Vec<Job> {
    let (mut claimed, mut batch, mut bytes) = (HashSet::<i64>::new(), Vec::new(), 0);
    for job in std::mem::take(waiting) {
        let meets = job.claims.iter().any(|claim| claimed.contains(claim));
        claimed.extend(&job.claims);
        if meets || (bytes > 0 && bytes + job.bytes > BATCH_BYTES) {
            waiting.push_back(job);
        } else {
            bytes += job.bytes;
            batch.push(job);
        }
    }
    batch.sort_by_key(Job::person);
    batch
}

async fn commit(session: &Session, batch: Vec<Job>) {
    match attempt(session, &batch).await {
        Ok(verdicts) => {
            for (job, verdict) in batch.into_iter().zip(verdicts) {
                answer(job, Ok(verdict));
            }
        }
        Err(Failed::Database(Trouble::Unknown(why))) => {
            for job in batch {
                answer(job, Err(session.error(&Trouble::Unknown(why.clone()))));
            }
        }
        Err(Failed::Database(Trouble::Away(why))) => {
            for job in batch {
                answer(job, Err(session.error(&Trouble::Away(why.clone()))));
            }
        }
        Err(_) => one_by_one(session, batch).await,
    }
}

/// Keeps each job by a transaction of its own, so that only the one at fault fails. Where one after the other runs into a
/// deadline, the rest is told at once: waiting so long for each would hold everybody up.
async fn one_by_one(session: &Session, batch: Vec<Job>) {
    let mut held_up = 0;
    for job in batch {
        if held_up < PATIENCE {
            held_up = if alone(session, job).await { held_up + 1 } else { 0 };
        } else {
            let why = "others hold what is to be written".into();
            answer(job, Err(session.error(&Trouble::Wrong(why))));
        }
    }
}

/// Keeps one job; says whether it ran into a deadline.
async fn alone(session: &Session, job: Job) -> bool {
    let batch = [job];
    let mut ended = attempt(session, &batch).await;
    for _ in 1..TRIES {
        match &ended {
            Err(Failed::Database(trouble)) if trouble.is_collision() => {}
            _ => break,
        }
        ended = attempt(session, &batch).await;
    }
    let [job] = batch;
    let too_long = matches!(&ended, Err(Failed::Database(trouble)) if trouble.took_too_long());
    let verdict = ended.map_err(|failed| match failed {
        Failed::Database(trouble) => session.error(&trouble),
        Failed::Store(error) => error,
    });
    answer(job, verdict.and_then(|verdicts| verdicts.first().copied().ok_or(Error::Closed)));
    too_long
}

/// Why a batch was not kept.
enum Failed {
    Database(Trouble),
    Store(Error),
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Failed::Database(trouble)
    }
}

/// Looks, decides, writes and commits. A connection that was broken before anything could be kept is replaced once.
async fn attempt(session: &Session, batch: &[Job]) -> Result<Vec<Verdict>, Failed> {
    let mut desk = session.desk().await?;
    let seen = match look(&mut desk, batch).await {
        Err(Trouble::Away(_)) => {
            desk = session.desk().await?;
            look(&mut desk, batch).await?
        }
        looked => looked?,
    };
    let seen = seen.map_err(Failed::Store)?;
    let (verdicts, rows) = decide(&seen, batch);
    desk.commit(rows.statements()).await?;
    Ok(verdicts)
}

/// Answers a job; what its caller shares with it is let go before.
fn answer(job: Job, verdict: Result<Verdict>) {
    drop(job.item);
    drop(job.answer.send(verdict));
}
