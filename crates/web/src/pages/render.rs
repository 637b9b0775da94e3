//! Turning a template into an answer.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::assets;

/// What every page has around its content.
pub struct Frame {
    /// The page's title.
    pub title: String,
    /// The address of the style sheet, with its version.
    pub style: String,
    /// The address of the script, with its version.
    pub script: String,
}

impl Frame {
    /// The frame of a page with this title.
    pub fn new(title: &str) -> Self {
        Self {
            title: title.into(),
            style: assets::address("connector.css"),
            script: assets::address("connector.js"),
        }
    }
}

/// Writes a page out; templates are checked when compiled, so failing here is a defect of ours.
pub fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            (StatusCode::INTERNAL_SERVER_ERROR, "this page could not be written; please try again")
                .into_response()
        }
    }
}
