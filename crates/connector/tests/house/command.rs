//! Commands, as an operator types them.

use std::process::{Output, Stdio};

use tokio::process::Command;

use super::House;

/// What a command said, and whether it went well.
#[derive(Debug)]
pub struct Told {
    pub well: bool,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Told {
    fn from(output: Output) -> Told {
        Told {
            well: output.status.success(),
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Told {
    /// What a prepared command says.
    pub async fn by(mut command: Command) -> Told {
        Told::from(command.output().await.unwrap())
    }

    /// It must have gone well.
    pub fn went_well(self) -> Told {
        assert!(self.well, "{self:#?}");
        self
    }

    /// It must have failed.
    pub fn failed(self) -> Told {
        assert!(!self.well, "{self:#?}");
        self
    }

    /// Both streams must not lack this.
    pub fn says(self, text: &str) -> Told {
        assert!(self.out.contains(text) || self.err.contains(text), "`{text}` is missing in {self:#?}");
        self
    }
}

impl House {
    /// Runs a command on the house's data.
    pub async fn command(&self, arguments: &[&str]) -> Told {
        Told::by(self.prepared(arguments)).await
    }

    /// Runs a command whose standard output goes elsewhere.
    pub async fn command_into(&self, out: impl Into<Stdio>, arguments: &[&str]) -> Told {
        let mut command = self.prepared(arguments);
        command.stdout(out).stderr(Stdio::piped());
        let output = command.spawn().unwrap().wait_with_output().await.unwrap();
        Told::from(output)
    }

    fn prepared(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connector"));
        command
            .args(arguments)
            .arg("--config")
            .arg(self.dir.path().join("connector.toml"))
            .kill_on_drop(true);
        command
    }
}
