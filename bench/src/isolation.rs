//! What platforms in trouble take from one that is well: runs beside them, each after a run without them.

use std::time::Duration;

use anyhow::Result;

use crate::Options;
use crate::house::House;
use crate::load::{Record, at_rate};
use crate::machine;
use crate::phases::percentiles;
use crate::sink::Sink;

/// How late the slow platform answers.
const LATE: Duration = Duration::from_secs(5);
/// How long the last records are waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// Measures so many pairs.
pub async fn run(options: &Options, pairs: usize) -> Result<()> {
    println!("{}", machine::describe());
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for pair in 0..pairs {
        let (without, with) = (delivered_p95(options, false).await?, delivered_p95(options, true).await?);
        println!(
            "pair {}: delivered p95 {without:.2} ms alone, {with:.2} ms beside a dead and a slow platform",
            pair + 1
        );
        alone.push(without);
        beside.push(with);
    }
    let (alone, beside) = (median(alone), median(beside));
    println!(
        "at {}/s, medians of {pairs}: {alone:.2} ms alone, {beside:.2} ms beside; allowed are {:.2} ms",
        options.fixed_rate,
        alone + (alone * 0.1).max(1.0)
    );
    Ok(())
}

async fn delivered_p95(options: &Options, in_trouble: bool) -> Result<f64> {
    let [well, dead, slow] = [Sink::start().await?, Sink::start().await?, Sink::start().await?];
    let others = [("jonas-i4", dead.addr), ("open-spoke-soap", slow.addr)];
    let beside = if in_trouble { &others[..] } else { &[] };
    let house = House::start_beside(options, ("open-spoke", well.addr), beside).await?;
    dead.be_away(true);
    slow.be_late(LATE);
    let count = options.fixed_s * options.fixed_rate;
    let people = (0..count).map(|person| Record { person, marker: person + 1 }).collect();
    let sent = at_rate(&house.target, options.connections, options.fixed_rate, people).await?;
    tokio::time::sleep(PATIENCE).await;
    let mut delivered: Vec<Duration> = well.with(|arrivals| {
        let arrived = |(marker, began): &(u64, std::time::Instant)| {
            Some(arrivals.first.get(marker)?.saturating_duration_since(*began))
        };
        sent.began.iter().filter_map(arrived).collect()
    });
    let missing = count.saturating_sub(delivered.len() as u64);
    if missing > 0 {
        println!("{missing} of {count} had not arrived by then");
    }
    Ok(percentiles(&mut delivered)[1])
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
