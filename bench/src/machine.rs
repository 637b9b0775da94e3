//! What the operating system says of the hub's process and of this disk.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::sink::now;

/// CPU time of a process so far, user and system.
pub fn cpu(pid: u32) -> Result<Duration> {
    const TICK_MS: u64 = 10;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Ok(Duration::from_millis((ticks(11) + ticks(12)) * TICK_MS))
}

/// A memory figure of a process in MiB: `VmRSS` now, `VmHWM` at its highest.
pub fn memory(pid: u32, name: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with(name)).context("no such figure")?;
    let kib: f64 = line.split_whitespace().nth(1).context("no figure")?.parse()?;
    Ok(kib / 1024.0)
}

/// The median time of one fdatasync of a 4 KiB page in a folder, in milliseconds.
pub fn fdatasync_ms(folder: &Path) -> Result<f64> {
    let path = folder.join("fdatasync.probe");
    let mut file = File::create(&path)?;
    file.write_all(&vec![0u8; 1 << 20])?;
    file.sync_all()?;
    let mut times = Vec::new();
    for turn in 0..200u64 {
        file.write_all_at(&[turn as u8; 4096], (turn % 256) * 4096)?;
        let start = now();
        file.sync_data()?;
        times.push(start.elapsed());
    }
    fs::remove_file(&path)?;
    times.sort();
    Ok(times[times.len() / 2].as_secs_f64() * 1000.0)
}

/// The processor, and how many of them.
pub fn describe() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(':').nth(1));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{cores} cores, {}", model.unwrap_or("unknown processor").trim())
}
