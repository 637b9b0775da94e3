//! The demonstration's day, from morning to evening.

use std::time::Duration;

use tokio::process::Command;

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
