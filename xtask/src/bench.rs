//! `cargo xtask bench`: builds the release binary and measures it.

use anyhow::Result;

use crate::shell;

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Passed on to the benchmark: `--records`, `--connections`, `--fixed-s`, `--fixed-rate`, `--json FILE`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and measures.
pub fn run(options: &Options) -> Result<()> {
    shell::run(shell::cargo().args(["build", "--release", "-p", "connector", "-p", "bench"]))?;
    shell::run(
        shell::cargo().args(["run", "--quiet", "--release", "-p", "bench", "--"]).args(&options.arguments),
    )
}
