//! A batch of which one job fails: the others are kept, each by a commit of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::oneshot;

use super::super::writer::{Job, Writer};
use super::super::{open, people};
use super::{arrival, folder, newcomer};
use crate::written::Written;
use crate::{Error, Result, Verdict};

/// Holds the writer until everything else is in the queue, so that it is one batch.
fn gate(writer: &Writer) -> (std::sync::mpsc::Sender<()>, impl Future<Output = Result<()>> + '_) {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let held = writer.run(move |_| {
        let _gone = wait.lock().unwrap().recv();
        Ok(())
    });
    (go, held)
}

#[tokio::test]
async fn one_bad_job_fails_alone_and_the_others_are_kept() {
    let (_folder, file) = folder();
    let writer = Writer::start(open::writable(&file).unwrap(), &file).unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let (go, held) = gate(&writer);
    let receive = |id| {
        writer.decide(move |answer| Job::Receive(Box::new(Written::receipt(newcomer(id)).unwrap()), answer))
    };
    let bad = writer.run(move |db| {
        counted.fetch_add(1, Ordering::Relaxed);
        db.execute("INSERT INTO setup VALUES ('before', 'the', 'fault')", [])?;
        Ok(db.execute("INSERT INTO nowhere VALUES (1)", [])?)
    });
    let settle =
        writer.decide(|answer| Job::Settle(Box::new(Written::settlement(arrival(1)).unwrap()), answer));
    let count =
        writer.run(|db| Ok(db.query_row("SELECT count(*) FROM setup", [], |row| row.get::<_, i64>(0))?));
    let open = async move { go.send(()).unwrap() };
    let (_, one, bad, settled, two, count, ()) =
        tokio::join!(held, receive(1), bad, settle, receive(2), count, open);

    assert_eq!(
        (one.unwrap(), settled.unwrap(), two.unwrap()),
        (Verdict::Applied, Verdict::Applied, Verdict::Applied)
    );
    assert!(matches!(bad, Err(Error::Database(_))), "{bad:?}");
    assert_eq!(count.unwrap(), 0, "nothing of the bad job stayed");
    assert_eq!(runs.load(Ordering::Relaxed), 2, "once in the batch and once alone");
    let db = open::readable(&file).unwrap();
    assert_eq!(people::counts(&db).unwrap().0, 2);
    let link = &people::links(&db, model::PersonId(1)).unwrap()[1];
    assert_eq!(link.version, 2, "the settlement was applied once");
}

#[tokio::test]
async fn a_file_that_may_not_grow_fails_each_caller_and_goes_on_afterwards() {
    let (_folder, file) = folder();
    let writer = Arc::new(Writer::start(open::writable(&file).unwrap(), &file).unwrap());
    let limit = |pages: i64| writer.run(move |db| Ok(db.pragma_update(None, "max_page_count", pages)?));
    drop(limit(60).await);
    let mut callers = tokio::task::JoinSet::new();
    for id in 1..=2_000 {
        let writer = Arc::clone(&writer);
        callers.spawn(async move {
            (
                id,
                writer
                    .decide(move |answer| {
                        Job::Receive(Box::new(Written::receipt(newcomer(id)).unwrap()), answer)
                    })
                    .await,
            )
        });
    }
    let (kept, refused): (Vec<_>, Vec<_>) =
        callers.join_all().await.into_iter().partition(|(_, verdict)| verdict.is_ok());
    assert!(kept.len() > 20 && refused.len() > 20, "{} kept, {} refused", kept.len(), refused.len());
    assert!(refused.iter().all(|(_, verdict)| matches!(verdict, Err(Error::Database(_)))));
    let db = open::readable(&file).unwrap();
    assert_eq!(people::counts(&db).unwrap().0, kept.len() as u64);
    let links: i64 = db.query_row("SELECT count(*) FROM link", [], |row| row.get(0)).unwrap();
    assert_eq!(links as usize, 2 * kept.len(), "nobody is kept by half");

    drop(limit(1_000_000).await);
    for (id, _) in refused {
        let verdict = writer
            .decide(move |answer| Job::Receive(Box::new(Written::receipt(newcomer(id)).unwrap()), answer))
            .await;
        assert_eq!(verdict.unwrap(), Verdict::Applied);
    }
    assert_eq!(people::counts(&db).unwrap().0, 2_000);
}

#[tokio::test]
async fn a_caller_who_left_leaves_the_others_answered() {
    let (_folder, file) = folder();
    let writer = Writer::start(open::writable(&file).unwrap(), &file).unwrap();
    let (gone, _) = oneshot::channel();
    let left =
        writer.decide(move |_| Job::Receive(Box::new(Written::receipt(newcomer(1)).unwrap()), gone)).await;
    assert!(matches!(left, Err(Error::Closed)), "whose answer went elsewhere is told so");
    let verdict =
        writer.decide(|answer| Job::Settle(Box::new(Written::settlement(arrival(1)).unwrap()), answer)).await;
    assert_eq!(verdict.unwrap(), Verdict::Applied, "the work itself was done");
}
