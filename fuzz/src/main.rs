//! Writes the samples of all targets into a folder, for the engine to begin with.

use std::path::PathBuf;

use fuzz::{TARGETS, samples};

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("seeds"), PathBuf::from);
    for target in &TARGETS {
        let own = folder.join(target.name);
        std::fs::create_dir_all(&own)?;
        std::fs::write(own.with_extension("most"), target.most_bytes.to_string())?;
        for (at, sample) in samples::of(target.name).iter().enumerate() {
            std::fs::write(own.join(format!("{at:04}")), sample)?;
        }
    }
    Ok(())
}
