//! Finding the documents and sources of the repository, and what a document names.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders that a path in a document may start with.
const FOLDERS: [&str; 8] = ["crates", "docs", "platforms", "e2e", "xtask", "fuzz", ".ci", ".cargo"];

/// Folders whose content is made, not written.
const MADE: [&str; 4] = ["target", "node_modules", ".git", "data"];

/// The top of the repository.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("`xtask` is a folder of the repository")
        .to_path_buf()
}

/// The text of a file that must be there.
pub fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Every written file of the repository.
pub fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![top()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("a folder that opens can be listed").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if MADE.contains(&name) || path.is_symlink() {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The front page, its companions, and everything under `docs/`.
pub fn documents() -> Vec<PathBuf> {
    let companions =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| top().join(name));
    let docs = top().join("docs");
    let below = files()
        .into_iter()
        .filter(|file| file.starts_with(&docs) && file.extension().is_some_and(|e| e == "md"));
    companions.into_iter().chain(below).collect()
}

/// Every Rust file.
pub fn sources() -> Vec<PathBuf> {
    files().into_iter().filter(|file| file.extension().is_some_and(|end| end == "rs")).collect()
}

/// What stands between single backticks, outside of fenced blocks.
pub fn backticked(text: &str) -> Vec<String> {
    let prose: Vec<&str> = prose(text).collect();
    prose.iter().flat_map(|line| line.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// The targets of links to other files, without their anchors.
pub fn links(text: &str) -> Vec<String> {
    prose(text)
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target.split('#').next().unwrap_or_default().to_owned())
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .collect()
}

/// The path a word names, from the top of the repository; nothing when the word is not a path.
///
/// A word is a path when its first segment is one of the known folders, or when it is a file name in capitals with `.md`,
/// or one of the `.toml` files at the top. A path ends before its first placeholder (`<name>`, `*`, `…`), and before the
/// `::` that leads to a test.
pub fn path_in_repository(word: &str) -> Option<String> {
    let word = word.split("::").next().unwrap_or_default();
    if word.contains(char::is_whitespace) {
        return None;
    }
    let fixed: Vec<&str> = word.split('/').take_while(|part| !part.contains(['<', '*', '…', '{'])).collect();
    let first = fixed.first()?;
    let in_folder = fixed.len() > 1 || word.contains('/');
    let at_top = !in_folder
        && (word.strip_suffix(".md").is_some_and(|name| name.chars().all(|c| c.is_ascii_uppercase()))
            || ["deny.toml", "clippy.toml", "rustfmt.toml", "rust-toolchain.toml", "Cargo.toml"]
                .contains(&word));
    (at_top || (in_folder && FOLDERS.contains(first))).then(|| fixed.join("/"))
}

/// The lines outside of fenced blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

#[test]
fn a_word_is_a_path_only_when_it_starts_at_the_top() {
    assert_eq!(path_in_repository("crates/hub/src/lib.rs").as_deref(), Some("crates/hub/src/lib.rs"));
    assert_eq!(path_in_repository("platforms/<name>/platform.yaml").as_deref(), Some("platforms"));
    assert_eq!(path_in_repository("crates/web/tests/a.rs::a_name").as_deref(), Some("crates/web/tests/a.rs"));
    assert_eq!(path_in_repository("docs/").as_deref(), Some("docs/"));
    assert_eq!(path_in_repository("README.md").as_deref(), Some("README.md"));
    assert_eq!(path_in_repository("platform.yaml"), None);
    assert_eq!(path_in_repository("/connector/api/2011-11"), None);
    assert_eq!(path_in_repository("cargo run -- demo"), None);
}

#[test]
fn fenced_blocks_are_not_prose() {
    assert_eq!(backticked("a `b` c\n```\n`d`\n```\n`e`"), ["b", "e"]);
    assert_eq!(links("[a](b.md#c) [d](https://e)\n```\n[f](g)\n```"), ["b.md"]);
}
