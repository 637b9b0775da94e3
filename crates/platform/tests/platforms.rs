//! Every platform that comes with the Connector: its description is sound, and its samples replay.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use platform::library::Library;
use platform::{Description, samples};

fn platforms() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms")
}

fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<_> = std::fs::read_dir(platforms())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("platform.yaml").is_file())
        .collect();
    folders.sort();
    folders
}

fn description(folder: &Path) -> Arc<Description> {
    let text = std::fs::read_to_string(folder.join("platform.yaml")).unwrap();
    let name = folder.file_name().unwrap().to_string_lossy();
    match Description::parse(&format!("platforms/{name}/platform.yaml"), &text) {
        Ok(description) => Arc::new(description),
        Err(mistakes) => panic!("\n{mistakes}"),
    }
}

fn sample_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder.join("samples")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_platform_is_bundled_with_a_guide() {
    let library = Library::bundled().unwrap_or_else(|mistakes| panic!("\n{mistakes}"));
    let folders = folders();
    let folders: Vec<_> =
        folders.iter().map(|folder| folder.file_name().unwrap().to_string_lossy()).collect();
    assert_eq!(library.names().collect::<Vec<_>>(), folders);
    assert!(folders.len() >= 7, "only {folders:?}");
    for name in library.names() {
        let guide = library.guide(name).unwrap_or_else(|| panic!("{name} has no guide"));
        assert!(guide.contains("not affiliated with"), "{name}: the guide must say whose it is not");
        assert!(
            guide.contains(library.get(name).unwrap().grade().name()),
            "{name}: the guide must state its grade"
        );
        for effect in library.get(name).unwrap().side_effects() {
            let title = &effect.title;
            assert!(guide.contains(title), "{name}: the guide must say that it {title}");
        }
    }
}

#[tokio::test]
async fn every_sample_of_every_platform_replays() {
    let mut failed = Vec::new();
    let mut replayed = 0;
    for folder in folders() {
        let description = description(&folder);
        for file in sample_files(&folder) {
            let sample = samples::read(&std::fs::read_to_string(&file).unwrap())
                .unwrap_or_else(|mismatch| panic!("{}: {mismatch}", file.display()));
            let result = samples::replay(&description, &sample).await;
            replayed += 1;
            if let Err(mismatch) = result {
                failed.push(format!("{}\n{mismatch}", file.display()));
            }
        }
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n\n"));
    assert!(replayed > 20, "only {replayed} samples");
}

#[test]
fn every_declared_operation_has_a_sample() {
    for folder in folders() {
        let description = description(&folder);
        let samples: Vec<_> = sample_files(&folder)
            .iter()
            .map(|file| samples::read(&std::fs::read_to_string(file).unwrap()).unwrap().operation)
            .collect();
        for operation in description.abilities().operations.keys() {
            assert!(samples.contains(operation), "{}: no sample of {}", folder.display(), operation.name());
        }
    }
}
