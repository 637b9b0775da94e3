//! The rooms of `ARCHITECTURE.md`: imports go down only, and some doors stay shut even downwards.
//!
//! What counts as an import is what a crate is built from. A crate's tests may use rooms above it, except where the table
//! of forbidden neighbours says otherwise.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// The floor of every room.
const FLOORS: [(&str, u8); 10] = [
    ("model", 0),
    ("xml", 0),
    ("platform", 1),
    ("store", 1),
    ("hub", 2),
    ("draft", 2),
    ("certify", 2),
    ("web", 3),
    ("simulator", 3),
    ("connector", 4),
];

/// Rooms that a room must not know although they lie below it, not even in its tests.
const STRANGERS: [(&str, &[&str], &str); 3] = [
    (
        "simulator",
        &["hub", "platform", "store"],
        "a simulator is written from what vendors say, never from our own code",
    ),
    ("web", &["store", "platform"], "the doors ask the hub: no SQL and no platform knowledge above it"),
    ("store", &["xml"], "persistence reads no foreign bytes"),
];

/// One room's use of another.
struct Import {
    from: String,
    to: String,
    in_tests_only: bool,
}

/// Says what is wrong with a set of imports.
fn objections(imports: &[Import]) -> Vec<String> {
    let floors = BTreeMap::from(FLOORS);
    let mut found = Vec::new();
    for Import { from, to, in_tests_only } in imports {
        let (Some(own), Some(other)) = (floors.get(from.as_str()), floors.get(to.as_str())) else { continue };
        if other >= own && !in_tests_only {
            found
                .push(format!("`{from}` (floor {own}) imports `{to}` (floor {other}): imports go down only"));
        }
        for (room, strangers, reason) in STRANGERS {
            if room == from && strangers.contains(&to.as_str()) {
                found.push(format!("`{from}` imports `{to}`: {reason}"));
            }
        }
    }
    found
}

/// The crates of `crates/` and what they import from each other.
fn workspace() -> (Vec<String>, Vec<Import>) {
    let mut command = MetadataCommand::new();
    command.manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    let metadata = command.no_deps().exec().expect("`cargo metadata` describes this workspace");
    let inside = |path: &str| path.contains("/crates/");
    let rooms: Vec<_> =
        metadata.packages.iter().filter(|package| inside(package.manifest_path.as_str())).collect();
    let names: Vec<String> = rooms.iter().map(|package| package.name.to_string()).collect();
    let mut imports = Vec::new();
    for package in rooms {
        for dependency in package.dependencies.iter().filter(|dependency| names.contains(&dependency.name)) {
            imports.push(Import {
                from: package.name.to_string(),
                to: dependency.name.clone(),
                in_tests_only: dependency.kind == DependencyKind::Development,
            });
        }
    }
    (names, imports)
}

fn import(from: &str, to: &str, in_tests_only: bool) -> Import {
    Import { from: from.to_owned(), to: to.to_owned(), in_tests_only }
}

#[test]
fn imports_go_down_only() {
    let (_, imports) = workspace();
    assert!(!imports.is_empty(), "the rooms import each other, so an empty list was read wrongly");
    let found = objections(&imports);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_crate_has_a_floor() {
    let (mut names, _) = workspace();
    names.sort();
    let mut known: Vec<&str> = FLOORS.iter().map(|(room, _)| *room).collect();
    known.sort_unstable();
    assert_eq!(names, known, "a new room needs its floor here and its place in `ARCHITECTURE.md`");
}

#[test]
fn an_import_upwards_sideways_or_from_a_stranger_is_refused() {
    assert_eq!(objections(&[import("model", "store", false)]).len(), 1, "upwards");
    assert_eq!(objections(&[import("store", "platform", false)]).len(), 1, "sideways");
    assert_eq!(objections(&[import("web", "simulator", false)]).len(), 1, "only the binary knows both");
    assert_eq!(objections(&[import("web", "store", false)]).len(), 1, "a stranger below");
    assert_eq!(objections(&[import("simulator", "platform", true)]).len(), 1, "a stranger in tests");
}

#[test]
fn a_test_may_look_up() {
    assert!(
        objections(&[import("platform", "simulator", true), import("hub", "simulator", true)]).is_empty()
    );
}

#[test]
fn cargo_run_from_the_top_starts_the_product() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo knows the workspace");
    let started: Vec<_> =
        metadata.packages.iter().filter_map(|package| package.default_run.as_deref()).collect();
    assert_eq!(started, ["connector"], "`README.md` begins with `cargo run --release -- demo`");
}
