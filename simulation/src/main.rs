//! Plays schedules, as many as are asked for, and tells what broke.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a chore tells what it does, and has a clock"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Result, anyhow};
use clap::Parser;
use simulation::{Played, play};

/// How many events of a schedule that broke are shown.
const TAIL: usize = 60;

/// What to do.
#[derive(Parser)]
struct Options {
    /// How many schedules.
    #[arg(long, default_value_t = 1_000)]
    schedules: u64,
    /// Play this one alone, and tell everything.
    #[arg(long)]
    seed: Option<u64>,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// How many hubs on one store.
    #[arg(long, default_value_t = 1)]
    nodes: u32,
    /// How many at once.
    #[arg(long, default_value_t = 2)]
    threads: u64,
    /// The hub is broken on purpose: end well as soon as that is found out, and badly if it is not.
    #[arg(long)]
    broken: bool,
}

#[derive(Default)]
struct Total {
    schedules: u64,
    people: u64,
    calls: u64,
    faults: BTreeMap<&'static str, u64>,
    broke: Vec<(u64, Played)>,
}

fn main() -> Result<ExitCode> {
    let options = Options::parse();
    if let Some(seed) = options.seed {
        let played = play(seed, options.nodes)?;
        played.told.events.iter().for_each(|event| println!("{event}"));
        played.told.violations.iter().for_each(|wrong| println!("WRONG {wrong}"));
        return Ok(ending(played.told.violations.is_empty()));
    }
    let began = Instant::now();
    let (next, stop, total) = (AtomicU64::new(0), AtomicBool::new(false), Mutex::new(Total::default()));
    std::thread::scope(|scope| {
        let players = (0..options.threads).map(|_| scope.spawn(|| players(&options, (&next, &stop), &total)));
        let players: Vec<_> = players.collect();
        players.into_iter().try_for_each(|player| player.join().map_err(|_| anyhow!("a player broke off"))?)
    })?;
    let total = total.into_inner().map_err(|_| anyhow!("a player broke off"))?;
    total.tell(began.elapsed().as_secs_f64());
    Ok(ending(total.broke.is_empty() != options.broken))
}

fn ending(well: bool) -> ExitCode {
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn players(options: &Options, (next, stop): (&AtomicU64, &AtomicBool), total: &Mutex<Total>) -> Result<()> {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= options.schedules || stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        let seed = options.from + number;
        let played = play(seed, options.nodes)?;
        let mut total = total.lock().map_err(|_| anyhow!("a player broke off"))?;
        if !played.told.violations.is_empty() {
            stop.store(options.broken || total.broke.len() >= 20, Ordering::Relaxed);
        }
        total.add(seed, played);
    }
}

impl Total {
    fn add(&mut self, seed: u64, played: Played) {
        self.schedules += 1;
        self.people += played.people;
        self.calls += played.told.calls;
        for (kind, count) in &played.told.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        if !played.told.violations.is_empty() {
            self.broke.push((seed, played));
        }
    }

    fn tell(&self, seconds: f64) {
        for (seed, played) in &self.broke {
            println!("seed {seed}:");
            played.told.violations.iter().for_each(|wrong| println!("  {wrong}"));
        }
        if let Some((seed, played)) = self.broke.first() {
            println!("the end of {seed}; `cargo xtask torture --seed {seed}` tells all of it:");
            let from = played.told.events.len().saturating_sub(TAIL);
            played.told.events[from..].iter().for_each(|event| println!("  {event}"));
        }
        let Total { schedules, people, calls, broke, .. } = self;
        println!(
            "{schedules} schedules in {seconds:.1} s: {people} people, {calls} calls, {} broke",
            broke.len()
        );
        self.faults.iter().for_each(|(kind, count)| println!("  {kind}: {count}"));
    }
}
