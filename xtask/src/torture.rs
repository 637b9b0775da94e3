//! `cargo xtask torture`: kills the real binary under load, again and again, and compares the books; or, with
//! `--schedules` or `--seed`, plays the hub on a virtual clock with every fault drawn from a seed.

use anyhow::Result;

use crate::shell;

/// The ways in which a hub is broken on purpose, as `crates/store/src/sabotage.rs` names them.
const WAYS: [&str; 3] = ["ack-before-commit", "mark-skipped", "fence-removed"];
/// Minutes within which a broken hub must be found out.
const FOUND_WITHIN: &str = "2";
/// Where broken binaries are built, so that none is ever taken for a good one.
const APART: &str = "target/sabotage";

/// How long, and against what.
#[derive(clap::Args)]
pub struct Options {
    /// Instead, build hubs that are broken on purpose, and see each of them found out
    #[arg(long)]
    broken: bool,
    /// Instead, play so many schedules of the simulation
    #[arg(long)]
    schedules: Option<u64>,
    /// Instead, play the schedule of this seed again and tell all of it; with `--schedules`, the first seed
    #[arg(long)]
    seed: Option<u64>,
    /// Passed on: `--kills`, `--minutes`, `--senders`, `--seed` after `--`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and kills.
pub fn run(options: &Options) -> Result<()> {
    if options.schedules.is_some() || options.seed.is_some() {
        return simulate(options);
    }
    shell::run(shell::cargo().args(["build", "--release", "-p", "connector", "-p", "torture"]))?;
    let torture = ["run", "--quiet", "--release", "-p", "torture", "--"];
    if !options.broken {
        return shell::run(shell::cargo().args(torture).args(&options.arguments));
    }
    let broken = ["build", "-p", "connector", "--features", "connector/sabotage", "--target-dir", APART];
    shell::run(shell::cargo().args(broken))?;
    let binary = format!("{APART}/debug/connector");
    for way in WAYS {
        println!("broken by {way}:");
        let ours = ["--binary", &binary, "--broken", way, "--minutes", FOUND_WITHIN, "--a-house", "20"];
        shell::run(shell::cargo().args(torture).args(ours).args(&options.arguments))?;
    }
    Ok(())
}

fn simulate(options: &Options) -> Result<()> {
    let seeds = match (options.schedules, options.seed) {
        (Some(schedules), from) => vec![
            "--schedules".to_owned(),
            schedules.to_string(),
            "--from".to_owned(),
            from.unwrap_or(1).to_string(),
        ],
        (None, seed) => vec!["--seed".to_owned(), seed.unwrap_or(1).to_string()],
    };
    let simulation = ["run", "--quiet", "--release", "-p", "simulation"];
    if !options.broken {
        return shell::run(shell::cargo().args(simulation).arg("--").args(&seeds).args(&options.arguments));
    }
    for way in WAYS {
        println!("broken by {way}:");
        let broken = ["run", "--quiet", "-p", "simulation", "--features", "sabotage", "--target-dir", APART];
        let mut command = shell::cargo();
        command.args(broken).args(["--", "--broken"]).args(&seeds).env("CONNECTOR_SABOTAGE", way);
        shell::run(&mut command)?;
    }
    Ok(())
}
