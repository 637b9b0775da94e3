//! The Connector Log, as `connector log --json` tells it.

use serde_json::Value;

use super::{House, KITS};

impl House {
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
