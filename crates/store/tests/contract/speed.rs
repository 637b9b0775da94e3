//! How many records a second a server takes. Not a test: run it by name, against a server that syncs as yours does.

use std::sync::Arc;

use model::PersonId;
use store::{Postgres, PostgresOptions};
use tokio::task::JoinSet;

use crate::domain::*;

const URL: &str = "CONNECTOR_MEASURE_POSTGRES";
const RECORDS: i64 = 10_000;

/// Accepts new people with one target and settles them, from many callers at once; says both rates.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement; CONNECTOR_MEASURE_POSTGRES names an empty database"]
async fn records_a_second() {
    let url = std::env::var(URL).expect("CONNECTOR_MEASURE_POSTGRES names an empty database");
    let store = Arc::new(Postgres::open(&PostgresOptions::at(url)).await.unwrap());
    for callers in [1, 16, 64, 256] {
        let records = if callers == 1 { RECORDS / 10 } else { RECORDS };
        let first = (callers + 1) * 1_000_000;
        let accepting = tokio::time::Instant::now();
        each(&store, callers, first..first + records, |store, id| async move {
            let number = link(id, INTOUCH).numbered(&id.to_string());
            let owed = link(id, JONAS).due(id).carrying(save(id, 1));
            accepted(&*store, new(&lead(id, &format!("Ann{id}"), "Lee"), &[number, owed])).await;
        })
        .await;
        let accepting = accepting.elapsed();
        let settling = tokio::time::Instant::now();
        each(&store, callers, first..first + records, |store, id| async move {
            let arrived = link(id, JONAS).kept().numbered(&id.to_string());
            let line = model::Line { person: Some(PersonId(id)), ..line(save(id, 1), JONAS) };
            done(&*store, settled(&arrived, &[line])).await;
        })
        .await;
        let rate = |took: std::time::Duration| records as f64 / took.as_secs_f64();
        println!(
            "{callers} callers: {:.0} accepts a second, {:.0} settles a second",
            rate(accepting),
            rate(settling.elapsed())
        );
    }
}

/// Does it for each number, by so many callers at once.
async fn each<F>(
    store: &Arc<Postgres>,
    callers: i64,
    ids: std::ops::Range<i64>,
    act: fn(Arc<Postgres>, i64) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut running = JoinSet::new();
    for caller in 0..callers {
        let (store, ids) = (Arc::clone(store), ids.clone());
        running.spawn(async move {
            for id in ids.skip(caller as usize).step_by(callers as usize) {
                act(Arc::clone(&store), id).await;
            }
        });
    }
    running.join_all().await;
}
