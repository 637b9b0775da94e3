//! The demonstration's day, from morning to evening.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn a_demonstration_that_is_broken_off_says_so_in_words_and_leaves_nothing_behind() {
    let temp = tempfile::tempdir().unwrap();
    let mut day = Command::new(env!("CARGO_BIN_EXE_connector"))
        .args(["demo", "--once", "--port", "0", "--json-urls"])
        .env("TMPDIR", temp.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let urls = BufReader::new(day.stdout.as_mut().unwrap()).lines().next_line().await.unwrap();
    assert!(urls.is_some_and(|urls| urls.contains("/log/")));
    let id = day.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
    let told = tokio::time::timeout(Duration::from_mins(1), day.wait_with_output()).await.unwrap().unwrap();
    let err = String::from_utf8(told.stderr).unwrap();
    assert_eq!(
        (told.status.code(), err.as_str()),
        (Some(1), "error: the day was broken off before its evening\n")
    );
    assert_eq!(temp.path().read_dir().unwrap().count(), 0, "its data is scratch");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_ends_with_every_record_as_scripted() {
    let dir = tempfile::tempdir().unwrap();
    let day = Command::new(env!("CARGO_BIN_EXE_connector"))
        .args(["demo", "--once", "--port", "0", "--data"])
        .arg(dir.path())
        .kill_on_drop(true)
        .output();
    let told = tokio::time::timeout(Duration::from_mins(2), day).await.expect("it ends").unwrap();
    let (out, err) = (String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    assert!(told.status.success(), "{out}\n{err}");
    assert!(out.contains("every record ended as scripted"), "{out}");
}
