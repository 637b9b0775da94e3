//! The documents tell the truth: what they name exists.
//!
//! Held here: every path and link in the documents; every test that `docs/coverage.md` names; the size of source files;
//! and that no file speaks of the machine it was written on.

mod documents;

use std::fs;
use std::path::Path;

use documents::{backticked, documents, files, links, path_in_repository, read, sources, top};

/// Words that no file may hold: folders of one machine. Written apart so that this file does not hold them itself.
const BANNED: [&str; 3] =
    [concat!("/work", "/main"), concat!("/work", "/shared"), concat!("/tmp/", "target")];

const LONGEST_FILE: usize = 400;

#[test]
fn every_path_in_the_documents_exists() {
    let mut missing = Vec::new();
    let mut seen = 0;
    for document in documents() {
        for word in backticked(&read(&document)) {
            let Some(path) = path_in_repository(&word) else { continue };
            seen += 1;
            if !top().join(&path).exists() {
                missing.push(format!("{}: `{word}`", document.display()));
            }
        }
    }
    assert!(seen > 20, "only {seen} paths were recognised: the documents name more than that");
    assert!(missing.is_empty(), "these paths do not exist:\n{}", missing.join("\n"));
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut broken = Vec::new();
    for document in documents() {
        let folder = document.parent().expect("a document lies in a folder").to_path_buf();
        for target in links(&read(&document)) {
            if !folder.join(&target).exists() {
                broken.push(format!("{}: ({target})", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "these links lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn every_test_named_in_the_coverage_exists() {
    let rows = rows_of("docs/coverage.md");
    assert!(rows.len() > 50, "only {} requirements were read", rows.len());
    every_test_exists(&rows, "docs/coverage.md");
}

#[test]
fn every_promise_of_delivery_has_a_test_that_exists() {
    let rows = rows_of("docs/delivery-contract.md");
    assert!(rows.len() >= 14 && rows.iter().all(|row| row[2] != "not yet"), "{rows:?}");
    every_test_exists(&rows, "docs/delivery-contract.md");
}

fn every_test_exists(rows: &[[String; 3]], document: &str) {
    let mut wrong = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        if row[0] != (number + 1).to_string() {
            wrong.push(format!("row {} is numbered {}", number + 1, row[0]));
        }
        let tests = backticked(&row[2]);
        if tests.is_empty() && row[2] != "not yet" {
            wrong.push(format!("{}: neither a test nor `not yet`: {}", row[0], row[2]));
        }
        wrong.extend(
            tests.iter().filter_map(|test| objection(test)).map(|said| format!("{}: {said}", row[0])),
        );
    }
    assert!(wrong.is_empty(), "`{document}`:\n{}", wrong.join("\n"));
}

#[test]
fn no_source_file_is_longer_than_two_files_should_be() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|file| (read(&file).lines().count(), file))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, file)| format!("{lines} {}", file.display()))
        .collect();
    assert!(long.is_empty(), "more than {LONGEST_FILE} lines; make two files of each:\n{}", long.join("\n"));
}

#[test]
fn no_file_speaks_of_the_machine_it_was_written_on() {
    let mut found = Vec::new();
    for file in files() {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap_or_default()).into_owned();
        found.extend(
            BANNED
                .iter()
                .filter(|word| text.contains(**word))
                .map(|word| format!("{}: {word}", file.display())),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The rows of a document's tables: number, requirement or promise, test.
fn rows_of(document: &str) -> Vec<[String; 3]> {
    let text = read(&top().join(document));
    text.lines()
        .filter_map(|line| line.strip_prefix("| "))
        .filter(|line| line.starts_with(|first: char| first.is_ascii_digit()))
        .map(|line| {
            let cells: Vec<String> = line.trim_end_matches(" |").split(" | ").map(str::to_owned).collect();
            cells.try_into().unwrap_or_else(|cells| panic!("a row of three cells, not {cells:?}"))
        })
        .collect()
}

/// Says what is wrong with a test named as `file::name`.
fn objection(test: &str) -> Option<String> {
    let Some((file, name)) = test.split_once("::") else {
        return Some(format!("`{test}` is not `file::name`"));
    };
    let Ok(text) = fs::read_to_string(top().join(file)) else { return Some(format!("no file `{file}`")) };
    let wanted = if Path::new(file).extension().is_some_and(|end| end == "rs") {
        format!("fn {name}(")
    } else {
        name.to_owned()
    };
    (!text.contains(&wanted)).then(|| format!("no test `{name}` in `{file}`"))
}
