//! Stages: a heading, a time, and what to do when one fails.

use std::time::Instant;

use anyhow::{Context, Result};

use super::counts::Counts;

/// The stages of one run, and what the test runners counted so far.
#[derive(Default)]
pub struct Stages {
    counts: Counts,
}

impl Stages {
    /// Runs one stage; when it fails, says what to do and what was counted.
    pub fn run(
        &mut self,
        name: &str,
        help: &str,
        work: impl FnOnce(&mut Counts) -> Result<()>,
    ) -> Result<()> {
        println!("\n== {name}");
        let start = now();
        let done = work(&mut self.counts);
        let seconds = start.elapsed().as_secs_f32();
        if done.is_ok() {
            println!("== {name}: good, {seconds:.1} s");
        } else {
            println!("== {name}: failed after {seconds:.1} s");
            self.close();
        }
        done.with_context(|| format!("{name} failed: {help}"))
    }

    /// Prints the closing line, if any test was counted.
    pub fn close(&self) {
        if let Some(line) = self.counts.closing_line() {
            println!("\n{line}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a chore tells a person how long it took")]
fn now() -> Instant {
    Instant::now()
}
