//! `cargo xtask bench`: builds the release binary and measures it.

use std::process::Command;

use anyhow::{Result, bail};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Passed on to the benchmark: `--records`, `--connections`, `--fixed-s`, `--fixed-rate`, `--json FILE`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and measures.
pub fn run(options: &Options) -> Result<()> {
    let cargo = |arguments: &[&str], further: &[String]| -> Result<()> {
        if !Command::new("cargo").args(arguments).args(further).status()?.success() {
            bail!("`cargo {}` failed", arguments.join(" "));
        }
        Ok(())
    };
    cargo(&["build", "--release", "-p", "connector", "-p", "bench"], &[])?;
    cargo(&["run", "--quiet", "--release", "-p", "bench", "--"], &options.arguments)
}
