//! `GET /log/{key}/live`: a tick whenever this club's log changed.

use axum::extract::{Path, State};
use axum::response::Response;

use super::page::plausible;
use crate::pages::source::{KeyProblem, Site};
use crate::pages::{closed, live};

/// Keeps an open log current.
pub async fn follow(State(site): State<Site>, Path(key): Path<String>) -> Response {
    match open(&site, &key).await {
        Ok(()) => live::events(site.log.changes(&key), site.stop),
        Err(problem) => closed::page(&problem),
    }
}

async fn open(site: &Site, key: &str) -> Result<(), KeyProblem> {
    plausible(key)?;
    site.log.open(key).await.map(|_| ())
}
