//! What time does to a hub: memory and disk, minute by minute, while a settled population is changed at a steady rate.

use std::path::Path;

use anyhow::Result;

use crate::Options;
use crate::house::House;
use crate::load::{Record, at_rate, flat_out};
use crate::machine;
use crate::sink::Sink;

/// What is read each minute.
struct Minute {
    memory_mb: f64,
    disk_mb: f64,
}

/// Soaks for so many minutes.
pub async fn run(options: &Options, minutes: u64) -> Result<()> {
    println!("{}", machine::describe());
    let sink = Sink::start().await?;
    let house = House::start(options, "open-spoke", sink.addr).await?;
    let population = options.records;
    let people = (0..population).map(|person| Record { person, marker: person + 1 }).collect();
    flat_out(&house.target, options.connections, people).await?;
    house.settled().await?;
    let a_minute = 60 * options.fixed_rate;
    let mut read = Vec::new();
    for minute in 0..minutes {
        let from = population + minute * a_minute;
        let changes =
            (from..from + a_minute).map(|nth| Record { person: nth % population, marker: nth + 1 }).collect();
        let sent = at_rate(&house.target, options.connections, options.fixed_rate, changes).await?;
        house.settled().await?;
        let now = Minute { memory_mb: house.memory("VmRSS")?, disk_mb: size_mb(&house.data)? };
        println!(
            "minute {}: {} changes, memory {:.1} MB, disk {:.1} MB",
            minute + 1,
            sent.answered.len(),
            now.memory_mb,
            now.disk_mb
        );
        read.push(now);
    }
    let settled = &read[read.len() / 4..];
    let memory = slope(settled.iter().map(|minute| minute.memory_mb)) * 60.0;
    let disk = slope(settled.iter().map(|minute| minute.disk_mb));
    println!(
        "{minutes} minutes at {}/s, {population} people; without the first quarter: memory {memory:+.1} MB an hour, disk {:.0} \
         bytes a change; lost {}, older after newer {}",
        options.fixed_rate,
        disk * 1_048_576.0 / a_minute as f64,
        population.saturating_sub(sink.people()),
        sink.with(|arrivals| arrivals.older)
    );
    Ok(())
}

/// The size of the files in a folder.
fn size_mb(folder: &Path) -> Result<f64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let about = entry?.metadata()?;
        bytes += if about.is_file() { about.len() } else { 0 };
    }
    Ok(bytes as f64 / 1_048_576.0)
}

/// The slope of evenly spaced figures, a step, by least squares.
fn slope(figures: impl ExactSizeIterator<Item = f64>) -> f64 {
    let middle = (figures.len() as f64 - 1.0) / 2.0;
    let (mut above, mut below) = (0.0, 0.0);
    for (at, figure) in figures.enumerate() {
        let from_middle = at as f64 - middle;
        above += from_middle * figure;
        below += from_middle * from_middle;
    }
    if below > 0.0 { above / below } else { 0.0 }
}
