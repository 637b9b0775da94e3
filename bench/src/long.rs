//! What a platform that is away makes of a hub: how fast it catches up, and what a backlog costs.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::Options;
use crate::house::House;
use crate::load::{Record, at_rate, flat_out};
use crate::machine;
use crate::sink::{Sink, now};

/// Parts of a backlog whose rates are compared.
const PARTS: u64 = 10;
/// How often it is looked who arrived; nobody within this time is a hub that stands still.
const LOOK: Duration = Duration::from_secs(1);
/// How long a hub with a backlog is left alone before its memory is read.
const REST: Duration = Duration::from_secs(5);

/// Measures what was asked for.
pub async fn run(options: &Options) -> Result<()> {
    println!("{}", machine::describe());
    if let Some(seconds) = options.outage_s {
        outage(options, seconds).await?;
    }
    if let Some(records) = options.backlog {
        backlog(options, records).await?;
    }
    Ok(())
}

fn new_people(range: std::ops::Range<u64>) -> Vec<Record> {
    range.map(|person| Record { person, marker: person + 1 }).collect()
}

async fn outage(options: &Options, seconds: u64) -> Result<()> {
    let sink = Sink::start().await?;
    let house = House::start(options, "open-spoke", sink.addr).await?;
    let count = seconds * options.fixed_rate;
    sink.be_away(true);
    at_rate(&house.target, options.connections, options.fixed_rate, new_people(0..count)).await?;
    sink.be_away(false);
    let back = now();
    house.settled().await?;
    println!(
        "away for {seconds} s at {}/s: {count} records settled {:.1} s after it was back; lost {}",
        options.fixed_rate,
        back.elapsed().as_secs_f64(),
        count.saturating_sub(sink.people())
    );
    Ok(())
}

/// People pile up for a platform that is away, while another takes them: what it is delivered in the first part is the rate of an
/// empty hub, what it is delivered in the last that of a hub with long tables and a long backlog.
async fn backlog(options: &Options, records: u64) -> Result<()> {
    let [well, away] = [Sink::start().await?, Sink::start().await?];
    let mut house =
        House::start_beside(options, ("open-spoke", well.addr), &[("open-spoke-soap", away.addr)]).await?;
    away.be_away(true);
    let part = records / PARTS;
    let mut rates = Vec::new();
    for nth in 0..PARTS {
        let people = new_people(nth * part..(nth + 1) * part);
        let (started, cpu) = (now(), house.cpu()?);
        flat_out(&house.target, options.connections, people).await?;
        arrived(&well, (nth + 1) * part).await?;
        let rate = part as f64 / started.elapsed().as_secs_f64();
        println!(
            "records {} to {}: {rate:.0} delivered a second, {:.3} ms of CPU each; memory {:.0} MB",
            nth * part,
            (nth + 1) * part,
            house.cpu()?.saturating_sub(cpu).as_secs_f64() * 1000.0 / part as f64,
            house.memory("VmRSS")?
        );
        rates.push(rate);
    }
    let peak = house.memory("VmHWM")?;
    let start_up = house.start_again().await?;
    tokio::time::sleep(REST).await;
    println!(
        "{records} records wait: the last part at {:.0} % of the first's rate; memory peak {peak:.0} MB, {:.0} MB after a start that took {:.2} s",
        rates.last().zip(rates.first()).map_or(f64::NAN, |(last, first)| last / first * 100.0),
        house.memory("VmRSS")?,
        start_up.as_secs_f64()
    );
    Ok(())
}

/// Waits until so many people are there.
async fn arrived(sink: &Sink, people: u64) -> Result<()> {
    let mut before = 0;
    while sink.people() < people {
        tokio::time::sleep(LOOK).await;
        before = if sink.people() > before {
            sink.people()
        } else {
            bail!("nobody arrives any more: {before} of {people}")
        };
    }
    Ok(())
}
