//! A running hub: its doors over HTTP, its control socket, its indexer, and how it stops.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use hub::Hub;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use web::api_2011_11::{self, HubDoor};
use web::hearing::{Ears, hear_out};
use web::pages::router::router;
use web::pages::source::{HomeSource, Site};

use crate::config::Config;
use crate::connections::{self, Bounds};
use crate::control;
use crate::pages::Logs;

/// How many people the indexer takes at once: few, for nobody is accepted meanwhile.
const INDEX_AT_ONCE: usize = 4;
/// How long it rests between two helpings while calls are under way, while none are, and when nobody is left.
const INDEX_BESIDE_WORK: Duration = Duration::from_millis(15);
const INDEX_IN_PEACE: Duration = Duration::from_millis(1);
const INDEX_DONE: Duration = Duration::from_millis(500);
/// How often details of the log that are too old are looked for.
const REMOVE_EVERY: Duration = Duration::from_hours(6);
/// How long a stopping hub waits for calls under way.
const FINISH_WITHIN: Duration = Duration::from_secs(10);

/// Listens for HTTP.
pub async fn bind(config: &Config) -> Result<TcpListener> {
    TcpListener::bind(&config.listen).await.with_context(|| {
        format!("`{}` cannot be listened on; choose another address with --listen", config.listen)
    })
}

/// Serves until `stop` resolves, then lets what is under way finish.
pub async fn serve(
    hub: Arc<Hub>,
    config: &Config,
    listener: TcpListener,
    home: Option<Arc<dyn HomeSource>>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    hub.take_place(&node_name(config));
    hub.tend_directory();
    hub.tend_feeds();
    let indexer = tokio::spawn(index(Arc::clone(&hub)));
    let remover = tokio::spawn(remove_old_details(Arc::clone(&hub)));
    let control = control::listen(Arc::clone(&hub), config)?;
    let (stopping, mut stopped) = watch::channel(false);
    let site = Site {
        log: Arc::new(Logs::new(Arc::clone(&hub))),
        home,
        now: crate::pages::now,
        stop: stopped.clone(),
    };
    let routes = router(site).merge(api_2011_11::router(Arc::new(HubDoor::new(Arc::clone(&hub)))));
    let routes = routes.layer(axum::middleware::from_fn_with_state(Ears::default(), hear_out));
    tokio::spawn(async move {
        stop.await;
        let _ = stopping.send(true);
    });
    tokio::select! {
        () = connections::serve(listener, routes, Bounds::default(), stopped.clone()) => {}
        () = async {
            drop(stopped.wait_for(|stopping| *stopping).await);
            tokio::time::sleep(FINISH_WITHIN).await;
        } => tracing::warn!("open connections were cut after ten seconds"),
    }
    control.abort();
    indexer.abort();
    remover.abort();
    hub.rest(FINISH_WITHIN).await;
    Ok(())
}

/// What people call this node: its machine and where it listens.
fn node_name(config: &Config) -> String {
    let machine = rustix::system::uname();
    format!("{} {}", machine.nodename().to_string_lossy(), config.listen)
}

/// Fills the search just behind the accept, and lets work go first.
async fn index(hub: Arc<Hub>) {
    loop {
        let rest = match hub.store().index_people(INDEX_AT_ONCE).await {
            Ok(INDEX_AT_ONCE) if hub.pulses().iter().any(|pulse| pulse.under_way > 0) => INDEX_BESIDE_WORK,
            Ok(INDEX_AT_ONCE) => INDEX_IN_PEACE,
            Ok(_) => INDEX_DONE,
            Err(error) => {
                tracing::error!(%error, "the search index could not be filled; trying again");
                INDEX_DONE
            }
        };
        tokio::time::sleep(rest).await;
    }
}

/// Removes details of the log that are too old.
async fn remove_old_details(hub: Arc<Hub>) {
    loop {
        match hub.remove_old_details().await {
            Ok(0) => {}
            Ok(lines) => {
                tracing::info!(lines, "details of the log were removed, for they are kept only so long");
            }
            Err(error) => {
                tracing::error!(%error, "details of the log could not be removed; trying again in six hours");
            }
        }
        tokio::time::sleep(REMOVE_EVERY).await;
    }
}

/// Lets a file that may not grow any further be an error of whoever writes it; unheard, the signal ends the process.
pub fn survive_full_files() -> Result<()> {
    let kind = tokio::signal::unix::SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
    tokio::signal::unix::signal(kind).map(drop).context("the signal of a full file cannot be listened for")
}

/// Listens from now on for being told to stop, by SIGINT or SIGTERM; what it answers resolves then.
pub fn told_to_stop() -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! { _ = interrupted.recv() => {}, _ = terminated.recv() => {} }
    })
}
