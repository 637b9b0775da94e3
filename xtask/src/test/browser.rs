//! The browser tests: a demonstration hub on a free port, and Node's test runner with Chromium against it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::counts::{Counts, Runner};
use super::needs;
use crate::shell;

const START_TIMEOUT: Duration = Duration::from_mins(2);

/// The test files of `e2e/`, in order.
pub fn tests() -> Result<Vec<PathBuf>> {
    let folder = shell::top().join("e2e");
    let mut files: Vec<PathBuf> = match fs::read_dir(&folder) {
        Ok(entries) => entries.map(|entry| entry.map(|found| found.path())).collect::<Result<_, _>>()?,
        Err(_) => Vec::new(),
    };
    files.retain(|file| {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        [".test.mjs", ".test.js"].iter().any(|end| name.ends_with(end))
    });
    files.sort();
    Ok(files)
}

/// Builds the binary and says where it is.
pub fn build() -> Result<PathBuf> {
    let mut build = shell::cargo();
    build.args([
        "build",
        "-p",
        "connector",
        "--bin",
        "connector",
        "--message-format=json-render-diagnostics",
    ]);
    let output = build.stderr(Stdio::inherit()).output().context("`cargo build` did not start")?;
    if !output.status.success() {
        bail!("`{}` failed", shell::shown(&build));
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .next_back()
        .context("`cargo build` named no binary")
}

/// Runs the test files against a demonstration of their own.
pub fn run(files: &[PathBuf], counts: &mut Counts) -> Result<()> {
    let demo = Demo::start(&build()?)?;
    let mut node = shell::program("node");
    node.arg("--test").args(files).env("CONNECTOR_HOME_URL", &demo.home).env("CONNECTOR_LOG_URL", &demo.log);
    if let Some(chromium) = needs::chromium() {
        node.env("CONNECTOR_CHROMIUM", chromium);
    }
    let said = format!("the demonstration's own log is `{}`", demo.said.display());
    counts.run(Runner::Node, &mut node).context(said)
}

/// A running demonstration; dropping it stops it.
struct Demo {
    child: Child,
    home: String,
    log: String,
    said: PathBuf,
}

impl Demo {
    fn start(binary: &Path) -> Result<Demo> {
        let said = binary.with_file_name("demo.log");
        let mut command = shell::program(binary);
        command.args(["demo", "--port", "0", "--json-urls"]).stdin(Stdio::null()).stdout(Stdio::piped());
        command
            .stderr(fs::File::create(&said).with_context(|| format!("cannot write `{}`", said.display()))?);
        let mut child = command.spawn().context("`connector demo` did not start")?;
        let out = child.stdout.take().expect("standard output is a pipe");
        let mut demo = Demo { child, home: String::new(), log: String::new(), said };
        let (sender, urls) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if let Some(found) = read_urls(&line) {
                    let _nobody_waits = sender.send(found);
                }
            }
        });
        let Ok((home, log)) = urls.recv_timeout(START_TIMEOUT) else {
            let log = fs::read_to_string(&demo.said).unwrap_or_default();
            bail!("`connector demo --port 0 --json-urls` printed no addresses; it said:\n{log}");
        };
        (demo.home, demo.log) = (home, log);
        Ok(demo)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

/// The page to start from and the first Connector Log, from the line `{"home":…,"logs":[…]}`.
fn read_urls(line: &str) -> Option<(String, String)> {
    let urls: Value = serde_json::from_str(line).ok()?;
    let home = urls.get("home")?.as_str()?;
    let log = urls.get("logs")?.get(0)?.as_str()?;
    Some((home.to_owned(), log.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_a_demonstration_are_read_from_its_line() {
        let line = r#"{"home":"http://127.0.0.1:4000/","logs":["http://127.0.0.1:4000/log/a","http://b/"]}"#;
        let found = Some(("http://127.0.0.1:4000/".to_owned(), "http://127.0.0.1:4000/log/a".to_owned()));
        assert_eq!(read_urls(line), found);
        assert_eq!(read_urls("the hub is running"), None);
        assert_eq!(read_urls(r#"{"home":"http://a/","logs":[]}"#), None);
    }
}
