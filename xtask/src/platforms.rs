//! `cargo xtask platforms`: what is known, shown and played of every platform, operation by operation.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::shell;

/// Where samples, simulators and stories are found.
const PLATFORMS: &str = "platforms";
const SIMULATORS: &str = "crates/simulator/src/platform.rs";
const STORIES: &str = "crates/connector/tests/story/platforms.rs";
/// Platforms whose stories are told in `story/flow.rs` and its neighbours.
const TOLD_ELSEWHERE: [&str; 3] = ["intouch", "jonas-i4", "vfp"];

/// What to do.
#[derive(Args)]
pub struct Options {
    /// One line for each platform
    #[arg(long)]
    short: bool,
}

/// Prints the table; fails where something is declared that no sample shows.
pub fn run(options: &Options) -> Result<()> {
    let list = shell::said(shell::cargo().args([
        "run",
        "--quiet",
        "-p",
        "connector",
        "--",
        "platform",
        "list",
        "--json",
    ]))?;
    let list: Vec<Value> = serde_json::from_str(&list).context("the list of platforms")?;
    let top = shell::top();
    let simulators = fs::read_to_string(top.join(SIMULATORS))?;
    let stories = fs::read_to_string(top.join(STORIES))?;
    println!(
        "{:16} {:20} {:10} {:>7}  {:9}  {:10}",
        "platform", "operation", "grade", "samples", "simulator", "end to end"
    );
    let mut without = Vec::new();
    for platform in &list {
        let name = platform["name"].as_str().unwrap_or_default();
        let samples = samples(&top.join(PLATFORMS).join(name).join("samples"))?;
        // What a platform says over SOAP its simulator may answer under the platform's own name.
        let simulates = |name: &str| simulators.contains(&format!("\"{name}\""));
        let simulated = simulates(name) || simulates(name.trim_end_matches("-soap"));
        let told = stories.contains(&format!("fn {}_from_end_to_end", name.replace('-', "_")));
        let told = told || TOLD_ELSEWHERE.contains(&name);
        let yes = |is: bool| if is { "yes" } else { "-" };
        let operations = platform["operations"].as_array().map_or(&[][..], Vec::as_slice);
        for operation in operations {
            let (operation, grade) = (&operation["name"], &operation["grade"]);
            let count = operation.as_str().and_then(|operation| samples.get(operation)).copied().unwrap_or(0);
            if count == 0 {
                without.push(format!("{name}: {operation}"));
            }
            if !options.short {
                let (operation, grade) = (text(operation), text(grade));
                println!(
                    "{name:16} {operation:20} {grade:10} {count:7}  {:9}  {:10}",
                    yes(simulated),
                    yes(told)
                );
            }
        }
        if options.short {
            let (count, of): (usize, _) =
                (samples.values().sum(), format!("{} operations", operations.len()));
            let grade = text(&platform["grade"]);
            println!("{name:16} {of:20} {grade:10} {count:7}  {:9}  {:10}", yes(simulated), yes(told));
        }
    }
    if !without.is_empty() {
        bail!("declared without a sample: {}", without.join(", "));
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// How many samples each operation has.
fn samples(folder: &Path) -> Result<BTreeMap<String, usize>> {
    let mut count = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("`{}`", folder.display()))? {
        let sample = fs::read_to_string(entry?.path())?;
        let operation = sample.lines().find_map(|line| line.strip_prefix("operation:"));
        *count.entry(operation.unwrap_or_default().trim().to_owned()).or_default() += 1;
    }
    Ok(count)
}
