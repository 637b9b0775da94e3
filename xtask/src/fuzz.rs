//! `cargo xtask fuzz`: lets an engine look for bytes with which the hub does not end well.
//!
//! The engine is libFuzzer, built with the toolchain of this repository. No sanitizer is needed: there is no unsafe code, and
//! what a target must not do it says with a panic.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::shell;

/// What lets the engine see which code some bytes reached.
const WATCHED: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";
/// Where the instrumented binary and what it learned are kept, apart from everything else.
const APART: &str = "fuzz";
/// A single run that takes longer is a finding, and so is one that takes more memory.
const LONGEST_S: u32 = 10;
const MOST_MB: u32 = 1024;

/// Which, and for how long.
#[derive(clap::Args)]
pub struct Options {
    /// Minutes for each target
    #[arg(long, default_value_t = 10)]
    minutes: u32,
    /// One target; all of them, one after the other, unless said
    target: Option<String>,
}

/// Builds the engine and runs it, target by target.
pub fn run(options: &Options) -> Result<()> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| shell::top().join("target"), Into::into);
    let target = target.join(APART);
    let seeds = target.join("seeds");
    shell::run(shell::cargo().args(["run", "--quiet", "-p", "fuzz", "--"]).arg(&seeds))?;
    let mut chosen = targets(&seeds)?;
    if let Some(name) = &options.target {
        if !chosen.contains(name) {
            bail!("`{name}` is not one of {}", chosen.join(", "));
        }
        chosen = vec![name.clone()];
    }
    let host = shell::said(shell::program("rustc").args(["--print", "host-tuple"]))?;
    let host = host.trim();
    let mut build = shell::cargo();
    build.args(["build", "--release", "--manifest-path", "fuzz/engine/Cargo.toml", "--target", host]);
    shell::run(build.env("RUSTFLAGS", WATCHED).env("CARGO_TARGET_DIR", &target))?;
    let engine = target.join(host).join("release/engine");
    for name in chosen {
        println!("\n== {name}, {} minutes", options.minutes);
        search(&engine, &target, &name, options.minutes)?;
    }
    Ok(())
}

/// The targets: each has a folder of seeds.
fn targets(seeds: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(seeds).with_context(|| format!("{} cannot be read", seeds.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn search(engine: &Path, target: &Path, name: &str, minutes: u32) -> Result<()> {
    let learned = target.join("learned").join(name);
    let found = shell::top().join("fuzz/findings").join(name);
    for folder in [&learned, &found] {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let most = fs::read_to_string(target.join("seeds").join(name).with_extension("most"));
    let mut command = shell::program("nice");
    command.args(["-n", "10"]).arg(engine).arg(&learned).arg(target.join("seeds").join(name));
    command.args([
        format!("-max_total_time={}", minutes * 60),
        format!("-max_len={}", most.unwrap_or_else(|_| "4096".to_owned()).trim()),
        format!("-timeout={LONGEST_S}"),
        format!("-rss_limit_mb={MOST_MB}"),
        format!("-artifact_prefix={}/", found.display()),
        "-print_final_stats=1".to_owned(),
        "-verbosity=0".to_owned(),
    ]);
    let ended = shell::run(command.env("CONNECTOR_FUZZ", name));
    ended.with_context(|| {
        format!("something was found; it is in fuzz/findings/{name}, and the normal tests play it")
    })
}
