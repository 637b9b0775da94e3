//! What a platform that is away makes of a hub: how fast it catches up, and what a backlog costs.

use std::time::Duration;

use anyhow::Result;

use crate::Options;
use crate::house::House;
use crate::load::{Record, at_rate, flat_out};
use crate::machine;
use crate::sink::{Sink, now};

/// Parts of a backlog whose rates are compared.
const PARTS: u64 = 10;
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

async fn backlog(options: &Options, records: u64) -> Result<()> {
    let sink = Sink::start().await?;
    let mut house = House::start(options, "open-spoke", sink.addr).await?;
    sink.be_away(true);
    let part = records / PARTS;
    for nth in 0..PARTS {
        let people = new_people(nth * part..(nth + 1) * part);
        let sent = flat_out(&house.target, options.connections, people).await?;
        println!(
            "records {} to {}: {:.0} accepted a second; memory {:.0} MB",
            nth * part,
            (nth + 1) * part,
            part as f64 / sent.took.as_secs_f64(),
            machine::memory(house.pid(), "VmRSS")?
        );
    }
    let peak = machine::memory(house.pid(), "VmHWM")?;
    let start_up = house.start_again().await?;
    tokio::time::sleep(REST).await;
    println!(
        "{records} records wait: memory peak {peak:.0} MB, {:.0} MB after a start that took {:.2} s",
        machine::memory(house.pid(), "VmRSS")?,
        start_up.as_secs_f64()
    );
    Ok(())
}
