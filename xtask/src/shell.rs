//! Running other programs from the top of the repository, and keeping what they print while it is shown.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, ensure};

/// What a finished program printed, and whether it was content.
pub struct Finished {
    /// Exit code zero.
    pub succeeded: bool,
    /// Standard output, then standard error.
    pub printed: String,
}

/// The top of the repository.
pub fn top() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("`xtask` is a folder of the repository").to_path_buf()
}

/// The `cargo` that runs this chore.
pub fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A program to run from the top of the repository.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(top());
    command
}

/// The first folder of `PATH` that holds one of these programs.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

/// What a program writes to standard output; fails when it fails.
pub fn said(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("`{}` did not start", shown(command)))?;
    ensure!(output.status.success(), "`{}` failed", shown(command));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program that prints for itself; fails when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("`{}` did not start", shown(command)))?;
    ensure!(status.success(), "`{}` failed", shown(command));
    Ok(())
}

/// Runs a program, shows what it prints as it comes, and keeps it.
pub fn watch(command: &mut Command) -> Result<Finished> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("`{}` did not start", shown(command)))?;
    let out = child.stdout.take().expect("standard output is a pipe");
    let err = child.stderr.take().expect("standard error is a pipe");
    let errors = thread::spawn(move || copy(err, std::io::stderr()));
    let mut printed = copy(out, std::io::stdout());
    printed.push_str(&errors.join().unwrap_or_default());
    let status = child.wait().with_context(|| format!("`{}` was lost", shown(command)))?;
    Ok(Finished { succeeded: status.success(), printed })
}

/// The command line as a person would type it.
pub fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Passes everything on and returns it as text; a closed screen does not stop the reading.
fn copy(mut from: impl Read, mut to: impl Write) -> String {
    let mut all = Vec::new();
    let mut piece = [0_u8; 8192];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        all.extend_from_slice(&piece[..length]);
        let _closed = to.write_all(&piece[..length]).and_then(|()| to.flush());
    }
    String::from_utf8_lossy(&all).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watched_program_keeps_both_streams_and_its_verdict() {
        let finished = watch(program("sh").args(["-c", "echo out; echo err >&2; exit 3"])).unwrap();
        assert!(!finished.succeeded);
        assert_eq!(finished.printed, "out\nerr\n");
    }

    #[test]
    fn a_command_is_shown_without_the_folder_of_its_program() {
        let mut command = program("/usr/bin/cargo");
        assert_eq!(shown(command.args(["fmt", "--check"])), "cargo fmt --check");
    }

    #[test]
    fn the_top_is_where_the_workspace_is() {
        assert!(top().join("Cargo.lock").is_file());
    }
}
