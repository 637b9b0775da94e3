//! `cargo xtask test`: everything that must hold before a change lands, in the order that fails soonest.
//!
//! Each stage has a heading, a time and a sentence that says what to do when it fails; the first failure ends the run. The
//! closing line `N passed, N failed` is printed only from what the test runners themselves counted.

mod browser;
mod counts;
mod needs;
mod stage;

use anyhow::Result;
use clap::Args;

use crate::shell;
use counts::{Counts, Runner};
use stage::Stages;

/// Tells tests to leave out what needs a PostgreSQL server.
const WITHOUT_POSTGRES: &str = "CONNECTOR_TEST_WITHOUT_POSTGRES";

/// How to run the tests.
#[derive(Args)]
pub struct Options {
    /// Install what is missing without asking; also meant when `CI=true`
    #[arg(long)]
    yes: bool,
    /// Formatting, lints and Rust tests alone: installs nothing
    #[arg(long)]
    fast: bool,
}

/// Runs all stages.
pub fn run(options: &Options) -> Result<()> {
    let unattended = options.yes || std::env::var("CI").is_ok_and(|value| value == "true");
    let browser_tests = browser::tests()?;
    if !options.fast {
        needs::install(unattended)?;
    }

    let mut stages = Stages::default();
    stages.run("formatting", "`cargo fmt --all` mends it", |_| {
        shell::run(shell::cargo().args(["fmt", "--all", "--check"]))
    })?;
    stages.run(
        "lints",
        "mend what clippy names; a lint that is wrong here takes `#[expect(…, reason)]`",
        |_| {
            shell::run(shell::cargo().args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ]))
        },
    )?;
    if !options.fast {
        stages.run("documentation", "mend the links and comments that rustdoc names", |_| {
            let mut doc = shell::cargo();
            shell::run(doc.args(["doc", "--no-deps", "--workspace"]).env("RUSTDOCFLAGS", "-Dwarnings"))
        })?;
    }
    stages.run("rust tests", "`cargo test -p <crate> <name>` runs one alone", rust_tests)?;
    if !options.fast {
        stages.run("platform descriptions", "mend what is under the caret", |_| lint_platforms())?;
        if browser_tests.is_empty() {
            println!("\nno browser tests in `e2e/` yet");
        } else {
            let help = "`cargo run -- demo` shows the same pages to look at";
            stages.run("browser tests", help, |counts| browser::run(&browser_tests, counts))?;
        }
    }
    stages.close();
    Ok(())
}

/// Unit, contract and story tests, by nextest where it is installed, for it runs them all at once.
///
/// Only where nothing may be installed do tests go without PostgreSQL, and it is said.
fn rust_tests(counts: &mut Counts) -> Result<()> {
    let without = (!needs::has_postgres()).then_some((WITHOUT_POSTGRES, "1"));
    if without.is_some() {
        println!("PostgreSQL is not installed: what needs it is left out");
    }
    if shell::find(&["cargo-nextest"]).is_none() {
        let mut test = shell::cargo();
        test.envs(without);
        return counts.run(Runner::Cargo, test.args(["test", "--workspace", "--no-fail-fast"]));
    }
    let mut nextest = shell::cargo();
    nextest.envs(without);
    counts.run(Runner::Nextest, nextest.args(["nextest", "run", "--workspace", "--no-fail-fast"]))?;
    let mut examples = shell::cargo();
    counts.run(Runner::Cargo, examples.args(["test", "--workspace", "--doc", "--no-fail-fast"]))
}

/// Lints every description, once the binary can.
fn lint_platforms() -> Result<()> {
    let binary = browser::build()?;
    shell::run(shell::program(&binary).args(["platform", "lint"]))
}
