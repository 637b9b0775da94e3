//! A full disk: callers get an error, nothing is kept by half, and the store goes on once there is space.

use std::sync::Arc;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use model::{Field, PersonId};
use store::{Error, Store, Verdict};

use crate::domain::*;

/// A disk of a few megabytes, taken away at the end.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn at(folder: &Path) -> Option<SmallDisk> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"])
            .arg(folder)
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then(|| SmallDisk(folder.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(&self.0).output());
    }
}

async fn accept_until_refused(store: &dyn Store) -> (i64, Error) {
    let company = "x".repeat(10_000);
    for id in 1..2_000 {
        let person = lead(id, &format!("Ann{id}"), "Lee").with(Field::Company, &company);
        match store.receive(&Arc::new(new(&person, &[link(id, JONAS).due(id)]))).await {
            Ok(verdict) => assert_eq!(verdict, Verdict::Applied),
            Err(error) => return (id, error),
        }
    }
    panic!("20 MB fitted on a disk of 6");
}

async fn whole(store: &dyn Store, last: i64) {
    for id in 1..=last {
        let subject = store.subject(PersonId(id)).await.unwrap().expect("was answered");
        assert_eq!(subject.links.len(), 1);
    }
    assert_eq!(store.counts().await.unwrap().0, last as u64);
    assert_eq!(store.take_due(JONAS, &[], 9_999).await.unwrap().len() as i64, last);
}

#[tokio::test]
async fn a_full_disk_is_an_error_for_callers_and_no_loss() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::at(folder.path()) else {
        eprintln!("skipped: only root may mount a disk that is small enough to fill");
        return;
    };
    let ballast = folder.path().join("ballast");
    fs::write(&ballast, vec![0u8; 2 << 20]).unwrap();
    let store = open(folder.path());
    let (refused, error) = accept_until_refused(&store).await;
    assert!(matches!(error, Error::Database(_)), "{error:?}");
    assert!(refused > 20, "some fitted: {refused}");
    whole(&store, refused - 1).await;

    fs::remove_file(ballast).unwrap();
    let again = lead(refused, "Bob", "Ray");
    accepted(&store, new(&again, &[link(refused, JONAS).due(1)])).await;
    whole(&store, refused).await;
    drop(store);
    let store = open(folder.path());
    whole(&store, refused).await;
    drop((store, disk));
}
