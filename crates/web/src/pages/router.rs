//! All routes of the pages, and all layers around them.

use std::any::Any;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use super::source::Site;
use super::{assets, closed, docs, headers, health, home, log};

/// No page takes a body worth mentioning.
const BODY_MAX_BYTES: usize = 16 * 1024;
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// The pages. What is merged beside them brings its own limits, and no fallback.
pub fn router(site: Site) -> Router {
    let pages = Router::new()
        .route("/", get(home::page::show))
        .route("/log/{key}", get(log::page::show))
        .route("/log/{key}/export.csv", get(log::export::csv))
        .route("/docs/api", get(docs::api))
        .route("/assets/{name}", get(assets::serve))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback(closed::nowhere)
        .method_not_allowed_fallback(closed::wrong_verb)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_WITHIN));

    let following = Router::new()
        .route("/live", get(home::page::follow))
        .route("/log/{key}/live", get(log::live::follow))
        .method_not_allowed_fallback(closed::wrong_verb);

    pages
        .merge(following)
        .with_state(site)
        .layer(RequestBodyLimitLayer::new(BODY_MAX_BYTES))
        .layer(middleware::map_response(closed::too_large))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(headers::set))
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a page panicked; see the message on standard error");
    closed::broken()
}
