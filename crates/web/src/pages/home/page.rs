//! `GET /` and its live figures.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::view::HomeView;
use crate::pages::log::words::grouped;
use crate::pages::render::{Frame, html};
use crate::pages::source::Site;
use crate::pages::{closed, live};

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    /// Labels and figures, ready to read.
    counts: Vec<(String, String)>,
    home: HomeView,
}

impl HomePage {
    fn new(home: HomeView) -> Self {
        let counts = home.counts.iter().map(|count| (count.label.clone(), grouped(count.value))).collect();
        Self { frame: Frame::new("Connector demonstration"), counts, home }
    }
}

#[derive(Template)]
#[template(path = "front.html")]
struct FrontPage {
    frame: Frame,
}

/// The landing page: doors in a demonstration, two sentences otherwise.
pub async fn show(State(site): State<Site>) -> Response {
    match &site.home {
        Some(source) => html(&HomePage::new(source.home().await)),
        None => html(&FrontPage { frame: Frame::new("Connector") }),
    }
}

/// Keeps the figures current.
pub async fn follow(State(site): State<Site>) -> Response {
    match &site.home {
        Some(source) => live::events(source.changes(), site.stop),
        None => closed::nowhere().await,
    }
}
