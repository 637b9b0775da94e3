//! The chores of this repository: `cargo xtask test`, `bench`, `fuzz`, `platforms` and `torture`.
//!
//! Each chore is one module and one variant of `Chore`. Nothing here is part of the product or of its normal build.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore may end with its reader")]

mod bench;
mod fuzz;
mod platforms;
mod shell;
mod test;
mod torture;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The chores of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check formatting, lints and documentation, and run every test
    Test(test::Options),
    /// Measure the release binary: rates, latencies, CPU and memory
    Bench(bench::Options),
    /// Look for bytes with which a place where foreign bytes come in does not end well
    Fuzz(fuzz::Options),
    /// Show what is described, sampled, simulated and played from end to end, operation by operation
    Platforms(platforms::Options),
    /// Kill the release binary under load, again and again, and compare what was acknowledged with what arrived
    Torture(torture::Options),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().chore {
        Chore::Test(options) => test::run(&options),
        Chore::Bench(options) => bench::run(&options),
        Chore::Fuzz(options) => fuzz::run(&options),
        Chore::Platforms(options) => platforms::run(&options),
        Chore::Torture(options) => torture::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason:#}");
            ExitCode::FAILURE
        }
    }
}
