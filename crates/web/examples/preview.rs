//! Serves the pages over fixtures: `cargo run -p web --example preview -- 8199`.
//!
//! A record posted to the API's address appears on the log and heals a moment later, so that the
//! browser tests can run before there is a hub.
#![expect(clippy::print_stdout, reason = "an example may end with its reader")]

#[path = "../tests/fixtures/mod.rs"]
mod fixtures;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use fixtures::Fixtures;
use web::pages::log::view::LineKind;
use web::pages::router::router;
use web::pages::source::Site;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(8199_u16);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let fixtures = Arc::new(Fixtures::new(&base));
    let site = Site {
        log: fixtures.clone(),
        home: Some(fixtures.clone()),
        now: fixtures::now,
        stop: tokio::sync::watch::channel(false).1,
    };
    let api = Router::new().route("/connector/api/2011-11/user", post(arrive)).with_state(fixtures);
    println!("{{\"home\":\"{base}/\",\"logs\":[\"{base}/log/kits-beach\",\"{base}/log/calm\"]}}");
    axum::serve(listener, router(site).merge(api)).await
}

static ARRIVED: AtomicUsize = AtomicUsize::new(9000);

async fn arrive(State(fixtures): State<Arc<Fixtures>>, body: String) -> String {
    let name = |tag: &str| {
        let inside = body.split_once(&format!("<{tag}>")).map(|(_, rest)| rest);
        inside.and_then(|rest| rest.split('<').next()).unwrap_or("?").to_owned()
    };
    let person = format!("{} {}", name("firstname"), name("lastname"));
    let place = ARRIVED.fetch_add(1, Ordering::Relaxed);
    let mut line = fixtures::fresh(&format!("new-{place}"), &person);
    let sent = [("e-mail", name("email")), ("mobile phone", name("mobile"))];
    line.detail.fields = sent.map(|(label, value)| (label.to_owned(), value)).into();
    line.detail.tracking = vec![format!("019aad5e-7c00-7000-8000-{place:012}")];
    fixtures.put(line.clone());
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        line.kind = LineKind::Info;
        line.summary = "entered in InTouch and sent to Jonas I4".into();
        line.open = false;
        fixtures.put(line);
    });
    let space = "http://www.intouchfollowup.com/api/2011-11";
    format!("<response xmlns=\"{space}\"><uuid>019aad5e-7c00-7000-8000-{place:012}</uuid></response>\n")
}
