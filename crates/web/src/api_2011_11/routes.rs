//! All routes of the API, and all that surrounds them: how many at once, how long, and what a panic becomes.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use futures::FutureExt;
use tokio::sync::Semaphore;

use super::handlers::{
    Api, fetch_user, list_lead_sources, list_staff, save_lead_source, save_staff, save_user, unknown_path,
    wrong_verb,
};
use super::{Door, Reason, Refusal};

/// Where the API lives.
pub const BASE: &str = "/connector/api/2011-11";
/// How long a call may take, its body included.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// How many calls may be under way: more would only wait in line for the store.
const AT_ONCE: usize = 1024;

/// The API over a door. It brings its own limits and no fallback, so it can be merged with other routes.
pub fn router(door: Arc<dyn Door>) -> Router {
    let api = Api::new(door);
    let bounds = Bounds { api: api.clone(), room: Arc::new(Semaphore::new(AT_ONCE)), within: ANSWER_WITHIN };
    bounded(api, bounds)
}

/// What surrounds every call.
#[derive(Clone)]
pub(super) struct Bounds {
    pub api: Api,
    pub room: Arc<Semaphore>,
    pub within: Duration,
}

pub(super) fn bounded(api: Api, bounds: Bounds) -> Router {
    Router::new()
        .route(&format!("{BASE}/user"), get(fetch_user).post(save_user).fallback(wrong_verb))
        .route(&format!("{BASE}/staff"), get(list_staff).post(save_staff).fallback(wrong_verb))
        .route(
            &format!("{BASE}/leadsource"),
            get(list_lead_sources).post(save_lead_source).fallback(wrong_verb),
        )
        .route(BASE, any(unknown_path))
        .route(&format!("{BASE}/"), any(unknown_path))
        .route(&format!("{BASE}/{{*path}}"), any(unknown_path))
        .with_state(api)
        .layer(middleware::from_fn_with_state(bounds, bound))
}

async fn bound(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    let Ok(_place) = bounds.room.try_acquire() else {
        let refusal = Reason::Throttled.because("too many calls are under way; please send this one again");
        return bounds.api.refuse(Refusal { retry_after_s: Some(1), ..refusal }).await.into_response();
    };
    let answering = AssertUnwindSafe(next.run(request)).catch_unwind();
    let refusal = match tokio::time::timeout(bounds.within, answering).await {
        Ok(Ok(response)) => return response,
        Ok(Err(_)) => {
            Reason::Unknown.because("something went wrong on our side; please tell us the errorUUID")
        }
        Err(_) => Refusal {
            retry_after_s: Some(5),
            ..Reason::Database.because("the call took too long; please send it again later")
        },
    };
    bounds.api.refuse(refusal).await.into_response()
}
