//! `/health/live` and `/health/ready`, for whoever starts, stops and watches the process.

use axum::extract::State;
use axum::http::StatusCode;

use super::source::Site;

/// The process answers.
pub async fn live() -> &'static str {
    "live\n"
}

/// The store behind the logs answers too.
pub async fn ready(State(site): State<Site>) -> (StatusCode, &'static str) {
    if site.log.ready().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready: the store does not answer\n")
    }
}
