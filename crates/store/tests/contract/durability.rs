//! Acknowledged means kept: a process that is killed while it accepts loses nothing that it had answered.

use std::sync::Arc;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use model::{PersonId, RemoteId};
use store::{Store, Verdict};

use crate::domain::*;

const FOLDER: &str = "CONNECTOR_TEST_FOLDER";
const CALLERS: i64 = 8;

/// Not a test by itself: the process that is killed. It says each number once it is answered.
#[tokio::test]
#[ignore = "run by the test below in a process of its own"]
async fn accepts_until_it_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let store = std::sync::Arc::new(open(Path::new(&folder)));
    let mut callers = Vec::new();
    for _ in 0..CALLERS {
        let store = std::sync::Arc::clone(&store);
        callers.push(tokio::spawn(async move {
            for _ in 0..1_000_000 {
                let id = store.new_person().await.unwrap().0;
                let number = link(id, INTOUCH).numbered(&id.to_string());
                let mut receipt =
                    new(&lead(id, &format!("Ann{id}"), "Lee"), &[number, link(id, JONAS).due(id)]);
                receipt.lines.push(line(save(id, 1), INTOUCH));
                assert_eq!(store.receive(&Arc::new(receipt)).await.unwrap(), Verdict::Applied);
                writeln!(std::io::stdout(), "\nkept {id}").unwrap();
            }
        }));
    }
    for caller in callers {
        caller.await.unwrap();
    }
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "durability::accepts_until_it_is_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets the process answer some, kills it, and reads what else it had said.
fn killed_after(folder: &Path, answers: usize) -> Vec<i64> {
    let mut child = start(folder);
    let said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut said = said.filter_map(|line| line.strip_prefix("kept ")?.parse().ok());
    let mut kept: Vec<i64> = said.by_ref().take(answers).collect();
    child.kill().unwrap();
    kept.extend(said);
    child.wait().unwrap();
    assert!(kept.len() >= answers, "the process ended by itself after {} answers", kept.len());
    kept
}

#[tokio::test]
async fn whatever_was_answered_before_a_kill_is_there_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut answered = Vec::new();
    for answers in [1, 40, 400, 1_500] {
        answered.extend(killed_after(folder.path(), answers));
    }
    let store = open(folder.path());
    for id in &answered {
        let subject = store.subject(PersonId(*id)).await.unwrap().expect("was answered");
        assert_eq!(subject.links.len(), 2, "{id} is whole");
        let owner = store.owner_of(INTOUCH, &RemoteId::plain(id.to_string())).await.unwrap();
        assert_eq!(owner, Some(PersonId(*id)));
        assert!(store.line(KITS_BEACH, save(*id, 1), INTOUCH).await.unwrap().is_some());
    }
    assert_eq!(answered.len(), answered.iter().collect::<std::collections::BTreeSet<_>>().len());
    let (kept, _) = store.counts().await.unwrap();
    let due = store.take_due(JONAS, &[], usize::MAX).await.unwrap();
    assert_eq!(due.len() as u64, kept, "nobody is kept without the link that is owed");
    assert!(kept - answered.len() as u64 <= 4 * CALLERS as u64, "at most one unanswered per caller and kill");
}
