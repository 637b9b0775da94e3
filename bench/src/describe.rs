//! What it costs that platforms are described and not coded: the time of a call beyond its network, and of loading
//! descriptions.
//!
//! Every bundled platform gets the person of one of its own samples, and a network that answers as the sample says, at once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use async_trait::async_trait;
use comfy_table::{Table, presets};
use model::Outcome;
use platform::library::Library;
use platform::net::{NetError, Request, Response};
use platform::samples::{self, Sample, SampleCall};
use platform::{Description, Endpoint, Net, Tokens};

use crate::sink::now;

/// Calls of each platform.
const CALLS: u32 = 20_000;
/// Descriptions that are loaded, the bundled ones over and over.
const LOADED: usize = 100;

/// A network that answers at once, each address as the sample says.
struct Instant {
    answers: Vec<(String, Result<Response, NetError>)>,
}

impl Instant {
    fn of(calls: &[SampleCall]) -> Instant {
        let answers = calls.iter().map(|call| (call.request.url.clone(), call.response.answer())).collect();
        Instant { answers }
    }
}

#[async_trait]
impl Net for Instant {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let same = |(url, _): &&(String, _)| url == request.url.as_str();
        let nobody = || NetError::Refused("the sample has no such call".to_owned());
        self.answers.iter().find(same).map_or_else(|| Err(nobody()), |(_, answer)| answer.clone())
    }
}

/// Measures.
pub async fn run() -> Result<Table> {
    let library = Library::bundled().map_err(|mistakes| anyhow::anyhow!("{mistakes}"))?;
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN).set_header(["platform", "call", "µs a call"]);
    for name in library.names() {
        let description = library.get(name).context("it was just named")?;
        let Some(sample) = saved_person(&library, name)? else { continue };
        let took = calls(description, &sample).await?;
        let per_call = took.as_secs_f64() * 1e6 / f64::from(CALLS);
        table.add_row([name.to_owned(), sample.operation.name().to_owned(), format!("{per_call:.1}")]);
    }
    let texts: Vec<&str> = library.names().filter_map(|name| library.text(name)).collect();
    let start = now();
    for text in texts.iter().cycle().take(LOADED) {
        Description::parse("platform.yaml", text).map_err(|mistakes| anyhow::anyhow!("{mistakes}"))?;
    }
    let took = format!("{:.3} s", start.elapsed().as_secs_f64());
    table.add_row([format!("{LOADED} descriptions"), "loaded in".to_owned(), took]);
    Ok(table)
}

async fn calls(description: Arc<Description>, sample: &Sample) -> Result<Duration> {
    let (settings, given) = (sample.settings(&description), sample.given());
    let net = Arc::new(Instant::of(&sample.calls));
    let endpoint = Endpoint::bind(description, settings, net, Arc::new(Tokens::new()))
        .map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let start = now();
    for _ in 0..CALLS {
        let answer = endpoint.call(sample.operation, &given).await;
        let saved = matches!(answer.outcome, Outcome::Saved { .. });
        anyhow::ensure!(saved, "{}: {:?}", sample.case, answer.outcome);
    }
    Ok(start.elapsed())
}

/// A sample in which a person is saved, the one with most fields.
fn saved_person(library: &Library, name: &str) -> Result<Option<Sample>> {
    let mut best: Option<Sample> = None;
    for (file, text) in library.samples(name)? {
        let sample = samples::read(&text).with_context(|| file)?;
        let saves = sample.operation.name().ends_with("_prospect") && sample.expected.outcome == "saved";
        let fields = |sample: &Sample| sample.given.person.len();
        if saves && best.as_ref().is_none_or(|best| fields(best) < fields(&sample)) {
            best = Some(sample);
        }
    }
    Ok(best)
}
