//! `GET /docs/api`: the contract of API `2011-11` for partner developers, with examples to copy.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::home::view::ApiDoor;
use super::render::{Frame, html};
use super::source::Site;

#[derive(Template)]
#[template(path = "docs/api.html")]
struct ApiGuide {
    frame: Frame,
    api: ApiDoor,
    works_as_is: bool,
}

/// Shows the guide; in a demonstration its examples work when copied.
pub async fn api(State(site): State<Site>) -> Response {
    let (api, works_as_is) = match &site.home {
        Some(source) => (source.home().await.api, true),
        None => (ApiDoor::default(), false),
    };
    html(&ApiGuide { frame: Frame::new("API 2011-11 · Connector"), api, works_as_is })
}
