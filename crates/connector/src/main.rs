//! The Connector: one binary that serves, turns clients up, and shows what happened.

mod cli;
mod commands;
mod config;
mod connections;
mod control;
mod demo;
mod logging;
mod pages;
mod running;
mod say;
mod server;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    logging::start(cli.verbose);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(commands::run(cli)),
        Err(error) => Err(anyhow::anyhow!("the runtime could not be started: {error}")),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => say::failed(&error),
    }
}
