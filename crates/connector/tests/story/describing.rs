//! For whoever writes a description: a line of it explained, and checks that run again when a file changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::house::command::Told;

fn connector(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector"));
    command.current_dir(dir).args(arguments).kill_on_drop(true);
    command
}

/// VFP's description in a folder of its own.
fn copied(dir: &TempDir) -> PathBuf {
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms/vfp");
    let own = dir.path().join("platforms/vfp");
    fs::create_dir_all(own.join("samples")).unwrap();
    for file in ["platform.yaml", "guide.md"] {
        fs::copy(bundled.join(file), own.join(file)).unwrap();
    }
    for sample in fs::read_dir(bundled.join("samples")).unwrap() {
        let sample = sample.unwrap();
        fs::copy(sample.path(), own.join("samples").join(sample.file_name())).unwrap();
    }
    fs::write(dir.path().join("connector.toml"), "platforms = \"platforms\"\n").unwrap();
    own.join("platform.yaml")
}

/// The line, from one, on which a text begins.
fn line_of(file: &Path, text: &str) -> usize {
    let all = fs::read_to_string(file).unwrap();
    all[..all.find(text).unwrap()].matches('\n').count() + 1
}

async fn explained(dir: &TempDir, file: &Path, text: &str) -> Told {
    let place = format!("{}:{}", file.display(), line_of(file, text));
    Told::by(connector(dir.path(), &["platform", "explain", &place])).await
}

#[tokio::test]
async fn a_line_is_explained_by_the_tables_and_by_samples() {
    let dir = TempDir::new().unwrap();
    let file = copied(&dir);
    let told = explained(&dir, &file, "  concurrency: 4").await.went_well();
    told.says("capabilities.concurrency")
        .says("how many calls may be under way at once")
        .says("from 1 to 64");
    let told = explained(&dir, &file, "    firstName: =person.first_name").await.went_well();
    let told = told.says("a name of the platform's own").says("an expression here knows person, settings");
    told.says("it gives \"");
    let told = explained(&dir, &file, "  site:").await.went_well();
    told.says("settings.site").says("takes the keys of a setting").says("who has one");
}

#[tokio::test]
async fn what_cannot_be_explained_says_why() {
    let dir = TempDir::new().unwrap();
    let file = copied(&dir);
    let shown = file.display();
    for (place, said) in [
        (format!("{shown}:100000"), "there is no line 100000"),
        (format!("{shown}:0"), "there is no line 0"),
        (format!("{shown}"), "is not a file and a line, like platforms/vfp/platform.yaml:85"),
        ("nowhere.yaml:1".to_owned(), "`nowhere.yaml` cannot be read"),
        (format!("{shown}:{}", line_of(&file, "\n\n") + 1), "is empty, or a comment"),
    ] {
        Told::by(connector(dir.path(), &["platform", "explain", &place])).await.failed().says(said);
    }
}

/// A command that watches, and what it says.
struct Watching(Child, Lines<BufReader<ChildStdout>>);

impl Watching {
    fn begin(dir: &TempDir, arguments: &[&str]) -> Watching {
        let mut command = connector(dir.path(), arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Watching(child, said)
    }

    async fn says(&mut self, text: &str) {
        let said = async {
            while let Some(line) = self.1.next_line().await.unwrap() {
                if line.contains(text) {
                    return;
                }
            }
            panic!("it ended without `{text}`");
        };
        tokio::time::timeout(std::time::Duration::from_secs(25), said).await.expect(text);
    }

    async fn ends(mut self) -> Option<i32> {
        let id = self.0.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
        self.0.wait().await.unwrap().code()
    }
}

#[tokio::test]
async fn a_description_is_linted_again_whenever_it_changes() {
    let dir = TempDir::new().unwrap();
    let file = copied(&dir);
    let mut watching = Watching::begin(&dir, &["platform", "lint", "--watch", "platforms/vfp"]);
    watching.says("no mistakes").await;
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}\n# once more\n")).unwrap();
    watching.says("no mistakes").await;
    assert_eq!(watching.ends().await, Some(0));
}

#[tokio::test]
async fn samples_are_replayed_again_whenever_one_changes_and_the_end_tells_how_the_last_time_went() {
    let dir = TempDir::new().unwrap();
    copied(&dir);
    let arguments = ["--config", "connector.toml", "platform", "test", "vfp", "--watch"];
    let mut watching = Watching::begin(&dir, &arguments);
    watching.says("18 samples as expected, 0 not").await;
    let sample = dir.path().join("platforms/vfp/samples/create_prospect.yaml");
    let text = fs::read_to_string(&sample).unwrap();
    fs::write(&sample, text.replace("outcome: saved", "outcome: gone")).unwrap();
    watching.says("17 samples as expected, 1 not").await;
    assert_eq!(watching.ends().await, Some(1));
}
