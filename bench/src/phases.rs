//! What is measured, in order: creates, updates, a fixed rate; then the same creates over SOAP.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::Options;
use crate::house::House;
use crate::load::{Record, Sent, at_rate, flat_out};
use crate::machine;
use crate::report::{Phase, Report};
use crate::sink::{Sink, now};

/// Measures everything.
pub async fn run(options: &Options) -> Result<Report> {
    let folder = std::env::current_dir()?.join("target");
    let mut report = Report::new(machine::describe(), machine::fdatasync_ms(&folder)?);
    let sink = Sink::start().await?;
    let house = House::start(options, "open-spoke", sink.addr).await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    report.start_up_s = house.start_up.as_secs_f64();
    report.idle_mb = house.memory("VmRSS")?;
    let n = options.records;

    let creates: Vec<Record> = (0..n).map(|person| Record { person, marker: person + 1 }).collect();
    let sent = flat_out_measured(&house, &sink, options, creates).await?;
    report.phases.push(phase("creates, JSON", sent));
    if !options.postgres {
        report.index_ms = index_cost(&house).await?;
        report.measure_rows(&house.data.join("connector.db"), n)?;
    }

    let updates: Vec<Record> = (0..n).map(|person| Record { person, marker: n + person + 1 }).collect();
    let sent = flat_out_measured(&house, &sink, options, updates).await?;
    report.phases.push(phase("updates, JSON", sent));
    if !options.postgres {
        house.indexed().await?;
    }

    let fixed = options.fixed_s * options.fixed_rate;
    let steady: Vec<Record> =
        (0..fixed).map(|at| Record { person: n + at, marker: 2 * n + at + 1 }).collect();
    let watch = Watch::begin(&house, &sink)?;
    let sent = at_rate(&house.target, options.connections, options.fixed_rate, steady).await?;
    house.settled().await?;
    report
        .phases
        .push(phase(&format!("creates at {}/s", options.fixed_rate), watch.end(&house, &sink, sent)?));

    report.peak_mb = house.memory("VmHWM")?;
    report.lost = (n + fixed).saturating_sub(sink.people());
    report.doubled = sink.people().saturating_sub(n + fixed);
    report.reordered = sink.with(|arrivals| arrivals.older);
    drop(house);

    let sink = Sink::start().await?;
    let house = House::start(options, "open-spoke-soap", sink.addr).await?;
    let creates: Vec<Record> = (0..n / 2).map(|person| Record { person, marker: person + 1 }).collect();
    let sent = flat_out_measured(&house, &sink, options, creates).await?;
    report.phases.push(phase("creates, SOAP", sent));
    Ok(report)
}

/// What the search index costs, in milliseconds of CPU a person; it is filled behind the accept, and so apart.
async fn index_cost(house: &House) -> Result<f64> {
    let before = house.cpu()?;
    let people = house.indexed().await?;
    let took = house.cpu()?.saturating_sub(before);
    Ok(took.as_secs_f64() * 1000.0 / people.max(1) as f64)
}

/// A load and what it cost.
pub struct Measured {
    sent: Sent,
    settled: Duration,
    cpu: Duration,
    delivered: Vec<Duration>,
    saves: u64,
}

struct Watch {
    started: Instant,
    cpu: Duration,
    saves: u64,
}

impl Watch {
    fn begin(house: &House, sink: &Sink) -> Result<Watch> {
        Ok(Watch { started: now(), cpu: house.cpu()?, saves: sink.with(|arrivals| arrivals.saves) })
    }

    fn end(self, house: &House, sink: &Sink, sent: Sent) -> Result<Measured> {
        let settled = self.started.elapsed();
        let cpu = house.cpu()?.saturating_sub(self.cpu);
        let (delivered, saves) = sink.with(|arrivals| {
            let delivered = sent.began.iter().filter_map(|(marker, began)| {
                arrivals.first.get(marker).map(|arrived| arrived.saturating_duration_since(*began))
            });
            (delivered.collect(), arrivals.saves - self.saves)
        });
        Ok(Measured { sent, settled, cpu, delivered, saves })
    }
}

async fn flat_out_measured(
    house: &House,
    sink: &Sink,
    options: &Options,
    records: Vec<Record>,
) -> Result<Measured> {
    let watch = Watch::begin(house, sink)?;
    let sent = flat_out(&house.target, options.connections, records).await?;
    house.settled().await?;
    watch.end(house, sink, sent)
}

fn phase(name: &str, mut measured: Measured) -> Phase {
    let records = measured.sent.answered.len() as f64;
    Phase {
        name: name.to_owned(),
        records: records as u64,
        folded: (records as u64).saturating_sub(measured.saves),
        accepted_per_s: records / measured.sent.took.as_secs_f64(),
        settled_per_s: records / measured.settled.as_secs_f64(),
        answered_ms: percentiles(&mut measured.sent.answered),
        delivered_ms: percentiles(&mut measured.delivered),
        cpu_ms: measured.cpu.as_secs_f64() * 1000.0 / records,
    }
}

/// The median, the 95th and the 99th percentile, in milliseconds.
pub fn percentiles(times: &mut [Duration]) -> [f64; 3] {
    times.sort();
    [50, 95, 99].map(|percent| {
        let place = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
    })
}
