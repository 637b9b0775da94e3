//! The Connector Log, as `connector log --json` tells it.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::{House, KITS, PATIENCE};

/// A `connector log --follow` that runs.
pub struct Following {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    lines: Vec<Value>,
}

impl Following {
    /// Reads on until what was told is enough.
    pub async fn until(&mut self, enough: impl Fn(&[Value]) -> bool) {
        while !enough(&self.lines) {
            let next = tokio::time::timeout(PATIENCE, self.out.next_line()).await;
            let next = next.unwrap_or_else(|_| panic!("nothing more was told than {:#?}", self.lines));
            self.lines.push(serde_json::from_str(&next.unwrap().expect("it goes on")).unwrap());
        }
    }

    /// Interrupts it, which must end it well; answers all that it told.
    pub async fn stop(mut self) -> Vec<Value> {
        let id = self.child.id().expect("it was not waited for").to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
        while let Some(line) = self.out.next_line().await.unwrap() {
            self.lines.push(serde_json::from_str(&line).unwrap());
        }
        assert!(self.child.wait().await.unwrap().success());
        self.lines
    }
}

impl House {
    /// Follows the log.
    pub fn following(&self, arguments: &[&str]) -> Following {
        let mut child = Command::new(env!("CARGO_BIN_EXE_connector"))
            .args(["log", "--follow"])
            .args(arguments)
            .arg("--config")
            .arg(self.dir.path().join("connector.toml"))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Following { child, out, lines: Vec::new() }
    }

    /// Lines of Kits Beach, oldest first, with these filters.
    pub async fn log(&self, filters: &[&str]) -> Vec<Value> {
        let arguments = [&["log", "--json", "--club", KITS.name, "--limit", "1000"], filters].concat();
        let told = self.command(&arguments).await.went_well();
        told.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The line of one transfer, if it is there: by tracking UUID and the platform's name.
    pub async fn line(&self, tracking: &str, platform: &str) -> Option<Value> {
        self.log(&["--platform", platform, tracking]).await.into_iter().next()
    }

    /// Waits until a transfer's line says this in its sentence, and answers it.
    pub async fn line_saying(&self, tracking: &str, platform: &str, sentence: &str) -> Value {
        let mut found = None;
        let what = format!("the line of {tracking} for {platform} says “{sentence}”");
        self.until(&what, async || {
            found =
                self.line(tracking, platform).await.filter(|line| text(line, "sentence").contains(sentence));
            found.is_some()
        })
        .await;
        found.unwrap()
    }
}

/// A text of a line.
pub fn text<'a>(line: &'a Value, name: &str) -> &'a str {
    line[name].as_str().unwrap_or_default()
}
