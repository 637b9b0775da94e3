//! The benchmark: the release binary with its store on disk, our own load generator and receiving platform on loopback.
//!
//! `cargo xtask bench` builds and runs it. Figures are printed as a table and, with `--json FILE`, kept. With
//! `--postgres` the hub keeps everything in a PostgreSQL server of its own, which syncs as a real one does. `--outage-s`,
//! `--backlog` and `--isolation` measure what a platform that is away makes of a hub instead, and `--soak-min` what time does. Nothing here is a test: a figure is measured,
//! never asserted.
#![expect(clippy::print_stdout, reason = "a measurement may end with its reader")]

mod describe;
mod house;
mod isolation;
mod load;
mod long;
mod machine;
mod phases;
#[expect(
    dead_code,
    clippy::print_stderr,
    reason = "the store's tests use the rest of it; a server that is missing is told"
)]
#[path = "../../crates/store/tests/house/postgres.rs"]
mod postgres;
mod report;
mod sink;
mod soak;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

/// What to measure.
#[derive(Clone, Debug, Parser)]
struct Options {
    /// The binary.
    #[arg(long, default_value = "target/release/connector")]
    binary: PathBuf,
    /// Records to create, and to update.
    #[arg(long, default_value_t = 20_000)]
    records: u64,
    /// Connections of the load generator.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Seconds at a fixed rate.
    #[arg(long, default_value_t = 15)]
    fixed_s: u64,
    /// The fixed rate, a second.
    #[arg(long, default_value_t = 200)]
    fixed_rate: u64,
    /// On a PostgreSQL server that is made for it.
    #[arg(long)]
    postgres: bool,
    /// How many nodes; more than one need `--postgres`.
    #[arg(long, default_value_t = 1)]
    nodes: usize,
    /// Instead, let the platform be away for so many seconds at the fixed rate, and see how long it takes to catch up.
    #[arg(long)]
    outage_s: Option<u64>,
    /// Instead, let so many records wait for a platform that is away: rates, memory, and how long a start takes.
    #[arg(long)]
    backlog: Option<u64>,
    /// Instead, see what a dead platform and one that answers after five seconds take from a third, in so many pairs of runs.
    #[arg(long)]
    isolation: Option<usize>,
    /// Instead, change a settled population at the fixed rate for so many minutes, and see what memory and disk do.
    #[arg(long)]
    soak_min: Option<u64>,
    /// Instead, see what a call costs beyond its network, for each platform that comes with the Connector.
    #[arg(long)]
    descriptions: bool,
    /// Keep the figures here.
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if options.descriptions {
        println!("{}", runtime.block_on(describe::run())?);
        return Ok(());
    }
    if let Some(pairs) = options.isolation {
        return runtime.block_on(isolation::run(&options, pairs));
    }
    if let Some(minutes) = options.soak_min {
        return runtime.block_on(soak::run(&options, minutes));
    }
    if options.outage_s.is_some() || options.backlog.is_some() {
        return runtime.block_on(long::run(&options));
    }
    let report = runtime.block_on(phases::run(&options))?;
    println!("{report}");
    if let Some(file) = &options.json {
        std::fs::write(file, format!("{:#}\n", report.json()))?;
    }
    Ok(())
}
