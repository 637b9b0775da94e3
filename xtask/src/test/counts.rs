//! What the test runners counted, read from their closing lines.
//!
//! A runner shows what a failed test printed, and that may look like another runner's closing line; so each output is read
//! as that of one runner only.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::shell;

/// Whose output it is.
#[derive(Clone, Copy, Debug)]
pub enum Runner {
    /// `Summary [..] 12 tests run: 11 passed, 1 failed, 0 skipped`, once.
    Nextest,
    /// `test result: ok. 12 passed; 0 failed; …`, once per binary.
    Cargo,
    /// `# pass 12`, or `ℹ pass 12` on a terminal, once.
    Node,
}

/// Tests that passed and failed; nothing when no runner has counted yet.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    passed: u64,
    failed: u64,
}

impl Counts {
    /// Runs a test runner, and adds what it counted also when it failed.
    pub fn run(&mut self, runner: Runner, command: &mut Command) -> Result<()> {
        let finished = shell::watch(command)?;
        self.read(runner, &finished.printed);
        ensure!(finished.succeeded, "`{}` failed", shell::shown(command));
        Ok(())
    }

    fn read(&mut self, runner: Runner, printed: &str) {
        for line in printed.lines() {
            match runner {
                Runner::Nextest if line.trim_start().starts_with("Summary [") => {
                    self.passed += before(line, "passed");
                    self.failed += before(line, "failed") + before(line, "timed out");
                }
                Runner::Cargo if line.starts_with("test result: ") => {
                    self.passed += before(line, "passed");
                    self.failed += before(line, "failed");
                }
                Runner::Node => {
                    let Some(rest) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) else {
                        continue;
                    };
                    self.passed += after(rest, "pass ");
                    self.failed += after(rest, "fail ") + after(rest, "cancelled ");
                }
                Runner::Nextest | Runner::Cargo => {}
            }
        }
    }

    /// `N passed, N failed`, or nothing when no test was counted.
    pub fn closing_line(&self) -> Option<String> {
        (self.passed + self.failed > 0).then(|| format!("{} passed, {} failed", self.passed, self.failed))
    }
}

/// The number that stands before a word.
fn before(line: &str, word: &str) -> u64 {
    let Some((head, _)) = line.split_once(&format!(" {word}")) else { return 0 };
    head.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The number that follows a word, if the line is nothing else.
fn after(line: &str, word: &str) -> u64 {
    line.strip_prefix(word).and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(runner: Runner, printed: &str) -> Counts {
        let mut counts = Counts::default();
        counts.read(runner, printed);
        counts
    }

    #[test]
    fn the_summary_of_nextest_is_understood() {
        let printed =
            "     Summary [   0.035s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 0 skipped";
        assert_eq!(read(Runner::Nextest, printed), Counts { passed: 10, failed: 2 });
    }

    #[test]
    fn what_a_failed_test_printed_is_not_counted() {
        let printed = "test result: FAILED. 0 passed; 1 failed\n# pass 4\n Summary [ 1s] 1 test run: 0 passed, 1 failed";
        assert_eq!(read(Runner::Nextest, printed), Counts { passed: 0, failed: 1 });
    }

    #[test]
    fn every_binary_of_cargo_test_counts() {
        let printed =
            "test result: ok. 7 passed; 0 failed; 0 ignored\n\ntest result: FAILED. 2 passed; 3 failed;";
        assert_eq!(read(Runner::Cargo, printed), Counts { passed: 9, failed: 3 });
    }

    #[test]
    fn both_voices_of_the_node_runner_are_understood() {
        let piped = "# tests 5\n# pass 4\n# fail 1\n# cancelled 0\n";
        assert_eq!(read(Runner::Node, piped), Counts { passed: 4, failed: 1 });
        assert_eq!(read(Runner::Node, "ℹ tests 5\nℹ pass 5\nℹ fail 0\n"), Counts { passed: 5, failed: 0 });
    }

    #[test]
    fn nothing_counted_has_no_closing_line() {
        assert_eq!(read(Runner::Node, "warning: 3 passed over\n").closing_line(), None);
        assert_eq!(read(Runner::Node, "# pass 2").closing_line().as_deref(), Some("2 passed, 0 failed"));
    }
}
