//! Pages that stand where a log would be: unknown and withdrawn links, a club without an integration.

use askama::Template;
use axum::http::header::{ALLOW, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use jiff::Zoned;

use super::log::view::ClubHead;
use super::render::{Frame, html};
use super::source::KeyProblem;

#[derive(Template)]
#[template(path = "closed.html")]
struct Closed {
    frame: Frame,
    icon: &'static str,
    heading: String,
    reason: String,
    steps: Vec<&'static str>,
}

/// The page for a link that opens no log.
pub fn page(problem: &KeyProblem) -> Response {
    let (status, page) = match problem {
        KeyProblem::Unknown => (StatusCode::NOT_FOUND, unknown()),
        KeyProblem::Revoked { when } => (StatusCode::GONE, revoked(when)),
        KeyProblem::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, unavailable()),
    };
    let mut response = (status, html(&page)).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("30"));
    }
    response
}

/// The page for a club that no platform is connected to.
pub fn not_integrated(club: &ClubHead) -> Response {
    html(&closed(
        "plug",
        &format!("{} has no integration yet", club.name),
        "This page lists every record sent to or from a connected platform. No platform is connected to \
         this club, so there is nothing to list.",
        vec![
            "Ask your club’s owner or head office whether an integration has been ordered.",
            "If it has, integration support sends a short form: your club’s number in the other system, \
             and whom to ask for it.",
            "Keep this link. The first records appear here on the day the integration goes live.",
        ],
    ))
}

/// The page for an export that asks for what is not understood.
pub fn not_understood(complaints: &[String]) -> Response {
    let page = closed(
        "lost",
        "Nothing was exported",
        &complaints.join(" "),
        vec!["Correct the address, or set the filters on the page of the log and export from there."],
    );
    (StatusCode::BAD_REQUEST, html(&page)).into_response()
}

/// The page for an address that leads nowhere.
pub async fn nowhere() -> Response {
    let page = closed(
        "lost",
        "There is no page at this address",
        "The address may be mistyped, or the page may have moved.",
        vec!["If you were given a link to a Connector Log, open it again, complete to its last letter."],
    );
    (StatusCode::NOT_FOUND, html(&page)).into_response()
}

/// The page for a verb that no page takes.
pub async fn wrong_verb() -> Response {
    let page = closed(
        "lost",
        "Nothing can be sent to this address",
        "It only shows a page, so what was sent here was not taken, and nothing was changed.",
        vec![
            "To see the page, open the address in a browser.",
            "If a program of yours sends records here, let it send them to /connector/api/2011-11 instead; \
             /docs/api says how.",
        ],
    );
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")], html(&page)).into_response()
}

/// The page for a body that no page takes, in place of an answer that says so in few words.
pub async fn too_large(response: Response) -> Response {
    if response.status() != StatusCode::PAYLOAD_TOO_LARGE {
        return response;
    }
    let page = closed(
        "lost",
        "That was too much to send to this address",
        "Pages take 16 KiB at most, and need none of it. What was sent was not read, and nothing was changed.",
        vec![
            "To see the page, open the address in a browser.",
            "If a program of yours sends records here, let it send them to /connector/api/2011-11 instead, one \
             document of at most 1 MiB at a time; /docs/api says how.",
        ],
    );
    (StatusCode::PAYLOAD_TOO_LARGE, html(&page)).into_response()
}

/// The page for a fault of ours.
pub fn broken() -> Response {
    let page = closed(
        "lost",
        "This page could not be shown",
        "Something went wrong on our side. No record is lost by it: records travel on their own.",
        vec!["Please try again in a minute.", "If it stays like this, tell integration support."],
    );
    (StatusCode::INTERNAL_SERVER_ERROR, html(&page)).into_response()
}

fn unknown() -> Closed {
    closed(
        "lost",
        "This link opens no log",
        "No club’s Connector Log has this address. Often a part of the link was lost when it was copied.",
        vec![
            "Open the link again from where you got it, complete to its last letter.",
            "An administrator of your club finds the right one in the club’s InTouch settings, under Connector Log.",
        ],
    )
}

fn revoked(when: &Zoned) -> Closed {
    let when = when.strftime("%-d %B %Y at %H:%M");
    closed(
        "locked",
        "This link has been withdrawn",
        &format!(
            "It used to open a club’s Connector Log. On {when}, on the club’s clock, it was replaced or switched off. \
             Nothing is wrong with the integration itself."
        ),
        vec![
            "Ask an administrator of your club for the new link. It is in the club’s InTouch settings, under Connector Log.",
            "Then replace this one on your desktop and in your bookmarks.",
        ],
    )
}

fn unavailable() -> Closed {
    closed(
        "lost",
        "The log cannot be read just now",
        "Records keep travelling; only this page is affected.",
        vec!["Please try again in half a minute."],
    )
}

fn closed(icon: &'static str, heading: &str, reason: &str, steps: Vec<&'static str>) -> Closed {
    Closed { frame: Frame::new(heading), icon, heading: heading.into(), reason: reason.into(), steps }
}
