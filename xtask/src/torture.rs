//! `cargo xtask torture`: kills the real binary under load, again and again, and compares the books.

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
    /// Passed on: `--kills`, `--minutes`, `--senders`, `--seed`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and kills.
pub fn run(options: &Options) -> Result<()> {
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
