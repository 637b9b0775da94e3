//! What the tests need beyond Rust: PostgreSQL for the store, Java for the bridge of `examples/`, and for the browser tests
//! Node, Chromium and two npm packages inside `e2e/`.
//!
//! Nothing is installed without being named first and, on a terminal, agreed to. System packages come by `apt-get`, as
//! root or through `sudo`; a machine that has neither is told what to install by hand.

use std::fs;
use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell;

const OLDEST_NODE: u32 = 18;
const PACKAGES: [&str; 2] = ["playwright-core", "axe-core"];

/// The browser to test with.
pub fn chromium() -> Option<PathBuf> {
    shell::find(&["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"])
}

/// Whether the programs of a PostgreSQL server are there: on the path, or where Debian puts them.
pub fn has_postgres() -> bool {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    shell::find(&["initdb"]).is_some()
        || installed.into_iter().any(|version| version.path().join("bin/initdb").exists())
}

/// Installs what is missing, after saying so.
pub fn install(unattended: bool) -> Result<()> {
    let system = missing_from_system();
    let modules = missing_modules();
    if !system.is_empty() || !modules.is_empty() {
        agree(&system, &modules, unattended)?;
    }
    if !system.is_empty() {
        install_from_system(&system)?;
    }
    if !modules.is_empty() {
        install_modules()?;
    }
    check_node()
}

fn missing_from_system() -> Vec<&'static str> {
    let mut missing = Vec::new();
    if chromium().is_none() {
        missing.push("chromium");
    }
    if !has_postgres() {
        missing.push("postgresql");
    }
    if shell::find(&["javac"]).is_none() {
        missing.push("default-jdk-headless");
    }
    if shell::find(&["node"]).is_none() {
        missing.push("nodejs");
    }
    if !missing_modules().is_empty() && shell::find(&["npm"]).is_none() {
        missing.push("npm");
    }
    missing
}

fn missing_modules() -> Vec<&'static str> {
    let modules = shell::top().join("e2e/node_modules");
    PACKAGES.into_iter().filter(|name| !modules.join(name).is_dir()).collect()
}

/// Names what will be installed and, on a terminal, waits for a yes.
fn agree(system: &[&str], modules: &[&str], unattended: bool) -> Result<()> {
    println!("the tests need what this machine does not have:");
    if !system.is_empty() {
        println!("  by apt-get, for the whole machine: {}", system.join(", "));
    }
    if !modules.is_empty() {
        println!("  by npm, inside `e2e/node_modules`: {}", modules.join(", "));
    }
    if unattended {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        bail!("nobody to ask: `--yes` installs it, `--fast` runs the tests that need Rust alone");
    }
    print!("install it? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if !matches!(answer.trim(), "y" | "Y" | "yes") {
        bail!("nothing was installed; `cargo xtask test --fast` runs the tests that need Rust alone");
    }
    Ok(())
}

fn install_from_system(packages: &[&str]) -> Result<()> {
    let by_hand = format!("install {} by hand, or run `cargo xtask test --fast`", packages.join(", "));
    if shell::find(&["apt-get"]).is_none() {
        bail!("this machine has no `apt-get`: {by_hand}");
    }
    if !is_root() && shell::find(&["sudo"]).is_none() {
        bail!("`apt-get` needs root, and this machine has no `sudo`: {by_hand}");
    }
    shell::run(as_root("apt-get").arg("update"))?;
    shell::run(as_root("apt-get").args(["install", "--yes", "--no-install-recommends"]).args(packages))
        .with_context(|| format!("apt-get could not install it all: {by_hand}"))?;
    if chromium().is_none() {
        bail!("apt-get brought no `chromium` (some systems ship it as a snap): {by_hand}");
    }
    if !has_postgres() {
        bail!("apt-get brought no `initdb`: {by_hand}");
    }
    Ok(())
}

fn install_modules() -> Result<()> {
    let folder = shell::top().join("e2e");
    let way = if folder.join("package-lock.json").is_file() { "ci" } else { "install" };
    shell::run(shell::program("npm").current_dir(&folder).args([way, "--no-audit", "--no-fund"]))
        .context("npm could not install the packages of `e2e/package.json`")
}

fn check_node() -> Result<()> {
    let output = shell::program("node").arg("--version").output().context("`node` did not start")?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match major(&version) {
        Some(number) if number >= OLDEST_NODE => Ok(()),
        _ => bail!("the browser tests need Node {OLDEST_NODE} or newer, and `node` is `{version}`"),
    }
}

/// The `20` of `v20.11.1`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn as_root(program: &str) -> Command {
    if is_root() {
        let mut command = shell::program(program);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        return command;
    }
    let mut command = shell::program("sudo");
    command.args(["DEBIAN_FRONTEND=noninteractive", program]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_node_is_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20"), None);
    }
}
