//! Torture: the real binary, killed again and again in the middle of a load.
//!
//! `cargo xtask torture` builds and runs it. A *house* is a hub with simulated Jonas I4 (which cannot be asked) and VFP
//! (which can), one client and one club. Senders save leads and edit them; every few hundred milliseconds the hub is
//! killed with SIGKILL and started again. After so many kills the senders stop, the hub settles, and what the platforms
//! hold is compared with what was acknowledged. Then the next house is built. With `--postgres` the hub keeps everything
//! in a throw-away PostgreSQL server; with `--nodes` it is several nodes, one of which is killed, or stands still for
//! longer than it is believed to be alive, or finds its database gone.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a chore tells what it does, and has a clock"
)]

mod house;
mod load;
mod node;
#[expect(
    dead_code,
    clippy::print_stderr,
    reason = "the store's tests use the rest of it; a server that is missing is told"
)]
#[path = "../../crates/store/tests/house/postgres.rs"]
mod postgres;
mod verdict;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Parser;

use house::House;
use verdict::Wrong;

/// What to do.
#[derive(Clone, Debug, Parser)]
struct Options {
    /// The binary.
    #[arg(long, default_value = "target/release/connector")]
    binary: PathBuf,
    /// How many kills in all.
    #[arg(long, default_value_t = 1_000)]
    kills: u32,
    /// How many kills of one house before its books are checked.
    #[arg(long, default_value_t = 50)]
    a_house: u32,
    /// Stop after so many minutes, whatever was reached.
    #[arg(long)]
    minutes: Option<u64>,
    /// On a PostgreSQL server that is made for it.
    #[arg(long)]
    postgres: bool,
    /// How many nodes; more than one need `--postgres`.
    #[arg(long, default_value_t = 1)]
    nodes: usize,
    /// How many senders save at once.
    #[arg(long, default_value_t = 6)]
    senders: usize,
    /// What the moments of the kills are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The binary is broken on purpose in this way: end well as soon as that is found out, and badly if it is not.
    #[arg(long)]
    broken: Option<String>,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let until = options.minutes.map(|minutes| Instant::now() + Duration::from_mins(minutes));
    let mut chance = fastrand::Rng::with_seed(options.seed);
    let mut total = Total::default();
    let server = if options.postgres { Some(house::server()?) } else { None };
    while total.kills < options.kills && until.is_none_or(|until| Instant::now() < until) {
        let kills = options.a_house.min(options.kills - total.kills);
        let mut house = House::open(&options, server).await?;
        let acknowledged = load::under_blows(&mut house, &options, (kills, until), &mut chance).await?;
        let verdict =
            verdict::of(&house, &acknowledged, house.kills + house.freezes + house.restarts).await?;
        total.add(&house, &verdict);
        println!("{total}");
        if !verdict.wrong.is_empty() {
            verdict.wrong.iter().take(20).for_each(|wrong| println!("  {wrong}"));
            if options.broken.is_some() {
                println!("found out after {} kills", total.kills);
                return Ok(ExitCode::SUCCESS);
            }
            house.keep();
            return Ok(ExitCode::FAILURE);
        }
    }
    let found_nothing = options.broken.is_some();
    if let Some(how) = &options.broken {
        println!("a hub broken by `{how}` was not found out");
    }
    Ok(if found_nothing { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What was reached so far.
#[derive(Default)]
struct Total {
    kills: u32,
    freezes: u32,
    restarts: u32,
    houses: u32,
    acknowledged: usize,
    held: usize,
    wrong: Vec<Wrong>,
}

impl Total {
    fn add(&mut self, house: &House, verdict: &verdict::Verdict) {
        self.kills += house.kills;
        self.freezes += house.freezes;
        self.restarts += house.restarts;
        self.houses += 1;
        self.acknowledged += verdict.acknowledged;
        self.held += verdict.held;
        self.wrong.extend(verdict.wrong.iter().cloned());
    }
}

impl std::fmt::Display for Total {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = |kind: fn(&Wrong) -> bool| self.wrong.iter().filter(|wrong| kind(wrong)).count();
        write!(
            f,
            "{} kills, {} freezes, {} restarts of the database, {} houses: {} people acknowledged, {} held in doubt at the platform that cannot be asked; \
             lost {}, doubled {}, older after newer or else forbidden {}",
            self.kills,
            self.freezes,
            self.restarts,
            self.houses,
            self.acknowledged,
            self.held,
            count(|wrong| matches!(wrong, Wrong::Lost { .. })),
            count(|wrong| matches!(wrong, Wrong::Doubled { .. })),
            count(|wrong| matches!(wrong, Wrong::Forbidden { .. } | Wrong::Unsettled { .. })),
        )
    }
}
