//! What the test runners counted, read from their closing lines.
//!
//! Understood: nextest (`Summary [..] 12 tests run: 11 passed, 1 failed, 0 skipped`), cargo test (`test result: ok. 12
//! passed; 0 failed; …`, one line per binary) and Node's runner (`# pass 12`, or `ℹ pass 12` on a terminal).

/// Tests that passed and failed; nothing when no runner has counted yet.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    passed: u64,
    failed: u64,
}

impl Counts {
    /// Adds what a runner's output says.
    pub fn read(&mut self, printed: &str) {
        for line in printed.lines().map(str::trim) {
            if line.starts_with("Summary [") || line.starts_with("test result: ") {
                self.passed += before(line, "passed");
                self.failed += before(line, "failed") + before(line, "timed out");
            } else if let Some(rest) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) {
                self.passed += after(rest, "pass ");
                self.failed += after(rest, "fail ") + after(rest, "cancelled ");
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

    fn read(printed: &str) -> Counts {
        let mut counts = Counts::default();
        counts.read(printed);
        counts
    }

    #[test]
    fn the_summary_of_nextest_is_understood() {
        let printed =
            "     Summary [   0.035s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 0 skipped";
        assert_eq!(read(printed), Counts { passed: 10, failed: 2 });
    }

    #[test]
    fn every_binary_of_cargo_test_counts() {
        let printed =
            "test result: ok. 7 passed; 0 failed; 0 ignored\n\ntest result: FAILED. 2 passed; 3 failed;";
        assert_eq!(read(printed), Counts { passed: 9, failed: 3 });
    }

    #[test]
    fn both_voices_of_the_node_runner_are_understood() {
        assert_eq!(read("# tests 5\n# pass 4\n# fail 1\n# cancelled 0\n"), Counts { passed: 4, failed: 1 });
        assert_eq!(read("ℹ tests 5\nℹ pass 5\nℹ fail 0\n"), Counts { passed: 5, failed: 0 });
    }

    #[test]
    fn nothing_counted_has_no_closing_line() {
        assert_eq!(read("warning: 3 passed over\n").closing_line(), None);
        assert_eq!(read("# pass 2").closing_line().as_deref(), Some("2 passed, 0 failed"));
    }
}
