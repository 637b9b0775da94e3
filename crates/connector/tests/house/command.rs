//! Commands, as an operator types them.

use tokio::process::Command;

use super::House;

/// What a command said, and whether it went well.
#[derive(Debug)]
pub struct Told {
    pub well: bool,
    pub out: String,
    pub err: String,
}

impl Told {
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
        let output = Command::new(env!("CARGO_BIN_EXE_connector"))
            .args(arguments)
            .arg("--config")
            .arg(self.dir.path().join("connector.toml"))
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        Told {
            well: output.status.success(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
